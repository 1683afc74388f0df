"""R13: clocks that are a year off, and clocks that go backwards."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo, run
from crowd import clones, missing, twice
from situated import MINUTE, NOON, Here

from studio_git.core import times as clocks

YEAR = 365 * 24 * 60 * MINUTE
LEAD_IN = 30
JUMPS = (YEAR, -YEAR, 3 * 60 * MINUTE, -3 * 60 * MINUTE, -5 * MINUTE, 5 * MINUTE, -1, 1, 0)
Times = Callable[[int, int], int]
Figure = Callable[[str], None]


@pytest.fixture
def here(make_repo: Callable[..., Repo]) -> Here:
    (here,) = clones(make_repo, 1)
    here.settle()
    return here


def test_commits_of_any_time(
    here: Here, chance: random.Random, times: Times, figure: Figure
) -> None:
    """Author's and committer's clocks jump apart; hooks and workers capture as they come."""
    now = NOON
    count = times(15, 300)
    for number in range(count):
        now = max(0, now + chance.choice(JUMPS))
        dates = {
            "GIT_AUTHOR_DATE": f"{now} {chance.choice(('+0200', '-1100', '+1400'))}",
            "GIT_COMMITTER_DATE": f"{max(0, now + chance.choice(JUMPS))} +0000",
        }
        here.git("commit", "-q", "--allow-empty", "-m", f"Work {number}", env=dates)
    here.settle()
    figure(f"commits' dates: {_holds(here)}")


@pytest.fixture
def settable_clock(tmp_path: Path) -> None:
    """Skips where the library that it takes is not there."""
    words = [sys.executable, "-c", "import time; print(int(time.time()))"]
    if int(run(*words, cwd=tmp_path, env=_clock("+365d")).out) - time.time() < YEAR // 2:
        pytest.skip("Debian's package faketime is not installed: the clock cannot be set")


@pytest.mark.usefixtures("settable_clock")
def test_the_machine_clock(here: Here, times: Times, figure: Figure) -> None:
    """The clock of git, of the hooks, of the worker and of SQLite, all of them."""
    shifts = ("+0", "+365d", "-365d", "-366d", "+1d", "-5m", "+0") * times(1, 5)
    for number, shift in enumerate(shifts):
        if number % 3 == 2:  # what a worker that was killed leaves, at a time that is no more
            kicked = int(time.time()) + (2 * YEAR if number % 2 else -2 * YEAR)
            (here.folder / "kick").write_text(f"{kicked}\n")
        here.repo.write(f"file{number}", "x\n")
        here.git("add", "-A")
        here.git("commit", "-q", "-m", f"Work {number}", env=_clock(shift))
        here.settle()
        assert missing([here]) == 0, f"nobody came for the commit at {shift}"
    years = {row["created_at"][:4] for row in here.sessions()}
    assert len(years) >= 3, "the clock was not another one"
    figure(f"the machine's clock set {len(shifts)} times: {_holds(here)}")


def _clock(shift: str) -> dict[str, str]:
    """The environment of programs for which it is another time; stamps of files stay true."""
    return {
        "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1",  # ld.so(8) knows what $LIB is
        "FAKETIME": shift,
        "NO_FAKE_STAT": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _holds(here: Here) -> str:
    """What must hold of sessions and commits, whatever their dates; in a few words."""
    assert (missing([here]), twice([here])) == (0, 0)
    listed = here.repo.studio("session", "list", "--json").json
    assert [one["created_at"] for one in listed] == sorted(
        (one["created_at"] for one in listed), reverse=True
    )
    rows = here.rows("SELECT oid FROM git_commits ORDER BY id")
    ordered = [row["oid"] for row in rows]
    history = here.git("rev-list", "--reverse", "--topo-order", "--min-parents=1", "HEAD").split()
    assert ordered == history, "commits are not in the order of their history"
    negative = sum(session["duration_minutes"] < 0 for session in here.sessions())
    wrong = sum(not _is_right(here, session) for session in here.sessions())
    assert (negative, wrong) == (0, 0)
    here.follows()
    return (
        f"{negative} of {len(listed)} sessions with a negative duration, {wrong} with a wrong one, "
        f"{len(ordered)} commits in the order of their history"
    )


def _is_right(here: Here, session: dict[str, Any]) -> bool:
    """True where a session lasts from the first of its commits to the last, and a little before."""
    rows = here.rows("SELECT author_time FROM git_commits WHERE session_id = ?", session["id"])
    stamps = [row["author_time"] for row in rows]
    lasted = (max(stamps) - min(stamps)) // MINUTE + LEAD_IN
    return session["duration_minutes"] == lasted and session["created_at"] == clocks.to_store(
        min(stamps)
    )
