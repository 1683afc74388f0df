"""Reading what can still be read out of a damaged store."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from studio_git.core.slips import is_noise
from studio_git.store.connection import readable_words
from studio_git.store.transfer import Row, Value

_PROBES = 50_000
"""Rows that are asked for one by one where a table cannot be read in a row."""

_PAGE_SIZES = (1, *(1 << power for power in range(9, 16)))
"""As the header of a file names them; 1 stands for 65,536."""


@dataclass(slots=True)
class Readable:
    """What was read: rows by table, and the tables of which rows may be missing.

    ``others`` are the statements that make tables which are neither the data model's nor ours.
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)


def read(path: Path, wanted: Sequence[str]) -> Readable:
    """Read all rows that can be read; ``wanted`` are the tables that a store has to have.

    The file is not changed. Where nothing can be read, all tables are broken.
    """
    for connect in (_as_it_is, _without_its_log, _with_a_header):
        try:
            with closing(connect(path)) as db, readable_words():
                db.row_factory = sqlite3.Row
                db.text_factory = lambda data: data.decode("utf-8", "replace")
                if made := dict(_made(db)):
                    return _read(db, made, wanted)
        except (sqlite3.Error, MemoryError):
            continue
    return Readable(broken=set(wanted))


def _as_it_is(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _without_its_log(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _with_a_header(path: Path) -> sqlite3.Connection:
    """The file in memory, its header as SQLite writes it: https://sqlite.org/fileformat2.html."""
    data = bytearray(path.read_bytes())
    if int.from_bytes(data[16:18], "big") not in _PAGE_SIZES:
        data[16:18] = (4096).to_bytes(2, "big")
    data[:16] = b"SQLite format 3\0"
    data[18:24] = bytes((1, 1, 0, 64, 32, 32))  # no log, no space left out of pages, fractions
    data[44:48] = (4).to_bytes(4, "big")  # the format of the schema
    data[56:60] = (1).to_bytes(4, "big")  # UTF-8
    db = sqlite3.connect(":memory:")
    db.deserialize(bytes(data))
    return db


def _made(db: sqlite3.Connection) -> Iterable[tuple[str, str]]:
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql NOT NULL")
    return [(str(row[0]), str(row[1])) for row in rows if not str(row[0]).startswith("sqlite_")]


def _read(db: sqlite3.Connection, made: Mapping[str, str], wanted: Sequence[str]) -> Readable:
    found = Readable()
    for name, statement in made.items():
        found.tables[name], whole = _rows(db, name, statement)
        if not whole:
            found.broken.add(name)
        if name not in wanted and name != "_sqlite_migrations":
            found.others[name] = statement
    found.tables.pop("_sqlite_migrations", None)
    found.broken |= set(wanted) - set(made) | _at_odds(db)
    sound = [rows for name, rows in found.tables.items() if name not in found.broken]
    others = {row["id"] for rows in sound for row in rows if isinstance(row.get("id"), str)}
    for name in found.broken & set(found.tables) & set(wanted):
        columns = _columns(db, name)
        found.tables[name] = [
            row
            for row in found.tables[name]
            if row.get("id") not in others and not _is_shifted(row) and _fits(row, columns)
        ]
    return found


def _columns(db: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """The type of each column in capitals, and whether it needs a value."""
    quoted = table.replace('"', '""')
    rows = db.execute(f'PRAGMA table_info("{quoted}")')
    return {str(row[1]): (str(row[2]).upper(), bool(row[3] or row[5])) for row in rows}


def _is_shifted(row: Row) -> bool:
    """Whether a row was read from a wrong place on: one damaged byte makes noise of one column."""
    return sum(isinstance(value, str) and is_noise(value) for value in row.values()) > 1


def _fits(row: Row, columns: Mapping[str, tuple[str, bool]]) -> bool:
    """Whether a row is of its table at all: a page may belong to another one."""
    for name, value in row.items():
        kind, needed = columns[name]
        if value is None:
            if needed:
                return False
        elif ("INT" in kind and isinstance(value, str)) or (
            "TEXT" in kind and not isinstance(value, str)
        ):
            return False
    return True


def _at_odds(db: sqlite3.Connection) -> set[str]:
    """Tables that SQLite's check finds to be at odds with an index of theirs: a page that says of
    itself that it is empty is read without an error.
    """
    try:
        said = " ".join(str(row[0]) for row in db.execute("PRAGMA integrity_check(10000)"))
        rows = db.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'")
        indexes = [(str(row[0]), str(row[1])) for row in rows]
    except sqlite3.Error:
        return set()
    words = set(said.replace(",", " ").split())
    return {table for name, table in indexes if name in words}


def _rows(db: sqlite3.Connection, table: str, statement: str) -> tuple[list[Row], bool]:
    """All rows that can be read, from both ends and one by one; whether those are all."""
    name = table.replace('"', '""')
    texts = {column for column, (kind, _) in _columns(db, table).items() if "TEXT" in kind}
    by = "rowid"
    if "WITHOUT ROWID" in statement.upper():
        info = db.execute(f'PRAGMA table_info("{name}")').fetchall()
        by = ", ".join(f'"{row[1]}"' for row in sorted(info, key=lambda row: row[5]) if row[5])
    found: dict[object, Row] = {}
    ends: list[int | None] = []
    whole = True
    for way in ("ASC", "DESC"):
        last: int | None = None
        order = ", ".join(f"{column} {way}" for column in by.split(", "))
        key = "rowid" if by == "rowid" else "NULL"
        try:
            for row in db.execute(
                f'SELECT {key} AS "_studio_key", * FROM "{name}" ORDER BY {order}'  # noqa: S608
            ):
                last = row["_studio_key"]
                values = _values(row, texts)
                found.setdefault(last if by == "rowid" else tuple(values.values()), values)
        except (sqlite3.Error, OverflowError):
            whole = False
        ends.append(last)
        if whole:
            break
    if not whole and by == "rowid":
        _probe(db, name, ends, found, texts=texts)
    return list(found.values()), whole


def _values(row: sqlite3.Row, texts: Collection[str]) -> dict[str, Value]:
    """A row, without our key. What a damaged header calls bytes is text where the column is."""
    found: dict[str, Value] = {}
    for name in row.keys():  # noqa: SIM118 - a row is no mapping
        value = row[name]
        is_text = isinstance(value, bytes) and name in texts
        found[name] = value.decode("utf-8", "replace") if is_text else value
    found.pop("_studio_key", None)
    return found


def _probe(
    db: sqlite3.Connection,
    name: str,
    ends: Sequence[int | None],
    found: dict[object, Row],
    *,
    texts: Collection[str],
) -> None:
    """Ask for the rows between two places that could not be passed, one by one."""
    first = (ends[0] or 0) + 1
    last = ends[1] if ends[1] is not None else first + _PROBES
    for rowid in range(first, min(last, first + _PROBES)):
        try:
            row = db.execute(f'SELECT * FROM "{name}" WHERE rowid = ?', [rowid]).fetchone()  # noqa: S608
        except sqlite3.Error:
            continue
        if row is not None:
            found.setdefault(rowid, _values(row, texts))
