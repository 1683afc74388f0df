"""Rows of ``activity_log``, the feed of the dashboard."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

Row = sqlite3.Row


class ActivityType(StrEnum):
    """``activity_log.activity_type``: the seven of the data model."""

    SESSION_CAPTURED = "session_captured"
    DECISION_RECORDED = "decision_recorded"
    CYCLE_STARTED = "cycle_started"
    CYCLE_COMPLETED = "cycle_completed"
    DRIFT_DETECTED = "drift_detected"
    DRIFT_RESOLVED = "drift_resolved"
    CONTEXT_UPDATED = "context_updated"


def log(
    db: sqlite3.Connection,
    activity_id: str,
    project_id: str,
    kind: ActivityType,
    *,
    title: str,
    reference_type: str,
    reference_id: str,
    created_at: str | None = None,
) -> None:
    """Add a row; ``created_at`` is the time of the event, None for now."""
    db.execute(
        "INSERT INTO activity_log (id, project_id, activity_type, title, reference_type, "
        "reference_id, created_at) VALUES (?, ?, ?, ?, ?, ?, coalesce(?, CURRENT_TIMESTAMP))",
        [activity_id, project_id, kind.value, title, reference_type, reference_id, created_at],
    )


def retitle(db: sqlite3.Connection, reference_type: str, reference_id: str, title: str) -> None:
    """Let the feed follow a record that was renamed."""
    db.execute(
        "UPDATE activity_log SET title = ? WHERE reference_type = ? AND reference_id = ?",
        [title, reference_type, reference_id],
    )


def forget(db: sqlite3.Connection, reference_type: str, reference_id: str) -> None:
    """Take a record that no longer is out of the feed."""
    db.execute(
        "DELETE FROM activity_log WHERE reference_type = ? AND reference_id = ?",
        [reference_type, reference_id],
    )


def recent(db: sqlite3.Connection, project_id: str | None, limit: int | None) -> list[Row]:
    """The feed, newest first; of one project, or of all."""
    return db.execute(
        "SELECT * FROM activity_log WHERE (?1 IS NULL OR project_id = ?1) "
        "ORDER BY created_at DESC, rowid DESC LIMIT ?2",
        [project_id, -1 if limit is None else limit],
    ).fetchall()
