"""The log of what was replaced, so that ``git studio undo`` can bring it back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One resolution as it was carried out; ``changes`` is what the service wrote there."""

    id: int
    project_id: str
    repository_id: str | None
    worktree: str | None
    title: str
    changes: Sequence[Mapping[str, Any]]
    undone_at: str | None


def add(
    db: sqlite3.Connection,
    project_id: str,
    repository_id: str,
    worktree: str,
    *,
    title: str,
    changes: Sequence[Mapping[str, Any]],
) -> int:
    """Log an operation before it is carried out; its id."""
    cursor = db.execute(
        "INSERT INTO git_operations (project_id, repository_id, worktree, title, changes) "
        "VALUES (?, ?, ?, ?, ?)",
        [project_id, repository_id, worktree, title, json.dumps(changes)],
    )
    assert cursor.lastrowid is not None  # noqa: S101 - for the type checker: an INSERT has one
    return cursor.lastrowid


def get(db: sqlite3.Connection, operation_id: int) -> Operation | None:
    """One operation by its number."""
    row = db.execute("SELECT * FROM git_operations WHERE id = ?", [operation_id]).fetchone()
    return None if row is None else _operation(row)


def latest(db: sqlite3.Connection, repository_id: str, worktree: str) -> Operation | None:
    """The newest operation in a worktree that was not undone."""
    row = db.execute(
        "SELECT * FROM git_operations WHERE repository_id = ? AND worktree = ? "
        "AND undone_at IS NULL ORDER BY id DESC",
        [repository_id, worktree],
    ).fetchone()
    return None if row is None else _operation(row)


def describe(
    db: sqlite3.Connection, operation_id: int, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Write what an operation did, now that all of it is known."""
    db.execute(
        "UPDATE git_operations SET changes = ? WHERE id = ?", [json.dumps(changes), operation_id]
    )


def mark_undone(db: sqlite3.Connection, operation_id: int) -> None:
    """Note that an operation was taken back."""
    db.execute(
        "UPDATE git_operations SET undone_at = CURRENT_TIMESTAMP WHERE id = ?", [operation_id]
    )


def _operation(row: sqlite3.Row) -> Operation:
    return Operation(
        id=row["id"],
        project_id=row["project_id"],
        repository_id=row["repository_id"],
        worktree=row["worktree"],
        title=row["title"],
        changes=json.loads(row["changes"]),
        undone_at=row["undone_at"],
    )
