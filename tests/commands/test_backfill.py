"""``git studio backfill``, as people and programs use it, and init's offer of it."""

from __future__ import annotations

import os
from pathlib import Path

import pexpect
from capturing import HOUR, NOON, bind, message
from conftest import SCRIPTS, Repo


def older(repo: Repo) -> None:
    repo.commit(message("Add login", "Decision: Use JWT"), when=NOON)
    repo.commit("Add logout", when=NOON + 24 * HOUR)


def test_it_takes_in_and_says_what(repo: Repo) -> None:
    older(repo)
    clone = bind(repo)
    answer = repo.studio("backfill")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "Took in 2 commits, 1 decision into 2 new sessions.\n"
    assert sorted(clone.titles("sessions")) == ["Add login", "Add logout"]
    again = repo.studio("backfill")
    assert (again.status, again.out) == (0, "Nothing to take in: 2 commits captured before.\n")


def test_what_is_new_is_captured_first_and_told_in_the_feed(repo: Repo) -> None:
    older(repo)
    clone = bind(repo)
    repo.commit("New", when=NOON + 48 * HOUR)
    assert repo.studio("backfill").status == 0
    assert [row["title"] for row in clone.rows("SELECT title FROM activity_log")] == ["New"]
    assert len(clone.sessions()) == 3


def test_json_and_a_range(repo: Repo) -> None:
    older(repo)
    bind(repo)
    assert repo.studio("backfill", "HEAD~1", "--json").json == {
        "commits": 1, "sessions": 1, "joined": 0, "decisions": 1, "learnings": 0, "questions": 0,
        "problems": [],
    }  # fmt: skip


def test_a_range_that_is_none(repo: Repo) -> None:
    older(repo)
    bind(repo)
    answer = repo.studio("backfill", "nosuch")
    assert answer.status == 2
    assert "git does not know nosuch" in answer.err


def test_others_are_counted(repo: Repo) -> None:
    repo.git("-c", "user.email=bo@example.org", "commit", "-q", "--allow-empty", "-m", "Theirs")
    (repo.path / ".git/logs/HEAD").unlink()
    (repo.path / ".git/logs/refs/heads/main").unlink()
    bind(repo)
    said = repo.studio("backfill").out
    assert said == (
        "Nothing to take in: 0 commits captured before. 1 commit of others: --all-authors.\n"
    )
    assert repo.studio("backfill", "--all-authors").out == "Took in 1 commit into 1 new session.\n"


class TestInit:
    def test_without_a_terminal_it_only_tells(self, repo: Repo) -> None:
        older(repo)
        said = repo.studio("init", "--yes", "--no-hooks").out
        assert "2 commits of yours from before can become sessions: git studio backfill" in said
        assert "sessions:" not in repo.studio("init", "--yes", "--no-hooks").out
        assert repo.studio("session", "list", "--json").json == []

    def test_a_new_history_is_not_spoken_of(self, repo: Repo) -> None:
        assert "backfill" not in repo.studio("init", "--yes", "--no-hooks").out

    def test_on_a_terminal_it_asks(self, repo: Repo, own_home: Path) -> None:
        older(repo)
        with pexpect.spawn(
            str(SCRIPTS / "git-studio"), ["init", "--no-hooks"], cwd=str(repo.path),
            env={**os.environ, "TERM": "xterm"}, timeout=60, encoding="utf-8",
        ) as terminal:  # fmt: skip
            terminal.expect_exact("Make sessions of 2 commits of yours from before, too? [y/N]")
            terminal.sendline("y")
            terminal.expect_exact("Took in")
            terminal.expect(pexpect.EOF)
        assert len(repo.studio("session", "list", "--json").json) == 2
