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

_REGISTRY = "registry_"
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
                # Where one table's statement is damaged, the others can be read all the same.
                db.execute("PRAGMA writable_schema = ON")
                db.text_factory = lambda data: data.decode("utf-8", "replace")
                if made := dict(_made(db)):
                    return _read(db, made, wanted)
        except (sqlite3.Error, MemoryError, OSError):
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
        found.tables[name], whole = _rows(db, name, statement, ours=name in wanted)
        if not whole:
            found.broken.add(name)
        if name not in wanted and name != "_sqlite_migrations":
            found.others[name] = statement
    found.tables.pop("_sqlite_migrations", None)
    found.broken |= set(wanted) - set(made) | _at_odds(db)
    projects = {row.get("id") for row in found.tables.get("projects", ())}
    for name in found.broken & set(found.tables) & set(wanted):
        if found.tables[name]:
            columns, others = _columns(db, name), _ids_elsewhere(found, name, wanted)
            found.tables[name] = [
                row
                for row in found.tables[name]
                if row.get("id") not in others
                and not _is_shifted(row, projects)
                and _fits(row, columns)
            ]
    return found


def _ids_elsewhere(found: Readable, table: str, wanted: Sequence[str]) -> set[Value]:
    """The ids that rows of other sound tables have. The registry's are names, and may be alike."""
    if table.startswith(_REGISTRY):
        return set()
    sound = [
        rows
        for name, rows in found.tables.items()
        if name in wanted and name not in found.broken and not name.startswith(_REGISTRY)
    ]
    return {row["id"] for rows in sound for row in rows if isinstance(row.get("id"), str)}


def _columns(db: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """The type of each column in capitals, and whether it needs a value."""
    quoted = table.replace('"', '""')
    rows = db.execute(f'PRAGMA table_info("{quoted}")')
    return {str(row[1]): (str(row[2]).upper(), bool(row[3] or row[5])) for row in rows}


def _is_shifted(row: Row, projects: Collection[Value]) -> bool:
    """Whether a row was read from a wrong place on: one damaged byte makes noise of one column,
    and leaves its project.
    """
    if row.get("project_id") is None or row["project_id"] in projects:
        return False
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


def _rows(
    db: sqlite3.Connection, table: str, statement: str, *, ours: bool
) -> tuple[list[Row], bool]:
    """All rows that can be read, from both ends and one by one; whether those are all."""
    try:
        columns = _columns(db, table)
    except sqlite3.Error:  # a virtual table of another program's module
        return [], False
    if not columns:  # SQLite does not understand its statement
        return [], False
    quoted = table.replace('"', '""')
    by = ["rowid"]
    if "WITHOUT ROWID" in statement.upper():
        info = db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        by = [f'"{row[1]}"' for row in sorted(info, key=lambda row: row[5]) if row[5]]
    key = "rowid" if by == ["rowid"] else "NULL"
    # By their places: a name may be no text any more, which Python would not pass over.
    places = ", ".join(f"c{number}" for number in range(len(columns)))
    select = f'WITH it (key, {places}) AS (SELECT {key}, * FROM "{quoted}"{{}}) SELECT * FROM it'  # noqa: S608
    found: dict[object, Row] = {}
    ends: list[int | None] = []
    whole = True
    for way in ("ASC", "DESC"):
        last: int | None = None
        order = " ORDER BY " + ", ".join(f"{column} {way}" for column in by)
        try:
            for last, *values in db.execute(select.format(order)):
                found.setdefault(
                    tuple(values) if last is None else last, _row(columns, values, ours=ours)
                )
        except (sqlite3.Error, OverflowError):
            whole = False
        ends.append(last)
        if whole:
            break
    if not whole and key == "rowid":
        for rowid in _between(ends):
            try:
                _, *values = db.execute(select.format(" WHERE rowid = ?"), [rowid]).fetchone()
            except (sqlite3.Error, TypeError):  # the latter where there is none
                continue
            found.setdefault(rowid, _row(columns, values, ours=ours))
    return list(found.values()), whole


def _row(columns: Mapping[str, tuple[str, bool]], values: Sequence[Value], *, ours: bool) -> Row:
    """A row by its columns. What a damaged header calls bytes is text where our column is."""
    return {
        name: value.decode("utf-8", "replace")
        if ours and isinstance(value, bytes) and "TEXT" in kind
        else value
        for (name, (kind, _)), value in zip(columns.items(), values, strict=True)
    }


def _between(ends: Sequence[int | None]) -> range:
    """The rows between two places that could not be passed, to be asked for one by one."""
    first = (ends[0] or 0) + 1
    last = ends[1] if ends[1] is not None else first + _PROBES
    return range(first, min(last, first + _PROBES))
