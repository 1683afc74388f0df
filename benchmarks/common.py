"""What the benchmarks share: a home of their own, running programs, and telling what was found."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from figures import Limit, Result, Role, Row, amount

from studio_git import files

One = TypeVar("One")
SCRIPTS = Path(sysconfig.get_path("scripts"))
EMAIL = "b@example.org"
NOTHING = "#!/bin/sh\nexit 0\n"


@contextmanager
def own_home() -> Iterator[Path]:
    """A temporary folder that is HOME, with a Studio home and git's configuration in it."""
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as made:
        root = Path(made)
        (root / ".gitconfig").write_text(
            f"[user]\n\tname = B\n\temail = {EMAIL}\n[init]\n\tdefaultBranch = main\n"
            "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n"
        )
        os.environ.update(
            HOME=made,
            STUDIO_HOME=str(root / "studio"),
            GIT_CONFIG_GLOBAL=str(root / ".gitconfig"),
            GIT_CONFIG_NOSYSTEM="1",
            PRE_COMMIT_HOME=str(root / "pre-commit-home"),
            PREK_HOME=str(root / "prek-home"),
        )
        yield root


def run(*words: str | Path, cwd: Path) -> str:
    """What a program says; ends the benchmark if it fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words} failed in {cwd}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def make_repo(
    root: Path, name: str, hook: str = "", *, stages: Sequence[str] = ("pre-commit", "post-commit")
) -> Path:
    """A repository with two context files and, for each stage, one text as its hook."""
    repo = root / name
    run("git", "init", "-q", repo, cwd=root)
    (repo / "CLAUDE.md").write_text("# Conventions\n")
    (repo / "AGENTS.md").write_text("# Agents\n")
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "first", cwd=repo)
    for stage in stages if hook else ():
        path = repo / ".git" / "hooks" / stage
        path.write_text(hook)
        path.chmod(0o755)
    return repo


def committed(repo: Path) -> Path:
    """The repository, everything in it committed; with an empty commit where there is nothing."""
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "--allow-empty", "-m", "configured", cwd=repo)
    return repo


def make_bound(root: Path, name: str, *, project: str | None = None) -> Path:
    """A repository bound to a project of its own, or to another one; hooks and all."""
    repo = make_repo(root, name)
    to = ("--name", name) if project is None else ("--project", project)
    run(SCRIPTS / "git-studio", "init", "--yes", *to, cwd=repo)
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "bound", cwd=repo)
    settle(repo)
    return repo


def timed(*words: str | Path, cwd: Path) -> float:
    """Seconds that a program took; ends the benchmark if it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{words} failed in {cwd}")
    return seconds


def settle(repo: Path) -> None:
    """Wait until the worker has taken the kick, and ended."""
    studio = repo / ".git" / "studio"
    give_up = time.monotonic() + 60
    while (studio / "kick").exists() and time.monotonic() < give_up:
        time.sleep(0.002)
    with files.locked(studio / "worker.lock"):
        pass


def options(description: str) -> argparse.ArgumentParser:
    """A parser with what every benchmark takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="a file for what was found")
    return parser


def shuffled(some: Iterable[One]) -> list[One]:
    """In an order of its own, so that what else the machine does meets all alike."""
    found = list(some)
    return random.sample(found, len(found))


def took(work: Callable[[], object]) -> float:
    """Seconds that something took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def progress(text: str) -> None:
    """One line that is written over, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


class Report:
    """Says what was found as it comes, and keeps it."""

    def __init__(self) -> None:
        self.result = Result()
        self._last = ""

    def add(
        self, what: str, who: str, values: Sequence[float], unit: str = "ms",
        role: Role = Role.PEER,
    ) -> float:  # fmt: skip
        """One row; its median."""
        row = Row.of(what, who, role, unit, values)
        self.result.rows.append(row)
        if what != self._last:
            print(what)
            self._last = what
        print(f"  {who:32} {row}", flush=True)
        return row.median

    def limit(
        self, what: str, reached: float, bound: float, unit: str = "", *, least: bool = False
    ) -> None:
        """Something that we promise, and whether it holds."""
        made = Limit(what, reached, bound, unit, least)
        self.result.limits.append(made)
        kept = "yes" if made.kept else "NO"
        print(f"{kept:3}  {what}: {amount(reached, unit)}, {made.said}", flush=True)

    def fact(self, text: str) -> None:
        """A line that is neither a measurement nor a promise."""
        self.result.facts.append(text)
        print(text, flush=True)

    def without(self, absent: dict[str, str]) -> None:
        """Peers that this benchmark had to do without."""
        self.result.absent.update(absent)
        for name, why in absent.items():
            print(f"without {name}: {why}", flush=True)

    def keep(self, path: Path | None) -> None:
        """Write it all where it was asked for."""
        if path is not None:
            path.write_text(json.dumps(self.result.as_json(), indent=1) + "\n")
