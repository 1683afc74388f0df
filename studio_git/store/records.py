"""Rows of ``decisions``, ``learnings`` and ``git_questions``, and which commit each stands in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Row = sqlite3.Row


class Kind(StrEnum):
    """``git_notes.kind``: what a commit's trailers can state."""

    DECISION = "decision"
    LEARNING = "learning"
    QUESTION = "question"


TABLES: Mapping[Kind, str] = {
    Kind.DECISION: "decisions",
    Kind.LEARNING: "learnings",
    Kind.QUESTION: "git_questions",
}
"""The table that a kind of record stands in."""

_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DECISION: ("title", "rationale", "alternatives"),
    Kind.LEARNING: ("title", "problem", "solution", "tags"),
    Kind.QUESTION: ("question",),
}

TITLE: Mapping[Kind, str] = {
    Kind.DECISION: "title",
    Kind.LEARNING: "title",
    Kind.QUESTION: "question",
}
"""The column that says what a record is about."""

KEPT = -1
"""The position of a record that a commit took over without stating it."""

Columns = Mapping[str, str | None]
"""Columns of a row by name; lists are JSON text, as :func:`array` makes them."""


@dataclass(frozen=True, slots=True)
class Note:
    """A record and its place in a commit's message."""

    kind: Kind
    record_id: str
    commit_id: int
    position: int


def array(values: Sequence[str]) -> str:
    """A list as the store keeps it."""
    return json.dumps(list(values), ensure_ascii=False)


def add(
    db: sqlite3.Connection, kind: Kind, record_id: str, project_id: str, columns: Columns
) -> None:
    """Insert a record. ``created_at`` may be among the columns; else it is now."""
    given = {name: value for name, value in columns.items() if value is not None}
    names = ", ".join(["id", "project_id", *given])
    marks = ", ".join("?" * (len(given) + 2))
    db.execute(
        f"INSERT INTO {TABLES[kind]} ({names}) VALUES ({marks})",  # noqa: S608 - names of ours
        [record_id, project_id, *given.values()],
    )


def text(db: sqlite3.Connection, kind: Kind, record_id: str) -> dict[str, str | None] | None:
    """What a record says, without what it belongs to; None if it was deleted."""
    columns = ", ".join(_COLUMNS[kind])
    row = db.execute(
        f"SELECT {columns} FROM {TABLES[kind]} WHERE id = ?",  # noqa: S608 - names of ours
        [record_id],
    ).fetchone()
    return None if row is None else dict(row)


def change(db: sqlite3.Connection, kind: Kind, record_id: str, columns: Columns) -> None:
    """Set columns of a record, and ``updated_at`` where it has one."""
    assignments = [f"{name} = ?" for name in columns]
    if kind is Kind.LEARNING:
        assignments.append("updated_at = CURRENT_TIMESTAMP")
    db.execute(
        f"UPDATE {TABLES[kind]} SET {', '.join(assignments)} WHERE id = ?",  # noqa: S608
        [*columns.values(), record_id],
    )


def delete(db: sqlite3.Connection, kind: Kind, record_id: str) -> None:
    """Delete a record and what ties it to commits."""
    db.execute("DELETE FROM git_notes WHERE kind = ? AND record_id = ?", [kind.value, record_id])
    db.execute(f"DELETE FROM {TABLES[kind]} WHERE id = ?", [record_id])  # noqa: S608


def remove(db: sqlite3.Connection, kind: Kind, record_id: str) -> None:
    """Delete a record alone: what ties it to commits keeps capture from adding it again."""
    db.execute(f"DELETE FROM {TABLES[kind]} WHERE id = ?", [record_id])  # noqa: S608


def tie(db: sqlite3.Connection, kind: Kind, record_id: str, commit_id: int, position: int) -> None:
    """Say that a record stands in a commit, and as the how manieth of its kind, from 0.

    :data:`KEPT` for one that its message does not state.
    """
    db.execute(
        "INSERT INTO git_notes (kind, record_id, commit_id, position) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (kind, record_id, commit_id) DO UPDATE SET position = excluded.position",
        [kind.value, record_id, commit_id, position],
    )


def untie(db: sqlite3.Connection, kind: Kind, record_id: str, commit_id: int) -> None:
    """Forget that a record stands in a commit."""
    db.execute(
        "DELETE FROM git_notes WHERE kind = ? AND record_id = ? AND commit_id = ?",
        [kind.value, record_id, commit_id],
    )


def tied(db: sqlite3.Connection, kind: Kind, record_id: str) -> bool:
    """True if a record stands in a commit that none replaced."""
    row = db.execute(
        "SELECT 1 FROM git_notes n JOIN git_commits c ON c.id = n.commit_id "
        "WHERE n.kind = ? AND n.record_id = ? AND c.rewritten_to IS NULL LIMIT 1",
        [kind.value, record_id],
    ).fetchone()
    return row is not None


def stated_elsewhere(
    db: sqlite3.Connection, kind: Kind, record_id: str, commit_ids: Collection[int]
) -> bool:
    """True if another commit than these states a record, and is on a branch or a HEAD."""
    rows = db.execute(
        "SELECT c.id FROM git_notes n JOIN git_commits c ON c.id = n.commit_id "
        "WHERE n.kind = ? AND n.record_id = ? AND n.position >= 0 "
        "AND c.rewritten_to IS NULL AND c.gone_at IS NULL",
        [kind.value, record_id],
    )
    return any(row["id"] not in commit_ids for row in rows)


def in_gone(db: sqlite3.Connection, kind: Kind, repository_id: str, title: str) -> str | None:
    """A record of this title that stands only in commits of a clone that nothing reaches."""
    row = db.execute(
        "SELECT n.record_id FROM git_commits c "  # noqa: S608 - names of ours
        "JOIN git_notes n ON n.commit_id = c.id AND n.kind = ?1 "
        f"JOIN {TABLES[kind]} r ON r.id = n.record_id "
        f"WHERE c.repository_id = ?2 AND c.gone_at IS NOT NULL AND lower(r.{TITLE[kind]}) = "
        "lower(?3) AND NOT EXISTS (SELECT 1 FROM git_notes m JOIN git_commits d "
        "ON d.id = m.commit_id WHERE m.kind = n.kind AND m.record_id = n.record_id "
        "AND d.gone_at IS NULL AND d.rewritten_to IS NULL) ORDER BY c.id DESC LIMIT 1",
        [kind.value, repository_id, title],
    ).fetchone()
    return None if row is None else str(row[0])


def in_commit(db: sqlite3.Connection, kind: Kind, commit_id: int) -> list[Note]:
    """What of one kind stands in a commit, in the order of its message."""
    rows = db.execute(
        "SELECT * FROM git_notes WHERE commit_id = ? AND kind = ? ORDER BY position",
        [commit_id, kind.value],
    )
    return [Note(kind, row["record_id"], row["commit_id"], row["position"]) for row in rows]


def in_session(db: sqlite3.Connection, kind: Kind, session_id: str) -> list[Row]:
    """The rows of one kind that stand in a session's commits, in the order of the work."""
    return db.execute(
        # The order matters: from the session's few commits, not from all there is of a kind.
        "SELECT r.* FROM git_commits c "  # noqa: S608 - names of ours
        "CROSS JOIN git_notes n ON n.commit_id = c.id AND n.kind = ? "
        f"CROSS JOIN {TABLES[kind]} r ON r.id = n.record_id "
        "WHERE c.session_id = ? AND c.rewritten_to IS NULL GROUP BY r.id "
        "ORDER BY min(c.author_time), min(c.id), min(n.position)",
        [kind.value, session_id],
    ).fetchall()


def decisions(db: sqlite3.Connection, project_id: str | None, limit: int | None) -> list[Row]:
    """Decisions of one project or of all, the newest first."""
    return db.execute(
        "SELECT * FROM decisions WHERE (?1 IS NULL OR project_id = ?1) "
        "ORDER BY created_at DESC, rowid DESC LIMIT ?2",
        [project_id, -1 if limit is None else limit],
    ).fetchall()


def learnings(
    db: sqlite3.Connection, project_id: str | None, limit: int | None, *, tag: str | None = None
) -> list[Row]:
    """Learnings of one project or of all, the newest first; with a tag only those that have it."""
    return db.execute(
        "SELECT * FROM learnings l WHERE (?1 IS NULL OR l.project_id = ?1) "
        "AND (?3 IS NULL OR (json_valid(l.tags) AND EXISTS (SELECT 1 FROM json_each(l.tags) "
        "WHERE lower(value) = lower(?3)))) ORDER BY l.created_at DESC, l.rowid DESC LIMIT ?2",
        [project_id, -1 if limit is None else limit, tag],
    ).fetchall()


def tags(db: sqlite3.Connection, project_id: str | None) -> list[Row]:
    """The tags of learnings with the number of each, ``tag`` and ``count``, the most used first."""
    return db.execute(
        "SELECT t.value AS tag, count(*) AS count FROM learnings l, json_each("
        "CASE WHEN json_valid(l.tags) THEN l.tags ELSE '[]' END) t "
        "WHERE (?1 IS NULL OR l.project_id = ?1) GROUP BY t.value "
        "ORDER BY count DESC, tag",
        [project_id],
    ).fetchall()


def commits_of(
    db: sqlite3.Connection, kind: Kind, record_ids: Sequence[str]
) -> dict[str, list[str]]:
    """For each record the oids of the commits it stands in that none replaced, oldest first."""
    found: dict[str, list[str]] = {record_id: [] for record_id in record_ids}
    rows = db.execute(
        "SELECT n.record_id, c.oid FROM git_notes n JOIN git_commits c ON c.id = n.commit_id "
        "WHERE n.kind = ? AND n.record_id IN (SELECT value FROM json_each(?)) "
        "AND c.rewritten_to IS NULL ORDER BY c.author_time, c.id",
        [kind.value, json.dumps(list(found))],
    )
    for row in rows:
        found[row["record_id"]].append(row["oid"])
    return found


def commit_of(db: sqlite3.Connection, kind: Kind, record_id: str) -> str | None:
    """The oid of the commit that a record stands in; None if it was added by hand.

    Of several the first that is on a branch.
    """
    row = db.execute(
        "SELECT c.oid FROM git_notes n JOIN git_commits c ON c.id = n.commit_id "
        "WHERE n.kind = ? AND n.record_id = ? "
        "ORDER BY c.rewritten_to IS NOT NULL, c.gone_at IS NOT NULL, n.position < 0, "
        "c.author_time, c.id LIMIT 1",
        [kind.value, record_id],
    ).fetchone()
    return None if row is None else str(row["oid"])
