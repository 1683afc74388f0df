"""Stores that are older, newer, or in which other programs keep what is theirs."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run
from storetools import change, dashboards_store, fill, query, rows_of, specification, two_lines

from studio_git.store.migrations import prepare_home

Figure = Callable[[str], None]

FOREIGN = (
    "CREATE TABLE songs (title TEXT, data BLOB)",
    "INSERT INTO songs VALUES ('of another program', x'00ff00')",
    "CREATE TABLE git_of_another (id TEXT PRIMARY KEY)",
    "INSERT INTO git_of_another VALUES ('theirs')",
    "CREATE VIEW loud AS SELECT upper(title) AS title FROM songs",
    "CREATE INDEX idx_songs ON songs(title)",
    "ALTER TABLE projects ADD COLUMN colour TEXT DEFAULT 'blue'",
    "ALTER TABLE sessions ADD COLUMN mood TEXT",
    "ALTER TABLE decisions ADD COLUMN weight INTEGER NOT NULL DEFAULT 7",
    "ALTER TABLE context_files ADD COLUMN note TEXT",
)

WORK = (
    ["status"],
    ["capture"],
    ["backfill", "--all-authors"],
    ["cycle", "start", "Auth Flow"],
    ["task", "add", "Write it", "--cycle", "Auth Flow"],
    ["decision", "add", "By hand"],
    ["learning", "add", "Slow", "--problem", "p", "--solution", "s"],
    ["session", "list"],
    ["search", "choice"],
    ["stack", "detect"],
    ["settings", "set", "theme", "light"],
    ["project", "edit", "--description", "Ours"],
    ["registry", "sync"],
    ["sync"],
    ["doctor"],
    ["backup"],
)
"""Commands that write to every part of the store."""


def theirs(path: Path) -> dict[str, object]:
    """All that is in a store and not of ours: tables, columns, views, and every row."""
    with closing(sqlite3.connect(path)) as db:
        schema = db.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE (name NOT LIKE 'git\\_%' ESCAPE '\\' "
            "AND name NOT LIKE 'idx_git_%' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE "
            "'_sqlite_%') OR name = 'git_of_another' ORDER BY name"
        ).fetchall()
    rows: dict[str, object] = {**rows_of(path)}
    rows["git_of_another"] = query(path, "SELECT * FROM git_of_another")
    return {"schema": schema, "rows": rows}


def lost(before: dict[str, object], after: dict[str, object]) -> list[object]:
    """What stood in a store before that does not stand so any more."""
    assert isinstance(before["rows"], dict)
    assert isinstance(after["rows"], dict)
    gone = [one for one in before["schema"] if one not in after["schema"]]  # type: ignore[attr-defined, operator]
    for name, rows in before["rows"].items():
        gone += [(name, row) for row in rows if row not in after["rows"][name]]
    return gone


@pytest.fixture
def foreign(repo: Repo, studio_home: Path) -> Repo:
    """A repository, and a home whose store the dashboard made and others extended."""
    repo.write("CLAUDE.md", "# Rules\n")
    repo.write("pyproject.toml", '[project]\nname = "x"\ndependencies = ["fastapi"]\n')
    repo.commit("First\n\nDecision: Choice")
    path = dashboards_store(studio_home)
    for sql in FOREIGN:
        change(path, sql)
    fill_all(path)
    return repo


def fill_all(path: Path) -> None:
    """Rows in every table that the dashboard's has, those with columns of others too."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP VIEW loud")
    songs = query(path, "SELECT * FROM songs")
    change(path, "DELETE FROM songs")
    change(path, "DELETE FROM git_of_another")
    fill(path)
    change(path, "DELETE FROM songs")
    change(path, "DELETE FROM git_of_another")
    change(path, "INSERT INTO songs VALUES (?, ?)", *songs[0])
    change(path, "INSERT INTO git_of_another VALUES ('theirs')")
    change(path, FOREIGN[4])


def test_nothing_unknown_is_dropped(foreign: Repo, studio_home: Path, figure: Figure) -> None:
    path = studio_home / "studio.db"
    before = theirs(path)
    assert foreign.studio("init", "--yes", "--name", "Risk Workbench").status == 0
    for words in WORK:
        answer = foreign.studio(*words)
        assert answer.status in {0, 1}, (words, answer.err)
    allowed = [("settings", ("theme",))]
    gone = [one for one in lost(before, theirs(path)) if one not in allowed]
    assert gone == []
    assert query(path, "SELECT title FROM loud") == [("OF ANOTHER PROGRAM",)]
    new = "SELECT colour FROM projects WHERE id <> 'projects-1'"
    assert query(path, new) == [("blue",)]
    backup = max((studio_home / "backups").glob("*.db"))
    assert lost(theirs(path), theirs(backup)) == []
    assert foreign.studio("restore", backup.name, "--yes").status == 0
    assert lost(before, theirs(path)) == []
    columns = sum(" ADD COLUMN " in sql for sql in FOREIGN)
    figure(f"{len(WORK)} commands and a restore: 0 of {columns} columns, 2 tables, a view lost")


@pytest.mark.parametrize("missing", range(18))
def test_older_stores_are_brought_along(studio_home: Path, missing: int) -> None:
    """One without each table of the data model in turn, as an older dashboard made it."""
    statements = re.findall(r"CREATE (?:TABLE|INDEX) .*?;", specification(), re.DOTALL)
    name = [it.split()[2] for it in statements if it.startswith("CREATE TABLE")][missing]
    studio_home.mkdir(parents=True)
    path = studio_home / "studio.db"
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            if not re.search(rf"(TABLE|ON) {name}\b", statement):
                db.execute(statement)
        db.execute("CREATE TABLE songs (title TEXT)")
        db.execute("INSERT INTO songs VALUES ('of another program')")
    before = rows_of(path)
    assert not prepare_home(studio_home)
    after = rows_of(path)
    assert {table: after[table] for table in before} == before
    assert set(after) == {*before, name}
    (copy,) = (studio_home / "backups").glob("*.db")
    assert rows_of(copy) == before


READING = (
    ["status"],
    ["diff"],
    ["session", "list"],
    ["decision", "list"],
    ["search", "choice"],
    ["activity"],
    ["cycle", "list"],
    ["dashboard"],
    ["project", "list"],
    ["settings", "list"],
    ["why", "CLAUDE.md"],
    ["backup"],
)
WRITING = (
    ["init", "--yes"],
    ["capture"],
    ["decision", "add", "By hand"],
    ["cycle", "start", "Other"],
    ["settings", "set", "theme", "light"],
    ["backfill", "--all-authors"],
    ["registry", "add", "skill", "skill.md"],
    ["resolve", "CLAUDE.md", "--accept-repo"],
    ["project", "edit", "--description", "x"],
    ["doctor", "--rebuild", "--yes"],
)


def test_a_newer_store_is_read_only(repo: Repo, studio_home: Path, figure: Figure) -> None:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First\n\nDecision: Choice")
    assert repo.studio("init", "--yes", "--name", "Risk Workbench").status == 0
    assert repo.studio("backfill", "--all-authors").status == 0
    path = studio_home / "studio.db"
    change(path, "CREATE TABLE git_of_the_future (id TEXT)")
    change(path, "ALTER TABLE git_commits ADD COLUMN future TEXT")
    change(path, "UPDATE git_meta SET value = '2' WHERE key = 'min_writer'")
    repo.write("CLAUDE.md", "# Other rules\n")
    repo.write("skill.md", "# Skill\n\n## Description\nNone.\n")
    before = rows_of(path, ours=True)
    for words in READING:
        answer = repo.studio(*words)
        assert answer.status in {0, 1}, (words, answer.err)
    for words in WRITING:
        answer = repo.studio(*words)
        two_lines(answer)
        assert "later release" in answer.err, words
    repo.commit("Second, with the hooks")
    assert "later release" in repo.studio("doctor").out
    assert run(SCRIPTS / "studio-hook", "worker", cwd=repo.path).status in {0, 1, 2}
    assert rows_of(path, ours=True) == before
    read, refused = len(READING), len(WRITING)
    figure(f"newer: {read} commands read, {refused} refused, a commit made, 0 rows changed")
