"""The base follows history: what counts as edited depends on where HEAD is, never on the clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Repo, run
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bind,
    bound,
    clone,
    context_row,
    dashboard_writes,
    drift_rows,
    edited,
    entry,
    kind,
    ok,
    rows,
    studio_text,
    worktree,
)

ONE = edited(MIDDLE)
TWO = edited(MIDDLE, LAST)


def accept(repo: Repo, text: str, message: str = "Edit") -> str:
    """Edit the file, take the edit into Studio and commit it."""
    repo.write("CLAUDE.md", text)
    ok(repo, "sync")
    return repo.commit(message)


def test_a_branch_that_is_behind_is_behind_and_is_brought_forward(repo: Repo) -> None:
    bound(repo)
    repo.git("branch", "older")
    dashboard_writes(ONE)
    ok(repo, "sync")
    repo.commit("Take Studio's")
    repo.git("switch", "-q", "older")
    assert kind(repo) == "studio-ahead"
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == ONE
    assert studio_text() == ONE
    assert repo.studio("status").status == 0


def test_a_branch_that_is_ahead_is_edited(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "ahead")
    repo.write("CLAUDE.md", ONE)
    repo.commit("Edit")
    assert kind(repo) == "repo-ahead"
    repo.git("switch", "-q", "main")
    assert kind(repo) is None


def test_what_was_accepted_on_another_branch_is_said_and_left_alone(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "topic")
    accept(repo, ONE)
    repo.git("switch", "-q", "main")
    found = entry(repo)
    assert (found["kind"], found["reason"]) == (
        "studio-ahead",
        "accepted-elsewhere: branch topic",
    )
    said = repo.studio("status").out
    assert "accepted from branch topic, which HEAD does not contain" in said
    left = repo.studio("sync")
    assert left.status == 1
    assert "Left for you" in left.out
    assert (repo.read("CLAUDE.md"), studio_text()) == (TEXT, ONE)
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio")
    assert repo.read("CLAUDE.md") == ONE
    assert kind(repo) is None


def test_the_difference_is_gone_once_the_branch_is_merged(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "topic")
    accept(repo, ONE)
    repo.git("switch", "-q", "main")
    repo.write("other", "x")
    repo.commit("Other work")
    repo.git("merge", "-q", "--no-edit", "topic")
    assert kind(repo) is None
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"


def test_a_squash_merge_counts_too(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "topic")
    accept(repo, ONE)
    accept(repo, TWO, "Edit again")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "topic")
    repo.commit("All of it at once")
    assert kind(repo) is None
    dashboard_writes(edited(FIRST, MIDDLE, LAST))
    assert kind(repo) == "studio-ahead"
    assert entry(repo)["reason"] == ""


def test_edits_of_two_branches_are_told_apart_from_their_common_base(repo: Repo) -> None:
    bound(repo)
    repo.git("branch", "other")
    accept(repo, ONE)
    repo.git("switch", "-q", "other")
    repo.write("CLAUDE.md", edited(LAST))
    repo.commit("Another edit")
    assert kind(repo) == "mergeable"
    ok(repo, "resolve", "CLAUDE.md", "--merge")
    assert repo.read("CLAUDE.md") == studio_text() == TWO


def test_a_revert_after_a_sync_is_an_edit(repo: Repo) -> None:
    bound(repo)
    accept(repo, ONE)
    repo.git("revert", "--no-edit", "HEAD")
    assert repo.read("CLAUDE.md") == TEXT
    assert kind(repo) == "repo-ahead"
    ok(repo, "sync")
    assert studio_text() == TEXT


def test_a_branch_without_the_file_has_none(repo: Repo) -> None:
    repo.write("README", "x")
    start = repo.commit("Nothing yet")
    bound(repo)
    repo.git("switch", "-q", "-c", "bare", start)
    assert kind(repo) == "missing-in-repo"
    assert repo.studio("sync").status == 1
    assert studio_text() == TEXT
    repo.git("switch", "-q", "main")
    assert kind(repo) is None


def test_a_branch_older_than_the_binding_is_behind(repo: Repo) -> None:
    repo.write("CLAUDE.md", "# Project\n")
    start = repo.commit("An older text")
    bound(repo)
    repo.git("switch", "-q", "-c", "older", start)
    found = entry(repo)
    assert (found["kind"], found["reason"]) == (
        "studio-ahead",
        "accepted-elsewhere: branch main",
    )
    assert repo.studio("sync").status == 1
    assert studio_text() == TEXT
    repo.write("CLAUDE.md", "# Of my own\n")
    assert kind(repo) == "no-base"


def test_an_edit_that_was_accepted_and_thrown_away_leaves_the_file_behind(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", ONE)
    ok(repo, "sync")
    repo.git("checkout", "-q", "CLAUDE.md")
    assert kind(repo) == "studio-ahead"
    assert "an edit of this work tree that was never committed" in repo.studio("status").out
    assert repo.studio("sync").status == 1
    assert studio_text() == ONE


def test_an_uncommitted_edit_that_was_accepted_is_the_base_of_further_ones(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", ONE)
    ok(repo, "sync")
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"
    ok(repo, "sync")
    assert studio_text() == TWO


def test_uncommitted_edits_stay_edits_after_other_commits(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", ONE)
    ok(repo, "sync")
    repo.write("other", "x")
    repo.git("add", "other")
    repo.git("commit", "-q", "-m", "Other work")
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"


@pytest.mark.parametrize("accepted_first", [True, False])
def test_an_amend_after_an_accept(repo: Repo, accepted_first: bool) -> None:
    bound(repo)
    repo.write("CLAUDE.md", ONE)
    if not accepted_first:
        repo.commit("Edit")
    ok(repo, "sync")
    repo.git("commit", "-q", "--amend", "-a", "-m", "Amended")
    assert kind(repo) is None
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"
    dashboard_writes(edited(FIRST, MIDDLE))
    assert kind(repo) == "mergeable"


def test_an_amend_of_the_message_alone_keeps_what_is_not_committed_an_edit(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", ONE)
    ok(repo, "sync")
    repo.git("commit", "-q", "--amend", "-m", "Another message")
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"


def test_a_rebase_keeps_the_base(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "topic")
    accept(repo, ONE)
    repo.git("switch", "-q", "main")
    repo.write("other", "x")
    repo.commit("Other work")
    repo.git("switch", "-q", "topic")
    repo.git("rebase", "-q", "main")
    repo.write("CLAUDE.md", TWO)
    assert kind(repo) == "repo-ahead"


def test_a_detached_head(repo: Repo) -> None:
    bound(repo)
    accept(repo, ONE)
    repo.git("checkout", "-q", "HEAD~1")
    assert kind(repo) == "studio-ahead"
    dashboard_writes(TEXT)
    assert kind(repo) is None
    said = repo.studio("status")
    assert said.status == 0


def test_what_was_accepted_on_a_detached_head_is_named_by_its_commit(repo: Repo) -> None:
    bound(repo)
    repo.git("checkout", "-q", "--detach")
    repo.write("CLAUDE.md", ONE)
    repo.commit("Edit")
    ok(repo, "sync")
    oid = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "main")
    assert entry(repo)["reason"] == f"accepted-elsewhere: commit {oid[:10]}"


def test_an_unborn_head(repo: Repo) -> None:
    repo.write("CLAUDE.md", TEXT)
    bind(repo)
    assert kind(repo) is None
    repo.write("CLAUDE.md", ONE)
    assert kind(repo) == "repo-ahead"
    ok(repo, "sync")
    dashboard_writes(TWO)
    assert kind(repo) == "studio-ahead"
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == TWO


def test_an_orphan_branch(repo: Repo) -> None:
    bound(repo)
    accept(repo, ONE)
    repo.git("switch", "-q", "--orphan", "pages")
    assert kind(repo) == "missing-in-repo"
    repo.write("CLAUDE.md", TEXT)
    assert kind(repo) == "studio-ahead"


@pytest.mark.parametrize("extra", [["--object-format=sha256"], ["--ref-format=reftable"]])
def test_other_formats_of_repositories(make_repo: Callable[..., Repo], extra: list[str]) -> None:
    probe = run("git", "init", "-q", *extra, "probe", cwd=make_repo("other").path)
    if "reftable" in extra[0] and probe.status:
        extra = []  # this git does not know it: the plain format has to do
    repo = make_repo("formatted", *extra)
    bound(repo)
    repo.git("branch", "older")
    dashboard_writes(ONE)
    ok(repo, "sync")
    repo.commit("Take Studio's")
    repo.git("switch", "-q", "older")
    assert kind(repo) == "studio-ahead"
    repo.write("CLAUDE.md", edited(LAST))
    assert kind(repo) == "mergeable"
    assert kind(repo, "--staged") == "studio-ahead"


def test_a_shallow_clone(repo: Repo) -> None:
    bound(repo)
    accept(repo, ONE)
    repo.write("other", "x")
    repo.commit("Other work")
    shallow = clone(repo, "shallow", "--depth=1")
    bind(shallow)
    assert kind(shallow) is None
    shallow.write("CLAUDE.md", TWO)
    assert kind(shallow) == "repo-ahead"
    dashboard_writes(edited(FIRST, MIDDLE))
    assert kind(shallow) == "mergeable"


def test_each_worktree_has_its_own_state_and_the_rows_follow_the_primary_one(repo: Repo) -> None:
    bound(repo)
    other = worktree(repo, "other", "-b", "topic", "HEAD")
    other.write("CLAUDE.md", ONE)
    assert kind(other) == "repo-ahead"
    assert kind(repo) is None
    states = {
        row["worktree"]: (row["sync_status"], row["kind"])
        for row in rows("SELECT * FROM git_context_states")
    }
    assert states == {
        str(repo.place.top): ("synced", None),
        str(other.place.top): ("stale", "repo-ahead"),
    }
    assert context_row()["sync_status"] == "synced"
    assert drift_rows() == []


def test_what_one_worktree_accepted_is_another_ones_elsewhere(repo: Repo) -> None:
    bound(repo)
    other = worktree(repo, "other", "-b", "topic", "HEAD")
    accept(other, ONE)
    found = entry(repo)
    assert (found["kind"], found["reason"]) == (
        "studio-ahead",
        "accepted-elsewhere: branch topic",
    )
    assert context_row()["sync_status"] == "stale"
    assert repo.studio("sync").status == 1
    assert repo.read("CLAUDE.md") == TEXT


def test_an_undo_is_of_the_worktree_that_it_runs_in(repo: Repo) -> None:
    bound(repo)
    other = worktree(repo, "other", "-b", "topic", "HEAD")
    other.write("CLAUDE.md", ONE)
    ok(other, "sync")
    nothing = repo.studio("undo")
    assert nothing.status == 2
    assert "nothing to undo in this work tree" in nothing.err
    elsewhere = repo.studio("undo", "1")
    assert elsewhere.status == 2
    assert str(other.place.top) in elsewhere.err
    ok(other, "undo", "1")
    assert studio_text() == TEXT


def test_a_second_clone_in_another_state(repo: Repo) -> None:
    bound(repo)
    second = clone(repo, "second")
    bind(second)
    assert kind(second) is None
    accept(repo, ONE)
    assert kind(second) == "studio-ahead"
    assert "accepted-elsewhere" in entry(second)["reason"]
    assert context_row()["sync_status"] == "synced"
    second.git("pull", "-q")
    assert kind(second) is None
    second.write("CLAUDE.md", TWO)
    assert kind(second) == "repo-ahead"
    assert kind(repo) is None
    assert context_row()["sync_status"] == "synced"
    assert len(rows("SELECT * FROM projects")) == 1
    assert len(rows("SELECT * FROM git_repositories")) == 2


def test_the_same_content_again_is_a_base_again(repo: Repo) -> None:
    """There and back: each sync counts as of its own time."""
    bound(repo)
    accept(repo, ONE)
    accept(repo, TEXT, "And back")
    assert kind(repo) is None
    dashboard_writes(ONE)
    assert kind(repo) == "studio-ahead"
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == ONE
