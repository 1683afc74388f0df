"""Copies of the store, made by SQLite's own backup so that they are consistent under writers."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from studio_git.errors import StoreError
from studio_git.files import FILE_MODE, make_private

KEEP = 14
"""How many copies stay; the oldest go first."""

_OURS = re.compile(r"studio-([0-9]{8}-[0-9]{6})(?:-([0-9]+))?\.db")


def copy(db: sqlite3.Connection, home: Path) -> Path:
    """Copy the store to ``backups/studio-{timestamp}.db``; the path of the copy.

    ``db`` may not be in a write transaction. Raises StoreError where no file can be made; a copy
    that failed leaves nothing behind.
    """
    folder = home / "backups"
    make_private(folder)
    draft = folder / f".studio-{os.getpid()}.part"
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except OSError as error:
        raise StoreError(
            f"no copy of the store can be made in {folder}: {error.strerror}.",
            "Make that folder writable; nothing was changed.",
        ) from error
    try:
        with closing(sqlite3.connect(draft)) as target:
            db.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
        kept = _put_in_place(draft, folder)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _retire(folder)
    return kept


def _put_in_place(draft: Path, folder: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    target = folder / f"studio-{stamp}.db"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"studio-{stamp}-{number}.db"
    return draft.rename(target)


def _retire(folder: Path) -> None:
    """Remove the oldest copies; files that are named otherwise are somebody else's."""
    named = [(_OURS.fullmatch(path.name), path) for path in folder.iterdir()]
    ours = sorted((found[1], int(found[2] or 1), path) for found, path in named if found)
    for _, _, path in ours[:-KEEP]:
        path.unlink(missing_ok=True)
