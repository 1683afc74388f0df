"""Which folder git really uses: worktrees, submodules, core.hooksPath, configuration hooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EMAIL, Repo, run
from hooktools import (
    all_run,
    bind,
    git_version,
    hooks_of,
    how,
    idle_python,
    put_hook,
    ran,
    snapshot,
    spooled,
    theirs,
    tracing_block,
)

from studio_hooks import hookfolder, installer, shims
from studio_hooks.hookstates import line_for

CONFIG_HOOKS = git_version() >= hookfolder.CONFIG_HOOKS_SINCE
needs_config_hooks = pytest.mark.skipif(
    not CONFIG_HOOKS,
    reason=f"git {'.'.join(map(str, git_version()))} has no hooks in its configuration; 2.54 has",
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the blocks note that they ran."""
    log = tmp_path / "ours.log"
    monkeypatch.setattr(shims, "block", tracing_block(log))
    return log


def test_linked_worktrees_share_the_hooks(repo: Repo, log: Path, tmp_path: Path) -> None:
    repo.commit("one")
    linked = Repo(tmp_path / "linked")
    repo.git("worktree", "add", "-q", "-b", "side", linked.path)
    before = snapshot(hooks_of(repo))
    assert all_run(installer.install(linked.place))
    assert all_run(installer.states(repo.place))
    linked.commit("two")
    repo.commit("three")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"] * 2
    installer.uninstall(linked.place)
    assert snapshot(hooks_of(repo)) == before


def test_a_submodule_has_hooks_of_its_own(
    repo: Repo, make_repo: Callable[..., Repo], log: Path
) -> None:
    inner = make_repo("inner")
    inner.commit("one")
    repo.git("submodule", "add", "-q", inner.path, "sub")
    repo.commit("one")
    sub = Repo(repo.path / "sub")
    before = snapshot(hooks_of(repo))
    assert all_run(installer.install(sub.place))
    assert snapshot(hooks_of(repo)) == before
    sub.git("config", "user.email", EMAIL)
    sub.commit("two")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    repo.commit("two")
    assert len(ran(log)) == 3


def test_a_separate_git_directory(
    make_repo: Callable[..., Repo], log: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    repo = make_repo("repo", f"--separate-git-dir={tmp_path / 'elsewhere' / 'git'}")
    assert all_run(installer.install(repo.place))
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    repo.commit("two")
    assert len(ran(log)) == 3


def test_a_missing_folder_is_made_and_removed(
    make_repo: Callable[..., Repo], log: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    repo = make_repo("bare-of-hooks", f"--template={tmp_path / 'empty'}")
    assert not hooks_of(repo).exists()
    assert all_run(installer.install(repo.place))
    installer.install(repo.place)
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    assert not hooks_of(repo).exists()


def test_hooks_path_inside_the_git_directory_is_ours(repo: Repo, log: Path) -> None:
    repo.git("config", "core.hooksPath", ".git/own/hooks")
    put_hook(repo.path / ".git/own/hooks/pre-commit", "#!/usr/bin/env python3\n")
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "dispatched"
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    assert list(snapshot(repo.path / ".git/own")) == ["hooks/pre-commit"]


def test_a_hooks_folder_that_is_a_link_inside_is_followed(repo: Repo, log: Path) -> None:
    hooks = hooks_of(repo)
    deep = repo.path / ".git" / "a" / "b"
    deep.parent.mkdir()
    hooks.rename(deep)
    hooks.symlink_to("a/b")
    put_hook(deep / "pre-commit", "#!/usr/bin/env python3\nraise SystemExit(3)\n")
    before = snapshot(deep)
    assert all_run(installer.install(repo.place))
    assert repo.try_git("commit", "--allow-empty", "-m", "x").status != 0
    assert ran(log) == ["pre-commit 0"]
    installer.uninstall(repo.place)
    assert snapshot(deep) == before


def foreign(repo: Repo, tmp_path: Path, kind: str) -> Path:
    """A hooks folder that is not the repository's own; its path."""
    match kind:
        case "tracked":
            folder = repo.path / ".githooks"
            repo.git("config", "core.hooksPath", ".githooks")
        case "global":
            folder = tmp_path / "global hooks"
            repo.git("config", "--global", "core.hooksPath", folder)
        case "absent":
            folder = tmp_path / "never made"
            repo.git("config", "core.hooksPath", folder)
            return folder
        case _:
            folder = tmp_path / "linked hooks"
            shutil.rmtree(hooks_of(repo))
            hooks_of(repo).symlink_to(folder)
    put_hook(folder / "pre-commit", "#!/bin/sh\nexit 0\n")
    return folder


FOREIGN = ["tracked", "global", "link", "absent"]


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_folder_of_others_is_never_written(
    repo: Repo, log: Path, tmp_path: Path, kind: str
) -> None:
    folder = foreign(repo, tmp_path, kind)
    config = (repo.path / ".git" / "config").read_bytes()
    before = snapshot(folder)
    installer.install(repo.place)
    assert snapshot(folder) == before
    installer.uninstall(repo.place)
    assert snapshot(folder) == before
    assert (repo.path / ".git" / "config").read_bytes() == config
    assert not (repo.path / ".git" / "studio" / "hooks").exists()


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_line_in_the_users_own_hook_works(
    repo: Repo, log: Path, tmp_path: Path, kind: str
) -> None:
    folder = foreign(repo, tmp_path, kind)
    for state in installer.install(repo.place):
        if not CONFIG_HOOKS:  # then the line is the only way, and it is told
            assert state.how == "absent"
            assert not state.runs
            assert state.problem.endswith(line_for(state.stage))
            assert str(folder / state.stage) in state.problem
        put_hook(folder / state.stage, f"#!/bin/sh\n{line_for(state.stage)}\nexit 0\n")
    states = installer.install(repo.place)
    assert all_run(states)
    assert set(how(states).values()) == {"chained"}
    repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    assert ran(log) == [
        "pre-commit 0", "commit-msg 1", "post-commit 0",
        "pre-commit 0", "commit-msg 1", "post-commit 0", "post-rewrite 1",
    ]  # fmt: skip
    blocked = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert blocked.status != 0
    installer.uninstall(repo.place)
    repo.commit("three")
    assert len(ran(log)) == 8
    assert not any(state.runs for state in installer.states(repo.place))


def test_a_commented_line_does_not_count(repo: Repo, log: Path, tmp_path: Path) -> None:
    folder = foreign(repo, tmp_path, "tracked")
    put_hook(folder / "pre-commit", f"#!/bin/sh\n# {line_for('pre-commit')}\n")
    assert how(installer.install(repo.place))["pre-commit"] != "chained"


def test_the_line_works_with_the_real_block_and_in_a_worktree(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "core.hooksPath", tmp_path / "hooks")
    notes = tmp_path / "notes"
    for stage in ("post-commit", "post-rewrite"):
        put_hook(
            tmp_path / "hooks" / stage,
            theirs(notes, "#!/bin/sh -eu").replace("\n", f"\n{line_for(stage)}\n", 1),
        )
    bind(repo)
    repo.commit("one")
    linked = Repo(tmp_path / "linked")
    repo.git("worktree", "add", "-q", "-b", "side", linked.path)
    notes.unlink()
    installer.install(repo.place, python=idle_python(tmp_path))
    first = linked.commit("two")
    linked.git("commit", "-q", "--amend", "--allow-empty", "-m", "three")
    assert [stage for stage in spooled(repo) if stage != "post-checkout"][-1] == "post-rewrite"
    second = linked.git("rev-parse", "HEAD")
    assert notes.read_text().splitlines()[-2:] == ["post-rewrite [amend]", f"{first} {second}"]


@needs_config_hooks
@pytest.mark.parametrize("kind", FOREIGN)
def test_newer_git_gets_hooks_in_its_configuration(
    repo: Repo, log: Path, tmp_path: Path, kind: str
) -> None:
    foreign(repo, tmp_path, kind)
    config = (repo.path / ".git" / "config").read_bytes()
    states = installer.install(repo.place)
    assert all_run(states)
    assert set(how(states).values()) == {"config"}
    once = snapshot(repo.path / ".git")
    installer.install(repo.place)
    assert snapshot(repo.path / ".git") == once
    repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    assert ran(log) == [
        "pre-commit 0", "commit-msg 1", "post-commit 0",
        "pre-commit 0", "commit-msg 1", "post-commit 0", "post-rewrite 1",
    ]  # fmt: skip
    blocked = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert blocked.status != 0
    installer.uninstall(repo.place)
    assert (repo.path / ".git" / "config").read_bytes() == config
    repo.commit("three")
    assert len(ran(log)) == 8


@needs_config_hooks
def test_a_configured_hook_whose_script_is_gone_lets_commits_through(
    repo: Repo, log: Path, tmp_path: Path
) -> None:
    foreign(repo, tmp_path, "tracked")
    installer.install(repo.place)
    shutil.rmtree(repo.path / ".git" / "studio")
    repo.commit("one")
    assert ran(log) == []
    assert not any(state.runs for state in installer.states(repo.place))


@needs_config_hooks
def test_a_configured_hook_that_is_switched_off_does_not_run(
    repo: Repo, log: Path, tmp_path: Path
) -> None:
    foreign(repo, tmp_path, "tracked")
    installer.install(repo.place)
    repo.git("config", "hook.studio-pre-commit.enabled", "false")
    states = {state.stage: state for state in installer.states(repo.place)}
    assert not states["pre-commit"].runs
    assert states["post-commit"].runs


@needs_config_hooks
def test_a_line_of_the_users_is_not_doubled(repo: Repo, log: Path, tmp_path: Path) -> None:
    folder = foreign(repo, tmp_path, "tracked")
    put_hook(folder / "pre-commit", f"#!/bin/sh\n{line_for('pre-commit')}\n")
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "chained"
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]


def test_when_the_hooks_path_changes_nothing_is_left_or_doubled(
    repo: Repo, log: Path, tmp_path: Path
) -> None:
    before = snapshot(hooks_of(repo))
    config = (repo.path / ".git" / "config").read_bytes()
    installer.install(repo.place)
    repo.git("config", "core.hooksPath", ".githooks")
    assert not any(state.runs for state in installer.states(repo.place))
    installer.install(repo.place)
    assert snapshot(hooks_of(repo)) == before
    repo.git("config", "--unset", "core.hooksPath")
    assert all_run(installer.install(repo.place))
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before
    assert (repo.path / ".git" / "config").read_bytes() == config


def test_hooks_that_are_switched_off_altogether(repo: Repo, log: Path) -> None:
    repo.git("config", "core.hooksPath", "/dev/null")
    states = installer.install(repo.place)
    repo.commit("one")
    if CONFIG_HOOKS:
        assert all_run(states)
        assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    else:
        assert all("git runs none" in state.problem for state in states)
        assert ran(log) == []


def test_a_moved_repository_with_odd_letters_in_its_path(
    make_repo: Callable[..., Repo], log: Path, tmp_path: Path
) -> None:
    repo = make_repo('it\'s a "repo" $HOME;')
    put_hook(hooks_of(repo) / "pre-commit", "#!/usr/bin/env python3\n")
    installer.install(repo.place)
    moved = Repo(tmp_path / "moved")
    shutil.move(repo.path, moved.path)
    assert all_run(installer.states(moved.place))
    moved.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    moved.git("config", "core.hooksPath", "/dev/null")
    assert all(state.how in ("config", "absent") for state in installer.install(moved.place))
    moved.commit("two")


def test_the_command_tells_and_exits(repo: Repo, make_repo: Callable[..., Repo]) -> None:
    refused = repo.studio("hooks", "install")
    assert refused.status == 2
    assert "git studio init" in refused.err
    bind(repo)
    status = repo.studio("hooks", "status", "--json")
    assert status.status == 1
    assert [row["stage"] for row in status.json] == list(shims.STAGES)
    installed = repo.studio("hooks", "install")
    assert installed.status == 0, installed.err
    assert len(installed.out.splitlines()) == len(shims.STAGES)
    status = repo.studio("hooks", "status", "--json")
    assert status.status == 0
    assert status.json[0] == {
        "stage": "pre-commit",
        "path": str(hooks_of(repo) / "pre-commit"),
        "how": "own",
        "runs": True,
        "problem": "",
    }
    assert repo.studio("hooks", "uninstall").status == 0
    assert repo.studio("hooks", "status").status == 1
    outside = run("git-studio", "hooks", "status", cwd=repo.path.parent)
    assert outside.status == 2
