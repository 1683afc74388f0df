"""The tables of the tech stack, its mappings and the dependencies, and what we remember of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.store import dependencies, projects, stack
from studio_git.store.connection import open_store
from studio_git.store.dependencies import Looked, Status
from studio_git.store.migrations import prepare_home
from studio_git.store.projects import Repository


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        for project in ("p", "q"):
            projects.add(store.db, project, project.upper(), None)
        projects.bind(store.db, Repository("r", "p", "/r/.git", "/r", "{}"))
        yield store.db


def add(
    db: sqlite3.Connection, name: str, category: str = "backend", *, written: bool = False
) -> str:
    stack.add(db, f"id-{name}", "p", category=category, name=name, version="1")
    if written:
        stack.remember(
            db, "p", f"id-{name}", category=category, name=name, version="1", repository_id="r"
        )
    return f"id-{name}"


class TestStack:
    def test_in_the_order_of_the_categories(self, db: sqlite3.Connection) -> None:
        for name, category in (
            ("Docker", "deployment"), ("Cobol", "other"), ("React", "frontend"), ("B", "backend"),
            ("Redis", "database"), ("A", "backend"),
        ):  # fmt: skip
            add(db, name, category)
        found = stack.entries(db, "p")
        assert [entry.name for entry in found] == ["B", "A", "React", "Redis", "Docker", "Cobol"]
        assert [entry.sort_order for entry in found] == [0, 1, 0, 0, 0, 0]
        assert stack.entries(db, "q") == []

    def test_what_detection_wrote_is_told_from_what_a_person_did(
        self, db: sqlite3.Connection
    ) -> None:
        add(db, "Hand")
        add(db, "Ours", written=True)
        changes = ("version = '2'", "category = 'database'", "name = 'X'", "version = NULL")
        for at, change in enumerate(changes):
            entry_id = add(db, f"Edited {at}", written=True)
            db.execute(f"UPDATE tech_stack SET {change} WHERE id = ?", [entry_id])
        found = {entry.id: entry for entry in stack.entries(db, "p")}
        assert [each.id for each in found.values() if each.detected] == ["id-Ours"]
        assert not found["id-Hand"].written
        assert found["id-Ours"].repository_id == "r"
        assert sum(each.written for each in found.values()) == 5

    def test_a_row_without_a_version_is_told_too(self, db: sqlite3.Connection) -> None:
        entry_id = add(db, "Docker")
        stack.change(db, entry_id, category="deployment", version=None)
        stack.remember(
            db, "p", entry_id, category="deployment", name="Docker", version=None,
            repository_id=None,
        )  # fmt: skip
        (entry,) = stack.entries(db, "p")
        assert (entry.detected, entry.version, entry.category) == (True, None, "deployment")

    def test_a_row_that_somebody_deletes_is_remembered_as_removed(
        self, db: sqlite3.Connection
    ) -> None:
        entry_id = add(db, "Redis", written=True)
        assert stack.removed(db, "p") == set()
        stack.delete(db, entry_id)
        assert stack.removed(db, "p") == {"redis"}
        assert stack.removed(db, "q") == set()
        stack.forget(db, "p", "REDIS")
        assert stack.removed(db, "p") == set()

    def test_mappings_are_counted_once_and_go_with_their_row(self, db: sqlite3.Connection) -> None:
        entry_id = add(db, "FastAPI")
        assert stack.map_item(db, "m1", entry_id, "skill", "s")
        assert not stack.map_item(db, "m2", entry_id, "skill", "s")
        assert not stack.map_item(db, "m3", "gone", "skill", "s")
        assert stack.map_item(db, "m4", entry_id, "tool", "s")
        assert [entry.mapped for entry in stack.entries(db, "p")] == [2]
        assert [tuple(row) for row in stack.mappings(db, "p")] == [
            (entry_id, "skill", "s"), (entry_id, "tool", "s"),
        ]  # fmt: skip
        assert stack.unmap(db, [(entry_id, "tool", "s"), (entry_id, "tool", "none")]) == 1
        stack.delete(db, entry_id)
        assert stack.mappings(db, "p") == []

    def test_a_project_that_goes_takes_along_what_is_remembered(
        self, db: sqlite3.Connection
    ) -> None:
        add(db, "Redis", written=True)
        db.execute("DELETE FROM tech_stack")
        db.execute("DELETE FROM projects WHERE id = 'p'")
        assert db.execute("SELECT count(*) FROM git_tech_stack").fetchone()[0] == 0


class TestDependencies:
    def put(self, db: sqlite3.Connection, required: str | None, *, declared: bool) -> None:
        looked = Looked("python", required, "/usr/bin/python3", "3.11.4", Status.INSTALLED)
        dependencies.put(db, "new", "p", looked, repository_id="r", declared=declared)

    def test_a_look_is_kept_in_one_row(self, db: sqlite3.Connection) -> None:
        self.put(db, ">= 3.11", declared=True)
        self.put(db, ">= 3.12", declared=True)
        (row,) = dependencies.every(db, "p")
        assert (row["required_version"], row["detected_path"], row["detected_version"]) == (
            ">= 3.12", "/usr/bin/python3", "3.11.4",
        )  # fmt: skip
        assert (row["status"], row["declared"], row["repository_id"]) == ("installed", 1, "r")
        assert row["last_checked_at"] == row["created_at"]
        assert dependencies.every(db, "q") == []

    @pytest.mark.parametrize("version", [None, "4"])
    def test_a_row_that_a_person_changed_is_told(
        self, db: sqlite3.Connection, version: str | None
    ) -> None:
        self.put(db, ">= 3.11", declared=True)
        db.execute("UPDATE dependencies SET required_version = ?", [version])
        assert [row["declared"] for row in dependencies.every(db, "p")] == [0]

    def test_a_row_of_others_is_not_taken_for_ours(self, db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO dependencies (id, project_id, name) VALUES ('d', 'p', 'python')")
        self.put(db, None, declared=False)
        (row,) = dependencies.every(db, "p")
        assert (row["id"], row["declared"], row["status"]) == ("d", 0, "installed")

    def test_what_any_version_does_for_is_ours_too(self, db: sqlite3.Connection) -> None:
        self.put(db, None, declared=True)
        (row,) = dependencies.every(db, "p")
        assert row["declared"] == 1
        dependencies.delete(db, row["id"])
        assert db.execute("SELECT count(*) FROM git_dependencies").fetchone()[0] == 0
