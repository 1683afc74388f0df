"""The tables of cycles, tasks and superseded decisions, and what stands behind commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.models import Commit
from studio_git.store import commits, cycles, projects, reasons, records, supersedes, tasks
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.projects import Repository
from studio_git.store.records import Kind
from studio_git.store.tasks import Link, Status


@pytest.fixture
def db(studio_home: Path) -> Iterator[sqlite3.Connection]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        projects.add(store.db, "p", "P", None)
        projects.bind(store.db, Repository("r", "p", "/r/.git", "/r", "{}"))
        for cycle_id, name in (("c-1", "Auth Flow"), ("c-2", "Other")):
            cycles.add(
                store.db, cycle_id, "p", name=name, cycle_type="spike", intent=None,
                description=None, success_criteria="[]", due_at=None,
            )  # fmt: skip
        yield store.db


def commit(db: sqlite3.Connection, oid: str, time: int = 100) -> int:
    one = Commit(oid, (), "t", "Ada", "ada@x", time, "+0000", "ada@x", time, "Message\n")
    added = commits.add(db, "p", "r", one, branch="main", agent_session=None)
    assert added is not None
    return added.id


class TestCycles:
    def test_what_was_used_at_a_time(self, db: sqlite3.Connection) -> None:
        assert not cycles.any_used(db, "r")
        cycles.use(db, "r", "main-worktree", 100, "c-1")
        cycles.use(db, "r", "main-worktree", 200, "c-2")
        cycles.use(db, "r", "main-worktree", 200, None)
        assert cycles.any_used(db, "r")
        for at, found in ((99, None), (100, "c-1"), (199, "c-1"), (200, None)):
            assert cycles.used(db, "r", "main-worktree", at, "2024-01-01 00:00:00") == found
        assert cycles.used(db, "r", "worktrees/x", 150, "2024-01-01 00:00:00") is None
        db.execute("UPDATE cycles SET completed_at = '2024-01-01 00:00:00'")
        assert cycles.used(db, "r", "main-worktree", 150, "2023-12-31 00:00:00") == "c-1"
        assert cycles.used(db, "r", "main-worktree", 150, "2024-01-01 00:00:00") is None

    def test_codes_and_phases(self, db: sqlite3.Connection) -> None:
        assert cycles.uncoded(db)
        cycles.give_codes(db)
        cycles.give_codes(db)
        assert not cycles.uncoded(db)
        assert [row["id"] for row in cycles.find(db, "p", "cyc-2")] == ["c-2"]
        cycles.set_phase(db, "c-1", "complete")
        first = cycles.get(db, "c-1")
        cycles.set_phase(db, "c-1", "complete")
        again = cycles.get(db, "c-1")
        assert first is not None
        assert again is not None
        assert first["completed_at"] == again["completed_at"] is not None
        rows = cycles.every(db, "p")
        named = {each.cycle_id: each.under_way for each in cycles.named(rows)}
        assert named == {"c-1": False, "c-2": True}
        assert all(each.under_way for each in cycles.named(rows, at="2020-01-01 00:00:00"))

    def test_what_a_commit_implies_goes_with_its_cycle(self, db: sqlite3.Connection) -> None:
        one = commit(db, "a" * 40)
        cycles.imply(db, [(one, "c-1")])
        assert cycles.implied(db, one) == "c-1"
        db.execute("DELETE FROM cycles WHERE id = 'c-1'")
        assert cycles.implied(db, one) is None


class TestTasks:
    def test_order_status_and_links(self, db: sqlite3.Connection) -> None:
        for number in range(3):
            tasks.add(db, f"task-{number}", "c-1", f"Task {number}")
        tasks.add(db, "other", "c-2", "Elsewhere")
        assert [row["sort_order"] for row in tasks.of_cycle(db, "c-1")] == [0, 1, 2]
        every = tasks.of_project(db, "p")
        assert [row["id"] for row in tasks.find(every, " task  1")] == ["task-1"]
        assert len(tasks.find(every, "task-")) == 3
        assert tasks.find(every, " ") == []
        one = commit(db, "a" * 40)
        tasks.link(db, one, Link("task-0", Status.IN_PROGRESS, "pending"))
        tasks.link(db, one, Link("task-0", Status.COMPLETE, "in_progress"))
        assert tasks.asked_of(db, "task-0") == {Status.COMPLETE}
        assert tasks.commits(db, "task-0") == ["a" * 40]
        assert tasks.unlink(db, one) == [Link("task-0", Status.COMPLETE, "pending")]
        assert tasks.unlink(db, one) == []


class TestSuperseded:
    @pytest.fixture(autouse=True)
    def decisions(self, db: sqlite3.Connection) -> None:
        for number in range(1, 4):
            created = {"title": f"D{number}", "created_at": f"2024-01-0{number} 00:00:00"}
            records.add(db, Kind.DECISION, f"d-{number}", "p", created)

    def test_chains_and_candidates(self, db: sqlite3.Connection) -> None:
        supersedes.say(db, "d-2", "D1", "d-1")
        supersedes.say(db, "d-3", "D2", None)
        supersedes.settle(db, "d-3", "D2", "d-2")
        assert supersedes.above(db, "d-1") == {"d-2", "d-3"}
        newer = supersedes.by(db, "d-1")
        assert newer is not None
        assert newer["title"] == "D2"
        known = {row["id"]: bool(row["superseded"]) for row in supersedes.candidates(db, "d-3")}
        assert known == {"d-2": False, "d-1": True}
        assert [row["id"] for row in supersedes.candidates(db, "d-1")] == []
        pairs = [tuple(row) for row in supersedes.known(db, ["d-2"])]
        assert sorted(pairs) == [("d-1", "d-2"), ("d-2", "d-3")]

    def test_what_a_commit_says_moves_and_goes(self, db: sqlite3.Connection) -> None:
        one, two = commit(db, "a" * 40), commit(db, "b" * 40)
        supersedes.say(db, "d-2", "none", None, commit_id=one)
        assert [row["words"] for row in supersedes.open_ones(db, "p")] == ["none"]
        supersedes.move(db, one, two)
        assert supersedes.of_commit(db, one) == []
        (row,) = supersedes.of_commit(db, two)
        supersedes.take_back(db, row["newer_id"], row["words"])
        assert supersedes.of(db, "d-2") == []


class TestReasons:
    def test_commits_and_what_they_state(self, db: sqlite3.Connection) -> None:
        one = commit(db, "ab" * 20)
        commit(db, "ac" * 20)
        records.add(db, Kind.DECISION, "d", "p", {"title": "D"})
        records.tie(db, Kind.DECISION, "d", one, 0)
        assert set(reasons.captured(db, "p", ["ab" * 20, "ff" * 20])) == {"ab" * 20}
        assert reasons.oids_like(db, "p", "abab") == ["ab" * 20]
        assert len(reasons.oids_like(db, "p", "a")) == 2
        assert reasons.oids_like(db, "other", "a") == []
        assert [row["title"] for row in reasons.stated(db, Kind.DECISION, [one])[one]] == ["D"]
        assert reasons.stated(db, Kind.LEARNING, [one]) == {}
        assert reasons.sessions(db, ["none"]) == []
