"""``git studio init``: every way into a project, told in a few lines, the same when run again."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest
from conftest import SCRIPTS, Answer, Repo, run
from storetools import (
    change,
    dashboards_store,
    fingerprint,
    give_away,
    ordinary_place,
    query,
    rows_of,
    studio_as_user,
    two_lines,
)

RULES = "# Rules\n\nUse tabs.\n"
PROJECT = "6b1f0c3e-0000-4000-8000-00000000abcd"
MakeRepo = Callable[..., Repo]


def db_of(repo: Repo) -> Path:
    return Path(os.environ["STUDIO_HOME"]) / "studio.db"


def projects(repo: Repo) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(db_of(repo))) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM projects ORDER BY created_at, name")]


def context(repo: Repo) -> dict[str, str]:
    answer = repo.studio("status", "--json")
    return {it["filename"]: it["sync_status"] for it in answer.json["context"]}


def bound_to(repo: Repo) -> str:
    answer = repo.studio("project", "show", "--json")
    assert answer.status == 0, answer.err
    return str(answer.json["id"])


def init(repo: Repo, *words: str) -> Answer:
    answer = repo.studio("init", "--no-hooks", *words)
    assert answer.status == 0, answer.err
    return answer


PAST = r"Make sessions of \d+ commits? of yours from before, too\? \[y/N\] "


def on_terminal(repo: Repo, *words: str, answers: list[tuple[str, str]]) -> tuple[str, int]:
    child = pexpect.spawn(
        str(SCRIPTS / "git-studio"), list(words), cwd=str(repo.path), encoding="utf-8",
        timeout=60, dimensions=(24, 80), env=os.environ | {"TERM": "xterm"},
    )  # fmt: skip
    said = ""
    for question, answer in answers:
        child.expect(question)
        said += (child.before or "") + (child.after or "")
        child.sendline(answer)
    child.expect(pexpect.EOF)
    said += child.before or ""
    child.close()
    return said, child.exitstatus or 0


@pytest.fixture
def rules(repo: Repo) -> Repo:
    repo.write("CLAUDE.md", RULES)
    repo.commit("First")
    return repo


class TestNew:
    def test_what_it_says_and_makes(self, rules: Repo, studio_home: Path) -> None:
        answer = rules.studio("init")
        assert answer.status == 0, answer.err
        (project,) = projects(rules)
        assert (project["name"], project["repo_path"]) == ("repo", str(rules.path))
        lines = answer.out.split("\n")
        assert re.fullmatch(
            r"\d git hooks are in place; see them with: git studio hooks status", lines.pop(3)
        )
        assert lines == [
            f"Made the Studio home {studio_home}.",
            "Bound to the new project repo.",
            "  CLAUDE.md  adopted",
            "  1 commit of yours from before can become sessions: git studio backfill",
            "Next: commit .studio.toml to share the binding, then work",
            "as ever. See how things stand with: git studio status",
            "",
        ]
        canonical = studio_home / "projects" / project["id"] / "context/claude.md"
        assert canonical.read_text() == RULES
        assert canonical.stat().st_mode & 0o777 == 0o600
        assert rules.read(".studio.toml").endswith(
            f'[project]\nid = "{project["id"]}"\nname = "repo"\n\n[context]\n'
            '"claude.md" = "CLAUDE.md"\n'
        )
        assert rules.studio("status").status == 0

    def test_the_rows_are_those_of_the_data_model(self, rules: Repo) -> None:
        init(rules)
        path = db_of(rules)
        assert query(path, "SELECT filename, file_path, sync_status FROM context_files") == [
            ("claude.md", "claude.md", "synced")
        ]
        times = query(
            path, "SELECT last_sync_at, last_checked_at, created_at, updated_at FROM context_files"
        )
        pattern = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        assert all(re.fullmatch(pattern, str(time)) for time in times[0])
        assert query(path, "SELECT canonical_hash = repo_hash FROM context_files") == [(1,)]
        assert query(path, "SELECT activity_type, title, reference_type FROM activity_log") == [
            ("context_updated", "claude.md adopted from CLAUDE.md", "context_file")
        ]
        assert query(path, "SELECT count(*) FROM drift_records") == [(0,)]

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("git@example.org:team/risk-workbench.git", "risk-workbench"),
            ("https://example.org/team/atlas/", "atlas"),
            ("/srv/git/Größe.git", "Größe"),
        ],
    )
    def test_its_name_is_the_remotes(self, rules: Repo, url: str, name: str) -> None:
        rules.git("remote", "add", "origin", url)
        assert f"the new project {name}." in init(rules).out

    def test_or_the_one_that_is_given(self, rules: Repo) -> None:
        rules.git("remote", "add", "origin", "https://example.org/x.git")
        assert "the new project Risk Workbench." in init(rules, "--name", " Risk Workbench ").out
        assert projects(rules)[0]["name"] == "Risk Workbench"

    @pytest.mark.parametrize("name", ["", "   "])
    def test_an_empty_name_is_told(self, rules: Repo, name: str) -> None:
        two_lines(rules.studio("init", "--name", name))
        assert projects(rules) == []

    def test_a_name_cannot_steer_the_terminal(self, rules: Repo) -> None:
        answer = init(rules, "--name", "evil\x1b[2J\u202ename")
        assert "\x1b" not in answer.out
        assert "\u202e" not in answer.out

    def test_two_of_one_name_are_told_apart(self, make_repo: MakeRepo) -> None:
        one, two = make_repo("a/risk"), make_repo("b/risk")
        init(one)
        answer = init(two)
        first = bound_to(one)
        assert bound_to(two) != first
        assert f"git studio init --project {first[:8]}\n" in answer.out

    def test_without_context_files(self, repo: Repo) -> None:
        answer = init(repo)
        assert "No context files are tracked. Track one with: git studio track PATH" in answer.out
        assert repo.studio("status").status == 0

    def test_no_line_is_wider_than_a_terminal(self, rules: Repo) -> None:
        for folder in ("packages/some-quite-long-name", "packages/another-quite-long-name", "x"):
            rules.write(f"{folder}/AGENTS.md", f"For {folder}\n")
        answer = rules.studio("init")
        assert max(map(len, answer.out.split("\n")[1:])) <= 80

    @pytest.mark.parametrize("commits", [0, 1])
    @pytest.mark.parametrize("options", [[], ["--object-format=sha256"]])
    def test_unborn_and_sha256_repositories(
        self, make_repo: MakeRepo, options: list[str], commits: int
    ) -> None:
        repo = make_repo("kind", *options)
        repo.write("AGENTS.md", RULES)
        if commits:
            repo.commit("First")
        answer = repo.studio("init")
        assert answer.status == 0, answer.err
        assert "the new project kind." in answer.out
        assert context(repo) == {"agents.md": "synced"}

    def test_from_a_folder_in_it(self, rules: Repo) -> None:
        (rules.path / "src").mkdir()
        answer = run(SCRIPTS / "git-studio", "init", cwd=rules.path / "src")
        assert answer.status == 0, answer.err
        assert context(rules) == {"claude.md": "synced"}
        assert not (rules.path / "src/.studio.toml").exists()


class TestAgain:
    def test_it_changes_nothing(self, rules: Repo, studio_home: Path) -> None:
        rules.write("AGENTS.md", "@CLAUDE.md\n")
        rules.studio("init")
        before = fingerprint(rules.path), fingerprint(studio_home).keys(), rows(rules)
        answer = rules.studio("init")
        assert answer.status == 0, answer.err
        assert answer.out.startswith("This repository is bound to the project repo.\n")
        after = fingerprint(rules.path), fingerprint(studio_home).keys(), rows(rules)
        assert after == before

    def test_nor_does_the_project_under_its_own_name(self, rules: Repo) -> None:
        init(rules)
        before = fingerprint(rules.path), rows(rules)
        assert "is bound to the project repo." in init(rules, "--project", "repo").out
        assert (fingerprint(rules.path), rows(rules)) == before

    def test_what_is_committed_needs_no_next_step(self, rules: Repo) -> None:
        rules.studio("init", "--no-hooks")
        rules.commit("Bind")
        assert "Next:" not in init(rules).out

    def test_comments_and_order_of_the_file_are_kept(self, rules: Repo) -> None:
        init(rules)
        text = rules.read(".studio.toml")
        mine = "# mine\n[future]\nkey = 1 # kept\n\n" + text.replace(
            '"claude.md" =', '# why\n"claude.md"   ='
        )
        rules.write(".studio.toml", mine)
        answer = init(rules)
        assert rules.read(".studio.toml") == mine
        assert ".studio.toml: future is not known to this release." in answer.err

    def test_a_pulled_change_is_told_and_not_taken(self, rules: Repo) -> None:
        init(rules)
        rules.write("DESIGN.md", "# Design\n")
        rules.write(".studio.toml", rules.read(".studio.toml") + '"design.md" = "DESIGN.md"\n')
        changed = rules.read(".studio.toml")
        for words in ([], ["--adopt"], ["--yes"]):
            answer = init(rules, *words)
            assert "git studio track --proposed" in answer.err
            assert context(rules) == {"claude.md": "synced"}
            assert rules.read(".studio.toml") == changed

    def test_a_file_that_came_later_is_adopted_when_asked(self, rules: Repo) -> None:
        init(rules)
        rules.write("GEMINI.md", "# Other\n")
        init(rules)
        assert set(context(rules)) == {"claude.md"}
        assert "GEMINI.md  adopted" in init(rules, "--adopt").out
        assert set(context(rules)) == {"claude.md", "gemini.md"}

    def test_a_note_that_is_lost_is_made_anew_once_the_user_agrees(self, rules: Repo) -> None:
        """Another repository may stand in the place of the one that was bound."""
        init(rules)
        before = rows(rules)
        shutil.rmtree(rules.path / ".git/studio")
        assert rules.studio("init").status == 2
        init(rules, "--yes")
        assert rows(rules) == before


def rows(repo: Repo) -> dict[str, Any]:
    """All rows but for the times at which somebody looked."""
    found = dict(rows_of(db_of(repo), ours=True))
    with closing(sqlite3.connect(db_of(repo))) as db:
        db.row_factory = sqlite3.Row
        for table, column in (
            ("context_files", "last_checked_at"), ("git_context_states", "checked_at"),
        ):  # fmt: skip
            found[table] = [
                tuple(value for key, value in dict(row).items() if key != column)
                for row in db.execute(f"SELECT * FROM {table} ORDER BY 1")
            ]
    return found


class TestNamed:
    @pytest.fixture
    def other(self, make_repo: MakeRepo) -> Repo:
        repo = make_repo("other")
        repo.write("CLAUDE.md", RULES)
        repo.commit("First")
        init(repo, "--name", "Risk Workbench")
        return repo

    @pytest.mark.parametrize("how", ["name", "case", "id", "start"])
    def test_by_name_id_or_the_start_of_the_id(self, rules: Repo, other: Repo, how: str) -> None:
        whole = bound_to(other)
        words = {"name": "Risk Workbench", "case": "risk workbench", "id": whole,
                 "start": whole[:6]}[how]  # fmt: skip
        assert "Bound to the project Risk Workbench." in init(rules, "--project", words).out
        assert bound_to(rules) == whole
        assert len(projects(rules)) == 1

    def test_an_unknown_one_with_what_comes_near(self, rules: Repo, other: Repo) -> None:
        before = fingerprint(rules.path), rows(rules)
        answer = rules.studio("init", "--project", "Risk Workbnch")
        two_lines(answer)
        assert "Did you mean Risk Workbench?" in answer.err
        two_lines(rules.studio("init", "--project", "nothing like it"))
        assert (fingerprint(rules.path), rows(rules)) == before

    def test_an_ambiguous_one_with_the_candidates(self, rules: Repo, other: Repo) -> None:
        change(db_of(rules), "INSERT INTO projects (id, name) VALUES ('x-1', 'RISK WORKBENCH')")
        answer = rules.studio("init", "--project", "risk workbench")
        two_lines(answer)
        assert "(x-1)" in answer.err
        assert bound_to(other)[:8] in answer.err

    def test_with_a_name_it_does_not_go(self, rules: Repo) -> None:
        two_lines(rules.studio("init", "--project", "a", "--name", "b"))

    def test_a_bound_clone_can_be_bound_anew(self, rules: Repo, other: Repo) -> None:
        init(rules)
        first = bound_to(rules)
        answer = init(rules, "--project", "Risk Workbench")
        assert bound_to(rules) == bound_to(other) != first
        assert f"goes on naming another project, {first}" in answer.err
        assert f'id = "{first}"' in rules.read(".studio.toml")
        assert context(rules) == {"claude.md": "synced"}


class TestDashboardsProject:
    """The dashboard made the project, its rows and its canonical files; we never saw any."""

    @pytest.fixture
    def theirs(self, studio_home: Path) -> Path:
        path = dashboards_store(studio_home)
        change(path, "INSERT INTO projects (id, name) VALUES (?, 'Risk Workbench')", PROJECT)
        return path

    def canonical(self, studio_home: Path, name: str, text: str | None) -> None:
        change(
            studio_home / "studio.db",
            "INSERT INTO context_files (id, project_id, filename, file_path) VALUES (?, ?, ?, ?)",
            f"cf-{name}", PROJECT, name, name,
        )  # fmt: skip
        if text is not None:
            file = studio_home / "projects" / PROJECT / "context" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def test_its_path_is_enough(self, rules: Repo, theirs: Path) -> None:
        change(theirs, "UPDATE projects SET repo_path = ?", f"{rules.path}/")
        assert "Bound to the project Risk Workbench." in init(rules).out
        assert bound_to(rules) == PROJECT

    def test_two_that_live_here_are_told(self, rules: Repo, theirs: Path) -> None:
        change(theirs, "INSERT INTO projects (id, name) VALUES ('p-2', 'Second')")
        change(theirs, "UPDATE projects SET repo_path = ?", str(rules.path))
        answer = rules.studio("init")
        two_lines(answer)
        assert "Second (p-2)" in answer.err
        assert not (rules.path / ".studio.toml").exists()
        init(rules, "--project", "Second")
        assert bound_to(rules) == "p-2"

    def test_its_empty_path_is_filled_and_another_kept(
        self, rules: Repo, theirs: Path, make_repo: MakeRepo
    ) -> None:
        init(rules, "--project", PROJECT)
        assert projects(rules)[0]["repo_path"] == str(rules.path)
        second = make_repo("second")
        init(second, "--project", PROJECT)
        assert projects(rules)[0]["repo_path"] == str(rules.path)

    @pytest.mark.parametrize("words", [[], ["--adopt"], ["--yes"]])
    def test_its_files_are_brought_together_with_the_repositorys(
        self, rules: Repo, theirs: Path, studio_home: Path, words: list[str]
    ) -> None:
        rules.write("AGENTS.md", "# Agents\n")
        rules.write("Notes.md", "# Notes\n")
        self.canonical(studio_home, "claude.md", RULES)
        self.canonical(studio_home, "agents.md", "# Agents of the dashboard\n")
        self.canonical(studio_home, "notes.md", "# Notes\n")
        self.canonical(studio_home, "roadmap.md", "# Nowhere in the repository\n")
        files = fingerprint(studio_home / "projects"), fingerprint(rules.path)
        answer = init(rules, "--project", PROJECT, *words)
        kept = fingerprint(studio_home / "projects")
        assert kept == files[0]
        assert {"AGENTS.md", "CLAUDE.md", "Notes.md"} <= fingerprint(rules.path).keys()
        assert rules.read("AGENTS.md") == "# Agents\n"
        status = rules.studio("status", "--json")
        found = {it["filename"]: (it["repo_path"], it["sync_status"], it["kind"])
                 for it in status.json["context"]}  # fmt: skip
        assert found == {
            "claude.md": ("CLAUDE.md", "synced", None),
            "agents.md": ("AGENTS.md", "unknown", "no-base"),
            "notes.md": ("Notes.md", "synced", None),
        }
        assert "1 file differs from Studio's copy: git studio status" in answer.out
        assert query(theirs, "SELECT id FROM context_files ORDER BY id") == [
            ("cf-agents.md",), ("cf-claude.md",), ("cf-notes.md",), ("cf-roadmap.md",),
        ]  # fmt: skip

    def test_not_where_the_user_wants_none(
        self, rules: Repo, theirs: Path, studio_home: Path
    ) -> None:
        self.canonical(studio_home, "claude.md", RULES)
        init(rules, "--project", PROJECT, "--no-adopt")
        assert context(rules) == {}

    def test_a_row_whose_file_is_missing_takes_the_repositorys(
        self, rules: Repo, theirs: Path, studio_home: Path
    ) -> None:
        self.canonical(studio_home, "claude.md", None)
        init(rules, "--project", PROJECT)
        assert context(rules) == {"claude.md": "synced"}

    def test_a_row_in_capitals_is_the_same_file(
        self, rules: Repo, theirs: Path, studio_home: Path
    ) -> None:
        self.canonical(studio_home, "CLAUDE.md", RULES)
        init(rules, "--project", PROJECT)
        assert context(rules) == {"CLAUDE.md": "synced"}
        assert '"CLAUDE.md" = "CLAUDE.md"' in rules.read(".studio.toml")
        before = fingerprint(rules.path)
        init(rules)
        assert fingerprint(rules.path) == before

    @pytest.mark.parametrize("path", ["../../../../outside.md", "/tmp/outside.md"])
    def test_a_row_that_leads_out_of_the_home_writes_nothing_there(
        self, rules: Repo, theirs: Path, studio_home: Path, path: str
    ) -> None:
        self.canonical(studio_home, "claude.md", None)
        target = f"{studio_home.parent}/outside.md" if path.startswith("/") else path
        change(theirs, "UPDATE context_files SET file_path = ?", target)
        answer = rules.studio("init", "--no-hooks", "--project", PROJECT)
        assert "Traceback" not in answer.err
        assert not list(studio_home.parent.glob("outside*"))
        assert not list(studio_home.rglob("outside*"))


class TestSecondClone:
    @pytest.fixture
    def shared(self, rules: Repo) -> Repo:
        rules.write("AGENTS.md", "@CLAUDE.md\n")
        init(rules, "--name", "Risk Workbench")
        rules.commit("Bind")
        return rules

    def clone(self, shared: Repo, tmp_path: Path) -> Repo:
        run("git", "clone", "-q", shared.path, tmp_path / "second", cwd=tmp_path)
        return Repo(tmp_path / "second")

    def test_without_a_terminal_nobody_agreed(self, shared: Repo, tmp_path: Path) -> None:
        second = self.clone(shared, tmp_path)
        before = fingerprint(second.path), rows(second)
        answer = second.studio("init")
        assert answer.status == 2
        assert "binds this repository to the project Risk Workbench" in answer.out
        assert "It shares these files:\n  CLAUDE.md\n  AGENTS.md\n" in answer.out
        assert max(map(len, answer.out.split("\n"))) <= 80
        assert "nobody agreed" in answer.err
        assert (fingerprint(second.path), rows(second)) == before

    def test_yes_agrees(self, shared: Repo, tmp_path: Path) -> None:
        second = self.clone(shared, tmp_path)
        answer = init(second, "--yes")
        assert bound_to(second) == bound_to(shared)
        assert context(second) == {"claude.md": "synced"}
        assert "Next:" not in answer.out
        assert second.git("status", "--porcelain") == ""
        assert len(projects(second)) == 1
        assert projects(second)[0]["repo_path"] == str(shared.path)

    @pytest.mark.parametrize(("answer", "bound"), [("y", True), ("", True), ("n", False)])
    def test_on_a_terminal_it_asks(
        self, shared: Repo, tmp_path: Path, answer: str, bound: bool
    ) -> None:
        second = self.clone(shared, tmp_path)
        asked = [(r"Bind it\? \[Y/n\] ", answer), *([(PAST, "")] if bound else [])]
        said, status = on_terminal(second, "init", "--no-hooks", answers=asked)
        assert status == (0 if bound else 2), said
        assert ("Bound to the project Risk Workbench" in said) is bound
        assert (second.studio("project", "show").status == 0) is bound

    def test_a_teammate_gets_the_project_under_its_id(
        self, shared: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = bound_to(shared)
        monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "teammate"))
        second = self.clone(shared, tmp_path)
        answer = init(second, "--yes")
        assert "which is new to your store" in answer.out
        assert [(it["id"], it["name"]) for it in projects(second)] == [(whole, "Risk Workbench")]
        assert projects(second)[0]["repo_path"] == str(second.path)
        assert context(second) == {"claude.md": "synced"}
        assert (tmp_path / "teammate/projects" / whole / "context/claude.md").read_text() == RULES
        assert second.git("status", "--porcelain") == ""

    def test_with_no_adopt_the_teams_files_stay_proposed(
        self, shared: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "teammate"))
        second = self.clone(shared, tmp_path)
        answer = init(second, "--yes", "--no-adopt")
        assert context(second) == {}
        assert "git studio track --proposed" in answer.err
        assert second.git("status", "--porcelain") == ""
        assert second.studio("track", "--proposed").status == 0
        assert context(second) == {"claude.md": "synced"}
        assert second.git("status", "--porcelain") == ""

    def test_another_id_in_the_file_of_a_bound_clone_changes_nothing(
        self, shared: Repo, make_repo: MakeRepo
    ) -> None:
        other = make_repo("other")
        init(other)
        text = shared.read(".studio.toml").replace(bound_to(shared), bound_to(other))
        before = bound_to(shared)
        shared.write(".studio.toml", text)
        answer = init(shared)
        assert bound_to(shared) == before
        assert "names another project" in answer.err
        assert shared.read(".studio.toml") == text


class TestAdopting:
    @pytest.fixture
    def several(self, repo: Repo) -> Repo:
        repo.write("AGENTS.md", RULES)
        (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
        repo.write("GEMINI.md", "@AGENTS.md\n")
        repo.write(".github/copilot-instructions.md", RULES)
        repo.write("ARCHITECTURE.md", "# Architecture\n")
        repo.write("packages/api/AGENTS.md", "# Nested\n")
        repo.write("CLAUDE.local.md", "# Private\n")
        repo.write(".gitignore", "CLAUDE.local.md\n")
        repo.commit("First")
        return repo

    def test_aliases_are_one_file_and_nested_and_private_ones_are_told(self, several: Repo) -> None:
        answer = init(several)
        assert set(context(several)) == {"agents.md", "architecture.md"}
        assert "AGENTS.md  adopted  also .github/copilot-instructions.md, CLAUDE.md, GEMINI.md" in (
            answer.out
        )
        assert "    packages/api/AGENTS.md\n" in answer.out
        assert "    CLAUDE.local.md\n" in answer.out
        home = Path(os.environ["STUDIO_HOME"])
        assert not [it for it in home.rglob("*") if "local" in it.name or "api" in it.name]

    def test_none(self, several: Repo) -> None:
        answer = init(several, "--no-adopt")
        assert context(several) == {}
        assert "No context files are tracked" in answer.out

    def test_one_by_one_on_a_terminal(self, several: Repo) -> None:
        said, status = on_terminal(
            several, "init", "--no-hooks",
            answers=[(r"Adopt AGENTS.md .*\? \[Y/n\] ", "n"),
                     (r"Adopt ARCHITECTURE.md\? \[Y/n\] ", "maybe"),
                     (r"Adopt ARCHITECTURE.md\? \[Y/n\] ", "y"), (PAST, "n")],
        )  # fmt: skip
        assert status == 0, said
        assert "CLAUDE.md is a link to it" in said
        assert "GEMINI.md is a pointer to it" in said
        assert "copilot-instructions.md is a copy of it" in said
        assert set(context(several)) == {"architecture.md"}

    def test_a_terminal_is_not_asked_with_a_word_beforehand(self, several: Repo) -> None:
        for word, asked in (("--adopt", [(PAST, "n")]), ("--yes", [])):
            said, status = on_terminal(several, "init", "--no-hooks", word, answers=asked)
            assert status == 0, said
            assert "[Y/n]" not in said
        assert set(context(several)) == {"agents.md", "architecture.md"}

    def test_of_two_with_one_name_the_second_is_told(self, repo: Repo) -> None:
        repo.write("docs/architecture.md", "# Lower\n")
        repo.write("docs/ARCHITECTURE.md", "# Upper\n")
        answer = repo.studio("init", "--no-hooks")
        assert answer.status == 0, answer.err
        assert context(repo) == {"docs/architecture.md": "synced"}
        assert "docs/ARCHITECTURE.md was left out" in answer.err

    @pytest.mark.parametrize(
        ("data", "reason"),
        [(b"a\0b", "binary"), (b"\xff", "UTF-8"), (b"x" * 2_200_000, "larger than")],
        ids=["binary", "utf8", "size"],
    )
    def test_what_cannot_be_read_is_left_out(self, repo: Repo, data: bytes, reason: str) -> None:
        repo.write("CLAUDE.md", data)
        repo.write("AGENTS.md", RULES)
        answer = init(repo)
        assert set(context(repo)) == {"agents.md"}
        assert "CLAUDE.md was left out" in answer.err
        assert reason in answer.err
        assert repo.path.joinpath("CLAUDE.md").read_bytes() == data

    def test_a_link_out_of_the_tree_is_left_out(self, repo: Repo, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("password")
        (repo.path / "CLAUDE.md").symlink_to(tmp_path / "secret")
        answer = init(repo)
        assert "CLAUDE.md was left out" in answer.err
        home = Path(os.environ["STUDIO_HOME"])
        assert not [it for it in home.rglob("*") if it.is_file() and b"password" in it.read_bytes()]

    def test_bytes_are_kept_as_they_are(self, repo: Repo) -> None:
        data = b"\xef\xbb\xbf# Rules\r\n\r\nno newline at the end"
        repo.write("CLAUDE.md", data)
        init(repo)
        (canonical,) = Path(os.environ["STUDIO_HOME"]).rglob("claude.md")
        assert canonical.read_bytes() == data


class TestHooks:
    def test_they_are_left_alone_where_wanted(self, rules: Repo) -> None:
        before = fingerprint(rules.path / ".git/hooks"), rules.read(".git/config")
        assert "hooks" not in init(rules).out
        assert (fingerprint(rules.path / ".git/hooks"), rules.read(".git/config")) == before

    def test_a_commit_goes_through_after_all(self, rules: Repo) -> None:
        assert rules.studio("init").status == 0
        rules.commit("Bind")
        assert rules.git("log", "-1", "--format=%s") == "Bind"


class TestPlaces:
    def test_a_linked_worktree_is_bound_with_its_clone(self, rules: Repo, tmp_path: Path) -> None:
        rules.git("worktree", "add", "-q", tmp_path / "linked")
        linked = Repo(tmp_path / "linked")
        init(linked)
        assert bound_to(rules) == bound_to(linked)
        assert projects(rules)[0]["repo_path"] == str(rules.path)
        assert "is bound to the project repo." in init(rules).out

    def test_a_submodule_is_a_clone_of_its_own(self, make_repo: MakeRepo, rules: Repo) -> None:
        outer = make_repo("outer")
        outer.git("submodule", "add", "-q", str(rules.path), "lib")
        init(outer)
        inner = Repo(outer.path / "lib")
        assert inner.studio("status").status == 2
        init(inner)
        assert bound_to(inner) != bound_to(outer)
        assert context(inner) == {"claude.md": "synced"}
        assert context(outer) == {}

    def test_a_separate_git_directory(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        repo = make_repo("work", "--separate-git-dir", str(tmp_path / "elsewhere"))
        repo.write("CLAUDE.md", RULES)
        init(repo)
        assert context(repo) == {"claude.md": "synced"}
        assert "is bound to the project work." in init(repo).out

    def test_a_copy_is_not_bound_and_is_bound_as_its_own(self, rules: Repo, tmp_path: Path) -> None:
        init(rules)
        shutil.copytree(rules.path, tmp_path / "copy", symlinks=True)
        copy = Repo(tmp_path / "copy")
        answer = copy.studio("status")
        two_lines(answer)
        assert f"is a copy of {rules.path}" in answer.err
        init(copy, "--yes")
        assert context(copy) == {"claude.md": "synced"}
        assert context(rules) == {"claude.md": "synced"}
        clones = copy.studio("project", "show", "--json").json["clones"]
        assert clones == [str(rules.path), str(copy.path)]

    def test_a_moved_clone_stays_bound(self, rules: Repo, tmp_path: Path) -> None:
        init(rules)
        whole = bound_to(rules)
        rules.path.rename(tmp_path / "moved")
        moved = Repo(tmp_path / "moved")
        assert bound_to(moved) == whole
        assert context(moved) == {"claude.md": "synced"}
        assert projects(moved)[0]["repo_path"] == str(moved.path)

    def crafted(self, rules: Repo, folder: Path, how: str) -> None:
        """A folder of somebody else's that says its git directory is the bound clone's."""
        folder.mkdir()
        if how == "file":
            (folder / ".git").write_text(f"gitdir: {rules.path}/.git\n")
        elif how == "link":
            (folder / ".git").symlink_to(rules.path / ".git")
        else:
            (folder / ".git").mkdir()
            (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
            (folder / ".git/commondir").write_text(f"{rules.path}/.git\n")
            (folder / ".git/gitdir").write_text(f"{folder}/.git\n")
        (folder / "CLAUDE.md").write_text("# Hostile\n")

    @pytest.mark.parametrize("how", ["file", "link", "commondir"])
    def test_a_crafted_folder_does_not_share_the_binding(
        self, rules: Repo, tmp_path: Path, how: str
    ) -> None:
        init(rules)
        before = rows(rules)
        self.crafted(rules, tmp_path / "evil", how)
        evil = Repo(tmp_path / "evil")
        for words in (["status"], ["sync"], ["init"], ["init", "--yes", "--adopt"], ["capture"]):
            two_lines(evil.studio(*words))
        assert rows(rules) == before
        assert not (tmp_path / "evil/.studio.toml").exists()
        (canonical,) = Path(os.environ["STUDIO_HOME"]).rglob("claude.md")
        assert canonical.read_text() == RULES
        assert context(rules) == {"claude.md": "synced"}

    def test_a_remote_of_a_url_with_a_secret_gives_none_away(self, rules: Repo) -> None:
        rules.git("remote", "add", "origin", "https://ada:hunter2@example.org/risk.git")
        init(rules)
        assert "hunter2" not in rules.read(".studio.toml")
        assert "hunter2" not in str(rows_of(db_of(rules), ours=True))


class TestRefused:
    """What and what to do; nothing changed."""

    def refused(self, repo: Repo, *words: str) -> Answer:
        before = fingerprint(repo.path)
        answer = repo.studio("init", *words)
        two_lines(answer)
        assert fingerprint(repo.path) == before
        return answer

    def test_the_home_folder_itself(self, own_home: Path) -> None:
        run("git", "init", "-q", ".", cwd=own_home)
        assert "is your home folder" in self.refused(Repo(own_home)).err

    def test_a_bare_repository(self, make_repo: MakeRepo) -> None:
        assert "bare repository" in self.refused(make_repo("b.git", "--bare")).err

    def test_no_repository(self, tmp_path: Path) -> None:
        (tmp_path / "plain").mkdir()
        assert "not in a git repository" in self.refused(Repo(tmp_path / "plain")).err

    @pytest.mark.parametrize("where", [".", "deep/studio"])
    def test_a_studio_home_inside_the_repository(
        self, rules: Repo, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        monkeypatch.setenv("STUDIO_HOME", str(rules.path / where))
        assert "lies inside this repository" in self.refused(rules).err

    def test_a_studio_home_that_cannot_be_made(self, rules: Repo, studio_home: Path) -> None:
        studio_home.write_text("mine")
        assert "cannot be made" in self.refused(rules).err
        assert studio_home.read_text() == "mine"

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('[project\nid = "x"\n', ".studio.toml: "),
            ('[context]\n"a.md" = "../x"\n', "'../x' has a part '..'"),
            ('[context]\n"a.md" = "/etc/passwd"\n', "is absolute"),
            ('[context]\n"a.md" = "X"\n"A.md" = "Y"\n', "differ in case only"),
            ('[drift]\nrepo-ahead = "accept"\n', "cannot be 'accept'"),
            ('[drift]\nconflict = ["block"]\n', "drift.conflict"),
        ],
    )
    def test_a_team_file_that_cannot_be_used(
        self, rules: Repo, studio_home: Path, text: str, says: str
    ) -> None:
        rules.write(".studio.toml", text)
        assert says in self.refused(rules).err
        assert not studio_home.exists()

    def test_a_malformed_one_with_line_and_column(self, rules: Repo) -> None:
        rules.write(".studio.toml", '[project]\nid = "x\n')
        assert "line 2, column 8" in self.refused(rules).err

    @pytest.mark.parametrize("which", [".", ".git"])
    def test_a_repository_that_cannot_be_written(self, which: str) -> None:
        with ordinary_place() as place:
            (place / "home").mkdir()
            run("git", "init", "-q", "repo", cwd=place)
            (place / "repo/CLAUDE.md").write_text(RULES)
            give_away(place)
            (place / "repo" / which).chmod(0o555)
            before = fingerprint(place)
            answer = studio_as_user("init", cwd=place / "repo", home=place / "home")
            two_lines(answer)
            assert "cannot be written to" in answer.err
            assert fingerprint(place) == before

    def test_a_store_of_a_later_release(self, rules: Repo, make_repo: MakeRepo) -> None:
        init(make_repo("other"))
        change(db_of(rules), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
        before = rows(rules)
        assert "later release" in self.refused(rules).err
        assert rows(rules) == before


def test_a_file_of_the_team_that_leads_out_is_tracked_as_unreadable(
    repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("password")
    (repo.path / "link.md").symlink_to(tmp_path / "secret")
    repo.write(
        ".studio.toml",
        f'[project]\nid = "{PROJECT}"\nname = "x"\n[context]\n"link.md" = "link.md"\n',
    )
    init(repo, "--yes")
    status = repo.studio("status", "--json")
    (found,) = status.json["context"]
    assert (found["sync_status"], found["kind"]) == ("unknown", "unreadable")
    assert "password" not in json.dumps(status.json)
    assert "password" not in str(rows_of(db_of(repo), ours=True))
