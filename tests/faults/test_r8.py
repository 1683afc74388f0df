"""A damaged store: told, kept aside, and all that was captured brought back as it was."""

from __future__ import annotations

import gc
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo
from damagetools import World, cut, flipped, garbage, make_world
from storetools import query, two_lines

from studio_git.services import doctor, rebuild
from studio_git.services.findings import Area, Level

Times = Callable[[int, int], int]
Figure = Callable[[str], None]


@pytest.fixture
def world(repo: Repo) -> World:
    return make_world(repo)


def told(world: World) -> bool:
    """Whether the doctor says of the store that it is damaged, or may be."""
    return any(
        each.area is Area.STORE and (each.level is Level.PROBLEM or "--rebuild" in each.hint)
        for each in doctor.examine(world.home, lambda _place: (), lambda _top: None)
    )


def same(world: World, before: object) -> bool:
    """Whether all that was captured can be read, and is what it was."""
    try:
        return world.captured() == before
    except (sqlite3.Error, UnicodeDecodeError):  # the latter where SQLite names a damaged text
        return False


class Damaging:
    """The same store, over and over, each time damaged in another way."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.before = world.captured()
        self.good = world.store.read_bytes()
        self.kept = world.home.with_name("kept")
        self.seen: Counter[str] = Counter()
        shutil.copytree(world.home, self.kept)

    def each(self, ways: Iterator[bytes]) -> None:
        """Damage, ask the doctor, rebuild, compare."""
        for number, damaged in enumerate(ways):
            shutil.rmtree(self.world.home)
            shutil.copytree(self.kept, self.world.home)
            self.world.store.write_bytes(damaged)
            sound = query_sound(self.world.store)
            changed = not same(self.world, self.before)
            assert told(self.world) or (sound and not changed), number
            self.seen["by SQLite's check" if not sound else "by content" if changed else ""] += 1
            gc.collect()  # connections that errors of this process still hold
            done = self.world.rebuild()
            assert self.world.captured() == self.before, number
            if not sound or changed:
                assert done.aside is not None, number
                assert (done.aside / "studio.db").read_bytes() == damaged, number

    def __str__(self) -> str:
        found = [f"{self.seen[how]} told {how}" for how in ("by SQLite's check", "by content")]
        return ", ".join([*found, f"{self.seen['']} changed nothing"])


def query_sound(path: Path) -> bool:
    """What SQLite's own full check says."""
    try:
        return query(path, "PRAGMA integrity_check") == [("ok",)]
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def changed_bytes(good: bytes, rng: random.Random, count: int) -> Iterator[bytes]:
    """One byte changed each time, in what a page holds and not in its empty middle."""
    size = int.from_bytes(good[16:18], "big")
    for _ in range(count):
        data = bytearray(good)
        start = rng.randrange(len(data) // size) * size
        used = [place for place in range(start, start + size) if data[place]]
        place = rng.choice(used or [start])
        data[place] ^= rng.randrange(1, 256)
        yield bytes(data)


def test_a_byte_of_a_page(
    world: World, times: Times, chance: random.Random, figure: Figure
) -> None:
    damaging = Damaging(world)
    count = times(8, 60)
    damaging.each(changed_bytes(damaging.good, chance, count))
    figure(f"{count} flips: {damaging}; all brought back")


def test_a_byte_of_a_captured_text(
    world: World, times: Times, chance: random.Random, figure: Figure
) -> None:
    """Where SQLite's check finds nothing: in the texts themselves."""
    damaging = Damaging(world)
    count = times(6, 40)
    texts = [b"because of this and that", b"Reason 7", b"Answer 11", b"Choice amended", b"Work 3"]
    texts += [b"Named by a person", b"src/5.py", b"Queries.", b"Why 9?", b"Risk Workbench"]

    def ways() -> Iterator[bytes]:
        for number in range(count):
            data = bytearray(damaging.good)
            text = texts[number % len(texts)]
            places = [at for at in range(len(data)) if data.startswith(text, at)]
            data[chance.choice(places) + chance.randrange(len(text))] ^= chance.randrange(1, 256)
            yield bytes(data)

    damaging.each(ways())
    figure(f"{count} flips in texts: {damaging}; all brought back")


def test_more_than_a_byte(
    world: World, times: Times, chance: random.Random, figure: Figure
) -> None:
    damaging = Damaging(world)
    count = times(1, 15)
    for how in (garbage, cut, flipped):
        damaging.each(how(damaging.good, chance) for _ in range(count))
    figure(f"{count} each of garbage, cut off, an eighth noise: {damaging}; all brought back")


def test_the_next_command_tells(world: World, chance: random.Random) -> None:
    good = world.store.read_bytes()
    for how in (garbage, cut):
        damaged = how(good, chance)
        world.store.write_bytes(damaged)
        for words in (["status"], ["capture"], ["session", "list"]):
            answer = world.repo.studio(*words)
            two_lines(answer)
            assert str(world.store) in answer.err
        answer = world.repo.studio("doctor")
        assert answer.status == 1
        assert "damaged" in answer.out
        assert world.store.read_bytes() == damaged


LATE = """
import os, sys
from studio_git.__main__ import main
from studio_git.store import connection
kept = []
original = connection.connect
def connect(*words, **more):
    db = original(*words, **more)
    kept.append(original(*words, **more))
    return db
connection.connect = connect
sys.argv[0] = "git-studio"
try:
    main()
except SystemExit:
    pass
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("gone", ["-wal", "-shm", "both"])
def test_what_sqlite_keeps_beside_it_is_gone(world: World, gone: str, figure: Figure) -> None:
    """The newest session is in the log of writes alone when that goes."""
    repo = world.repo
    repo.write("late.py", "late = True\n")
    repo.commit("Late work\n\nDecision: Late choice", when=1_700_000_000 + 90 * 3600)
    done = subprocess.run(
        [sys.executable, "-c", LATE, "capture"], cwd=repo.path, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (world.home / "studio.db-wal").stat().st_size > 0
    before = {"sessions": 13, "decisions": 14}
    for suffix in ("-wal", "-shm") if gone == "both" else (gone,):
        (world.home / f"studio.db{suffix}").unlink()
    if gone != "-shm":
        assert counted(world) != before
        said = doctor.examine(world.home, lambda _place: (), lambda _top: None)
        assert any("--rebuild" in each.hint for each in said)
        rebuild.rebuild(world.home, repo.path)
    assert counted(world) == before
    assert repo.studio("capture").status == 0
    assert counted(world) == before
    figure(f"{gone} gone: nothing missing, nothing twice")


def counted(world: World) -> dict[str, object]:
    return {
        table: query(world.store, f"SELECT count(*) FROM {table}")[0][0]
        for table in ("sessions", "decisions")
    }
