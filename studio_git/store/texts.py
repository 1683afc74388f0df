"""Texts in a store that are none: SQLite keeps any bytes as text, and its check passes them."""

from __future__ import annotations

import sqlite3


def unreadable(db: sqlite3.Connection) -> list[str]:
    """The tables with texts that are no UTF-8, which no program can read."""
    found = []
    before, db.text_factory = db.text_factory, bytes
    try:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            table = name.decode("utf-8", "replace")
            quoted = table.replace('"', '""')
            columns = db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
            texts = [row[0] for row in columns if b"BLOB" not in row[2].upper()]
            try:
                rows = db.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a name in the schema
            except UnicodeDecodeError:  # the name of a column is none
                found.append(table)
                continue
            if any(not _is_text(row[place]) for row in rows for place in texts):
                found.append(table)
    finally:
        db.text_factory = before
    return found


def _is_text(value: object) -> bool:
    if isinstance(value, bytes):
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return True
