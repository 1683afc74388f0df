"""Beside the real managers: pre-commit, prek, husky and lefthook, installed before or after."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import (
    all_run,
    bind,
    hooks_of,
    how,
    idle_python,
    managers,
    put_hook,
    ran,
    snapshot,
    spooled,
    tracing_block,
)

from studio_hooks import hookfolder, installer, shims
from studio_hooks.hookstates import line_for

FRAMEWORK_STAGES = (
    "pre-commit",
    "pre-merge-commit",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "post-checkout",
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the blocks note that they ran."""
    log = tmp_path / "ours.log"
    monkeypatch.setattr(shims, "block", tracing_block(log))
    return log


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the managers' hooks note that they ran."""
    return tmp_path / "theirs.log"


@pytest.fixture
def node_modules() -> Path:
    """husky and lefthook as npm installs them."""
    return managers()


def framework(repo: Repo, tool: str, *words: str) -> None:
    """Run pre-commit or prek for each stage that it knows of ours."""
    types = [word for stage in FRAMEWORK_STAGES for word in ("-t", stage)]
    done = run(tool, *words, *types, cwd=repo.path, env={"PRE_COMMIT_HOME": str(repo.path.parent)})
    assert done.status == 0, done.out + done.err


def framework_config(repo: Repo, notes: Path) -> None:
    """A configuration with a hook that notes that it ran."""
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: note\n    name: note\n    language: system\n"
        f"    entry: sh -c 'echo theirs >>{notes}'\n    always_run: true\n"
        "    pass_filenames: false\n    stages: [pre-commit, post-commit]\n",
    )
    repo.git("add", ".pre-commit-config.yaml")


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_ours_after_a_framework(repo: Repo, log: Path, notes: Path, tool: str) -> None:
    framework_config(repo, notes)
    framework(repo, tool, "install")
    before = snapshot(hooks_of(repo))
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "chained"
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    assert notes.read_text() == "theirs\ntheirs\n"
    blocked = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert blocked.status != 0
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_ours_before_a_framework(repo: Repo, log: Path, notes: Path, tool: str) -> None:
    empty = snapshot(hooks_of(repo))
    installer.install(repo.place)
    framework_config(repo, notes)
    framework(repo, tool, "install")
    states = installer.states(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "framework"
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    assert notes.read_text() == "theirs\ntheirs\n"
    with_both = snapshot(hooks_of(repo))
    assert all_run(installer.install(repo.place))
    assert snapshot(hooks_of(repo)) == with_both
    blocked = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert blocked.status != 0
    installer.uninstall(repo.place)
    repo.commit("two")
    assert len(ran(log)) == 4
    framework(repo, tool, "uninstall")
    assert snapshot(hooks_of(repo)) == empty


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_a_framework_that_comes_and_goes(repo: Repo, log: Path, notes: Path, tool: str) -> None:
    put_hook(hooks_of(repo) / "pre-commit", f"#!/bin/sh\necho hand >>{notes}\n")
    before = snapshot(hooks_of(repo))
    installer.install(repo.place)
    framework_config(repo, notes)
    framework(repo, tool, "install")
    repo.commit("one")
    assert notes.read_text() == "hand\ntheirs\ntheirs\n"
    framework(repo, tool, "uninstall")
    assert all_run(installer.states(repo.place))
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_a_framework_that_is_installed_again(repo: Repo, log: Path, notes: Path, tool: str) -> None:
    framework_config(repo, notes)
    framework(repo, tool, "install")
    before = snapshot(hooks_of(repo))
    installer.install(repo.place)
    framework(repo, tool, "install")
    repo.commit("one")
    told = {state.stage: state.runs for state in installer.states(repo.place)}
    assert told["pre-commit"] == ("pre-commit 0" in ran(log))
    assert all_run(installer.install(repo.place))
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_stage_that_the_framework_runs_for_us(
    repo: Repo, tmp_path: Path, notes: Path, first: str, tool: str
) -> None:
    """The native hook yields: only the framework's entry is left, and the states say so."""
    bind(repo)
    if first == "ours":
        installer.install(repo.place, python=idle_python(tmp_path))
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: studio-capture\n    name: capture\n"
        f"    language: system\n    entry: sh -c 'echo capture >>{notes}'\n"
        "    always_run: true\n    pass_filenames: false\n"
        "    stages: [post-commit, post-merge, post-rewrite, post-checkout]\n",
    )
    repo.git("add", ".")
    framework(repo, tool, "install")
    states = {
        state.stage: state for state in installer.install(repo.place, python=idle_python(tmp_path))
    }
    assert {stage for stage, state in states.items() if state.how == "framework"} >= {
        "post-commit",
        "post-merge",
        "post-rewrite",
        "post-checkout",
    }
    assert all(state.runs for state in states.values())
    repo.commit("one")
    assert notes.read_text() == "capture\n"
    assert spooled(repo) == []


LEFTHOOK = """\
pre-commit:
  jobs:
    - run: echo theirs >>NOTES
post-rewrite:
  jobs:
    - run: cat >>NOTES
      use_stdin: true
"""


def lefthook(repo: Repo, node_modules: Path, *words: str) -> None:
    tools = node_modules / ".bin"
    repo.env["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = run(tools / "lefthook", *words, cwd=repo.path, env=repo.env)
    assert done.status == 0, done.out + done.err


def test_ours_after_lefthook(repo: Repo, log: Path, notes: Path, node_modules: Path) -> None:
    repo.write("lefthook.yml", LEFTHOOK.replace("NOTES", str(notes)))
    lefthook(repo, node_modules, "install")
    before = snapshot(hooks_of(repo))
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "chained"
    first = repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    assert ran(log) == [
        "pre-commit 0", "commit-msg 1", "post-commit 0",
        "pre-commit 0", "commit-msg 1", "post-commit 0", "post-rewrite 1",
    ]  # fmt: skip
    assert f"{first} {second}" in notes.read_text()
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before


def test_lefthook_rewrites_its_hooks_and_that_is_told(
    repo: Repo, log: Path, notes: Path, node_modules: Path
) -> None:
    put_hook(hooks_of(repo) / "pre-commit", "#!/bin/sh\necho hand\n")
    before = snapshot(hooks_of(repo))
    installer.install(repo.place)
    repo.write("lefthook.yml", LEFTHOOK.replace("NOTES", str(notes)))
    lefthook(repo, node_modules, "install")
    states = {state.stage: state for state in installer.states(repo.place)}
    assert not states["pre-commit"].runs
    assert states["post-commit"].runs
    assert all_run(installer.install(repo.place))
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    changed = LEFTHOOK.replace("NOTES", str(notes)).replace("theirs", "changed")
    # lefthook looks at whole seconds before it looks at the content.
    os.utime(repo.write("lefthook.yml", changed), (1_000_000_000, 1_000_000_000))
    repo.commit("two")
    told = {state.stage: state.runs for state in installer.states(repo.place)}
    assert not told["pre-commit"]
    assert all_run(installer.install(repo.place))
    installer.uninstall(repo.place)
    lefthook(repo, node_modules, "uninstall")
    assert snapshot(hooks_of(repo)) == before


def husky(repo: Repo, node_modules: Path) -> None:
    done = run("node", node_modules / "husky" / "bin.js", cwd=repo.path, env=repo.env)
    assert done.status == 0, done.out + done.err


def test_beside_husky(repo: Repo, log: Path, notes: Path, node_modules: Path) -> None:
    """Husky's folders are never written; configuration hooks, or the line in the user's hook."""
    husky(repo, node_modules)
    repo.write(".husky/pre-commit", f"echo theirs >>{notes}\n")
    before = snapshot(repo.path / ".husky")
    states = installer.install(repo.place)
    assert snapshot(repo.path / ".husky") == before
    if hookfolder.config_hooks(repo.place):
        assert all_run(states)
        assert set(how(states).values()) == {"config"}
    else:
        for state in states:
            assert state.path == repo.path / ".husky" / state.stage
            assert not state.runs
            assert state.problem.endswith(line_for(state.stage))
    repo.commit("one")
    assert notes.read_text() == "theirs\n"
    installer.uninstall(repo.place)
    assert snapshot(repo.path / ".husky") == before
    repo.commit("two")
    assert notes.read_text() == "theirs\ntheirs\n"


def test_the_line_in_huskys_hooks(repo: Repo, log: Path, notes: Path, node_modules: Path) -> None:
    husky(repo, node_modules)
    repo.write(".husky/pre-commit", f"{line_for('pre-commit')}\necho theirs >>{notes}\n")
    repo.write(".husky/post-rewrite", f"{line_for('post-rewrite')}\ncat >>{notes}\n")
    for stage in set(shims.STAGES) - {"pre-commit", "post-rewrite"}:
        repo.write(f".husky/{stage}", f"{line_for(stage)}\n")
    first = repo.commit("without ours the line is nothing")
    states = installer.install(repo.place)
    assert all_run(states)
    assert set(how(states).values()) == {"chained"}
    husky(repo, node_modules)
    assert all_run(installer.states(repo.place))
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0", "post-rewrite 1"]
    assert notes.read_text() == f"theirs\ntheirs\n{first} {second}\n"
    blocked = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert blocked.status != 0


def test_the_real_block_in_huskys_hooks(
    repo: Repo, tmp_path: Path, notes: Path, node_modules: Path
) -> None:
    husky(repo, node_modules)
    bind(repo)
    for stage in shims.STAGES:
        repo.write(f".husky/{stage}", f"{line_for(stage)}\n")
    repo.write(".husky/post-rewrite", f"{line_for('post-rewrite')}\ncat >>{notes}\n")
    installer.install(repo.place, python=idle_python(tmp_path))
    first = repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    assert spooled(repo) == ["post-commit", "post-commit", "post-rewrite"]
    assert notes.read_text() == f"{first} {second}\n"
