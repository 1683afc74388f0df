"""Backups while others write, and restoring while others read: whole, and nothing replayed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from conftest import SCRIPTS, run
from storetools import query

from studio_git.services import backups
from studio_git.store.connection import DATABASE, open_store
from studio_git.store.migrations import prepare_home

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

WRITER = """
import sys
from pathlib import Path
from studio_git.store.connection import open_store
with open_store(Path(sys.argv[1]), busy_seconds=60) as store:
    number = 0
    while True:
        number += 1
        with store.writing() as db:
            for half in "ab":
                db.execute(
                    "INSERT INTO projects (id, name) VALUES (?, ?)",
                    [f"{sys.argv[2]}-{number}-{half}", "x" * 500],
                )
        if number == 1:
            print("writing", flush=True)
"""

READER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN")
seen = db.execute("SELECT group_concat(name) FROM projects").fetchone()
print("reading", flush=True)
for line in sys.stdin:
    if line == "end\\n":
        db.execute("COMMIT")
    now = db.execute("SELECT group_concat(name) FROM projects").fetchone()
    print("same" if now == seen else now[0], flush=True)
"""


@contextmanager
def running(script: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A program that has said its first line; killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline()
            yield program
        finally:
            program.kill()


def ask(program: subprocess.Popen[str], words: str) -> str:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{words}\n")
    program.stdin.flush()
    return program.stdout.readline().rstrip()


def test_backups_under_load(studio_home: Path, times: Times, figure: Figure) -> None:
    """Each write adds two rows at once, so a copy with half a write was torn."""
    prepare_home(studio_home)
    count = times(3, 15)
    made = []
    with ExitStack() as stack:
        for number in range(2):
            stack.enter_context(running(WRITER, studio_home, number))
        stack.enter_context(running(READER, studio_home / DATABASE))
        for number in range(count):
            words = ["--full"] if number % 3 == 2 else []
            answer = run(SCRIPTS / "git-studio", "backup", "--json", *words, cwd=studio_home.parent)
            assert answer.status == 0, answer.err
            path = Path(answer.json["path"])
            made.append(path.rename(path.with_name(f"kept-{number}.db")))  # beside the retention
    sizes = []
    for path in made:
        assert query(path, "PRAGMA integrity_check") == [("ok",)]
        assert query(path, "PRAGMA foreign_key_check") == []
        odd = (
            "SELECT count(*) FROM projects "
            "GROUP BY substr(id, 1, length(id) - 1) HAVING count(*) <> 2"
        )
        assert query(path, odd) == []
        sizes.append(query(path, "SELECT count(*) FROM projects")[0][0])
    assert sizes == sorted(sizes, key=lambda size: int(str(size)))
    assert sizes[0] != sizes[-1]
    figure(f"{count} of {count} backups consistent under two writers and a reader")


def test_restoring_with_readers_open(studio_home: Path, times: Times, figure: Figure) -> None:
    """What stands in the log of writes, with readers that keep it there, is not replayed."""
    prepare_home(studio_home)
    store = studio_home / DATABASE
    put(studio_home, "old")
    with open_store(studio_home) as opened:
        source = backups.make(opened).path
    count = times(3, 20)
    for number in range(count):
        put(studio_home, f"newer {number}")
        with running(READER, store) as before, running(READER, store) as other:
            put(studio_home, f"newest {number}")
            wal = store.with_name(f"{DATABASE}-wal")
            assert wal.stat().st_size > 0
            answer = run(SCRIPTS / "git-studio", "restore", source, "--yes", cwd=studio_home.parent)
            assert answer.status == 0, answer.err
            assert ask(before, "look") == "same"
            assert ask(before, "end") == "old"
            assert ask(other, "end") == "old"
            assert names(store) == ["old"]
        assert names(store) == ["old"]  # all are gone, killed, and the next one opens it
        assert query(store, "PRAGMA integrity_check") == [("ok",)]
        with closing(sqlite3.connect(store)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert names(store) == ["old"]
    figure(f"{count} restores with two readers and a full -wal: 0 replayed")


def test_a_restore_that_is_killed(
    studio_home: Path, times: Times, chance: random.Random, figure: Figure
) -> None:
    prepare_home(studio_home)
    store = studio_home / DATABASE
    put(studio_home, "old", size=2_000_000)
    with open_store(studio_home) as opened:
        source = backups.make(opened).path
    count = times(2, 15)
    whole = 0
    for number in range(count):
        put(studio_home, f"new {number}", size=2_000_000)
        begun = time.monotonic()
        with running(READER, store) as reader:
            restoring = subprocess.Popen(
                [SCRIPTS / "git-studio", "restore", source, "--yes"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                restoring.wait(chance.uniform(0.1, 1.2))
            except subprocess.TimeoutExpired:
                restoring.kill()
                restoring.wait()
            assert ask(reader, "look") == "same"
        assert names(store) in (["old"], [f"new {number}"])
        assert query(store, "PRAGMA integrity_check") == [("ok",)]
        whole += names(store) == ["old"]
        print(f"{number}: {time.monotonic() - begun:.1f} s")
    figure(f"{count} restores killed, {whole} were through: each store whole, old or new")


def put(home: Path, name: str, *, size: int = 10_000) -> None:
    """One project alone, and enough beside it that pages are taken and left."""
    with open_store(home) as store, store.writing() as db:
        db.execute("DELETE FROM projects")
        db.execute("DELETE FROM settings WHERE key = 'filler'")
        db.execute("INSERT INTO projects (id, name) VALUES ('p', ?)", [name])
        db.execute("INSERT INTO settings (key, value) VALUES ('filler', ?)", ["x" * size])


def names(path: Path) -> list[object]:
    return [row[0] for row in query(path, "SELECT name FROM projects")]
