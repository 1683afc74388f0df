"""What is wrong inside a store that can be read: its references, its shape, its snapshots."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from studio_git.store.gittables import TABLES
from studio_git.store.migrations import schema_sql


@dataclass(frozen=True, slots=True)
class Dangling:
    """Rows of a table that refer to rows which are gone."""

    table: str
    parent: str
    count: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the store's tables are not what they have to be; all of it by name.

    ``columns`` are ``table.column`` that are missing, ``altered`` those of another type or
    constraint. Tables, columns and indexes of others do not count.
    """

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    altered: tuple[str, ...]
    indexes: tuple[str, ...]


def dangling(db: sqlite3.Connection) -> list[Dangling]:
    """References that lead nowhere, counted by table."""
    found: dict[tuple[str, str], int] = {}
    for row in db.execute("PRAGMA foreign_key_check"):
        key = (str(row[0]), str(row[2]))
        found[key] = found.get(key, 0) + 1
    return [Dangling(table, parent, count) for (table, parent), count in sorted(found.items())]


def shape(db: sqlite3.Connection) -> Shape:
    """Compare the tables with the data model and with ours."""
    tables, columns, altered = [], [], []
    with closing(_model()) as model:
        have, wanted = _names(db, "table"), _names(model, "table")
        for table in wanted:
            if table not in have:
                tables.append(table)
                continue
            there = _columns(db, table)
            for name, like in _columns(model, table).items():
                if name not in there:
                    columns.append(f"{table}.{name}")
                elif there[name] != like:
                    altered.append(f"{table}.{name}")
        indexes = [
            name
            for name, (table, _) in _indexes(model).items()
            if table in have and name not in _names(db, "index")
        ]
    return Shape(tuple(tables), tuple(columns), tuple(altered), tuple(indexes))


def create_indexes(db: sqlite3.Connection, names: Sequence[str]) -> None:
    """Make the indexes of the data model, or ours, that are missing."""
    with closing(_model()) as model:
        wanted = _indexes(model)
    for name in names:
        db.execute(wanted[name][1])


def altered_snapshots(db: sqlite3.Connection) -> list[str]:
    """Kept contents whose bytes are not those that they were kept under."""
    return [
        str(row[0])
        for row in db.execute("SELECT id, content FROM git_snapshots")
        if row[0] != hashlib.sha256(_bytes(row[1])).hexdigest()
    ]


def journal_mode(db: sqlite3.Connection) -> str:
    """How SQLite keeps what is being written: ``wal``, unless it cannot."""
    return str(db.execute("PRAGMA journal_mode").fetchone()[0])


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many rows the tables of the data model have, and ours."""
    with closing(_model()) as model:
        wanted = [name for name in _names(model, "table") if name in _names(db, "table")]
    return {
        name: int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
        for name in wanted
    }


def _bytes(content: object) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")


def _model() -> sqlite3.Connection:
    """An empty store as it has to be, in memory."""
    db = sqlite3.connect(":memory:")
    db.executescript(schema_sql())
    for statement in TABLES:
        db.execute(statement)
    return db


def _names(db: sqlite3.Connection, kind: str) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = ? ORDER BY rowid", [kind])
    return [str(row[0]) for row in rows if not str(row[0]).startswith("sqlite_")]


def _columns(db: sqlite3.Connection, table: str) -> dict[str, tuple[object, ...]]:
    """Type, NOT NULL, default and place in the primary key of each column."""
    rows = db.execute(
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [table]
    )
    return {str(row[0]): (str(row[1]).upper(), row[2], row[3], row[4]) for row in rows}


def _indexes(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Table and statement of each index that has one."""
    rows = db.execute(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    )
    return {str(row[0]): (str(row[1]), str(row[2])) for row in rows}
