"""S5: a second process swaps folders and files for links that lead out, all the time.

What stands outside is watched by the kernel: whoever opens it, is seen.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound
from manyrun import runner
from watched import watched

from studio_git import files
from studio_git.core.models import Unreadable
from studio_git.errors import StudioError
from studio_git.services import registryfolders

SECRET = b"secret\n"
OURS = b"ours\n"

# Each place is a real thing and, a moment later, a link that leads out, or inside, or nowhere.
SWAPPER = """
import json, os, random, sys
tree, places, seed, parent = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])
chance = random.Random(seed)
os.chdir(tree)
print("ready", flush=True)
while os.getppid() == parent:
    for name, leads in places.items():
        real = name + ".real"
        try:
            if os.path.islink(name):
                os.unlink(name)
                if os.path.lexists(real):
                    os.rename(real, name)
            else:
                if os.path.lexists(name):
                    os.rename(name, real)
                os.symlink(chance.choice(leads), name)
        except OSError:
            pass  # we were in the way
"""


@contextmanager
def swapping(tree: Path, places: dict[str, list[str]], chance: random.Random) -> Iterator[None]:
    """A process that swaps places of a tree for links, for the length of the block."""
    told = [json.dumps(places), str(chance.getrandbits(32)), str(os.getpid())]
    process = subprocess.Popen([sys.executable, "-c", SWAPPER, tree, *told], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _places(outside: Path) -> dict[str, list[str]]:
    return {
        "docs": [str(outside), "../outside", "real", f"{outside}/deep/..", "."],
        "a.md": [f"{outside}/a.md", "../outside/a.md", "b.md", "docs/a.md", "a.md"],
    }


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What nobody has to do with: files of the names that are asked for inside."""
    folder = tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.md", "b.md", "SKILL.md", "CLAUDE.md", "deep/a.md"):
        (folder / name).write_bytes(SECRET)
    return folder


def fill(tree: Path) -> None:
    """The folders and files that are swapped, with some to lead to."""
    for folder in ("docs", "real"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
        (tree / folder / "a.md").write_bytes(OURS)
    for name in ("a.md", "b.md"):
        (tree / name).write_bytes(OURS)


class Races:
    """One attempt after the other at places that are being swapped."""

    def __init__(self, tree: Path, lock: Path, chance: random.Random) -> None:
        self.tree, self.lock, self.chance = tree, lock, chance
        self.ended: Counter[str] = Counter()
        self.secrets = 0

    def run(self) -> None:
        """Read, write, put new files, remove, or list, at a place of the tree."""
        path = self.tree / self.chance.choice(("a.md", "docs/a.md", "docs/new/a.md"))
        action = self.chance.choice(
            (self.read, self.read, self.write, self.put, self.remove, self.copy)
        )
        try:
            found = action(path)
        except StudioError:
            found = None
        self.ended["done" if found is not None else "refused"] += 1
        self.secrets += found is not None and SECRET in found

    def read(self, path: Path) -> bytes | None:
        side = files.read_side(path, inside=self.tree)
        if self.chance.random() < 0.5:
            return files.read_bytes(path, inside=self.tree)
        return None if isinstance(side, Unreadable) else side

    def write(self, path: Path) -> bytes | None:
        there = files.read_bytes(path, inside=self.tree)
        data = OURS + b"%d\n" % self.chance.randrange(1000)
        files.write_whole(path, data, inside=self.tree, expected=there, lock=self.lock)
        return data

    def put(self, path: Path) -> bytes | None:
        name = f"new{self.chance.randrange(10)}.md"
        files.write_new(path.parent, {name: OURS}, inside=self.tree, lock=self.lock)
        return OURS

    def remove(self, path: Path) -> bytes | None:
        there = files.read_bytes(path, inside=self.tree)
        if there is None:
            return None
        files.remove(path, inside=self.tree, expected=there, lock=self.lock)
        return there

    def copy(self, _: Path) -> bytes | None:
        found = registryfolders.contents(self.tree)
        return b"".join(one.data for one in found.values())


def test_looking_first_is_not_enough(tmp_path: Path, outside: Path, chance: random.Random) -> None:
    """What a race would win: else the test below would show nothing."""
    tree = tmp_path / "tree"
    fill(tree)
    with watched(outside) as seen, swapping(tree, _places(outside), chance):
        for _ in range(200_000):
            path = tree / "docs" / "a.md"
            try:
                if path.resolve().is_relative_to(tree):
                    path.read_bytes()
            except (OSError, RuntimeError):
                continue
            if seen.seen():
                return
    raise AssertionError("nothing outside was reached by looking first")


def test_reading_and_writing(
    tmp_path: Path,
    outside: Path,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    tree, count = tmp_path / "tree", times(500, 10_000)
    fill(tree)
    races = Races(tree, tmp_path / "lock", chance)
    with watched(outside, outside / "deep") as seen, swapping(tree, _places(outside), chance):
        for number in range(count):
            races.run()
            if number % 50 == 0:
                fill_again(tree)
        touched = seen.seen()
    figure(f"{len(touched)} reads or writes outside in {count:,} races")
    assert touched == []
    assert races.secrets == 0
    assert min(races.ended["done"], races.ended["refused"]) > count // 20, races.ended


def fill_again(tree: Path) -> None:
    """Put back what was removed, so that there is something to race for."""
    for path in (tree / "docs.real", tree / "real"):
        if path.is_dir() and not path.is_symlink():
            files.write_new(path, {"a.md": OURS}, inside=tree, lock=tree.parent / "lock")


WORDS = (
    "status", "diff", "sync", "lint", "lint docs", "track docs/CLAUDE.md", "untrack docs/CLAUDE.md",
    "resolve CLAUDE.md --keep-studio", "resolve CLAUDE.md --accept-repo", "undo", "stack detect",
    "decision sync docs/adr", "decision export docs/adr", "decision import docs/adr",
    "registry install pdf --to codex", "registry import . --yes", "registry add skill skills/csv",
    "track --proposed", "init --yes --no-hooks", "search secret", "why CLAUDE.md:1",
)  # fmt: skip


GIT_LISTS = ("lint", "lint docs", "init --yes --no-hooks")
"""Where git lists files that it does not track: it looks at a folder, then opens it by its path,
and so may list the names of one outside. We open none of what it names there."""


@pytest.fixture
def work(repo: Repo) -> Repo:
    """A bound repository with files at the places that are swapped."""
    for name in ("pdf", "csv"):
        head = f"name: {name}\ndescription: Work with {name} files."
        repo.write(f"skills/{name}/SKILL.md", f"---\n{head}\n---\n# {name}\n")
        repo.write(f"skills/{name}/more/a.md", "a\n")
    repo.write("docs/CLAUDE.md", "# Docs\n")
    repo.write("docs/adr/0001-tabs.md", "# Tabs\n\n## Status\n\nAccepted\n")
    repo.write("package.json", '{"dependencies": {"react": "18"}}\n')
    bound(repo)
    assert repo.studio("registry", "add", "skill", "skills/pdf").status == 0
    return repo


def _of_a_repository(outside: Path) -> dict[str, list[str]]:
    away = str(outside)
    return {
        "docs": [away, "../outside", "."],
        ".agents": [away, "../outside"],
        "CLAUDE.md": [f"{away}/CLAUDE.md", "../outside/a.md", "docs/CLAUDE.md"],
        ".studio.toml": [f"{away}/a.md"],
        "package.json": [f"{away}/a.md"],
        "skills/csv/more": [away, "../../../outside"],
        "skills/csv/SKILL.md": [f"{away}/SKILL.md"],
    }


def test_commands(
    work: Repo,
    outside: Path,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    """Every command that reads or writes files of the work tree."""
    count = times(len(WORDS), 400)
    for folder in ("adr", "skills", "skills/csv"):
        (outside / folder).mkdir()
        (outside / folder / "0001-x.md").write_bytes(SECRET)
    every = [outside, *filter(Path.is_dir, outside.rglob("*"))]
    ended: Counter[int] = Counter()
    touched: list[str] = []
    listed: list[str] = []
    with (
        watched(*every) as seen,
        runner() as ask,
        swapping(work.path, _of_a_repository(outside), chance),
    ):
        for number in range(count):
            line = WORDS[number % len(WORDS)]
            answer = ask(*line.split(" "), cwd=work.path)
            assert "Traceback" not in answer.err + answer.out, answer
            assert "secret" not in answer.out.replace("search secret", ""), answer
            ended[answer.status] += 1
            for one in seen.seen():
                path = one.removeprefix("opened ")
                only_listed = line in GIT_LISTS and Path(path).is_dir()
                (listed if only_listed else touched).append(f"{line}: {one}")
    figure(f"{len(touched)} in {count} commands; git itself listed a folder {len(listed)} times")
    assert touched == []
    assert ended[0] > count // 10, ended
