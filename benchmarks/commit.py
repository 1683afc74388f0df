"""What hooks cost a commit: ``git commit --allow-empty``, interleaved and shuffled, medians.

Each row is a repository of its own in a temporary home; "ours" is bound and has its hooks by
``git studio init``. The overhead over a bare commit is also given as a ratio to that of a pair of
sh hooks that do nothing, since that is what any hook costs. After a commit that started a worker
the next one waits until the worker has ended: what it does beside its own commit counts, what it
would do to the other rows does not.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from common import NOTHING, SCRIPTS, make_repo, own_home, run, settle, verdict

CONFIG = """\
repos:
- repo: local
  hooks:
  - {id: nothing, name: nothing, entry: 'true', language: system, always_run: true,
     pass_filenames: false}
"""
HOUR = 3600
MOST_OVER_NOTHING = 2.2


@dataclass
class Row:
    """One way to commit. ``before`` and ``after`` are run around each commit, unmeasured."""

    name: str
    repo: Path
    before: Callable[[Path], None] | None = None
    after: Callable[[Path], None] | None = None
    seconds: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return statistics.median(self.seconds) * 1000


def make_bound(root: Path, name: str, *, drift: bool) -> Path:
    """A bound repository whose check is known: in step, or with drift that was told today."""
    repo = make_repo(root, name)
    run(SCRIPTS / "git-studio", "init", "--yes", "--name", name, cwd=repo)
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "bound", cwd=repo)
    settle(repo)
    if drift:
        (project,) = [
            path
            for path in (root / "studio" / "projects").iterdir()
            if path.name in (repo / ".studio.toml").read_text()
        ]
        with (project / "context" / "claude.md").open("a") as canonical:
            canonical.write("- one more\n")
    make_old(root)
    told = run("git", "commit", "-q", "--allow-empty", "-m", "known from here", cwd=repo)
    settle(repo)
    if ("CLAUDE.md" in told) is not drift:
        raise SystemExit(f"{name}: the check said {told!r}")
    if run("git", "commit", "-q", "--allow-empty", "-m", "silent", cwd=repo):
        raise SystemExit(f"{name}: the check is not silent")
    settle(repo)
    return repo


def make_old(root: Path) -> None:
    """Let what the check depends on be an hour old: younger files are not believed."""
    now = time.time()
    paths = [*root.glob("studio/projects/*/context/*"), *root.glob("*/.studio.toml")]
    for path in [*paths, *root.glob("*/.git/config"), root / ".gitconfig"]:
        if path.stat().st_mtime > now - HOUR / 2:  # another row may rely on an older one
            os.utime(path, (now - HOUR, now - HOUR))


def make_framework(root: Path, program: str) -> Path | None:
    """A repository where a framework of hooks runs one that does nothing."""
    found = shutil.which(program, path=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        return None
    repo = make_repo(root, program)
    (repo / ".pre-commit-config.yaml").write_text(CONFIG)
    run(found, "install", cwd=repo)
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "configured", cwd=repo)
    return repo


def kicked(repo: Path) -> None:
    """Let a worker be on its way already, as in the middle of a burst."""
    (repo / ".git" / "studio" / "kick").write_text(f"{int(time.time())}\n")


def rows(root: Path) -> list[Row]:
    """The ways to commit, bare and nothing first."""
    python = f"#!/bin/sh\nexec {sys.executable} -I -S -c pass\n"
    made = [
        Row("bare", make_repo(root, "bare")),
        Row("sh, does nothing", make_repo(root, "nothing", NOTHING)),
        Row("ours, in step", make_bound(root, "step", drift=False), after=settle),
        Row(
            "ours, in step, within a burst",
            make_bound(root, "burst", drift=False),
            before=kicked,
        ),
        Row("ours, drift told today", make_bound(root, "drift", drift=True), after=settle),
        Row("python3 -I -S -c pass", make_repo(root, "python", python)),
    ]
    for program in ("prek", "pre-commit"):
        repo = make_framework(root, program)
        if repo is not None:
            made.append(Row(f"{program}, does nothing", repo))
    return made


def measure(made: list[Row], rounds: int) -> None:
    """Commit once in each row per round, in an order of its own."""
    for number in range(rounds):
        for row in random.sample(made, len(made)):
            if row.before:
                row.before(row.repo)
            began = time.perf_counter()
            subprocess.run(
                ["git", "commit", "-q", "--allow-empty", "-m", "m"],
                cwd=row.repo,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            row.seconds.append(time.perf_counter() - began)
            if row.after:
                row.after(row.repo)
        if sys.stderr.isatty():
            print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def last_checks(made: list[Row]) -> list[int]:
    """When Python last wrote what it knows, per row of ours."""
    found = [row.repo / ".git" / "studio" / "check" for row in made]
    return [path.stat().st_mtime_ns for path in found if path.exists()]


def report(made: list[Row]) -> None:
    """The table, and whether what we promise holds."""
    bare, nothing = made[0].ms, made[1].ms
    print(f"{'pre-commit and post-commit':32} {'ms':>8} {'overhead':>9} {'ratio':>7}")
    ratios = {}
    for row in made:
        ratios[row.name] = (row.ms - bare) / (nothing - bare)
        print(f"{row.name:32} {row.ms:8.2f} {row.ms - bare:9.2f} {ratios[row.name]:7.2f}")
    step, drift = ratios["ours, in step"], ratios["ours, drift told today"]
    start = ratios["python3 -I -S -c pass"] / 2
    promises = [
        (f"in step: {step:.2f}, at most {MOST_OVER_NOTHING}", step <= MOST_OVER_NOTHING),
        (f"drift told today: {drift:.2f}, below one Python start ({start:.2f})", drift < start),
    ]
    prek = ratios.get("prek, does nothing")
    if prek is not None:
        promises.append((f"in step: {step:.2f}, below prek ({prek:.2f})", step < prek))
    for text, kept in promises:
        verdict(text, kept)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what hooks cost a commit.")
    parser.add_argument("--rounds", type=int, default=100, help="commits per row (100)")
    rounds = parser.parse_args().rounds
    with own_home() as root:
        measured = rows(root)
        known = last_checks(measured)
        measure(measured, rounds)
        if len(known) != 3 or last_checks(measured) != known:
            raise SystemExit("the drift check started Python: this measured something else")
        report(measured)


if __name__ == "__main__":
    main()
