"""Cycles and tasks: which one a commit belongs to, and what commits say of tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from capturing import HOUR, MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.errors import NotFoundError, UsageError
from studio_git.gitio import locate
from studio_git.services import cycles, tasks
from studio_git.services.cycles import Phase
from studio_git.store.connection import Store


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


@pytest.fixture
def store(clone: Clone) -> Iterator[Store]:
    with clone.store() as store:
        yield store


def begin(clone: Clone, name: str) -> str:
    """Start a cycle, as the dashboard does: without a code."""
    clone.change(
        "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, ?, ?, 'feature')",
        f"id-of-{name}", PROJECT, name,
    )  # fmt: skip
    return f"id-of-{name}"


def use(
    clone: Clone, cycle: str | None, *, at: int = NOON, worktree: str = "main-worktree"
) -> None:
    """What ``cycle use`` leaves, at a time of the past."""
    clone.change(
        "INSERT INTO git_worktree_cycles SELECT id, ?, ?, ? FROM git_repositories",
        worktree, at, cycle,
    )  # fmt: skip


def cycle_of(clone: Clone, oid: str) -> str | None:
    (row,) = clone.rows(
        "SELECT s.cycle_id FROM git_commits c JOIN sessions s ON s.id = c.session_id WHERE oid = ?",
        oid,
    )
    found: str | None = row["cycle_id"]
    return found


class TestCodes:
    def test_each_gets_one_on_first_sight_the_oldest_first(self, clone: Clone) -> None:
        clone.change(
            "INSERT INTO cycles (id, project_id, name, cycle_type, created_at) VALUES "
            "('b', ?1, 'B', 'spike', '2024-01-02 00:00:00'), "
            "('a', ?1, 'A', 'spike', '2024-01-01 00:00:00')", PROJECT,
        )  # fmt: skip
        with clone.store() as store:
            rows = cycles.every(store, PROJECT)
            assert {row["name"]: cycles.code(row) for row in rows} == {"A": "CYC-1", "B": "CYC-2"}

    def test_a_number_is_never_given_twice(self, clone: Clone) -> None:
        begin(clone, "One")
        with clone.store() as store:
            cycles.every(store, PROJECT)
        clone.change("DELETE FROM cycles")
        begin(clone, "Two")
        with clone.store() as store:
            assert [cycles.code(row) for row in cycles.every(store, PROJECT)] == ["CYC-2"]

    def test_capture_gives_them_too(self, clone: Clone) -> None:
        begin(clone, "Auth Flow")
        clone.repo.commit(message("One", "Cycle: auth flow"), when=NOON)
        clone.capture()
        assert "**Cycle:** Auth Flow (CYC-1)\n" in clone.only_file()


class TestFind:
    @pytest.mark.parametrize(
        "words", ["Auth Flow", "auth  flow", "cyc-1", "id-of-Auth Flow", "id-of-a"]
    )
    def test_by_what_people_say(self, clone: Clone, store: Store, words: str) -> None:
        begin(clone, "Auth Flow")
        assert cycles.find(store, PROJECT, words)["name"] == "Auth Flow"

    def test_what_is_not_there_or_not_clear(self, clone: Clone, store: Store) -> None:
        begin(clone, "Auth Flow")
        with pytest.raises(NotFoundError) as caught:
            cycles.find(store, PROJECT, "Auth Flaw")
        assert caught.value.hint == "Did you mean Auth Flow?"
        begin(clone, "Auth Form")
        with pytest.raises(UsageError) as several:
            cycles.find(store, PROJECT, "id-of")
        assert "CYC-1" in several.value.message

    def test_the_one_under_way_goes_before_a_complete_one(self, store: Store) -> None:
        old = cycles.start(store, PROJECT, "Release")
        cycles.set_phase(store, old, Phase.COMPLETE)
        new = cycles.start(store, PROJECT, "release")
        assert cycles.find(store, PROJECT, "RELEASE")["id"] == new["id"]


class TestTheCycleOfACommit:
    def test_by_trailer_code_and_id(self, clone: Clone) -> None:
        cycle = begin(clone, "Auth Flow")
        for number, words in enumerate(("AUTH FLOW", "CYC-1", cycle)):
            oid = clone.repo.commit(message("x", f"Cycle: {words}"), when=NOON + number * 9 * HOUR)
            clone.capture()
            assert cycle_of(clone, oid) == cycle

    def test_by_the_branchs_name_while_the_cycle_is_under_way(self, clone: Clone) -> None:
        cycle = begin(clone, "Auth Flow")
        clone.repo.git("switch", "-qc", "feature/auth-flow")
        one = clone.repo.commit(
            message("One", "Decision: D", "Problem: P", "Solution: S"), when=NOON
        )
        clone.capture()
        assert cycle_of(clone, one) == cycle
        for table in ("decisions", "learnings"):
            assert clone.rows(f"SELECT cycle_id FROM {table}") == [{"cycle_id": cycle}]
        clone.change("UPDATE cycles SET completed_at = '2023-11-15 00:00:00'")
        two = clone.repo.commit("Two", when=NOON + 24 * HOUR)
        clone.capture()
        assert cycle_of(clone, two) is None

    def test_the_trailer_goes_before_the_branch_and_the_branch_before_the_worktree(
        self, clone: Clone
    ) -> None:
        by_trailer, by_branch, used = (begin(clone, name) for name in ("T", "B", "U"))
        use(clone, used, at=0)
        clone.repo.git("switch", "-qc", "b")
        one = clone.repo.commit(message("One", "Cycle: T"), when=NOON)
        two = clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture()
        clone.repo.git("switch", "-qc", "other")
        three = clone.repo.commit("Three", when=NOON + 2 * MINUTE)
        clone.capture()
        assert [cycle_of(clone, oid) for oid in (one, two, three)] == [by_trailer, by_branch, used]

    def test_what_was_in_use_at_the_time(self, clone: Clone) -> None:
        first, second = begin(clone, "One"), begin(clone, "Two")
        use(clone, first, at=NOON)
        use(clone, second, at=NOON + HOUR)
        use(clone, None, at=NOON + 10 * HOUR)
        times = (-HOUR * 9, 0, HOUR, 20 * HOUR)
        oids = [clone.repo.commit(f"at {time}", when=NOON + time) for time in times]
        clone.capture()
        assert [cycle_of(clone, oid) for oid in oids] == [None, first, second, None]
        assert len(clone.sessions()) == 4

    def test_each_worktree_has_its_own(self, clone: Clone) -> None:
        main, side = begin(clone, "Main work"), begin(clone, "Side work")
        clone.repo.commit("base", when=NOON - 20 * HOUR)
        clone.capture()
        other = clone.repo.path.parent / "side"
        clone.repo.git("worktree", "add", "-q", "-b", "x", other)
        use(clone, main)
        use(clone, side, worktree="worktrees/side")
        here = clone.repo.commit("Here", when=NOON)
        there = Repo(other).commit("There", when=NOON + MINUTE)
        Repo(other).git("switch", "-qc", "y")  # the commit is at no worktree's HEAD but its own
        again = Repo(other).commit("Again", when=NOON + 2 * MINUTE)
        clone.capture()
        assert [cycle_of(clone, oid) for oid in (here, there, again)] == [main, side, side]

    def test_an_amend_stays_in_its_cycle(self, clone: Clone) -> None:
        cycle = begin(clone, "Auth Flow")
        clone.repo.git("switch", "-qc", "auth-flow")
        clone.repo.commit(message("One", "Decision: D"), when=NOON)
        clone.capture()
        clone.repo.git("branch", "-m", "elsewhere")
        clone.repo.git(
            "commit", "-q", "--amend", "--allow-empty", "-m", message("Uno", "Decision: D")
        )
        clone.capture()
        for table in ("decisions", "sessions"):
            assert clone.rows(f"SELECT cycle_id FROM {table}") == [{"cycle_id": cycle}]
        assert len(clone.live()) == 1


class TestActive:
    def test_follows_branch_and_use(self, clone: Clone, store: Store) -> None:
        place, bound = locate(clone.repo.path), clone.bound(store)
        assert cycles.active(store, bound, place) is None
        row = cycles.start(store, PROJECT, "Auth Flow")
        cycles.use(store, bound, place, row)
        found = cycles.active(store, bound, place)
        assert found is not None
        assert found["id"] == row["id"]
        begin(clone, "Other Things")
        clone.repo.commit("x")
        clone.repo.git("switch", "-qc", "other-things")
        by_branch = cycles.active(store, bound, place)
        assert by_branch is not None
        assert by_branch["name"] == "Other Things"
        clone.repo.git("checkout", "-q", "--detach")
        detached = cycles.active(store, bound, place)
        assert detached is not None
        assert detached["id"] == row["id"]
        cycles.set_phase(store, row, Phase.COMPLETE)
        assert cycles.active(store, bound, place) is None
        with pytest.raises(UsageError):
            cycles.use(store, bound, place, cycles.find(store, PROJECT, "Auth Flow"))

    def test_use_is_noted_in_the_journal(self, clone: Clone, store: Store) -> None:
        place, bound = locate(clone.repo.path), clone.bound(store)
        row = cycles.start(store, PROJECT, "Auth Flow")
        cycles.use(store, bound, place, row)
        cycles.use(store, bound, place, None)
        lines = (place.common_dir / "studio" / "journal").read_text().splitlines()
        noted = [json.loads(line) for line in lines]
        assert [line["cycle"] for line in noted] == [row["id"], None]
        assert noted[0]["worktree"] == "main-worktree"
        assert (noted[0]["code"], noted[0]["name"]) == ("CYC-1", "Auth Flow")


class TestChanges:
    def test_the_feed_is_told(self, clone: Clone, store: Store) -> None:
        row = cycles.start(store, PROJECT, "Auth Flow", criteria=["fast", " "], due="2025-03-31")
        assert (row["success_criteria"], row["due_at"]) == ('["fast"]', "2025-03-31 00:00:00")
        row = cycles.set_phase(store, row, Phase.COMPLETE)
        cycles.set_phase(store, row, Phase.COMPLETE)
        feed = clone.rows("SELECT activity_type, reference_id FROM activity_log ORDER BY rowid")
        assert [line["activity_type"] for line in feed] == ["cycle_started", "cycle_completed"]
        assert {line["reference_id"] for line in feed} == {row["id"]}
        assert cycles.set_phase(store, row, Phase.TEST)["completed_at"] is None

    @pytest.mark.parametrize("name", ["", " \n", "CYC-3", "AUTH flow"])
    def test_names_that_are_refused(self, store: Store, name: str) -> None:
        cycles.start(store, PROJECT, "Auth Flow")
        with pytest.raises(UsageError):
            cycles.start(store, PROJECT, name)

    @pytest.mark.parametrize("due", ["soon", "2025-02-30", "20250301", ""])
    def test_dates_that_are_none(self, store: Store, due: str) -> None:
        with pytest.raises(UsageError):
            cycles.start(store, PROJECT, "x", due=due)


class TestTasks:
    @pytest.fixture
    def task(self, clone: Clone, store: Store) -> str:
        cycle = cycles.start(store, PROJECT, "Auth Flow")
        return str(tasks.add(store, cycle["id"], "Write middleware")["id"])

    def status(self, clone: Clone) -> str:
        (row,) = clone.rows("SELECT status FROM tasks")
        return str(row["status"])

    def commit(self, clone: Clone, *said: str, time: int = 0) -> None:
        clone.repo.commit(message("x", *said), when=NOON + time)
        clone.capture()

    def amend(self, clone: Clone, *said: str) -> None:
        clone.repo.git(
            "commit", "-q", "--amend", "--allow-empty", "-m", message("x", *said) if said else "x"
        )
        clone.capture()

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ("Task: write  middleware", "in_progress"),
            ("Task: Write middleware (done)", "complete"),
            ("Task: Write middleware (Completes)", "complete"),
            ("Task: Write middleware (maybe)", "pending"),
            ("Task: Another", "pending"),
        ],
    )
    @pytest.mark.usefixtures("task")
    def test_trailers(self, clone: Clone, said: str, status: str) -> None:
        self.commit(clone, said)
        assert self.status(clone) == status

    def test_by_id_and_linked_once(self, clone: Clone, task: str) -> None:
        self.commit(clone, f"Task: {task[:8]}", f"Task: {task} (done)")
        assert len(clone.rows("SELECT * FROM git_commit_tasks")) == 1
        assert self.status(clone) == "complete"

    @pytest.mark.usefixtures("task")
    def test_an_amend_takes_back_what_it_no_longer_says(self, clone: Clone) -> None:
        self.commit(clone, "Task: Write middleware (done)")
        self.amend(clone, "Task: Write middleware")
        assert self.status(clone) == "in_progress"
        self.amend(clone)
        assert self.status(clone) == "pending"
        assert clone.rows("SELECT * FROM git_commit_tasks") == []

    @pytest.mark.usefixtures("task")
    def test_but_not_what_others_say(self, clone: Clone) -> None:
        self.commit(clone, "Task: Write middleware")
        self.commit(clone, "Task: Write middleware (done)", time=MINUTE)
        self.amend(clone)
        assert self.status(clone) == "in_progress"
        self.amend(clone, "Task: Write middleware (done)")
        clone.change("UPDATE tasks SET status = 'pending'")  # a person took it up again
        self.amend(clone)
        assert self.status(clone) == "pending"

    @pytest.mark.usefixtures("task")
    def test_the_cycles_own_goes_before_the_projects(self, clone: Clone, store: Store) -> None:
        other = cycles.start(store, PROJECT, "Other")
        tasks.add(store, other["id"], "Write middleware")
        self.commit(clone, "Task: Write middleware")  # several, in no cycle
        assert clone.rows("SELECT * FROM git_commit_tasks") == []
        self.commit(clone, "Task: Write middleware", "Cycle: Other", time=MINUTE)
        found = clone.rows("SELECT cycle_id FROM tasks WHERE status = 'in_progress'")
        assert found == [{"cycle_id": other["id"]}]

    def test_order_and_finding(self, store: Store, task: str) -> None:
        cycle = cycles.find(store, PROJECT, "Auth Flow")
        second = tasks.add(store, cycle["id"], "Test it")
        assert second["sort_order"] == 1
        assert tasks.find(store, PROJECT, "test IT")["id"] == second["id"]
        assert tasks.find(store, PROJECT, task[:8])["id"] == task
        with pytest.raises(NotFoundError):
            tasks.find(store, PROJECT, "nothing")
        with pytest.raises(UsageError):
            tasks.add(store, cycle["id"], " ")
