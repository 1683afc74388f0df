"""``git studio backup`` and ``restore``: copies that are whole, and a live store that takes one."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Repo
from storetools import change, query, rows_of, two_lines

from studio_git.store import backup
from studio_git.store.connection import connect


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First\n\nDecision: Keep it small")
    assert repo.studio("init", "--no-hooks", "--yes", "--name", "Risk Workbench").status == 0
    assert repo.studio("backfill", "--all-authors").status == 0
    return repo


def home() -> Path:
    return Path(os.environ["STUDIO_HOME"])


def store() -> Path:
    return home() / "studio.db"


def backup_of(repo: Repo, *words: str) -> dict[str, object]:
    answer = repo.studio("backup", *words, "--json")
    assert answer.status == 0, answer.err
    found: dict[str, object] = answer.json
    return found


class TestBackup:
    def test_it_is_whole_and_private(self, bound: Repo) -> None:
        answer = bound.studio("backup")
        assert answer.status == 0
        path = Path(answer.out.rstrip("\n").removeprefix("Backed up: "))
        assert path.parent == home() / "backups"
        assert path.stat().st_mode & 0o777 == 0o600
        assert rows_of(path, ours=True) == rows_of(store(), ours=True)

    def test_the_list_is_newest_first(self, bound: Repo) -> None:
        first = backup_of(bound)["path"]
        second = backup_of(bound, "--full")
        found = bound.studio("backup", "--list", "--json").json
        assert [it["path"] for it in found][:2] == [second["path"], first]
        assert (found[0]["archive"], found[1]["archive"]) == (second["archive"], None)
        lines = bound.studio("backup", "--list").out.splitlines()
        assert lines[0].endswith("with files")
        assert Path(str(first)).name in lines[1]

    def test_no_backups_yet(self, bound: Repo) -> None:
        for path in (home() / "backups").iterdir():
            path.unlink()
        assert "There are no backups yet" in bound.studio("backup", "--list").out
        assert bound.studio("backup", "--list", "--json").json == []

    def test_full_takes_the_files_and_no_links(self, bound: Repo, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("mine")
        (home() / "registry" / "skills" / "link.md").symlink_to(secret)
        made = backup_of(bound, "--full")
        archive = Path(str(made["archive"]))
        assert archive.stat().st_mode & 0o777 == 0o600
        with tarfile.open(archive) as opened:
            names = opened.getnames()
        files = [
            str(path.relative_to(home()))
            for top in ("projects", "registry")
            for path in (home() / top).rglob("*")
            if path.is_file() and not path.is_symlink() and not path.name.endswith(".lock")
        ]
        assert sorted(names) == sorted(files)
        assert made["files"] == len(files) == 2

    def test_archives_go_with_their_copies(self, bound: Repo) -> None:
        old = home() / "backups" / "studio-20200101-000000.db"
        old.write_bytes(b"")
        backup.files_beside(old).write_bytes(b"")
        for number in range(backup.KEEP):
            (home() / "backups" / f"studio-20210101-0000{number:02}.db").write_bytes(b"")
        backup_of(bound)
        assert not old.exists()
        assert not backup.files_beside(old).exists()

    def test_a_damaged_store_is_not_copied_and_older_copies_stay(self, bound: Repo) -> None:
        backup_of(bound)
        kept = sorted((home() / "backups").iterdir())
        damage(store())
        answer = bound.studio("backup")
        two_lines(answer)
        assert "damaged" in answer.err
        assert sorted((home() / "backups").iterdir()) == kept

    def test_words_that_do_not_fit(self, bound: Repo) -> None:
        two_lines(bound.studio("backup", "--full", "--list"))


def damage(path: Path) -> None:
    """Put zeros over every page of a table, as a bad disk does."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'decisions'"
        ).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    data[(root - 1) * size : root * size] = b"\x55" * size
    path.write_bytes(data)


class TestRestore:
    def test_rows_come_back_and_what_was_there_is_kept(self, bound: Repo) -> None:
        before = rows_of(store(), ours=True)
        made = backup_of(bound)
        change(store(), "UPDATE decisions SET title = 'Make it big'")
        answer = bound.studio("restore", Path(str(made["path"])).name, "--yes", "--json")
        assert answer.status == 0, answer.err
        assert rows_of(store(), ours=True) == before
        kept = Path(answer.json["before"])
        assert query(kept, "SELECT title FROM decisions") == [("Make it big",)]
        assert answer.json["disagreements"] == []

    def test_nothing_is_asked_without_a_terminal(self, bound: Repo) -> None:
        made = backup_of(bound)
        change(store(), "UPDATE decisions SET title = 'Make it big'")
        answer = bound.studio("restore", str(made["path"]))
        assert answer.status == 1
        assert "--yes" in answer.err
        assert query(store(), "SELECT title FROM decisions") == [("Make it big",)]

    def test_what_of_the_files_no_longer_agrees_is_told(self, bound: Repo) -> None:
        made = backup_of(bound)
        (session,) = (home() / "projects").glob("*/sessions/*.md")
        session.rename(session.with_name("another.md"))
        (canonical,) = (home() / "projects").glob("*/context/claude.md")
        canonical.write_text("# Other rules\n")
        (home() / "registry" / "skills" / "sql.md").write_text("# SQL\n")
        answer = bound.studio("restore", str(made["path"]), "--yes")
        assert answer.status == 0
        assert "4 files do not agree with it" in answer.out
        for words in ("has no file", "without a row", "claude.md was changed since", "sql.md"):
            assert words in answer.out
        found = bound.studio("restore", str(made["path"]), "--yes", "--json").json["disagreements"]
        assert {(it["kind"], it["what"]) for it in found} == {
            ("session", "no-file"),
            ("session", "no-row"),
            ("context", "differs"),
            ("registry", "no-row"),
        }

    def test_files_of_a_full_backup(self, bound: Repo) -> None:
        made = backup_of(bound, "--full")
        (session,) = (home() / "projects").glob("*/sessions/*.md")
        text = session.read_text()
        session.unlink()
        (canonical,) = (home() / "projects").glob("*/context/claude.md")
        canonical.write_text("# Other rules\n")
        answer = bound.studio("restore", str(made["path"]), "--files", "--yes", "--json").json
        assert session.read_text() == text
        assert session.stat().st_mode & 0o777 == 0o600
        assert canonical.read_text() == "# Rules\n"
        assert (len(answer["files"]["written"]), answer["disagreements"]) == (2, [])
        with tarfile.open(backup.files_beside(Path(answer["before"]))) as opened:
            kept = opened.extractfile(canonical.relative_to(home()).as_posix())
            assert kept is not None
            assert kept.read() == b"# Other rules\n"

    def test_an_archive_from_elsewhere_writes_nothing_outside(
        self, bound: Repo, tmp_path: Path
    ) -> None:
        made = backup_of(bound, "--full")
        hostile = io.BytesIO()
        with tarfile.open(fileobj=hostile, mode="w") as archive:
            for name in ("../evil", "/tmp/evil", "projects/../../evil", "studio.db", "logs/x"):
                info = tarfile.TarInfo(name)
                info.size = 4
                archive.addfile(info, io.BytesIO(b"evil"))
            link = tarfile.TarInfo("projects/link")
            link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
            archive.addfile(link)
            info = tarfile.TarInfo("projects/link/evil")
            info.size = 4
            archive.addfile(info, io.BytesIO(b"evil"))
        Path(str(made["archive"])).write_bytes(gzip.compress(hostile.getvalue()))
        answer = bound.studio("restore", str(made["path"]), "--files", "--yes", "--json")
        assert len(answer.json["files"]["refused"]) == 6
        assert not list(tmp_path.glob("evil")) + list(home().glob("evil"))
        assert not (home() / "projects" / "link").is_symlink()

    def test_no_archive_and_a_broken_one_are_told(self, bound: Repo) -> None:
        made = backup_of(bound)
        two_lines(bound.studio("restore", str(made["path"]), "--files", "--yes"))
        backup.files_beside(Path(str(made["path"]))).write_bytes(b"no archive")
        two_lines(bound.studio("restore", str(made["path"]), "--files", "--yes"))

    def test_a_source_that_is_no_store(self, bound: Repo, tmp_path: Path) -> None:
        before = rows_of(store(), ours=True)
        garbage, other, broken = (tmp_path / f"{name}.db" for name in "abc")
        garbage.write_bytes(b"garbage" * 1000)
        with closing(sqlite3.connect(other)) as db, db:
            db.execute("CREATE TABLE songs (title)")
        broken.write_bytes(Path(str(backup_of(bound)["path"])).read_bytes())
        damage(broken)
        for path in (garbage, other, broken, tmp_path / "none.db", store()):
            two_lines(bound.studio("restore", str(path), "--yes"))
        assert rows_of(store(), ours=True) == before

    def test_one_of_a_later_release_is_refused(self, bound: Repo) -> None:
        made = str(backup_of(bound)["path"])
        change(Path(made), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
        answer = bound.studio("restore", made, "--yes")
        two_lines(answer)
        assert "later release" in answer.err

    def test_one_without_our_tables_is_brought_up_to_date(
        self, bound: Repo, tmp_path: Path
    ) -> None:
        from storetools import dashboards_store

        old = dashboards_store(tmp_path / "old")
        change(old, "INSERT INTO projects (id, name) VALUES ('p', 'Atlas')")
        assert bound.studio("restore", str(old), "--yes").status == 0
        assert query(store(), "SELECT name FROM projects") == [("Atlas",)]
        assert query(store(), "SELECT value FROM git_meta WHERE key = 'min_writer'") == [("1",)]

    def test_pages_of_another_size(self, bound: Repo, tmp_path: Path) -> None:
        other = tmp_path / "other.db"
        with closing(sqlite3.connect(str(backup_of(bound)["path"]))) as db:
            db.execute("PRAGMA page_size = 8192")
            db.execute("VACUUM INTO ?", [str(other)])
        before = rows_of(store(), ours=True)
        change(store(), "DELETE FROM decisions")
        assert bound.studio("restore", str(other), "--yes").status == 0
        assert rows_of(store(), ours=True) == before
        assert not list((home() / "backups").glob(".*"))

    def test_the_oldest_backup_can_be_the_source(self, bound: Repo) -> None:
        made = Path(str(backup_of(bound)["path"]))
        old = made.rename(made.with_name("studio-20200101-000000.db"))
        for number in range(backup.KEEP):
            old.with_name(f"studio-20210101-0000{number:02}.db").write_bytes(b"")
        assert bound.studio("restore", old.name, "--yes").status == 0
        assert old.exists()

    def test_a_damaged_store_is_kept_aside(self, bound: Repo) -> None:
        made = backup_of(bound)
        before = rows_of(store(), ours=True)
        store().write_bytes(b"garbage" * 10_000)
        for beside in home().glob("studio.db-*"):
            beside.unlink()
        answer = bound.studio("restore", str(made["path"]), "--yes", "--json")
        assert answer.status == 0, answer.err
        assert rows_of(store(), ours=True) == before
        kept = Path(answer.json["before"])
        assert answer.json["damaged"]
        assert (kept / "studio.db").read_bytes() == b"garbage" * 10_000
        assert store().stat().st_mode & 0o777 == 0o600

    def test_where_there_is_no_store(self, bound: Repo) -> None:
        made = backup_of(bound)
        before = rows_of(store(), ours=True)
        for path in home().glob("studio.db*"):
            path.unlink()
        assert bound.studio("restore", str(made["path"]), "--yes").status == 0
        assert rows_of(store(), ours=True) == before


READER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN")
print(db.execute("SELECT title FROM decisions").fetchall(), flush=True)
for line in sys.stdin:
    print(db.execute("SELECT title FROM decisions").fetchall(), flush=True)
    db.execute("COMMIT")
    print(db.execute("SELECT title FROM decisions").fetchall(), flush=True)
    print(db.execute("PRAGMA integrity_check").fetchone()[0], flush=True)
    break
"""


class TestInUse:
    def test_readers_go_on_and_see_it_afterwards(self, bound: Repo) -> None:
        made = backup_of(bound)
        change(store(), "UPDATE decisions SET title = 'Make it big'")
        readers = [
            subprocess.Popen(
                [sys.executable, "-c", READER, store()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        try:
            for reader in readers:
                assert reader.stdout is not None
                assert "Make it big" in reader.stdout.readline()
            answer = bound.studio("restore", str(made["path"]), "--yes")
            assert answer.status == 0, answer.err
            for reader in readers:
                said, _ = reader.communicate("go on\n")
                old, new, sound = said.splitlines()
                assert "Make it big" in old
                assert "Keep it small" in new
                assert sound == "ok"
        finally:
            for reader in readers:
                reader.kill()
                reader.communicate()

    def test_what_was_only_in_the_log_of_writes_is_not_replayed(self, bound: Repo) -> None:
        made = backup_of(bound)
        with closing(connect(store())) as db:  # holds the log open
            db.execute("UPDATE decisions SET title = 'Make it big'")
            assert store().with_name("studio.db-wal").stat().st_size
            assert bound.studio("restore", str(made["path"]), "--yes").status == 0
            assert [tuple(it) for it in db.execute("SELECT title FROM decisions")] == [
                ("Keep it small",)
            ]
        assert query(store(), "SELECT title FROM decisions") == [("Keep it small",)]

    def test_a_writer_that_stays_is_told(
        self, bound: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from studio_git.errors import StoreError
        from studio_git.services import backups

        made = Path(str(backup_of(bound)["path"]))
        before = rows_of(store(), ours=True)
        monkeypatch.setattr(backup, "BUSY_SECONDS", 0.2)
        with closing(connect(store())) as db:
            db.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="in use"):
                backups.restore(home(), made)
            db.rollback()
        assert rows_of(store(), ours=True) == before

    def test_a_damaged_store_that_is_open_elsewhere_is_not_moved(self, bound: Repo) -> None:
        from studio_git.errors import StoreError

        with closing(connect(store())) as db:
            db.execute("SELECT count(*) FROM projects").fetchone()
            with pytest.raises(StoreError, match="open in another program"):
                backup.set_aside(home())
        assert store().exists()
