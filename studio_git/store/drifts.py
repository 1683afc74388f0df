"""Rows of ``drift_records``: at most one unresolved for each context file."""

from __future__ import annotations

import sqlite3

from studio_git.core.models import Resolution

Row = sqlite3.Row


def unresolved(db: sqlite3.Connection, context_file_id: str) -> Row | None:
    """The open drift of a context file."""
    row: Row | None = db.execute(
        "SELECT * FROM drift_records WHERE context_file_id = ? AND resolved_at IS NULL "
        "ORDER BY detected_at DESC",
        [context_file_id],
    ).fetchone()
    return row


def detect(
    db: sqlite3.Connection,
    drift_id: str,
    context_file_id: str,
    *,
    canonical: str | None,
    repo: str | None,
    diff_summary: str,
) -> None:
    """Open a drift with both contents as they are."""
    db.execute(
        "INSERT INTO drift_records (id, context_file_id, canonical_content, repo_content, "
        "diff_summary) VALUES (?, ?, ?, ?, ?)",
        [drift_id, context_file_id, canonical, repo, diff_summary],
    )


def follow(
    db: sqlite3.Connection,
    drift_id: str,
    *,
    canonical: str | None,
    repo: str | None,
    diff_summary: str,
) -> None:
    """Bring an open drift up to the contents of now."""
    db.execute(
        "UPDATE drift_records SET canonical_content = ?, repo_content = ?, diff_summary = ? "
        "WHERE id = ?",
        [canonical, repo, diff_summary, drift_id],
    )


def resolve(db: sqlite3.Connection, drift_id: str, resolution: Resolution) -> None:
    """Close a drift and say how."""
    db.execute(
        "UPDATE drift_records SET resolved_at = CURRENT_TIMESTAMP, resolution = ? WHERE id = ?",
        [resolution.value, drift_id],
    )


def reopen(db: sqlite3.Connection, drift_id: str) -> None:
    """Open a drift again whose resolution was undone."""
    db.execute(
        "UPDATE drift_records SET resolved_at = NULL, resolution = NULL WHERE id = ?", [drift_id]
    )
