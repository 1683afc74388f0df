"""What taking in a history costs, beside ``git log --numstat`` of the same range.

The history is made by histories.py (10,000 commits; 80,000 with --full), or is that of --repo, in
a clone of its own. Each round binds the clone to an empty store, and runs both in turn. A small
history is also taken in beside PyDriller, with the numbers of lines that we record, and beside
git-hours, which looks at dates alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import histories
import peers
from common import SCRIPTS, Report, options, own_home, run, shuffled, timed
from figures import Role

MOST_TIME = 1.5
MOST_MEMORY = 300
SMALL, FULL = 10_000, 80_000
FEW = 1_000
OURS, LOG = "git studio backfill", "git log --numstat"
DRILLER, HOURS, PORT = "PyDriller", "git-hours", "git-hours' port to Python"
PYDRILLER = """
import sys
from pydriller import Repository
for commit in Repository(sys.argv[1]).traverse_commits():
    for file in commit.modified_files:
        file.filename, file.added_lines, file.deleted_lines
"""
MEASURED = """
import resource, sys
from studio_git.__main__ import main
try:
    main()
except SystemExit:
    pass
unit = 1024 if sys.platform == "linux" else 1024**2
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
"""


def forget(root: Path, repo: Path) -> None:
    """Unbind the clone, and bind it to a store that is empty."""
    shutil.rmtree(root / "studio", ignore_errors=True)
    shutil.rmtree(repo / ".git" / "studio", ignore_errors=True)
    run(SCRIPTS / "git-studio", "init", "--yes", "--no-hooks", "--no-adopt", cwd=repo)


def backfill(root: Path, repo: Path, revisions: str) -> float:
    forget(root, repo)
    return timed(SCRIPTS / "git-studio", "backfill", revisions, "--all-authors", cwd=repo)


def memory_of(repo: Path, revisions: str, root: Path) -> float:
    """The most memory that our own process held, in MB: git maps whole packs, as it always does."""
    forget(root, repo)
    words = [sys.executable, "-c", MEASURED, "backfill", revisions, "--all-authors"]
    return float(run(*words, cwd=repo).split()[-1])


def git_log(repo: Path, revisions: str) -> float:
    return timed("git", "log", "--numstat", revisions, "--", cwd=repo)


def measure(root: Path, repo: Path, revisions: str, rounds: int, report: Report) -> None:
    """All of it, beside git itself."""
    count = int(run("git", "rev-list", "--count", revisions, "--", cwd=repo))
    git_log(repo, revisions)  # what is on the disk is in memory for both
    seconds: dict[str, list[float]] = {OURS: [], LOG: []}
    for _ in range(rounds):
        for who in shuffled(seconds):
            work = backfill(root, repo, revisions) if who == OURS else git_log(repo, revisions)
            seconds[who].append(work)
    what = f"a history of {count:,} commits"
    ours = report.add(what, OURS, seconds[OURS], "s", Role.OURS)
    floor = report.add(what, LOG, seconds[LOG], "s", Role.FLOOR)
    report.limit(f"{what}, over git log --numstat", ours / floor, MOST_TIME, "×")
    report.limit("memory", memory_of(repo, revisions, root), MOST_MEMORY, "MB")


def compare(root: Path, commits: int, rounds: int, report: Report) -> None:
    """A small history, beside the peers."""
    repo = root / "few"
    histories.make(repo, commits)
    ways = {OURS: lambda: backfill(root, repo, "HEAD"), LOG: lambda: git_log(repo, "HEAD")}
    driller, hours, port = (peers.find(name) for name in (DRILLER, HOURS, PORT))
    if driller:
        ways[DRILLER] = lambda: timed(driller, "-c", PYDRILLER, repo, cwd=repo)
    if hours:
        ways[HOURS] = lambda: timed(hours, cwd=repo)
    if port:
        ways[PORT] = lambda: timed(port, ".", cwd=repo)
    seconds: dict[str, list[float]] = {who: [] for who in ways}
    for _ in range(rounds):
        for who in shuffled(ways):
            seconds[who].append(ways[who]())
    roles = {OURS: Role.OURS, LOG: Role.FLOOR}
    for who, values in seconds.items():
        name = who if who in roles else peers.label(who)
        role = roles.get(who, Role.PEER)
        report.add(f"a history of {commits:,} commits, beside peers", name, values, "s", role)
    report.without(peers.absent(DRILLER, HOURS, PORT))


def main() -> None:
    parser = options("Measure what taking in a history costs.")
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} commits, not {SMALL:,}")
    parser.add_argument("--commits", type=int, default=SMALL, help=f"how many ({SMALL})")
    parser.add_argument("--repo", type=Path, help="a repository of your own; it is cloned")
    parser.add_argument("--range", default="HEAD", help="what of it (HEAD)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (3)")
    parser.add_argument("--few", type=int, default=FEW, help=f"commits beside the peers ({FEW})")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        repo = root / "repo"
        if said.repo is not None:
            run("git", "clone", "-q", "--shared", "--no-checkout", said.repo.resolve(), repo,
                cwd=root)  # fmt: skip
        else:
            histories.make(repo, FULL if said.full else said.commits)
        os.environ["STUDIO_HOME"] = str(root / "studio")
        measure(root, repo, said.range, said.rounds, report)
        compare(root, said.few, said.rounds, report)
    report.keep(said.json)


if __name__ == "__main__":
    main()
