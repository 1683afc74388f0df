"""What a commit's trailers state, as rows: written once, and carried along when it is rewritten.

Everything here runs inside the caller's write transaction.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from studio_git.core import times, trailers
from studio_git.core.models import Commit
from studio_git.core.trailers import Trailers
from studio_git.services import statements, superseding, tasks
from studio_git.store import activity, commits, cycles, records
from studio_git.store.activity import ActivityType
from studio_git.store.commits import Captured
from studio_git.store.records import Columns, Kind


@dataclass(frozen=True, slots=True)
class Belongs:
    """What the records of one commit belong to."""

    project_id: str
    session_id: str | None
    cycle_id: str | None


@dataclass(frozen=True, slots=True)
class Sources:
    """The commits whose work a commit has once more.

    ``keep`` says that it stands for all of them, whatever its message states.
    """

    commits: Sequence[Captured]
    keep: bool


Spares = dict[tuple[Kind, str], str]
"""Records that no commit states for the moment: id by kind and title in lower case."""


def cycle_id(db: sqlite3.Connection, project_id: str, words: str | None) -> str | None:
    """The cycle that a trailer names: its id, code, name in any case or an id's start.

    None where there is no such cycle, or more than one.
    """
    found = cycles.find(db, project_id, words) if words else []
    return found[0]["id"] if len(found) == 1 else None


def cycle_said(db: sqlite3.Connection, project_id: str, commit: Commit) -> str | None:
    """The cycle that a commit's trailers name, if the project has it."""
    return cycle_id(db, project_id, trailers.read(commit.message).cycle)


def cycle_of(db: sqlite3.Connection, project_id: str, captured: Captured) -> str | None:
    """The cycle that a commit names, else the one that its branch or worktree implied."""
    return cycle_said(db, project_id, captured.commit) or cycles.implied(db, captured.id)


def record(
    db: sqlite3.Connection,
    captured: Captured,
    belongs: Belongs,
    *,
    feed: bool,
    sources: Sources | None = None,
    spares: Spares | None = None,
) -> Counter[Kind]:
    """Add what a new commit states; ``feed`` says whether the dashboard's feed is told.

    What a commit in ``sources`` states already is the same record, and so is one of ``spares``, or
    one of the same title that stands only in commits which nothing reaches any more. A commit
    that was captured before is completed.
    """
    found = trailers.read(captured.commit.message)
    copied = (
        sources.commits
        if sources is not None
        else statements.copied_from(db, belongs.project_id, [captured])
    )
    added: Counter[Kind] = Counter()
    for kind, items in statements.rows(found).items():
        known = statements.of_commits(db, kind, copied)
        stands = (
            {note.position for note in records.in_commit(db, kind, captured.id)} if items else ()
        )
        for position, columns in enumerate(items):
            if position in stands:
                continue
            same = known.pop(statements.title(kind, columns), None) or _left(
                db, kind, columns, captured, spares
            )
            if same is not None:
                records.tie(db, kind, same, captured.id, position)
                continue
            _add(db, kind, columns, captured, belongs=belongs, position=position, feed=feed)
            added[kind] += 1
        if sources is not None and sources.keep:
            for record_id in known.values():
                records.tie(db, kind, record_id, captured.id, records.KEPT)
    _claim(db, captured, belongs, found)
    return added


def follow(
    db: sqlite3.Connection,
    olds: Sequence[Captured],
    new: Captured,
    belongs: Belongs,
    *,
    feed: bool,
    spares: Spares,
) -> Counter[Kind]:
    """Let what the old commits stated stand in the new one that took their place.

    A record that is stated again keeps its id: matched by its title, else by its place, unless a
    copy of the old commits still states it; so does one of a commit whose work this one has once
    more. What is new is added, and what a person deleted stays deleted. A record that is not
    stated again was taken back if a message was reworded: it becomes one of ``spares``, or a free
    one if a person changed it. Where several commits became one, or the work was committed anew,
    it is kept.
    """
    cycles.inherit(db, new.id, [old.id for old in olds])
    said = {cycle_of(db, belongs.project_id, old) for old in olds}
    recycled = said != {cycle_of(db, belongs.project_id, new)}
    found = trailers.read(new.commit.message)
    keep = len(olds) > 1 or any(old.commit.author_time != new.commit.author_time for old in olds)
    _unclaim(db, olds, new, keep=keep)
    sources = statements.copied_from(db, belongs.project_id, [new, *olds])
    added: Counter[Kind] = Counter()
    for kind, items in statements.rows(found).items():
        _set_free(db, kind, new, spares)
        held = statements.held(db, kind, olds)
        own = statements.not_shared(db, kind, held, [new.id, *(old.id for old in olds)])
        copied = statements.of_commits(db, kind, sources)
        paired = statements.pair(kind, items, held, own, copied, by_place=len(olds) == 1)
        for position, (columns, match) in enumerate(paired):
            if match is not None:
                if match.untouched:
                    _restate(db, kind, match, columns)
                if recycled and kind is not Kind.QUESTION:
                    records.change(db, kind, match.record_id, {"cycle_id": belongs.cycle_id})
                records.tie(db, kind, match.record_id, new.id, position)
                held.remove(match)
                continue
            left = copied.pop(statements.title(kind, columns), None) or _left(
                db, kind, columns, new, spares
            )
            if left is not None:
                records.tie(db, kind, left, new.id, position)
                continue
            _add(db, kind, columns, new, belongs=belongs, position=position, feed=feed)
            added[kind] += 1
        _leave_over(db, kind, held, new, spares, keep=keep)
        _untie_all(db, kind, olds)
    for old in olds:
        commits.set_rewritten(db, old.id, new.commit.oid)
        commits.move_sources(db, belongs.project_id, old, new)
    _claim(db, new, belongs, found)
    return added


def sweep(db: sqlite3.Connection, spares: Spares) -> None:
    """Delete the records that no commit states any more."""
    for (kind, _), record_id in spares.items():
        if not records.tied(db, kind, record_id):
            _drop(db, kind, record_id)


def _unclaim(
    db: sqlite3.Connection, olds: Sequence[Captured], new: Captured, *, keep: bool
) -> None:
    """Before a commit that took the place of others speaks: what those said, moved or forgotten."""
    superseding.take_back(db, [new])
    tasks.unlink(db, [new])
    if keep:
        superseding.move(db, olds, new)
        tasks.move(db, olds, new)
    else:
        superseding.take_back(db, olds)
        tasks.unlink(db, olds)


def _claim(db: sqlite3.Connection, captured: Captured, belongs: Belongs, found: Trailers) -> None:
    """What the trailers say of records that are there: decisions superseded, tasks worked on."""
    superseding.state(db, captured, belongs.project_id, found)
    tasks.link(db, captured, belongs.project_id, belongs.cycle_id, found.tasks)


def _set_free(db: sqlite3.Connection, kind: Kind, new: Captured, spares: Spares) -> None:
    """Untie what a commit that was captured too early states; what it only kept stays."""
    for note in records.in_commit(db, kind, new.id):
        if note.position >= 0:
            records.untie(db, kind, note.record_id, new.id)
            now = records.text(db, kind, note.record_id)
            spares.setdefault((kind, statements.title(kind, now)), note.record_id)


def _leave_over(
    db: sqlite3.Connection,
    kind: Kind,
    held: Sequence[statements.Held],
    new: Captured,
    spares: Spares,
    *,
    keep: bool,
) -> None:
    """What becomes of records that the new commit does not state."""
    for spare in held:
        if keep or spare.kept:
            records.tie(db, kind, spare.record_id, new.id, records.KEPT)
        elif spare.untouched:
            spares[kind, statements.title(kind, spare.now)] = spare.record_id


def _untie_all(db: sqlite3.Connection, kind: Kind, olds: Sequence[Captured]) -> None:
    for old in olds:
        for note in records.in_commit(db, kind, old.id):
            records.untie(db, kind, note.record_id, old.id)


def _left(
    db: sqlite3.Connection,
    kind: Kind,
    columns: Columns,
    captured: Captured,
    spares: Spares | None,
) -> str | None:
    """A record of the same title that stands in no commit, or only in those nothing reaches."""
    if spares is None:
        return None
    spare = spares.pop((kind, statements.title(kind, columns)), None)
    if spare is not None:
        return spare
    if captured.repository_id is None:
        return None
    title = str(columns[records.TITLE[kind]] or "")
    return records.in_gone(db, kind, captured.repository_id, title)


def _add(
    db: sqlite3.Connection,
    kind: Kind,
    columns: Columns,
    captured: Captured,
    *,
    belongs: Belongs,
    position: int,
    feed: bool,
) -> None:
    record_id = str(uuid.uuid4())
    created_at = times.to_store(captured.commit.author_time)
    more: dict[str, str | None] = {"created_at": created_at}
    if kind is not Kind.QUESTION:
        more["cycle_id"] = belongs.cycle_id
    if kind is not Kind.DECISION:
        more["session_id"] = belongs.session_id
    if kind is Kind.LEARNING:
        more["updated_at"] = created_at
    records.add(db, kind, record_id, belongs.project_id, {**columns, **more})
    records.tie(db, kind, record_id, captured.id, position)
    if kind is Kind.DECISION and feed:
        activity.log(
            db,
            str(uuid.uuid4()),
            belongs.project_id,
            ActivityType.DECISION_RECORDED,
            title=str(columns["title"]),
            reference_type=Kind.DECISION.value,
            reference_id=record_id,
            created_at=created_at,
        )


def _restate(db: sqlite3.Connection, kind: Kind, held: statements.Held, columns: Columns) -> None:
    if held.now == columns:
        return
    records.change(db, kind, held.record_id, columns)
    if kind is Kind.DECISION:
        activity.retitle(db, kind.value, held.record_id, str(columns["title"]))


def _drop(db: sqlite3.Connection, kind: Kind, record_id: str) -> None:
    records.delete(db, kind, record_id)
    activity.forget(db, kind.value, record_id)
