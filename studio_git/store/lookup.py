"""Finding one row by the words of a person: its id, the start of it, or its title."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

Row = sqlite3.Row

SHORTEST_START = 4


class Table(StrEnum):
    """The tables whose rows have an id, a title and a project."""

    SESSIONS = "sessions"
    DECISIONS = "decisions"
    LEARNINGS = "learnings"


def by_id(db: sqlite3.Connection, table: Table, words: str) -> list[Row]:
    """The row with that id, else those whose id starts so (four characters at least)."""
    whole = db.execute(f"SELECT * FROM {table.value} WHERE id = ?", [words]).fetchall()  # noqa: S608
    if whole or len(words) < SHORTEST_START:
        return whole
    return db.execute(
        f"SELECT * FROM {table.value} WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id",  # noqa: S608
        [words],
    ).fetchall()


def titles(db: sqlite3.Connection, table: Table, project_id: str | None) -> list[Row]:
    """``id`` and ``title`` of the rows of one project or of all, the newest first."""
    return db.execute(
        f"SELECT id, title FROM {table.value} WHERE (?1 IS NULL OR project_id = ?1) "  # noqa: S608
        "ORDER BY created_at DESC, rowid DESC",
        [project_id],
    ).fetchall()


def get(db: sqlite3.Connection, table: Table, row_id: str) -> Row | None:
    """One row by its whole id."""
    row: Row | None = db.execute(
        f"SELECT * FROM {table.value} WHERE id = ?",  # noqa: S608 - a name of ours
        [row_id],
    ).fetchone()
    return row
