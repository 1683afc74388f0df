"""A home on a network file system: it is told, and no database in it uses WAL.

The file system's type is taken from a table of mounts that the test writes; all else is real.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import Repo
from storetools import query

from studio_git.store import mounts, searchindex
from studio_git.store.connection import DATABASE, open_store
from studio_git.store.migrations import prepare_home

TYPES = ("nfs4", "nfs", "cifs", "smb3", "fuse.sshfs", "9p", "ceph", "lustre", "davfs", "virtiofs")


def mounted(kind: str, point: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that ``point`` is where a file system of a type is mounted."""
    table = point.parent / "mounts"
    place = str(point.resolve()).replace(" ", "\\040")
    table.write_text(
        "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
        f"30 21 0:40 / {place} rw,relatime shared:5 - {kind} server:/home rw\n"
    )
    monkeypatch.setenv(mounts.MOUNTS, str(table))


def logs(home: Path) -> list[str]:
    """What only a database in WAL mode has beside it."""
    return sorted(path.name for path in home.rglob("*") if path.name.endswith(("-wal", "-shm")))


def mode(path: Path) -> str:
    """The mode that a database's own header has: 2 is WAL (https://sqlite.org/fileformat.html)."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return str(db.execute("PRAGMA journal_mode").fetchone()[0])


@pytest.mark.parametrize("kind", TYPES)
def test_no_database_of_such_a_home_uses_wal(
    studio_home: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(kind, studio_home.parent, monkeypatch)
    prepare_home(studio_home)
    with open_store(studio_home) as store, searchindex.open_index(studio_home) as index:
        with store.writing() as db, index.writing():
            db.execute("INSERT INTO projects (id, name) VALUES ('p', 'Risk Workbench')")
            index.set_meta(seen="now")
            assert logs(studio_home) == []
        assert logs(studio_home) == []
        pragmas = {
            name: store.db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "delete",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }
    assert {mode(studio_home / name) for name in (DATABASE, "search.db")} == {"delete"}


def test_all_the_work_of_a_day(
    repo: Repo,
    studio_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str], None],
    times: Callable[[int, int], int],
) -> None:
    mounted("nfs4", studio_home.parent, monkeypatch)
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First")
    begun = repo.studio("init", "--yes", "--no-hooks", "--name", "Risk Workbench")
    assert begun.status == 0, begun.err
    assert "network file system (nfs4)" in begun.err
    commits = times(3, 20)
    for number in range(commits):
        repo.commit(f"Work {number}\n\nDecision: Choice {number}")
        assert repo.studio("capture").status == 0
        assert logs(studio_home) == []
    for words in (["status"], ["search", "choice"], ["backup"], ["dashboard"], ["session", "list"]):
        answer = repo.studio(*words)
        assert answer.status == 0, answer.err
        assert logs(studio_home) == [], words
    (backup,) = (studio_home / "backups").glob("*.db")
    assert repo.studio("restore", backup.name, "--yes").status == 0
    assert logs(studio_home) == []
    assert query(studio_home / DATABASE, "SELECT count(*) FROM decisions") == [(commits,)]
    said = repo.studio("doctor", "--json").json
    (told,) = [it for it in said["findings"] if "network file system" in it["what"]]
    assert (told["level"], said["problems"]) == ("note", 0)
    assert {mode(path) for path in studio_home.rglob("*.db")} == {"delete"}
    figure(f"no -wal in {len(TYPES)} types of file systems, {commits} commits and 6 commands; told")


def test_a_store_that_used_wal_is_changed(
    repo: Repo, studio_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_home(studio_home)
    assert mode(studio_home / DATABASE) == "wal"
    mounted("cifs", studio_home.parent, monkeypatch)
    with holding(studio_home / DATABASE):
        said = repo.studio("doctor", "--json").json
        assert "WAL mode, which needs a local disk" in str(said["findings"])
    assert mode(studio_home / DATABASE) == "wal"
    assert repo.studio("backup").status == 0
    assert mode(studio_home / DATABASE) == "delete"
    assert "WAL mode, which" not in repo.studio("doctor").out
    monkeypatch.delenv(mounts.MOUNTS)
    assert repo.studio("backup").status == 0
    assert mode(studio_home / DATABASE) == "wal"


HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM projects").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Another program that has the database open."""
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        yield
        assert holder.stdin is not None
        holder.stdin.close()


WRITER = """
import sys
from pathlib import Path
from studio_git.store.connection import open_store
home, name, count = sys.argv[1:]
with open_store(Path(home), busy_seconds=60) as store:
    for number in range(int(count)):
        with store.writing() as db:
            db.execute("INSERT INTO projects (id, name) VALUES (?, 'x')", [f"{name}-{number}"])
"""


def test_writers_at_once_lose_nothing(
    studio_home: Path, monkeypatch: pytest.MonkeyPatch, times: Callable[[int, int], int]
) -> None:
    mounted("nfs4", studio_home.parent, monkeypatch)
    prepare_home(studio_home)
    each = times(20, 100)
    words = [sys.executable, "-c", WRITER, str(studio_home)]
    writers = [subprocess.Popen([*words, str(number), str(each)]) for number in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert query(studio_home / DATABASE, "SELECT count(*) FROM projects") == [(4 * each,)]
    assert logs(studio_home) == []
