"""Rows of ``tech_stack`` and ``tech_mappings``, and what detection wrote (``git_tech_stack``).

A row that differs from what detection wrote was edited by a person, and one that detection wrote
and that is gone was removed by one: both stay as the person left them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of ``tech_stack``.

    ``written`` is whether detection has ever written it, ``detected`` whether it still stands as
    detection wrote it. ``repository_id`` is the clone that its technology was last seen in, where
    that is known; ``mapped`` how many registry items the row is mapped to.
    """

    id: str
    category: str
    name: str
    version: str | None
    sort_order: int
    created_at: str
    written: bool
    detected: bool
    repository_id: str | None
    mapped: int


def entries(db: sqlite3.Connection, project_id: str) -> list[Entry]:
    """A project's tech stack: the four categories in their order, then those of others."""
    rows = db.execute(
        "SELECT t.*, g.tech_stack_id IS NOT NULL AS written, g.tech_stack_id IS NOT NULL "
        "AND g.name IS t.name AND g.category IS t.category AND g.version IS t.version AS detected, "
        "g.repository_id, "
        "(SELECT count(*) FROM tech_mappings m WHERE m.tech_stack_id = t.id) AS mapped "
        "FROM tech_stack t LEFT JOIN git_tech_stack g ON g.tech_stack_id = t.id "
        "WHERE t.project_id = ? ORDER BY CASE t.category WHEN 'backend' THEN 0 "
        "WHEN 'frontend' THEN 1 WHEN 'database' THEN 2 WHEN 'deployment' THEN 3 ELSE 4 END, "
        "t.category, t.sort_order, t.rowid",
        [project_id],
    )
    return [
        Entry(
            str(row["id"]), str(row["category"]), str(row["name"]),
            None if row["version"] is None else str(row["version"]),
            row["sort_order"], row["created_at"], bool(row["written"]), bool(row["detected"]),
            row["repository_id"], row["mapped"],
        )
        for row in rows
    ]  # fmt: skip


def removed(db: sqlite3.Connection, project_id: str) -> set[str]:
    """The names, folded, of what a person took out of a project's stack."""
    rows = db.execute(
        "SELECT name FROM git_tech_stack WHERE project_id = ? AND tech_stack_id IS NULL",
        [project_id],
    )
    return {str(row[0]).casefold() for row in rows}


def add(
    db: sqlite3.Connection,
    entry_id: str,
    project_id: str,
    *,
    category: str,
    name: str,
    version: str | None,
) -> None:
    """Insert a row behind the others of its category."""
    db.execute(
        "INSERT INTO tech_stack (id, project_id, category, name, version, sort_order) "
        "SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(sort_order) + 1, 0) FROM tech_stack "
        "WHERE project_id = ?2 AND category = ?3",
        [entry_id, project_id, category, name, version],
    )


def change(db: sqlite3.Connection, entry_id: str, *, category: str, version: str | None) -> None:
    """Set a row's category and version."""
    db.execute(
        "UPDATE tech_stack SET category = ?, version = ? WHERE id = ?",
        [category, version, entry_id],
    )


def delete(db: sqlite3.Connection, entry_id: str) -> None:
    """Delete a row, with its mappings."""
    db.execute("DELETE FROM tech_stack WHERE id = ?", [entry_id])


def remember(
    db: sqlite3.Connection,
    project_id: str,
    entry_id: str | None,
    *,
    category: str,
    name: str,
    version: str | None,
    repository_id: str | None,
) -> None:
    """Remember what detection wrote into a row; without an id, that a person removed it."""
    forget(db, project_id, name)
    db.execute(
        "INSERT INTO git_tech_stack (project_id, name, tech_stack_id, category, version, "
        "repository_id) VALUES (?, ?, ?, ?, ?, ?)",
        [project_id, name, entry_id, category, version, repository_id],
    )


def forget(db: sqlite3.Connection, project_id: str, name: str) -> None:
    """Forget what detection did about a name: its row is a person's from now on."""
    db.execute("DELETE FROM git_tech_stack WHERE project_id = ? AND name = ?", [project_id, name])


def mappings(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """``tech_stack_id``, ``registry_type`` and ``registry_id`` of a project's mappings."""
    return db.execute(
        "SELECT m.tech_stack_id, m.registry_type, m.registry_id FROM tech_mappings m "
        "JOIN tech_stack t ON t.id = m.tech_stack_id WHERE t.project_id = ? "
        "ORDER BY m.registry_type, m.registry_id",
        [project_id],
    ).fetchall()


def map_item(
    db: sqlite3.Connection, mapping_id: str, entry_id: str, registry_type: str, registry_id: str
) -> bool:
    """Map a row to a registry item; False where it is already, or the row is gone."""
    done = db.execute(
        "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
        "SELECT ?1, id, ?3, ?4 FROM tech_stack WHERE id = ?2 ON CONFLICT DO NOTHING",
        [mapping_id, entry_id, registry_type, registry_id],
    )
    return done.rowcount == 1


def unmap(db: sqlite3.Connection, pairs: Iterable[tuple[str, str, str]]) -> int:
    """Remove mappings, each named by row, type and id of the item; how many there were."""
    return sum(
        db.execute(
            "DELETE FROM tech_mappings WHERE tech_stack_id = ? AND registry_type = ? "
            "AND registry_id = ?",
            pair,
        ).rowcount
        for pair in pairs
    )
