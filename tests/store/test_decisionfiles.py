"""Which file states which decision, and what both once said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.store import decisionfiles, projects, records
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.records import Kind


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        projects.add(store.db, "p", "P", None)
        for decision_id in ("a", "b"):
            records.add(store.db, Kind.DECISION, decision_id, "p", {"title": decision_id})
        yield store.db


def test_a_file_is_tied_once(db: sqlite3.Connection) -> None:
    first = decisionfiles.tie(db, "p", "docs/adr/0001-a.md", "a")
    assert decisionfiles.tie(db, "p", "docs/adr/0001-a.md", "b") == first
    (known,) = decisionfiles.known(db, "p")
    assert (known.id, known.decision_id) == (first, "b")
    decisionfiles.move(db, first, "docs/adr/0001-b.md")
    assert decisionfiles.of_decision(db, "b") == ["docs/adr/0001-b.md"]
    decisionfiles.forget(db, first)
    assert decisionfiles.known(db, "p") == []


def test_what_both_said_comes_back_the_newest_first(db: sqlite3.Connection) -> None:
    file_id = decisionfiles.tie(db, "p", "a.md", "a")
    for number in range(2):
        decisionfiles.add_sync(
            db, file_id, f"hash-{number}", {"title": "Ü"}, from_repo=bool(number),
            repository_id=None, worktree="/w", head_oid=None,
        )  # fmt: skip
    newest, oldest = decisionfiles.syncs(db, file_id)
    assert (newest.content_hash, newest.from_repo, oldest.from_repo) == ("hash-1", True, False)
    assert newest.said == {"title": "Ü"}
    decisionfiles.forget(db, file_id)
    assert decisionfiles.syncs(db, file_id) == []


def test_a_decision_that_goes_leaves_its_file_known(db: sqlite3.Connection) -> None:
    decisionfiles.tie(db, "p", "a.md", "a")
    db.execute("DELETE FROM decisions WHERE id = 'a'")
    assert [known.decision_id for known in decisionfiles.known(db, "p")] == [None]


def test_statuses(db: sqlite3.Connection) -> None:
    decisionfiles.set_status(db, "a", "proposed")
    decisionfiles.set_status(db, "a", "rejected")
    decisionfiles.set_status(db, "b", "deprecated")
    assert decisionfiles.statuses(db, ["a", "b", "c"]) == {"a": "rejected", "b": "deprecated"}
    decisionfiles.set_status(db, "a", decisionfiles.ACCEPTED)
    assert decisionfiles.statuses(db, ["a"]) == {}
