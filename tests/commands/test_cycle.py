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


def editor(clone: Clone, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let an editor be a script of sed."""
    monkeypatch.setenv("GIT_EDITOR", f"sed -i '{script}'")


def test_each_column_is_changed_and_taken_away(clone: Clone) -> None:
    studio(clone, "start", "Auth Flow", "-d", "Old", "-c", "fast", "--due", "2025-03-31")
    clone.change("UPDATE cycles SET updated_at = '2020-01-01 00:00:00'")
    changed = studio(
        clone, "edit", "cyc-1", "--name", "Sign-in", "--type", "spike", "--intent", "Once\n  more",
        "--description", "", "-c", "safe", "-c", "small", "--due", "2999-01-02", "--json",
    ).json  # fmt: skip
    assert (changed["name"], changed["cycle_type"]) == ("Sign-in", "spike")
    assert (changed["intent"], changed["description"]) == ("Once\n  more", None)
    assert changed["success_criteria"] == ["safe", "small"]
    assert (changed["due_at"], changed["overdue"]) == ("2999-01-02 00:00:00", False)
    assert changed["updated_at"] > "2025"
    cleared = studio(clone, "edit", "--due", "", "-c", "", "--json").json
    assert (cleared["due_at"], cleared["success_criteria"]) == (None, [])
    assert studio(clone, "edit", "--name", "Sign-in").out == "Nothing changed: CYC-1 Sign-in\n"
    feed = clone.repo.studio("activity", "--json").json
    assert [each["title"] for each in feed] == ["Sign-in"]


def test_a_new_name_stands_in_the_session_files(clone: Clone) -> None:
    studio(clone, "start", "Auth Flow")
    clone.repo.commit("One")
    clone.capture()
    studio(clone, "edit", "--name", "Sign-in")
    assert "**Cycle:** Sign-in (CYC-1)\n" in clone.only_file()


def test_in_the_editor(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    studio(clone, "start", "Auth Flow", "--intent", "Sign in once", "-c", "fast")
    editor(clone, monkeypatch, "s/^# .*/# Sign-in/; s/^- fast/&\\n- safe/; s/once/twice/")
    changed = studio(clone, "edit", "--edit", "--json").json
    assert (changed["name"], changed["intent"]) == ("Sign-in", "Sign in twice")
    assert changed["success_criteria"] == ["fast", "safe"]
    editor(clone, monkeypatch, "s/none/none/")
    assert "Nothing changed" in studio(clone, "edit", "-e").out
    editor(clone, monkeypatch, "1d")
    assert clone.repo.studio("cycle", "edit", "-e").status == 2


def test_what_is_over_is_told(clone: Clone) -> None:
    studio(clone, "start", "Late", "--due", "2020-01-31")
    studio(clone, "start", "Later", "--due", "2999-01-31")
    late, later = sorted(studio(clone, "list").out.splitlines())
    assert (late.split()[-3:], later.split()[-3:]) == (
        ["overdue", "2020-01-31", "Late"], ["due", "2999-01-31", "Later"]
    )  # fmt: skip
    assert "overdue 2020-01-31" in studio(clone, "show", "late").out
    assert {each["name"]: each["overdue"] for each in studio(clone, "list", "--json").json} == {
        "Late": True, "Later": False
    }  # fmt: skip
    studio(clone, "complete", "late")
    assert "overdue" not in studio(clone, "list").out


def test_removed_with_its_tasks_and_without_what_was_done(clone: Clone) -> None:
    studio(clone, "start", "Auth Flow")
    clone.repo.studio("task", "add", "Write it")
    clone.repo.commit(message("One", "Decision: D", "Problem: P", "Solution: S"))
    clone.capture()
    asked = clone.repo.studio("cycle", "remove", "cyc-1")
    assert (asked.status, asked.out) == (2, "")
    assert "--yes" in asked.err
    assert studio(clone, "remove", "auth flow", "--yes").out == "Removed: CYC-1 Auth Flow\n"
    assert studio(clone, "list", "--json").json == []
    assert clone.rows("SELECT * FROM tasks") == []
    for table in ("sessions", "decisions", "learnings"):
        assert clone.rows(f"SELECT cycle_id FROM {table}") == [{"cycle_id": None}]
    assert "Cycle" not in clone.only_file()
    assert {each["reference_type"] for each in clone.rows("SELECT * FROM activity_log")} == {
        "session", "decision"
    }  # fmt: skip


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
        (["edit", "CYC-1"], 2),
        (["edit", "CYC-1", "--name", "CYC-9"], 2),
        (["edit", "CYC-1", "--due", "soon"], 2),
        (["edit", "none", "--name", "x"], 2),
        (["remove", "none", "--yes"], 2),
    ):
        answer = clone.repo.studio("cycle", *words)
        assert (answer.status, answer.out) == (status, ""), words
        assert answer.err
