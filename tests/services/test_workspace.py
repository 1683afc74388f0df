"""Where a command stands, with a store that is brought along where it is older."""

from __future__ import annotations

from pathlib import Path

import pytest
from capturing import bind
from conftest import Repo
from storetools import change, dashboards_store, fill, rows_of

from studio_git.errors import NotBoundError, StoreError, StoreTooNewError
from studio_git.services.workspace import open_here, open_home
from studio_git.store.connection import DATABASE


def test_a_bound_clone_from_any_folder_in_it(repo: Repo) -> None:
    bind(repo)
    (repo.path / "a/b").mkdir(parents=True)
    with open_here(repo.path / "a/b") as workspace:
        assert workspace.place.top == repo.path


def test_a_clone_that_is_not_bound_makes_no_store(repo: Repo, studio_home: Path) -> None:
    with pytest.raises(NotBoundError), open_here(repo.path):
        pytest.fail("it was opened")
    assert not studio_home.exists()


def test_an_older_store_is_brought_along_and_keeps_its_rows(studio_home: Path) -> None:
    path = dashboards_store(studio_home)
    fill(path)
    before = rows_of(path)
    with open_home(studio_home) as store:
        store.require_writable()
    assert rows_of(path) == before


def test_no_store_is_made_in_passing(studio_home: Path) -> None:
    with pytest.raises(StoreError, match="no store"), open_home(studio_home):
        pytest.fail("it was opened")
    assert not studio_home.exists()


def test_a_newer_store_is_opened_for_those_who_only_look(repo: Repo, studio_home: Path) -> None:
    bind(repo)
    change(studio_home / DATABASE, "UPDATE git_meta SET value = '9'")
    with open_here(repo.path, write=False) as workspace:
        assert not workspace.store.writable
    with pytest.raises(StoreTooNewError), open_here(repo.path):
        pytest.fail("it was opened")


def test_a_fault_in_the_block_closes_the_store(repo: Repo) -> None:
    bind(repo)
    with pytest.raises(RuntimeError), open_here(repo.path):
        raise RuntimeError
    with open_here(repo.path) as workspace, workspace.store.writing():
        pass
