"""What taking in a history costs, beside ``git log --numstat`` of the same range.

The history is made by histories.py (10,000 commits; 80,000 with --full), or is that of --repo, in
a clone of its own. Each round binds the clone to an empty store, and runs both in turn. With
--pydriller, and PyDriller installed (pip install pydriller), a smaller range is also read by it,
with the numbers of lines that we record.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import shutil
import statistics
import sys
from pathlib import Path

import histories
from common import SCRIPTS, own_home, run, spread, timed, verdict

MOST_TIME = 1.5
MOST_MEMORY = 300
SMALL, FULL = 10_000, 80_000
DRILLED = 1_000
PYDRILLER = """
import sys
from pydriller import Repository
for commit in Repository(sys.argv[1], from_commit=sys.argv[2]).traverse_commits():
    for file in commit.modified_files:
        file.filename, file.added_lines, file.deleted_lines
"""


OURS = """
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
    words = [sys.executable, "-c", OURS, "backfill", revisions, "--all-authors"]
    return float(run(*words, cwd=repo).split()[-1])


def git_log(repo: Path, revisions: str) -> float:
    return timed("git", "log", "--numstat", revisions, "--", cwd=repo)


def measure(root: Path, repo: Path, revisions: str, rounds: int) -> None:
    count = run("git", "rev-list", "--count", revisions, "--", cwd=repo).strip()
    print(f"{int(count):,} commits, {rounds} rounds")
    git_log(repo, revisions)  # what is on the disk is in memory for both
    ours, git = [], []
    for _ in range(rounds):
        for what in random.sample(("ours", "git"), 2):
            if what == "git":
                git.append(git_log(repo, revisions))
            else:
                ours.append(backfill(root, repo, revisions))
    print(f"git log --numstat     {spread(git)}")
    print(f"git studio backfill   {spread(ours)}")
    ratio = statistics.median(ours) / statistics.median(git)
    verdict(f"time over git log: {ratio:.2f}, at most {MOST_TIME}", ratio <= MOST_TIME)
    memory = memory_of(repo, revisions, root)
    verdict(f"memory: {memory:.0f} MB, below {MOST_MEMORY}", memory < MOST_MEMORY)


def compare(root: Path, repo: Path, tip: str) -> None:
    """PyDriller over the last commits, if it is installed."""
    if importlib.util.find_spec("pydriller") is None:
        print("PyDriller is not installed: not compared")
        return
    revisions = f"{tip}~{DRILLED}..{tip}"
    start = run("git", "rev-parse", f"{tip}~{DRILLED}", cwd=repo).strip()
    theirs = timed(sys.executable, "-c", PYDRILLER, str(repo), start, cwd=repo)
    ours = backfill(root, repo, revisions)
    count = run("git", "rev-list", "--count", revisions, cwd=repo).strip()
    print(f"{count} commits: PyDriller {theirs:.2f} s, git studio backfill {ours:.2f} s")
    verdict(f"faster than PyDriller: {theirs / ours:.1f} times", ours < theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what taking in a history costs.")
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} commits, not {SMALL:,}")
    parser.add_argument("--repo", type=Path, help="a repository of your own; it is cloned")
    parser.add_argument("--range", default="HEAD", help="what of it (HEAD)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (3)")
    parser.add_argument("--pydriller", action="store_true", help="compare with PyDriller")
    said = parser.parse_args()
    with own_home() as root:
        repo = root / "repo"
        if said.repo is not None:
            run("git", "clone", "-q", "--shared", "--no-checkout", said.repo.resolve(), repo,
                cwd=root)  # fmt: skip
        else:
            histories.make(repo, FULL if said.full else SMALL)
        os.environ["STUDIO_HOME"] = str(root / "studio")
        measure(root, repo, said.range, said.rounds)
        if said.pydriller:
            compare(root, repo, said.range.rpartition("..")[2])


if __name__ == "__main__":
    main()
