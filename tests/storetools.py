"""Stores as others made them, and programs run as an ordinary user, for the tests."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import Answer, run

DATA = Path(__file__).parent / "data"
NOBODY = 65534

Rows = dict[str, list[tuple[object, ...]]]


def specification() -> str:
    """The SQL of the user's data model, from the specification itself."""
    return (DATA / "data_model.sql").read_text()


def dashboards_store(home: Path) -> Path:
    """A store as the dashboard makes it from the specification's SQL, with no table of ours."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "studio.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(specification())
    return path


def fill(path: Path) -> None:
    """One row in every table, each column set, references as they have to be."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA foreign_keys = ON")
        for table in tables(db):
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            references = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
            values = [
                f"{references[name]}-1"
                if name in references
                else f"{table}-1"
                if name == "id"
                else 7
                if kind == "INTEGER"
                else f"{table} {name}"
                for _, name, kind, *_ in columns
            ]
            marks = ", ".join("?" * len(values))
            db.execute(f"INSERT INTO {table} VALUES ({marks})", values)


def tables(db: sqlite3.Connection) -> list[str]:
    """The tables, in the order in which they were made."""
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "ORDER BY rowid"
    )
    return [name for (name,) in rows]


def rows_of(path: Path, *, ours: bool = False) -> Rows:
    """Every row of every table that is not ours (or, with ``ours``, of all)."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in tables(db)
            if ours or not table.startswith(("git_", "_sqlite_migrations"))
        }


def query(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """What any program that opens the store would read."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def change(path: Path, sql: str, *values: object) -> None:
    """What the dashboard does: one change, with its foreign keys on."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(sql, values)


def fingerprint(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of everything in a folder; SQLite's working files do not count."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            str(path.readlink()).encode()
            if path.is_symlink()
            else path.read_bytes()
            if path.is_file()
            else b"",
        )
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-wal", "-shm"))
    }


@contextmanager
def ordinary_place() -> Iterator[Path]:
    """A folder that an ordinary user can reach and owns, whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="studio-git-test-"))
    try:
        yield folder
    finally:
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)


def as_user(*words: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Answer:
    """Run a program as a user whom permissions bind; ``cwd`` is in an ordinary place."""
    if os.geteuid() != 0:
        return run(*words, cwd=cwd, env=env)
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if run(*user, sys.executable, "-c", "pass", cwd=cwd).status:
        pytest.skip(f"{sys.executable} lies where only its owner can run it")
    return run(*user, *words, cwd=cwd, env=env)


def give_away(folder: Path) -> None:
    """Let an ordinary place, with all that is in it, belong to the user of :func:`as_user`."""
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def studio_as_user(*words: str, cwd: Path, home: Path) -> Answer:
    """Run ``git studio`` as an ordinary user, with the Studio home in a home of their own."""
    env = {
        "HOME": str(home),
        "STUDIO_HOME": str(home / "studio"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    script = (
        "import sys; sys.argv[0] = 'git-studio'; "
        "from studio_git.__main__ import main; sys.exit(main())"
    )
    return as_user(sys.executable, "-c", script, *words, cwd=cwd, env=env)


def two_lines(answer: Answer) -> None:
    """The manners of an error: what, what to do, status 2, nothing on standard output."""
    assert answer.status == 2, answer
    lines = answer.err.rstrip("\n").split("\n")
    assert len(lines) == 2, answer.err
    assert lines[0].startswith("git studio: "), answer.err
    assert lines[0].endswith((".", "?")), answer.err
    assert lines[1].strip(), answer.err
    assert "Traceback" not in answer.err, answer.err
    for word in ("rm -", "reset --hard", "--force", "git clean", "checkout --"):
        assert word not in answer.err, answer.err
