"""Decisions and the files that state them brought together, in one direction or in both.

A file is changed only where it lacks what Studio says; every other byte of it stays. Nothing that
a person wrote on both sides is overwritten: that is told, unless they say whose word counts.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from studio_git.core import adragree
from studio_git.core.adragree import ALTERNATIVES, FIELDS, RATIONALE, STATUS, TITLE, Move
from studio_git.core.adrfolder import Format
from studio_git.core.models import DriftKind, Resolution
from studio_git.core.prose import many_lines
from studio_git.core.text import content_hash
from studio_git.errors import StudioError
from studio_git.services import decisionfolder, editing, sessionfiles, superseding
from studio_git.services.decisionbase import Bases, Folder
from studio_git.services.decisionlook import Standing, look, newer_ids
from studio_git.services.memory import Object, object_of
from studio_git.store import decisionfiles, lookup, records, supersedes
from studio_git.store.connection import Store
from studio_git.store.lookup import Table
from studio_git.store.records import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which way to go: let decisions follow their files, files their decisions, or both.

    ``prefer`` says whose word counts where both sides changed the same (None: it is told), and
    where one side is gone. ``export`` are decisions that are to get a file if they have none, in
    the form ``form`` (None: that of the folder).
    """

    take: bool = False
    give: bool = False
    prefer: Resolution | None = None
    export: Sequence[Object] = ()
    form: Format | None = None


@dataclass(slots=True)
class Report:
    """What was done: paths with the title, and the fields of what was changed; what is left."""

    added: list[tuple[str, str]] = field(default_factory=list)
    created: list[tuple[str, str]] = field(default_factory=list)
    updated: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    written: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: list[Standing] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to bring together."""
        return not self.problems and not any(it.is_open for it in self.left)


def settle(store: Store, project_id: str, folder: Folder, wanted: Wanted) -> Report:
    """Bring a folder and the decisions of a project together, as far as is wanted.

    Raises StudioError where a file cannot be written.
    """
    report = Report()
    accept = wanted.prefer is Resolution.ACCEPTED_REPO
    _tie(store, project_id, folder, wanted, report)
    standings = look(store, project_id, folder)
    if wanted.take or accept:
        _into_studio(store, standings, wanted, report)
        standings = look(store, project_id, folder)
    if wanted.give or wanted.prefer is Resolution.KEPT_STUDIO:
        texts = decisionfolder.Texts(store, folder, standings)
        _into_files(texts, standings, wanted, report)
        made = list(texts.new(wanted.export, wanted.form))
        report.problems += texts.problems
        texts.write()
        with store.writing() as db:
            for name, decision in made:
                decisionfiles.tie(db, project_id, folder.known_as(name), decision["id"])
                report.created.append((folder.known_as(name), decision["title"]))
        standings = look(store, project_id, folder)
    report.left = standings
    _remember(store, folder, standings, report)
    return report


def _tie(store: Store, project_id: str, folder: Folder, wanted: Wanted, report: Report) -> None:
    """Remember which file is which decision; add the decisions that only files state."""
    accept = wanted.prefer is Resolution.ACCEPTED_REPO
    standings = look(store, project_id, folder)
    new = {it.path for it in standings if _is_new(it, wanted)}
    bases = Bases(store, folder)
    dates = {it.path: _date(bases, it) for it in standings if it.path in new}
    with store.writing() as db:
        for it in standings:
            if it.path in new:
                decision_id = _add(db, project_id, it, dates[it.path])
                decisionfiles.tie(db, project_id, it.path, decision_id)
                report.added.append((it.path, it.title))
            elif it.file is None and it.decision is not None:
                decisionfiles.tie(db, project_id, it.path, it.decision["id"])
            elif it.file is not None and it.moved_from is not None:
                decisionfiles.move(db, it.file.id, it.path)
            elif it.file is not None and it.kind is DriftKind.MISSING_IN_REPO and accept:
                decisionfiles.forget(db, it.file.id)
                report.forgotten.append((it.path, it.title))


def _is_new(it: Standing, wanted: Wanted) -> bool:
    """Whether a decision is to be made of a file; of one that was removed only on request."""
    if it.decision is not None or it.adr is None:
        return False
    if it.kind is DriftKind.MISSING_IN_STUDIO:
        return wanted.take
    return it.file is not None and wanted.prefer is Resolution.ACCEPTED_REPO


def _date(bases: Bases, it: Standing) -> str:
    """When a file was decided: by what it says, else by its first commit; "" if neither tells."""
    said = it.adr.date if it.adr is not None else ""
    return f"{said} 12:00:00" if said else bases.since(it.path)  # noon: the day in any zone


def _add(db: sqlite3.Connection, project_id: str, it: Standing, date: str) -> str:
    """A decision that a file states; what superseded it is said once all of them are there."""
    decision_id = str(uuid.uuid4())
    columns = {name: it.repo[name] for name in (TITLE, RATIONALE, ALTERNATIVES)}
    row = _columns({name: text or "" for name, text in columns.items()})
    row["title"] = row["title"] or it.name
    if date:
        row["created_at"] = date
    records.add(db, Kind.DECISION, decision_id, project_id, row)
    status = it.repo[STATUS] or decisionfiles.ACCEPTED
    if not newer_ids(status):
        decisionfiles.set_status(db, decision_id, status)
    return decision_id


def _columns(said: dict[str, str]) -> dict[str, str | None]:
    """Fields as the columns of a row."""
    columns: dict[str, str | None] = {}
    if TITLE in said:
        columns["title"] = said[TITLE]
    if RATIONALE in said:
        columns["rationale"] = many_lines(said[RATIONALE]) or None
    if ALTERNATIVES in said:
        listed = [line for line in said[ALTERNATIVES].split("\n") if line]
        columns["alternatives"] = records.array(listed)
    return columns


def _into_studio(
    store: Store, standings: Iterable[Standing], wanted: Wanted, report: Report
) -> None:
    """Let decisions say what their files say, where those moved."""
    sessions: list[str] = []
    with store.writing() as db:
        for it in standings:
            names = _moved(it, Move.REPO, wanted.take, wanted.prefer is Resolution.ACCEPTED_REPO)
            if not names or it.decision is None:
                continue
            if not _unchanged(db, it.decision):
                report.problems.append(f"{it.title} was changed meanwhile; run the command again.")
                continue
            said = {name: it.repo[name] or "" for name in names}
            sessions += editing.write_decision(db, it.decision["id"], _columns(said))
            if STATUS in said:
                sessions += supersedes.sessions_of(db, [it.decision["id"]])
                report.problems += _set_status(db, it, said[STATUS])
            if (it.path, it.title) not in report.added:
                report.updated.append((it.path, it.title, names))
    for project_id in {it.decision["project_id"] for it in standings if it.decision is not None}:
        report.problems += sessionfiles.write(store, project_id, dict.fromkeys(sessions))


def _moved(it: Standing, move: Move, goes: bool, preferred: bool) -> tuple[str, ...]:
    if it.agreement is None or not it.is_open:
        return ()
    which = [*([move] if goes or preferred else []), *([Move.BOTH] if preferred else [])]
    return it.agreement.moved(*which)


def _unchanged(db: sqlite3.Connection, decision: Object) -> bool:
    row = lookup.get(db, Table.DECISIONS, decision["id"])
    now = {} if row is None else object_of(row)
    return bool(now) and all(decision[name] == value for name, value in now.items())


def _set_status(db: sqlite3.Connection, it: Standing, said: str) -> list[str]:
    """Let a decision have the status that its file says; what could not be said."""
    assert it.decision is not None  # noqa: S101 - for the type checker
    problems = []
    before, after = newer_ids(it.studio[STATUS]), newer_ids(said)
    older = lookup.get(db, Table.DECISIONS, it.decision["id"])
    for newer_id in dict.fromkeys((*before, *after)):
        newer = lookup.get(db, Table.DECISIONS, newer_id)
        if older is None or newer is None or (newer_id in before and newer_id in after):
            continue
        try:
            (superseding.link if newer_id in after else superseding.unlink)(db, older, newer)
        except StudioError as problem:
            problems.append(f"{it.path}: {problem.message}")
    if not problems:
        status = decisionfiles.ACCEPTED if after else said
        decisionfiles.set_status(db, it.decision["id"], status)
    return problems


def _into_files(
    texts: decisionfolder.Texts, standings: Iterable[Standing], wanted: Wanted, report: Report
) -> None:
    """Let files say what their decisions say, where those moved."""
    keep = wanted.prefer is Resolution.KEPT_STUDIO
    for it in standings:
        if it.kind is DriftKind.MISSING_IN_REPO and keep and it.decision is not None:
            if texts.renew(it.name, it.decision, wanted.form):
                report.created.append((it.path, it.title))
            continue
        names = tuple(
            name
            for name in _moved(it, Move.STUDIO, wanted.give, keep)
            if it.decision is not None and texts.change(it, name)
        )
        if names:
            report.written.append((it.path, it.title, names))


def _remember(store: Store, folder: Folder, standings: Iterable[Standing], report: Report) -> None:
    """Keep what both sides say now as what they last both said."""
    followed = {path for path, *_ in (*report.added, *report.updated)}
    head = None
    if folder.place is not None:
        head = folder.place.git.text("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1, 128))
    with store.writing() as db:
        for it in standings:
            agreed = it.agreement is not None and it.kind is None and it.file is not None
            if not agreed or it.file is None or it.data is None:
                continue
            said = {name: it.repo.get(name) or it.studio[name] for name in FIELDS}
            if it.base.current and it.base.said is not None and _says(it.base.said, said):
                continue
            decisionfiles.add_sync(
                db,
                it.file.id,
                content_hash(it.data),
                said,
                from_repo=it.path in followed,
                repository_id=None if folder.repository is None else folder.repository.id,
                worktree=None if folder.place is None else str(folder.place.top),
                head_oid=head or None,
            )


def _says(one: decisionfiles.Said, other: decisionfiles.Said) -> bool:
    return all(adragree.same(name, one.get(name, ""), other[name]) for name in FIELDS)
