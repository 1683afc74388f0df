"""Rows 22 to 36 of the table of situations: history that is rewritten, and what only looks so."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo
from hooktools import put_hook
from situated import MINUTE, NOON, Here, colleague, message

from studio_hooks import installer

pytestmark = pytest.mark.slow  # real repositories, one for each row


def todo(*lines: str) -> dict[str, str]:
    """An editor that replaces the to-do list; ``%N`` stands for the N-th commit of the old one."""
    script = (
        "import sys; path = sys.argv[1]; "
        "picks = [line.split()[1] for line in open(path) if line.startswith('pick')]; "
        f"lines = {list(lines)!r}; "
        "[lines.__setitem__(n, lines[n].replace('%' + str(k + 1), pick)) "
        "for n in range(len(lines)) for k, pick in enumerate(picks)]; "
        "open(path, 'w').write('\\n'.join(lines) + '\\n')"
    )
    return {
        "GIT_SEQUENCE_EDITOR": f"{shlex.quote(sys.executable)} -c {shlex.quote(script)}",
        "GIT_EDITOR": "true",
    }


@pytest.fixture
def forked(here: Here) -> Here:
    """Three commits on ``topic``, which is checked out, and one on ``main``."""
    here.git("checkout", "-q", "-b", "topic")
    for minute in (1, 2, 3):
        here.commit(message(f"Topic {minute}", f"Decision: T{minute}"), minute=minute)
    here.git("checkout", "-q", "main")
    here.commit("Main", minute=4)
    here.git("checkout", "-q", "topic")
    here.settle()
    return here


@pytest.fixture
def clashing(here: Here) -> Here:
    """Two commits on ``topic``, the first of which changes a line that ``main`` changes, too."""
    here.git("checkout", "-q", "-b", "topic")
    here.commit(message("Clash", "Decision: C"), minute=1, path="base", content="1\ntopic\n3\n")
    here.commit(message("Calm", "Decision: D"), minute=2)
    here.git("checkout", "-q", "main")
    here.commit("Main", minute=3, path="base", content="1\nmain\n3\n")
    here.git("checkout", "-q", "topic")
    here.settle()
    return here


def stands(here: Here) -> tuple[dict[str, str], list[str]]:
    """What a rewrite must leave as it was."""
    return here.ids(), [session["id"] for session in here.sessions()]


def rebase(here: Here, *words: str, **env: str) -> None:
    here.git("rebase", "-q", *words, env={"GIT_EDITOR": "true", **env})


class Test22Rebase:
    @pytest.mark.parametrize(
        "words",
        [
            ["main"],
            ["--apply", "main"],
            ["--onto", "main", "main~1"],
            ["--reset-author-date", "main"],
            ["-i", "--exec", "true", "main"],
            ["--rebase-merges", "main"],
            ["--no-ff", "main~1"],
        ],
        ids=" ".join,
    )
    def test_22_and_30_whatever_the_way(self, forked: Here, words: list[str]) -> None:
        before = stands(forked)
        rebase(forked, *words, GIT_SEQUENCE_EDITOR="true")
        forked.check()
        assert stands(forked) == before
        assert len(forked.reached()) == 4
        assert forked.gone() == []

    def test_22_without_hooks(self, forked: Here) -> None:
        before = stands(forked)
        forked.git("-c", "core.hooksPath=/dev/null", "rebase", "-q", "main")
        forked.check()
        assert stands(forked) == before
        assert forked.gone() == []

    def test_22_detached(self, forked: Here) -> None:
        before = stands(forked)
        forked.git("checkout", "-q", "--detach")
        forked.git("branch", "-q", "-D", "topic")
        rebase(forked, "main")
        forked.check()
        assert stands(forked) == before
        assert forked.gone() == []

    def test_22_of_merges(self, forked: Here) -> None:
        forked.git("checkout", "-q", "-b", "side", "topic~1")
        forked.commit(message("Side", "Decision: S"), minute=5)
        forked.git("checkout", "-q", "topic")
        forked.again("merge", "-q", "--no-edit", "side", minute=6)
        forked.git("branch", "-q", "-D", "side")
        forked.settle()
        before = stands(forked)
        rebase(forked, "--rebase-merges", "main")
        forked.check()
        assert stands(forked) == before
        assert len(forked.reached()) == 6
        assert forked.gone() == []

    def test_22_another_branch_keeps_the_old_ones(self, forked: Here) -> None:
        before = stands(forked)
        forked.git("branch", "backup")
        rebase(forked, "main")
        forked.check()
        assert stands(forked) == before
        assert len(forked.reached()) == 7
        assert forked.sources(forked.head()) == {forked.head("backup")}
        assert "- `file1` (+1 -0)\n" in forked.text_of(forked.head())
        forked.git("branch", "-q", "-D", "backup")
        forked.check()
        assert stands(forked) == before
        assert "On no branch" not in forked.text_of(forked.head())

    def test_22_taken_back(self, forked: Here) -> None:
        before, reached = stands(forked), forked.reached()
        rebase(forked, "main")
        forked.settle()
        forked.git("reset", "-q", "--hard", "ORIG_HEAD")
        forked.check()
        assert stands(forked) == before
        assert forked.reached() == reached

    def test_22_with_a_conflict(self, clashing: Here) -> None:
        before = stands(clashing)
        assert clashing.repo.try_git("rebase", "-q", "main").status != 0
        clashing.repo.write("base", "1\nboth\n3\n")
        clashing.git("add", "base")
        clashing.settle()
        clashing.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
        clashing.check()
        assert stands(clashing) == before
        assert clashing.gone() == []

    def test_22_python_does_not_run_for_each_commit(self, here: Here, tmp_path: Path) -> None:
        here.git("checkout", "-q", "-b", "topic")
        here.repo.env["STUDIO_DISABLE"] = "1"
        for minute in range(1, 31):
            here.commit(message(f"Topic {minute}", f"Decision: T{minute}"), minute=minute)
        here.git("checkout", "-q", "main")
        here.commit("Main", minute=40)
        here.git("checkout", "-q", "topic")
        here.repo.env.clear()
        here.check()
        before = stands(here)
        started = tmp_path / "started"
        counting = put_hook(
            tmp_path / "counting python",
            f'#!/bin/sh\necho "$*" >>{shlex.quote(str(started))}\n'
            f'exec {shlex.quote(sys.executable)} "$@"\n',
        )
        installer.install(here.repo.place, python=str(counting))
        started.unlink(missing_ok=True)
        rebase(here, "main")
        here.settle()
        runs = [line for line in started.read_text().splitlines() if "studio_hooks" in line]
        assert 1 <= len(runs) <= 2, runs
        here.check()
        assert stands(here) == before
        assert here.gone() == []


def test_23_reword(forked: Here, tmp_path: Path) -> None:
    before = stands(forked)
    editor = put_hook(tmp_path / "editor", '#!/bin/sh\nsed -i "1s/Topic/Better topic/" "$1"\n')
    env = todo("pick %1", "reword %2", "pick %3") | {"GIT_EDITOR": str(editor)}
    rebase(forked, "-i", "main", **env)
    forked.check()
    assert stands(forked) == before
    assert forked.gone() == []
    assert "Better topic 2" in forked.row(forked.head("HEAD~1"))["message"]


class Test24Fold:
    @pytest.mark.parametrize("how", ["squash", "fixup", "fixup -C"])
    @pytest.mark.parametrize("onto", ["main", "main~1"])
    def test_24_two_become_one(self, forked: Here, how: str, onto: str) -> None:
        before = stands(forked)
        rebase(forked, "-i", onto, **todo("pick %1", f"{how} %2", "pick %3"))
        forked.check()
        assert stands(forked) == before, "what was decided is not lost"
        assert len(forked.reached()) == 3
        assert forked.gone() == []
        folded = forked.head("HEAD~1")
        assert forked.stands_in("T1") == forked.stands_in("T2") == {folded}

    def test_24_all_become_one(self, forked: Here) -> None:
        before = stands(forked)
        rebase(forked, "-i", "main", **todo("pick %1", "squash %2", "squash %3"))
        forked.check()
        assert stands(forked) == before
        assert forked.stands_in("T3") == {forked.head()}

    def test_24_autosquash(self, forked: Here) -> None:
        forked.repo.write("file1", "x\nfixed\n")
        forked.again("commit", "-q", "-a", "--fixup", "HEAD~2", minute=5)
        forked.settle()
        before = stands(forked)
        rebase(forked, "-i", "--autosquash", "main", GIT_SEQUENCE_EDITOR="true")
        forked.check()
        assert stands(forked) == before
        assert "- `file1` (+2 -0)\n" in forked.text_of(forked.head())
        assert forked.gone() == []

    def test_24_and_taken_apart_again(self, forked: Here) -> None:
        before, reached = stands(forked), forked.reached()
        rebase(forked, "-i", "main~1", **todo("pick %1", "squash %2", "squash %3"))
        forked.settle()
        forked.git("reset", "-q", "--hard", "ORIG_HEAD")
        forked.check()
        assert stands(forked) == before
        assert forked.reached() == reached


def test_25_drop(forked: Here) -> None:
    before = stands(forked)
    dropped = forked.head("HEAD~1")
    rebase(forked, "-i", "main", **todo("pick %1", "drop %2", "pick %3"))
    forked.check()
    assert stands(forked) == before
    assert forked.gone() == [dropped]
    assert "On no branch any more: Topic 2" in forked.text_of(forked.head())
    session = forked.repo.studio("session", "show", "--json").json
    assert session["gone_commits"] == [dropped]
    assert dropped not in session["commits"]


class Test26Split:
    def split(self, here: Here) -> None:
        here.git("reset", "-q", "HEAD~1")
        here.git("add", "one")
        here.again("commit", "-q", "-m", message("One", "Decision: Both"), minute=21)
        here.git("add", "two")
        here.again("commit", "-q", "-m", "Two", minute=22)

    @pytest.fixture
    def whole(self, here: Here) -> Here:
        here.repo.write("one", "1\n")
        here.commit(message("Both", "Decision: Both"), path="two", content="2\n")
        here.commit("After", minute=1)
        here.settle()
        return here

    def test_26_edit_and_split_in_two(self, whole: Here) -> None:
        before = stands(whole)
        rebase(whole, "-i", "HEAD~2", **todo("edit %1", "pick %2"))
        self.split(whole)
        whole.git("rebase", "--continue")
        whole.check()
        assert stands(whole) == before
        assert len(whole.reached()) == 3
        assert whole.gone() == []

    @pytest.mark.parametrize("wait", [False, True])
    def test_26_by_a_reset(self, whole: Here, wait: bool) -> None:
        before = stands(whole)
        whole.git("reset", "-q", "--hard", "HEAD~1")
        if wait:
            whole.settle()
        self.split(whole)
        whole.check()
        assert whole.ids() == before[0]
        assert whole.stands_in("Both") == {whole.head("HEAD~1"), whole.head()}


class Test27Skip:
    def test_27_a_skipped_commit_does_not_move(self, clashing: Here) -> None:
        before, skipped = stands(clashing), clashing.head("topic~1")
        assert clashing.repo.try_git("rebase", "-q", "main").status != 0
        clashing.git("rebase", "--skip")
        clashing.check()
        assert stands(clashing) == before
        assert clashing.gone() == [skipped]
        assert clashing.stands_in("C") == {skipped}
        assert clashing.row(skipped)["rewritten_to"] is None

    @pytest.mark.parametrize("apart", [0, 1])
    def test_27_not_onto_the_one_before_either(self, here: Here, apart: int) -> None:
        """Even where all of them were made in one second."""
        here.git("checkout", "-q", "-b", "topic")
        here.commit(message("Calm", "Decision: D"), minute=apart)
        here.commit(
            message("Clash", "Decision: C"), minute=2 * apart, path="base", content="1\nt\n3\n"
        )
        skipped = here.head()
        here.git("checkout", "-q", "main")
        here.commit("Main", minute=3 * apart, path="base", content="1\nmain\n3\n")
        here.git("checkout", "-q", "topic")
        here.settle()
        before = stands(here)
        assert here.repo.try_git("rebase", "-q", "main").status != 0
        here.git("rebase", "--skip")
        here.check()
        assert stands(here) == before
        assert here.gone() == [skipped]
        assert here.stands_in("C") == {skipped}


@pytest.mark.parametrize("how", ["--abort", "--quit"])
@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_28_given_up(clashing: Here, how: str, backend: str) -> None:
    before, reached = stands(clashing), clashing.reached()
    assert clashing.repo.try_git("rebase", "-q", backend, "main").status != 0
    clashing.check()
    clashing.git("rebase", how)
    if how == "--quit":
        clashing.git("reset", "-q", "--hard")
        clashing.git("checkout", "-q", "topic")
    clashing.check()
    assert stands(clashing) == before
    assert clashing.reached() == reached
    assert clashing.gone() == []


def test_28_given_up_after_some_were_picked(clashing: Here) -> None:
    before, reached = stands(clashing), clashing.reached()
    env = todo("pick %2", "pick %1")
    assert clashing.repo.try_git("rebase", "-q", "-i", "main", env=env).status != 0
    clashing.captured()
    clashing.git("rebase", "--abort")
    clashing.check()
    assert stands(clashing) == before
    assert clashing.reached() == reached


def test_31_pull_with_rebase(here: Here) -> None:
    other = colleague(here)
    other.write("b", "b\n")
    other.commit("Theirs", when=NOON)
    for minute in (1, 2):
        here.commit(message(f"Mine {minute}", f"Decision: D{minute}"), minute=minute)
    here.settle()
    before = stands(here)
    here.git("pull", "-q", "--rebase", "origin", "main")
    here.check()
    assert stands(here) == before
    assert len(here.reached()) == 2
    assert here.gone() == []


class Test32ResetAndCommit:
    @pytest.mark.parametrize("how", ["--soft", "--mixed"])
    @pytest.mark.parametrize("wait", [False, True])
    @pytest.mark.parametrize("count", [1, 3])
    def test_32_the_same_content_again(
        self, forked: Here, how: str, wait: bool, count: int
    ) -> None:
        before = stands(forked)
        forked.git("reset", "-q", how, f"HEAD~{count}")
        if wait:
            forked.captured()
        forked.git("add", "-A")
        forked.again("commit", "-q", "-m", "All of it", minute=2000)
        forked.check()
        assert stands(forked) == before
        assert forked.gone() == []
        assert forked.stands_in("T3") == {forked.head()}
        duration = forked.sessions()[0]["duration_minutes"]
        assert duration == 30 + 3, "the work was done when it was done"

    def test_32_with_the_old_message(self, forked: Here) -> None:
        before = stands(forked)
        forked.git("reset", "-q", "--soft", "HEAD~1")
        forked.repo.write("file3", "better\n")
        forked.git("commit", "-q", "-a", "-C", "ORIG_HEAD")
        forked.check()
        assert stands(forked) == before
        assert forked.gone() == []

    def test_32_other_content_is_not_moved(self, forked: Here) -> None:
        ids, old = forked.ids(), forked.head()
        forked.git("reset", "-q", "--hard", "HEAD~1")
        oid = forked.commit(message("Anew", "Decision: Other"), minute=30, content="quite other\n")
        forked.check()
        assert forked.ids().items() >= ids.items()
        assert forked.gone() == [old]
        assert forked.stands_in("Other") == {oid}

    def test_32_the_decision_is_told_once_all_the_same(self, forked: Here) -> None:
        ids, old = forked.ids(), forked.head()
        forked.git("reset", "-q", "--hard", "HEAD~1")
        oid = forked.commit(message("Anew", "Decision: T3"), minute=30, content="quite other\n")
        forked.check()
        assert forked.ids() == ids
        assert forked.stands_in("T3") == {old, oid}


class Test33References:
    def test_33_stash(self, here: Here) -> None:
        here.repo.write("base", "stashed\n")
        here.git("stash")
        here.check()
        assert here.sessions() == []
        here.git("stash", "pop")
        here.check()

    def test_33_reset_hard_and_back(self, forked: Here) -> None:
        before, reached, old = stands(forked), forked.reached(), forked.head()
        forked.git("reset", "-q", "--hard", "HEAD~2")
        forked.check()
        assert stands(forked) == before
        assert len(forked.gone()) == 2
        forked.git("reset", "-q", "--hard", old)
        forked.check()
        assert (stands(forked), forked.reached(), forked.gone()) == (before, reached, [])

    def test_33_a_branch_is_deleted_and_made_again(self, here: Here) -> None:
        here.git("checkout", "-q", "-b", "topic")
        tip = here.commit(message("Topic", "Decision: T"))
        here.git("checkout", "-q", "main")
        here.settle()
        here.git("branch", "-q", "-D", "topic")
        here.check()
        (session,) = here.sessions()
        text = here.file(session["id"]).read_text()
        assert "None of this session's commits is on a branch any more." in text
        shown = here.repo.studio("session", "show", "--json").json
        assert (shown["commits"], shown["gone_commits"]) == ([], [tip])
        listed = here.repo.studio("session", "list").out
        assert "Topic (on no branch any more)" in listed
        assert list(here.ids()) == ["T"]
        here.git("branch", "topic", tip)
        here.check()
        assert here.reached() == [tip]
        assert "any more" not in here.file(session["id"]).read_text()

    def test_33_branch_f_and_what_git_removed_since(self, forked: Here) -> None:
        before = stands(forked)
        forked.git("checkout", "-q", "main")
        forked.git("branch", "-q", "-f", "topic", "main~1")
        forked.git("reflog", "expire", "--expire=now", "--all")
        forked.git("gc", "-q", "--prune=now")
        forked.check()
        assert stands(forked) == before
        assert len(forked.gone()) == 3

    def test_33_a_force_pulled_branch(self, here: Here) -> None:
        for minute in (1, 2):
            here.commit(message(f"Mine {minute}", f"Decision: D{minute}"), minute=minute)
        here.settle()
        other = colleague(here, email="ada@example.org")
        before = stands(here)
        dates = {"GIT_COMMITTER_DATE": f"{NOON + 90 * MINUTE} +0000"}
        other.git("rebase", "-q", "--no-ff", "HEAD~2", env=dates)
        here.git("fetch", "-q", "origin")
        here.git("reset", "-q", "--hard", "origin/main")
        here.check()
        assert stands(here) == before
        assert len(here.reached()) == 2
        assert here.gone() == []


def test_34_checkout(here: Here) -> None:
    here.git("checkout", "-q", "-b", "topic")
    here.commit("Work")
    here.git("checkout", "-q", "main")
    here.git("checkout", "-q", "--", "base")
    here.git("checkout", "-q", "topic", "--", "file0")
    here.git("reset", "-q", "--hard")
    assert here.repo.try_git("checkout", "no such branch").status == 1
    here.check()
    assert len(here.reached()) == 1


def test_35_stopped_in_the_hook_of_an_amend(here: Here) -> None:
    old = here.commit(message("Work", "Decision: A"))
    here.settle()
    before = stands(here)
    hook = here.repo.path / ".git/hooks/post-commit"
    installed = hook.read_text()
    put_hook(hook, installed + "kill -INT $PPID\nsleep 1\n")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    here.repo.write("file0", "x\ny\n")
    done = here.repo.try_git("commit", "-q", "-a", "--amend", "-m", message("Ok", "Decision: A"))
    assert done.status != 0
    hook.write_text(installed)
    assert here.head() != old
    here.check()
    assert stands(here) == before
    assert here.gone() == []


def test_36_push(here: Here, make_repo: Callable[..., Repo]) -> None:
    bare = make_repo("there.git", "--bare")
    here.commit("Work")
    here.git("remote", "add", "origin", bare.path)
    here.git("push", "-q", "--dry-run", "origin", "main")
    here.git("push", "-q", "origin", "main")
    here.check()
    assert len(here.reached()) == 1
    assert not (here.repo.path / ".git/hooks/pre-push").exists()


def test_36_eight_at_once(here: Here) -> None:
    """Several processes commit in worktrees while another rebases."""
    trees = []
    for number in range(3):
        tree = here.repo.path.parent / f"tree{number}"
        here.git("worktree", "add", "-q", "-b", f"b{number}", tree)
        trees.append(tree)
    script = (
        'for n in 1 2 3 4 5; do echo "$1$n" >"f$1$n"; git add -A; '
        'git commit -q -m "$1 $n\n\nDecision: $1 $n" || exit 1; done'
    )
    running = [
        subprocess.Popen(["sh", "-c", script, "sh", tree.name], cwd=tree, env=dict(os.environ))
        for tree in trees
    ]
    for minute in (1, 2, 3):
        here.commit(f"Main {minute}", minute=minute)
    assert [process.wait(timeout=90) for process in running] == [0, 0, 0]
    here.check()
    assert len(here.reached()) == 18
    assert len(here.ids()) == 15
