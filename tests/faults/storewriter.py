"""A writer of the store, for the tests that stop it, and what is to be found afterwards.

What the writer has done it says, a line for each, in a file: ``row TITLE``, ``file NAME NUMBER``.
HOW names what it does as the product never would: ``normal`` (SQLite does not wait for the
disk), ``plain`` (files are written over), ``early`` (it says so before it has done it).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from studio_git import files
from studio_git.errors import FileChangedError
from studio_git.services import adding
from studio_git.store import backup, projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

PROJECT = "11111111-aaaa-4bbb-8ccc-000000000001"
BUSY_SECONDS = 60.0
LINES = 400
"""Of a canonical file: some ten kilobytes."""

WHOLE = """
SELECT title FROM learnings WHERE solution = 'solution of ' || title
UNION ALL
SELECT d.title FROM decisions d JOIN activity_log a ON a.reference_id = d.id
WHERE d.rationale = 'solution of ' || d.title AND a.title = d.title
"""
"""The records of which everything is there that one transaction wrote."""

HALF = """
SELECT title FROM decisions WHERE id NOT IN (SELECT reference_id FROM activity_log)
UNION ALL SELECT title FROM activity_log WHERE reference_id NOT IN (SELECT id FROM decisions)
"""


def begin(home: Path) -> None:
    """A store with the project that everything is written to."""
    prepare_home(home)
    with open_store(home) as store, store.writing() as db:
        projects.add(db, PROJECT, "Risk Workbench", None)


def main(home: Path, said: Path | str, name: str, count: int, *how: str) -> None:
    """Write ``count`` records, and a canonical file now and then."""
    log = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    number = 0
    while number < count:
        with open_store(home, busy_seconds=BUSY_SECONDS) as store:
            store.db.execute("PRAGMA wal_autocheckpoint = 40")  # in the midst of it all
            if "normal" in how:
                store.db.execute("PRAGMA synchronous = NORMAL")
            for _ in range(8):  # until the store is opened anew
                number += 1
                step(store, log, name, number, how)
                if number >= count:
                    return


def step(store: Store, log: int, name: str, number: int, how: tuple[str, ...] = ()) -> None:
    """One record, and each fourth time the canonical file before it; each is said."""
    if number % 4 == 0:
        line = f"file {name} {number}\n".encode()
        if "early" in how:
            os.write(log, line)
        put(store, canonical(store.home, name), number, plain="plain" in how)
        os.write(log, line)
    title = f"{name} {number}"
    line = f"row {title}\n".encode()
    if "early" in how:
        os.write(log, line)
    words = f"solution of {title}"
    if number % 2:
        adding.add_learning(store, PROJECT, title, problem="p" * 700, solution=words)
    else:
        adding.add_decision(store, PROJECT, title, rationale=words, alternatives=["a" * 700])
    os.write(log, line)


def canonical(home: Path, name: str) -> Path:
    """A canonical file of the project."""
    return home / "projects" / PROJECT / "context" / f"{name}.md"


def content(number: int) -> bytes:
    """What such a file says, in many lines that are all of the same number."""
    return f"This is line {number}.\n".encode() * LINES


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


@dataclass
class Loss:
    """What was said and is not there, what is there in part, and what cannot be opened."""

    lost: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    unsound: str = ""


def look(home: Path, said: Iterable[str]) -> Loss:
    """Look for all that was said, with our own code."""
    found = Loss()
    rows = set()
    last: dict[str, int] = {}
    for line in said:
        kind, _, rest = line.partition(" ")
        if kind == "row":
            rows.add(rest)
        elif kind == "file":
            name, _, count = rest.partition(" ")
            last[name] = int(count)
    for path in (home / "projects" / PROJECT / "context").glob("[!.]*.md"):
        number = _number(path.read_bytes())
        if number is None:
            found.torn.add(path.name)
        elif number >= last.get(path.stem, 0):
            last.pop(path.stem, None)
    found.lost |= {f"file {name}" for name in last}
    try:
        with open_store(home, busy_seconds=BUSY_SECONDS) as store:
            found.unsound = backup.problem_of(store.db)
            found.lost |= rows - {title for (title,) in store.db.execute(WHOLE)}
            found.torn |= {title for (title,) in store.db.execute(HALF)}
    except Exception as error:
        found.unsound = str(error)
    return found


def _number(data: bytes) -> int | None:
    """The number that a file is all of; None where it is torn."""
    words = data.partition(b"\n")[0].removeprefix(b"This is line ").removesuffix(b".")
    return int(words) if words.isdigit() and data == content(int(words)) else None
