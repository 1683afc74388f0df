"""The rows of the store that can be searched, read in blocks that are cheap to compare.

A block is the rows whose rowid begins alike. Nothing in the store says that a row was changed:
so blocks are digested as they stand, and a digest that is another one tells where to look.
"""

from __future__ import annotations

import hashlib
import json
import marshal
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from studio_git.core.searchquery import Kind
from studio_git.store.connection import Store, translated

Raw = tuple[int | bytes | None, ...]

BLOCK_BITS = 10
BLOCK = 1 << BLOCK_BITS
"""Rowids of a block."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: what every kind has, and ``rest``, its other columns as the kind has them.

    ``source`` is the row's rowid. Columns are text, "" for NULL; what is not UTF-8 is replaced.
    """

    kind: Kind
    source: int
    digest: bytes
    id: str
    project_id: str
    cycle_id: str
    created_at: str
    title: str
    rest: tuple[str, ...]


_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SESSION: ("project_id", "cycle_id", "title", "summary", "files_changed"),
    Kind.DECISION: ("project_id", "cycle_id", "title", "rationale", "alternatives"),
    Kind.LEARNING: ("project_id", "cycle_id", "title", "problem", "solution", "tags"),
    Kind.SKILL: ("NULL", "NULL", "name", "description", "file_path"),
    Kind.AGENT: ("NULL", "NULL", "name", "description", "file_path"),
    Kind.TOOL: ("NULL", "NULL", "name", "description", "file_path"),
    Kind.TEMPLATE: ("NULL", "NULL", "name", "description", "dir_path"),
    Kind.PROMPT: ("NULL", "NULL", "name", "description", "file_path"),
    Kind.CONTEXT: ("project_id", "NULL", "filename", "file_path"),
}
_TABLES: Mapping[Kind, str] = {
    Kind.SESSION: "sessions",
    Kind.DECISION: "decisions",
    Kind.LEARNING: "learnings",
    Kind.SKILL: "registry_skills",
    Kind.AGENT: "registry_agents",
    Kind.TOOL: "registry_tools",
    Kind.TEMPLATE: "registry_templates",
    Kind.PROMPT: "registry_prompts",
    Kind.CONTEXT: "context_files",
}


def _select(kind: Kind) -> str:
    # As bytes, because a column may hold what is no UTF-8, and nothing of it is needed as text.
    columns = ("id", "created_at", *_COLUMNS[kind])
    cast = ", ".join(f"CAST({column} AS BLOB)" for column in columns)
    return f"SELECT rowid, {cast} FROM {_TABLES[kind]}"  # noqa: S608 - names of ours


_SELECT = {kind: _select(kind) for kind in Kind}


def blocks(store: Store, kind: Kind) -> Iterator[int]:
    """The numbers of the blocks that have rows, the newest first."""
    newest = f"SELECT max(rowid) FROM {_TABLES[kind]}"  # noqa: S608 - names of ours
    before: int | None = None
    while True:
        with translated(store.home):
            query = newest if before is None else f"{newest} WHERE rowid < {before}"
            (last,) = store.db.execute(query).fetchone()
        if last is None:
            return
        block = last >> BLOCK_BITS
        yield block
        before = block * BLOCK


def digest(store: Store, kind: Kind, block: int) -> bytes | None:
    """The digest of a block's rows; None where it has none."""
    return _digest_of_block(_block(store, kind, block))


def records(store: Store, kind: Kind, block: int) -> tuple[bytes | None, list[Record]]:
    """A block's digest, and its rows as they stood then."""
    rows = _block(store, kind, block)
    return _digest_of_block(rows), [_record(kind, row) for row in rows]


def some(store: Store, kind: Kind, sources: Collection[int]) -> dict[int, Record]:
    """Those of the rows with these rowids that are there."""
    rows = _rows(
        store, kind, "rowid IN (SELECT value FROM json_each(?))", json.dumps(list(sources))
    )
    return {record.source: record for record in (_record(kind, row) for row in rows)}


def by_age(store: Store, kind: Kind) -> list[int]:
    """The numbers of the blocks that have rows, by the oldest time in them."""
    query = (
        f"SELECT rowid >> {BLOCK_BITS} AS block FROM {_TABLES[kind]} "  # noqa: S608 - names of ours
        "GROUP BY block ORDER BY min(created_at), block"
    )
    with translated(store.home):
        return [row[0] for row in store.db.execute(query)]


def _block(store: Store, kind: Kind, block: int) -> list[Raw]:
    first = block * BLOCK
    return _rows(store, kind, "rowid BETWEEN ? AND ? ORDER BY rowid", first, first + BLOCK - 1)


def _rows(store: Store, kind: Kind, condition: str, *values: object) -> list[Raw]:
    with translated(store.home):
        cursor = store.db.cursor()
        cursor.row_factory = None  # tuples cost a fraction of rows
        return cursor.execute(f"{_SELECT[kind]} WHERE {condition}", values).fetchall()


def _digest_of_block(rows: list[Raw]) -> bytes | None:
    return _digest(rows) if rows else None


def _digest(value: list[Raw] | Raw) -> bytes:
    # In this form equal values are always the same bytes; and nothing has to be escaped.
    return hashlib.blake2b(marshal.dumps(value, 0), digest_size=8).digest()


def _record(kind: Kind, row: Raw) -> Record:
    source = row[0]
    assert isinstance(source, int)  # noqa: S101 - for the type checker
    text = [_text(value) for value in row[1:]]
    record_id, created_at, project_id, cycle_id, title, *rest = text
    return Record(
        kind, source, _digest(row), record_id, project_id, cycle_id, created_at, title, tuple(rest)
    )


def _text(value: int | bytes | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
