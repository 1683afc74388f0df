"""What a commit's trailers state, as rows: written once, and carried along when it is rewritten.

Everything here runs inside the caller's write transaction.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio_git.core import times, trailers
from studio_git.core.models import Commit
from studio_git.core.trailers import Trailers
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


def cycle_id(db: sqlite3.Connection, project_id: str, words: str | None) -> str | None:
    """The cycle that a trailer names: its id, its name in any case or an id's start.

    None where there is no such cycle, or more than one.
    """
    found = cycles.find(db, project_id, words) if words else []
    return found[0]["id"] if len(found) == 1 else None


def cycle_said(db: sqlite3.Connection, project_id: str, commit: Commit) -> str | None:
    """The cycle that a commit's trailers name, if the project has it."""
    return cycle_id(db, project_id, trailers.read(commit.message).cycle)


def record(
    db: sqlite3.Connection, captured: Captured, belongs: Belongs, *, feed: bool
) -> Counter[Kind]:
    """Add what a new commit states; ``feed`` says whether the dashboard's feed is told."""
    stated = _stated(trailers.read(captured.commit.message))
    added: Counter[Kind] = Counter()
    for kind, items in stated.items():
        for position, columns in enumerate(items):
            _add(db, kind, columns, captured, belongs=belongs, position=position, feed=feed)
            added[kind] += 1
    return added


def follow(
    db: sqlite3.Connection,
    olds: Sequence[Captured],
    new: Captured,
    belongs: Belongs,
    *,
    feed: bool,
) -> Counter[Kind]:
    """Let what the old commits stated stand in the new one that took their place.

    A record that is stated again keeps its id: matched by its title, else by its place. One that
    is not goes, unless a person changed it since; what is new is added. What a person deleted
    stays deleted.
    """
    said = {cycle_said(db, belongs.project_id, old.commit) for old in olds}
    recycled = said != {cycle_said(db, belongs.project_id, new.commit)}
    stated = _stated(trailers.read(new.commit.message))
    before = [_stated(trailers.read(old.commit.message)) for old in olds]
    added: Counter[Kind] = Counter()
    for kind, items in stated.items():
        for note in records.in_commit(db, kind, new.id):  # it was captured before we knew
            _drop(db, kind, note.record_id)
        held = [
            _Held(
                note.record_id,
                _at(then[kind], note.position),
                records.text(db, kind, note.record_id),
            )
            for old, then in zip(olds, before, strict=True)
            for note in records.in_commit(db, kind, old.id)
        ]
        for position, (columns, match) in enumerate(_pair(kind, items, held)):
            if match is None:
                _add(db, kind, columns, new, belongs=belongs, position=position, feed=feed)
                added[kind] += 1
                continue
            if match.untouched:
                _restate(db, kind, match, columns)
            if recycled and kind is not Kind.QUESTION:
                records.change(db, kind, match.record_id, {"cycle_id": belongs.cycle_id})
            records.tie(db, kind, match.record_id, new.id, position)
            held.remove(match)
        for spare in held:
            if spare.untouched:
                _drop(db, kind, spare.record_id)
            else:
                records.untie(db, kind, spare.record_id)
    for old in olds:
        commits.set_rewritten(db, old.id, new.commit.oid)
    return added


@dataclass(frozen=True, slots=True)
class _Held:
    """A record of a replaced commit: what that commit stated, and what the row says now."""

    record_id: str
    stated: Columns | None
    now: Columns | None

    @property
    def untouched(self) -> bool:
        return self.now is not None and self.now == self.stated


_TITLE: Mapping[Kind, str] = {
    Kind.DECISION: "title",
    Kind.LEARNING: "title",
    Kind.QUESTION: "question",
}


def _stated(found: Trailers) -> dict[Kind, list[Columns]]:
    """The rows that a message makes, without what they belong to."""
    return {
        Kind.DECISION: [
            {
                "title": decision.title,
                "rationale": decision.rationale,
                "alternatives": records.array(decision.alternatives),
            }
            for decision in found.decisions
        ],
        Kind.LEARNING: [
            {
                "title": learning.title,
                "problem": learning.problem,
                "solution": learning.solution,
                "tags": records.array(learning.tags),
            }
            for learning in found.learnings
        ],
        Kind.QUESTION: [{"question": question} for question in found.questions],
    }


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


def _restate(db: sqlite3.Connection, kind: Kind, held: _Held, columns: Columns) -> None:
    if held.now == columns:
        return
    records.change(db, kind, held.record_id, columns)
    if kind is Kind.DECISION:
        activity.retitle(db, kind.value, held.record_id, str(columns["title"]))


def _drop(db: sqlite3.Connection, kind: Kind, record_id: str) -> None:
    records.delete(db, kind, record_id)
    activity.forget(db, kind.value, record_id)


def _pair(
    kind: Kind, items: Sequence[Columns], held: Sequence[_Held]
) -> list[tuple[Columns, _Held | None]]:
    """Each item with the record that goes on as it: of the same title, else the next one left."""
    left = list(held)
    matches: dict[int, _Held] = {}
    for position, columns in enumerate(items):
        same = [one for one in left if _title(kind, one.stated) == _title(kind, columns)]
        if same:
            matches[position] = same[0]
            left.remove(same[0])
    unmatched = [position for position in range(len(items)) if position not in matches]
    matches |= dict(zip(unmatched, left, strict=False))
    return [(columns, matches.get(position)) for position, columns in enumerate(items)]


def _title(kind: Kind, columns: Columns | None) -> str:
    return str((columns or {}).get(_TITLE[kind]) or "").casefold()


def _at(items: Sequence[Columns], position: int) -> Columns | None:
    return items[position] if position < len(items) else None
