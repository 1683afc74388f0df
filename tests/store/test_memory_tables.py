"""The tables of what was captured: written and read as the data model's dashboard does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.grouping import Span
from studio_git.core.models import Commit, FileChange
from studio_git.store import commits, cycles, lookup, projects, records, refs, sessions
from studio_git.store.commits import Captured
from studio_git.store.connection import open_store
from studio_git.store.lookup import Table
from studio_git.store.migrations import prepare_home
from studio_git.store.projects import Repository
from studio_git.store.records import Kind
from studio_git.store.sessions import Made


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        projects.add(store.db, "p", "P", None)
        projects.bind(store.db, Repository("r", "p", "/r/.git", "/r", "{}"))
        yield store.db


def commit(oid: str, *, time: int = 100, files: tuple[FileChange, ...] = ()) -> Commit:
    return Commit(
        oid, ("x", "y"), "t", "Ada", "ada@example.org", time, "+0200", "bo@example.org", 200,
        "Message\n", files,
    )  # fmt: skip


def add(db: sqlite3.Connection, one: Commit) -> Captured:
    added = commits.add(db, "p", "r", one, branch="main", agent_session=None)
    assert added is not None
    return added


def made(title: str = "T", **changed: object) -> Made:
    fields: dict[str, object] = {
        "title": title, "summary": "S", "cycle_id": None, "duration_minutes": 30,
        "files": ("a", "ü"), "created_at": "2024-01-01 00:00:00", "started_at": 100,
        "ended_at": 200, "zone": "+0200",
    }  # fmt: skip
    return Made(**fields | changed)  # type: ignore[arg-type]


def begin(db: sqlite3.Connection, session_id: str, **changed: object) -> None:
    sessions.add(
        db, session_id, "p", author_email="ada@example.org", author_name="Ada",
        made=made(**changed),  # type: ignore[arg-type]
    )  # fmt: skip


class TestCommits:
    def test_each_once_for_a_project(self, db: sqlite3.Connection) -> None:
        one = commit("1", files=(FileChange("a", 1, 2), FileChange("b", None, None)))
        added = add(db, one)
        assert commits.add(db, "p", "r", one, branch=None, agent_session="s") is None
        begin(db, "s")
        commits.put_in_session(db, added.id, "s")
        (found,) = commits.of_session(db, "s")
        assert found.commit == one
        assert (found.branch, found.session_id) == ("main", "s")

    def test_many_are_found_at_once(self, db: sqlite3.Connection) -> None:
        for number in range(3):
            add(db, commit(str(number)))
        asked = [str(number) for number in range(1200)]
        assert sorted(commits.by_oid(db, "p", asked)) == ["0", "1", "2"]
        assert commits.by_oid(db, "other", asked) == {}
        assert commits.by_oid(db, "p", []) == {}

    def test_replaced_ones_do_not_count(self, db: sqlite3.Connection) -> None:
        old, new = add(db, commit("1")), add(db, commit("2"))
        begin(db, "s")
        for one in (old, new):
            commits.put_in_session(db, one.id, "s")
        twins = commits.twins(db, "p", "r", commit("3"))
        assert [twin.commit.oid for twin in twins] == ["1", "2"]
        commits.set_rewritten(db, old.id, "2")
        assert commits.twins(db, "p", "r", commit("2")) == []
        assert commits.twins(db, "p", "r", commit("3", time=101)) == []
        assert commits.oids_of_sessions(db, ["s", "none"]) == {"s": ["2"], "none": []}
        assert [one.commit.oid for one in commits.of_session(db, "s")] == ["2"]
        assert commits.has_any(db, "s")
        assert not commits.has_any(db, "none")

    def test_references(self, db: sqlite3.Connection) -> None:
        refs.remember(db, "r", {"a": "1", "b": "2"})
        refs.remember(db, "r", {"a": "3"}, gone=["b"])
        assert refs.every(db, "r") == {"a": "3"}
        assert refs.every(db, "other") == {}

    def test_a_deleted_session_lets_go(self, db: sqlite3.Connection) -> None:
        one = add(db, commit("1"))
        begin(db, "s")
        commits.put_in_session(db, one.id, "s")
        db.execute("DELETE FROM sessions")
        assert commits.by_oid(db, "p", ["1"])["1"].session_id is None
        assert sessions.tracked(db, "s") is None

    def test_a_deleted_project_takes_all_with_it(self, db: sqlite3.Connection) -> None:
        add(db, commit("1", files=(FileChange("a", 1, 1),)))
        db.execute("DELETE FROM projects")
        for table in ("git_commits", "git_commit_files", "git_repositories"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


class TestSessions:
    def test_rows_are_the_data_models(self, db: sqlite3.Connection) -> None:
        begin(db, "s")
        (row,) = sessions.every(db, "p", None)
        assert json.loads(row["files_changed"]) == ["a", "ü"]
        assert "ü" in row["files_changed"]
        assert sessions.every(db, "other", None) == []
        assert sessions.every(db, None, 1)[0]["id"] == "s"

    def test_a_persons_words_stay(self, db: sqlite3.Connection) -> None:
        begin(db, "s")
        sessions.remake(db, "s", made("Second"))
        assert sessions.every(db, "p", None)[0]["title"] == "Second"
        sessions.set_title(db, "s", "Mine")
        sessions.remake(db, "s", made("Third", summary="New", duration_minutes=60))
        (row,) = sessions.every(db, "p", None)
        assert (row["title"], row["summary"], row["duration_minutes"]) == ("Mine", "New", 60)
        db.execute("UPDATE sessions SET summary = NULL")
        sessions.remake(db, "s", made("Fourth", summary="Newer"))
        assert sessions.every(db, "p", None)[0]["summary"] is None

    def test_what_the_file_lacks_is_counted(self, db: sqlite3.Connection) -> None:
        begin(db, "s")
        assert sessions.stale(db, "p") == ["s"]
        kept = sessions.tracked(db, "s")
        assert kept is not None
        sessions.remake(db, "s", made())
        sessions.set_generated(db, "s", "text", kept.stale)
        assert sessions.stale(db, "p") == ["s"]
        sessions.set_generated(db, "s", "text", 1)
        assert sessions.stale(db, "p") == []

    def test_spans(self, db: sqlite3.Connection) -> None:
        begin(db, "s")
        span = Span("s", "ada@example.org", None, 100, 200)
        for since, until, found in [
            (0, 99, []),
            (0, 100, [span]),
            (200, 300, [span]),
            (201, 9, []),
        ]:
            assert sessions.spans(db, "p", {"ada@example.org"}, since, until) == found
        assert sessions.spans(db, "p", {"bo@example.org"}, 0, 300) == []


class TestRecords:
    def test_each_kind_has_its_row(self, db: sqlite3.Connection) -> None:
        one = add(db, commit("1"))
        begin(db, "s")
        commits.put_in_session(db, one.id, "s")
        rows: dict[Kind, dict[str, str | None]] = {
            Kind.DECISION: {"title": "D", "rationale": None, "alternatives": "[]"},
            Kind.LEARNING: {"title": "L", "problem": "P", "solution": "S", "tags": "[]"},
            Kind.QUESTION: {"question": "Q"},
        }
        for kind, columns in rows.items():
            records.add(db, kind, f"{kind}-1", "p", columns)
            records.tie(db, kind, f"{kind}-1", one.id, 0)
            assert records.text(db, kind, f"{kind}-1") == columns
            assert records.commit_of(db, kind, f"{kind}-1") == "1"
            assert [row["id"] for row in records.in_session(db, kind, "s")] == [f"{kind}-1"]
            (note,) = records.in_commit(db, kind, one.id)
            assert (note.record_id, note.position) == (f"{kind}-1", 0)
            records.delete(db, kind, f"{kind}-1")
            assert records.text(db, kind, f"{kind}-1") is None
            assert records.in_commit(db, kind, one.id) == []

    def test_a_change_of_a_learning_is_dated(self, db: sqlite3.Connection) -> None:
        columns = {
            "title": "L",
            "problem": "P",
            "solution": "S",
            "updated_at": "2000-01-01 00:00:00",
        }
        records.add(db, Kind.LEARNING, "l", "p", columns)
        records.change(db, Kind.LEARNING, "l", {"title": "M"})
        (row,) = records.learnings(db, "p", None)
        assert row["title"] == "M"
        assert row["updated_at"] > "2020"

    def test_tags_are_counted(self, db: sqlite3.Connection) -> None:
        for number, tags in enumerate(['["a", "b"]', '["b"]', None, "broken"]):
            columns = {"title": "L", "problem": "P", "solution": "S", "tags": tags}
            records.add(db, Kind.LEARNING, str(number), "p", columns)
        assert [tuple(row) for row in records.tags(db, "p")] == [("b", 2), ("a", 1)]
        assert len(records.learnings(db, "p", None, tag="B")) == 2


def test_cycles_by_id_name_or_start(db: sqlite3.Connection) -> None:
    for cycle_id, name in {"abcd-1": "Auth Flow", "abcd-2": "auth flow", "bcde": "abcd-1"}.items():
        db.execute(
            "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, 'p', ?, 'spike')",
            [cycle_id, name],
        )
    found = {
        words: sorted(row["id"] for row in cycles.find(db, "p", words))
        for words in ("abcd-1", " AUTH FLOW ", "abcd", "bcd", "BCDE", "", "none")
    }
    assert found == {
        "abcd-1": ["abcd-1"], " AUTH FLOW ": ["abcd-1", "abcd-2"], "abcd": ["abcd-1", "abcd-2"],
        "bcd": [], "BCDE": ["bcde"], "": [], "none": [],
    }  # fmt: skip
    assert cycles.find(db, "other", "abcd-1") == []


def test_look_up_by_id(db: sqlite3.Connection) -> None:
    for decision_id in ("abcd", "abcde", "ab%d"):
        records.add(db, Kind.DECISION, decision_id, "p", {"title": decision_id})
    found = {
        words: [row["id"] for row in lookup.by_id(db, Table.DECISIONS, words)]
        for words in ("abcd", "abcde", "ab%d", "abc", "abcdef")
    }
    assert found == {
        "abcd": ["abcd"], "abcde": ["abcde"], "ab%d": ["ab%d"], "abc": [], "abcdef": [],
    }  # fmt: skip
    assert len(lookup.titles(db, Table.DECISIONS, "p")) == 3
