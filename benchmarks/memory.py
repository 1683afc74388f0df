"""What a full memory costs: a search, a status of many context files, and a cold start.

The search is compared with the data model's own queries, which look through every row with LIKE,
on the same store: 100,000 records, with --full a million. Its words are those of Python's manual.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import statistics
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from pydoc_data.topics import topics

from common import SCRIPTS, Report, make_bound, options, own_home, run, settle, timed, took
from figures import Role

from studio_git.services import search
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

FASTER = 50  # times, with a million records
MILLION = 1_000_000
MANY = 20_000  # of so many finds not each is looked for
LEARNINGS = 10  # one record of so many is a learning
WANTED = "Rotate the quuxitron keys"
CHINESE = "数据库连接超时重试缓存令牌刷新中间件部署回滚日志测试登录会话权限队列索引迁移备份"

SESSIONS = (
    "SELECT s.*, p.name as project_name, c.name as cycle_name FROM sessions s "
    "JOIN projects p ON s.project_id = p.id LEFT JOIN cycles c ON s.cycle_id = c.id "
    "WHERE (s.title LIKE ? OR s.summary LIKE ?) AND (? IS NULL OR s.project_id = ?) "
    "AND (? IS NULL OR s.cycle_id = ?) ORDER BY s.created_at DESC"
)
LESSONS = (
    "SELECT l.*, p.name as project_name, c.name as cycle_name FROM learnings l "
    "LEFT JOIN projects p ON l.project_id = p.id LEFT JOIN cycles c ON l.cycle_id = c.id "
    "WHERE (l.title LIKE ? OR l.problem LIKE ? OR l.solution LIKE ?) "
    "AND (? IS NULL OR l.project_id = ?) AND (? IS NULL OR l.tags LIKE ?) "
    "ORDER BY l.created_at DESC"
)
QUERIES = [
    "quuxitron", "uuxitro", "exception", "descriptor", "metaclass", "oroutin", "generator",
    "keyword argument", "the value of", "unpacking", "__getattr__", "asynchronous", "finalizer",
    "no such words", "zq", "an", "数", "令牌", "据库连", "缓存令牌", "src/import", "100%",
]  # fmt: skip


def sentences(chance: random.Random) -> Iterator[str]:
    """Stretches of Python's manual, one in fifty with Chinese words in it."""
    words = [
        word for text in topics.values() for word in re.sub(r"[*`|+=-]{2,}", " ", text).split()
    ]
    while True:
        start = chance.randrange(len(words) - 40)
        said = words[start : start + chance.randint(4, 40)]
        if chance.random() < 0.02:
            begin = chance.randrange(len(CHINESE) - 4)
            said.insert(chance.randrange(len(said)), CHINESE[begin : begin + 4])
        chance.shuffle(said[: len(said) // 2])
        yield " ".join(said)


def fill(home: Path, records: int) -> None:
    """Sessions and learnings of one project, made over ten years."""
    chance = random.Random(3)
    said = sentences(chance)
    db = sqlite3.connect(home / "studio.db", isolation_level=None)
    db.execute("INSERT INTO projects (id, name) VALUES ('p', 'Full')")
    db.execute("BEGIN")

    def row(number: int) -> tuple[str, str, str, str, str]:
        title = WANTED if number == records // 3 else next(said)[:60]
        name = str(uuid.UUID(int=chance.getrandbits(128)))
        when = f"{2015 + number * 10 // records}-{1 + number % 12:02}-{1 + number % 28:02} 10:00:00"
        return name, title, next(said), next(said), when

    learnings = records // LEARNINGS
    for number in range(records - learnings):
        name, title, first, second, when = row(number)
        files = json.dumps([f"src/{first.split()[0]}.py", f"tests/{second.split()[0]}.py"])
        db.execute(
            "INSERT INTO sessions (id, project_id, title, summary, duration_minutes, "
            "files_changed, created_at) VALUES (?, 'p', ?, ?, 45, ?, ?)",
            [name, title, first, files, when],
        )
    for number in range(learnings):
        name, title, first, second, when = row(number)
        db.execute(
            "INSERT INTO learnings (id, project_id, title, problem, solution, tags, created_at) "
            "VALUES (?, 'p', ?, ?, ?, '[\"one\", \"two\"]', ?)",
            [name, title, first, second, when],
        )
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def like(db: sqlite3.Connection, words: str) -> list[sqlite3.Row]:
    """What the data model's queries find."""
    pattern = f"%{words}%"
    found = db.execute(SESSIONS, [pattern, pattern, None, None, None, None]).fetchall()
    values = [pattern, pattern, pattern, None, None, None, None]
    return found + db.execute(LESSONS, values).fetchall()


def really(rows: list[sqlite3.Row], words: str) -> set[str]:
    """The ids of the rows that have the words; to LIKE, "_" and "%" are any letters."""
    columns = ("title", "summary", "problem", "solution")
    return {
        row["id"]
        for row in rows
        if any(words in str(row[name]).lower() for name in columns if name in row.keys())  # noqa: SIM118
    }


def compare(store: Store, rounds: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of LIKE and of a search, by turns, and how many finds were missed."""
    slow, quick, missed = [], [], 0
    for words in QUERIES:
        mine, theirs = [], []
        for _ in range(rounds):
            theirs.append(1000 * took(partial(like, store.db, words)))
            mine.append(1000 * took(partial(search.search, store, words)))
        rows = like(store.db, words)
        expected = really(rows, words) if len(rows) < MANY else set()
        found = {hit.id for hit in search.search(store, words, limit=None)} if expected else set()
        missed += len(expected - found)
        print(
            f"  {words:18} LIKE {statistics.median(theirs):8.1f} ms, {len(rows):7,} rows; "
            f"search {statistics.median(mine):7.2f} ms"
        )
        slow.append(statistics.median(theirs))
        quick.append(statistics.median(mine))
    return slow, quick, missed


def searching(root: Path, records: int, rounds: int, report: Report) -> None:
    """A search against the data model's queries, nothing having been written in between."""
    home = root / "full"
    prepare_home(home)
    fill(home, records)
    size = (home / "studio.db").stat().st_size / 1e6
    with open_store(home) as store:
        seconds = took(lambda: search.search(store, "first"))
        index = (home / "search.db").stat().st_size / 1e6
        report.fact(
            f"{records:,} records: the store has {size:,.0f} MB, the index {index:,.0f}; "
            f"the first search, with the indexing, took {seconds:.1f} s."
        )
        slow, quick, missed = compare(store, rounds)
        what = f"a search in {records:,} records"
        ours = report.add(what, "git studio search", quick, role=Role.OURS)
        like_took = report.add(what, "LIKE through every row", slow)
        # LIKE takes ten times as long in ten times as many rows, and a search about as long.
        least = FASTER * min(1.0, records / MILLION)
        report.limit(f"{what}, LIKE over ours", like_took / ours, least, "×", least=True)
        report.limit("records that LIKE finds and a search does not", missed, 0)
        best = search.search(store, "quuxitron keys rotate")
        found = bool(best) and best[0].title == WANTED
        report.limit("words in another order that find nothing", int(not found), 0)
        written = []
        for number in range(rounds):
            with sqlite3.connect(home / "studio.db") as db:
                db.execute(
                    "INSERT INTO sessions (id, project_id, title) VALUES (?, 'p', 'Newcomer')",
                    [f"new{number}"],
                )
            db.close()
            written.append(1000 * took(lambda: search.search(store, "newcomer")))
        report.add("a search after another program wrote", "ours", written, role=Role.OURS)
        everything = took(lambda: search.search(store, "newcomer", everything=True))
        report.fact(f"A search that compares every row with the index took {everything:.2f} s.")


def track(home: Path, repo: Path, names: list[str]) -> None:
    """What ``git studio track`` does for each, in one go."""
    db = sqlite3.connect(home / "studio.db")
    (project,) = db.execute("SELECT id FROM projects").fetchone()
    for number, name in enumerate(names):
        canonical = home / "projects" / project / "context" / name.lower()
        canonical.parent.mkdir(parents=True, exist_ok=True)
        canonical.write_bytes((repo / name).read_bytes())
        db.execute(
            "INSERT INTO context_files (id, project_id, filename, file_path) VALUES (?, ?, ?, ?)",
            [f"c{number}", project, name.lower(), name.lower()],
        )
        db.execute(
            "INSERT INTO git_context_targets (context_file_id, repo_path) VALUES (?, ?)",
            [f"c{number}", name],
        )
    db.commit()
    db.close()


def many_files(root: Path, count: int, rounds: int, report: Report) -> None:
    """``git studio status`` with so many context files, beside ``git status``."""
    os.environ["STUDIO_HOME"] = str(root / "home-many")
    repo = make_bound(root, "many-files")
    names = [f"packages/p{number}/AGENTS.md" for number in range(count)]
    for name in names:
        (repo / name).parent.mkdir(parents=True)
        (repo / name).write_text(f"# Agents of {name}\n\nRules.\n")
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "many", cwd=repo)
    settle(repo)
    track(root / "home-many", repo, names)
    first = took(lambda: run(SCRIPTS / "git-studio", "status", cwd=repo))
    report.fact(f"With {count:,} context files the first status took {first:.1f} s.")
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(timed("git", "status", cwd=repo))
        ours.append(timed(SCRIPTS / "git-studio", "status", cwd=repo))
    what = f"status of {count:,} context files"
    report.add(what, "git studio status", ours, "s", Role.OURS)
    report.add(what, "git status", theirs, "s", Role.FLOOR)


def cold_start(root: Path, rounds: int, report: Report) -> None:
    """``git studio status`` in a small repository, beside a Python that does nothing."""
    os.environ["STUDIO_HOME"] = str(root / "home-small")
    repo = make_bound(root, "small")
    ours, nothing = [], []
    for _ in range(rounds):
        nothing.append(timed("python3", "-I", "-S", "-c", "pass", cwd=repo))
        ours.append(timed(SCRIPTS / "git-studio", "status", cwd=repo))
    what = "status of a small repository"
    report.add(what, "git studio status", ours, "s", Role.OURS)
    report.add(what, "python3 -I -S -c pass", nothing, "s", Role.FLOOR)


def main() -> None:
    parser = options("Measure what a full memory costs.")
    parser.add_argument("--full", action="store_true", help="a million records")
    parser.add_argument("--rounds", type=int, default=5, help="of each measurement (5)")
    parser.add_argument("--records", type=int, default=100_000, help="to search in (100000)")
    parser.add_argument("--files", type=int, default=10_000, help="context files (10000)")
    parser.add_argument("--only", choices=["search", "status", "start"], help="one part of it")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        if said.only in (None, "search"):
            searching(root, MILLION if said.full else said.records, said.rounds, report)
        if said.only in (None, "status"):
            many_files(root, said.files, said.rounds, report)
        if said.only in (None, "start"):
            cold_start(root, 4 * said.rounds, report)
    report.keep(said.json)


if __name__ == "__main__":
    main()
