"""How long after ``git commit`` returned its session can be read in the store.

The hook notes the commit and starts the worker, which starts Python; so a start of Python that
does nothing is measured beside it, in turn.
"""

from __future__ import annotations

import sqlite3
import statistics
import time

from common import Report, make_bound, options, own_home, run, settle, timed
from figures import Role

QUESTION = (
    "SELECT 1 FROM git_commits c JOIN sessions s ON s.id = c.session_id WHERE c.oid = ? LIMIT 1"
)


def until_readable(store: sqlite3.Connection, oid: str) -> float:
    began = time.perf_counter()
    while store.execute(QUESTION, [oid]).fetchone() is None:
        if time.perf_counter() - began > 60:
            raise SystemExit(f"{oid} was not captured within a minute")
        time.sleep(0.001)
    return time.perf_counter() - began


def main() -> None:
    parser = options("Measure how soon a commit is a session.")
    parser.add_argument("--rounds", type=int, default=40, help="commits (40)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        repo = make_bound(root, "repo")
        store = sqlite3.connect(f"file:{root}/studio/studio.db?mode=ro", uri=True)
        waited, started = [], []
        for number in range(said.rounds):
            (repo / "file.txt").write_text(f"{number}\n")
            run("git", "add", ".", cwd=repo)
            run("git", "commit", "-q", "-m", f"Number {number}", cwd=repo)
            # Asking git for the oid would take time that counts.
            oid = (repo / ".git/refs/heads/main").read_text().strip()
            waited.append(until_readable(store, oid))
            settle(repo)
            started.append(timed("python3", "-c", "pass", cwd=root))
        store.close()
    what = "from git commit's return until its session can be read"
    report.add(what, "ours", waited, "s", Role.OURS)
    report.add(what, "python3 -c pass", started, "s", Role.FLOOR)
    late = statistics.quantiles(waited, n=20)[-1]
    report.fact(f"95 of 100 commits could be read within {late:.2f} s.")
    report.keep(said.json)


if __name__ == "__main__":
    main()
