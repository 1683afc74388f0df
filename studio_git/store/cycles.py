"""Rows of ``cycles``, read."""

from __future__ import annotations

import sqlite3

Row = sqlite3.Row


def get(db: sqlite3.Connection, cycle_id: str) -> Row | None:
    """One cycle by its whole id."""
    row: Row | None = db.execute("SELECT * FROM cycles WHERE id = ?", [cycle_id]).fetchone()
    return row


def every(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """The cycles of a project, those under way first, the newest first."""
    return db.execute(
        "SELECT * FROM cycles WHERE project_id = ? "
        "ORDER BY completed_at IS NOT NULL, created_at DESC, rowid DESC",
        [project_id],
    ).fetchall()


def find(db: sqlite3.Connection, project_id: str, words: str) -> list[Row]:
    """The cycles that ``words`` may mean: the id, else a name in any case, else an id's start."""
    rows = every(db, project_id)
    words = words.strip()
    wanted = words.casefold()
    if not wanted:
        return []
    return (
        [row for row in rows if row["id"] == words]
        or [row for row in rows if row["name"].strip().casefold() == wanted]
        or [row for row in rows if len(wanted) >= 4 and row["id"].casefold().startswith(wanted)]
    )
