"""``git studio decision``, as people and programs use it."""

from __future__ import annotations

from typing import Any

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
        "status": "accepted",
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


def test_a_supersession_by_hand_is_taken_back_and_a_commits_is_not(clone: Clone) -> None:
    clone.repo.studio("decision", "add", "Use sessions")
    clone.repo.studio("decision", "supersede", "use jwt", "use sessions")
    back = clone.repo.studio("decision", "supersede", "use jwt", "use sessions", "--take-back")
    assert (back.status, back.out) == (0, "Taken back: Use JWT, by Use sessions\n")
    assert "superseded" not in clone.repo.studio("decision", "list").out
    assert "superseded" not in clone.only_file()
    again = clone.repo.studio("decision", "supersede", "use jwt", "use sessions", "--take-back")
    assert again.status == 2
    oid = clone.repo.commit(message("Two", "Decision: B", "Supersedes: Use JWT"), when=NOON + 60)
    clone.capture()
    refused = clone.repo.studio("decision", "supersede", "use jwt", "b", "--take-back")
    assert refused.status == 2
    assert oid[:12] in refused.err


def show(clone: Clone, words: str) -> dict[str, Any]:
    found: dict[str, Any] = clone.repo.studio("decision", "show", words, "--json").json
    return found


def test_each_part_is_changed_and_taken_away(clone: Clone) -> None:
    clone.repo.studio("cycle", "start", "Auth Flow")
    changed = clone.repo.studio(
        "decision", "edit", "use jwt", "--title", "Use tokens", "-r", "Small:\n\n    code",
        "-a", "One", "-a", "Two", "--cycle", "auth flow", "--status", "rejected", "--json",
    )  # fmt: skip
    assert changed.status == 0, changed.err
    assert changed.json["rationale"] == "Small:\n\n    code"
    assert changed.json["alternatives"] == ["One", "Two"]
    assert changed.json["cycle_id"] == clone.rows("SELECT id FROM cycles")[0]["id"]
    assert changed.json["status"] == "rejected"
    assert "- Use tokens\n" in clone.only_file()
    assert "Use tokens (rejected)\n" in clone.repo.studio("decision", "list").out
    assert "Status: rejected\n" in clone.repo.studio("decision", "show", "use tokens").out
    assert "Use tokens" in clone.repo.studio("activity").out
    for words in (["-r", ""], ["-a", ""], ["--cycle", ""], ["--status", "accepted"]):
        assert clone.repo.studio("decision", "edit", "use tokens", *words).status == 0
    found = show(clone, "use tokens")
    assert (found["rationale"], found["alternatives"], found["cycle_id"], found["status"]) == (
        None, [], None, "accepted"
    )  # fmt: skip
    same = clone.repo.studio("decision", "edit", "use tokens", "--title", "Use tokens")
    assert same.out.startswith("Nothing changed ")
    for words in (["--title", " "], ["--cycle", "none"], ["--status", "done"], []):
        assert clone.repo.studio("decision", "edit", "use tokens", *words).status == 2


def test_what_a_person_made_of_it_stays_when_the_commit_is_amended(clone: Clone) -> None:
    clone.repo.studio("decision", "edit", "use jwt", "-r", "Mine")
    clone.repo.git(
        "commit", "-q", "--amend", "--allow-empty", "-m", message("Uno", "Decision: Use JWT")
    )
    clone.capture()
    assert show(clone, "use jwt")["rationale"] == "Mine"


def test_the_status_of_a_superseded_one_is_its_successors_matter(clone: Clone) -> None:
    clone.repo.studio("decision", "add", "Use sessions", "--status", "proposed")
    clone.repo.studio("decision", "supersede", "use jwt", "use sessions")
    refused = clone.repo.studio("decision", "edit", "use jwt", "--status", "accepted")
    assert refused.status == 2
    assert "--take-back" in refused.err
    assert show(clone, "use jwt")["status"] == "superseded"
    assert show(clone, "use sessions")["status"] == "proposed"


def test_in_the_editor(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "sed -i 's/no state/NO STATE/; s/^- cookies/&\\n- none/'")
    changed = clone.repo.studio(
        "decision", "edit", "use jwt", "-e", "--title", "Use tokens", "--json"
    )
    assert changed.status == 0, changed.err
    assert (changed.json["title"], changed.json["rationale"]) == ("Use tokens", "NO STATE")
    assert changed.json["alternatives"] == ["cookies", "none"]
    monkeypatch.setenv("GIT_EDITOR", "sed -i 's/## Rationale/&\\nBecause/'")
    made = clone.repo.studio("decision", "add", "Rotate keys", "--edit", "--json").json
    assert (made["title"], made["rationale"]) == ("Rotate keys", "Because")
    monkeypatch.setenv("GIT_EDITOR", r"sed -i 's/Because/\xff/'")
    assert clone.repo.studio("decision", "edit", "rotate keys", "-e").status == 2
    monkeypatch.setenv("GIT_EDITOR", "false")
    assert clone.repo.studio("decision", "edit", "rotate keys", "-e").status == 2


def test_removed_and_away_for_good(clone: Clone) -> None:
    asked = clone.repo.studio("decision", "remove", "use jwt")
    assert (asked.status, len(clone.rows("SELECT * FROM decisions"))) == (2, 1)
    gone = clone.repo.studio("decision", "remove", "use jwt", "--yes")
    assert gone.status == 0
    assert gone.out.startswith("Removed ")
    assert "rebuilt from git" in gone.err
    assert clone.rows("SELECT * FROM decisions") == []
    assert clone.rows("SELECT * FROM activity_log WHERE reference_type = 'decision'") == []
    assert "Use JWT" not in clone.only_file()
    clone.repo.git(
        "commit", "-q", "--amend", "--allow-empty", "-m", message("Uno", "Decision: Use JWT")
    )
    clone.capture()
    assert clone.rows("SELECT * FROM decisions") == []
    clone.repo.studio("decision", "add", "By hand")
    assert clone.repo.studio("decision", "remove", "by hand", "--yes").err == ""


def test_words_that_mean_no_decision_are_shown_as_they_are(clone: Clone) -> None:
    clone.repo.commit(message("Two", "Decision: B", "Supersedes: Use SAML"), when=NOON + 60)
    told = clone.repo.studio("capture")
    assert "Supersedes: Use SAML" in told.out + told.err
    shown = clone.repo.studio("decision", "show", "B").out
    assert "Supersedes: Use SAML  (none, or several, by that)\n" in shown
