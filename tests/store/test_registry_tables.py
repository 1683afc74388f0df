"""The registry's tables, as the data model has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.registrytypes import ItemType
from studio_git.store import projects, registry
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.registry import ItemRow

SKILL = ItemRow(ItemType.SKILL, "s", "sql-skill", "SQL.", None, "sql-skill.md")


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        yield store.db


@pytest.mark.parametrize(
    "row",
    [
        SKILL,
        ItemRow(ItemType.AGENT, "a", "agent", "", None, "agent.json"),
        ItemRow(ItemType.TOOL, "t", "tool", "x", "mcp", "tool.json"),
        ItemRow(ItemType.TEMPLATE, "d", "web", "x", "project", "web"),
        ItemRow(ItemType.PROMPT, "p", "review", "x", None, "review.md"),
    ],
    ids=lambda row: row.type.value,
)
def test_a_row_of_each_table(db: sqlite3.Connection, row: ItemRow) -> None:
    assert registry.add(db, row)
    assert registry.every(db) == registry.every(db, row.type) == [row]
    assert not registry.add(db, row)
    assert registry.describe(db, row, "Other.", row.subtype)
    assert registry.every(db)[0].description == "Other."
    assert not registry.describe(db, row, "Late.", row.subtype)


def test_what_has_no_subtype_keeps_none(db: sqlite3.Connection) -> None:
    registry.add(db, SKILL)
    registry.describe(db, SKILL, "", "mcp")
    assert registry.every(db)[0].subtype is None
    assert db.execute("SELECT description FROM registry_skills").fetchone()[0] is None


def test_names_are_unique(db: sqlite3.Connection) -> None:
    assert registry.add(db, SKILL)
    assert not registry.add(db, ItemRow(ItemType.SKILL, "x", SKILL.name, "", None, "y.md"))
    assert registry.add(db, ItemRow(ItemType.PROMPT, "s", SKILL.name, "", None, "y.md"))


def test_what_another_program_left_empty(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO registry_tools (id, name, file_path) VALUES (NULL, 'x', 'x.json')")
    (row,) = registry.every(db)
    assert (row.id, row.description, row.subtype) == ("", "", None)


def test_digests(db: sqlite3.Connection) -> None:
    registry.agree(db, ItemType.SKILL, "a/b", "1")
    registry.agree(db, ItemType.SKILL, "a/b", "2")
    registry.agree(db, ItemType.TOOL, "t", "3")
    db.execute("INSERT INTO git_meta VALUES ('registry/later/x', '4')")
    assert registry.agreed(db) == {(ItemType.SKILL, "a/b"): "2", (ItemType.TOOL, "t"): "3"}


def test_the_projects_and_their_stack(db: sqlite3.Connection) -> None:
    for name in ("p", "q"):
        projects.add(db, name, name.upper(), None)
        db.execute(
            "INSERT INTO tech_stack (id, project_id, category, name) VALUES (?, ?, 'b', 'FastAPI')",
            [f"t-{name}", name],
        )
        db.execute(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES (?, ?, 'skill', 's')",
            [f"m-{name}", f"t-{name}"],
        )
    assert registry.tech_stack(db, "p") == ["FastAPI"]
    assert registry.mapped(db, ItemType.SKILL, "p") == {"s"}
    assert registry.mapped(db, ItemType.TOOL, "p") == set()
    found = registry.projects_of(db, ItemType.SKILL, "s")
    assert [tuple(row) for row in found] == [("p", "P"), ("q", "Q")]
    db.execute("UPDATE projects SET archived_at = CURRENT_TIMESTAMP WHERE id = 'q'")
    assert len(registry.projects_of(db, ItemType.SKILL, "s")) == 1
