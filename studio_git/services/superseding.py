"""Decisions that take the place of others: by ``Supersedes`` trailers, and by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio_git.core import times, trailers
from studio_git.core.prose import one_line
from studio_git.core.trailers import Trailers
from studio_git.errors import UsageError
from studio_git.services import sessionfiles
from studio_git.store import records, sessions, supersedes
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.lookup import SHORTEST_START
from studio_git.store.records import Kind

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Unclear:
    """A ``Supersedes`` whose words mean no decision of the project, or several."""

    newer_id: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where a decision stands among others, as titles; ``unclear`` are words as they were said."""

    superseded_by: str | None
    supersedes: tuple[str, ...]
    unclear: tuple[str, ...]


def places(store: Store, decision_id: str) -> Places:
    """What took a decision's place, and what it took the place of."""
    newer = supersedes.by(store.db, decision_id)
    said = supersedes.of(store.db, decision_id)
    return Places(
        None if newer is None else newer["title"],
        tuple(dict.fromkeys(row["title"] for row in said if row["id"] is not None)),
        tuple(row["words"] for row in said if row["id"] is None),
    )


def state(db: sqlite3.Connection, captured: Captured, project_id: str, found: Trailers) -> None:
    """Let the decisions of a commit supersede what its trailers name.

    Inside the caller's transaction, after the commit's decisions are tied to it. The session
    files that say so are marked to be written.
    """
    if not found.decisions:
        return
    stated = [
        note for note in records.in_commit(db, Kind.DECISION, captured.id) if note.position >= 0
    ]
    if stated:
        _settle(db, project_id, [decision.title for decision in found.decisions])
    if not found.supersedes or not stated:
        return
    ids = {note.position: note.record_id for note in stated}
    for words, position in _speakers(captured.commit.message, found):
        newer_id = ids.get(position, stated[0].record_id)
        older = _older(db, newer_id, words)
        supersedes.say(
            db,
            newer_id,
            words,
            older,
            commit_id=captured.id,
            superseded_at=times.to_store(captured.commit.author_time),
        )
        if older is not None:
            mark(db, [older])


def take_back(db: sqlite3.Connection, olds: Iterable[Captured]) -> None:
    """Forget what replaced commits said; inside the caller's transaction."""
    for old in olds:
        for row in supersedes.of_commit(db, old.id):
            supersedes.take_back(db, row["newer_id"], row["words"])
            if row["older_id"] is not None:
                mark(db, [row["older_id"]])


def move(db: sqlite3.Connection, olds: Iterable[Captured], new: Captured) -> None:
    """Let a commit say what those said that it took the place of."""
    for old in olds:
        supersedes.move(db, old.id, new.id)


def supersede(store: Store, older: Row, newer: Row) -> None:
    """Say by hand that a decision takes the place of another; raises as :func:`link`.

    The files of the older one's sessions say so at once.
    """
    with store.writing() as db:
        link(db, older, newer)
    sessionfiles.write(store, older["project_id"], supersedes.sessions_of(store.db, [older["id"]]))


def release(store: Store, older: Row, newer: Row) -> None:
    """Take back what was said by hand, that a decision takes the place of another.

    Raises as :func:`unlink`.
    """
    with store.writing() as db:
        unlink(db, older, newer)
    sessionfiles.write(store, older["project_id"], supersedes.sessions_of(store.db, [older["id"]]))


def link(db: sqlite3.Connection, older: Row, newer: Row) -> None:
    """Let a decision take the place of another of the same project, in the caller's transaction.

    Raises UsageError where that would go round in a circle, or across projects.
    """
    if older["id"] == newer["id"]:
        raise UsageError(
            f"{older['title']} cannot supersede itself.",
            "Name the older decision first, then the newer one.",
        )
    if older["project_id"] != newer["project_id"]:
        raise UsageError(
            "the two decisions are of different projects.", "Name two of the same project."
        )
    if older["id"] in supersedes.above(db, newer["id"]):
        raise UsageError(
            f"{newer['title']} is superseded by {older['title']} itself.",
            "Name the older decision first, then the newer one.",
        )
    supersedes.say(db, newer["id"], older["id"], older["id"])
    mark(db, [older["id"]])


def unlink(db: sqlite3.Connection, older: Row, newer: Row) -> None:
    """Take back :func:`link`, in the caller's transaction.

    Raises UsageError where nobody said so, or a commit does.
    """
    found = [row for row in supersedes.said_of(db, newer["id"]) if row["older_id"] == older["id"]]
    if not found:
        raise UsageError(
            f"{newer['title']} does not supersede {older['title']}.",
            "Name the older decision first, then the newer one.",
        )
    oid = next((row["oid"] for row in found if row["oid"] is not None), None)
    if oid is not None:
        raise UsageError(
            f"commit {oid[:12]} says that {newer['title']} supersedes {older['title']}.",
            "Amend its message, if it is yours to amend; capture follows.",
        )
    for row in found:
        supersedes.take_back(db, newer["id"], row["words"])
    mark(db, [older["id"]])


def unclear_in(store: Store, project_id: str, session_ids: Iterable[str]) -> list[Unclear]:
    """As :func:`unclear`, of what the commits of these sessions say."""
    wanted = set(session_ids)
    return [
        each
        for each in unclear(store, project_id)
        if wanted.intersection(supersedes.sessions_of(store.db, [each.newer_id]))
    ]


def unclear(store: Store, project_id: str) -> list[Unclear]:
    """What was said to be superseded in a project and is not known, the oldest first."""
    return [
        Unclear(row["newer_id"], row["title"], row["words"])
        for row in supersedes.open_ones(store.db, project_id)
    ]


def mark(db: sqlite3.Connection, decision_ids: Sequence[str]) -> None:
    """Have the session files written anew that name these decisions."""
    sessions.mark_stale(db, supersedes.sessions_of(db, decision_ids))


def _settle(db: sqlite3.Connection, project_id: str, titles: Iterable[str]) -> None:
    """Words that meant nothing when they were said may mean a decision that is taken in later."""
    new = {_fold(title) for title in titles}
    for row in supersedes.open_ones(db, project_id):
        if _fold(row["words"]) not in new:
            continue
        older = _older(db, row["newer_id"], row["words"])
        if older is not None:
            supersedes.settle(db, row["newer_id"], row["words"], older)
            mark(db, [older])


def _older(db: sqlite3.Connection, newer_id: str, words: str) -> str | None:
    """The one decision that the words mean: by id, title in any case, or the start of an id.

    Of several of one title the one that none superseded yet.
    """
    known = supersedes.candidates(db, newer_id)
    wanted = words.strip()
    named = [row for row in known if _fold(row["title"]) == _fold(wanted)]
    for matches in (
        [row for row in known if row["id"] == wanted],
        [row for row in named if not row["superseded"]],
        named,
        [
            row
            for row in known
            if len(wanted) >= SHORTEST_START and row["id"].startswith(wanted.lower())
        ],
    ):
        if matches:
            return str(matches[0]["id"]) if len(matches) == 1 else None
    return None


def _speakers(message: str, found: Trailers) -> list[tuple[str, int]]:
    """Each ``Supersedes`` with the number of the decision that it belongs to.

    That is the decision stated before it, or else the first one.
    """
    numbers = {_fold(decision.title): number for number, decision in enumerate(found.decisions)}
    speakers: dict[str, int] = {}
    current = 0
    for key, value in trailers.read_pairs(message):
        if key.lower() == "decision":
            current = numbers.get(_fold(value), current)
        elif key.lower() == "supersedes" and value in found.supersedes:
            speakers.setdefault(value, current)
    return [(words, speakers.get(words, 0)) for words in found.supersedes]


def _fold(text: str) -> str:
    return one_line(text).casefold()
