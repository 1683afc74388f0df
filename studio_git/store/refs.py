"""Rows of ``git_refs``: up to where each reference of a clone was captured."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping


def every(db: sqlite3.Connection, repository_id: str) -> dict[str, str]:
    """Where each reference stood when its commits were captured: name to oid."""
    rows = db.execute("SELECT name, oid FROM git_refs WHERE repository_id = ?", [repository_id])
    return {row["name"]: row["oid"] for row in rows}


def remember(
    db: sqlite3.Connection, repository_id: str, moved: Mapping[str, str], gone: Iterable[str] = ()
) -> None:
    """Remember where references stand now, and forget those that are gone."""
    db.executemany(
        "DELETE FROM git_refs WHERE repository_id = ? AND name = ?",
        [(repository_id, name) for name in gone],
    )
    db.executemany(
        "INSERT INTO git_refs (repository_id, name, oid) VALUES (?, ?, ?) "
        "ON CONFLICT (repository_id, name) DO UPDATE SET oid = excluded.oid",
        [(repository_id, name, oid) for name, oid in moved.items()],
    )
