"""R9: the spool cut at every byte of its last record, and a line in its middle that is none."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo, run
from crowd import clones, made, missing, twice
from hooktools import idle_python
from situated import Here

from studio_hooks import installer, spool

BAD = b"1\tpost-com\x00\xff no record"


@pytest.fixture
def here(make_repo: Callable[..., Repo], tmp_path: Path) -> Here:
    """A clone whose hooks note, and whose worker is started by hand."""
    (here,) = clones(make_repo, 1)
    here.settle()
    installer.install(here.repo.place, python=idle_python(tmp_path))
    return here


def test_cut_anywhere(
    here: Here,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    good, last = _noted(here), _noted(here)
    cuts = range(1, len(last))
    for cut in cuts:
        _read_once(here, good, last[:cut])
    tried = sorted(chance.sample(cuts, times(4, len(cuts))))
    for cut in tried:
        _work_once(here, cut)
    figure(
        f"cut at {len(cuts)} places, {len(tried)} of them with the worker: "
        f"{missing([here])} of {len(made(here))} commits missing, {twice([here])} twice"
    )
    assert (missing([here]), twice([here])) == (0, 0)
    here.check()


def test_a_record_of_a_worktree_that_is_gone(here: Here) -> None:
    side = Path(f"{here.repo.path}-side")
    here.git("worktree", "add", "-q", "-b", "side", side)
    (here.folder / "spool").unlink()
    Repo(side).commit("In the worktree")
    here.git("worktree", "remove", side)
    _work(here)
    assert len(made(here)) == 1
    assert missing([here]) == 0


def _noted(here: Here) -> bytes:
    """The record of a commit, as the hook wrote it."""
    noted = here.folder / "spool"
    noted.unlink(missing_ok=True)
    here.commit("Work", path="file", content=here.head())
    return noted.read_bytes()


def _read_once(here: Here, good: bytes, cut: bytes) -> None:
    """What the spool makes of it, when nothing or another record comes after the cut."""
    common = here.repo.place.common_dir
    for after in (b"", good):
        (here.folder / "spool").write_bytes(good + BAD + b"\n" + good + cut + after)
        batch = spool.drain(common)
        assert len(batch.records) == (3 if after else 2), (cut, batch)
        assert len(set(batch.records)) == 1, cut
        assert batch.bad == (BAD, cut)
        spool.done(common, batch)
        assert not [*here.folder.glob("spool"), *here.folder.glob("spool.[0-9]*")]
    (here.folder / "spool.bad").unlink()


def _work_once(here: Here, cut: int) -> None:
    """A commit whose record is cut, one after it, and the worker."""
    last = _noted(here)
    noted = here.folder / "spool"
    noted.write_bytes(last + BAD + b"\n" + last[:cut])
    here.commit("More work", path="file", content=here.head())
    _work(here)
    aside = (here.folder / "spool.bad").read_bytes()
    assert aside == BAD + b"\n" + last[:cut] + b"\n"
    (here.folder / "spool.bad").unlink()


def _work(here: Here) -> None:
    place = here.repo.place
    words = [sys.executable, "-I", "-m", "studio_hooks", "worker", place.common_dir]
    done = run(*words, cwd=place.top)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert here.log() == ""
    assert not spool.waiting(place.common_dir)
