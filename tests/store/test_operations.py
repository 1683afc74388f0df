from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.store import operations
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        store.db.execute("INSERT INTO projects (id, name) VALUES ('p', 'P')")
        store.db.execute(
            "INSERT INTO git_repositories (id, project_id, common_dir, primary_worktree) "
            "VALUES ('r', 'p', '/c', '/w')"
        )
        yield store


def add(store: Store, worktree: str = "/w") -> int:
    return operations.add(store.db, "p", "r", worktree, title="sync", changes=[{"side": "repo"}])


def test_the_newest_of_a_worktree_that_was_not_undone(store: Store) -> None:
    assert operations.latest(store.db, "r", "/w") is None
    first, second, other = add(store), add(store), add(store, "/other")
    assert first < second < other
    found = operations.latest(store.db, "r", "/w")
    assert found is not None
    assert found.id == second
    operations.mark_undone(store.db, second)
    found = operations.latest(store.db, "r", "/w")
    assert found is not None
    assert found.id == first
    undone = operations.get(store.db, second)
    assert undone is not None
    assert undone.undone_at is not None


def test_what_it_did_is_told_later(store: Store) -> None:
    number = add(store)
    operations.describe(store.db, number, [{"side": "repo"}, {"name": "claude.md"}])
    found = operations.get(store.db, number)
    assert found is not None
    assert found.changes == [{"side": "repo"}, {"name": "claude.md"}]
    assert operations.get(store.db, number + 1) is None


def test_a_number_is_never_used_twice(store: Store) -> None:
    number = add(store)
    store.db.execute("DELETE FROM git_operations")
    assert add(store) > number


def test_a_repository_that_is_gone_leaves_its_log(store: Store) -> None:
    number = add(store)
    store.db.execute("DELETE FROM git_repositories")
    found = operations.get(store.db, number)
    assert found is not None
    assert found.repository_id is None
