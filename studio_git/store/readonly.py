"""Connections that can only read: of programs that show the store, and never change it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from studio_git.errors import StoreError
from studio_git.store.connection import (
    BUSY_SECONDS,
    DATABASE,
    Store,
    readable_words,
    translated,
    ways_to_read,
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that SQLite itself keeps from writing, and that any thread may use.

    It sees what others commit. Where not even the log of writes can be opened, because the
    folder is write-protected, it sees the file as it stands. Raises sqlite3.Error.
    """
    *better, last = ways_to_read(path)
    for options in better:
        try:
            return _opened(path, options)
        except sqlite3.OperationalError:
            continue
    return _opened(path, last)


@contextmanager
def open_read_only(home: Path) -> Iterator[Store]:
    """The store of a Studio home as it is at one moment, for the length of the block.

    Raises StoreError where it cannot be read.
    """
    with translated(home), closing(connect(home / DATABASE)) as db:
        db.row_factory = sqlite3.Row
        db.execute("BEGIN")
        yield Store(db, home, refusal=StoreError("the store is only read here."))


def _opened(path: Path, options: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    try:
        with readable_words():
            db.execute("PRAGMA query_only = ON")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db
