"""Rows 1 to 12 of the table of situations: ways of making a commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import git_version, put_hook
from situated import MINUTE, NOON, Here, answered, message, set_up

pytestmark = pytest.mark.slow  # real repositories, one for each row

BLOCK = "studio.drift.repo-ahead"


@pytest.fixture
def tracked(repo: Repo) -> Here:
    """A clone whose CLAUDE.md is tracked, and in which an edit of it stops the commit."""
    repo.write("CLAUDE.md", "# Rules\n")
    repo.write("a", "1\n")
    repo.commit("Before", when=NOON - 60 * MINUTE)
    here = set_up(repo)
    here.git("config", BLOCK, "block")
    return here


def test_01_the_first_commit(repo: Repo) -> None:
    here = set_up(repo)
    here.commit(message("First", "Decision: Begin"))
    here.check()
    assert list(here.ids()) == ["Begin"]


def test_02_in_a_sub_folder(here: Here) -> None:
    here.repo.write("deep/down/a", "1\n")
    here.git("add", "-A")
    done = run("git", "commit", "-q", "-m", "Below", cwd=here.repo.path / "deep/down")
    assert done.status == 0, done.err
    here.check()
    assert json.loads(here.sessions()[-1]["files_changed"]) == ["deep/down/a"]


@pytest.mark.parametrize("how", ["-a", "-i", "-p"])
def test_03_the_lock_index_is_what_is_committed(tracked: Here, how: str) -> None:
    repo = tracked.repo
    repo.write("CLAUDE.md", "# Rules\n\nMine.\n")
    words = {"-a": ["-a"], "-i": ["-i", "CLAUDE.md"], "-p": ["-p"]}[how]
    stopped = answered(repo, "commit", "-q", "-m", "With it", *words, stdin="y\n")
    assert stopped.status != 0
    assert "CLAUDE.md" in stopped.err
    repo.git("reset", "-q")
    repo.write("a", "2\n")
    repo.git("add", "a")
    assert repo.try_git("commit", "-q", "-m", "Without it").status == 0
    repo.git("config", BLOCK, "warn")
    repo.write("a", "3\n")
    allowed = answered(repo, "commit", "-q", "-m", "With it", *words, stdin="y\ny\n")
    assert allowed.status == 0, allowed.err
    tracked.check()
    assert "CLAUDE.md" in repo.git("show", "--name-only", "--format=", "HEAD")


def test_04_only_the_named_path_is_judged(tracked: Here) -> None:
    repo = tracked.repo
    repo.write("CLAUDE.md", "# Rules\n\nMine.\n")
    repo.git("add", "CLAUDE.md")
    repo.write("a", "2\n")
    done = repo.try_git("commit", "-q", "-m", "Only a", "--", "a")
    assert done.status == 0, done.err
    assert repo.git("diff", "--cached", "--name-only") == "CLAUDE.md"
    assert repo.try_git("commit", "-q", "-m", "Now both").status != 0
    tracked.check()
    assert json.loads(tracked.sessions()[-1]["files_changed"]) == ["a"]


def test_05_amend(here: Here) -> None:
    here.commit(message("Work", "Decision: A"))
    here.settle()
    before, session = here.ids(), here.sessions()
    here.repo.write("file0", "x\ny\n")
    here.git("commit", "-q", "-a", "--amend", "-m", message("Work, done", "Decision: A"))
    here.check()
    assert here.ids() == before
    assert [one["id"] for one in here.sessions()] == [one["id"] for one in session]
    assert here.titles("sessions") == ["Work, done"]
    assert "- `file0` (+2 -0)\n" in here.text_of(here.head())


def test_05_amend_at_once(here: Here) -> None:
    here.commit(message("Work", "Decision: A"))
    for number in range(3):
        here.repo.write("file0", f"{number}\n")
        here.git("commit", "-q", "-a", "--amend", "-m", message(f"{number}", "Decision: A"))
    here.check()
    assert len(here.reached()) == 1
    assert list(here.ids()) == ["A"]


def test_06_amend_that_changes_nothing(here: Here) -> None:
    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON} +0200")
    oid = here.commit("Work")
    here.git("commit", "-q", "--amend", "--no-edit", env=dates)
    assert here.head() == oid
    here.check()
    assert here.reached() == [oid]


def test_07_no_verify_is_noticed_late(tracked: Here) -> None:
    repo = tracked.repo
    repo.write("CLAUDE.md", "# Rules\n\nMine.\n")
    repo.git("commit", "-q", "-a", "--no-verify", "-m", "Past the check")
    tracked.check()
    assert tracked.rows("SELECT sync_status FROM context_files") == [{"sync_status": "stale"}]
    assert len(tracked.rows("SELECT * FROM drift_records WHERE resolved_at IS NULL")) == 1


def test_08_dry_run(here: Here) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    here.repo.try_git("commit", "--dry-run", "-m", "Not yet")
    here.check()
    assert here.sessions() == []


def test_09_an_empty_message(here: Here) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    here.git("commit", "-q", "--allow-empty-message", "-m", "")
    here.check()
    assert len(here.sessions()) == 1


@pytest.mark.parametrize("why", ["no message", "another hook says no"])
def test_10_a_commit_that_comes_to_nothing(here: Here, why: str) -> None:
    here.settle()
    before = here.repository()
    if why == "another hook says no":
        hook = here.repo.path / ".git/hooks/pre-commit"
        put_hook(hook, hook.read_text() + "exit 1\n")
        words = ["-m", "Work"]
    else:
        words = ["-m", ""]
    assert here.repo.try_git("commit", "-q", "--allow-empty", *words).status != 0
    assert not (here.folder / "spool").exists()
    assert here.repository() == before
    here.check()
    assert here.sessions() == []


class Test11NoHookRuns:
    def test_11_hooks_switched_off(self, here: Here) -> None:
        here.repo.write("a", "1\n")
        here.git("add", "-A")
        here.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Unseen")
        assert here.sessions() == []
        here.check()
        assert here.titles("sessions") == ["Unseen"]

    def test_11_plumbing(self, here: Here) -> None:
        made = here.git("commit-tree", "-p", "HEAD", "-m", "By hand", "HEAD^{tree}")
        here.git("update-ref", "refs/heads/main", made)
        here.check()
        assert here.reached() == [made]

    def test_11_fast_import(self, here: Here) -> None:
        stream = (
            f"commit refs/heads/imported\ncommitter Ada Example <ada@example.org> {NOON} +0000\n"
            f"data 9\nImported\n\nfrom {here.head()}\nM 100644 inline in\ndata 2\nx\n\n"
        )
        done = answered(here.repo, "fast-import", "--quiet", stdin=stream)
        assert done.status == 0, done.err
        here.check()
        assert here.titles("sessions") == ["Imported"]

    def test_11_filter_branch(self, here: Here) -> None:
        for minute in range(3):
            here.repo.write("secret", f"{minute}\n")
            here.commit(message(f"Work {minute}", f"Decision: D{minute}"), minute=minute)
        here.settle()
        before, sessions = here.ids(), [one["id"] for one in here.sessions()]
        here.git(
            "filter-branch", "-f", "--index-filter",
            "git rm -q --cached --ignore-unmatch secret", "HEAD~3..HEAD",
            env={"FILTER_BRANCH_SQUELCH_WARNING": "1"},
        )  # fmt: skip
        here.check()
        assert here.ids() == before
        assert [one["id"] for one in here.sessions()] == sessions
        assert "secret" not in here.text_of(here.head())
        assert here.gone() == []

    @pytest.mark.skipif(git_version() < (2, 44), reason="git replay is of git 2.44")
    def test_11_replay(self, here: Here) -> None:
        here.git("checkout", "-q", "-b", "topic")
        here.commit(message("Topic", "Decision: A"))
        here.git("checkout", "-q", "main")
        here.commit("Main", minute=1)
        here.settle()
        before = here.ids()
        done = here.git("replay", "--onto", "main", "main..topic")
        if done:  # before git 2.53 it prints what update-ref is to do
            assert answered(here.repo, "update-ref", "--stdin", stdin=done + "\n").status == 0
        here.check()
        assert here.ids() == before
        assert len(here.reached()) == 2
        assert here.gone() == []

    @pytest.mark.skipif(git_version() < (2, 55), reason="git history fixup is of git 2.55")
    @pytest.mark.parametrize("how", ["reword", "fixup", "drop"])
    def test_11_history(self, here: Here, how: str, tmp_path: Path) -> None:
        for minute in range(3):
            here.commit(message(f"Work {minute}", f"Decision: D{minute}"), minute=minute)
        here.settle()
        before = here.ids()
        if how == "fixup":
            here.repo.write("file1", "x\nmore\n")
            here.git("add", "-A")
        editor = tmp_path / "editor"
        put_hook(editor, '#!/bin/sh\nsed -i "1s/Work/Better work/" "$1"\n')
        here.git("history", how, "HEAD~1", env={"GIT_EDITOR": str(editor)})
        here.check()
        assert here.ids() == before
        assert len(here.reached()) == (2 if how == "drop" else 3)
        assert len(here.gone()) == (1 if how == "drop" else 0)


def test_12_fixup_messages_get_nothing_added(here: Here) -> None:
    here.commit("Work")
    here.repo.write("file0", "y\n")
    here.again("commit", "-q", "-a", "--fixup", "HEAD", minute=1)
    here.check()
    assert here.git("log", "-1", "--format=%B") == "fixup! Work"
    assert here.titles("sessions") == ["Work"]
