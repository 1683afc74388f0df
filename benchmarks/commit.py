"""What hooks cost a commit: ``git commit --allow-empty``, interleaved and shuffled, medians.

Each row is a repository of its own in a temporary home; "ours" is bound and has its hooks by
``git studio init``. The overhead over a bare commit is also given as a ratio to that of a pair of
sh hooks that do nothing, since that is what any hook costs. After a commit that started a worker
the next one waits until the worker has ended: what it does beside its own commit counts, what it
would do to the other rows does not. The frameworks run one hook that does nothing, at pre-commit
alone, where ours has three stages at a commit; AgentNote stands beside them as it is without an
agent at work.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import peers
from common import (
    NOTHING,
    SCRIPTS,
    Report,
    committed,
    make_repo,
    options,
    own_home,
    progress,
    run,
    settle,
    shuffled,
)
from figures import Role

CONFIG = """\
repos:
- repo: local
  hooks:
  - {id: nothing, name: nothing, entry: 'true', language: system, always_run: true,
     pass_filenames: false}
"""
LEFTHOOK = "pre-commit:\n  commands:\n    nothing:\n      run: 'true'\n"
STAGES = ("pre-commit", "commit-msg", "post-commit")
HOUR = 3600
MOST_OVER_NOTHING = 2.2
OVERHEAD = "more than a bare commit"
BARE, NOTHING_ROW, THREE, STEP, BURST, DRIFT, PYTHON = (
    "no hooks",
    "a pair of sh hooks that do nothing",
    "three sh hooks that do nothing, as many as ours",
    "ours, in step",
    "ours, in step, within a burst",
    "ours, drift told today",
    "python3 -I -S -c pass in both hooks",
)


@dataclass
class Row:
    """One way to commit. ``before`` and ``after`` are run around each commit, unmeasured."""

    name: str
    repo: Path
    role: Role = Role.PEER
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


def make_framework(root: Path, program: str, config: str, text: str) -> Path | None:
    """A repository where a framework of hooks runs one that does nothing."""
    found = peers.find(program)
    if found is None:
        return None
    repo = make_repo(root, program)
    (repo / config).write_text(text)
    run(found, "install", cwd=repo)
    return committed(repo)


def make_lefthook(root: Path) -> Path | None:
    """lefthook as its own program, which its hook finds at once, not through Node."""
    found = peers.find("lefthook")
    if found is None:
        return None
    (native,) = found.parents[1].glob("lefthook-*/bin/lefthook")
    repo = make_repo(root, "lefthook")
    (repo / "lefthook.yml").write_text(LEFTHOOK)
    run(native, "install", cwd=repo)
    return committed(repo)


def make_husky(root: Path) -> Path | None:
    """husky, whose hooks are sh: one for each stage, and a file of the user's at pre-commit."""
    found = peers.find("husky")
    if found is None:
        return None
    repo = make_repo(root, "husky")
    run(found, cwd=repo)
    (repo / ".husky" / "pre-commit").write_text("true\n")
    return committed(repo)


def make_agentnote(root: Path) -> Path | None:
    """AgentNote's hooks of git; no agent is at work."""
    found = peers.find("AgentNote")
    if found is None:
        return None
    repo = make_repo(root, "agentnote")
    run(found, "init", "--agent", "claude", "--no-action", "--no-notes", cwd=repo)
    return committed(repo)


def kicked(repo: Path) -> None:
    """Let a worker be on its way already, as in the middle of a burst."""
    (repo / ".git" / "studio" / "kick").write_text(f"{int(time.time())}\n")


def rows(root: Path) -> list[Row]:
    """The ways to commit, bare and nothing first."""
    python = f"#!/bin/sh\nexec {sys.executable} -I -S -c pass\n"
    made = [
        Row(BARE, make_repo(root, "bare"), Role.FLOOR),
        Row(NOTHING_ROW, make_repo(root, "nothing", NOTHING), Role.FLOOR),
        Row(THREE, make_repo(root, "three", NOTHING, stages=STAGES), Role.FLOOR),
        Row(STEP, make_bound(root, "step", drift=False), Role.OURS, after=settle),
        Row(BURST, make_bound(root, "burst", drift=False), Role.VARIANT, before=kicked),
        Row(DRIFT, make_bound(root, "drift", drift=True), Role.VARIANT, after=settle),
        Row(PYTHON, make_repo(root, "python", python), Role.FLOOR),
    ]
    frameworks = {
        "husky": make_husky(root),
        "lefthook": make_lefthook(root),
        "prek": make_framework(root, "prek", ".pre-commit-config.yaml", CONFIG),
        "pre-commit": make_framework(root, "pre-commit", ".pre-commit-config.yaml", CONFIG),
        "AgentNote": make_agentnote(root),
    }
    made += [Row(peers.label(name), repo) for name, repo in frameworks.items() if repo]
    return made


def measure(made: list[Row], rounds: int) -> None:
    """Commit once in each row per round, in an order of its own."""
    for number in range(rounds):
        for row in shuffled(made):
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
        progress(f"round {number + 1} of {rounds}")
    progress("")


def last_checks(made: list[Row]) -> list[int]:
    """When Python last wrote what it knows, per row of ours."""
    found = [row.repo / ".git" / "studio" / "check" for row in made]
    return [path.stat().st_mtime_ns for path in found if path.exists()]


def tell(made: list[Row], report: Report) -> None:
    """The table, and whether what we promise holds."""
    bare = made[0].ms
    report.fact(f"A commit without hooks takes {bare:.1f} ms.")
    over = {}
    for row in made[1:]:
        values = [second * 1000 - bare for second in row.seconds]
        over[row.name] = report.add(OVERHEAD, row.name, values, role=row.role)
    nothing = over[NOTHING_ROW]
    report.limit("in step, over the sh pair", over[STEP] / nothing, MOST_OVER_NOTHING, "×")
    start = over[PYTHON] / nothing / 2
    report.limit("drift told today, to one Python start", over[DRIFT] / nothing, start, "×")
    prek = over.get(peers.label("prek"))
    if prek is not None:
        report.limit("in step, to prek", over[STEP] / nothing, prek / nothing, "×")


def main() -> None:
    parser = options("Measure what hooks cost a commit.")
    parser.add_argument("--rounds", type=int, default=100, help="commits per row (100)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        measured = rows(root)
        known = last_checks(measured)
        measure(measured, said.rounds)
        if len(known) != 3 or last_checks(measured) != known:
            raise SystemExit("the drift check started Python: this measured something else")
        tell(measured, report)
    report.without(peers.absent("husky", "lefthook", "prek", "pre-commit", "AgentNote"))
    report.keep(said.json)


if __name__ == "__main__":
    main()
