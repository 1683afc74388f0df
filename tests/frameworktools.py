"""The way in through pre-commit and prek: this very checkout as a repository of hooks.

A framework installs the package into an environment of its own, which takes a while: the
environments are shared by all tests of a run, also between processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Repo, run

from studio_git import files

ROOT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ["pre-commit", "prek"]

CONFIG = """\
default_install_hook_types:
  [pre-commit, pre-merge-commit, post-commit, post-merge, post-rewrite, post-checkout]
repos:
- repo: {source}
  rev: {rev}
  hooks:
  - id: studio-drift
  - id: studio-capture
"""


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def checkout(shared: Path) -> Path:
    """This checkout, with what is not committed yet, as a repository that a framework can clone."""
    copy = shared / "studio-git"
    with files.locked(shared / "studio-git.lock"):
        if not copy.exists():
            _copy_checkout(copy)
    return copy


def share_environments(monkeypatch: pytest.MonkeyPatch, shared: Path) -> None:
    """Let what the frameworks install be that of the whole run."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(shared / "pre-commit-home"))
    monkeypatch.setenv("PREK_HOME", str(shared / "prek-home"))
    monkeypatch.setenv("UV_CACHE_DIR", str(shared / "uv-cache"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(shared / "pip-cache"))


def installed(repo: Repo, source: Path, tool: str) -> Repo:
    """The repository with the framework installed, and its configuration committed."""
    rev = run("git", "rev-parse", "HEAD", cwd=source).out.strip()
    repo.write(".pre-commit-config.yaml", CONFIG.format(source=source, rev=rev))
    done = run(tool, "install", "--install-hooks", cwd=repo.path)
    assert done.status == 0, done.out + done.err
    repo.commit("Use the framework")
    return repo


def _copy_checkout(copy: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    building = copy.with_name("studio-git.building")
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (ROOT / name).is_file():
            (building / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, building / name)
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *words], cwd=building, check=True, capture_output=True)
    building.rename(copy)
