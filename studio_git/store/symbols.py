"""Records of all kinds by a part of their title, and by the beginning of their id."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

Row = sqlite3.Row

MAX_WORDS = 200
"""Characters of what is searched for; the rest is left out."""


class Kind(StrEnum):
    """The kinds of records that have a title."""

    DECISION = "decision"
    LEARNING = "learning"
    SESSION = "session"
    CYCLE = "cycle"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Titled:
    """A record; ``project_id`` is None for a learning whose project is gone."""

    kind: Kind
    id: str
    title: str
    project_id: str | None


_EVERY = {
    Kind.DECISION: "SELECT id, title, project_id, created_at FROM decisions",
    Kind.LEARNING: "SELECT id, title, project_id, created_at FROM learnings",
    Kind.SESSION: "SELECT id, title, project_id, created_at FROM sessions",
    Kind.CYCLE: "SELECT id, name AS title, project_id, created_at FROM cycles",
    Kind.TASK: (
        "SELECT t.id, t.title, c.project_id, t.created_at FROM tasks t "
        "JOIN cycles c ON c.id = t.cycle_id"
    ),
}


def search(db: sqlite3.Connection, words: str, limit: int) -> list[Titled]:
    """The records whose title has the words, each of them, in any case (of ASCII letters).

    First the titles that begin so, then those with a word that does, then the others; of equals
    the newest first. Without words the newest of all.
    """
    wanted = " ".join(words.replace("\0", " ")[:MAX_WORDS].split())
    parts = [_escaped(word) for word in wanted.split()]
    whole = _escaped(wanted)
    condition = " AND ".join("title LIKE ? ESCAPE '\\'" for _ in parts) or "1"
    rank = (
        "CASE WHEN title LIKE ? ESCAPE '\\' THEN 0 WHEN title LIKE ? ESCAPE '\\' THEN 1 ELSE 2 END"
    )
    found = []
    for kind, select in _EVERY.items():
        rows = db.execute(
            f"SELECT id, title, project_id, created_at, {rank} AS rank FROM ({select}) "  # noqa: S608
            f"WHERE {condition} ORDER BY rank, created_at DESC LIMIT ?",
            [f"{whole}%", f"% {whole}%", *(f"%{part}%" for part in parts), limit],
        )
        found += [(row["rank"], str(row["created_at"] or ""), kind, row) for row in rows]
    found.sort(key=lambda it: it[1], reverse=True)
    found.sort(key=lambda it: it[0])
    return [_titled(kind, row) for _, _, kind, row in found[:limit]]


def titled(
    db: sqlite3.Connection, titles: Collection[str], kinds: Collection[Kind]
) -> list[Titled]:
    """The records of some kinds whose title is one of these, in any case (of ASCII letters)."""
    given = json.dumps(list(titles))
    found = []
    for kind in kinds:
        rows = db.execute(
            f"SELECT * FROM ({_EVERY[kind]}) "  # noqa: S608
            "WHERE title COLLATE NOCASE IN (SELECT value FROM json_each(?)) "
            "ORDER BY created_at DESC",
            [given],
        )
        found += [_titled(kind, row) for row in rows]
    return found


def by_id(db: sqlite3.Connection, kind: Kind, start: str, limit: int) -> list[Titled]:
    """The records of a kind whose id begins so, without a look at others."""
    rows = db.execute(
        f"SELECT * FROM ({_EVERY[kind]}) WHERE id >= ?1 AND id < ?2 "  # noqa: S608
        "ORDER BY id LIMIT ?3",
        [start, f"{start}\U0010ffff", limit],
    )
    return [_titled(kind, row) for row in rows]


def of_cycle_number(db: sqlite3.Connection, number: int) -> list[Titled]:
    """The cycle that has a code."""
    rows = db.execute(
        "SELECT c.id, c.name AS title, c.project_id FROM git_cycle_codes k "
        "JOIN cycles c ON c.id = k.cycle_id WHERE k.number = ?",
        [number],
    )
    return [_titled(Kind.CYCLE, row) for row in rows]


def sessions_of(db: sqlite3.Connection, decision_ids: Collection[str]) -> dict[str, str]:
    """The session that each decision was made in, of those that a commit states."""
    rows = db.execute(
        "SELECT n.record_id, c.session_id FROM git_notes n JOIN git_commits c "
        "ON c.id = n.commit_id WHERE n.kind = 'decision' "
        "AND n.record_id IN (SELECT value FROM json_each(?)) "
        "AND c.session_id IS NOT NULL ORDER BY c.rewritten_to IS NULL, c.author_time DESC",
        [json.dumps(list(decision_ids))],
    )
    return {row["record_id"]: row["session_id"] for row in rows}


def _titled(kind: Kind, row: Row) -> Titled:
    return Titled(kind, str(row["id"]), str(row["title"]), row["project_id"])


def _escaped(text: str) -> str:
    """Text for LIKE in which nothing stands for anything else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
