from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.store import activity
from studio_git.store.activity import ActivityType
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        store.db.executemany(
            "INSERT INTO projects (id, name) VALUES (?, ?)", [("p", "P"), ("q", "Q")]
        )
        yield store


def log(store: Store, name: str, project: str = "p", when: str | None = None) -> None:
    activity.log(
        store.db,
        name,
        project,
        ActivityType.CONTEXT_UPDATED,
        title=name,
        reference_type="context_file",
        reference_id=f"ref-{name}",
        created_at=when,
    )


def ids(store: Store, project: str | None = None, limit: int | None = None) -> list[str]:
    return [row["id"] for row in activity.recent(store.db, project, limit)]


def test_the_newest_first_by_the_time_of_the_event(store: Store) -> None:
    log(store, "now")
    log(store, "old", when="2001-01-01 00:00:00")
    log(store, "also-now", project="q")
    assert ids(store)[-1] == "old"
    assert ids(store, "p") == ["now", "old"]
    assert ids(store, "q") == ["also-now"]
    assert len(ids(store, limit=2)) == 2
    assert ids(store, "p", 0) == []


def test_rows_of_one_second_stand_in_the_order_they_were_logged(store: Store) -> None:
    for number in range(5):
        log(store, str(number), when="2001-01-01 00:00:00")
    assert ids(store) == ["4", "3", "2", "1", "0"]


def test_a_record_that_is_renamed_or_gone(store: Store) -> None:
    log(store, "a")
    activity.retitle(store.db, "context_file", "ref-a", "Another title")
    assert activity.recent(store.db, None, None)[0]["title"] == "Another title"
    activity.forget(store.db, "context_file", "ref-a")
    assert ids(store) == []


def test_the_seven_kinds_of_the_data_model() -> None:
    assert {kind.value for kind in ActivityType} == {
        "session_captured",
        "decision_recorded",
        "cycle_started",
        "cycle_completed",
        "drift_detected",
        "drift_resolved",
        "context_updated",
    }
