"""The page of who writes and reads the store has every column, and names only what there is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from generators import coverage, tree
from studio_git.store.connection import DATABASE
from studio_git.store.migrations import prepare_home
from studio_lsp import commands

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ROOT / "lsp" / "studio_lsp" / "features"


@pytest.fixture
def columns(studio_home: Path) -> dict[str, list[str]]:
    """The columns of each table of the data model in a store that was just made."""
    prepare_home(studio_home)
    with closing(sqlite3.connect(studio_home / DATABASE)) as db:
        names = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
            for name in names
            if not name.startswith(("git_", "_", "sqlite_"))
        }


def test_every_table_and_column_stands_there(columns: dict[str, list[str]]) -> None:
    assert len(columns) == 18
    told = {name: [each.name for each in table.columns] for name, table in coverage.TABLES.items()}
    assert {name: sorted(each) for name, each in told.items()} == {
        name: sorted(each) for name, each in columns.items()
    }


def test_everything_is_read_and_written() -> None:
    for name, table in coverage.TABLES.items():
        assert table.reads, name
        assert all(column.writes for column in table.columns), name


def test_the_commands_are_there() -> None:
    known = {command.name.removeprefix("git studio ") for command in tree.load().walk()}
    named = {each for each in coverage.parties() if not each.startswith(("hook ", "editor "))}
    assert named - known == set()


def test_the_hooks_are_there() -> None:
    known = re.findall(
        r"^- id: (\S+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE
    )
    named = {each for each in coverage.parties() if each.startswith("hook ")}
    assert named <= {coverage.WORKER, *(f"hook {name}" for name in known)}


def test_the_features_of_the_editor_are_there() -> None:
    named = {each for each in coverage.parties() if each.startswith("editor ")}
    offered = {f"editor {name}" for name in commands.ALL}
    assert named - offered == set(coverage.EDITOR_FEATURES)
    for module in coverage.EDITOR_FEATURES.values():
        assert (FEATURES / f"{module}.py").is_file()
