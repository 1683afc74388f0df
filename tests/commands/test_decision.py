"""``git studio decision``, as people and programs use it."""

from __future__ import annotations

import pytest
from capturing import NOON, Clone, bind, message
from conftest import Repo


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.commit(
        message("One", "Decision: Use JWT", "Rationale: no state", "Alternative: cookies"),
        when=NOON,
    )
    clone.capture()
    return clone


def test_list_json_has_the_columns(clone: Clone) -> None:
    answer = clone.repo.studio("decision", "list", "--json")
    assert answer.status == 0, answer.err
    (decision,) = answer.json
    assert decision.pop("commits") == [clone.repo.git("rev-parse", "HEAD")]
    del decision["id"], decision["project_id"]
    assert decision == {
        "cycle_id": None,
        "title": "Use JWT",
        "rationale": "no state",
        "alternatives": ["cookies"],
        "created_at": "2023-11-14 22:13:20",
        "superseded_by": None,
        "supersedes": [],
    }


def test_add_list_and_show(clone: Clone) -> None:
    made = clone.repo.studio(
        "decision", "add", "Rotate keys", "-r", "Leaks", "-a", "Never", "-a", "Daily", "--json"
    )
    assert made.status == 0, made.err
    assert made.json["alternatives"] == ["Never", "Daily"]
    listed = clone.repo.studio("decision", "list").out.splitlines()
    assert [line.split("  ")[-1] for line in listed] == ["Rotate keys", "Use JWT"]
    shown = clone.repo.studio("decision", "show", "rotate keys")
    assert shown.out.startswith("Rotate keys\n")
    assert "Leaks\nConsidered:\n- Never\n- Daily\n" in shown.out
    assert "added by hand" in shown.out
    first = clone.repo.studio("decision", "show", "use jwt")
    assert clone.repo.git("rev-parse", "HEAD")[:12] in first.out
    assert clone.repo.studio("decision", "show", "use jwt", "--json").json["title"] == "Use JWT"


def test_what_cannot_be_added_or_found(clone: Clone) -> None:
    assert clone.repo.studio("decision", "add", " ").status == 2
    assert clone.repo.studio("decision", "add").status == 2
    assert clone.repo.studio("decision", "add", "x", "--cycle", "none").status == 2
    missing = clone.repo.studio("decision", "show", "use jwd")
    assert missing.status == 2
    assert "Did you mean Use JWT?" in missing.err
    assert len(clone.rows("SELECT * FROM decisions")) == 1


def test_supersede(clone: Clone) -> None:
    added = clone.repo.studio("decision", "add", "Use sessions", "--json").json
    answer = clone.repo.studio("decision", "supersede", "use jwt", added["id"][:8])
    assert (answer.status, answer.out) == (0, "Superseded: Use JWT, by Use sessions\n")
    found = clone.repo.studio("decision", "list", "--json").json
    by_title = {each["title"]: each for each in found}
    assert by_title["Use JWT"]["superseded_by"] == added["id"]
    assert by_title["Use sessions"]["supersedes"] == [by_title["Use JWT"]["id"]]
    assert "Use JWT (superseded by: Use sessions)\n" in clone.repo.studio("decision", "list").out
    assert "Superseded by: Use sessions\n" in clone.repo.studio("decision", "show", "use jwt").out
    shown = clone.repo.studio("decision", "show", "use sessions").out
    assert "Supersedes: Use JWT\n" in shown
    assert "(superseded by: Use sessions)" in clone.only_file()
    assert clone.repo.studio("decision", "supersede", "use sessions", "use jwt").status == 2
    assert clone.repo.studio("decision", "supersede", "use jwt", "none").status == 2


def test_words_that_mean_no_decision_are_shown_as_they_are(clone: Clone) -> None:
    clone.repo.commit(message("Two", "Decision: B", "Supersedes: Use SAML"), when=NOON + 60)
    told = clone.repo.studio("capture")
    assert "Supersedes: Use SAML" in told.out + told.err
    shown = clone.repo.studio("decision", "show", "B").out
    assert "Supersedes: Use SAML  (none, or several, by that)\n" in shown
