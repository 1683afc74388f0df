"""R19: whatever hooks others have, taking ours out gives them their bytes back.

Also where the installer, or the uninstaller, was killed at any step of its work.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import hooks_of, put_hook, snapshot

from studio_hooks import installer, shims

HOOKS: dict[str, bytes] = {
    "sh": b"#!/bin/sh\nexit 0\n",
    "bash": b"#!/usr/bin/env bash\nset -euo pipefail\nexec true\n",
    "no final newline": b"#!/bin/sh\n:",
    "shebang alone": b"#!/bin/sh\n",
    "python": b"#!/usr/bin/env python3\nprint('x')\n",
    "crlf": b"#!/bin/sh\r\ntrue\r\n",
    "no shebang": b"true\n",
    "empty": b"",
    "not UTF-8": b"#!/bin/sh\n# \xff\xfe caf\xe9\ntrue\n",
    "half of ours": f"#!/bin/sh\n{shims.BEGIN} 1 x\ntrue\n".encode(),
    "a kept name": b"#!/bin/sh\n# hooks.studio-kept\ntrue\n",
}
LINKS = ("../../tools/shared", "shared", "nowhere")
PLACES = ("", "", "", ".git/other hooks", "tools/hooks", "OUTSIDE")
"""Where ``core.hooksPath`` leads; mostly it is not set."""

CUT = """
import os, signal, sys
from pathlib import Path
from studio_git.gitio import locate
from studio_hooks import installer
place, left, steps = locate(Path.cwd()), int(sys.argv[2]), 0
CHANGES = {"os." + it for it in ("rename", "remove", "mkdir", "rmdir", "chmod", "symlink")}
WRITES = os.O_WRONLY | os.O_RDWR
def step(event, args):
    global steps
    if event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITES):
        steps += 1
        if steps == left:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
getattr(installer, sys.argv[1])(place)
print(steps)
"""
"""Installs or uninstalls; SIGKILL comes right before the step of that number."""


def _arrange(repo: Repo, folder: Path, chance: random.Random) -> None:
    """Hooks of others, of every kind, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    put_hook(folder / "shared", "#!/bin/sh\ntrue\n")
    put_hook(repo.path / "tools/shared", "#!/bin/sh\ntrue\n")
    for stage in (*shims.EVERY_STAGE, "pre-push"):
        kind = chance.choice([*HOOKS, *LINKS, "", ""])
        if kind in LINKS:
            (folder / stage).symlink_to(kind)
        elif kind:
            put_hook(folder / stage, HOOKS[kind], mode=chance.choice((0o755, 0o755, 0o700, 0o644)))


def _all(repo: Repo) -> dict[str, tuple[int, bytes]]:
    """All that is others': the hooks wherever they are, the configuration, the work tree."""
    found = {}
    for name in ("repo", "outside"):
        for path, what in snapshot(repo.path.parent / name).items():
            inside = path.removeprefix(".git/")
            if not inside.startswith(("studio/", "objects/", "logs/", "refs/")):
                found[f"{name}/{path}"] = what
    for moves in ("index", "COMMIT_EDITMSG", "HEAD"):
        found.pop(f"repo/.git/{moves}", None)
    return found


def _mixed(repo: Repo) -> None:
    """One hook of each way in which the installer puts ours beside it."""
    hooks = hooks_of(repo)
    shutil.rmtree(hooks, ignore_errors=True)
    for stage, kind in zip(shims.STAGES, ("python", "sh", "bash", "crlf", "", "empty", "", "sh"),
                           strict=True):  # fmt: skip
        if kind:
            put_hook(hooks / stage, HOOKS[kind])
    (hooks / "post-merge").symlink_to("../../tools/shared")


@pytest.fixture
def others(repo: Repo) -> Repo:
    put_hook(repo.path / "tools/shared", "#!/bin/sh\ntrue\n")
    (repo.path.parent / "outside").mkdir()
    repo.commit("Begin")
    return repo


def test_the_bytes_of_any_hooks_come_back(
    others: Repo,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    rounds = times(5, 100)
    for _ in range(rounds):
        shutil.rmtree(hooks_of(others), ignore_errors=True)
        shutil.rmtree(others.path / ".git/other hooks", ignore_errors=True)
        shutil.rmtree(others.path / "tools")
        shutil.rmtree(others.path.parent / "outside")
        (others.path.parent / "outside").mkdir()
        others.git("config", "--unset", "core.hooksPath", ok=False)
        where = chance.choice(PLACES)
        folder = hooks_of(others)
        if where:
            folder = others.path / where if where != "OUTSIDE" else others.path.parent / "outside"
            others.git("config", "core.hooksPath", folder)
        others.git("config", "studio.prepareMessage", chance.choice(("true", "false")))
        _arrange(others, folder, chance)
        before = _all(others)
        for _ in range(chance.randrange(1, 4)):
            installer.install(others.place)
            if chance.random() < 0.3:
                others.try_git("commit", "-q", "--allow-empty", "-m", "Work")
            if chance.random() < 0.3:
                assert installer.uninstall(others.place) == []
                assert _all(others) == before
        assert installer.uninstall(others.place) == []
        assert _all(others) == before, where
    figure(f"{rounds} of {rounds} arrangements came back byte for byte")


def _cut(repo: Repo, what: str, step: int) -> int:
    """Let it be killed before a step; the steps that there were if it was not."""
    done = run(sys.executable, "-c", CUT, what, str(step), cwd=repo.path)
    assert done.status in (0, -signal.SIGKILL), done.err
    return int(done.out) if done.status == 0 else 0


@pytest.mark.parametrize("what", ["install", "uninstall"])
def test_killed_at_any_step_the_bytes_come_back(
    others: Repo,
    what: str,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    _mixed(others)
    before = _all(others)
    installer.install(others.place)  # it makes folders of its own, which stay
    if what == "install":
        installer.uninstall(others.place)
    every = range(1, _cut(others, what, 0) + 1)
    assert len(every) > 20
    installer.uninstall(others.place)
    steps = chance.sample(every, times(4, len(every)))
    for step in steps:
        if what == "uninstall":
            installer.install(others.place)
        assert _cut(others, what, step) == 0
        others.git("commit", "-q", "--allow-empty", "-m", "In between")
        if chance.random() < 0.5:
            installer.install(others.place)
        assert installer.uninstall(others.place) == []
        assert _all(others) == before, f"killed before step {step} of {len(every)}"
    figure(f"{what} killed at {len(steps)} of {len(every)} steps: all bytes came back")
