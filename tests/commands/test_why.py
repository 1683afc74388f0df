"""``git studio why``, as people and programs use it."""

from __future__ import annotations

import pytest
from capturing import HOUR, MINUTE, NOON, Clone, bind, message
from conftest import Repo

DAY = 24 * HOUR


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.write("old.txt", "before\n")
    repo.write("auth.py", "one\ntwo\n")
    repo.commit(
        message(
            "Check tokens",
            "Decision: Use JWT for stateless authentication",
            f"Rationale: {'because a session store would have to be kept running ' * 3}",
            "Alternative: cookies",
            "Problem: Clocks differ",
            "Solution: Allow thirty seconds",
        ),
        when=NOON,
    )
    repo.commit(message("Log", "Decision: Log each refusal"), when=NOON + MINUTE)
    repo.write("auth.py", "one\ntwo\nthree\n")
    said = message("Use sessions", "Decision: Use sessions", f"Supersedes: {LONG}")
    repo.commit(said, when=NOON + DAY)
    clone.capture()
    return clone


LONG = "Use JWT for stateless authentication"


def test_as_a_person_reads_it(clone: Clone) -> None:
    answer = clone.repo.studio("why", "auth.py:1-3")
    assert answer.status == 0, answer.err
    lines = answer.out.splitlines()
    head, first = clone.repo.git("rev-parse", "HEAD", "HEAD~2").split()
    assert lines[0] == f"{head[:10]} Use sessions"
    assert lines[1].endswith(", line 3")
    assert lines[2].startswith("  Session: Use sessions (")
    assert lines[3] == "  Decision: Use sessions"
    assert lines[5] == f"{first[:10]} Check tokens"
    assert "  Decision: Use JWT for stateless authentication" in lines
    assert (
        "    Why: because a session store would have to be kept running because a session" in lines
    )
    assert "    Considered: cookies" in lines
    assert "    Superseded by: Use sessions" in lines
    assert "  Problem: Clocks differ" in lines
    assert "    Solution: Allow thirty seconds" in lines
    assert "  Also decided: Log each refusal" in lines
    assert all(len(line) <= 80 for line in lines)


def test_as_a_program_reads_it(clone: Clone) -> None:
    answer = clone.repo.studio("why", "auth.py:3", "--json")
    assert answer.status == 0, answer.err
    found = answer.json
    assert (found["path"], found["lines"], found["commit"]) == ("auth.py", [3, 3], None)
    assert found["uncommitted"] == []
    (commit,) = found["commits"]
    assert commit["oid"] == clone.repo.git("rev-parse", "HEAD")
    assert commit["lines"] == [[3, 3]]
    assert commit["decisions"][0]["title"] == "Use sessions"
    (session,) = found["sessions"]
    assert session["id"] == commit["session"]
    assert session["cycle"] is None
    assert set(commit) == {
        "oid", "now", "subject", "author", "created_at", "lines", "captured", "session",
        "decisions", "learnings",
    }  # fmt: skip


def test_files_and_commits(clone: Clone) -> None:
    assert "Use sessions" in clone.repo.studio("why", "HEAD").out
    listed = clone.repo.studio("why", "auth.py", "--limit", "1").out
    assert "Use sessions" in listed
    assert "Check tokens" not in listed
    assert "There are more" in listed
    assert len(clone.repo.studio("why", "auth.py", "--json").json["commits"]) == 2


def test_what_is_not_captured_or_not_committed(clone: Clone) -> None:
    clone.repo.write("new.txt", "x\n")
    clone.repo.commit("Not yet taken in")
    answer = clone.repo.studio("why", "new.txt:1")
    assert answer.status == 1
    assert "Not yet taken in" in answer.out
    assert "git studio backfill --all-authors" in answer.out
    clone.repo.write("new.txt", "y\n")
    answer = clone.repo.studio("why", "new.txt:1")
    assert (answer.status, answer.out) == (1, "Line 1: not committed yet.\n")


def test_what_cannot_be_asked(clone: Clone) -> None:
    for words in ("nothing", "auth.py:9", "."):
        answer = clone.repo.studio("why", words)
        assert (answer.status, answer.out) == (2, "")
        assert len(answer.err.splitlines()) == 2
    assert clone.repo.studio("why").status == 2


def test_outside_a_bound_clone(repo: Repo) -> None:
    repo.commit("x")
    answer = repo.studio("why", "HEAD")
    assert answer.status == 2
    assert "git studio init" in answer.err
