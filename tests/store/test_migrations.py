"""Making a store and bringing an older one along, beside whatever others keep in it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from storetools import (
    as_user,
    change,
    dashboards_store,
    fill,
    fingerprint,
    give_away,
    ordinary_place,
    query,
    rows_of,
    specification,
    tables,
)

from studio_git.errors import StoreError, StudioError
from studio_git.store import migrations
from studio_git.store.connection import DATABASE, MIGRATION_SET, MIGRATIONS, open_store
from studio_git.store.migrations import FOLDERS, prepare_home


def without_space(sql: str | None) -> str:
    """SQL without comments and layout, which are no part of the schema."""
    return " ".join(re.sub(r"--[^\n]*", "", sql or "").split()).replace("( ", "(")


def schema(db: sqlite3.Connection, names: list[str]) -> dict[str, Any]:
    """All that SQLite knows of the tables named, with their indexes."""
    found: dict[str, Any] = {}
    for name in names:
        indexes = db.execute(f"PRAGMA index_list({name})").fetchall()
        found[name] = {
            "sql": without_space(
                db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()[0]
            ),
            "columns": db.execute(f"PRAGMA table_xinfo({name})").fetchall(),
            "references": db.execute(f"PRAGMA foreign_key_list({name})").fetchall(),
            "indexes": sorted(
                (row[1:], db.execute(f"PRAGMA index_xinfo({row[1]})").fetchall()) for row in indexes
            ),
            "index sql": sorted(
                without_space(sql)
                for (sql,) in db.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [name]
                )
            ),
        }
    return found


class TestFresh:
    def test_it_has_the_data_models_schema_exactly(self, studio_home: Path) -> None:
        assert prepare_home(studio_home)
        with (
            closing(sqlite3.connect(":memory:")) as wanted,
            closing(sqlite3.connect(studio_home / DATABASE)) as made,
        ):
            wanted.executescript(specification())
            names = tables(wanted)
            assert len(names) == 18
            assert schema(made, names) == schema(wanted, names)

    def test_it_has_the_24_named_indexes(self, studio_home: Path) -> None:
        prepare_home(studio_home)
        found = query(
            studio_home / DATABASE,
            "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name NOT LIKE 'git\\_%' ESCAPE '\\' AND tbl_name != '_sqlite_migrations'",
        )
        assert found == [(24,)]

    def test_only_ours_stand_beside_it_and_nothing_runs_in_others_connections(
        self, studio_home: Path
    ) -> None:
        prepare_home(studio_home)
        with (
            closing(sqlite3.connect(":memory:")) as wanted,
            closing(sqlite3.connect(studio_home / DATABASE)) as made,
        ):
            wanted.executescript(specification())
            others = set(tables(made)) - set(tables(wanted))
            kinds = {kind for (kind,) in made.execute("SELECT DISTINCT type FROM sqlite_master")}
            virtual = made.execute(
                "SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'"
            ).fetchone()
        assert "_sqlite_migrations" in others
        assert all(name.startswith("git_") for name in others - {"_sqlite_migrations"})
        assert kinds == {"table", "index"}
        assert virtual == (0,)

    def test_it_has_the_default_settings_as_json(self, studio_home: Path) -> None:
        prepare_home(studio_home)
        found = query(studio_home / DATABASE, "SELECT key, value FROM settings")
        assert {str(key): json.loads(str(value)) for key, value in found} == {
            "theme": "dark",
            "sidebar_collapsed": False,
            "default_project_id": None,
            "keyboard_shortcuts": {},
        }

    def test_the_home_has_the_data_models_folders(self, studio_home: Path) -> None:
        prepare_home(studio_home)
        assert all((studio_home / folder).is_dir() for folder in FOLDERS)
        assert not list((studio_home / "backups").iterdir())

    def test_doing_it_again_changes_nothing(self, studio_home: Path) -> None:
        prepare_home(studio_home)
        before = fingerprint(studio_home)
        assert not prepare_home(studio_home)
        assert fingerprint(studio_home) == before

    def test_all_is_private_whatever_the_umask(self, studio_home: Path) -> None:
        old = os.umask(0)
        try:
            prepare_home(studio_home)
            with open_store(studio_home) as store, store.writing() as db:
                db.execute("DELETE FROM settings WHERE key = 'theme'")
                made = list(studio_home.rglob("*"))
                modes = {path.name: path.stat().st_mode & 0o777 for path in made}
        finally:
            os.umask(old)
        assert {modes[path.name] for path in made if path.is_dir()} == {0o700}
        assert {modes[name] for name in modes if name.startswith(DATABASE)} == {0o600}
        assert len([name for name in modes if name.startswith(DATABASE)]) == 3
        assert studio_home.stat().st_mode & 0o777 == 0o700

    def test_the_names_of_migrations_are_those_that_the_hook_path_knows(
        self, studio_home: Path
    ) -> None:
        prepare_home(studio_home)
        found = query(
            studio_home / DATABASE,
            "SELECT name FROM _sqlite_migrations WHERE migration_set = ?",
            MIGRATION_SET,
        )
        assert [name for (name,) in found] == list(MIGRATIONS)


class TestOthersStore:
    def test_every_row_stays_and_a_copy_is_made_first(self, studio_home: Path) -> None:
        path = dashboards_store(studio_home)
        fill(path)
        change(path, "ALTER TABLE projects ADD COLUMN colour TEXT DEFAULT 'green'")
        change(path, "CREATE TABLE dashboard_windows (id INTEGER PRIMARY KEY, place TEXT)")
        change(path, "CREATE VIEW dashboard_view AS SELECT name, colour FROM projects")
        change(path, "INSERT INTO dashboard_windows VALUES (1, 'left')")
        before = rows_of(path)
        assert len(before) == 19
        assert all(len(rows) == 1 for rows in before.values())
        with closing(sqlite3.connect(path)) as db:
            was = schema(db, tables(db))
        assert not prepare_home(studio_home)
        with closing(sqlite3.connect(path)) as db:
            assert schema(db, list(was)) == was
        assert rows_of(path) == before
        with open_store(studio_home) as store:
            store.require_writable()
        (copy,) = (studio_home / "backups").iterdir()
        assert rows_of(copy, ours=True) == before

    def test_settings_of_the_dashboard_are_left_as_they_are(self, studio_home: Path) -> None:
        path = dashboards_store(studio_home)
        change(path, "INSERT INTO settings (key, value) VALUES ('theme', '\"light\"')")
        prepare_home(studio_home)
        assert query(path, "SELECT key, value FROM settings") == [("theme", '"light"')]

    @pytest.mark.parametrize("missing", ["learnings", "tech_mappings", "settings"])
    def test_a_table_that_is_missing_is_made_and_the_rest_kept(
        self, studio_home: Path, missing: str
    ) -> None:
        path = dashboards_store(studio_home)
        fill(path)
        before = rows_of(path)
        change(path, f"DROP TABLE {missing}")
        assert not prepare_home(studio_home)
        after = rows_of(path)
        assert {name: rows for name, rows in after.items() if name != missing} == {
            name: rows for name, rows in before.items() if name != missing
        }
        assert len(after[missing]) == (4 if missing == "settings" else 0)
        with closing(sqlite3.connect(":memory:")) as db:
            db.executescript(specification())
            wanted = schema(db, [missing])
        with closing(sqlite3.connect(path)) as db:
            assert schema(db, [missing]) == wanted

    def test_a_store_in_use_by_the_dashboard_is_brought_along(self, studio_home: Path) -> None:
        path = dashboards_store(studio_home)
        fill(path)
        with closing(sqlite3.connect(path)) as dashboard:
            assert dashboard.execute("SELECT count(*) FROM projects").fetchone() == (1,)
            prepare_home(studio_home)
            assert dashboard.execute("SELECT count(*) FROM projects").fetchone() == (1,)

    @pytest.mark.parametrize(
        "table",
        ["activity_log", "learnings", "tech_mappings", "tech_stack", "drift_records", "tasks",
         "context_files", "decisions", "dependencies", "sessions", "cycles", "projects"],
    )  # fmt: skip
    def test_the_dashboard_can_delete_what_it_could_delete_before(
        self, studio_home: Path, table: str
    ) -> None:
        """With its foreign keys on; what refers to a row of its own goes first, as it must."""
        path = dashboards_store(studio_home)
        fill(path)
        prepare_home(studio_home)
        our_rows(path)
        for name in DELETION_ORDER[: DELETION_ORDER.index(table) + 1]:
            change(path, f"DELETE FROM {name}")
        assert query(path, f"SELECT count(*) FROM {table}") == [(0,)]
        assert query(path, "PRAGMA foreign_key_check") == []


DELETION_ORDER = [
    "activity_log", "learnings", "tech_mappings", "tech_stack", "drift_records", "tasks",
    "context_files", "decisions", "dependencies", "sessions", "cycles", "projects",
]  # fmt: skip


def our_rows(path: Path) -> None:
    """One row in each of our tables, referring to the data model's wherever it can."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA foreign_keys = ON")
        named = {
            "project_id": "projects-1", "context_file_id": "context_files-1",
            "session_id": "sessions-1", "repository_id": "r", "snapshot_id": "s",
            "cycle_id": "cycles-1", "task_id": "tasks-1", "newer_id": "decisions-1",
            "older_id": "decisions-1", "decision_id": "decisions-1",
            "tech_stack_id": "tech_stack-1", "dependency_id": "dependencies-1",
        }  # fmt: skip
        for table in [name for name in tables(db) if name.startswith("git_")]:
            if table == "git_meta":
                continue
            values: list[object] = []
            for _, name, kind, _, _, _ in db.execute(f"PRAGMA table_info({table})"):
                own = {"git_repositories": "r", "git_snapshots": "s"}.get(table, "1")
                values.append(
                    own if name == "id" else 1 if kind == "INTEGER" else named.get(name, "x")
                )
            db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def test_forty_first_starts_at_once_all_succeed(studio_home: Path) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-m", "studio_git.store", str(studio_home)], stderr=subprocess.PIPE
        )
        for _ in range(40)
    ]
    answers = [(start.communicate()[1], start.returncode) for start in starts]
    assert answers == [(b"", 0)] * 40
    assert query(studio_home / DATABASE, "SELECT count(*) FROM settings") == [(4,)]
    assert query(studio_home / DATABASE, "SELECT count(*) FROM _sqlite_migrations") == [
        (len(MIGRATIONS),)
    ]
    assert query(studio_home / DATABASE, "PRAGMA integrity_check") == [("ok",)]
    assert not list((studio_home / "backups").iterdir())


def test_many_starts_on_an_older_store_make_one_copy(studio_home: Path) -> None:
    path = dashboards_store(studio_home)
    fill(path)
    before = rows_of(path)
    starts = [
        subprocess.Popen([sys.executable, "-m", "studio_git.store", str(studio_home)])
        for _ in range(8)
    ]
    assert [start.wait() for start in starts] == [0] * 8
    assert rows_of(path) == before
    assert len(list((studio_home / "backups").iterdir())) == 1


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    studio_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dashboards_store(studio_home)
    fill(path)
    before = rows_of(path, ours=True)
    monkeypatch.setattr(migrations, "TABLES", (*migrations.TABLES[:5], "CREATE NONSENSE"))
    with pytest.raises(StoreError):
        prepare_home(studio_home)
    assert rows_of(path, ours=True) == before


class TestPlaces:
    def test_a_file_in_the_place_of_the_home_is_told(self, studio_home: Path) -> None:
        studio_home.write_text("mine")
        with pytest.raises(StudioError, match="cannot be made") as caught:
            prepare_home(studio_home)
        assert "STUDIO_HOME" in caught.value.hint
        assert studio_home.read_text() == "mine"

    @pytest.mark.parametrize("mode", [0o500, 0o000])
    def test_a_folder_that_cannot_be_written_is_told(self, mode: int) -> None:
        with ordinary_place() as place:
            (place / "locked").mkdir()
            give_away(place)
            (place / "locked").chmod(mode)
            told = as_user(sys.executable, "-c", PREPARE, place / "locked" / "studio", cwd=place)
            assert told.out.startswith("the folder "), told.err
            assert "cannot be made: Permission denied" in told.out


PREPARE = """
import sys
from pathlib import Path
from studio_git.errors import StudioError
from studio_git.store.migrations import prepare_home
try:
    prepare_home(Path(sys.argv[1]))
except StudioError as error:
    print(error.message)
"""
