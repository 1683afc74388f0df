"""The dashboard's queries, as the data model has them."""

from __future__ import annotations

import sqlite3

Row = sqlite3.Row


def drift_alerts(db: sqlite3.Connection) -> list[Row]:
    """Context files that are out of step, with ``project_name``, the last one first."""
    return db.execute(
        "SELECT cf.*, p.name AS project_name FROM context_files cf "
        "JOIN projects p ON cf.project_id = p.id "
        "WHERE cf.sync_status IN ('stale', 'diverged') AND p.archived_at IS NULL "
        "ORDER BY cf.updated_at DESC"
    ).fetchall()


def active_cycles(db: sqlite3.Connection) -> list[Row]:
    """Cycles under way, with ``project_name`` and ``number`` of their code, the last one first."""
    return db.execute(
        "SELECT c.*, p.name AS project_name, k.number FROM cycles c "
        "JOIN projects p ON c.project_id = p.id "
        "LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id "
        "WHERE c.completed_at IS NULL AND p.archived_at IS NULL ORDER BY c.updated_at DESC"
    ).fetchall()


def pending_decisions(db: sqlite3.Connection, limit: int) -> list[Row]:
    """Decisions of the last seven days, with ``project_name`` and ``cycle_name``."""
    return db.execute(
        "SELECT d.*, p.name AS project_name, cy.name AS cycle_name FROM decisions d "
        "JOIN projects p ON d.project_id = p.id LEFT JOIN cycles cy ON d.cycle_id = cy.id "
        "WHERE d.created_at > datetime('now', '-7 days') ORDER BY d.created_at DESC LIMIT ?",
        [limit],
    ).fetchall()


def recent_activity(db: sqlite3.Connection) -> list[Row]:
    """The last twenty things that happened in seven days, with ``project_name``."""
    return db.execute(
        "SELECT a.*, p.name AS project_name FROM activity_log a "
        "LEFT JOIN projects p ON p.id = a.project_id "
        "WHERE a.created_at > datetime('now', '-7 days') ORDER BY a.created_at DESC LIMIT 20"
    ).fetchall()
