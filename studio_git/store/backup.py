"""Copies of the store, made by SQLite's own backup so that they are consistent under writers.

A copy comes back the same way: into the live database, as one transaction of it. Renaming a file
over a live one would let its old log of writes be replayed over what was restored.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.errors import StoreError
from studio_git.files import FILE_MODE, make_private
from studio_git.store import connection, texts
from studio_git.store.connection import BUSY_SECONDS, DATABASE

KEEP = 14
"""How many copies stay; the oldest go first."""

FILES_SUFFIX = ".files.tar.gz"
"""What the archive of the files beside a full copy is called, in the place of ``.db``."""

_OURS = re.compile(r"studio-([0-9]{8}-[0-9]{6})(?:-([0-9]+))?\.db")
_BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of the store; ``made_at`` is UTC as the store writes times, ``size`` in bytes.

    ``files`` is the archive of the files that was made with it, None where there is none.
    """

    path: Path
    made_at: str
    size: int
    files: Path | None


def copy(
    db: sqlite3.Connection, home: Path, *, verify: bool = False, spare: Collection[Path] = ()
) -> Path:
    """Copy the store to ``backups/studio-{timestamp}.db``; the path of the copy.

    ``db`` may not be in a write transaction. With ``verify`` the copy is read whole, and the
    older copies stay where it is not sound. Those in ``spare`` stay in any case. Raises
    StoreError where no file can be made or the copy is not sound; a copy that failed leaves
    nothing behind.
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
        if verify and (problem := unsound(draft)):
            raise StoreError(
                f"the store {home / DATABASE} is damaged ({problem}); no copy was kept.",
                "See what can be done: git studio doctor",
            )
        kept = _put_in_place(draft, folder)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _retire(folder, {kept, *spare})
    return kept


def every(home: Path) -> list[Backup]:
    """The copies that are kept, the newest first; files that are named otherwise do not count."""
    found = []
    for order, path in reversed(_ours(home / "backups")):
        try:
            size = path.stat().st_size
        except OSError:  # retired by somebody else meanwhile
            continue
        archive = files_beside(path)
        stamp = time.strptime(order[0], "%Y%m%d-%H%M%S")
        made_at = time.strftime("%Y-%m-%d %H:%M:%S", stamp)
        found.append(Backup(path, made_at, size, archive if archive.is_file() else None))
    return found


def files_beside(path: Path) -> Path:
    """Where the archive of the files stands that belongs to a copy."""
    return path.with_name(path.name.removesuffix(".db") + FILES_SUFFIX)


def unsound(path: Path) -> str:
    """What SQLite finds wrong in a database, in one line; empty where it is sound."""
    try:
        with closing(_reader(path)) as db, connection.readable_words():
            return problem_of(db)
    except sqlite3.DatabaseError as error:
        return str(error)


def problem_of(db: sqlite3.Connection) -> str:
    """What an integrity check finds first; empty where the database is sound."""
    try:
        found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else " ".join(found.split())


def damage(home: Path) -> str:
    """What is wrong in the live store, in one line; empty where it is sound.

    Raises StoreError where it cannot be looked at.
    """
    path = home / DATABASE
    there = [place for suffix in _BESIDE if (place := path.with_name(path.name + suffix)).exists()]
    ours = all(os.access(place, os.W_OK) for place in (home, *there))
    try:
        with closing(connection.connect(path)) as db, connection.readable_words():
            problem = problem_of(db)
            if not problem and (tables := texts.unreadable(db)):
                problem = f"texts cannot be read in {', '.join(tables)}"
            if not problem and ours:
                _require_writing(db)
            return problem
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY and ours:
            return "its header forbids writing"
        if connection.is_damage(error):
            return str(error)
        with connection.translated(home):
            raise
    except sqlite3.DatabaseError as error:
        return str(error)


def _require_writing(db: sqlite3.Connection) -> None:
    """Let SQLite say whether it would write; nothing is written. Raises sqlite3.OperationalError.

    Where another program writes, that can be done.
    """
    db.execute("PRAGMA busy_timeout = 0")
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute("PRAGMA user_version = 0")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    finally:
        db.rollback()


def require_restorable(source: Path, home: Path) -> None:
    """Raise StoreError unless a file is a sound store that this release may write."""
    if not source.is_file():
        raise StoreError(f"there is no backup {source}.", "See them: git studio backup --list")
    problem = unsound(source)
    if problem:
        raise StoreError(
            f"{source} cannot be restored: {problem}.",
            "Choose another one: git studio backup --list",
        )
    with closing(_reader(source)) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        if "projects" not in tables:
            raise StoreError(
                f"{source} is no store: it has no projects.",
                "Choose another one: git studio backup --list",
            )
        refusal = connection.too_new(db, home)
    if refusal is not None:
        raise StoreError(f"{source} was written by a later release.", "Upgrade studio-git.")


def restore(source: Path, db: sqlite3.Connection, home: Path) -> None:
    """Put a copy's content into the live database, in one transaction of it.

    Who reads meanwhile goes on reading what was there. ``db`` is a writer's connection outside of
    any transaction. Raises StoreError where another program writes for too long; nothing is
    changed then.
    """
    with closing(_reader(source)) as reader:
        size = "PRAGMA page_size"
        (have,), (wanted,) = reader.execute(size).fetchone(), db.execute(size).fetchone()
        if have == wanted:
            _into(reader, db, home)
            return
        fitting = home / "backups" / f".studio-{os.getpid()}.part"
        fitting.unlink(missing_ok=True)
        try:  # a database in WAL mode keeps the size of its pages
            reader.execute(f"PRAGMA page_size = {int(wanted)}")
            reader.execute("VACUUM INTO ?", [str(fitting)])
            with closing(_reader(fitting)) as fit:
                _into(fit, db, home)
        finally:
            fitting.unlink(missing_ok=True)


def set_aside(home: Path) -> Path:
    """Move a damaged store, with what SQLite keeps beside it, into a folder below ``backups``.

    Returns the folder. Raises StoreError where another program has it open: its log of writes
    would follow into the next store.
    """
    path = home / DATABASE
    if _in_use(path):
        raise StoreError(
            f"the store {path} is open in another program.",
            "End the dashboard and the editors, then run this again; nothing was changed.",
        )
    folder = _free(home / "backups", f"damaged-{_stamp()}", "")
    make_private(folder)
    for suffix in _BESIDE:
        there = path.with_name(path.name + suffix)
        if there.exists():
            files.rename(there, folder / there.name)
    return folder


def _in_use(path: Path) -> bool:
    """True where another connection has the database open, as far as that can be told."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=1)) as db:
            with connection.readable_words():
                db.execute("PRAGMA locking_mode = EXCLUSIVE")
                db.execute("BEGIN IMMEDIATE")
            db.rollback()
    except sqlite3.OperationalError as error:
        return "locked" in str(error) or "busy" in str(error)
    except sqlite3.DatabaseError:
        return False
    return False


def _into(source: sqlite3.Connection, target: sqlite3.Connection, home: Path) -> None:
    end = time.monotonic() + BUSY_SECONDS

    def give_up(status: int, _left: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise StoreError(
                f"the store {home / DATABASE} is in use: another program has been writing for too "
                "long.",
                "Try again when it has finished; nothing was changed.",
            )

    source.backup(target, progress=give_up)


def _reader(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def _put_in_place(draft: Path, folder: Path) -> Path:
    target = _free(folder, f"studio-{_stamp()}", ".db")
    files.rename(draft, target)
    return target


def _free(folder: Path, name: str, suffix: str) -> Path:
    target = folder / f"{name}{suffix}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{name}-{number}{suffix}"
    return target


def _stamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime())


def _retire(folder: Path, spare: Collection[Path]) -> None:
    """Remove the oldest copies; files that are named otherwise are somebody else's."""
    for _, path in _ours(folder)[:-KEEP]:
        if path not in spare:
            path.unlink(missing_ok=True)
            files_beside(path).unlink(missing_ok=True)


def _ours(folder: Path) -> list[tuple[tuple[str, int], Path]]:
    """The copies in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    named = [(_OURS.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted(((found[1], int(found[2] or 1)), path) for found, path in named if found)
