"""The data model's ten queries, word for word, on a store that was filled by real use."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Repo, run
from situated import Here
from storetools import DATA, specification

import dashboardstory
from generators import coverage
from stage import Stage

Row = dict[str, Any]

CYCLE = "c1c1c1c1-0000-4000-8000-000000000001"
SKILL = "5ki11000-0000-4000-8000-000000000001"
NAMES = (
    "Dashboard: Drift alerts",
    "Dashboard: Active cycles across projects",
    "Dashboard: Pending decisions",
    "Dashboard: Recent activity",
    "Project view: Context files with status",
    "Cycle view: Tasks ordered",
    "Memory browser: Search sessions",
    "Memory browser: Search learnings",
    "Get all unique tags with counts",
    "Registry: Items by type with usage count",
)


def queries() -> dict[str, str]:
    """The queries by the comments that name them in the specification."""
    found = {}
    for part in (DATA / "data_model_queries.sql").read_text().split("-- ")[1:]:
        name, _, sql = part.partition("\n")
        found[name] = sql.strip().removesuffix(";")
    return found


QUERIES = queries()

MESSAGE = """Sign sessions with JWT

The middleware validates tokens now.

Decision: Use JWT for stateless authentication
Rationale: No session store to run
Alternative: Server-side sessions
Alternative: Opaque tokens
Problem: Clocks of two machines differ by a minute
Solution: Allow a minute of leeway
Tags: auth, time
"""

SECOND = """Rotate refresh tokens

Problem: Old refresh tokens stay valid
Solution: Rotate them on use
Tags: auth
"""


class Store:
    """What the dashboard sees of the store."""

    def __init__(self, repo: Repo, path: Path) -> None:
        self.repo, self.path = repo, path
        (project,) = self.rows("SELECT * FROM projects")
        self.project_id: str = project["id"]

    def rows(self, sql: str, *values: Any) -> list[Row]:
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    def ask(self, name: str, *values: Any) -> list[Row]:
        return self.rows(QUERIES[name], *values)

    def dashboard(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(sql, values)


@pytest.fixture
def store(repo: Repo, studio_home: Path) -> Store:
    """A project with drift, sessions, a decision and learnings, and the dashboard's own rows."""
    repo.write("CLAUDE.md", "# Rules\n\nUse tabs.\n")
    repo.write("AGENTS.md", "# Agents\n")
    repo.commit("First")
    answer = repo.studio("init", "--no-hooks", "--adopt", "--name", "Risk Workbench")
    assert answer.status == 0, answer.err
    found = Store(repo, studio_home / "studio.db")
    found.dashboard(
        "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, ?, 'Auth', 'feature')",
        CYCLE, found.project_id,
    )  # fmt: skip
    for number, title in ((2, "Rotate"), (1, "Validate"), (3, "Revoke")):
        found.dashboard(
            "INSERT INTO tasks (id, cycle_id, title, sort_order) VALUES (?, ?, ?, ?)",
            f"t-{number}", CYCLE, title, number,
        )  # fmt: skip
    repo.write("src/auth.py", "one\ntwo\n")
    repo.commit(MESSAGE)
    repo.write("src/refresh.py", "three\n")
    repo.commit(SECOND)
    captured = repo.studio("capture")
    assert captured.status == 0, captured.err
    repo.write("CLAUDE.md", "# Rules\n\nUse spaces.\n")
    assert repo.studio("status").status == 1
    registry(found)
    return found


def registry(store: Store) -> None:
    for name, number in (("python-api-skill", 1), ("sql-skill", 2)):
        store.dashboard(
            "INSERT INTO registry_skills (id, name, file_path) VALUES (?, ?, ?)",
            f"{SKILL}-{number}", name, f"{name}.md",
        )  # fmt: skip
    store.dashboard(
        "INSERT INTO tech_stack (id, project_id, category, name) VALUES ('ts', ?, 'backend', 'x')",
        store.project_id,
    )
    store.dashboard(
        "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
        "VALUES ('tm', 'ts', 'skill', ?)",
        f"{SKILL}-1",
    )


def test_there_are_ten_and_they_run_on_the_specifications_schema() -> None:
    assert tuple(QUERIES) == NAMES
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(specification())
        for sql in QUERIES.values():
            assert db.execute(sql, [None] * sql.count("?")).fetchall() == []


def test_each_gives_its_rows(store: Store) -> None:
    """One filled store for all ten: filling it takes longer than asking."""
    drift_alerts(store)
    active_cycles(store)
    pending_decisions(store)
    recent_activity(store)
    context_files(store)
    tasks(store)
    sessions(store)
    learnings(store)
    tags(store)
    skills(store)
    an_archived_project_leaves_the_dashboard(store)


def drift_alerts(store: Store) -> None:
    (alert,) = store.ask("Dashboard: Drift alerts")
    assert alert["filename"] == "claude.md"
    assert alert["sync_status"] == "stale"
    assert alert["project_name"] == "Risk Workbench"
    assert alert["canonical_hash"] != alert["repo_hash"]
    (record,) = store.rows("SELECT * FROM drift_records")
    assert record["context_file_id"] == alert["id"]
    assert record["diff_summary"] == "+1 lines, -1 lines"
    assert (record["resolved_at"], record["resolution"]) == (None, None)
    assert record["repo_content"] == "# Rules\n\nUse spaces.\n"
    assert record["canonical_content"] == "# Rules\n\nUse tabs.\n"


def active_cycles(store: Store) -> None:
    (cycle,) = store.ask("Dashboard: Active cycles across projects")
    assert (cycle["id"], cycle["project_name"]) == (CYCLE, "Risk Workbench")


def pending_decisions(store: Store) -> None:
    (decision,) = store.ask("Dashboard: Pending decisions")
    assert decision["title"] == "Use JWT for stateless authentication"
    assert decision["rationale"] == "No session store to run"
    assert json.loads(decision["alternatives"]) == ["Server-side sessions", "Opaque tokens"]
    assert decision["project_name"] == "Risk Workbench"
    store.dashboard("UPDATE decisions SET cycle_id = ?", CYCLE)
    (decision,) = store.ask("Dashboard: Pending decisions")
    assert decision["cycle_name"] == "Auth"


def recent_activity(store: Store) -> None:
    found = store.ask("Dashboard: Recent activity")
    assert {row["activity_type"] for row in found} == {
        "context_updated", "session_captured", "decision_recorded", "drift_detected",
    }  # fmt: skip
    tables = {
        "session": "sessions", "decision": "decisions", "context_file": "context_files",
        "drift": "drift_records",
    }  # fmt: skip
    for row in found:
        assert row["project_id"] == store.project_id
        table = tables[row["reference_type"]]
        referred = store.rows(f"SELECT id FROM {table} WHERE id = ?", row["reference_id"])
        assert referred, row
    times = [row["created_at"] for row in found]
    assert times == sorted(times, reverse=True)


def context_files(store: Store) -> None:
    found = store.ask("Project view: Context files with status", store.project_id)
    assert [(row["filename"], row["sync_status"]) for row in found] == [
        ("agents.md", "synced"), ("claude.md", "stale"),
    ]  # fmt: skip
    for row in found:
        canonical = store.path.parent / "projects" / store.project_id / "context"
        assert (canonical / row["file_path"]).is_file()


def tasks(store: Store) -> None:
    found = store.ask("Cycle view: Tasks ordered", CYCLE)
    assert [row["title"] for row in found] == ["Validate", "Rotate", "Revoke"]


def sessions(store: Store) -> None:
    name = "Memory browser: Search sessions"
    everything = store.ask(name, "%", "%", None, None, None, None)
    (session,) = everything
    assert session["project_name"] == "Risk Workbench"
    changed = json.loads(session["files_changed"])
    assert sorted(changed) == [".studio.toml", "src/auth.py", "src/refresh.py"]
    assert session["duration_minutes"] >= 30
    words = session["title"].split()[0]
    this = store.project_id
    assert store.ask(name, f"%{words}%", "%no such words%", this, this, None, None) == everything
    assert store.ask(name, "%no such words%", "%no such words%", None, None, None, None) == []
    assert store.ask(name, "%", "%", "other", "other", None, None) == []
    assert store.ask(name, "%", "%", None, None, CYCLE, CYCLE) in ([], everything)
    file = store.path.parent / "projects" / this / "sessions" / f"{session['id']}.md"
    assert file.read_text().startswith(f"# {session['title']}\n\n**Date:** ")


def learnings(store: Store) -> None:
    name = "Memory browser: Search learnings"
    found = store.ask(name, "%", "%", "%", None, None, None, None)
    assert {(row["problem"], row["solution"]) for row in found} == {
        ("Clocks of two machines differ by a minute", "Allow a minute of leeway"),
        ("Old refresh tokens stay valid", "Rotate them on use"),
    }
    assert {row["project_name"] for row in found} == {"Risk Workbench"}
    assert all(row["title"] and row["session_id"] for row in found)
    (timed,) = store.ask(name, "%", "%", "%", None, None, '%"time"%', '%"time"%')
    assert json.loads(timed["tags"]) == ["auth", "time"]
    (leeway,) = store.ask(name, "%-%", "%-%", "%leeway%", None, None, None, None)
    assert leeway["id"] == timed["id"]


def tags(store: Store) -> None:
    found = store.ask("Get all unique tags with counts")
    assert [(row["tag"], row["count"]) for row in found] == [("auth", 2), ("time", 1)]


def skills(store: Store) -> None:
    found = store.ask("Registry: Items by type with usage count")
    assert [(row["name"], row["project_count"]) for row in found] == [
        ("python-api-skill", 1), ("sql-skill", 0),
    ]  # fmt: skip


def an_archived_project_leaves_the_dashboard(store: Store) -> None:
    assert store.repo.studio("project", "archive").status == 0
    assert store.ask("Dashboard: Drift alerts") == []
    assert store.ask("Dashboard: Active cycles across projects") == []
    assert store.ask("Dashboard: Pending decisions") != []


def test_a_resolved_drift_leaves_the_alerts_and_enters_the_feed(store: Store) -> None:
    assert store.repo.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
    assert store.ask("Dashboard: Drift alerts") == []
    (record,) = store.rows("SELECT * FROM drift_records")
    assert record["resolution"] == "accepted_repo"
    assert record["resolved_at"] is not None
    kinds = {row["activity_type"] for row in store.ask("Dashboard: Recent activity")}
    assert {"drift_resolved", "context_updated"} <= kinds
    assert store.rows("PRAGMA foreign_key_check") == []
    assert store.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


@dataclass
class Filled:
    """The home of the documentation's pictures, which commands and hooks alone have filled."""

    stage: Stage

    @property
    def path(self) -> Path:
        return Path(self.stage.environment["STUDIO_HOME"], "studio.db")

    def run(self, *words: str) -> Answer:
        done = run("git-studio", *words, cwd=self.stage.repo, env=self.stage.environment)
        assert done.status in (0, 1), done.err
        return done

    def json(self, *words: str) -> Any:
        return self.run(*words, "--json").json

    def ask(self, name: str, *values: Any) -> list[Row]:
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(QUERIES.get(name, name), values)]

    def settle(self) -> None:
        """Wait for the workers that the commits started."""
        for repo in ("risk-api", "risk-web"):
            Here(Repo(self.stage.folder / repo), self.path.parent).settle()


@pytest.fixture
def filled(tmp_path: Path) -> Filled:
    folder = tmp_path / "stage"
    folder.mkdir()
    found = Filled(Stage(folder, 100))
    dashboardstory.fill(found.stage)
    found.settle()
    return found


def same(asked: list[Row], shown: list[Row], *columns: str) -> None:
    """Hold that a query and a command give the same rows, as far as these columns go."""
    assert asked
    parts = [[tuple(row[each] for each in columns) for row in rows] for rows in (asked, shown)]
    assert sorted(parts[0], key=repr) == sorted(parts[1], key=repr)


def test_the_commands_show_what_the_queries_give(filled: Filled) -> None:
    """On a store that nothing has written to but commands and hooks."""
    drift_and_context_files(filled)
    cycles_and_tasks(filled)
    what_was_done(filled)
    the_registry(filled)
    the_rest_of_the_columns(filled)


def drift_and_context_files(filled: Filled) -> None:
    alerts = filled.ask("Dashboard: Drift alerts")
    board = filled.json("dashboard")
    same(alerts, board["drift_alerts"], "id", "sync_status", "canonical_hash", "project_name")
    states = []
    for repo in ("risk-web", "risk-api"):
        filled.stage.enter(repo)
        status = filled.json("status")
        states += [each | {"project_name": status["project"]["name"]} for each in status["context"]]
        project = status["project"]["id"]
        files = filled.ask("Project view: Context files with status", project)
        same(files, status["context"], "filename", "sync_status", "canonical_hash", "repo_hash")
        shown = filled.json("dashboard", "--project", project)["context_files"]
        same(files, shown, *files[0])
    drifted = [each for each in states if each["sync_status"] in ("stale", "diverged")]
    same(alerts, drifted, "project_name", "filename", "sync_status", "canonical_hash", "repo_hash")
    assert {each["kind"] for each in drifted} == {"mergeable", "repo-ahead"}


def cycles_and_tasks(filled: Filled) -> None:
    active = filled.ask("Dashboard: Active cycles across projects")
    listed = filled.json("cycle", "list", "--all-projects")
    same(active, listed, "id", "name", "phase", "due_at", "updated_at")
    same(active, filled.json("dashboard")["active_cycles"], "id", "name", "project_name")
    for cycle in active:
        tasks = filled.ask("Cycle view: Tasks ordered", cycle["id"])
        view = filled.json("dashboard", "--cycle", cycle["id"])
        assert view["project_name"] == cycle["project_name"]
        of_project = ("--cycle", cycle["id"], "--project", cycle["project_id"])
        for shown in (view["tasks"], filled.json("task", "list", *of_project)):
            assert [each["id"] for each in shown] == [each["id"] for each in tasks]
            same(tasks, shown, *tasks[0])


def what_was_done(filled: Filled) -> None:
    decided = filled.ask("Dashboard: Pending decisions")
    same(decided, filled.json("decision", "list", "--all-projects"), "id", "title", "rationale")
    columns = ("id", "title", "project_name", "cycle_name")
    same(decided, filled.json("dashboard")["recent_decisions"], *columns)
    assert {each["cycle_name"] for each in decided} == {"Sign in once", "Slow first paint"}
    happened = filled.ask("Dashboard: Recent activity")
    same(happened, filled.json("activity", "--all-projects"), *happened[0])
    same(happened, filled.json("dashboard")["recent_activity"], *happened[0])
    everything = filled.ask("Memory browser: Search sessions", "%", "%", None, None, None, None)
    columns = ("id", "title", "summary", "cycle_id", "duration_minutes", "created_at")
    same(everything, filled.json("session", "list", "--all-projects"), *columns)
    learned = filled.ask("Memory browser: Search learnings", "%", "%", "%", *[None] * 4)
    columns = ("id", "title", "problem", "solution", "session_id", "updated_at")
    same(learned, filled.json("learning", "list", "--all-projects"), *columns)
    tagged = (*["%"] * 3, None, None, *['%"time"%'] * 2)
    timed = filled.ask("Memory browser: Search learnings", *tagged)
    same(timed, filled.json("learning", "list", "--all-projects", "--tag", "time"), *columns)
    tags = filled.ask("Get all unique tags with counts")
    same(tags, filled.json("learning", "tags", "--all-projects"), "tag", "count")


def the_registry(filled: Filled) -> None:
    skills = filled.ask("Registry: Items by type with usage count")
    assert [row["project_count"] for row in skills] == [1, 0, 1]
    same(skills, filled.json("registry", "list", "skill"), "id", "name", "description")
    same(skills, filled.json("dashboard", "--registry")["skills"], *skills[0])
    for row in skills:
        used = filled.json("registry", "show", row["name"], "--type", "skill")["used_by"]
        assert len(used["projects"]) == row["project_count"]


def the_rest_of_the_columns(filled: Filled) -> None:
    """With a few commands more, each column that is said to be written holds something."""
    stage = filled.stage
    agent, prompt = stage.folder / "api-agent.json", stage.folder / "review.md"
    agent.write_text('{"name": "api-agent", "description": "Builds", "system_prompt": "Build"}\n')
    prompt.write_text("# Review\n\nRead it all.\n")
    template = stage.folder / "service"
    template.mkdir()
    (template / "README.md").write_text("# Service\n\nA service.\n")
    (template / "copier.yml").write_text("_template_type: project\n")
    for words in (
        ("registry", "add", "agent", str(agent)),
        ("registry", "add", "prompt", str(prompt)),
        ("registry", "add", "template", str(template)),
        ("new", "service", str(stage.folder / "made")),
        ("resolve", "AGENTS.md", "--merge"),
        ("cycle", "edit", "CYC-1", "--description", "All of it"),
        ("cycle", "complete", "CYC-1"),
        ("project", "edit", "--description", "Risk, as a service"),
        ("project", "archive"),
    ):
        answer = filled.run(*words)
        assert answer.status == 0, (words, answer.out, answer.err)
    empty = {
        f"{table}.{column.name}"
        for table, told in coverage.TABLES.items()
        for column in told.columns
        if not filled.ask(f"SELECT 1 FROM {table} WHERE {column.name} IS NOT NULL LIMIT 1")
    }
    assert empty == set()
