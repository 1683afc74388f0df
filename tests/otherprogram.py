"""A second program at the store, which knows nothing of us: the dashboard, as far as locks go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sqlite3, sys
path = sys.argv[1]
reader = sqlite3.connect(path, isolation_level=None, timeout=60)
writer = sqlite3.connect(path, isolation_level=None, timeout=60)
print("ready", flush=True)
for line in sys.stdin:
    word, _, number = line.strip().partition(" ")
    if word == "lock":
        writer.execute("BEGIN IMMEDIATE")
    elif word == "free":
        writer.execute("COMMIT")
    elif word == "read":
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sessions").fetchone()
    elif word == "leave":
        reader.execute("COMMIT")
    elif word == "write":
        for each in range(int(number)):
            writer.execute(
                "INSERT INTO learnings (id, title, problem, solution) "
                "VALUES (lower(hex(randomblob(16))), 'Long', ?, 'none')", ["x" * 1_000_000])
    print("done", flush=True)
"""


class OtherProgram:
    """It has two connections, one that reads and one that writes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._hear("ready")

    def do(self, words: str) -> None:
        """``lock`` or ``free`` the store for writers, hold (``read``) or ``leave`` a read
        transaction, or ``write N`` rows of a megabyte each; returns when it is done.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        self._hear("done")

    def _hear(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == word


@contextmanager
def other_program(store: Path) -> Iterator[OtherProgram]:
    """Start it; it is ended, and lets go of everything, at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, store],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield OtherProgram(process)
        finally:
            process.kill()
