from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.models import Resolution
from studio_git.store import contexts, drifts
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        store.db.execute("INSERT INTO projects (id, name) VALUES ('p', 'P')")
        contexts.add(store.db, "c", "p", "claude.md", "claude.md")
        yield store


def test_none_is_open(store: Store) -> None:
    assert drifts.unresolved(store.db, "c") is None
    assert drifts.unresolved(store.db, "unknown") is None


def test_a_drift_from_its_beginning_to_its_end(store: Store) -> None:
    drifts.detect(store.db, "d", "c", canonical="a", repo=None, diff_summary="+0 lines, -1 lines")
    row = drifts.unresolved(store.db, "c")
    assert row is not None
    assert (row["id"], row["canonical_content"], row["repo_content"]) == ("d", "a", None)
    assert (row["resolved_at"], row["resolution"]) == (None, None)
    drifts.follow(store.db, "d", canonical="a", repo="b", diff_summary="+1 lines, -1 lines")
    row = drifts.unresolved(store.db, "c")
    assert row is not None
    assert (row["repo_content"], row["diff_summary"]) == ("b", "+1 lines, -1 lines")
    drifts.resolve(store.db, "d", Resolution.KEPT_STUDIO)
    assert drifts.unresolved(store.db, "c") is None
    row = store.db.execute("SELECT * FROM drift_records").fetchone()
    assert row["resolution"] == "kept_studio"
    assert len(row["resolved_at"]) == len("2001-02-03 04:05:06")
    drifts.reopen(store.db, "d")
    row = drifts.unresolved(store.db, "c")
    assert row is not None
    assert (row["resolved_at"], row["resolution"]) == (None, None)
