"""Putting what was read out of a damaged store into a new one, and mending what refers to it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from studio_git.core.slips import is_near
from studio_git.store import transfer
from studio_git.store.connection import WRITER
from studio_git.store.projects import Repository
from studio_git.store.records import TABLES, TITLE, Kind
from studio_git.store.sessions import Made
from studio_git.store.transfer import Row, Value

_ONLY_PROJECT = "(SELECT min(id) FROM projects HAVING count(*) = 1)"
_REPLACED = ("settings", "git_meta")


@contextmanager
def filling(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction in which references may lead nowhere for a while: see :func:`settle`."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()
    db.execute("PRAGMA foreign_keys = ON")


def put(db: sqlite3.Connection, found: Mapping[str, Iterable[Row]]) -> int:
    """Insert rows that the store does not have yet; how many. Rows that cannot stand are left.

    References may lead nowhere afterwards: it belongs into :func:`filling`.
    """
    count = 0
    for table, rows in found.items():
        columns = [str(row[1]) for row in db.execute(f'PRAGMA table_info("{table}")')]
        how = "REPLACE" if table in _REPLACED else "IGNORE"
        for row in rows:
            known = {_meant(at, name, columns, row): row[name] for at, name in enumerate(row)}
            known = {name: value for name, value in known.items() if name in columns}
            if not known:
                continue
            names = ", ".join(f'"{name}"' for name in known)
            marks = ", ".join("?" * len(known))
            try:
                cursor = db.execute(
                    f'INSERT OR {how} INTO "{table}" ({names}) VALUES ({marks})',  # noqa: S608
                    list(known.values()),
                )
            except sqlite3.IntegrityError:  # REPLACE does not pass over a NULL that may not be
                continue
            count += cursor.rowcount
    return count


def _meant(at: int, name: str, columns: Sequence[str], row: Row) -> str:
    """The column that a name means: where it was damaged, the one that stood in its place."""
    if name in columns or len(columns) != len(row) or columns[at] in row:
        return name
    return columns[at]


def make_others(db: sqlite3.Connection, statements: Mapping[str, str]) -> None:
    """Make the tables of other programs again, where their statements could be read."""
    for statement in statements.values():
        try:
            db.execute(statement)
        except sqlite3.Error:  # it says what this SQLite does not understand
            continue


def put_writer(db: sqlite3.Connection) -> None:
    """Let the store say that this release may write it, whatever was read of that."""
    db.execute("UPDATE git_meta SET value = ? WHERE key = 'min_writer'", [str(WRITER)])


def mend_ids(db: sqlite3.Connection) -> None:
    """Let references that lead nowhere for one character lead where they led.

    If nothing refers to the row that is meant, its own id is what was damaged. Numbers are passed
    over: 11 is beside 13, and no other word for it.
    """
    users: dict[str, list[tuple[str, str]]] = {}
    for table in transfer.names(db):
        for row in db.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            if (row[4] or "id") == "id":
                users.setdefault(str(row[2]), []).append((table, str(row[3])))
    for parent, columns in users.items():
        ids = {row[0] for row in db.execute(f'SELECT id FROM "{parent}"')}  # noqa: S608
        if any(isinstance(one, int) for one in ids):
            continue
        used = {
            place: {
                str(row[0])
                for row in db.execute(
                    f'SELECT DISTINCT "{place[1]}" FROM "{place[0]}" '  # noqa: S608
                    f'WHERE "{place[1]}" IS NOT NULL'
                )
            }
            for place in columns
        }
        for lost in set().union(*used.values()) - ids:
            meant = [one for one in ids if is_near(one, lost)]
            if len(meant) != 1:
                continue
            if any(meant[0] in values for values in used.values()):
                for table, column in columns:
                    db.execute(
                        f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE "{column}" = ?',  # noqa: S608
                        [meant[0], lost],
                    )
            else:
                db.execute(f'UPDATE "{parent}" SET id = ? WHERE id = ?', [lost, meant[0]])  # noqa: S608


def settle(db: sqlite3.Connection) -> int:
    """Let go of references that lead nowhere; how many rows that cost.

    Projects and cycles that rows refer to are made, under their ids, so that the rows stay.
    """
    for table in ("cycles", "sessions", "decisions", "context_files", "tech_stack", "dependencies"):
        db.execute(
            "INSERT OR IGNORE INTO projects (id, name) "  # noqa: S608
            f"SELECT DISTINCT project_id, project_id FROM {table} WHERE project_id IS NOT NULL"
        )
    for table in ("sessions", "decisions", "tasks"):
        project = _ONLY_PROJECT if table == "tasks" else "project_id"
        db.execute(
            "INSERT OR IGNORE INTO cycles (id, project_id, name, cycle_type) "  # noqa: S608
            f"SELECT DISTINCT cycle_id, {project}, cycle_id, 'feature' FROM {table} "
            f"WHERE cycle_id IS NOT NULL AND {project} IS NOT NULL"
        )
    lost = 0
    for table in transfer.names(db):
        info = db.execute(f"PRAGMA table_info({table})").fetchall()
        needed = {str(row[1]) for row in info if row[3] or row[5]}
        for row in db.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            parent, column, key = row[2], row[3], row[4] or "id"
            where = f'"{column}" IS NOT NULL AND "{column}" NOT IN (SELECT "{key}" FROM "{parent}")'  # noqa: S608
            if column in needed:
                lost += db.execute(f'DELETE FROM "{table}" WHERE {where}').rowcount  # noqa: S608
            else:
                db.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE {where}')  # noqa: S608
    return lost


def drop_altered_snapshots(db: sqlite3.Connection) -> int:
    """Remove kept contents that are not what was kept, and what refers to them; how many."""
    altered = [
        (row[0],)
        for row in db.execute("SELECT id, content FROM git_snapshots").fetchall()
        if not isinstance(row[1], bytes) or hashlib.sha256(row[1]).hexdigest() != row[0]
    ]
    db.executemany("DELETE FROM git_syncs WHERE snapshot_id = ?", altered)
    db.executemany("DELETE FROM git_snapshots WHERE id = ?", altered)
    return len(altered)


def adopt(
    db: sqlite3.Connection, repository: Repository, oids: Iterable[str], worktree: str
) -> None:
    """Give a clone whose own row was lost what was captured in it: commits, and what was synced."""
    db.executemany(
        "UPDATE git_commits SET repository_id = ? "
        "WHERE repository_id IS NULL AND project_id = ? AND oid = ?",
        [(repository.id, repository.project_id, oid) for oid in oids],
    )
    db.execute(
        "UPDATE git_syncs SET repository_id = ? WHERE repository_id IS NULL AND worktree = ?",
        [repository.id, worktree],
    )


def put_oid(db: sqlite3.Connection, commit_id: int, oid: str) -> None:
    """Let the row of a commit name the commit that it was made of."""
    db.execute("UPDATE git_commits SET oid = ? WHERE id = ?", [oid, commit_id])


def untied(db: sqlite3.Connection, project_id: str) -> dict[tuple[Kind, str], str]:
    """Records that stand in no commit: id by kind and title in lower case."""
    found = {}
    for kind, table in TABLES.items():
        rows = db.execute(
            f"SELECT id, {TITLE[kind]} FROM {table} WHERE project_id = ? AND id NOT IN "  # noqa: S608
            "(SELECT record_id FROM git_notes WHERE kind = ?)",
            [project_id, kind.value],
        )
        found.update({(kind, str(row[1]).casefold()): str(row[0]) for row in rows})
    return found


def revive_session(
    db: sqlite3.Connection, session_id: str, project_id: str, author: tuple[str, str], made: Made
) -> None:
    """Make the rows of a captured session again, those that are not there.

    ``author`` is the address and the name.
    """
    db.execute(
        "INSERT OR IGNORE INTO sessions (id, project_id, cycle_id, title, summary, "
        "duration_minutes, files_changed, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            session_id,
            project_id,
            made.cycle_id,
            made.title,
            made.summary,
            made.duration_minutes,
            json.dumps(list(made.files), ensure_ascii=False),
            made.created_at,
        ],
    )
    db.execute(
        "INSERT OR IGNORE INTO git_sessions (session_id, project_id, author_email, author_name, "
        "started_at, ended_at, zone, title, summary, stale) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        [
            session_id,
            project_id,
            *author,
            made.started_at,
            made.ended_at,
            made.zone,
            made.title,
            made.summary,
        ],
    )


def add_session(db: sqlite3.Connection, columns: Mapping[str, Value]) -> bool:
    """Insert a session as its file tells it; False if there is one of that id."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = db.execute(
        f"INSERT OR IGNORE INTO sessions ({names}) VALUES ({marks})",  # noqa: S608 - names of ours
        list(columns.values()),
    )
    return bool(cursor.rowcount)


def set_number(db: sqlite3.Connection, cycle_id: str, number: int) -> None:
    """Give a cycle the number of its code again, if nobody has it."""
    db.execute(
        "INSERT OR IGNORE INTO git_cycle_codes (number, cycle_id) VALUES (?, ?)", [number, cycle_id]
    )


def add_cycle(db: sqlite3.Connection, cycle_id: str, project_id: str, name: str) -> None:
    """Insert a cycle of which only the name is known, or name one that was made for its id."""
    db.execute(
        "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, ?, ?, 'feature') "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name = id",
        [cycle_id, project_id, name],
    )
