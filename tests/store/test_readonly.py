"""Connections that can only read."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from storetools import as_user, dashboards_store, fill, give_away, ordinary_place

from studio_git.errors import StoreError
from studio_git.store.readonly import connect, open_read_only

CODE = (
    "import sys; from pathlib import Path; from studio_git.store.readonly import connect\n"
    "print(connect(Path(sys.argv[1])).execute('SELECT name FROM projects').fetchone()[0])"
)


def test_nothing_can_be_written(tmp_path: Path) -> None:
    path = dashboards_store(tmp_path)
    with closing(connect(path)) as db:
        for sql in ("DELETE FROM projects", "PRAGMA user_version = 7", "CREATE TABLE t (a)"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                db.execute(sql)


def test_a_store_refuses_to_be_written(tmp_path: Path) -> None:
    dashboards_store(tmp_path)
    with open_read_only(tmp_path) as store:
        assert not store.writable
        with pytest.raises(StoreError), store.writing():
            pass


def test_one_moment_is_seen(tmp_path: Path) -> None:
    path = dashboards_store(tmp_path)
    fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        with open_read_only(tmp_path) as store:
            before = store.db.execute("SELECT name FROM projects").fetchone()[0]
            other.execute("UPDATE projects SET name = 'later'")
            assert store.db.execute("SELECT name FROM projects").fetchone()[0] == before
        with open_read_only(tmp_path) as store:
            assert store.db.execute("SELECT name FROM projects").fetchone()[0] == "later"


def test_none_is_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError), open_read_only(tmp_path):
        pass
    assert list(tmp_path.glob("studio.db*")) == []


def test_a_folder_that_cannot_be_written() -> None:
    with ordinary_place() as place:
        path = dashboards_store(place / "home")
        fill(path)
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA journal_mode = WAL")
        give_away(place)
        path.parent.chmod(0o500)
        answer = as_user(sys.executable, "-c", CODE, path, cwd=place)
        assert (answer.err, answer.out) == ("", "projects name\n")
