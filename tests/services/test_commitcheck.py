"""The drift check of a commit: as the service answers, and as git lives through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Answer, Repo, run
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    await_row,
    bind,
    bound,
    clone,
    dashboard_writes,
    database,
    drift_rows,
    edited,
    home,
    ok,
    rows,
    studio_text,
)
from shimtools import adopt_background, end_of_background

from studio_git.services import commitcheck
from studio_git.services.commitcheck import CommitCheck
from studio_git.services.repocheck import SKILL_FOLDERS

TWO = ("tabs", "two spaces")
FOUR = ("tabs", "four spaces")


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Workers end before the test's folders go."""
    adopt_background()
    yield
    end_of_background()


def check(repo: Repo, index: Path | None = None) -> CommitCheck:
    return commitcheck.check(repo.place, index)


def stage(repo: Repo, text: str, path: str = "CLAUDE.md") -> None:
    repo.write(path, text)
    repo.git("add", path)


def in_conflict(repo: Repo) -> None:
    """Both sides changed one line; the repository's change is staged."""
    dashboard_writes(edited(TWO))
    stage(repo, edited(FOUR))


def commit(repo: Repo, *words: str) -> Answer:
    return repo.try_git("commit", "-q", "-m", "Work", *words)


def test_in_step(repo: Repo) -> None:
    bound(repo)
    found = check(repo)
    assert (found.bound, found.clean, found.blocked, found.messages) == (True, True, False, ())
    assert found.watched == ("CLAUDE.md", *SKILL_FOLDERS)
    assert home() / "projects" in found.inputs[0].parents


def test_the_index_is_judged_and_not_the_work_tree(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert check(repo).clean
    repo.git("add", "CLAUDE.md")
    repo.write("CLAUDE.md", TEXT)
    found = check(repo)
    assert found.messages[0] == "studio-git: CLAUDE.md: repo-ahead (+1 lines, -1 lines)"
    assert not found.blocked


def test_the_message_names_file_kind_summary_and_commands(repo: Repo) -> None:
    bound(repo)
    in_conflict(repo)
    found = check(repo)
    assert found.blocked
    text = "\n".join(found.messages)
    assert "studio-git: CLAUDE.md: conflict (+1 lines, -1 lines)" in text
    assert "git studio resolve CLAUDE.md --accept-repo" in text
    assert "git studio resolve CLAUDE.md --keep-studio" in text
    assert "git commit --no-verify" in text
    assert "git add" in text
    assert max(map(len, found.messages)) <= 80


@pytest.mark.parametrize("kind", ["conflict", "mergeable", "repo-ahead", "studio-ahead"])
@pytest.mark.parametrize("policy", ["warn", "block", "off"])
def test_the_policy_is_the_teams_and_the_users_own_wins(repo: Repo, kind: str, policy: str) -> None:
    bound(repo)
    if kind == "conflict":
        in_conflict(repo)
    elif kind == "mergeable":
        dashboard_writes(edited(FIRST))
        stage(repo, edited(LAST))
    elif kind == "repo-ahead":
        stage(repo, edited(LAST))
    else:
        dashboard_writes(edited(FIRST))
        repo.write("other", "x")
        repo.git("add", "other")
    toml = repo.read(".studio.toml")
    repo.write(".studio.toml", f'{toml}\n[drift]\n{kind} = "{policy}"\n')
    never = kind == "studio-ahead"  # the file stays as its parent has it
    found = check(repo)
    assert (found.blocked, found.clean) == (policy == "block" and not never, policy == "off")
    other = {"warn": "off", "block": "warn", "off": "block"}[policy]
    repo.git("config", f"studio.drift.{kind}", other)
    found = check(repo)
    assert (found.blocked, found.clean) == (other == "block" and not never, other == "off")


def test_what_is_dismissed_is_not_told(repo: Repo) -> None:
    bound(repo)
    in_conflict(repo)
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    assert check(repo).clean


def test_what_was_settled_and_not_staged_is_to_be_staged(repo: Repo) -> None:
    bound(repo)
    in_conflict(repo)
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio")
    text = "\n".join(check(repo).messages)
    assert "git add CLAUDE.md" in text
    assert "git studio sync" not in text
    repo.git("add", "CLAUDE.md")
    assert check(repo).clean


def test_another_index(repo: Repo) -> None:
    bound(repo)
    other = repo.path / ".git" / "other-index"
    repo.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(other)})
    stage(repo, edited(MIDDLE))
    assert check(repo, other).clean
    assert not check(repo).clean


def test_without_a_store_or_a_binding_it_says_so_and_passes(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("Begin")
    found = check(repo)
    assert (found.bound, found.blocked) == (False, False)
    assert len(found.messages) == 1
    assert "no Project Studio store" in found.messages[0]
    bound(repo)
    fresh = clone(repo, "fresh")
    found = commitcheck.check(fresh.place, None)
    assert "is not bound" in found.messages[0]
    monkeypatch.setenv("STUDIO_HOME", str(repo.path.parent / "nowhere"))
    assert not check(repo).bound


def test_a_proposal_is_told(repo: Repo) -> None:
    bound(repo)
    toml = repo.read(".studio.toml").replace("[context]\n", '[context]\n"n.md" = "NOTES.md"\n')
    repo.write(".studio.toml", toml)
    found = check(repo)
    assert any("proposes: tracks NOTES.md" in line for line in found.messages)
    assert not found.blocked


def test_a_name_with_control_characters_is_made_printable(repo: Repo) -> None:
    bound(repo)
    with database() as db:
        db.execute("UPDATE git_context_targets SET repo_path = ?", ["evil\x1b[2J.md"])
    assert "\x1b" not in "".join(check(repo).messages)
    assert check(repo).messages


def test_nothing_is_stored_by_the_check(repo: Repo) -> None:
    bound(repo)
    in_conflict(repo)
    before = rows("SELECT * FROM context_files"), drift_rows()
    check(repo)
    assert (rows("SELECT * FROM context_files"), drift_rows()) == before


def test_the_first_commit(repo: Repo) -> None:
    repo.write("CLAUDE.md", TEXT)
    bind(repo)
    repo.git("add", "-A")
    assert check(repo).clean
    in_conflict(repo)
    assert check(repo).blocked


# With the hooks, as git runs them.


def test_a_conflict_stops_the_commit_and_leaves_its_trace(repo: Repo) -> None:
    bound(repo, hooks=True)
    head = repo.git("rev-parse", "HEAD")
    in_conflict(repo)
    answer = commit(repo)
    assert answer.status == 1
    assert "conflict" in answer.err
    assert "the commit was stopped because of CLAUDE.md" in answer.err
    assert repo.git("rev-parse", "HEAD") == head
    record = await_row("SELECT * FROM drift_records WHERE resolved_at IS NULL")
    assert record["repo_content"] == edited(FOUR)
    assert record["canonical_content"] == edited(TWO)
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio")
    repo.git("add", "CLAUDE.md")
    assert commit(repo, "--allow-empty").status == 0


def test_no_verify_passes(repo: Repo) -> None:
    bound(repo, hooks=True)
    in_conflict(repo)
    assert commit(repo, "--no-verify").status == 0


def test_a_commit_that_leaves_the_file_as_it_is_passes_and_is_told_once_a_day(
    repo: Repo,
) -> None:
    bound(repo, hooks=True)
    in_conflict(repo)
    commit(repo, "--no-verify")
    stage(repo, "x", "one")
    answer = commit(repo)
    assert answer.status == 0
    assert "conflict" in answer.err
    assert "stopped" not in answer.err
    stage(repo, "x", "two")
    answer = commit(repo)
    assert (answer.status, answer.err) == (0, "")
    dashboard_writes(edited(("tabs", "three spaces, then")))
    stage(repo, "x", "three")
    assert commit(repo).status == 0


def test_commit_a_and_commit_of_one_path(repo: Repo) -> None:
    repo.write("other", "x")
    bound(repo, hooks=True)
    dashboard_writes(edited(TWO))
    repo.write("CLAUDE.md", edited(FOUR))
    repo.write("other", "y")
    assert commit(repo, "other").status == 0, "the file is not in this commit"
    assert commit(repo, "CLAUDE.md").status == 1
    repo.write("other", "z")
    assert commit(repo, "-a").status == 1


def _conflicting_branch(repo: Repo) -> None:
    """On ``topic`` the file stands in conflict with Studio; on main it does not."""
    bound(repo, hooks=True)
    repo.git("switch", "-q", "-c", "topic")
    repo.write("CLAUDE.md", edited(FOUR))
    repo.git("commit", "-q", "-am", "Edit")
    repo.git("switch", "-q", "main")
    repo.write("other", "x")
    repo.git("add", "other")
    repo.git("commit", "-q", "-m", "Other work")
    dashboard_writes(edited(TWO))


@pytest.mark.parametrize(
    "merge",
    [
        ["merge", "-q", "--no-edit", "topic"],
        ["merge", "-q", "--no-edit", "--no-ff", "topic"],
        ["cherry-pick", "topic"],
        ["pull", "-q", "--no-rebase", "--no-edit", ".", "topic"],
        ["pull", "-q", "--rebase", ".", "topic"],
        ["rebase", "-q", "topic"],
    ],
)
def test_what_others_made_is_never_stopped(repo: Repo, merge: list[str]) -> None:
    _conflicting_branch(repo)
    answer = repo.try_git(*merge)
    assert answer.status == 0, answer.err
    assert repo.read("CLAUDE.md") == edited(FOUR)


@pytest.mark.parametrize("how", ["merge", "cherry-pick"])
def test_nor_where_another_file_had_to_be_settled_by_hand(repo: Repo, how: str) -> None:
    _conflicting_branch(repo)
    repo.git("switch", "-q", "topic")
    repo.write("other", "y")
    repo.git("add", "other")
    repo.git("commit", "-q", "--amend", "--no-verify", "-m", "Edit")
    repo.git("switch", "-q", "main")
    assert repo.try_git(how, "topic").status == 1
    repo.write("other", "z")
    repo.git("add", "other")
    answer = repo.try_git("commit", "-q", "--no-edit")
    assert answer.status == 0, answer.err
    assert repo.read("CLAUDE.md") == edited(FOUR)


def test_a_merge_whose_text_was_made_by_hand_is_told_and_goes_on(repo: Repo) -> None:
    _conflicting_branch(repo)
    repo.git("merge", "-q", "--no-commit", "--no-ff", "topic")
    stage(repo, edited(("tabs", "eight spaces")))
    answer = repo.try_git("commit", "-q", "--no-edit")
    assert answer.status == 0
    assert "CLAUDE.md: conflict" in answer.err


def test_a_merge_that_git_made_of_two_edits_goes_on(repo: Repo) -> None:
    bound(repo, hooks=True)
    repo.git("switch", "-q", "-c", "topic")
    repo.write("CLAUDE.md", edited(FOUR))
    repo.git("commit", "-q", "-am", "Edit")
    repo.git("switch", "-q", "main")
    repo.write("CLAUDE.md", edited(LAST))
    repo.git("commit", "-q", "-am", "Another")
    dashboard_writes(edited(TWO))
    answer = repo.try_git("merge", "--no-edit", "topic")
    assert answer.status == 0, answer.err
    assert repo.read("CLAUDE.md") == edited(FOUR, LAST)


def test_accept_moves_studio_along_with_ones_own_commits(repo: Repo) -> None:
    bound(repo, hooks=True)
    repo.git("config", "studio.drift.repo-ahead", "accept")
    stage(repo, edited(MIDDLE))
    answer = commit(repo)
    assert answer.status == 0
    assert "Studio takes it over once the commit exists" in answer.err
    await_row("SELECT * FROM git_operations WHERE title LIKE 'accepting%'")
    end_of_background()
    assert studio_text() == edited(MIDDLE)
    ok(repo, "undo")
    assert studio_text() == TEXT


def _someone_else(repo: Repo) -> None:
    stage(repo, edited(MIDDLE))
    repo.git("commit", "-q", "-m", "Theirs", "--author", "Bo <bo@example.org>")


def _on_a_branch(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "topic")
    stage(repo, edited(MIDDLE))
    repo.git("commit", "-q", "-m", "Mine")


def _not_committed(repo: Repo) -> None:
    stage(repo, "x", "other")
    repo.git("commit", "-q", "-m", "Mine")
    repo.write("CLAUDE.md", edited(MIDDLE))


@pytest.mark.parametrize("make", [_someone_else, _on_a_branch, _not_committed])
def test_accept_is_for_ones_own_commits_on_the_default_branch(
    repo: Repo, make: Callable[[Repo], None]
) -> None:
    bound(repo, hooks=True)
    repo.git("config", "studio.drift.repo-ahead", "accept")
    make(repo)
    ok(repo, "capture")
    end_of_background()
    assert studio_text() == TEXT
    assert repo.studio("status").status == 1


def test_accept_cannot_stand_in_studio_toml(repo: Repo) -> None:
    bound(repo)
    toml = repo.read(".studio.toml")
    repo.write(".studio.toml", f'{toml}\n[drift]\nrepo-ahead = "accept"\n')
    answer = repo.studio("status")
    assert answer.status == 2
    assert "git config studio.drift.repo-ahead accept" in answer.err


def test_a_malformed_studio_toml_lets_the_commit_through(repo: Repo) -> None:
    bound(repo, hooks=True)
    stage(repo, "[project\n", ".studio.toml")
    answer = commit(repo)
    assert answer.status == 0
    assert answer.err.count("\n") == 1
    assert ".studio.toml" in answer.err


@pytest.mark.parametrize("harm", ["garbage", "gone"])
def test_a_store_that_cannot_be_used_lets_the_commit_through(repo: Repo, harm: str) -> None:
    bound(repo, hooks=True)
    end_of_background()
    for name in ("studio.db-wal", "studio.db-shm"):
        (home() / name).unlink(missing_ok=True)
    if harm == "gone":
        (home() / "studio.db").unlink()
    else:
        (home() / "studio.db").write_bytes(b"not a database, " * 1000)
    in_conflict(repo)
    answer = commit(repo)
    assert answer.status == 0
    assert "studio-git: " in answer.err
    assert answer.err.count("\n") == 1


def test_a_deletion_that_is_staged(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").unlink()
    repo.git("rm", "-q", "--cached", "CLAUDE.md")
    text = "\n".join(check(repo).messages)
    assert "missing-in-repo" in text
    assert "track it no longer" in text


def test_in_a_linked_worktree(repo: Repo) -> None:
    bound(repo, hooks=True)
    path = repo.path.parent / "linked"
    repo.git("worktree", "add", "-q", "-b", "topic", path)
    linked = Repo(path)
    in_conflict(linked)
    assert commit(linked).status == 1
    assert run("git", "status", "--porcelain", cwd=repo.path).out == ""
