"""What messages state, as rows, and which record goes on as which statement.

Everything here runs inside the caller's write transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from studio_git.core import trailers
from studio_git.core.trailers import Trailers
from studio_git.store import commits, records
from studio_git.store.commits import Captured
from studio_git.store.records import Columns, Kind


@dataclass(frozen=True, slots=True)
class Held:
    """A record of a replaced commit: what that commit stated, and what the row says now.

    ``kept`` says that it stood there without being stated.
    """

    record_id: str
    stated: Columns | None
    now: Columns | None
    kept: bool

    @property
    def untouched(self) -> bool:
        """Whether the row says what the commit stated, and no person's words."""
        return self.now is not None and self.now == self.stated


def held(db: sqlite3.Connection, kind: Kind, olds: Sequence[Captured]) -> list[Held]:
    """The records of replaced commits, each once."""
    found: dict[str, Held] = {}
    for old in olds:
        stated_then = stated(old.commit.message)[kind]
        for note in records.in_commit(db, kind, old.id):
            kept = note.position < 0
            if note.record_id not in found or found[note.record_id].kept:
                found[note.record_id] = Held(
                    note.record_id,
                    None if kept else _at(stated_then, note.position),
                    records.text(db, kind, note.record_id),
                    kept,
                )
    return list(found.values())


def not_shared(
    db: sqlite3.Connection, kind: Kind, found: Sequence[Held], commit_ids: Collection[int]
) -> list[Held]:
    """The records that no commit but these states: what becomes of them, these alone say."""
    return [
        one
        for one in found
        if not one.kept and not records.stated_elsewhere(db, kind, one.record_id, commit_ids)
    ]


def of_commits(db: sqlite3.Connection, kind: Kind, those: Sequence[Captured]) -> dict[str, str]:
    """The records of commits, those that a person deleted included: id by title."""
    found: dict[str, str] = {}
    for one in held(db, kind, those):
        found.setdefault(title(kind, one.now or one.stated), one.record_id)
    return found


def copied_from(
    db: sqlite3.Connection, project_id: str, those: Sequence[Captured]
) -> list[Captured]:
    """The commits whose work some commits have once more, and that none replaced."""
    oids = {oid for one in those for oid in commits.sources(db, one.id)}
    found = commits.by_oid(db, project_id, oids)
    return [one for one in found.values() if one.rewritten_to is None]


def stated(message: str) -> dict[Kind, list[Columns]]:
    """What a message states, as the rows that capture makes of it, by their positions."""
    return rows(trailers.read(message))


def rows(found: Trailers) -> dict[Kind, list[Columns]]:
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


def pair(
    kind: Kind,
    items: Sequence[Columns],
    found: Sequence[Held],
    own: Sequence[Held],
    copied: Collection[str],
    *,
    by_place: bool,
) -> list[tuple[Columns, Held | None]]:
    """Each item with the record that goes on as it: of the same title, else the next of ``own``.

    ``copied`` are the titles of records that are to be taken from elsewhere. Without ``by_place``
    the next one only where as many are left on both sides.
    """
    left = list(found)
    matches: dict[int, Held] = {}
    for position, columns in enumerate(items):
        same = [one for one in left if title(kind, one.stated or one.now) == title(kind, columns)]
        if same:
            matches[position] = same[0]
            left.remove(same[0])
    unmatched = [
        position
        for position, columns in enumerate(items)
        if position not in matches and title(kind, columns) not in copied
    ]
    left = [one for one in left if one in own]
    if by_place or len(unmatched) == len(left):
        matches |= dict(zip(unmatched, left, strict=False))
    return [(columns, matches.get(position)) for position, columns in enumerate(items)]


def title(kind: Kind, columns: Columns | None) -> str:
    """What a record is known by, in lower case."""
    return str((columns or {}).get(records.TITLE[kind]) or "").casefold()


def _at(items: Sequence[Columns], position: int) -> Columns | None:
    return items[position] if position < len(items) else None
