"""What stands behind commits: their captured rows, what they state, their sessions. Read only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from studio_git.store.records import Kind

Row = sqlite3.Row

_TABLES = {Kind.DECISION: "decisions", Kind.LEARNING: "learnings"}


def captured(db: sqlite3.Connection, project_id: str, oids: Collection[str]) -> dict[str, Row]:
    """Those of the commits that were captured, by oid: rows of ``git_commits``."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE project_id = ? "
        "AND oid IN (SELECT value FROM json_each(?))",
        [project_id, json.dumps(list(oids))],
    )
    return {row["oid"]: row for row in rows}


def oids_like(db: sqlite3.Connection, project_id: str, start: str) -> list[str]:
    """The captured oids that begin so (hexadecimal digits), two of them at most."""
    rows = db.execute(
        "SELECT oid FROM git_commits WHERE project_id = ? AND oid >= ? AND oid < ? LIMIT 2",
        [project_id, start, f"{start}g"],
    )
    return [row["oid"] for row in rows]


def stated(db: sqlite3.Connection, kind: Kind, commit_ids: Collection[int]) -> dict[int, list[Row]]:
    """The decisions or learnings that stand in commits, by the commit's row id, in order."""
    found: dict[int, list[Row]] = {}
    for row in db.execute(
        f"SELECT n.commit_id, r.* FROM git_notes n JOIN {_TABLES[kind]} r "  # noqa: S608
        "ON r.id = n.record_id WHERE n.kind = ? "
        "AND n.commit_id IN (SELECT value FROM json_each(?)) ORDER BY n.commit_id, n.position",
        [kind.value, json.dumps(list(commit_ids))],
    ):
        found.setdefault(row["commit_id"], []).append(row)
    return found


def sessions(db: sqlite3.Connection, session_ids: Collection[str]) -> list[Row]:
    """Sessions with ``cycle_name`` and ``cycle_number``, the newest first."""
    return db.execute(
        "SELECT s.*, c.name AS cycle_name, k.number AS cycle_number FROM sessions s "
        "LEFT JOIN cycles c ON c.id = s.cycle_id "
        "LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id "
        "WHERE s.id IN (SELECT value FROM json_each(?)) "
        "ORDER BY s.created_at DESC, s.rowid DESC",
        [json.dumps(list(session_ids))],
    ).fetchall()
