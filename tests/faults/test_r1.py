"""R1: many commit at once, in repositories and in worktrees of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Repo
from crowd import begin, clones, failed, made, missing, twice

Times = Callable[[int, int], int]
Figure = Callable[[str], None]


def test_repositories(make_repo: Callable[..., Repo], times: Times, figure: Figure) -> None:
    heres = clones(make_repo, times(3, 8))
    each = times(10, 200)
    lost = failed(begin([here.repo.path for here in heres], each))
    for here in heres:
        here.settle()
    wanted = len(heres) * each
    assert sum(len(made(here)) for here in heres) == wanted
    figure(
        f"{len(heres)} repositories: {lost} of {wanted:,} commits failed, "
        f"{missing(heres)} missing, {twice(heres)} twice"
    )
    assert (lost, missing(heres), twice(heres)) == (0, 0, 0)
    assert len(heres[0].titles("decisions")) == wanted // 10
    for here in heres:
        assert here.captured()["commits"] == 0, "found by hand only"
        assert here.log() == ""


def test_worktrees(make_repo: Callable[..., Repo], times: Times, figure: Figure) -> None:
    (here,) = clones(make_repo, 1)
    each = times(10, 100)
    places = [here.repo.path]
    for number in range(1, 4):
        side = Path(f"{here.repo.path}-side{number}")
        here.git("worktree", "add", "-q", "-b", f"side{number}", side)
        places.append(side)
    lost = failed(begin(places, each))
    here.settle()
    wanted = len(places) * each
    assert len(made(here)) == wanted
    figure(
        f"{len(places)} worktrees: {lost} of {wanted:,} commits failed, "
        f"{missing([here])} missing, {twice([here])} twice"
    )
    assert (lost, missing([here]), twice([here])) == (0, 0, 0)
    assert len(here.titles("decisions")) == wanted // 10
    here.check()
