"""R2: another program holds the store's write lock, and everybody goes on committing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from conftest import SCRIPTS, Repo
from crowd import begin, clones, failed, made, missing, twice
from hooktools import put_hook
from otherprogram import other_program
from situated import Here

from studio_hooks import installer

DRAINED_WITHIN = 5.0


def test_a_locked_store(
    make_repo: Callable[..., Repo],
    studio_home: Path,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    heres = clones(make_repo, times(2, 8))
    for here in heres:
        here.settle()
    each, seconds = times(5, 200), times(7, 60)
    wanted = len(heres) * each
    with other_program(studio_home / "studio.db") as program:
        program.do("lock")
        lost = failed(begin([here.repo.path for here in heres], each))
        time.sleep(seconds)  # the fault itself: nobody writes for so long after the last commit
        assert sum(len(made(here)) for here in heres) == wanted
        assert missing(heres) == wanted, "the store was not locked"
        program.do("free")
        drained = _until_all_are_there(heres)
    figure(
        f"locked for {seconds} s: {lost} of {wanted} commits failed, {missing(heres)} missing, "
        f"{twice(heres)} twice, drained {drained:.1f} s after its release"
    )
    assert (lost, missing(heres), twice(heres)) == (0, 0, 0)
    assert drained < DRAINED_WITHIN
    for here in heres:
        assert here.captured()["commits"] == 0
        assert here.log() == ""


def test_a_commit_while_people_capture(
    make_repo: Callable[..., Repo], studio_home: Path, tmp_path: Path
) -> None:
    """Its worker finds the lock taken and goes; who held it starts another one."""
    (here,) = clones(make_repo, 1)
    here.settle()
    gone, asked = tmp_path / "gone", tmp_path / "asked"
    put_hook(
        tmp_path / "bin" / "git",
        f'#!/bin/sh\necho "$*" >>"{asked}"\nexec {shutil.which("git")} "$@"\n',
    )
    program = (
        f'#!/bin/sh\n"{sys.executable}" "$@"\n'
        f'case "$*" in *" worker "*) echo gone >>"{gone}";; esac\n'
    )
    installer.install(here.repo.place, python=str(put_hook(tmp_path / "python", program)))
    here.git("commit", "-q", "--allow-empty", "-m", "Unnoted", env={"STUDIO_DISABLE": "1"})
    with other_program(studio_home / "studio.db") as other:
        other.do("lock")
        capturing = subprocess.Popen(
            [SCRIPTS / "git-studio", "capture"],
            cwd=here.repo.path,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        )
        # Where references stand it has seen once it reads commits.
        while not (asked.exists() and re.search(r"\b(log|rev-list) ", asked.read_text())):
            assert capturing.poll() is None
            time.sleep(0.01)
        here.git("commit", "-q", "--allow-empty", "-m", "Noted")
        while not gone.exists():
            time.sleep(0.01)
        other.do("free")
        assert capturing.wait(60) == 0
        here.settle()
    assert missing([here]) == 0
    here.check()


def _until_all_are_there(heres: Sequence[Here]) -> float:
    """How long it takes from now; given up on after a minute."""
    begun = time.monotonic()
    while missing(heres) and time.monotonic() < begun + 60:
        time.sleep(0.05)
    return time.monotonic() - begun
