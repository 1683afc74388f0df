"""``git studio task``, as people and programs use it."""

from __future__ import annotations

import pytest
from capturing import Clone, bind, message
from conftest import Answer, Repo


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


def studio(clone: Clone, *words: str) -> Answer:
    answer = clone.repo.studio(*words)
    assert answer.status == 0, answer.err
    return answer


def test_by_hand(clone: Clone) -> None:
    studio(clone, "cycle", "start", "Auth Flow")
    made = studio(clone, "task", "add", "Write middleware", "--json").json
    assert (made["status"], made["sort_order"], made["commits"]) == ("pending", 0, [])
    studio(clone, "task", "add", "Test it")
    assert studio(clone, "task", "start", "test IT").out == "Test it: in progress\n"
    assert studio(clone, "task", "complete", made["id"][:8], "--json").json["status"] == "complete"
    first, second = studio(clone, "task", "list").out.splitlines()
    assert first.split()[1:] == ["CYC-1", "complete", "Write", "middleware"]
    assert second.split()[1:] == ["CYC-1", "in", "progress", "Test", "it"]


def test_by_a_commit(clone: Clone) -> None:
    studio(clone, "cycle", "start", "Auth Flow")
    studio(clone, "task", "add", "Write middleware")
    oid = clone.repo.commit(message("x", "Task: write middleware (done)"))
    clone.capture()
    (task,) = studio(clone, "task", "list", "--json").json
    assert (task["status"], task["commits"]) == ("complete", [oid])


def test_in_a_cycle_that_is_named(clone: Clone) -> None:
    studio(clone, "cycle", "start", "One")
    studio(clone, "cycle", "start", "Two")
    studio(clone, "task", "add", "Here", "--cycle", "cyc-1")
    studio(clone, "task", "add", "There")
    assert [task["title"] for task in studio(clone, "task", "list", "--json").json] == [
        "There", "Here"
    ]  # fmt: skip
    (only,) = studio(clone, "task", "list", "--cycle", "One", "--json").json
    assert only["title"] == "Here"


def titles(clone: Clone) -> list[str]:
    return [task["title"] for task in studio(clone, "task", "list", "--json").json]


def test_reopened_renamed_shown_and_removed(clone: Clone) -> None:
    studio(clone, "cycle", "start", "Auth Flow")
    studio(clone, "task", "add", "Write it")
    oid = clone.repo.commit(message("x", "Task: write it (done)"))
    clone.capture()
    assert studio(clone, "task", "reopen", "write it").out == "Write it: pending\n"
    assert studio(clone, "task", "edit", "write it", "-t", " Write\nall ").out == (
        "Write all: pending\n"
    )
    assert clone.repo.studio("task", "edit", "write all", "-t", " ").status == 2
    shown = studio(clone, "task", "show", "write all").out
    assert "CYC-1 Auth Flow" in shown
    assert f"commit {oid[:12]}\n" in shown
    assert studio(clone, "task", "show", "write all", "--json").json["commits"] == [oid]
    assert clone.repo.studio("task", "remove", "write all").status == 2
    assert studio(clone, "task", "remove", "write all", "-y").out == "Removed: Write all\n"
    assert titles(clone) == []


def test_order(clone: Clone) -> None:
    studio(clone, "cycle", "start", "One")
    for title in ("a", "b", "c"):
        studio(clone, "task", "add", title)
    for words, order in (
        (["c", "--first"], ["c", "a", "b"]),
        (["c", "--after", "a"], ["a", "c", "b"]),
        (["b", "--before", "a"], ["b", "a", "c"]),
        (["b", "--last"], ["a", "c", "b"]),
    ):
        moved = studio(clone, "task", "move", *words, "--json").json
        assert [task["title"] for task in moved] == order, words
        assert [task["sort_order"] for task in moved] == [0, 1, 2]
        assert titles(clone) == order


def test_moved_into_another_cycle(clone: Clone) -> None:
    studio(clone, "cycle", "start", "One")
    studio(clone, "task", "add", "a")
    studio(clone, "task", "add", "b")
    studio(clone, "cycle", "start", "Two")
    studio(clone, "task", "add", "c")
    assert studio(clone, "task", "move", "a", "--before", "c").out.count("CYC-2") == 2
    studio(clone, "task", "move", "b", "--cycle", "two")
    assert titles(clone) == ["a", "c", "b"]
    assert len({each["cycle_id"] for each in clone.rows("SELECT * FROM tasks")}) == 1
    only = studio(clone, "task", "list", "--status", "complete")
    assert only.out == "There are no tasks of that status.\n"
    for words in (
        ["a"], ["a", "--first", "--last"], ["a", "--before", "a"], ["a", "--after", "none"],
        ["a", "--after", "b", "--cycle", "one"],
    ):  # fmt: skip
        assert clone.repo.studio("task", "move", *words).status == 2, words


def test_what_cannot_be(clone: Clone) -> None:
    assert "no tasks yet" in studio(clone, "task", "list").out
    no_cycle = clone.repo.studio("task", "add", "x")
    assert (no_cycle.status, no_cycle.out) == (2, "")
    assert "--cycle" in no_cycle.err
    studio(clone, "cycle", "start", "Auth Flow")
    assert clone.repo.studio("task", "add", " ").status == 2
    assert clone.repo.studio("task", "start", "x").status == 2
    studio(clone, "task", "add", "Write middleware")
    misspelt = clone.repo.studio("task", "start", "Write midleware")
    assert "Did you mean Write middleware?" in misspelt.err
