"""``git studio capture``, as people and programs use it."""

from __future__ import annotations

from capturing import MINUTE, NOON, bind, message
from conftest import Repo

from studio_hooks import spool


def test_it_captures_and_says_what(repo: Repo) -> None:
    clone = bind(repo)
    repo.commit(message("Add login", "Decision: Use JWT"), when=NOON)
    answer = repo.studio("capture")
    assert answer.status == 0, answer.err
    assert answer.out.startswith("Captured 1 commit, 1 decision:\n  new session ")
    assert answer.out.endswith("Add login\n")
    assert len(clone.sessions()) == 1
    again = repo.studio("capture")
    assert (again.status, again.out) == (0, "Nothing new: every commit of yours is captured.\n")


def test_json(repo: Repo) -> None:
    clone = bind(repo)
    repo.commit(message("Add login", "Decision: Use JWT"), when=NOON)
    report = repo.studio("capture", "--json").json
    assert report == {
        "commits": 1, "rewritten": 0, "sessions": [clone.sessions()[0]["id"]],
        "new_sessions": [clone.sessions()[0]["id"]], "decisions": 1, "learnings": 0,
        "questions": 0, "problems": [],
    }  # fmt: skip


def test_what_the_hooks_noted_is_used_and_cleared(repo: Repo) -> None:
    clone = bind(repo)
    repo.commit(message("Add login", "Decision: Use JWT"), when=NOON)
    clone.capture()
    old = repo.git("rev-parse", "HEAD")
    repo.git("commit", "-q", "--amend", "--no-edit", "--allow-empty",
             f"--date={NOON + 600 * MINUTE} +0000")  # fmt: skip
    place = repo.place
    new = repo.git("rev-parse", "HEAD")
    spool.append(place.common_dir, "post-rewrite", place.git_dir, "amend", f"{old} {new}")
    assert "1 rewritten" in repo.studio("capture").out
    assert not spool.waiting(place.common_dir)
    assert len(clone.sessions()) == 1


def test_outside_a_bound_clone(repo: Repo) -> None:
    answer = repo.studio("capture")
    assert answer.status == 2
    assert "git studio init" in answer.err
