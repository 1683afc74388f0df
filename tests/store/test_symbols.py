"""Records by their titles and ids, ranked, and however many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio_git.store import dashboard, symbols
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.symbols import Kind


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    with opened(studio_home) as found:
        found.execute("INSERT INTO projects (id, name) VALUES ('p', 'Risk')")
        yield found


@contextmanager
def opened(home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(home)
    with open_store(home) as store:
        yield store.db


def decide(db: sqlite3.Connection, title: str, day: int = 1, record_id: str = "") -> None:
    db.execute(
        "INSERT INTO decisions (id, project_id, title, created_at) VALUES (?, 'p', ?, ?)",
        [record_id or title, title, f"2025-01-{day:02} 10:00:00"],
    )


def titles(db: sqlite3.Connection, words: str, limit: int = 300) -> list[str]:
    return [it.title for it in symbols.search(db, words, limit)]


def test_beginnings_first_then_words_then_the_rest_and_the_newest_first(
    db: sqlite3.Connection,
) -> None:
    for day, title in enumerate(
        ("Limits old", "LIMITS new", "Soft limits", "Unlimitsed", "Nothing"), start=1
    ):
        decide(db, title, day)
    assert titles(db, "limits") == ["LIMITS new", "Limits old", "Soft limits", "Unlimitsed"]
    assert titles(db, "limits", 1) == ["LIMITS new"]
    assert titles(db, "  soft   LIM ") == ["Soft limits"]
    assert titles(db, "limits soft") == ["Soft limits"]
    assert titles(db, "")[0] == "Nothing"


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "100%", "a_b", "\0", "'", '"', "x" * 60_000, "🚀"]
)
def test_signs_stand_for_themselves(db: sqlite3.Connection, words: str) -> None:
    decide(db, "Plain words")
    decide(db, "At 100% of a_b \\ '\" 🚀")
    found = titles(db, words)
    assert "Plain words" not in found or not words.strip("\0")
    if len(words) < 100:
        assert "At 100% of a_b \\ '\" 🚀" in found


def test_every_kind(db: sqlite3.Connection) -> None:
    decide(db, "Flow of decisions")
    db.execute(
        "INSERT INTO cycles (id, project_id, name, cycle_type) "
        "VALUES ('c', 'p', 'Auth flow', 'feature')"
    )
    db.execute("INSERT INTO tasks (id, cycle_id, title) VALUES ('t', 'c', 'Draw the flow')")
    db.execute("INSERT INTO sessions (id, project_id, title) VALUES ('s', 'p', 'Flow of work')")
    db.execute(
        "INSERT INTO learnings (id, title, problem, solution) VALUES ('l', 'Flow', 'p', 's')"
    )
    found = {it.kind: (it.id, it.project_id) for it in symbols.search(db, "flow", 10)}
    assert found == {
        Kind.DECISION: ("Flow of decisions", "p"),
        Kind.CYCLE: ("c", "p"),
        Kind.TASK: ("t", "p"),
        Kind.SESSION: ("s", "p"),
        Kind.LEARNING: ("l", None),
    }
    (task,) = symbols.by_id(db, Kind.TASK, "t", 1)
    assert (task.title, task.project_id) == ("Draw the flow", "p")


def test_by_the_beginning_of_an_id(db: sqlite3.Connection) -> None:
    for record_id in ("abcd1234-1", "abcd1234-2", "abce", "abcc"):
        decide(db, f"Of {record_id}", record_id=record_id)
    found = symbols.by_id(db, Kind.DECISION, "abcd1234", 5)
    assert [it.id for it in found] == ["abcd1234-1", "abcd1234-2"]
    assert symbols.by_id(db, Kind.DECISION, "abcd%", 5) == []
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM (SELECT id, title FROM decisions) "
        "WHERE id >= 'a' AND id < 'b'"
    ).fetchall()
    assert "USING" in plan[0]["detail"]


def test_by_title_in_any_case(db: sqlite3.Connection) -> None:
    decide(db, "Keep limits in one table")
    decide(db, "Other")
    found = symbols.titled(db, ["KEEP limits in one TABLE", "none"], [Kind.DECISION, Kind.CYCLE])
    assert [it.title for it in found] == ["Keep limits in one table"]


def test_a_hundred_thousand_records(db: sqlite3.Connection) -> None:
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO decisions (id, project_id, title) VALUES (?1, 'p', 'Decision ' || ?1)",
        [(f"{number:06}",) for number in range(100_000)],
    )
    db.execute("COMMIT")
    expected = {f"Decision {number:06}" for number in (9999, *range(99_990, 100_000))}
    assert set(titles(db, "decision 09999")) == expected
    assert len(titles(db, "")) == 300
    assert [it.id for it in symbols.titled(db, ["decision 000007"], list(Kind))] == ["000007"]


def test_the_dashboards_queries(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO projects (id, name, archived_at) VALUES ('q', 'Old', '2025-01-01')")
    for project in ("p", "q"):
        db.execute(
            "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?1, ?1, 'C', 'spike')",
            [project],
        )
        db.execute(
            "INSERT INTO context_files (id, project_id, filename, file_path, sync_status) "
            "VALUES (?1, ?1, 'claude.md', 'claude.md', 'stale')",
            [project],
        )
    db.execute("INSERT INTO decisions (id, project_id, title) VALUES ('d', 'p', 'New')")
    decide(db, "Long ago")
    db.execute(
        "INSERT INTO activity_log (id, project_id, activity_type, title) "
        "VALUES ('a', NULL, 'drift_detected', 'x')"
    )
    assert [row["project_name"] for row in dashboard.drift_alerts(db)] == ["Risk"]
    assert [row["project_name"] for row in dashboard.active_cycles(db)] == ["Risk"]
    assert [row["title"] for row in dashboard.pending_decisions(db, 10)] == ["New"]
    assert [row["title"] for row in dashboard.recent_activity(db)] == ["x"]
