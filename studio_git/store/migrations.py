"""Making a store, and bringing an older one up to date.

The data model's tables are created where they are missing and never altered. Ours are named
``git_*``; they change only through the migrations below, which are append-only and additive.
Every reference from ours to the data model's rows lets go when the dashboard deletes a row.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from studio_git.errors import StoreError, StudioError
from studio_git.files import locked, make_private
from studio_git.store import backup
from studio_git.store.connection import (
    DATABASE,
    MIGRATION_SET,
    connect,
    make,
    not_a_database,
    too_new,
    translated,
)
from studio_git.store.gittables import TABLES

DEFAULT_SETTINGS: dict[str, object] = {
    "theme": "dark",
    "sidebar_collapsed": False,
    "default_project_id": None,
    "keyboard_shortcuts": {},  # the dashboard's own to fill
}

FOLDERS = (
    "projects",
    "registry/skills",
    "registry/agents",
    "registry/tools",
    "registry/templates",
    "registry/prompts",
    "backups",
)

migrations = Migrations(MIGRATION_SET)


@migrations()
def m001_create_git_tables(db: Database) -> None:
    """What git and drift need beyond the data model: see the page of the store."""
    for statement in TABLES:
        db.execute(statement)


def prepare_home(home: Path, *, busy_seconds: float = 60.0) -> bool:
    """Make a Studio home and its store, or bring them up to date. True if the store is new.

    Safe to run from many processes at once. Raises StudioError where the home cannot be made,
    and StoreError where the store is damaged or locked; nothing is changed then.
    """
    make_private(home)
    path = home / DATABASE
    with translated(home):
        _claim(path)
        with closing(connect(path, busy_seconds)) as db:
            new = _migrate(db, home)
    make_private(*(home / folder for folder in FOLDERS))
    return new


def _claim(path: Path) -> None:
    """Have the file made, private before anything is in it; one that is there is left alone."""
    if os.path.lexists(path):
        if not path.is_file():
            raise not_a_database(path)
        return
    private = path.with_name(".lock")
    try:
        with locked(private):
            make(path, like=private)
    except (StudioError, sqlite3.OperationalError) as error:
        why = getattr(error.__cause__, "strerror", None) or str(error)
        raise StoreError(
            f"the store {path} cannot be made: {why}.",
            "Choose another place with STUDIO_HOME, or make that folder writable.",
        ) from error


def schema_sql() -> str:
    """The data model's SQL, as the user's specification has it."""
    return resources.files("studio_git.store").joinpath("schema.sql").read_text("utf-8")


def _migrate(db: sqlite3.Connection, home: Path) -> bool:
    database = Database(db, execute_plugins=False)
    if not migrations.pending(database) and _has_data_model(db):
        return False
    db.execute("BEGIN IMMEDIATE")  # the first of many starters does it, the others wait and see
    try:
        new = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        refusal = too_new(db, home)
        if refusal is not None:
            raise refusal
        pending, complete = bool(migrations.pending(database)), _has_data_model(db)
        if not new and (pending or not complete):
            with closing(sqlite3.connect(home / DATABASE)) as reader:  # a writer cannot be copied
                backup.copy(reader, home)
        if not complete:
            _create_data_model(db)
        if pending:
            migrations.apply(database)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
    return new


def _has_data_model(db: sqlite3.Connection) -> bool:
    found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return found.issuperset(_table_names())


def _table_names() -> list[str]:
    return [
        line.split()[2] for line in schema_sql().splitlines() if line.startswith("CREATE TABLE ")
    ]


def _create_data_model(db: sqlite3.Connection) -> None:
    existing = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    fresh = "settings" not in existing
    for statement in _statements(schema_sql()):
        if statement.split()[2] not in existing:
            db.execute(statement)
    if fresh:
        db.executemany(
            "INSERT INTO settings (key, value) VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in DEFAULT_SETTINGS.items()],
        )


def _statements(script: str) -> list[str]:
    """The CREATE statements of a script, each from its keyword on."""
    found = []
    pending = ""
    for line in script.splitlines(keepends=True):
        if not pending and not line.startswith("CREATE "):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip().removesuffix(";"))
            pending = ""
    return found
