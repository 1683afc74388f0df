"""``git studio cycle``, as people and programs use it."""

from __future__ import annotations

import pytest
from capturing import Clone, bind, message
from conftest import Answer, Repo


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


def studio(clone: Clone, *words: str) -> Answer:
    answer = clone.repo.studio("cycle", *words)
    assert answer.status == 0, answer.err
    return answer


def test_from_start_to_completion(clone: Clone) -> None:
    made = studio(
        clone, "start", "Auth Flow", "--type", "spike", "--intent", "Sign in once", "-c", "fast",
        "-c", "safe", "--due", "2025-03-31", "--json",
    ).json  # fmt: skip
    assert (made["code"], made["active"], made["phase"]) == ("CYC-1", True, "brainstorm")
    assert made["success_criteria"] == ["fast", "safe"]
    clone.repo.commit(message("One", "Decision: D"))
    clone.capture()
    shown = studio(clone, "show").out
    for line in ("Auth Flow  active here", "Sign in once", "  safe", "  D"):
        assert line in shown.splitlines()
    assert "due 2025-03-31" in shown
    assert studio(clone, "phase", "cyc-1", "implement").out == (
        "CYC-1 Auth Flow is in phase implement.\n"
    )
    clone.repo.studio("task", "add", "Write it")
    assert "1 of its tasks is not complete" in studio(clone, "complete", "auth flow").out
    (listed,) = studio(clone, "list", "--json").json
    assert (listed["phase"], listed["active"]) == ("complete", False)
    assert listed["completed_at"] is not None
    found = studio(clone, "show", "CYC-1", "--json").json
    assert [each["title"] for each in found["decisions"]] == ["D"]
    assert len(found["sessions"]) == 1
    assert clone.repo.studio("cycle", "show").status == 1
    feed = clone.repo.studio("activity", "--json").json
    assert {"cycle_started", "cycle_completed"} <= {each["activity_type"] for each in feed}


def test_list_marks_the_active_one(clone: Clone) -> None:
    assert "no cycles yet" in studio(clone, "list").out
    studio(clone, "start", "One")
    studio(clone, "start", "Two")
    lines = studio(clone, "list").out.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("*")] == ["Two"]
    assert studio(clone, "use", "one").out == "Using CYC-1: One\n"
    lines = studio(clone, "list").out.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("*")] == ["One"]
    status = clone.repo.studio("status", "--json").json
    assert (status["cycle"]["code"], status["cycle"]["name"]) == ("CYC-1", "One")
    assert studio(clone, "use", "--none", "--json").out == "null\n"
    assert clone.repo.studio("status", "--json").json["cycle"] is None


def test_the_branch_goes_before_and_says_so(clone: Clone) -> None:
    studio(clone, "start", "Auth Flow")
    studio(clone, "start", "Other")
    clone.repo.commit("x")
    clone.repo.git("switch", "-qc", "feature/cyc-1-x")
    answer = studio(clone, "use", "other")
    assert "speaks of CYC-1 Auth Flow, and goes before" in answer.out
    assert studio(clone, "show", "--json").json["code"] == "CYC-1"


def test_of_another_project_nothing_is_used_here(clone: Clone) -> None:
    clone.change("INSERT INTO projects (id, name) VALUES ('other', 'Other')")
    made = studio(clone, "start", "Theirs", "-p", "Other", "--json").json
    assert (made["project_id"], made["active"]) == ("other", False)
    assert clone.rows("SELECT * FROM git_worktree_cycles") == []
    assert studio(clone, "list", "--json").json == []
    both = studio(clone, "list", "--all-projects")
    assert "Other" in both.out


def test_what_cannot_be(clone: Clone) -> None:
    studio(clone, "start", "Auth Flow")
    for words, status in (
        (["start", "auth flow"], 2),
        (["start", "x", "--due", "soon"], 2),
        (["start", "x", "--type", "epic"], 2),
        (["use"], 2),
        (["use", "x", "--none"], 2),
        (["use", "none"], 2),
        (["show", "none"], 2),
        (["phase", "CYC-1", "over"], 2),
    ):
        answer = clone.repo.studio("cycle", *words)
        assert (answer.status, answer.out) == (status, ""), words
        assert answer.err
