"""Decisions, learnings and sessions changed and removed by hand; what names them follows.

A record that a commit states stays tied to it: what a person made of it counts from then on, and
one that they removed stays away when its commit is captured, amended or rebased again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio_git import files
from studio_git.core.prose import one_line
from studio_git.core.redact import redact
from studio_git.errors import UsageError
from studio_git.gitio import Place
from studio_git.services import adding, journal, memory, sessionfiles
from studio_git.services.memory import Object
from studio_git.store import (
    activity,
    commits,
    decisionfiles,
    lookup,
    records,
    sessions,
    supersedes,
)
from studio_git.store.connection import Store
from studio_git.store.lookup import Table
from studio_git.store.records import Kind

STATUSES = (decisionfiles.ACCEPTED, "proposed", "rejected", "deprecated")
"""What can be said of a decision; that it is superseded, another decision says."""

Columns = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class DecisionChanges:
    """What is to be changed of a decision: None leaves it, an empty text takes it away.

    ``cycle`` is as a person names it.
    """

    title: str | None = None
    rationale: str | None = None
    alternatives: tuple[str, ...] | None = None
    cycle: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class LearningChanges:
    """As :class:`DecisionChanges`, of a learning."""

    title: str | None = None
    problem: str | None = None
    solution: str | None = None
    tags: tuple[str, ...] | None = None
    cycle: str | None = None


@dataclass(frozen=True, slots=True)
class SessionChanges:
    """As :class:`DecisionChanges`, of a session."""

    title: str | None = None
    summary: str | None = None
    cycle: str | None = None


def change_decision(
    store: Store, decision: Object, wanted: DecisionChanges
) -> tuple[Object, list[str]]:
    """Change a decision: as it is then, and what could not be written of session files.

    Raises UsageError for what it cannot be.
    """
    columns: Columns = {}
    if wanted.title is not None:
        columns["title"] = _needed(wanted.title, "a decision needs a title.")
    if wanted.rationale is not None:
        columns["rationale"] = adding.fit_lines(wanted.rationale) or None
    if wanted.alternatives is not None:
        columns["alternatives"] = records.array(_items(wanted.alternatives))
    _cycle_into(columns, store, decision, wanted.cycle)
    if wanted.status is not None and decision["superseded_by"] is not None:
        newer = memory.title_of(store, decision["superseded_by"])
        raise UsageError(
            f"{decision['title']} is superseded by {newer}.",
            "Take that back first: git studio decision supersede OLD NEW --take-back",
        )
    with store.writing() as db:
        if wanted.status is not None:
            decisionfiles.set_status(db, decision["id"], wanted.status)
        named = write_decision(db, decision["id"], columns)
    problems = sessionfiles.write(store, decision["project_id"], named)
    return memory.show_record(store, Kind.DECISION, decision["id"], None), problems


def write_decision(db: sqlite3.Connection, decision_id: str, columns: Columns) -> list[str]:
    """Set what is new of a decision's columns, in the caller's transaction.

    The sessions whose files have to be written anew are returned.
    """
    row = lookup.get(db, Table.DECISIONS, decision_id)
    new = {} if row is None else {name: it for name, it in columns.items() if row[name] != it}
    if not new:
        return []
    records.change(db, Kind.DECISION, decision_id, new)
    if new.get("title") is None:
        return []
    activity.retitle(db, Kind.DECISION.value, decision_id, str(new["title"]))
    return _mark(db, decision_id)


def change_learning(store: Store, learning: Object, wanted: LearningChanges) -> Object:
    """Change a learning: as it is then. Raises UsageError for what it cannot be."""
    columns: Columns = {}
    if wanted.title is not None:
        columns["title"] = _needed(wanted.title, "a learning needs a title.")
    for name, text in (("problem", wanted.problem), ("solution", wanted.solution)):
        if text is not None:
            columns[name] = _needed(text, f"a learning needs a {name}.", lines=True)
    if wanted.tags is not None:
        columns["tags"] = records.array(adding.tag_words(wanted.tags))
    _cycle_into(columns, store, learning, wanted.cycle)
    row = memory.find(store, Table.LEARNINGS, learning["id"], None)
    new = {name: text for name, text in columns.items() if row[name] != text}
    if new:
        with store.writing() as db:
            records.change(db, Kind.LEARNING, learning["id"], new)
    return memory.show_record(store, Kind.LEARNING, learning["id"], None)


def retag(store: Store, learning: Object, add: Sequence[str], remove: Sequence[str]) -> Object:
    """Add tags to a learning and take some away, in any case."""
    gone = set(adding.tag_words(remove))
    have = learning["tags"] if isinstance(learning["tags"], list) else []
    kept = [str(tag) for tag in have if str(tag).lower() not in gone]
    known = {tag.lower() for tag in kept}
    new = [tag for tag in adding.tag_words(add) if tag not in known]
    with store.writing() as db:
        tags = {"tags": records.array([*kept, *new])}
        records.change(db, Kind.LEARNING, learning["id"], tags)
    return memory.show_record(store, Kind.LEARNING, learning["id"], None)


def remove(store: Store, kind: Kind, record: Object) -> list[str]:
    """Remove a decision or a learning; what could not be written of session files."""
    with store.writing() as db:
        named = _mark(db, record["id"]) if kind is Kind.DECISION else []
        records.remove(db, kind, record["id"])
        activity.forget(db, kind.value, record["id"])
    return sessionfiles.write(store, record["project_id"], named) if named else []


def change_session(
    store: Store, session: Object, wanted: SessionChanges, place: Place | None
) -> tuple[Object, list[str]]:
    """Change a session: as it is then, and what could not be written of its file or noted.

    ``place`` is the clone that it was worked in, if we are there: what git cannot give back is
    noted in its journal. Raises UsageError for what it cannot be.
    """
    columns: Columns = {}
    if wanted.title is not None:
        columns["title"] = _needed(wanted.title, "a session needs a title.")
    if wanted.summary is not None:
        columns["summary"] = adding.fit_lines(wanted.summary)
    _cycle_into(columns, store, session, wanted.cycle)
    new = {name: text for name, text in columns.items() if session[name] != text}
    if not new:
        return session, []
    session_id = session["id"]
    with store.writing() as db:
        sessions.change(db, session_id, new)
        sessions.mark_stale(db, [session_id])
        if "title" in new:
            activity.retitle(db, "session", session_id, str(new["title"]))
    problems = sessionfiles.write(store, session["project_id"], [session_id])
    if "cycle_id" in new and place is not None:
        oids = commits.oids_of_sessions(store.db, [session_id])[session_id]
        lines = [journal.membership(session_id, oid, new["cycle_id"]) for oid in oids]
        problems += journal.keep(place, lines)
    return memory.show_session(store, session_id, None), problems


def write_session_file(store: Store, session: Object, before: bytes, edited: bytes) -> None:
    """Put a session's file as a person left it; title and summary go into the row.

    Raises FileChangedError where it is no longer what they began with, StudioError where it
    cannot be written.
    """
    path = sessions.file_of(store.home, session["project_id"], session["id"])
    files.write_whole(path, edited, inside=store.home, expected=before, lock=store.lock)
    sessionfiles.write(store, session["project_id"], [session["id"]])


def _mark(db: sqlite3.Connection, decision_id: str) -> list[str]:
    """Have the files written that name a decision: its own sessions', and of what it replaced."""
    older = [row["id"] for row in supersedes.of(db, decision_id) if row["id"] is not None]
    named = supersedes.sessions_of(db, [decision_id, *older])
    sessions.mark_stale(db, named)
    return named


def _cycle_into(
    columns: Columns, store: Store, record: Mapping[str, str], words: str | None
) -> None:
    if words is not None:
        found = adding.cycle_id(store, record["project_id"], words) if words.strip() else None
        columns["cycle_id"] = found


def _items(texts: Sequence[str]) -> list[str]:
    return [one_line(redact(text)) for text in texts if one_line(text)]


def _needed(text: str, complaint: str, *, lines: bool = False) -> str:
    return adding.said(text, complaint, lines=lines)
