"""Rows of ``settings``; ``value`` is JSON text, as whoever wrote it left it."""

from __future__ import annotations

import sqlite3


def every(db: sqlite3.Connection) -> dict[str, tuple[str, str | None]]:
    """Value and ``updated_at`` by key, in the order of the keys."""
    rows = db.execute("SELECT key, value, updated_at FROM settings ORDER BY key")
    return {str(row["key"]): (str(row["value"]), row["updated_at"]) for row in rows}


def put(db: sqlite3.Connection, key: str, value: str) -> None:
    """Set one; a row of that key gets the value."""
    db.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
        "value = excluded.value, updated_at = CURRENT_TIMESTAMP",
        [key, value],
    )
