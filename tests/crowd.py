"""Many commits by real git from several processes at once, and what of them the store has."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from conftest import Repo
from situated import Here, set_up

COMMITS = """
import subprocess, sys
name, count, failed = sys.argv[1], int(sys.argv[2]), 0
for number in range(count):
    with open(f"{name}.txt", "a") as file:
        file.write(f"{number}\\n")
    subprocess.run(["git", "add", f"{name}.txt"], check=True)
    decides = number % 10 == 0
    text = f"{name} {number}\\n" + (f"\\nDecision: {name} decides {number}\\n" if decides else "")
    done = subprocess.run(["git", "commit", "-q", "-m", text], capture_output=True)
    failed += done.returncode != 0 or b"Traceback" in done.stderr
sys.exit(min(failed, 250))
"""
"""Every tenth commit states a decision."""


def clones(make_repo: Callable[..., Repo], count: int) -> list[Here]:
    """Bound clones with hooks, each with a project of its own, all in one store."""
    made = []
    for number in range(count):
        repo = make_repo(f"repo{number}")
        repo.commit("Before")
        made.append(set_up(repo, "--name", f"repo{number}"))
    return made


def begin(places: Sequence[Path], each: int) -> list[subprocess.Popen[bytes]]:
    """Start one process for each place, that makes ``each`` commits there."""
    return [
        subprocess.Popen([sys.executable, "-c", COMMITS, place.name, str(each)], cwd=place)
        for place in places
    ]


def failed(running: Sequence[subprocess.Popen[bytes]]) -> int:
    """Wait until they have ended; how many commits failed."""
    return sum(process.wait(600) for process in running)


def captured(here: Here) -> Counter[str]:
    """How often each commit is in the store, in a session."""
    rows = here.rows(
        "SELECT oid FROM git_commits WHERE project_id = ? AND session_id IS NOT NULL",
        here.project_id,
    )
    return Counter(row["oid"] for row in rows)


def made(here: Here) -> set[str]:
    """The commits that were made since the clone was bound, on any branch."""
    return set(here.git("log", "--format=%H", "--min-parents=1", "--branches").split())


def missing(heres: Sequence[Here]) -> int:
    """How many commits that git has the store has not."""
    return sum(len(made(here) - set(captured(here))) for here in heres)


def twice(heres: Sequence[Here]) -> int:
    """How many commits, and decisions, the store has more than once."""
    commits = sum(count > 1 for here in heres for count in captured(here).values())
    titles = Counter(heres[0].titles("decisions"))
    return commits + sum(count > 1 for count in titles.values())
