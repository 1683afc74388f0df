"""What a commit and its capture cost in a store that is full, beside one that is empty.

Full: 10,000 sessions with 100,000 commits of the same project and author, two files each; with
--full ten times as many. The rows are written by SQL, and look like those of a capture.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from common import (
    EMAIL,
    SCRIPTS,
    Report,
    make_bound,
    options,
    own_home,
    run,
    settle,
    shuffled,
    timed,
)
from figures import Role

MOST = 1.1
START = 1_000_000_000
EACH = 10
FIRST = 1_000  # ids of commits: the first ones are taken


def fill(home: Path, sessions: int, each: int) -> None:
    """Sessions six hours apart, long before now, each of so many commits."""
    db = sqlite3.connect(home / "studio.db", isolation_level=None)
    db.execute("PRAGMA foreign_keys = OFF")
    (project,) = db.execute("SELECT id FROM projects").fetchone()
    (repository,) = db.execute("SELECT id FROM git_repositories").fetchone()
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO sessions (id, project_id, title, summary, duration_minutes, files_changed, "
        "created_at) VALUES (?, ?, ?, 'Done.', 60, '[\"a\", \"b\"]', datetime(?, 'unixepoch'))",
        ((f"s{n}", project, f"Session {n}", START + n * 21_600) for n in range(sessions)),
    )
    db.executemany(
        "INSERT INTO git_sessions (session_id, project_id, author_email, author_name, started_at, "
        "ended_at, zone, title, summary, generated) VALUES (?, ?, ?, 'B', ?, ?, '+0000', ?, "
        "'Done.', ?)",
        (
            (f"s{n}", project, EMAIL, START + n * 21_600, START + n * 21_600 + each * 60,
             f"Session {n}", f"# Session {n}\n" + "text\n" * 100)
            for n in range(sessions)
        ),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO git_commits (id, project_id, repository_id, session_id, oid, parents, tree, "
        "author_name, author_email, author_time, author_zone, committer_email, committer_time, "
        "branch, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, 'B', ?7, ?8, '+0000', ?7, ?8, "
        "'main', 'Change this and that' || char(10) || char(10) || ?5)",
        _commits(project, repository, sessions, each),
    )
    db.executemany(
        "INSERT INTO git_commit_files (commit_id, path, added, removed) VALUES (?, ?, 3, 1)",
        ((FIRST + n, f"src/{n % 997}/{side}.py") for n in range(sessions * each) for side in "ab"),
    )
    db.executemany(
        "INSERT INTO activity_log (id, project_id, activity_type, title, reference_type, "
        "reference_id, created_at) VALUES (?, ?, 'session_captured', 'x', 'session', ?, "
        "datetime(?, 'unixepoch'))",
        ((f"a{n}", project, f"s{n}", START + n * 21_600) for n in range(sessions)),
    )
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _commits(
    project: str, repository: str, sessions: int, each: int
) -> Iterator[tuple[object, ...]]:
    chance = random.Random(3)
    oid = "0" * 40
    for number in range(sessions * each):
        session, place = divmod(number, each)
        parent, oid = oid, f"{chance.getrandbits(160):040x}"
        when = START + session * 21_600 + place * 60
        yield FIRST + number, project, repository, f"s{session}", oid, parent, EMAIL, when


def main() -> None:
    parser = options("Measure what a full store costs.")
    parser.add_argument("--full", action="store_true", help="100,000 sessions, a million commits")
    parser.add_argument("--rounds", type=int, default=25, help="commits in each (25)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        repos = {}
        for name in ("empty", "full"):
            os.environ["STUDIO_HOME"] = str(root / name)
            repos[name] = make_bound(root, f"repo-{name}")
        began = time.perf_counter()
        sessions = 100_000 if said.full else 10_000
        fill(root / "full", sessions, EACH)
        size = (root / "full" / "studio.db").stat().st_size / 1e6
        print(f"filled in {time.perf_counter() - began:.0f} s")
        report.fact(
            f"The full store has {sessions:,} sessions and {sessions * EACH:,} commits: "
            f"{size:,.0f} MB."
        )
        commit: dict[str, list[float]] = {name: [] for name in repos}
        capture: dict[str, list[float]] = {name: [] for name in repos}
        for number in range(said.rounds):
            for name in shuffled(repos):
                os.environ["STUDIO_HOME"] = str(root / name)
                repo = repos[name]
                (repo / "file.txt").write_text(f"{number}\n")
                run("git", "add", ".", cwd=repo)
                commit[name].append(
                    timed("git", "commit", "-q", "-m", f"Number {number}", cwd=repo)
                )
                settle(repo)
                run("git", "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty",
                    "-m", f"By hand {number}", cwd=repo)  # fmt: skip
                capture[name].append(timed(SCRIPTS / "git-studio", "capture", cwd=repo))
        for what, seconds in (("a commit", commit), ("a capture", capture)):
            full, empty = (
                report.add(what, f"{name} store", [1000 * second for second in seconds[name]],
                           role=role)
                for name, role in (("full", Role.OURS), ("empty", Role.FLOOR))
            )  # fmt: skip
            report.limit(f"{what}, full store over empty", full / empty, MOST, "×")
    report.keep(said.json)


if __name__ == "__main__":
    main()
