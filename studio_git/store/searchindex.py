"""The search index: ``search.db`` in the Studio home, derived from the store and its files.

It can be deleted at any time. A document is one row of the store with its file, as folded text;
its id is its kind's number and a serial, so a kind is a range of ids, in which what is newer
comes later. Two tables of FTS5 hold the three-letter tokens of all texts and of the titles, and
nothing else: what they find is looked at in the text itself.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from studio_git.core.searchquery import Kind
from studio_git.errors import StoreError, StudioError
from studio_git.files import locked
from studio_git.store.connection import make
from studio_git.store.mounts import settle_journal

INDEX = "search.db"
VERSION = 1
"""The form of the index; one of an earlier form is made anew."""

BUSY_SECONDS = 30.0
_KIND_BITS = 40
_NUMBERS = {kind: number for number, kind in enumerate(Kind, 1)}

# What says that the file cannot be written, or not now; anything else, that it is damaged:
# https://sqlite.org/rescode.html
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
}


class IndexUnusableError(Exception):
    """The index's file is damaged (``damaged``), or cannot be written."""

    def __init__(self, said: str, *, damaged: bool) -> None:
        super().__init__(said)
        self.damaged = damaged


@dataclass(frozen=True, slots=True)
class Doc:
    """A document. ``created`` is in seconds since the epoch, ``tags`` are folded.

    ``file`` is the path of its file in the home where the kind and the ids do not tell it, and
    ``stamp`` says which state of the file it has ("": there was none).
    """

    kind: Kind
    source: int
    digest: bytes
    record_id: str
    project_id: str
    cycle_id: str
    created: int
    tags: tuple[str, ...]
    file: str | None
    stamp: str
    text: str
    title_end: int


class Known(NamedTuple):
    """What the index knows of a document, to compare it with its row and its file."""

    id: int
    source: int
    digest: bytes
    record_id: str
    file: str | None
    stamp: str


class Index:
    """An open index. ``lasting`` is False for one that is in memory alone."""

    def __init__(self, db: sqlite3.Connection, *, lasting: bool) -> None:
        self.db = db
        self.lasting = lasting

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, begun as a writer: what is read in it stays so."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def meta(self, key: str) -> str:
        """A value that was kept; "" if none was."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return "" if row is None else str(row[0])

    def set_meta(self, **values: str) -> None:
        """Keep values by their keys."""
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def blocks(self, kind: Kind) -> dict[int, bytes]:
        """The digests of the store's blocks that the index has, by number."""
        rows = self.db.execute("SELECT block, digest FROM blocks WHERE kind = ?", [_NUMBERS[kind]])
        return dict(rows.fetchall())

    def block(self, kind: Kind, block: int) -> bytes | None:
        """The digest of one block that the index has."""
        row = self.db.execute(
            "SELECT digest FROM blocks WHERE kind = ? AND block = ?", [_NUMBERS[kind], block]
        ).fetchone()
        return None if row is None else bytes(row[0])

    def set_block(self, kind: Kind, block: int, digest: bytes | None) -> None:
        """Remember the digest of a block; None: that it has no rows."""
        if digest is None:
            self.db.execute(
                "DELETE FROM blocks WHERE kind = ? AND block = ?", [_NUMBERS[kind], block]
            )
        else:
            self.db.execute(
                "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", [_NUMBERS[kind], block, digest]
            )

    def folders(self) -> dict[str, bytes]:
        """The digests of folders' files that were remembered, by path."""
        return dict(self.db.execute("SELECT path, digest FROM folders").fetchall())

    def set_folder(self, path: str, digest: bytes) -> None:
        """Remember the digest of a folder's files."""
        self.db.execute("INSERT OR REPLACE INTO folders VALUES (?, ?)", [path, digest])

    def between(self, kind: Kind, first: int, last: int) -> dict[int, Known]:
        """The documents whose rows have a rowid in a range, by rowid."""
        return {
            known.source: known
            for known in self._known("AND source BETWEEN ? AND ?", kind, first, last)
        }

    def of_project(self, kind: Kind, project_id: str) -> list[Known]:
        """The documents of a kind in a project."""
        return self._known("AND project = ?", kind, self.name(project_id))

    def of_kind(self, kind: Kind) -> list[Known]:
        """The documents of a kind."""
        return self._known("", kind)

    def name(self, text: str) -> int | None:
        """The number of a project's or cycle's id; None where no document has it."""
        row = self.db.execute("SELECT id FROM names WHERE name = ?", [text]).fetchone()
        return None if row is None else int(row[0])

    def put(self, doc: Doc, instead: int | None = None) -> None:
        """Add a document, or put it in the place of the one with an id."""
        if instead is not None:
            self.drop(instead)
        doc_id = self._next(doc.kind) if instead is None else instead
        tags = "".join(f"\n{tag}" for tag in doc.tags) + "\n" if doc.tags else None
        self.db.execute(
            "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                doc_id, _NUMBERS[doc.kind], doc.source, self._number(doc.project_id),
                self._number(doc.cycle_id), doc.created, doc.title_end, doc.digest, doc.record_id,
                tags, doc.file, doc.stamp, doc.text,
            ],
        )  # fmt: skip
        for table, text in (("texts", doc.text), ("titles", doc.text[: doc.title_end])):
            self.db.execute(f"INSERT INTO {table} (rowid, text) VALUES (?, ?)", [doc_id, text])  # noqa: S608

    def drop(self, doc_id: int) -> None:
        """Take a document out, if it is there."""
        row = self.db.execute("SELECT text, title_end FROM docs WHERE id = ?", [doc_id]).fetchone()
        if row is None:
            return
        for table, text in (("texts", row[0]), ("titles", row[0][: row[1]])):
            self.db.execute(
                f"INSERT INTO {table} ({table}, rowid, text) VALUES ('delete', ?, ?)",  # noqa: S608
                [doc_id, text],
            )
        self.db.execute("DELETE FROM docs WHERE id = ?", [doc_id])

    def _known(self, condition: str, kind: Kind, *values: object) -> list[Known]:
        rows = self.db.execute(
            "SELECT id, source, digest, record, file, stamp FROM docs "  # noqa: S608 - words of ours
            f"WHERE kind = ? {condition}",
            [_NUMBERS[kind], *values],
        )
        return [Known(*row) for row in rows]

    def _next(self, kind: Kind) -> int:
        first, last = id_range(kind)
        row = self.db.execute("SELECT max(id) FROM docs WHERE id BETWEEN ? AND ?", [first, last])
        (newest,) = row.fetchone()
        return first if newest is None else int(newest) + 1

    def _number(self, text: str) -> int | None:
        if not text:
            return None
        known = self.name(text)
        if known is not None:
            return known
        return self.db.execute("INSERT INTO names (name) VALUES (?)", [text]).lastrowid


def id_range(kind: Kind) -> tuple[int, int]:
    """The first and the last id that a document of a kind can have."""
    first = _NUMBERS[kind] << _KIND_BITS
    return first, first + (1 << _KIND_BITS) - 1


def kind_of(doc_id: int) -> Kind:
    """The kind of a document, by its id."""
    return list(Kind)[(doc_id >> _KIND_BITS) - 1]


@contextmanager
def open_index(home: Path) -> Iterator[Index]:
    """The index of a home, made where there is none; empty where it is of an earlier form.

    Raises IndexUnusableError, also for what goes wrong in the block, and StoreError where
    another process has been writing for too long.
    """
    with translated(home):
        path = home / INDEX
        _claim(path)
        with closing(_connect(path)) as db:
            _prepare(db)
            yield Index(db, lasting=True)


@contextmanager
def open_in_memory(home: Path) -> Iterator[Index]:
    """An index that is gone with the block, begun from the file where that can be read."""
    with translated(home), closing(_in_memory(home / INDEX)) as db:
        yield Index(db, lasting=False)


def discard(home: Path, *, damaged: int | None = None) -> None:
    """Delete the index; with ``damaged`` (an inode) only if it is still that file.

    Raises OSError where it cannot be deleted.
    """
    with locked(home / ".search.lock"):
        path = home / INDEX
        if damaged is not None and inode(home) != damaged:
            return
        for name in (INDEX, f"{INDEX}-wal", f"{INDEX}-shm", f"{INDEX}-journal"):
            path.with_name(name).unlink(missing_ok=True)


def inode(home: Path) -> int:
    """Which file the index is; 0 where there is none."""
    try:
        return (home / INDEX).stat().st_ino
    except OSError:
        return 0


@contextmanager
def translated(home: Path) -> Iterator[None]:
    """SQLite's complaints about the index as IndexUnusableError, or as StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise StoreError(
                f"the search index {home / INDEX} is in use: it has been written for too long.",
                "Try again when the other program has finished.",
            ) from error
        raise IndexUnusableError(str(error), damaged=code not in _UNWRITABLE) from error


def _claim(path: Path) -> None:
    """Have the file made, private before anything is in it; one that is there is left alone."""
    if os.path.islink(path):  # noqa: PTH114 - unlike Path's, it never raises
        raise IndexUnusableError("a symbolic link", damaged=False)
    if os.path.exists(path):  # noqa: PTH110
        if not os.access(path, os.R_OK | os.W_OK):
            # One that another user made in our home may be removed, and then be ours.
            raise IndexUnusableError("it may not be written", damaged=True)
        return
    private = path.with_name(".search.lock")
    try:
        with locked(private):
            make(path, like=private)
    except StudioError as error:
        raise IndexUnusableError(error.message, damaged=False) from error


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        settle_journal(db, path)
        db.execute("PRAGMA synchronous = NORMAL")  # after a power cut a little older, but whole
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _version(db)
        if found > VERSION:
            raise IndexUnusableError("made by a later release", damaged=False)
        if found != VERSION:
            _drop_all(db)
            for statement in filter(str.strip, _schema().split(";\n")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.rollback()
        raise
    db.commit()


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _schema() -> str:
    from importlib.resources import files  # only where an index is made

    return files("studio_git.store").joinpath("search.sql").read_text("utf-8")


def _drop_all(db: sqlite3.Connection) -> None:
    """Drop every table; the tables of a virtual one go with it."""
    names = "SELECT name, sql LIKE 'CREATE VIRTUAL %' FROM sqlite_master WHERE type = 'table'"
    for name, _ in sorted(db.execute(names).fetchall(), key=lambda row: -row[1]):
        db.execute(f'DROP TABLE IF EXISTS "{name}"')


def _in_memory(path: Path) -> sqlite3.Connection:
    for options in ("mode=ro", "mode=ro&immutable=1"):  # where the WAL cannot be opened
        db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            address = f"{path.absolute().as_uri()}?{options}"
            with closing(sqlite3.connect(address, uri=True)) as source:
                if _version(source) == VERSION:
                    source.backup(db)
                    return db
        except sqlite3.Error:
            pass
        db.close()
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(_schema())
    return db
