"""The log of writes beside the store (WAL), and how it is kept from growing for ever.

While a program holds a read transaction, what is written after its beginning cannot leave the log
(https://sqlite.org/wal.html#avoiding_excessively_large_wal_files). People's commands go on; the
worker can wait.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from studio_git.errors import StoreBusyError
from studio_git.store.connection import DATABASE, connect

LIMIT = 64 * 1024 * 1024
"""Bytes of the log above which nothing is added to it that can wait."""
ORDINARY = 8 * 1024 * 1024
"""Bytes of the log that nobody minds: SQLite begins to empty it at half of that."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def size(home: Path) -> int:
    """Bytes of the log; 0 where there is none."""
    try:
        return (home / f"{DATABASE}-wal").stat().st_size
    except OSError:
        return 0


def require_room(home: Path) -> None:
    """Raise StoreBusyError where the log is over the limit and somebody's reading keeps it so."""
    if size(home) > LIMIT and not _emptied(home):
        raise StoreBusyError(
            f"the store {home / DATABASE} has {size(home) >> 20} MB of changes that cannot be "
            "settled: another program has been reading for too long.",
            "End that program, or let it finish; what was noted is captured then.",
        )


def tidy(home: Path) -> None:
    """Give back the room of a log that has grown, if nobody needs it."""
    if size(home) > ORDINARY:
        _emptied(home)


def usable(home: Path) -> bool:
    """True where a worker would get on: nobody writes now, and the log has room.

    True too for a store that cannot be opened at all: whoever works next says why.
    """
    try:
        with closing(connect(home / DATABASE, 0)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.rollback()
    except sqlite3.Error as error:
        return not _is_busy(error)
    return size(home) <= LIMIT or _emptied(home)


def _emptied(home: Path) -> bool:
    """Move what is in the log into the store, without waiting for anybody; True if all of it.

    To wait would keep everybody else from writing meanwhile.
    """
    try:
        with closing(connect(home / DATABASE, 0)) as db:
            busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return not busy


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY
