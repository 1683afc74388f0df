"""Rows 13 to 21, and 29 of the table of situations: merges, picks, reverts, patches by mail."""

from __future__ import annotations

import pytest
from conftest import Repo
from situated import MINUTE, NOON, Here, colleague, message

pytestmark = pytest.mark.slow  # real repositories, one for each row

NO_EDITOR = {"GIT_EDITOR": "true"}


@pytest.fixture
def forked(here: Here) -> Here:
    """Two commits on ``topic``, one on ``main``, all of mine; ``main`` is checked out."""
    here.git("checkout", "-q", "-b", "topic")
    for minute in (1, 2):
        here.commit(message(f"Topic {minute}", f"Decision: T{minute}"), minute=minute)
    here.git("checkout", "-q", "main")
    here.commit(message("Main", "Decision: M"), minute=3)
    here.settle()
    return here


@pytest.fixture
def clashing(here: Here) -> Here:
    """``topic`` and ``main`` change the same line."""
    here.git("checkout", "-q", "-b", "topic")
    here.commit(message("Topic", "Decision: T"), minute=1, path="base", content="1\ntopic\n3\n")
    here.git("checkout", "-q", "main")
    here.commit("Main", minute=2, path="base", content="1\nmain\n3\n")
    here.settle()
    return here


def solve(here: Here, text: str = "1\nboth, topic and main\n3\n") -> None:
    here.repo.write("base", text)
    here.git("add", "base")


class Test13FastForward:
    def test_13_of_mine(self, here: Here) -> None:
        here.git("checkout", "-q", "-b", "topic")
        oid = here.commit(message("Topic", "Decision: T"))
        here.git("checkout", "-q", "main")
        here.git("merge", "-q", "--ff-only", "topic")
        here.check()
        assert here.reached() == [oid]

    def test_13_pulled_from_others(self, here: Here) -> None:
        other = colleague(here)
        other.write("b", "b\n")
        other.commit(message("Theirs", "Decision: Bo's"), when=NOON)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.check()
        assert here.sessions() == []
        assert here.ids() == {}

    def test_13_pulled_of_mine_made_elsewhere(self, here: Here) -> None:
        other = colleague(here, email="ada@example.org")
        other.write("b", "b\n")
        oid = other.commit(message("From my other machine", "Decision: D"), when=NOON)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.check()
        assert here.reached() == [oid]


@pytest.mark.parametrize("octopus", [False, True])
def test_14_a_true_merge(forked: Here, octopus: bool) -> None:
    if octopus:
        forked.git("checkout", "-q", "-b", "third", "main~1")
        forked.commit("Third", minute=4)
        forked.git("checkout", "-q", "main")
    before = forked.ids()
    words = ["topic", "third"] if octopus else ["topic"]
    forked.again("merge", "-q", "--no-edit", *words, minute=5)
    forked.check()
    assert forked.ids() == before
    assert len(forked.reached()) == (5 if octopus else 4)
    (session,) = forked.sessions()
    assert "Merge" not in session["title"]
    assert "- `file1` (+1 -0)\n" in forked.text_of(forked.head())


@pytest.mark.parametrize("how", ["commit", "continue", "no-commit"])
def test_15_a_merge_that_is_committed_by_hand(clashing: Here, how: str) -> None:
    here = clashing
    before = here.ids()
    if how == "no-commit":
        here.git("merge", "-q", "--no-commit", "topic", ok=False)
        solve(here)
        here.again("commit", "-q", "--no-edit", minute=6)
    else:
        assert here.repo.try_git("merge", "-q", "topic").status != 0
        solve(here)
        words = ["commit", "-q", "--no-edit"] if how == "commit" else ["merge", "--continue"]
        here.again(*words, minute=6, env=NO_EDITOR)
    here.check()
    assert here.ids() == before
    assert len(here.git("log", "-1", "--format=%P").split()) == 2
    assert here.reached().count(here.head()) == 1


class Test16Squash:
    @pytest.mark.parametrize("said", [[], ["-m", "All of topic"]])
    @pytest.mark.parametrize("wait", [False, True])
    def test_16_the_originals_decisions_are_those_of_the_squash(
        self, forked: Here, said: list[str], wait: bool
    ) -> None:
        before = forked.ids()
        forked.git("merge", "-q", "--squash", "topic")
        if wait:
            forked.settle()
        squash = forked.again("commit", "-q", *(said or ["--no-edit"]), minute=6)
        forked.check()
        assert forked.ids() == before
        assert forked.stands_in("T1") == {forked.head("topic~1"), squash}
        assert forked.sources(squash) == {forked.head("topic"), forked.head("topic~1")}
        assert "- T2\n" in forked.text_of(squash)
        forked.git("branch", "-q", "-D", "topic")
        forked.check()
        assert forked.ids() == before
        assert len(forked.gone()) == 2

    def test_16_a_squash_that_is_given_up(self, forked: Here) -> None:
        forked.git("merge", "-q", "--squash", "topic")
        forked.settle()
        forked.git("reset", "-q", "--hard")
        oid = forked.commit("Something else", minute=7)
        forked.check()
        assert forked.sources(oid) == set()
        assert forked.stands_in("T1") == {forked.head("topic~1")}

    def test_16_of_commits_that_no_capture_saw(self, here: Here) -> None:
        quiet = {"STUDIO_DISABLE": "1"}
        here.git("checkout", "-q", "-b", "topic")
        here.settle()
        here.repo.env |= quiet
        here.commit(message("Topic", "Decision: T"), minute=1)
        here.git("checkout", "-q", "main")
        here.git("merge", "-q", "--squash", "topic")
        squash = here.again("commit", "-q", "--no-edit", minute=2)
        here.repo.env.clear()
        here.check()
        assert here.stands_in("T") == {here.head("topic"), squash}


class Test17Pick:
    def test_17_the_copy_is_in_the_session_and_knows_its_source(self, forked: Here) -> None:
        before = forked.ids()
        source = forked.head("topic")
        forked.git("cherry-pick", "topic")
        forked.check()
        assert forked.ids() == before
        copy = forked.head()
        assert forked.sources(copy) == {source}
        assert forked.stands_in("T2") == {source, copy}
        assert forked.row(copy)["session_id"] == forked.row(source)["session_id"]
        assert "- `file2` (+1 -0)\n" in forked.text_of(copy), "lines are counted once"
        assert len(forked.rows("SELECT * FROM activity_log WHERE title = 'T2'")) == 1

    def test_17_and_the_source_goes_away(self, forked: Here) -> None:
        before = forked.ids()
        forked.git("cherry-pick", "topic~1", "topic")
        forked.check()
        forked.git("branch", "-q", "-D", "topic")
        forked.check()
        assert forked.ids() == before
        assert "- T1\n- T2\n" in forked.text_of(forked.head())

    def test_17_of_a_branch_that_was_deleted_already(self, forked: Here) -> None:
        before, source = forked.ids(), forked.head("topic")
        forked.git("branch", "-q", "-D", "topic")
        forked.check()
        forked.git("cherry-pick", source)
        forked.check()
        assert forked.ids() == before
        assert forked.row(source)["rewritten_to"] == forked.head()

    def test_17_without_a_commit(self, forked: Here) -> None:
        before = forked.ids()
        source = forked.head("topic")
        forked.git("cherry-pick", "-n", "topic")
        copy = forked.again("commit", "-q", "--no-edit", minute=300)
        forked.check()
        assert forked.ids() == before
        assert forked.sources(copy) == {source}

    def test_17_of_anothers_commit(self, here: Here) -> None:
        other = colleague(here)
        other.write("b", "b\n")
        other.commit(message("Theirs", "Decision: Bo's"), when=NOON)
        here.commit("Mine", minute=1)
        here.git("fetch", "-q", "origin")
        here.git("cherry-pick", "origin/main")
        here.check()
        assert here.ids() == {}

    def test_17_onto_two_branches(self, forked: Here) -> None:
        before = forked.ids()
        for branch in ("one", "two"):
            forked.git("checkout", "-q", "-b", branch, "main")
            forked.commit(f"On {branch}", minute=7 if branch == "one" else 8)
            forked.git("cherry-pick", "topic")
        forked.check()
        assert forked.ids() == before
        assert len(forked.stands_in("T2")) == 3


class Test18PickWithConflict:
    @pytest.mark.parametrize("how", ["commit", "continue"])
    @pytest.mark.parametrize("option", [[], ["-x"]])
    def test_18_the_decision_is_told_once(
        self, clashing: Here, how: str, option: list[str]
    ) -> None:
        before, source = clashing.ids(), clashing.head("topic")
        assert clashing.repo.try_git("cherry-pick", *option, "topic").status != 0
        solve(clashing)
        words = ["commit", "-q", "--no-edit"] if how == "commit" else ["cherry-pick", "--continue"]
        clashing.git(*words, env=NO_EDITOR)
        clashing.check()
        assert clashing.ids() == before
        assert clashing.sources(clashing.head()) == {source}


@pytest.mark.parametrize("what", ["cherry-pick", "merge"])
def test_19_given_up(clashing: Here, what: str) -> None:
    before = clashing.ids(), clashing.reached(), clashing.sessions()
    assert clashing.repo.try_git(what, "topic").status != 0
    clashing.settle()
    clashing.git(what, "--abort")
    clashing.check()
    assert (clashing.ids(), clashing.reached(), clashing.sessions()) == before


def test_20_revert(here: Here) -> None:
    oid = here.commit(message("Work", "Decision: A"))
    here.settle()
    before = here.ids()
    here.again("revert", "--no-edit", "HEAD", minute=1)
    here.check()
    assert here.ids() == before
    assert here.stands_in("A") == {oid}
    assert len(here.reached()) == 2
    here.again("revert", "--no-edit", "HEAD", minute=2)
    here.check()
    assert here.ids() == before


class Test21Am:
    def patches(self, source: Repo, count: int) -> list[str]:
        out = source.git("format-patch", "-o", str(source.path.parent / "patches"), f"-{count}")
        return out.splitlines()

    def test_21_of_mine(self, forked: Here) -> None:
        before = forked.ids()
        forked.git("checkout", "-q", "topic")
        patches = self.patches(forked.repo, 2)
        forked.git("checkout", "-q", "main")
        forked.git("am", "-q", *patches)
        forked.check()
        assert forked.ids() == before
        assert forked.sources(forked.head()) == {forked.head("topic")}

    def test_21_of_others(self, here: Here) -> None:
        other = colleague(here)
        for number in range(2):
            other.write(f"b{number}", "b\n")
            other.commit(message(f"Theirs {number}", "Decision: Bo's"), when=NOON + number * MINUTE)
        here.git("am", "-q", *self.patches(other, 2))
        here.check()
        assert here.ids() == {}


def test_29_what_is_upstream_already(forked: Here) -> None:
    forked.git("cherry-pick", "topic~1")
    forked.settle()
    before = forked.ids()
    forked.git("checkout", "-q", "topic")
    forked.git("rebase", "-q", "main")
    forked.check()
    assert forked.ids() == before
    assert len(forked.reached()) == 3
    assert "On no branch" not in forked.text_of(forked.head())
