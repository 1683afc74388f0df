"""The dashboard's queries, as the data model has them, with a few columns of ours beside theirs."""

from __future__ import annotations

import sqlite3

from studio_git.core.registrytypes import FOLDERS, ItemType

Row = sqlite3.Row

# What a look at the primary worktree found counts while the row still says the same contents.
_OF_CONTEXT_FILES = """
    (SELECT t.repo_path FROM git_context_targets t
     WHERE t.context_file_id = cf.id AND t.untracked_at IS NULL) AS repo_path,
    (SELECT s.kind FROM git_context_states s JOIN git_repositories r ON r.id = s.repository_id
     WHERE s.context_file_id = cf.id AND s.worktree = r.primary_worktree
       AND s.canonical_hash IS cf.canonical_hash AND s.repo_hash IS cf.repo_hash
     ORDER BY r.bound_at, r.rowid LIMIT 1) AS kind,
    (SELECT d.diff_summary FROM drift_records d
     WHERE d.context_file_id = cf.id AND d.resolved_at IS NULL
     ORDER BY d.detected_at DESC LIMIT 1) AS diff_summary
"""


def drift_alerts(db: sqlite3.Connection) -> list[Row]:
    """Context files that are out of step, the last one first.

    With ``project_name``, and as :func:`context_files` has them.
    """
    return db.execute(
        f"SELECT cf.*, p.name AS project_name, {_OF_CONTEXT_FILES} FROM context_files cf "  # noqa: S608
        "JOIN projects p ON cf.project_id = p.id "
        "WHERE cf.sync_status IN ('stale', 'diverged') AND p.archived_at IS NULL "
        "ORDER BY cf.updated_at DESC"
    ).fetchall()


def context_files(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """The context files of a project by filename.

    With ``repo_path`` (None: no repository tracks it), the ``kind`` of its drift, and the
    ``diff_summary`` of the open drift record.
    """
    return db.execute(
        f"SELECT cf.*, {_OF_CONTEXT_FILES} FROM context_files cf "  # noqa: S608
        "WHERE cf.project_id = ? ORDER BY cf.filename",
        [project_id],
    ).fetchall()


def active_cycles(db: sqlite3.Connection) -> list[Row]:
    """Cycles under way, with ``project_name`` and ``number`` of their code, the last one first."""
    return db.execute(
        "SELECT c.*, p.name AS project_name, k.number FROM cycles c "
        "JOIN projects p ON c.project_id = p.id "
        "LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id "
        "WHERE c.completed_at IS NULL AND p.archived_at IS NULL ORDER BY c.updated_at DESC"
    ).fetchall()


def pending_decisions(db: sqlite3.Connection, limit: int | None = None) -> list[Row]:
    """Decisions of the last seven days, with ``project_name`` and ``cycle_name``."""
    return db.execute(
        "SELECT d.*, p.name AS project_name, cy.name AS cycle_name FROM decisions d "
        "JOIN projects p ON d.project_id = p.id LEFT JOIN cycles cy ON d.cycle_id = cy.id "
        "WHERE d.created_at > datetime('now', '-7 days') ORDER BY d.created_at DESC LIMIT ?",
        [-1 if limit is None else limit],
    ).fetchall()


def recent_activity(db: sqlite3.Connection) -> list[Row]:
    """The last twenty things that happened in seven days, with ``project_name``."""
    return db.execute(
        "SELECT a.*, p.name AS project_name FROM activity_log a "
        "LEFT JOIN projects p ON p.id = a.project_id "
        "WHERE a.created_at > datetime('now', '-7 days') "
        "ORDER BY a.created_at DESC, a.rowid DESC LIMIT 20"
    ).fetchall()


def registry_items(db: sqlite3.Connection, item_type: ItemType) -> list[Row]:
    """The registry items of a type by name, with ``project_count``: how often each is used.

    That is the number of its mappings to a technology of a project; of a template also the
    number of projects that were made of it.
    """
    made = "(SELECT count(*) FROM projects p WHERE p.template_id = i.id)"
    also = f" + {made}" if item_type is ItemType.TEMPLATE else ""
    return db.execute(
        f"SELECT i.*, count(tm.id){also} AS project_count FROM registry_{FOLDERS[item_type]} i "  # noqa: S608
        "LEFT JOIN tech_mappings tm ON tm.registry_type = ? AND tm.registry_id = i.id "
        "GROUP BY i.id ORDER BY i.name",
        [item_type.value],
    ).fetchall()
