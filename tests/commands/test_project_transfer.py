"""``git studio project export`` and ``import``: nothing is lost, nothing is believed."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import SCRIPTS, Answer, Repo, run
from storetools import change, fingerprint, query, rows_of, tables, two_lines

from studio_git.store import transfer
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home

P = "p-1"
SNAPSHOT = hashlib.sha256(b"# Kept\r\n").hexdigest()

# What a row says where it cannot be just any text.
SAID: dict[tuple[str, str], object] = {
    ("projects", "id"): P,
    ("projects", "template_id"): "registry_templates-1",
    ("tech_mappings", "registry_type"): "skill",
    ("tech_mappings", "registry_id"): "registry_skills-1",
    ("activity_log", "reference_type"): "decision",
    ("activity_log", "reference_id"): "decisions-1",
    ("context_files", "filename"): "claude.md",
    ("context_files", "file_path"): "claude.md",
    ("registry_skills", "file_path"): "sql.md",
    ("registry_agents", "file_path"): "builder.json",
    ("registry_tools", "file_path"): "linter.json",
    ("registry_templates", "dir_path"): "service/",
    ("git_snapshots", "id"): SNAPSHOT,
    ("git_snapshots", "content"): b"# Kept\r\n",
    ("git_syncs", "snapshot_id"): SNAPSHOT,
    ("git_syncs", "operation_id"): 41,
    ("git_context_targets", "repo_path"): "CLAUDE.md",
    ("git_context_aliases", "repo_path"): "AGENTS.md",
    ("git_operations", "changes"): json.dumps([{"side": "repo", "path": "CLAUDE.md"}]),
    ("git_notes", "kind"): "decision",
    ("git_notes", "record_id"): "decisions-1",
    ("git_decision_files", "path"): "docs/adr/0001.md",
    ("git_registry_installs", "skill_id"): "registry_skills-1",
}


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.commit("First")
    assert repo.studio("init", "--no-hooks", "--yes", "--name", "Atlas").status == 0
    return repo


def home() -> Path:
    return Path(os.environ["STUDIO_HOME"])


def store() -> Path:
    return home() / "studio.db"


def fill(bound: Repo) -> None:
    """One row in each table that goes along, every column set; and files of each kind."""
    clone = query(store(), "SELECT id, common_dir, primary_worktree FROM git_repositories")[0]
    change(store(), "DELETE FROM git_repositories")
    change(store(), "DELETE FROM projects")
    said = SAID | {
        ("git_repositories", "id"): clone[0],
        ("git_repositories", "common_dir"): clone[1],
        ("git_repositories", "primary_worktree"): clone[2],
    }
    with closing(sqlite3.connect(store())) as db, db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        keys: dict[str, object] = {}
        for name in transfer.names(db):
            references = {
                row["from"]: keys[row["table"]]
                for row in db.execute(f"PRAGMA foreign_key_list({name})")
            }
            row: dict[str, object] = {}
            for column in db.execute(f"PRAGMA table_info({name})"):
                key = column["name"]
                number = 41 if column["type"] == "INTEGER" else f"{name} {key}"
                plain = f"{name}-1" if key == "id" and column["type"] == "TEXT" else number
                row[key] = said.get((name, key), references.get(key, plain))
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO {name} VALUES ({marks})", list(row.values()))
            keys[name] = next(iter(row.values()))
        db.execute(
            "INSERT INTO tech_mappings VALUES "
            "('2', 'tech_stack-1', 'agent', 'registry_agents-1', 'x'), "
            "('3', 'tech_stack-1', 'tool', 'registry_tools-1', 'x')"
        )
    for path, text in {
        "projects/p-1/context/claude.md": b"# Rules\r\n",
        "projects/p-1/context/packages/api/agents.md": b"\xef\xbb\xbf# \xff\n",
        "projects/p-1/sessions/sessions-1.md": b"# Work\n",
        "registry/skills/sql.md": b"# SQL\n",
        "registry/templates/service/README.md": b"# Service\n",
        "registry/templates/service/src/main.py": b"",
        "registry/skills/other.md": b"# Not of this project\n",
    }.items():
        target = home() / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)


def project(repo: Repo, *words: str | Path) -> Answer:
    return repo.studio("project", *words)


def exported(repo: Repo, folder: Path) -> Path:
    answer = project(repo, "export", folder, "--project", P, "--json")
    assert answer.status == 0, answer.err
    assert answer.json["left_out"] == []
    return folder


def in_another_home(folder: Path, name: str = "another") -> dict[str, str]:
    return {"STUDIO_HOME": str(folder / name)}


def studio(*words: str | Path, cwd: Path, env: dict[str, str]) -> Answer:
    return run(SCRIPTS / "git-studio", *words, cwd=cwd, env=env)


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "tables" / f"{table}.json").read_text())
    return found


def rewrite(folder: Path, table: str, how: Callable[[list[dict[str, Any]]], object]) -> None:
    found = rows(folder, table)
    how(found)
    (folder / "tables" / f"{table}.json").write_text(json.dumps(found))


class TestNothingIsLost:
    def test_every_table_and_column_goes_along(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        with closing(sqlite3.connect(store())) as db:
            for name in tables(db):
                if name in transfer.OUTSIDE or name.startswith("_sqlite"):
                    continue
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
                row, *_ = rows(folder, name)
                wanted = set(columns) - {"content"} if name == "git_snapshots" else set(columns)
                assert set(row) == wanted, name
                assert None not in row.values(), name
        assert (folder / "snapshots" / SNAPSHOT).read_bytes() == b"# Kept\r\n"

    def test_out_in_and_out_again_gives_the_same_bytes(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        first = exported(bound, tmp_path / "first")
        env = in_another_home(tmp_path)
        answer = studio("project", "import", first, "--json", cwd=tmp_path, env=env)
        assert answer.status == 0, answer.err
        assert (answer.json["left_out"], answer.json["unknown"]) == ([], [])
        words = ("project", "export", tmp_path / "second", "--project", P)
        assert studio(*words, cwd=tmp_path, env=env).status == 0
        assert fingerprint(first) == fingerprint(tmp_path / "second")
        other = Path(env["STUDIO_HOME"])
        mine = rows_of(store(), ours=True)
        theirs = rows_of(other / "studio.db", ours=True)
        for name in mine.keys() - {*transfer.OUTSIDE, "_sqlite_migrations"}:
            assert theirs[name] == mine[name], name
        assert not (other / "registry" / "skills" / "other.md").exists()
        path = "projects/p-1/context/packages/api/agents.md"
        assert (other / path).read_bytes() == (home() / path).read_bytes()
        assert (other / path).stat().st_mode & 0o777 == 0o600

    def test_exporting_again_changes_nothing_and_removes_what_is_gone(
        self, bound: Repo, tmp_path: Path
    ) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        exported(bound, folder)
        assert before == {path: path.stat().st_mtime_ns for path in before}
        (folder / ".git").mkdir()
        (home() / "projects/p-1/context/packages/api/agents.md").unlink()
        exported(bound, folder)
        assert not (folder / "context" / "packages").exists()
        assert (folder / ".git").is_dir()

    def test_real_work(self, repo: Repo, tmp_path: Path) -> None:
        repo.write("CLAUDE.md", "# Rules\n")
        repo.commit("First\n\nDecision: Keep it small\nRationale: Less to read")
        assert repo.studio("init", "--no-hooks", "--yes", "--name", "Risk Workbench").status == 0
        assert repo.studio("backfill", "--all-authors").status == 0
        assert repo.studio("cycle", "start", "Auth Flow").status == 0
        assert repo.studio("task", "add", "Write middleware").status == 0
        repo.write("CLAUDE.md", "# Rules\nmore\n")
        assert repo.studio("sync").status == 0
        assert project(repo, "export", tmp_path / "first").status == 0
        env = in_another_home(tmp_path)
        assert studio("project", "import", tmp_path / "first", cwd=tmp_path, env=env).status == 0
        words = ("project", "export", tmp_path / "second", "-p", "Risk Workbench")
        assert studio(*words, cwd=tmp_path, env=env).status == 0
        assert fingerprint(tmp_path / "first") == fingerprint(tmp_path / "second")
        page = (tmp_path / "first" / "README.md").read_text()
        for words_of in ("# Risk Workbench", "Keep it small", "Less to read", "Auth Flow"):
            assert words_of in page
        # The clone is the same one, so it is bound there as well.
        assert studio("status", cwd=repo.path, env=env).status == 0


class TestMerging:
    def test_twice_adds_nothing(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        before = rows_of(store(), ours=True)
        answer = project(bound, "import", folder, "--json")
        assert answer.status == 0, answer.out
        assert (answer.json["added"], answer.json["files_added"]) == ({}, [])
        assert rows_of(store(), ours=True) == before

    def test_what_differs_is_told_and_stays(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        change(store(), "UPDATE decisions SET title = 'Mine'")
        (home() / "projects/p-1/context/claude.md").write_text("# Mine\n")
        answer = project(bound, "import", folder, "--json")
        assert answer.status == 1
        assert answer.json["clashes"] == [
            {"table": "decisions", "id": "decisions-1", "columns": ["title"]}
        ]
        assert answer.json["files_differ"] == ["projects/p-1/context/claude.md"]
        assert "Kept as it is here: decisions" in project(bound, "import", folder).out
        assert query(store(), "SELECT title FROM decisions") == [("Mine",)]

    def test_overwriting_is_after_a_backup(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        change(store(), "UPDATE decisions SET title = 'Mine'")
        (home() / "projects/p-1/context/claude.md").write_text("# Mine\n")
        assert project(bound, "import", folder, "--overwrite").status == 0
        assert query(store(), "SELECT title FROM decisions") == [("decisions title",)]
        assert (home() / "projects/p-1/context/claude.md").read_bytes() == b"# Rules\r\n"
        (made,) = (home() / "backups").glob("*.db")
        assert query(made, "SELECT title FROM decisions") == [("Mine",)]

    def test_numbers_that_are_taken_are_given_anew(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        env = in_another_home(tmp_path)
        other = Path(env["STUDIO_HOME"])
        prepare_home(other)
        for sql in (
            "INSERT INTO projects (id, name) VALUES ('q', 'Other')",
            "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES ('c', 'q', 'x', 'spike')",
            "INSERT INTO git_cycle_codes (number, cycle_id) VALUES (41, 'c')",
            "INSERT INTO git_operations (id, project_id, title, changes) VALUES (41, 'q', 'x', '')",
            "INSERT INTO git_commits (id, project_id, oid, parents, tree, author_name, "
            "author_email, author_time, author_zone, committer_email, committer_time, message) "
            "VALUES (41, 'q', 'f', '', '', '', '', 0, '', '', 0, '')",
        ):
            change(other / "studio.db", sql)
        answer = studio("project", "import", folder, "--json", cwd=tmp_path, env=env)
        assert answer.status == 0, answer.err
        assert answer.json["renumbered"] == [["41", "42"]]
        db = other / "studio.db"
        assert query(db, "SELECT commit_id FROM git_notes") == [(42,)]
        assert query(db, "SELECT operation_id FROM git_syncs") == [(42,)]
        assert query(db, "SELECT project_id FROM git_commits ORDER BY id") == [("q",), (P,)]
        assert query(db, "PRAGMA foreign_key_check") == []
        again = studio("project", "import", folder, "--json", cwd=tmp_path, env=env)
        assert (again.status, again.json["added"]) == (0, {})

    def test_a_registry_item_that_is_there_under_another_id(
        self, bound: Repo, tmp_path: Path
    ) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        env = in_another_home(tmp_path)
        other = Path(env["STUDIO_HOME"])
        prepare_home(other)
        change(
            other / "studio.db",
            "INSERT INTO registry_skills (id, name, file_path) VALUES "
            "('mine', 'registry_skills name', 'sql.md')",
        )
        assert studio("project", "import", folder, cwd=tmp_path, env=env).status == 1
        sql = "SELECT registry_id FROM tech_mappings WHERE registry_type = 'skill'"
        found = query(other / "studio.db", sql)
        assert found == [("mine",)]

    def test_clones_of_another_machine_stay_there(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        rewrite(folder, "git_repositories", lambda it: it[0].update(common_dir="/none/.git"))
        env = in_another_home(tmp_path)
        answer = studio("project", "import", folder, "--json", cwd=tmp_path, env=env)
        assert answer.status == 0, answer.err
        assert answer.json["left_out"][0] == "1 clone is not on this machine"
        db = Path(env["STUDIO_HOME"]) / "studio.db"
        assert query(db, "SELECT count(*) FROM git_repositories") == [(0,)]
        assert query(db, "SELECT repository_id FROM git_commits") == [(None,)]

    def test_columns_of_others_go_along_where_they_are_known(
        self, bound: Repo, tmp_path: Path
    ) -> None:
        change(store(), "ALTER TABLE projects ADD COLUMN colour TEXT")
        fill(bound)
        folder = exported(bound, tmp_path / "out")
        assert rows(folder, "projects")[0]["colour"] == "projects colour"
        env = in_another_home(tmp_path)
        answer = studio("project", "import", folder, "--json", cwd=tmp_path, env=env)
        assert (answer.status, answer.json["unknown"]) == (0, ["projects.colour"])


class TestNothingIsBelieved:
    @pytest.fixture
    def folder(self, bound: Repo, tmp_path: Path) -> Path:
        fill(bound)
        return exported(bound, tmp_path / "out")

    def refused(self, folder: Path) -> str:
        """It is told in two lines, and nothing at all was changed."""
        env = in_another_home(folder.parent)
        other = Path(env["STUDIO_HOME"])
        prepare_home(other)
        before, outside = rows_of(other / "studio.db", ours=True), fingerprint(other)
        answer = studio("project", "import", folder, cwd=folder.parent, env=env)
        two_lines(answer)
        assert rows_of(other / "studio.db", ours=True) == before
        after = fingerprint(other)
        assert {k: v for k, v in after.items() if k not in ("studio.db", ".lock")} == {
            k: v for k, v in outside.items() if k not in ("studio.db", ".lock")
        }
        return answer.err

    def test_a_later_format(self, folder: Path) -> None:
        manifest = json.loads((folder / "studio-export.json").read_text()) | {"format": 2}
        (folder / "studio-export.json").write_text(json.dumps(manifest))
        assert "later release" in self.refused(folder)

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1}', "\x00", "[" * 99999])
    def test_a_manifest_that_is_none(self, folder: Path, text: str) -> None:
        (folder / "studio-export.json").write_text(text)
        self.refused(folder)

    @pytest.mark.parametrize(
        "path",
        ["context/../../x", "/etc/passwd", "context/%2e%2e/x", "registry/evil/x", "context/a\x00b"],
    )
    def test_paths_of_files(self, folder: Path, path: str) -> None:
        manifest = json.loads((folder / "studio-export.json").read_text())
        manifest["files"].append(path)
        (folder / "studio-export.json").write_text(json.dumps(manifest))
        place = folder / "registry" / "evil"
        place.mkdir()
        (place / "x").write_text("evil")
        self.refused(folder)

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("projects", "id", "../evil"),
            ("projects", "id", "q"),
            ("projects", "id", None),
            ("sessions", "id", "../evil"),
            ("sessions", "id", "a/b"),
            ("sessions", "id", "x" * 300),
            ("sessions", "project_id", "q"),
            ("context_files", "file_path", "../../evil"),
            ("context_files", "filename", "/evil"),
            ("git_context_targets", "repo_path", ".git/hooks/pre-commit"),
            ("git_context_aliases", "repo_path", "../x"),
            ("registry_skills", "file_path", "../../evil.md"),
            ("registry_templates", "dir_path", "/evil"),
            ("decisions", "id", "x\x1b[2J"),
            ("decisions", "title", True),
            ("decisions", "title", {"x": 1}),
            ("decisions", "title", {"base64": "?"}),
            ("decisions", "title", "\ud800"),
            ("decisions", "title", None),
            ("git_commits", "author_time", 2**80),
            ("git_snapshots", "id", "0" * 64),
        ],
    )
    def test_rows(self, folder: Path, table: str, column: str, value: object) -> None:
        rewrite(folder, table, lambda found: found[0].update({column: value}))
        self.refused(folder)

    @pytest.mark.parametrize(
        ("table", "column"),
        [("sessions", "id"), ("git_sessions", "session_id"), ("git_commits", "oid")],
    )
    def test_rows_without_a_key(self, folder: Path, table: str, column: str) -> None:
        rewrite(folder, table, lambda found: found[0].pop(column))
        assert column in self.refused(folder)

    def test_links_and_what_is_missing(self, folder: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("mine")
        page = folder / "context" / "claude.md"
        page.unlink()
        page.symlink_to(secret)
        assert "symbolic link" in self.refused(folder)
        page.unlink()
        assert "missing" in self.refused(folder)

    def test_a_kept_content_that_is_another(self, folder: Path) -> None:
        (folder / "snapshots" / SNAPSHOT).write_text("evil")
        assert "not what was kept" in self.refused(folder)

    def test_settings_are_the_users(self, folder: Path) -> None:
        (folder / "tables" / "settings.json").write_text('[{"key": "theme", "value": "1"}]')
        manifest = json.loads((folder / "studio-export.json").read_text())
        manifest["files"].append("tables/settings.json")
        (folder / "studio-export.json").write_text(json.dumps(manifest))
        assert "does not belong to a project" in self.refused(folder)

    def test_what_undo_would_write_elsewhere_is_left_out(self, folder: Path) -> None:
        evil = json.dumps([{"side": "repo", "path": ".git/hooks/pre-commit"}])
        rewrite(folder, "git_operations", lambda found: found[0].update(changes=evil))
        rewrite(folder, "git_decision_files", lambda found: found[0].update(path="/etc/x"))
        env = in_another_home(folder.parent)
        answer = studio("project", "import", folder, "--json", cwd=folder.parent, env=env)
        assert len(answer.json["left_out"]) == 2, answer
        db = Path(env["STUDIO_HOME"]) / "studio.db"
        assert query(db, "SELECT * FROM git_operations") == []
        assert query(db, "SELECT * FROM git_decision_files") == []

    def test_nothing_is_hung_onto_another_project(self, folder: Path) -> None:
        env = in_another_home(folder.parent)
        other = Path(env["STUDIO_HOME"])
        prepare_home(other)
        db = other / "studio.db"
        change(db, "INSERT INTO projects (id, name) VALUES ('q', 'Other')")
        change(
            db,
            "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES ('c', 'q', 'x', 'spike')",
        )
        change(db, "INSERT INTO tasks (id, cycle_id, title) VALUES ('t', 'c', 'theirs')")
        rewrite(folder, "tasks", lambda found: found[0].update(cycle_id="c"))
        rewrite(folder, "tasks", lambda found: found.append({**found[0], "id": "t"}))
        words = ("project", "import", folder, "--overwrite", "--json")
        answer = studio(*words, cwd=folder.parent, env=env)
        assert "tasks: refers to cycles c" in answer.json["left_out"]
        assert query(db, "SELECT id, title FROM tasks") == [("t", "theirs")]

    def test_ids_of_another_projects_rows(self, folder: Path) -> None:
        env = in_another_home(folder.parent)
        other = Path(env["STUDIO_HOME"])
        prepare_home(other)
        db = other / "studio.db"
        change(db, "INSERT INTO projects (id, name) VALUES ('q', 'Other')")
        sql = "INSERT INTO decisions (id, project_id, title) VALUES ('decisions-1', 'q', 'theirs')"
        change(db, sql)
        words = ("project", "import", folder, "--overwrite", "--json")
        answer = studio(*words, cwd=folder.parent, env=env)
        assert (answer.status, answer.json["clashes"][0]["table"]) == (1, "decisions")
        assert query(db, "SELECT project_id, title FROM decisions") == [("q", "theirs")]

    def test_a_folder_that_holds_something_else(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "letter.txt").write_text("dear")
        two_lines(project(bound, "export", tmp_path / "full", "--project", P))
        two_lines(project(bound, "import", tmp_path / "full"))
        two_lines(project(bound, "import", tmp_path / "none"))
        assert (tmp_path / "full" / "letter.txt").read_text() == "dear"

    def test_links_in_the_home_are_not_followed(self, bound: Repo, tmp_path: Path) -> None:
        fill(bound)
        secret = tmp_path / "secret"
        secret.write_text("mine")
        (home() / "projects/p-1/context/link.md").symlink_to(secret)
        answer = project(bound, "export", tmp_path / "out", "--project", P, "--json")
        assert "link.md" in answer.json["left_out"][0]
        assert not (tmp_path / "out" / "context" / "link.md").exists()


def test_what_stays_outside_has_a_reason(studio_home: Path) -> None:
    prepare_home(studio_home)
    with open_store(studio_home) as opened:
        assert set(transfer.OUTSIDE) <= set(tables(opened.db))
        assert set(transfer.names(opened.db)) | set(transfer.OUTSIDE) == {
            name for name in tables(opened.db) if not name.startswith("_sqlite")
        }
