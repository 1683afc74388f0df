"""Opening the store. Everything that reads or writes ``studio.db`` begins here.

The hook path comes through this module too, so it needs nothing but the standard library; a
store that lacks our tables is told (StoreOutdatedError) and migrated by
:mod:`studio_git.store.migrations` in a process or command that may load more.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from studio_git.errors import StoreBusyError, StoreError, StoreOutdatedError, StoreTooNewError
from studio_git.store.mounts import settle_journal

DATABASE = "studio.db"

WRITER = 1
"""The version of our tables that this release writes. A store whose ``git_meta.min_writer`` is
higher is only read. Raised by a breaking migration, and by nothing else."""

MIGRATION_SET = "studio-git"
MIGRATIONS = ("m001_create_git_tables",)
"""The names of all migrations of this release, in order; :mod:`migrations` must define them."""

BUSY_SECONDS = 10.0
_ROOM = 64 * 1024
_NO_COLUMN = "No item with that key"  # what a row says that is asked for a column it lacks

SQLITE_VERSION = sqlite3.sqlite_version
"""The release of SQLite that is used."""


class Store:
    """An open store: its connection, its home, and why it may not be written to, if so."""

    __slots__ = ("db", "home", "refusal")

    def __init__(self, db: sqlite3.Connection, home: Path, *, refusal: StoreError | None) -> None:
        self.db = db
        self.home = home
        self.refusal = refusal

    @property
    def writable(self) -> bool:
        """Whether this release may write to the store."""
        return self.refusal is None

    @property
    def lock(self) -> Path:
        """The lock that writers of the home's files agree on."""
        return self.home / ".lock"

    def require_writable(self) -> None:
        """Raise StoreTooNewError or StoreError unless this release may write to the store."""
        if self.refusal is not None:
            raise self.refusal

    def data_version(self) -> int:
        """A number that is another one once somebody else has committed something.

        See https://sqlite.org/pragma.html#pragma_data_version.
        """
        with translated(self.home):
            return int(self.db.execute("PRAGMA data_version").fetchone()[0])

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
        db, refusal = _connect(home, busy_seconds)
        try:
            yield Store(db, home, refusal=_refusal(db, home) or refusal)
        finally:
            db.close()


def connect(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A writer's connection with the settings that every one of ours has.

    A store that went away since it was looked for is not made anew: that would leave an empty
    one where somebody moved theirs.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=busy_seconds)
    try:
        with readable_words():
            _set_up(db)
        settle_journal(db, path)
    except BaseException:
        db.close()
        raise
    return db


def make(path: Path, *, like: Path) -> None:
    """Have SQLite make an empty database with the mode of a private file, if none is there.

    Nothing else may open it, not even to make it: closing it again would drop the locks that
    SQLite has on it in the same process. See https://sqlite.org/uri.html and
    https://sqlite.org/howtocorrupt.html. Raises sqlite3.Error.
    """
    options = f"mode=rwc&modeof={quote(os.fsencode(like.absolute()))}"
    sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True).close()


@contextmanager
def readable_words() -> Iterator[None]:
    """Let what SQLite says of a damaged schema be an error of SQLite's, whatever bytes it names."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError("a name in its schema is no text") from error


def ways_to_read(path: Path) -> tuple[str, ...]:
    """How a database may be opened by who does not write to it, the best way first.

    The last one sees the file as it stands, where the log of writes cannot be opened. It is also
    the only one beside a write-protected file without such a log: SQLite would make one that is
    as protected as the file, and nobody could write any more when the file is not.
    """
    as_it_stands = "mode=ro&immutable=1"
    if os.access(path, os.W_OK) or path.with_name(f"{path.name}-wal").exists():
        return ("mode=ro", as_it_stands)
    return (as_it_stands,)


@contextmanager
def translated(home: Path) -> Iterator[None]:
    """SQLite's complaints as errors that say what to do."""
    path = home / DATABASE
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            raise StoreBusyError(
                f"the store {path} is in use: another program has been writing for too long.",
                "Try again when it has finished; nothing was changed.",
            ) from error
        if "readonly" in said or "read-only" in said:
            raise _write_protected(path) from error
        if "full" in said or ("disk I/O" in said and _is_full(home)):
            raise StoreError(
                f"the disk that holds {path} is full.", "Free some space; nothing was changed."
            ) from error
        if is_damage(error):
            what = "a text in it cannot be read" if "decode" in said else said
            raise _damaged(home, what) from error
        raise StoreError(
            f"the store {path} cannot be used: {said}.",
            "Look at its permissions and its free space. See also: git studio doctor",
        ) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise _damaged(home, str(error)) from error
    except IndexError as error:
        if str(error) == _NO_COLUMN:
            raise _damaged(home, "one of its columns is missing") from error
        raise


def _is_full(folder: Path) -> bool:
    """Whether a disk has no room for what SQLite keeps beside a database that is in use.

    Where that cannot be made, SQLite only says that something went wrong with the disk.
    """
    try:
        found = os.statvfs(folder)
    except (AttributeError, OSError):  # Windows has no such call
        return False
    return found.f_bavail * found.f_frsize < _ROOM


def _damaged(home: Path, what: str) -> StoreError:
    return StoreError(
        f"the store {home / DATABASE} is damaged: {what}.",
        "See what can be done: git studio doctor. Copies are in "
        f"{home / 'backups'}: git studio restore FILE",
    )


def _connect(home: Path, busy_seconds: float) -> tuple[sqlite3.Connection, StoreError | None]:
    path = home / DATABASE
    _require_database(path)
    if os.access(path, os.W_OK):
        try:
            return connect(path, busy_seconds), None
        except sqlite3.OperationalError as error:
            said = str(error)
            if "readonly" not in said and "unable to open" not in said:
                raise
    for options in ways_to_read(path):
        db = sqlite3.connect(
            f"{path.as_uri()}?{options}", uri=True, isolation_level=None, timeout=busy_seconds
        )
        try:
            _set_up(db)
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            db.close()
            continue
        return db, _write_protected(path)
    raise StoreError(
        f"the store {path} cannot be opened.", "Look at the permissions of the file and its folder."
    )


def _require_database(path: Path) -> None:
    """Raise StoreError unless something stands there that SQLite can open without filling it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise StoreError(
            f"there is no store in {path.parent}.", "Make one with: git studio init"
        ) from None
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be opened: {error.strerror}.",
            "Look at the permissions of the file and its folder.",
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise not_a_database(path)
    if found.st_size == 0:
        raise StoreError(
            f"the store {path} is empty.",
            f"Bring back a copy from {path.parent / 'backups'}: git studio restore FILE. Or read "
            "what git has: git studio doctor --rebuild",
        )


def not_a_database(path: Path) -> StoreError:
    """What to say where something else stands in the store's place."""
    return StoreError(
        f"{path} is not a file, so it cannot be the store.",
        "Move away what stands there, or choose another Studio home with STUDIO_HOME.",
    )


def _write_protected(path: Path) -> StoreError:
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        hint = "Nothing was changed. See why: git studio doctor"
    else:
        hint = "Make the Studio home writable; nothing was changed."
    return StoreError(f"the store {path} is write-protected.", hint)


def _set_up(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")


def too_new(db: sqlite3.Connection, home: Path) -> StoreTooNewError | None:
    """Why this release may not write to a store that a later one changed; None if it may."""
    return later_release(home) if _min_writer(db) > WRITER else None


def later_release(home: Path) -> StoreTooNewError:
    """What to say of a store that a later release has changed."""
    return StoreTooNewError(
        f"the store in {home} was changed by a later release: it is read, and not written.",
        "Upgrade studio-git; nothing was changed.",
    )


def is_falsely_new(db: sqlite3.Connection) -> bool:
    """Whether a store names a later release that is none, and that never migrated it."""
    return _min_writer(db) == float("inf") and _applied(db) <= set(MIGRATIONS)


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says of a file that it is not what was written, without calling it damaged:
    a name in the schema is missed, a text is none, the header is odd.
    """
    said = (
        "no such table",
        "no such column",
        "no such collation",
        "foreign key mismatch",
        "Could not decode",
        "unsupported file format",
        _NO_COLUMN,
    )
    return str(error).startswith(said)


def _refusal(db: sqlite3.Connection, home: Path) -> StoreError | None:
    """Why this release may not write. Raises StoreOutdatedError if it has to migrate first."""
    if (refusal := too_new(db, home)) is not None:
        return refusal
    if not _has_table(db, "git_meta") or not _has_table(db, "_sqlite_migrations"):
        raise _outdated(home)
    if not _applied(db).issuperset(MIGRATIONS):
        raise _outdated(home)
    return None


def _applied(db: sqlite3.Connection) -> set[str]:
    sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
    return {name for (name,) in db.execute(sql, [MIGRATION_SET])}


def _min_writer(db: sqlite3.Connection) -> float:
    """The oldest release that may write, 0 for any; what is no number is later than all."""
    if not _has_table(db, "git_meta"):
        return 0
    row = db.execute("SELECT value FROM git_meta WHERE key = 'min_writer'").fetchone()
    value = "0" if row is None else row["value"]
    return int(value) if value.isascii() and value.isdigit() else float("inf")


def _outdated(home: Path) -> StoreOutdatedError:
    return StoreOutdatedError(
        f"the store in {home} has to be brought up to date for this release.",
        "Run any git studio command, for example: git studio status",
    )


def _has_table(db: sqlite3.Connection, name: str) -> bool:
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None
