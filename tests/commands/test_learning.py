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


def test_what_cannot_be_added_or_found(clone: Clone) -> None:
    assert clone.repo.studio("learning", "add", "x", "--problem", "p").status == 2
    assert clone.repo.studio("learning", "show", "none").status == 2
    assert clone.repo.studio("learning", "list", "--tag", "none", "--json").json == []
