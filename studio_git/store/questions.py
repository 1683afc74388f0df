"""Rows of ``git_questions`` that nobody has closed, and the session that a new one is of."""

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


def session_since(db: sqlite3.Connection, project_id: str, since: int) -> str | None:
    """The captured session of a project that went on last, if not before a second; its id."""
    row = db.execute(
        "SELECT session_id FROM git_sessions WHERE project_id = ? AND ended_at >= ? "
        "ORDER BY ended_at DESC LIMIT 1",
        [project_id, since],
    ).fetchone()
    return None if row is None else str(row["session_id"])
