"""Opening the store: what is read, what is written, and what is told instead."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from storetools import change, dashboards_store, fingerprint, query

from studio_git.errors import StoreError, StoreOutdatedError, StoreTooNewError
from studio_git.store.connection import DATABASE, Store, connect, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def home(studio_home: Path) -> Path:
    prepare_home(studio_home)
    return studio_home


def fail_while_writing(store: Store, *, nested: bool) -> None:
    with store.writing() as db:
        if nested:
            with store.writing() as inner:
                assert inner is db
                inner.execute("INSERT INTO settings (key, value) VALUES ('a', '1')")
        else:
            db.execute("DELETE FROM settings")
        raise RuntimeError


def settings_of(home: Path) -> list[tuple[object, ...]]:
    return query(home / DATABASE, "SELECT key, value FROM settings ORDER BY key")


def test_our_connections_are_set_as_the_design_says(home: Path) -> None:
    with open_store(home) as store:
        pragmas = {
            name: store.db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }


@pytest.mark.parametrize("nested", [False, True])
def test_a_write_that_fails_leaves_nothing(home: Path, nested: bool) -> None:
    before = settings_of(home)
    with open_store(home) as store:
        with pytest.raises(RuntimeError):
            fail_while_writing(store, nested=nested)
        assert not store.db.in_transaction
    assert settings_of(home) == before


def test_a_reader_is_not_stopped_by_a_writer(home: Path) -> None:
    with open_store(home) as writer, writer.writing() as db:
        db.execute("INSERT INTO settings (key, value) VALUES ('a', '1')")
        with open_store(home, busy_seconds=0) as reader:
            found = reader.db.execute("SELECT count(*) FROM settings WHERE key = 'a'").fetchone()
    assert found[0] == 0


class TestNewer:
    def newer(self, home: Path, value: str = "2") -> None:
        change(home / DATABASE, "UPDATE git_meta SET value = ? WHERE key = 'min_writer'", value)

    @pytest.mark.parametrize("value", ["2", "17", "2027.1"])
    def test_a_store_of_a_breaking_release_is_read_and_not_written(
        self, home: Path, value: str
    ) -> None:
        self.newer(home, value)
        before = settings_of(home)
        with open_store(home) as store:
            assert not store.writable
            assert store.db.execute("SELECT count(*) FROM settings").fetchone()[0] == 4
            with pytest.raises(StoreTooNewError, match="later release") as caught, store.writing():
                pytest.fail("writing began")
        assert "Upgrade" in caught.value.hint
        assert settings_of(home) == before

    def test_it_is_neither_migrated_nor_copied(self, home: Path) -> None:
        self.newer(home)
        change(home / DATABASE, "DELETE FROM _sqlite_migrations")
        before = fingerprint(home)
        with open_store(home) as store:
            assert not store.writable
        with pytest.raises(StoreTooNewError):
            prepare_home(home)
        assert fingerprint(home) == before

    def test_a_migration_that_only_added_lets_us_write(self, home: Path) -> None:
        change(
            home / DATABASE,
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('studio-git', 'm999_of_the_future', '2030-01-01')",
        )
        change(home / DATABASE, "CREATE TABLE git_of_the_future (id TEXT)")
        assert not prepare_home(home)
        with open_store(home) as store:
            store.require_writable()
        assert query(home / DATABASE, "SELECT count(*) FROM git_of_the_future") == [(0,)]


class TestOlder:
    def test_a_store_without_our_tables_is_told_apart(self, studio_home: Path) -> None:
        dashboards_store(studio_home)
        with pytest.raises(StoreOutdatedError), open_store(studio_home):
            pytest.fail("it was opened")

    def test_so_is_one_that_lacks_a_migration(self, home: Path) -> None:
        change(home / DATABASE, "DELETE FROM _sqlite_migrations")
        with pytest.raises(StoreOutdatedError), open_store(home):
            pytest.fail("it was opened")


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 500)


def truncated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    os.truncate(path, path.stat().st_size // 2)


def cut_in_the_header(path: Path) -> None:
    os.truncate(path, 60)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [garbage, truncated, cut_in_the_header, emptied, folder, gone])
def test_what_is_no_store_is_told_and_left_alone(home: Path, damage: object) -> None:
    assert callable(damage)
    damage(home / DATABASE)
    before = fingerprint(home)
    with pytest.raises(StoreError) as caught, open_store(home):
        pytest.fail("it was opened")
    assert not isinstance(caught.value, StoreOutdatedError)
    assert str(home) in caught.value.message
    assert caught.value.hint
    assert fingerprint(home) == before


@pytest.mark.parametrize("damage", [garbage, truncated, cut_in_the_header, folder])
def test_nothing_is_made_in_the_place_of_a_damaged_store(home: Path, damage: object) -> None:
    assert callable(damage)
    damage(home / DATABASE)
    before = fingerprint(home)
    with pytest.raises(StoreError):
        prepare_home(home)
    assert fingerprint(home) == before


def test_an_empty_file_becomes_a_store_only_where_one_is_to_be_made(studio_home: Path) -> None:
    studio_home.mkdir()
    (studio_home / DATABASE).touch()
    assert prepare_home(studio_home)
    with open_store(studio_home) as store:
        store.require_writable()


def test_a_store_that_another_program_holds_is_told(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            open_store(home, busy_seconds=0) as store,
            pytest.raises(StoreError, match="in use") as caught,
            store.writing(),
        ):
            pytest.fail("writing began")
    assert "Try again" in caught.value.hint


def test_an_older_store_that_another_program_holds_is_told(studio_home: Path) -> None:
    path = dashboards_store(studio_home)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="in use"):
            prepare_home(studio_home, busy_seconds=0)
    assert not (studio_home / "backups").exists()


def test_a_fault_of_the_database_in_the_block_says_what_to_do(home: Path) -> None:
    with pytest.raises(StoreError, match="no such table"), open_store(home) as store:
        store.db.execute("SELECT * FROM nowhere")


def test_a_fault_of_ours_stays_a_bug(home: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError), open_store(home) as store, store.writing() as db:
        db.execute("INSERT INTO settings (key, value) VALUES ('theme', '1')")


def test_the_lock_of_writers_stands_in_the_home(home: Path) -> None:
    with open_store(home) as store:
        assert isinstance(store, Store)
        assert store.lock == home / ".lock"


def test_a_store_that_went_away_is_not_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "moved"
    home.mkdir()
    with pytest.raises(sqlite3.OperationalError):
        connect(home / DATABASE)
    assert list(home.iterdir()) == []
