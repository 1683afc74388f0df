"""R2: another program holds the store's write lock, and everybody goes on committing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from conftest import Repo
from crowd import begin, clones, failed, made, missing, twice
from otherprogram import other_program

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
    each, seconds = times(5, 40), times(7, 60)
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


def _until_all_are_there(heres: list) -> float:
    """How long it takes from now; given up on after a minute."""
    begun = time.monotonic()
    while missing(heres) and time.monotonic() < begun + 60:
        time.sleep(0.05)
    return time.monotonic() - begun
