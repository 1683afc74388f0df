"""Opening the store. Everything that reads or writes ``studio.db`` begins here.

The hook path comes through this module too, so it needs nothing but the standard library; a
store that lacks our tables is told (StoreOutdatedError) and migrated by
:mod:`studio_git.store.migrations` in a process or command that may load more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio_git.errors import StoreError, StoreOutdatedError, StoreTooNewError

DATABASE = "studio.db"

WRITER = 1
"""The version of our tables that this release writes. A store whose ``git_meta.min_writer`` is
higher is only read. Raised by a breaking migration, and by nothing else."""

MIGRATION_SET = "studio-git"
MIGRATIONS = ("m001_create_git_tables",)
"""The names of all migrations of this release, in order; :mod:`migrations` must define them."""

BUSY_SECONDS = 10.0


class Store:
    """An open store: its connection, its home, and whether this release may write to it."""

    __slots__ = ("db", "home", "writable")

    def __init__(self, db: sqlite3.Connection, home: Path, *, writable: bool) -> None:
        self.db = db
        self.home = home
        self.writable = writable

    @property
    def lock(self) -> Path:
        """The lock that writers of the home's files agree on."""
        return self.home / ".lock"

    def require_writable(self) -> None:
        """Raise unless this release may write to the store."""
        if not self.writable:
            raise StoreTooNewError(
                f"the store in {self.home} can be read here, but not written: a later release "
                "changed it, or it is write-protected.",
                "Upgrade studio-git, or make the Studio home writable.",
            )

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One short write transaction, begun as a writer; nested uses join the outer one."""
        self.require_writable()
        if self.db.in_transaction:
            yield self.db
            return
        with translated(self.home):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.rollback()
                raise
            self.db.commit()


@contextmanager
def open_store(home: Path, *, busy_seconds: float = BUSY_SECONDS) -> Iterator[Store]:
    """The store of a Studio home, open for the length of the block.

    Raises StoreError (none there, locked, damaged) and StoreOutdatedError (our tables are
    missing or old). SQLite's own errors inside the block become StoreError.
    """
    with translated(home):
        db, writable = _connect(home, busy_seconds)
        try:
            yield Store(db, home, writable=_may_write(db, home) and writable)
        finally:
            db.close()


def connect(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A writer's connection with the settings that every one of ours has; makes the file."""
    db = sqlite3.connect(path, isolation_level=None, timeout=busy_seconds)
    try:
        _set_up(db)
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            db.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def translated(home: Path) -> Iterator[None]:
    """SQLite's complaints as errors that say what to do."""
    path = home / DATABASE
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            raise StoreError(
                f"the store {path} is in use: another program has been writing for too long.",
                "Try again when it has finished; nothing was changed.",
            ) from error
        if "readonly" in said or "read-only" in said:
            raise StoreError(
                f"the store {path} is write-protected.",
                "Make the Studio home writable; nothing was changed.",
            ) from error
        if "full" in said:
            raise StoreError(
                f"the disk that holds {path} is full.", "Free some space; nothing was changed."
            ) from error
        raise StoreError(
            f"the store {path} cannot be used: {said}.",
            "Look at its permissions and its free space, or take a copy from backups/ beside it.",
        ) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise StoreError(
            f"the store {path} is damaged: {error}.",
            f"Keep the file, and put the newest copy from {home / 'backups'} in its place.",
        ) from error


def _connect(home: Path, busy_seconds: float) -> tuple[sqlite3.Connection, bool]:
    path = home / DATABASE
    if not path.is_file():
        raise StoreError(f"there is no store in {home}.", "Make one with: git studio init")
    try:
        return connect(path, busy_seconds), True
    except sqlite3.OperationalError as error:
        said = str(error)
        if "readonly" not in said and "unable to open" not in said:
            raise
    for options in ("mode=ro", "immutable=1"):  # the latter where the WAL cannot be opened either
        db = sqlite3.connect(
            f"{path.as_uri()}?{options}", uri=True, isolation_level=None, timeout=busy_seconds
        )
        try:
            _set_up(db)
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            db.close()
            continue
        return db, False
    raise StoreError(
        f"the store {path} cannot be opened.", "Look at the permissions of the file and its folder."
    )


def _set_up(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")


def _may_write(db: sqlite3.Connection, home: Path) -> bool:
    """True if this release may write. Raises StoreOutdatedError if it has to migrate first."""
    if not _has_table(db, "git_meta") or not _has_table(db, "_sqlite_migrations"):
        raise _outdated(home)
    row = db.execute("SELECT value FROM git_meta WHERE key = 'min_writer'").fetchone()
    if row is not None and int(row["value"]) > WRITER:
        return False
    applied = {
        name
        for (name,) in db.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [MIGRATION_SET]
        )
    }
    if not applied.issuperset(MIGRATIONS):
        raise _outdated(home)
    return True


def _outdated(home: Path) -> StoreOutdatedError:
    return StoreOutdatedError(
        f"the store in {home} has to be brought up to date for this release.",
        "Run any git studio command, for example: git studio status",
    )


def _has_table(db: sqlite3.Connection, name: str) -> bool:
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None
