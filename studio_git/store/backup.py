"""Copies of the store, made by SQLite's own backup so that they are consistent under writers."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from studio_git.files import FILE_MODE, make_private

KEEP = 14
"""How many copies stay; the oldest go first."""


def copy(db: sqlite3.Connection, home: Path) -> Path:
    """Copy the store to ``backups/studio-{timestamp}.db``; the path of the copy."""
    folder = home / "backups"
    make_private(folder)
    target = _free_name(folder, time.strftime("%Y%m%d-%H%M%S", time.gmtime()))
    target.touch(mode=FILE_MODE)
    with_journal = sqlite3.connect(target)
    try:
        db.backup(with_journal)
        with_journal.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
    finally:
        with_journal.close()
    for old in sorted(folder.glob("studio-*.db"))[:-KEEP]:
        old.unlink(missing_ok=True)
    return target


def _free_name(folder: Path, stamp: str) -> Path:
    target = folder / f"studio-{stamp}.db"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"studio-{stamp}-{number}.db"
    return target
