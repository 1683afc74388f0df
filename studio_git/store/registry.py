"""Rows of the registry's five tables, and what of ``tech_mappings`` and projects goes with them.

The files count beside the rows: see :mod:`studio_git.services.registry`. What a row said when it
last agreed with its file is kept as a digest in ``git_meta``, under :func:`_key`; so it can be
told which of them was edited since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from studio_git.core.registrytypes import FOLDERS, ItemType

Row = sqlite3.Row

_PATH: Mapping[ItemType, str] = {
    each: "dir_path" if each is ItemType.TEMPLATE else "file_path" for each in ItemType
}
_SUBTYPE: Mapping[ItemType, str] = {
    ItemType.TOOL: "tool_type",
    ItemType.TEMPLATE: "template_type",
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One row, whichever table it is in.

    ``path`` is relative to the type's folder in ``registry/``, as another program may have
    written it: nothing has looked whether it stays inside. ``subtype`` is ``tool_type`` or
    ``template_type``.
    """

    type: ItemType
    id: str
    name: str
    description: str
    subtype: str | None
    path: str


def every(db: sqlite3.Connection, item_type: ItemType | None = None) -> list[ItemRow]:
    """The items of one type or of all, by type and name."""
    types = list(ItemType) if item_type is None else [item_type]
    found = []
    for each in types:
        subtype = _SUBTYPE.get(each, "NULL")
        rows = db.execute(
            f"SELECT coalesce(id, ''), name, coalesce(description, ''), {subtype}, "  # noqa: S608
            f"{_PATH[each]} FROM {_table(each)} ORDER BY name, id"
        )
        found += [
            ItemRow(each, str(row[0]), str(row[1]), str(row[2]), _text(row[3]), str(row[4]))
            for row in rows
        ]
    return found


def add(db: sqlite3.Connection, row: ItemRow) -> bool:
    """Insert an item; False where its id or its name is taken."""
    columns = {
        "id": row.id,
        "name": row.name,
        "description": row.description or None,
        _PATH[row.type]: row.path,
    }
    if row.type in _SUBTYPE:
        columns[_SUBTYPE[row.type]] = row.subtype
    done = db.execute(
        f"INSERT INTO {_table(row.type)} ({', '.join(columns)}) "  # noqa: S608 - names of ours
        f"VALUES ({', '.join('?' * len(columns))}) ON CONFLICT DO NOTHING",
        list(columns.values()),
    )
    return done.rowcount == 1


def describe(db: sqlite3.Connection, row: ItemRow, description: str, subtype: str | None) -> bool:
    """Set what a row says, if it still says what was read; whether it did."""
    column = _SUBTYPE.get(row.type)
    also = f", {column} = :subtype" if column else ""
    same = f" AND {column} IS :subtype_before" if column else ""
    done = db.execute(
        f"UPDATE {_table(row.type)} SET description = :description{also}, "  # noqa: S608
        "updated_at = CURRENT_TIMESTAMP "
        f"WHERE id = :id AND coalesce(description, '') = :before{same}",
        {
            "description": description or None,
            "subtype": subtype,
            "id": row.id,
            "before": row.description,
            "subtype_before": row.subtype,
        },
    )
    return done.rowcount == 1


def rename(db: sqlite3.Connection, row: ItemRow, name: str) -> None:
    """Give a row another name, unless another one has it."""
    db.execute(
        f"UPDATE OR IGNORE {_table(row.type)} SET name = ? WHERE id = ?",  # noqa: S608
        [name, row.id],
    )


def put_path(db: sqlite3.Connection, row: ItemRow, path: str) -> None:
    """Say where the file or folder of an item stands."""
    db.execute(
        f"UPDATE {_table(row.type)} SET {_PATH[row.type]} = ? WHERE id = ?",  # noqa: S608
        [path, row.id],
    )


def agreed(db: sqlite3.Connection) -> dict[tuple[ItemType, str], str]:
    """The digests that :func:`agree` has kept, by type and id."""
    found = {}
    for row in db.execute("SELECT key, value FROM git_meta WHERE key LIKE 'registry/%'"):
        kind, _, item_id = row[0].partition("/")[2].partition("/")
        if kind in set(ItemType):
            found[ItemType(kind), item_id] = row[1]
    return found


def agree(db: sqlite3.Connection, item_type: ItemType, item_id: str, digest: str) -> None:
    """Keep the digest of what a row and its file both say."""
    note(db, _key(item_type, item_id), digest)


def noted(db: sqlite3.Connection, key: str) -> str | None:
    """A note of ours about the registry as a whole; None where there is none."""
    row = db.execute("SELECT value FROM git_meta WHERE key = ?", [key]).fetchone()
    return None if row is None else str(row[0])


def note(db: sqlite3.Connection, key: str, value: str) -> None:
    """Leave a note about the registry as a whole."""
    db.execute(
        "INSERT INTO git_meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def remove(db: sqlite3.Connection, row: ItemRow) -> int:
    """Delete an item's row with what refers to it; how many mappings of projects went with it."""
    db.execute(f"DELETE FROM {_table(row.type)} WHERE id = ?", [row.id])  # noqa: S608
    db.execute("DELETE FROM git_meta WHERE key = ?", [_key(row.type, row.id)])
    gone = db.execute(
        "DELETE FROM tech_mappings WHERE registry_type = ? AND registry_id = ?",
        [row.type.value, row.id],
    )
    return gone.rowcount


def projects_of(db: sqlite3.Connection, item_type: ItemType, item_id: str) -> list[Row]:
    """``id`` and ``name`` of the projects whose tech stack an item is mapped to, by name."""
    return db.execute(
        "SELECT DISTINCT p.id, p.name FROM tech_mappings m "
        "JOIN tech_stack t ON t.id = m.tech_stack_id JOIN projects p ON p.id = t.project_id "
        "WHERE m.registry_type = ? AND m.registry_id = ? AND p.archived_at IS NULL "
        "ORDER BY p.name, p.id",
        [item_type.value, item_id],
    ).fetchall()


def mapped(db: sqlite3.Connection, item_type: ItemType, project_id: str) -> set[str]:
    """The ids of the items of a type that a project's tech stack is mapped to."""
    found = db.execute(
        "SELECT m.registry_id FROM tech_mappings m JOIN tech_stack t ON t.id = m.tech_stack_id "
        "WHERE m.registry_type = ? AND t.project_id = ?",
        [item_type.value, project_id],
    )
    return {str(row[0]) for row in found}


def tech_stack(db: sqlite3.Connection, project_id: str) -> list[str]:
    """The names in a project's tech stack."""
    found = db.execute("SELECT name FROM tech_stack WHERE project_id = ?", [project_id])
    return [str(row[0]) for row in found]


def _table(item_type: ItemType) -> str:
    return f"registry_{FOLDERS[item_type]}"


def _key(item_type: ItemType, item_id: str) -> str:
    return f"registry/{item_type.value}/{item_id}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
