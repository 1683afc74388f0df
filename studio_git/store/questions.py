"""Rows of ``git_questions`` that nobody has closed."""

from __future__ import annotations

import sqlite3

Row = sqlite3.Row


def still_open(db: sqlite3.Connection, project_id: str, limit: int) -> list[Row]:
    """The open questions of a project, the newest first."""
    return db.execute(
        "SELECT * FROM git_questions WHERE project_id = ? AND closed_at IS NULL "
        "ORDER BY created_at DESC, rowid DESC LIMIT ?",
        [project_id, limit],
    ).fetchall()
