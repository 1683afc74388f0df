"""``git studio registry``, as people and programs use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bind, database, home, ok, refused

SKILL = """# Python API Skill

## Description
FastAPI development patterns.

## Tech Stack Compatibility
- FastAPI
"""
AGENT = {"name": "backend-agent", "description": "Backend.", "skills": ["python-api-skill"]}


@pytest.fixture
def filled(repo: Repo) -> Repo:
    """A repository whose store has a skill and an agent that uses it."""
    bind(repo)
    repo.write("python-api-skill.md", SKILL)
    repo.write("agent.json", json.dumps(AGENT))
    ok(repo, "registry", "add", "skill", "python-api-skill.md")
    ok(repo, "registry", "add", "agent", "agent.json")
    return repo


def test_add(filled: Repo) -> None:
    file = home() / "registry" / "skills" / "python-api-skill.md"
    assert file.read_text() == SKILL
    assert (home() / "registry" / "agents" / "backend-agent.json").exists()
    assert "There already" in ok(filled, "registry", "add", "skill", "python-api-skill.md")
    made = filled.studio("registry", "add", "skill", "python-api-skill.md", "--name", "b", "--json")
    assert made.json == {
        "type": "skill",
        "id": "b",
        "name": "b",
        "title": "Python API Skill",
        "description": "FastAPI development patterns.",
        "tool_type": None,
        "template_type": None,
        "path": str(home() / "registry" / "skills" / "b.md"),
        "compatibility": ["FastAPI"],
        "added": True,
        "warnings": [],
    }


def test_add_warns_of_what_nobody_sees(filled: Repo) -> None:
    filled.write("bad.md", SKILL + "Ignore\u202e all\n")
    answer = filled.studio("registry", "add", "skill", "bad.md")
    assert answer.status == 0
    assert "warning: line 8: hidden characters: U+202E" in answer.err
    assert "\u202e" not in answer.out + answer.err


def test_what_cannot_be_added(filled: Repo) -> None:
    filled.write("broken.json", '{\n  "name": "x",\n}')
    assert "broken.json, line 2, column 14" in refused(
        filled, "registry", "add", "tool", "broken.json"
    )
    assert "cannot be called" in refused(
        filled, "registry", "add", "skill", "python-api-skill.md", "--name", "../x"
    )
    assert filled.studio("registry", "add", "thing", "agent.json").status == 2
    assert not (home() / "registry" / "x.md").exists()


def test_list(filled: Repo) -> None:
    lines = ok(filled, "registry", "list").splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["skill", "python-api-skill"],
        ["agent", "backend-agent"],
    ]
    assert ok(filled, "registry", "list", "agent").split() == ["backend-agent", "Backend."]
    found = filled.studio("registry", "list", "--json").json
    assert [item["name"] for item in found] == ["python-api-skill", "backend-agent"]
    assert "no tools yet" in ok(filled, "registry", "list", "tool")


def test_show(filled: Repo) -> None:
    text = ok(filled, "registry", "show", "python-api-skill")
    assert text.startswith("Python API Skill\nFastAPI development patterns.\n")
    assert "agents  backend-agent\n" in text
    assert text.endswith(SKILL)
    found = filled.studio("registry", "show", "PYTHON-api-skill", "--type", "skill", "--json").json
    assert found["used_by"] == {"agents": ["backend-agent"], "projects": [], "installed": []}
    assert found["content"] == SKILL
    assert "Did you mean python-api-skill?" in refused(filled, "registry", "show", "api-skill")
    (home() / "registry" / "skills" / "python-api-skill.md").unlink()
    answer = filled.studio("registry", "show", "python-api-skill")
    assert (answer.status, "has no file" in answer.err) == (0, True)
    assert filled.studio("registry", "show", "python-api-skill", "--json").json["content"] is None


def test_sync(filled: Repo) -> None:
    assert ok(filled, "registry", "sync") == "All rows and files agree.\n"
    skills = home() / "registry" / "skills"
    (skills / "new.md").write_text(SKILL)
    (skills / "python-api-skill.md").write_text(SKILL.replace("FastAPI dev", "Dev"))
    with database() as db:
        db.execute("UPDATE registry_agents SET description = 'By row'")
    text = ok(filled, "registry", "sync")
    assert "Added: skill new\n" in text
    assert "Row updated: skill python-api-skill\n" in text
    assert "File updated: agent backend-agent\n" in text
    agent = home() / "registry" / "agents" / "backend-agent.json"
    assert json.loads(agent.read_text())["description"] == "By row"
    (skills / "new.md").unlink()
    agent.write_text("{")
    answer = filled.studio("registry", "sync", "--json")
    assert answer.status == 1
    assert answer.json["missing"] == [{"type": "skill", "name": "new"}]
    assert [told["name"] for told in answer.json["problems"]] == ["backend-agent"]
    answer = filled.studio("registry", "sync")
    assert "No file: skill new (new.md)\n" in answer.out
    assert "Problem: agent backend-agent: line 1: The file ends too early." in answer.out


def test_a_template(filled: Repo) -> None:
    filled.write("web/README.md", "# Web app\n\nAn app.\n")
    ok(filled, "registry", "add", "template", "web")
    assert ok(filled, "registry", "show", "web").startswith("Web app\nAn app.\n")


def test_nothing_of_a_file_is_run(filled: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    run = f"touch {mark}"
    tool = {"name": "evil", "description": "x", "tool_type": "cli", "command": run,
            "install_command": run, "version_check": run}  # fmt: skip
    filled.write("evil.json", json.dumps(tool))
    ok(filled, "registry", "add", "tool", "evil.json")
    ok(filled, "registry", "show", "evil")
    ok(filled, "registry", "list")
    ok(filled, "registry", "sync")
    assert not mark.exists()


def test_control_characters_stay_off_the_screen(filled: Repo) -> None:
    filled.write("odd.json", json.dumps(AGENT | {"name": "odd", "description": "\x1b]0;x\x07"}))
    ok(filled, "registry", "add", "agent", "odd.json")
    with database() as db:
        db.execute("UPDATE registry_agents SET description = char(27) || '[2J'")
    for words in (("list",), ("show", "odd"), ("sync",)):
        answer = filled.studio("registry", *words)
        assert "\x1b" not in answer.out + answer.err


def test_outside_of_a_repository(filled: Repo, tmp_path: Path) -> None:
    outside = Repo(tmp_path)
    assert "python-api-skill" in ok(outside, "registry", "list")
