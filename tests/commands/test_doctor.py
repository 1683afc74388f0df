"""``git studio doctor``: each thing that can be wrong is told, and what is safe is put right."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import SCRIPTS, Repo, run
from storetools import change, query

from studio_git.services import checkstore
from studio_git.services.findings import Level
from studio_git.store import health
from studio_git.store.connection import open_store


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First\n\nDecision: Keep it small")
    assert repo.studio("init", "--yes", "--name", "Risk Workbench").status == 0
    assert repo.studio("backfill", "--all-authors").status == 0
    assert repo.studio("backup").status == 0
    return repo


def home() -> Path:
    return Path(os.environ["STUDIO_HOME"])


def store() -> Path:
    return home() / "studio.db"


def session_file() -> Path:
    (found,) = (home() / "projects").glob("*/sessions/*.md")
    return found


def problems(repo: Repo, *words: str) -> list[dict[str, Any]]:
    answer = repo.studio("doctor", "--json", *words)
    found = [it for it in answer.json["findings"] if it["level"] == "problem"]
    assert answer.status == (1 if found else 0), answer.err
    assert answer.json["problems"] == len(found)
    return found


def only(repo: Repo, *words: str) -> dict[str, Any]:
    (found,) = problems(repo, *words)
    return found


def notes(repo: Repo) -> list[str]:
    found = repo.studio("doctor", "--json").json["findings"]
    return [it["what"] for it in found if it["level"] == "note"]


def test_a_sound_home(bound: Repo) -> None:
    assert problems(bound) == []
    out = bound.studio("doctor").out
    for words in ("Store\n", "Files\n", "Clones\n", "Hooks\n", "Programs\n", "No problems."):
        assert words in out
    assert not [what for what in notes(bound) if "SQLite" not in what]


def test_outside_of_a_repository(bound: Repo, tmp_path: Path) -> None:
    assert run(SCRIPTS / "git-studio", "doctor", cwd=tmp_path).status == 0


def test_no_store(repo: Repo) -> None:
    assert "there is no store" in only(repo)["what"]


class TestStore:
    @pytest.mark.parametrize("how", ["garbage", "truncated", "empty"])
    def test_damaged(self, bound: Repo, how: str) -> None:
        data = store().read_bytes()
        store().write_bytes(
            {"garbage": b"garbage" * 999, "truncated": data[: len(data) // 2], "empty": b""}[how]
        )
        for beside in home().glob("studio.db-*"):
            beside.unlink()
        found = only(bound)
        assert "damaged" in found["what"] or "empty" in found["what"]
        assert not found["fixable"]
        assert "backups" in found["hint"] or "git studio restore studio-" in found["hint"]

    def test_references_that_lead_nowhere(self, bound: Repo) -> None:
        query_off(store(), "INSERT INTO tasks (id, cycle_id, title) VALUES ('t', 'gone', 'x')")
        assert "1 row refers from tasks to cycles" in only(bound)["what"]

    def test_a_kept_content_that_is_another(self, bound: Repo) -> None:
        change(store(), "UPDATE git_snapshots SET content = CAST('evil' AS BLOB)")
        assert "not what was kept" in only(bound)["what"]

    def test_a_later_release(self, bound: Repo) -> None:
        change(store(), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
        assert "changed by a later release" in only(bound)["what"]
        change(store(), "UPDATE git_meta SET value = 'G' WHERE key = 'min_writer'")
        assert "none has changed it" in only(bound)["what"]
        names = "INSERT INTO _sqlite_migrations (migration_set, name) VALUES (?, ?)"
        change(store(), names, "studio-git", "m002_later")
        assert "changed by a later release" in only(bound)["what"]

    def test_missing_tables_and_indexes(self, bound: Repo) -> None:
        change(store(), "DROP TABLE tech_mappings")
        change(store(), "DROP INDEX idx_tasks_cycle")
        found = problems(bound)
        assert [it["fixable"] for it in found] == [True, True]
        assert problems(bound, "--fix", "--yes") == []
        with open_store(home()) as opened:
            shape = health.shape(opened.db)
        assert shape == health.Shape((), (), (), ())

    def test_columns_that_are_not_the_data_models(self, bound: Repo) -> None:
        change(store(), "ALTER TABLE tasks DROP COLUMN sort_order")
        change(store(), "ALTER TABLE projects ADD COLUMN colour TEXT")
        assert "tasks.sort_order" in only(bound)["what"]

    def test_no_backup_or_an_old_one(self, bound: Repo) -> None:
        (made,) = (home() / "backups").glob("*.db")
        old = made.rename(made.with_name("studio-20200101-000000.db"))
        assert any("newest backup is of 2020-01-01" in what for what in notes(bound))
        old.unlink()
        assert any("no backup" in what for what in notes(bound))


def query_off(path: Path, sql: str) -> None:
    """A change by a program that does not look at references."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql)


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("3.6.23", Level.OK),
        ("3.7.0", Level.NOTE),
        ("3.40.1", Level.NOTE),
        ("3.44.5", Level.NOTE),
        ("3.44.6", Level.OK),
        ("3.45.0", Level.NOTE),
        ("3.50.6", Level.NOTE),
        ("3.50.7", Level.OK),
        ("3.51.2", Level.NOTE),
        ("3.51.3", Level.OK),
        ("3.53.0", Level.OK),
    ],
)
def test_releases_of_sqlite(version: str, level: Level) -> None:
    assert checkstore.sqlite_release(version).level is level


class TestFiles:
    def test_a_captured_session_without_its_file(self, bound: Repo) -> None:
        path = session_file()
        text = path.read_text()
        path.unlink()
        assert only(bound)["fixable"]
        assert problems(bound, "--fix", "--yes") == []
        assert path.read_text() == text
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_canonical_file_that_is_gone(self, bound: Repo) -> None:
        (path,) = (home() / "projects").glob("*/context/claude.md")
        path.unlink()
        found = only(bound)
        assert str(path) in found["what"]
        assert bound.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
        assert problems(bound) == []

    def test_registry_files(self, bound: Repo) -> None:
        skill = home() / "registry" / "skills" / "sql.md"
        skill.write_text("# SQL\n\n## Description\nQueries.\n")
        skill.chmod(0o600)
        assert only(bound)["fixable"]
        assert problems(bound, "--fix", "--yes") == []
        assert query(store(), "SELECT name FROM registry_skills") == [("sql",)]
        skill.unlink()
        assert "registry remove sql" in only(bound)["hint"]

    def test_rows_that_lead_out(self, bound: Repo) -> None:
        change(store(), "UPDATE context_files SET file_path = '../../../evil'")
        assert any("leads out" in it["what"] for it in problems(bound))

    def test_files_without_rows_are_told(self, bound: Repo) -> None:
        session_file().with_name("lost.md").write_text("# Lost\n")
        session_file_mode = home() / "projects"
        for path in session_file_mode.rglob("lost.md"):
            path.chmod(0o600)
        assert any("lost.md" in what for what in notes(bound))

    def test_modes(self, bound: Repo) -> None:
        session_file().chmod(0o644)
        (home() / "registry").chmod(0o755)
        assert "others can get at 2 files" in only(bound)["what"]
        assert problems(bound, "--fix", "--yes") == []
        assert session_file().stat().st_mode & 0o777 == 0o600
        assert (home() / "registry").stat().st_mode & 0o777 == 0o700

    def test_links_are_not_followed(self, bound: Repo, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir(mode=0o755)
        (home() / "registry" / "link").symlink_to(outside)
        problems(bound, "--fix", "--yes")
        assert outside.stat().st_mode & 0o777 == 0o755

    def test_what_interrupted_work_left(self, bound: Repo) -> None:
        left = home() / "backups" / ".studio-1.part"
        left.write_bytes(b"half")
        left.chmod(0o600)
        assert not any("interrupted" in what for what in notes(bound))
        os.utime(left, (1, 1))
        assert any("interrupted" in what for what in notes(bound))
        bound.studio("doctor", "--fix", "--yes")
        assert not left.exists()


class TestFix:
    def test_nothing_is_asked_without_a_terminal(self, bound: Repo) -> None:
        session_file().chmod(0o644)
        answer = bound.studio("doctor", "--fix")
        assert answer.status == 1
        assert "--yes" in answer.err
        assert session_file().stat().st_mode & 0o777 == 0o644

    def test_what_was_done_is_told(self, bound: Repo) -> None:
        session_file().chmod(0o644)
        answer = bound.studio("doctor", "--fix", "--yes", "--json")
        assert answer.json["fixed"] == ["let only you read and write them"]


class TestClones:
    def test_a_clone_that_is_gone(self, bound: Repo, tmp_path: Path) -> None:
        shutil.rmtree(bound.path)
        answer = run(SCRIPTS / "git-studio", "doctor", "--json", cwd=tmp_path)
        (found,) = [it for it in answer.json["findings"] if it["level"] == "problem"]
        assert f"git studio project forget {bound.path}" in found["hint"]
        shown = run(SCRIPTS / "git-studio", "project", "show", "Risk", cwd=tmp_path)
        assert shown.status == 2
        shown = run(SCRIPTS / "git-studio", "project", "show", "Risk Workbench", cwd=tmp_path)
        assert f"{bound.path} (gone)" in shown.out
        words = ("project", "forget", str(bound.path))
        assert run(SCRIPTS / "git-studio", *words, cwd=tmp_path).status == 0
        assert query(store(), "SELECT count(*) FROM git_repositories") == [(0,)]
        assert query(store(), "SELECT count(*) FROM sessions") == [(1,)]

    def test_a_clone_that_moved_follows(self, bound: Repo) -> None:
        moved = Repo(bound.path.rename(bound.path.with_name("moved")))
        answer = run(SCRIPTS / "git-studio", "doctor", "--json", cwd=moved.path.parent)
        assert "moved or deleted" in str(answer.json)
        assert moved.studio("status").status == 0
        assert moved.studio("project", "show", "--json").json["repo_path"] == str(moved.path)
        assert moved.studio("hooks", "install").status == 0
        assert problems(moved) == []

    def test_a_clone_that_lost_its_note(self, bound: Repo) -> None:
        (bound.path / ".git" / "studio" / "binding.json").unlink()
        answer = bound.studio("doctor", "--json")
        assert "studio init --project" in str(answer.json)

    def test_hooks_that_do_not_run(self, bound: Repo) -> None:
        (bound.path / ".git" / "hooks" / "pre-commit").chmod(0o644)
        found = only(bound)
        assert "pre-commit" in found["what"]
        assert "hooks install" in found["hint"]
        bound.studio("hooks", "uninstall")
        assert problems(bound) == []
        assert any("no hooks are installed" in what for what in notes(bound))

    def test_notes_that_nobody_worked_off(self, bound: Repo) -> None:
        common = bound.place.common_dir
        bound.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Two")
        spool = common / "studio" / "spool"
        spool.write_text(f"1\tpost-commit\t{common}\n")
        assert problems(bound) == []
        os.utime(spool, (1, 1))
        assert only(bound)["fixable"]
        assert problems(bound, "--fix", "--yes") == []
        assert query(store(), "SELECT count(*) FROM git_commits") == [(2,)]
        assert not spool.exists()

    def test_what_the_worker_said_and_could_not_read(self, bound: Repo) -> None:
        folder = bound.place.common_dir / "studio"
        (folder / "worker.log").write_text("2026-01-01 00:00:00 StoreError: \x1b[2Jevil\n")
        (folder / "spool.bad").write_text("?\n")
        said = " ".join(notes(bound))
        assert "worker last complained" in said
        assert "spool.bad" in said
        assert "\x1b" not in bound.studio("doctor").out


class TestPrograms:
    def test_another_server(
        self, bound: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "studio-lsp").write_text("#!/bin/sh\necho studio-lsp 0.0.1\n")
        (programs / "studio-lsp").chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        assert "0.0.1" in only(bound)["what"]

    def test_no_server(self, bound: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        folders = [it for it in os.environ["PATH"].split(os.pathsep) if it != str(SCRIPTS)]
        monkeypatch.setenv("PATH", os.pathsep.join(folders))
        if shutil.which("studio-lsp") is None:
            assert any("studio-lsp is not on PATH" in what for what in notes(bound))
