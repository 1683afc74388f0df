"""Eight processes commit at once, in several repositories and worktrees; the hooks do the rest.

Four repositories of two projects, each with a second worktree, all in one store. Every commit has
to be in the store once, and in one session.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from common import SCRIPTS, Report, make_bound, options, own_home, run, settle

COMMITS = """
import subprocess, sys
for number in range(int(sys.argv[1])):
    with open(f"{sys.argv[2]}.txt", "a") as file:
        file.write(f"{number}\\n")
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(["git", "commit", "-q", "-m", f"{sys.argv[2]} {number}"], check=True,
                   stderr=subprocess.DEVNULL)
"""


def places(root: Path) -> tuple[list[Path], list[Path]]:
    """The repositories, and all worktrees."""
    repos, worktrees = [], []
    for number in range(4):
        project = None if number < 2 else f"repo{number - 2}"
        repo = make_bound(root, f"repo{number}", project=project)
        side = root / f"side{number}"
        run("git", "worktree", "add", "-q", "-b", "side", side, cwd=repo)
        repos.append(repo)
        worktrees += [repo, side]
    return repos, worktrees


def main() -> None:
    parser = options("Commit in many places at once.")
    parser.add_argument("--commits", type=int, default=50, help="for each process (50)")
    parser.add_argument("--full", action="store_true", help="200 for each process")
    said = parser.parse_args()
    commits = 200 if said.full else said.commits
    report = Report()
    with own_home() as root:
        repos, worktrees = places(root)
        began = time.perf_counter()
        running = [
            subprocess.Popen([sys.executable, "-c", COMMITS, str(commits), where.name], cwd=where)
            for where in worktrees
        ]
        for process in running:
            process.wait()
        committed = time.perf_counter() - began
        for repo in repos:
            settle(repo)
        settled = time.perf_counter() - began - committed
        made = {
            oid
            for repo in repos
            for oid in run("git", "log", "--all", "--format=%H", "--author=b@", cwd=repo).split()
            if run("git", "log", "-1", "--format=%s", oid, cwd=repo).split()[0]
            in {where.name for where in worktrees}
        }
        store = sqlite3.connect(root / "studio" / "studio.db")
        found = Counter(
            oid for (oid,) in store.execute("SELECT oid FROM git_commits WHERE session_id NOT NULL")
        )
        report.fact(
            f"{len(made):,} commits by 8 processes took {committed:.1f} s; "
            f"all were in the store {settled:.1f} s after the last."
        )
        report.limit("commits that failed", 8 * commits - len(made), 0)
        report.limit("commits missing in the store", sum(not found[oid] for oid in made), 0)
        report.limit("commits in it twice", sum(found[oid] > 1 for oid in made), 0)
        for repo in repos:
            run(SCRIPTS / "git-studio", "capture", cwd=repo)
        (after,) = store.execute("SELECT count(*) FROM git_commits").fetchone()
        store.close()
        new = after - sum(found.values())
        report.limit("commits that a capture by hand still finds", new, 0)
    report.keep(said.json)


if __name__ == "__main__":
    main()
