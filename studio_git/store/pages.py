"""What the pages of the web dashboard read of the store beyond what other modules have."""

from __future__ import annotations

import sqlite3

Row = sqlite3.Row


def sessions(
    db: sqlite3.Connection, project_id: str | None, *, limit: int, offset: int
) -> list[Row]:
    """Sessions, the newest first, with ``cycle_name``, ``cycle_number`` and ``project_name``."""
    return db.execute(
        "SELECT s.*, c.name AS cycle_name, k.number AS cycle_number, p.name AS project_name "
        "FROM sessions s LEFT JOIN projects p ON p.id = s.project_id "
        "LEFT JOIN cycles c ON c.id = s.cycle_id "
        "LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id "
        "WHERE (?1 IS NULL OR s.project_id = ?1) "
        "ORDER BY s.created_at DESC, s.rowid DESC LIMIT ?2 OFFSET ?3",
        [project_id, limit, offset],
    ).fetchall()


def decisions(
    db: sqlite3.Connection, project_id: str | None, *, limit: int, offset: int
) -> list[Row]:
    """Decisions, the newest first."""
    return db.execute(
        "SELECT * FROM decisions WHERE (?1 IS NULL OR project_id = ?1) "
        "ORDER BY created_at DESC, rowid DESC LIMIT ?2 OFFSET ?3",
        [project_id, limit, offset],
    ).fetchall()


def drifting(db: sqlite3.Connection, project_id: str | None) -> list[Row]:
    """The drift alerts, with both texts where the store has them, the last one first.

    ``project_name``, ``canonical_content``, ``repo_content``, ``diff_summary``, ``detected_at``.
    """
    return db.execute(
        "SELECT cf.*, p.name AS project_name, p.repo_path AS project_path, d.canonical_content, "
        "d.repo_content, d.diff_summary, d.detected_at, t.repo_path AS path "
        "FROM context_files cf JOIN projects p ON cf.project_id = p.id "
        "LEFT JOIN git_context_targets t ON t.context_file_id = cf.id "
        "LEFT JOIN drift_records d ON d.id = (SELECT id FROM drift_records o "
        "WHERE o.context_file_id = cf.id AND o.resolved_at IS NULL "
        "ORDER BY o.detected_at DESC LIMIT 1) "
        "WHERE cf.sync_status IN ('stale', 'diverged') AND p.archived_at IS NULL "
        "AND (?1 IS NULL OR p.id = ?1) ORDER BY cf.updated_at DESC",
        [project_id],
    ).fetchall()


def settled(db: sqlite3.Connection, project_id: str | None, limit: int) -> list[Row]:
    """Drift that was resolved, the last one first, with ``filename`` and ``project_name``."""
    return db.execute(
        "SELECT d.id, d.detected_at, d.resolved_at, d.resolution, d.diff_summary, cf.filename, "
        "p.name AS project_name FROM drift_records d "
        "JOIN context_files cf ON cf.id = d.context_file_id "
        "JOIN projects p ON p.id = cf.project_id WHERE d.resolved_at IS NOT NULL "
        "AND (?1 IS NULL OR p.id = ?1) ORDER BY d.resolved_at DESC LIMIT ?2",
        [project_id, limit],
    ).fetchall()


def context_files(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """The context files of a project by name."""
    return db.execute(
        "SELECT * FROM context_files WHERE project_id = ? ORDER BY filename", [project_id]
    ).fetchall()


def projects(db: sqlite3.Connection) -> list[Row]:
    """Projects by name, those in use first, each with what it has: counts and ``last`` session."""
    return db.execute(
        "SELECT p.*, "
        "(SELECT count(*) FROM sessions s WHERE s.project_id = p.id) AS sessions, "
        "(SELECT max(s.created_at) FROM sessions s WHERE s.project_id = p.id) AS last, "
        "(SELECT count(*) FROM decisions d WHERE d.project_id = p.id) AS decisions, "
        "(SELECT count(*) FROM cycles c WHERE c.project_id = p.id AND c.completed_at IS NULL) "
        "AS cycles, "
        "(SELECT count(*) FROM context_files f WHERE f.project_id = p.id "
        "AND f.sync_status IN ('stale', 'diverged')) AS drifting "
        "FROM projects p ORDER BY p.archived_at IS NOT NULL, p.name, p.id"
    ).fetchall()


def registry_uses(db: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """How often each item is used, by its type and id: mapped to technologies of projects, or
    the template that a project was made of.
    """
    rows = db.execute(
        "SELECT registry_type, registry_id, count(*) AS uses FROM tech_mappings "
        "GROUP BY registry_type, registry_id UNION ALL "
        "SELECT 'template', template_id, count(*) FROM projects "
        "WHERE template_id IS NOT NULL GROUP BY template_id"
    )
    return {(row["registry_type"], row["registry_id"]): row["uses"] for row in rows}


def totals(db: sqlite3.Connection) -> Row:
    """``sessions``, ``minutes`` and ``decisions`` of the last seven days."""
    row: Row = db.execute(
        "SELECT (SELECT count(*) FROM sessions WHERE created_at > datetime('now', '-7 days')) "
        "AS sessions, (SELECT sum(duration_minutes) FROM sessions "
        "WHERE created_at > datetime('now', '-7 days')) AS minutes, "
        "(SELECT count(*) FROM decisions WHERE created_at > datetime('now', '-7 days')) "
        "AS decisions"
    ).fetchone()
    return row


def tables_of_ours(db: sqlite3.Connection) -> list[str]:
    """The tables of the store that the data model does not have."""
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' "
        "AND (name GLOB 'git_*' OR name GLOB '_sqlite_*' OR name GLOB 'sqlite_*') ORDER BY name"
    )
    return [row["name"] for row in rows]
