"""Power cuts, modelled: what was waited for is on the disk, of the rest anything may be.

Real programs write; strace records what they do to the disk; each cut rebuilds a folder as the
disk could hold it, and our own code opens that.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import storewriter
from faults.powercut import cuts
from faults.recording import Event, record

from studio_git.store.migrations import prepare_home

Times = Callable[[int, int], int]
Say = Callable[[str], None]

TWO_WRITERS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from faults import storewriter
home, said, count, how = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
storewriter.begin(home)
said.write_text("project\\n")
children = []
for name in ("one", "two"):
    child = os.fork()
    if not child:
        storewriter.main(home, said, name, count, *how)
        os._exit(0)
    children.append(child)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""


@dataclass
class Losses:
    """What cuts cost."""

    cuts: int = 0
    lost: int = 0
    torn: int = 0


def recorded(tmp_path: Path, count: int, *how: str) -> tuple[Path, list[Event]]:
    """Two programs at one store, from its beginning on."""
    tree = tmp_path.resolve() / "disk"
    tree.mkdir()
    said = tree.with_name("said")
    script = [sys.executable, "-c", TWO_WRITERS, Path(__file__).parents[1], tree / "studio", said]
    events = record(
        [*script, str(count), *how], tree=tree, said=said, log=tmp_path / "calls", env={}
    )
    return tree, events


def suffered(
    tree: Path, events: Sequence[Event], chance: random.Random, count: int, work: Path
) -> Losses:
    """Cut the power so often, and see with our own code what is left each time."""
    found = Losses()
    places = [chance.randrange(len(events) + 1) for _ in range(count)]
    for disk in cuts(events, tree, places):
        disk.image(chance).put(work / "after")
        home = work / "after" / "studio"
        if not disk.said:
            prepare_home(home)  # whatever there is, it can be begun with
        loss = storewriter.look(home, disk.said)
        found.cuts += 1
        found.lost += bool(loss.lost or loss.unsound)
        found.torn += bool(loss.torn)
        shutil.rmtree(work / "after")
    return found


def test_nothing_acknowledged_is_lost(
    tmp_path: Path, times: Times, chance: random.Random, figure: Say
) -> None:
    tree, events = recorded(tmp_path, times(24, 120))
    found = suffered(tree, events, chance, times(25, 400), tmp_path)
    figure(f"{found.lost} of {found.cuts} cuts lost what was said, {found.torn} tore a file")
    assert (found.lost, found.torn) == (0, 0)


@pytest.mark.parametrize("how", ["normal", "plain"])
def test_the_model_finds_what_would_be_lost(
    tmp_path: Path, times: Times, chance: random.Random, figure: Say, how: str
) -> None:
    """The same writers, made to do what the product does not do."""
    what = {"normal": "without waiting for the disk", "plain": "with files written over"}[how]
    tree, events = recorded(tmp_path, times(16, 120), how)
    found = suffered(tree, events, chance, times(60, 400), tmp_path)
    figure(f"{what}: {found.lost} of {found.cuts} lost something, {found.torn} tore a file")
    assert found.lost
    if how == "plain":
        assert found.torn
