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
