"""``git studio learning``, as people and programs use it."""

from __future__ import annotations

import pytest
from capturing import NOON, Clone, bind, message
from conftest import Repo


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.commit(message("One", "Problem: Skew", "Solution: Leeway", "Tags: jwt"), when=NOON)
    clone.capture()
    return clone


def test_list_json_has_the_columns(clone: Clone) -> None:
    (learning,) = clone.repo.studio("learning", "list", "--json").json
    assert set(learning) == {
        "id", "project_id", "cycle_id", "session_id", "title", "problem", "solution", "tags",
        "created_at", "updated_at",
    }  # fmt: skip
    assert (learning["tags"], learning["created_at"]) == (["jwt"], "2023-11-14 22:13:20")


def test_add_list_show_and_tags(clone: Clone) -> None:
    made = clone.repo.studio(
        "learning", "add", "Slow tests", "--problem", "Two minutes", "--solution", "xdist",
        "--tag", "tests", "--tag", "jwt",
    )  # fmt: skip
    assert made.status == 0, made.err
    assert "Slow tests" in made.out
    assert len(clone.repo.studio("learning", "list").out.splitlines()) == 2
    assert len(clone.repo.studio("learning", "list", "--tag", "TESTS", "--json").json) == 1
    shown = clone.repo.studio("learning", "show", "slow tests").out
    assert "Problem: Two minutes\nSolution: xdist\nTags: tests, jwt\n" in shown
    tags = clone.repo.studio("learning", "tags", "--json").json
    assert tags == [{"tag": "jwt", "count": 2}, {"tag": "tests", "count": 1}]
    assert clone.repo.studio("learning", "tags").out.split() == ["2", "jwt", "1", "tests"]


def test_changed_tagged_and_removed(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.change("UPDATE learnings SET updated_at = '2020-01-01 00:00:00'")
    changed = clone.repo.studio(
        "learning", "edit", "skew", "--title", "Clocks", "-P", "They\n    differ", "-S", "Wait",
        "--json",
    )  # fmt: skip
    assert changed.status == 0, changed.err
    assert (changed.json["problem"], changed.json["solution"]) == ("They\n    differ", "Wait")
    assert changed.json["updated_at"] > "2025"
    assert clone.repo.studio("learning", "edit", "clocks", "--title", "Clocks").out.startswith(
        "Nothing changed "
    )
    tagged = clone.repo.studio("learning", "tag", "clocks", "-a", "#Time,JWT", "-r", "jwt")
    assert tagged.out == "Clocks: time, jwt\n"
    only = clone.repo.studio("learning", "tag", "clocks", "--remove", "TIME", "--json").json
    assert only["tags"] == ["jwt"]
    monkeypatch.setenv("GIT_EDITOR", "sed -i 's/^jwt$/auth, time/; s/Wait/Wait more/'")
    edited = clone.repo.studio("learning", "edit", "clocks", "-e", "--json").json
    assert (edited["tags"], edited["solution"]) == (["auth", "time"], "Wait more")
    assert clone.repo.studio("learning", "remove", "clocks").status == 2
    gone = clone.repo.studio("learning", "remove", "clocks", "-y")
    assert gone.out.startswith("Removed ")
    assert "rebuilt from git" in gone.err
    clone.capture()
    assert clone.rows("SELECT * FROM learnings") == []


def test_written_in_the_editor(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "sed -i 's/^## Problem/&\\nP/; s/^## Solution/&\\nS/'")
    made = clone.repo.studio("learning", "add", "New", "--edit", "-t", "x", "--json")
    assert made.status == 0, made.err
    assert (made.json["problem"], made.json["solution"], made.json["tags"]) == ("P", "S", ["x"])
    monkeypatch.setenv("GIT_EDITOR", "true")
    assert clone.repo.studio("learning", "add", "Empty", "--edit").status == 2


def test_what_cannot_be_added_or_found(clone: Clone) -> None:
    assert clone.repo.studio("learning", "add", "x", "--problem", "p").status == 2
    assert clone.repo.studio("learning", "show", "none").status == 2
    for words in (["tag", "skew"], ["edit", "skew"], ["edit", "skew", "-P", " "]):
        assert clone.repo.studio("learning", *words).status == 2, words
    assert clone.repo.studio("learning", "list", "--tag", "none", "--json").json == []
