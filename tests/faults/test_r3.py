"""R3: hooks and workers killed with SIGKILL, wherever they are."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import Repo, run
from crowd import captured, clones, made, missing, twice
from hooktools import put_hook
from shimtools import adopt_background, end_of_background
from situated import Here

from studio_hooks import installer, spool

DYING = """
case ${0##*/} in post-*) ;; *) return ;; esac
echo "ran" >>"$DYING_LOG"
RANDOM=$DYING
if [ $((RANDOM % 100)) -lt 60 ]; then
  dying_at=$((RANDOM % 24))
  set -T
  trap 'if [ $((dying_at--)) -eq 0 ]; then echo "killed" >>"$DYING_LOG"; kill -9 $$; fi' DEBUG
fi
"""
"""bash reads this before each hook: it kills itself before one of its first commands. Some hooks
have fewer commands than that, so it is tried more often than it has to happen."""


class Victims:
    """One clone, whose hooks kill themselves and whose workers are killed."""

    def __init__(self, here: Here, folder: Path, seed: int) -> None:
        self.here = here
        self.kills = 0
        self.log = folder / f"{here.repo.path.name}.hooks"
        self._chance = random.Random(seed)
        self._pids = folder / f"{here.repo.path.name}.pids"
        self._seen = 0
        self._python = put_hook(
            folder / f"{here.repo.path.name}.python",
            f'#!/bin/sh\ncase "$*" in *" worker "*) echo $$ >>"{self._pids}";; esac\n'
            f'exec "{sys.executable}" "$@"\n',
        )
        rules = folder / "dying.sh"
        rules.write_text(DYING)
        here.repo.env |= {"BASH_ENV": str(rules), "DYING_LOG": str(self.log)}
        installer.install(here.repo.place, python=str(self._python))
        for hook in (here.repo.path / ".git" / "hooks").glob("post-*"):
            _, _, text = hook.read_text().partition("\n")
            hook.write_text(f"#!{shutil.which('bash')}\n{text}")

    def hooks(self) -> tuple[int, int]:
        """How many hooks ran, and how many of them were killed."""
        lines = self.log.read_text().split()
        return lines.count("ran"), lines.count("killed")

    def round(self, lasts: float) -> None:
        """A commit, and the death of its worker within the time that a worker takes."""
        number = self._chance.randrange(10**9)
        env = {"DYING": str(number % 32768)}
        self.here.repo.write(f"file{number % 7}", f"{number}\n")
        self.here.git("add", "-A")
        amended = ["--amend"] if number % 10 == 0 else []
        text = f"Work {number}\n\nDecision: Decided {number}\n"
        self.here.git("commit", "-q", *amended, "-m", text, env=env)
        found = self._new() or self._start()
        for pid in found:
            time.sleep(self._chance.uniform(0, lasts))
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            self.kills += os.WIFSIGNALED(status)

    def _new(self) -> list[int]:
        """The workers that were started since this was asked; all of them are children now."""
        lines = self._pids.read_text().splitlines() if self._pids.exists() else []
        found = [int(line) for line in lines[self._seen :]]
        self._seen = len(lines)
        return found

    def _start(self) -> list[int]:
        """Where the hook died before it started one, or found the kick of one that died."""
        folder = self.here.repo.place.common_dir
        words = [self._python, "-I", "-m", "studio_hooks", "worker", folder]
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        process.returncode = 0  # it is waited for by its id
        while not (found := self._new()):
            time.sleep(0.001)
        return found


def test_hooks_and_workers(
    make_repo: Callable[..., Repo],
    tmp_path: Path,
    seed: int,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    heres = clones(make_repo, times(1, 3))
    for here in heres:
        here.settle()
    adopt_background()
    victims = [Victims(here, tmp_path, seed + n) for n, here in enumerate(heres)]
    lasts = _a_workers_life(victims[0])
    each = times(8, 100)

    def until_enough(victim: Victims) -> None:
        while victim.kills < each:
            victim.round(lasts)

    with ThreadPoolExecutor(len(victims)) as pool:
        list(pool.map(until_enough, victims))
    end_of_background()
    ran, died = (sum(numbers) for numbers in zip(*(it.hooks() for it in victims), strict=True))
    kills = sum(victim.kills for victim in victims)
    before = missing(heres)
    for here in heres:
        (here.folder / "kick").unlink(missing_ok=True)
        here.captured()
    figure(
        f"{died} of {ran} hooks and {kills} workers killed: {before} of "
        f"{sum(len(made(here)) for here in heres)} commits waiting then, {missing(heres)} missing "
        f"and {twice(heres)} twice after reconciling"
    )
    assert kills >= each * len(heres)
    assert died >= times(0, 3) * ran // 10
    assert (missing(heres), twice(heres)) == (0, 0)
    for here in heres:
        _is_whole(here)


def _a_workers_life(victim: Victims) -> float:
    """How long one lives that has a commit to capture."""
    here = victim.here
    here.git("commit", "-q", "--allow-empty", "-m", "First", env={"STUDIO_DISABLE": "1"})
    place = here.repo.place
    spool.append(place.common_dir, "post-commit", place.git_dir)
    begun = time.monotonic()
    done = run(
        sys.executable, "-I", "-m", "studio_hooks", "worker", place.common_dir, cwd=place.top
    )
    assert done.status == 0
    assert missing([here]) == 0
    return time.monotonic() - begun


def _is_whole(here: Here) -> None:
    """Each decision of a commit that counts is there, and each session has its file."""
    live = set(captured(here)) & made(here)
    assert live == made(here)
    stated = here.git("log", "--format=%(trailers:key=Decision,valueonly)", "--branches")
    assert {words for words in stated.split("\n") if words} <= set(here.titles("decisions"))
    rows = here.rows(
        "SELECT session_id, stale FROM git_sessions WHERE project_id = ?", here.project_id
    )
    assert rows
    for row in rows:
        assert row["stale"] == 0
        assert here.file(row["session_id"]).read_text().startswith("# ")
    assert here.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert here.rows("PRAGMA foreign_key_check") == []
