"""A writer of the store, for the tests that stop it: ``main(HOME, SAID, NAME, COUNT, HOW…)``.

What it has done it says afterwards, a line for each, in the file SAID: ``row ID``, ``file NAME N``.
HOW names what it does as the product never would: ``normal`` (SQLite does not wait for the
disk), ``plain`` (files are written over), ``early`` (it says so before it has done it).
"""

from __future__ import annotations

import os
from pathlib import Path

from studio_git import files
from studio_git.errors import FileChangedError
from studio_git.services import memory
from studio_git.store.connection import Store, open_store

PROJECT = "11111111-aaaa-4bbb-8ccc-000000000001"
BUSY_SECONDS = 60.0
LINES = 400
"""Of a canonical file: some ten kilobytes."""


def main(home: Path, said: Path, name: str, count: int, *how: str) -> None:
    """Write ``count`` learnings, each with what it takes, and a canonical file now and then."""
    log = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    number = 0
    while number < count:
        with open_store(home, busy_seconds=BUSY_SECONDS) as store:
            store.db.execute("PRAGMA wal_autocheckpoint = 40")  # in the midst of it all
            if "normal" in how:
                store.db.execute("PRAGMA synchronous = NORMAL")
            for _ in range(8):  # until the store is opened anew
                number += 1
                _step(store, log, name, number, how)
                if number >= count:
                    return


def _step(store: Store, log: int, name: str, number: int, how: tuple[str, ...]) -> None:
    if number % 4 == 0:
        if "early" in how:
            os.write(log, f"file {name} {number}\n".encode())
        put(store, canonical(store.home, name), number, plain="plain" in how)
        os.write(log, f"file {name} {number}\n".encode())
    title = f"{name} {number}"
    if "early" in how:
        os.write(log, f"row {title}\n".encode())
    memory.add_learning(store, PROJECT, title, problem="p" * 700, solution=f"solution of {title}")
    os.write(log, f"row {title}\n".encode())


def canonical(home: Path, name: str) -> Path:
    """A canonical file of the project."""
    return home / "projects" / PROJECT / "context" / f"{name}.md"


def content(number: int) -> bytes:
    """What such a file says, in many lines that are all of the same number."""
    return f"This is line {number}.\n".encode() * LINES


def number_of(data: bytes) -> int | None:
    """The number that a file is all of; None where it is torn."""
    first = data.partition(b"\n")[0]
    number = int(first[13:-1]) if first.startswith(b"This is line ") and len(first) > 14 else 0
    return number if number and data == content(number) else None


def put(store: Store, path: Path, number: int, *, plain: bool) -> None:
    """Write a canonical file whole, as everything of ours does; or over what it is."""
    if plain:
        files.make_private(path.parent)
        path.write_bytes(content(number))
        return
    while True:
        before = files.read_bytes(path)
        try:
            files.write_whole(
                path, content(number), inside=store.home, expected=before, lock=store.lock
            )
        except FileChangedError:
            continue
        return
