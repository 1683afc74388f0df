"""Projects by the words people use, and their changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.errors import StoreTooNewError, UsageError
from studio_git.services import projects as service
from studio_git.store import projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        projects.add(store.db, "aaaa1111", "Risk Workbench", None)
        projects.add(store.db, "aaaa2222", "Atlas", None)
        yield store


def test_the_one_that_is_meant(store: Store) -> None:
    assert service.find_project(store, "atlas")["id"] == "aaaa2222"
    assert service.find_project(store, "aaaa1")["id"] == "aaaa1111"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("aaaa", "Risk Workbench (aaaa1111), Atlas (aaaa2222)"),
        ("Atlos", "there is no project Atlos"),
        ("", "there is no project"),
        ("'; --", "there is no project"),
    ],
)
def test_what_cannot_be_found_is_told(store: Store, words: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        service.find_project(store, words)
    assert says in caught.value.message
    assert caught.value.hint


def test_archived_ones_are_suggested_too(store: Store) -> None:
    row = service.find_project(store, "Atlas")
    assert service.set_archived(store, row, archived=True)
    assert not service.set_archived(store, service.find_project(store, "Atlas"), archived=True)
    with pytest.raises(UsageError) as caught:
        service.find_project(store, "Atlos")
    assert caught.value.hint == "Did you mean Atlas?"


def test_an_edit_keeps_what_is_not_given(store: Store) -> None:
    row = service.find_project(store, "Atlas")
    service.edit(store, row, description=" Maps. ")
    service.edit(store, row, name="Maps\x1b\n")
    changed = projects.get(store.db, row["id"])
    assert changed is not None
    assert (changed["name"], changed["description"]) == ("Maps\\x1b", "Maps.")


def test_a_store_that_is_only_read(store: Store) -> None:
    row = service.find_project(store, "Atlas")
    store.refusal = StoreTooNewError("later", "upgrade")
    with pytest.raises(StoreTooNewError):
        service.edit(store, row, name="x")
    with pytest.raises(StoreTooNewError):
        service.set_archived(store, row, archived=True)
