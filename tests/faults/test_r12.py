"""R12: a program reads for minutes, so that the store's log of writes cannot be emptied."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from conftest import Repo
from crowd import clones, missing, twice
from otherprogram import OtherProgram, other_program
from situated import Here, held

from studio_git.store import writelog

MEGABYTE = 1 << 20
A_CAPTURE = 12 * MEGABYTE
"""More than one capture of these commits adds to the log."""
READ_FOR = 60.0
LONG = "/".join(["folder-with-a-long-name-" + "x" * 200] * 4)
"""A few hundred files with such paths make a capture of megabytes."""


def test_a_long_reader(
    make_repo: Callable[..., Repo],
    studio_home: Path,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    (here,) = clones(make_repo, 1)
    here.settle()
    with other_program(studio_home / "studio.db") as program:
        program.do("read")
        begun = time.monotonic()
        made = _fill(here, program, times)
        enough = made + 2
        while made < enough or time.monotonic() < begun + times(0, READ_FOR):
            _commit(here, files_of=times(5, 50))
            _people_go_on(here)
            made += 1
        behind, largest = missing([here]), writelog.size(studio_home)
        assert behind >= 2, "the worker went on writing"
        assert largest <= writelog.LIMIT + A_CAPTURE
        lasted = time.monotonic() - begun
        program.do("leave")
        here.settle()
        assert writelog.size(studio_home) <= writelog.ORDINARY
        figure(
            f"read for {lasted:.0f} s: {made} commits, log at most {largest / MEGABYTE:.0f} MB, "
            f"{behind} waiting; then {missing([here])} missing, {twice([here])} twice, log "
            f"{writelog.size(studio_home) / MEGABYTE:.1f} MB"
        )
        assert (missing([here]), twice([here])) == (0, 0)
        here.check()


def _fill(here: Here, program: OtherProgram, times: Callable[[int, int], int]) -> int:
    """Let the log grow over its limit; how many commits it took.

    By captures of large commits alone, or, to be quick, by rows of the other program.
    """
    made = 0
    if times(1, 0):
        program.do(f"write {writelog.LIMIT // 1_000_000 + 2}")
    while not _waits(here):
        _commit(here, files_of=times(5, 800))
        made += 1
        assert made < 60, writelog.size(here.home)
    return made


def _commit(here: Here, files_of: int) -> None:
    """A commit of so many files, with a decision; it succeeds at once."""
    oid = here.head()
    for number in range(files_of):
        here.repo.write(f"{LONG}/{number}.txt", oid)
    here.repo.commit(f"Work after {oid}")


def _waits(here: Here) -> bool:
    """True where a worker waits for the store; one that is at work is let finish first."""
    while not held(here.folder / "waiting.lock"):
        if not held(here.folder / "worker.lock") and not (here.folder / "kick").exists():
            return False
        time.sleep(0.01)
    return True


def _people_go_on(here: Here) -> None:
    size = writelog.size(here.home)
    learning = ["learning", "add", f"About {here.head()}", "--problem", "A", "--solution", "B"]
    for words in (learning, ["status"], ["session", "list"]):
        answer = here.repo.studio(*words)
        assert answer.status in (0, 1), answer
        assert "in use" not in answer.err
    assert writelog.size(here.home) > size
