"""``git studio activity``, as people and programs use it."""

from __future__ import annotations

from capturing import NOON, bind, message
from conftest import Repo


def test_the_feed(repo: Repo) -> None:
    clone = bind(repo)
    assert repo.studio("activity", "--json").json == []
    assert repo.studio("activity").status == 0
    repo.commit(message("One", "Decision: Use JWT"), when=NOON)
    clone.capture()
    events = repo.studio("activity", "--json").json
    assert {event["activity_type"] for event in events} == {"session_captured", "decision_recorded"}
    assert set(events[0]) == {
        "id", "project_id", "activity_type", "title", "reference_type", "reference_id",
        "created_at",
    }  # fmt: skip
    assert len(repo.studio("activity", "--json", "-n", "1").json) == 1
    text = repo.studio("activity", "--all-projects").out
    assert "decision recorded" in text
    assert "Risk Workbench" in text
