"""``git studio dashboard``, as people and programs use it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pexpect
import pytest
from capturing import Clone, bind, message
from conftest import SCRIPTS, Answer, Repo
from rich.cells import cell_len

VIEWS = ((), ("-p", "Risk Workbench"), ("-c", "CYC-1"), ("--registry",))
HOSTILE = "\x1b[2J\x1b]0;gone\x07 evil\u202e\n\tname"


@pytest.fixture
def clone(repo: Repo) -> Clone:
    """A project with a drift, a cycle with tasks, and a session with a decision and a learning."""
    repo.write("AGENTS.md", "# Rules\n")
    repo.commit("Start")
    bound = bind(repo)
    for words in (
        ("track", "AGENTS.md"),
        ("cycle", "start", "Auth Flow", "--intent", "Sign in once", "-c", "fast"),
        ("task", "add", "Second"),
        ("task", "add", "First"),
        ("task", "move", "First", "--first"),
    ):
        repo.studio(*words)
    repo.commit(message("Sign in", "Decision: Use JWT", "Problem: P", "Solution: S", "Tags: auth"))
    bound.capture()
    repo.write("AGENTS.md", "# Rules\n\nMore.\n")
    repo.studio("status")
    return bound


def dashboard(clone: Clone, *words: str) -> Answer:
    answer = clone.repo.studio("dashboard", *words)
    assert answer.status == 0, answer.err
    return answer


def screen(clone: Clone, width: int, *words: str, env: dict[str, str] | None = None) -> list[str]:
    """The lines that a person sees on a terminal of that width."""
    child = pexpect.spawn(
        str(SCRIPTS / "git-studio"), ["dashboard", *words], cwd=str(clone.repo.path),
        env=os.environ | {"TERM": "xterm", "COLUMNS": str(width)} | (env or {}),
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert child.before is not None
    return str(child.before).splitlines()


def test_at_a_glance(clone: Clone) -> None:
    found = dashboard(clone, "--json").json
    (alert,) = found["drift_alerts"]
    assert (alert["repo_path"], alert["kind"]) == ("AGENTS.md", "repo-ahead")
    assert (alert["diff_summary"], alert["project_name"]) == (
        "+2 lines, -0 lines",
        "Risk Workbench",
    )
    (cycle,) = found["active_cycles"]
    assert (cycle["code"], len(cycle["tasks"]), "active" in cycle) == ("CYC-1", 2, False)
    (decision,) = found["recent_decisions"]
    assert (decision["title"], decision["cycle_name"]) == ("Use JWT", "Auth Flow")
    assert "drift_detected" in {each["activity_type"] for each in found["recent_activity"]}
    assert [each["name"] for each in found["projects"]] == ["Risk Workbench"]
    out = dashboard(clone).out
    for words in (
        "Drift alerts (1)",
        "repo-ahead  AGENTS.md  +2, -0",
        "brainstorm  0/2",
        "Use JWT",
    ):
        assert words in out


def test_of_one_project(clone: Clone) -> None:
    clone.repo.write("pyproject.toml", '[project]\nname = "x"\ndependencies = ["fastapi>=1.0"]\n')
    clone.repo.git("add", "-A")
    clone.repo.studio("stack", "detect")
    clone.change(
        "INSERT INTO dependencies (id, project_id, name, required_version, status) "
        "VALUES ('d', ?, 'node', '>=20', 'not_installed')",
        clone.project_id,
    )
    found = dashboard(clone, "-p", "risk workbench", "--json").json
    assert found["project"]["id"] == clone.project_id
    assert [each["filename"] for each in found["context_files"]] == ["agents.md"]
    for name in ("cycles", "sessions", "decisions", "learnings", "dependencies"):
        assert len(found[name]) == 1, name
    assert "FastAPI" in [each["name"] for each in found["tech_stack"]]
    lines = dashboard(clone, "--project", "Risk Workbench").out.splitlines()
    for words in ("not installed  node  needs >=20", "#auth", "FastAPI", "Sign in"):
        assert any(words in line for line in lines), words


def test_of_one_cycle(clone: Clone) -> None:
    found = dashboard(clone, "-c", "cyc-1", "--json").json
    assert [each["title"] for each in found["tasks"]] == ["First", "Second"]
    assert (len(found["sessions"]), len(found["decisions"])) == (1, 1)
    assert found["project_name"] == "Risk Workbench"
    clone.repo.studio("task", "complete", "First")
    out = dashboard(clone, "--cycle", "auth flow", "-p", "Risk Workbench").out
    assert out.index("[x]  First") < out.index("[ ]  Second")
    assert "Sign in once\n" in out
    assert "- fast\n" in out
    clone.repo.studio("cycle", "complete", "cyc-1")
    assert re.search(
        r"Auth Flow  CYC-1  complete  .*  complete 2", dashboard(clone, "-c", "CYC-1").out
    )
    assert "1 cycle complete" not in dashboard(clone, "-p", "Risk Workbench").out
    assert "No cycle is under way" in dashboard(clone).out


def test_of_the_registry(clone: Clone) -> None:
    skill = clone.repo.write("sql.md", "# SQL\n\n## Description\nTables\n")
    clone.repo.studio("registry", "add", "skill", skill)
    clone.change("INSERT INTO tech_stack VALUES ('t', ?, 'backend', 'x', NULL, 0, '')",
                 clone.project_id)  # fmt: skip
    clone.change("INSERT INTO tech_mappings SELECT 'm', 't', 'skill', id, '' FROM registry_skills")
    clone.change("INSERT INTO registry_templates (id, name, dir_path) VALUES ('n', 'New', 'New')")
    clone.change("UPDATE projects SET template_id = 'n'")
    found = dashboard(clone, "--registry", "--json").json
    assert list(found) == ["skills", "agents", "tools", "templates", "prompts"]
    assert [(each["name"], each["project_count"]) for each in found["skills"]] == [("sql", 1)]
    assert found["templates"][0]["project_count"] == 1
    assert "sql  Tables  used 1x" in dashboard(clone, "--registry").out


def test_long_lists_are_cut_and_say_so(clone: Clone) -> None:
    clone.change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) "
        "INSERT INTO decisions (id, project_id, title) SELECT 'd' || i, ?, 'Decision ' || i FROM n",
        clone.project_id,
    )
    out = dashboard(clone).out
    assert "Decisions of the last seven days (31)" in out
    assert "and 23 more: git studio decision list --all-projects" in out
    assert len(dashboard(clone, "--json").json["recent_decisions"]) == 31


def test_an_archived_project_is_shown_only_by_name(clone: Clone) -> None:
    clone.repo.studio("project", "archive")
    found = dashboard(clone, "--json").json
    assert (found["projects"], found["drift_alerts"], found["active_cycles"]) == ([], [], [])
    assert "archived" in dashboard(clone, "-p", "Risk Workbench").out


def test_an_empty_store_says_what_to_do(repo: Repo, tmp_path: Path) -> None:
    clone = bind(repo)
    out = dashboard(clone).out
    for words in ("git studio cycle start", "git studio decision add", "git studio capture"):
        assert words in out
    assert "git studio registry add agent FILE" in dashboard(clone, "--registry").out
    project = dashboard(clone, "-p", "Risk Workbench").out
    for words in ("track PATH", "stack detect", "deps check", "learning add", "capture"):
        assert f"git studio {words}" in project
    clone.change("DELETE FROM projects")
    assert "git studio init" in Repo(tmp_path).studio("dashboard").out


def test_it_only_reads(clone: Clone) -> None:
    clone.change(
        "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES ('abcd', ?, 'n', 'x')",
        clone.project_id,
    )
    with clone.store() as store:
        before = store.data_version()
        for view in (*VIEWS, ("-c", "abcd")):
            dashboard(clone, *view)
            dashboard(clone, *view, "--json")
        assert store.data_version() == before


def test_never_wider_than_the_terminal(clone: Clone) -> None:
    clone.change("UPDATE projects SET name = ?", "风险工作台" * 12)
    clone.change("UPDATE decisions SET title = ?", "x" * 300)
    clone.change("UPDATE cycles SET intent = ?, name = ?", "漢字" * 90, "word " * 60)
    for width in (2, 20, 99, 121):
        for view in ((), ("-p", clone.project_id), ("-c", "CYC-1"), ("--registry",)):
            lines = screen(clone, width, *view)
            assert max(map(cell_len, lines)) <= width, (width, view)


def test_two_columns_where_there_is_room(clone: Clone) -> None:
    def titles_of_a_line(width: int) -> int:
        return max(line.count(" ──") for line in screen(clone, width))

    assert [titles_of_a_line(width) for width in (99, 100)] == [1, 2]


def test_a_pipe_has_plain_text_in_one_column(clone: Clone) -> None:
    lines = dashboard(clone).out.splitlines()
    assert "─" not in "".join(lines)
    titles = [line for line in lines if re.fullmatch(r"[A-Z][a-z ]+ \(\d+\)", line)]
    assert [title.split()[0] for title in titles] == ["Drift", "Active", "Decisions", "Recent"]
    title = "y" * 500
    clone.repo.studio("decision", "add", title)
    assert title in dashboard(clone).out


def test_colour_where_it_is_wanted(clone: Clone) -> None:
    assert "\x1b" not in "".join(screen(clone, 120))
    assert "\x1b[33mrepo-ahead\x1b[0m" in "".join(screen(clone, 120, env={"NO_COLOR": ""}))


def test_a_terminal_without_unicode(clone: Clone) -> None:
    lines = screen(clone, 120, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert any("Drift alerts (1) ---" in line for line in lines)
    assert max(map(len, lines)) <= 120


def test_hostile_text_is_inert(clone: Clone) -> None:
    for table, column in (
        ("projects", "name"), ("projects", "description"), ("projects", "repo_path"),
        ("cycles", "name"), ("cycles", "intent"), ("cycles", "phase"), ("tasks", "title"),
        ("sessions", "title"), ("decisions", "title"), ("learnings", "title"),
        ("activity_log", "title"), ("activity_log", "activity_type"),
        ("context_files", "filename"), ("drift_records", "diff_summary"),
    ):  # fmt: skip
        clone.change(f"UPDATE {table} SET {column} = ?", HOSTILE)
    clone.change(
        "INSERT INTO registry_tools (id, name, description, file_path) VALUES (?1, ?1, ?1, ?1)",
        HOSTILE,
    )
    clone.change(
        "INSERT INTO dependencies (id, project_id, name, status) VALUES ('d', ?, ?2, ?2)",
        clone.project_id,
        HOSTILE,
    )
    for view in ((), ("-p", clone.project_id), ("-c", "CYC-1"), ("--registry",)):
        out = dashboard(clone, *view).out
        assert not set("\x1b\x07\u202e\t") & set(out), view
        assert "evil" in out


def test_what_cannot_be(clone: Clone) -> None:
    for words, status in (
        (["--registry", "-p", "Risk Workbench"], 2),
        (["-p", "nothing"], 2),
        (["-c", "nothing"], 2),
        (["-c", "CYC-1", "-p", "nothing"], 2),
        (["what"], 2),
    ):
        answer = clone.repo.studio("dashboard", *words)
        assert (answer.status, answer.out) == (status, ""), words
        assert answer.err
