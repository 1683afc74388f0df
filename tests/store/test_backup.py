"""Copies of the store: whole, in one file, and others' files left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from storetools import as_user, change, give_away, ordinary_place, query, rows_of

from studio_git.store import backup
from studio_git.store.connection import DATABASE, open_store
from studio_git.store.migrations import prepare_home


@pytest.fixture
def home(studio_home: Path) -> Path:
    prepare_home(studio_home)
    return studio_home


def test_a_copy_is_one_private_file_with_every_row(home: Path) -> None:
    change(home / DATABASE, "INSERT INTO projects (id, name) VALUES ('p', 'Risk Workbench')")
    with open_store(home) as store:
        copy = backup.copy(store.db, home)
    assert copy.parent == home / "backups"
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows_of(copy, ours=True) == rows_of(home / DATABASE, ours=True)


def test_a_copy_has_what_is_still_in_the_log_of_writes(home: Path) -> None:
    with open_store(home) as store:
        with store.writing() as db:
            db.execute("INSERT INTO projects (id, name) VALUES ('p', 'new')")
        copy = backup.copy(store.db, home)
    assert query(copy, "SELECT name FROM projects") == [("new",)]


def test_copies_of_one_second_have_names_of_their_own(home: Path) -> None:
    with open_store(home) as store:
        copies = {backup.copy(store.db, home) for _ in range(5)}
    assert len(copies) == 5
    assert all(path.is_file() for path in copies)


def test_the_oldest_go_and_what_others_keep_there_stays(home: Path) -> None:
    folder = home / "backups"
    others = ["studio-before-upgrade.db", "studio-2024-12-22T10:42:00.db", "notes.txt"]
    old = [f"studio-20200101-0000{number:02}.db" for number in range(20)]
    for name in [*others, *old]:
        (folder / name).write_bytes(b"")
    with open_store(home) as store:
        copy = backup.copy(store.db, home)
    left = sorted(path.name for path in folder.iterdir())
    assert left == sorted([*others, *old[-(backup.KEEP - 1) :], copy.name])


def test_within_one_second_the_first_are_the_oldest(home: Path) -> None:
    folder = home / "backups"
    stamp = "studio-20200101-000000"
    names = [f"{stamp}.db", *(f"{stamp}-{number}.db" for number in range(2, 21))]
    for name in names:
        (folder / name).write_bytes(b"")
    with open_store(home) as store:
        backup.copy(store.db, home)
    assert {path.name for path in folder.iterdir()} >= set(names[-(backup.KEEP - 1) :])
    assert not (folder / names[0]).exists()


def test_a_copy_that_fails_leaves_nothing(home: Path) -> None:
    with open_store(home) as store:
        store.db.close()
        with pytest.raises(sqlite3.ProgrammingError):
            backup.copy(store.db, home)
    assert list((home / "backups").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told() -> None:
    script = (
        "import sqlite3, sys; from pathlib import Path\n"
        "from studio_git.errors import StudioError\nfrom studio_git.store import backup\n"
        "try:\n    backup.copy(sqlite3.connect(':memory:'), Path(sys.argv[1]))\n"
        "except StudioError as error:\n    print(error.message)\n"
    )
    with ordinary_place() as place:
        (place / "backups").mkdir()
        give_away(place)
        (place / "backups").chmod(0o500)
        told = as_user(sys.executable, "-c", script, place, cwd=place)
    assert "no copy of the store can be made" in told.out, told.err


WRITER = """
import sys
from pathlib import Path
from studio_git.store.connection import open_store
with open_store(Path(sys.argv[1]), busy_seconds=60) as store:
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        with store.writing() as db:
            for half in "ab":
                db.execute(
                    "INSERT INTO projects (id, name) VALUES (?, ?)",
                    [f"{sys.argv[2]}-{number}-{half}", "x" * 500],
                )
"""


def test_copies_under_writers_are_consistent(home: Path) -> None:
    """Each write adds two rows at once, so a copy with an odd number of them was torn."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, home, str(number)], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
        with open_store(home, busy_seconds=60) as store:
            copies = [backup.copy(store.db, home) for _ in range(10)]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    for copy in copies:
        assert query(copy, "PRAGMA integrity_check") == [("ok",)]
        assert query(copy, "SELECT count(*) % 2 FROM projects") == [(0,)]
