"""Rows of projects and of clones: found by the words people use, changed with their times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.store import projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.projects import Repository

OLD = "2020-01-01 00:00:00"


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        for project_id, name in (
            ("aaaa1111", "Risk Workbench"), ("aaaa2222", "atlas"), ("bbbb3333", "Atlas"),
            ("cccc4444", "aaaa"), ("dddd_555", "100%"),
        ):  # fmt: skip
            projects.add(store.db, project_id, name, None)
        store.db.execute("UPDATE projects SET created_at = ?, updated_at = ?", [OLD, OLD])
        yield store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("aaaa1111", ["aaaa1111"]),
        ("risk workbench", ["aaaa1111"]),
        ("atlas", ["aaaa2222"]),
        ("Atlas", ["bbbb3333"]),
        ("ATLAS", ["aaaa2222", "bbbb3333"]),
        ("aaaa", ["cccc4444"]),
        ("aaaa1", ["aaaa1111"]),
        ("bbb", []),
        ("bbbb", ["bbbb3333"]),
        ("%%%%", []),
        ("dddd_", ["dddd_555"]),
        ("dddd%", []),
        ("", []),
        ("nothing", []),
    ],
)
def test_words_mean_an_id_then_a_name_then_the_start_of_an_id(
    store: Store, words: str, found: list[str]
) -> None:
    assert [row["id"] for row in projects.find(store.db, words)] == found


def test_a_change_moves_the_time_of_change_alone(store: Store) -> None:
    projects.change(store.db, "aaaa1111", name="New", description=None)
    row = projects.get(store.db, "aaaa1111")
    assert row is not None
    assert (row["name"], row["description"], row["created_at"]) == ("New", None, OLD)
    assert row["updated_at"] > OLD
    other = projects.get(store.db, "aaaa2222")
    assert other is not None
    assert other["updated_at"] == OLD


def test_archived_projects_are_listed_where_asked_for(store: Store) -> None:
    projects.set_archived(store.db, "aaaa1111", archived=True)
    assert "aaaa1111" not in [row["id"] for row in projects.every(store.db)]
    listed = {row["id"]: row for row in projects.every(store.db, archived=True)}
    assert listed["aaaa1111"]["archived_at"] > OLD
    projects.set_archived(store.db, "aaaa1111", archived=False)
    row = projects.get(store.db, "aaaa1111")
    assert row is not None
    assert row["archived_at"] is None
    assert row["updated_at"] > OLD


def test_a_clone_is_bound_once_and_bound_anew_under_its_id(store: Store) -> None:
    first = Repository("r1", "aaaa1111", "/a/.git", "/a", "{}")
    second = Repository("r2", "aaaa1111", "/b/.git", "/b", "{}")
    projects.bind(store.db, first)
    projects.bind(store.db, second)
    projects.confirm(store.db, "r1", '{"project": "x"}')
    assert [it.id for it in projects.repositories(store.db, "aaaa1111")] == ["r1", "r2"]
    moved = Repository("r1", "bbbb3333", "/c/.git", "/c", "{}")
    projects.bind(store.db, moved)
    assert projects.repository(store.db, "r1") == moved
    assert projects.repository_at(store.db, "/c/.git") == moved
    assert projects.repository_at(store.db, "/a/.git") is None
    assert projects.repositories(store.db, "aaaa1111") == [second]
    assert projects.repository(store.db, "r9") is None
    assert projects.get(store.db, "nope") is None
