"""Cycles and tasks as JSON."""

from __future__ import annotations

from capturing import PROJECT, Clone, bind
from conftest import Repo

from studio_git.services import cycles, cycleviews, tasks


def test_columns_code_and_tasks(repo: Repo) -> None:
    clone: Clone = bind(repo)
    with clone.store() as store:
        row = cycles.start(store, PROJECT, "Auth Flow", criteria=["fast"])
        tasks.add(store, row["id"], "Write it")
        found = cycleviews.whole_cycle(store, row, row["id"])
    assert (found["code"], found["active"], found["success_criteria"]) == ("CYC-1", True, ["fast"])
    assert [task["title"] for task in found["tasks"]] == ["Write it"]
    assert found["sessions"] == found["decisions"] == []
    columns = clone.rows("SELECT * FROM cycles")[0]
    assert set(columns) < set(found)
    assert "number" not in found


def test_what_another_program_wrote_is_shown_as_it_is(repo: Repo) -> None:
    clone = bind(repo)
    clone.change(
        "INSERT INTO cycles (id, project_id, name, cycle_type, success_criteria) "
        "VALUES ('c', ?, 'Odd', 'epic', 'no json')", PROJECT,
    )  # fmt: skip
    with clone.store() as store:
        (row,) = cycles.every(store, PROJECT)
        assert cycleviews.cycle(store, row)["success_criteria"] == "no json"
