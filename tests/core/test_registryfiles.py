"""What the files of the registry say, names of items, and names of technologies."""

from __future__ import annotations

import pytest

from studio_git.core import registryfiles
from studio_git.core.registryfiles import ItemType
from studio_git.core.registrytypes import Lines
from studio_git.errors import UsageError

AGENT = """{
  "name": "backend-agent",
  "description": "Specialized agent for backend API development",
  "model": "claude-3-5-sonnet",
  "system_prompt": "You are a backend development specialist...",
  "skills": ["python-api-skill", "sql-skill"],
  "tools": ["openapi-tool", "pytest-tool"],
  "constraints": {
    "max_file_changes": 10,
    "require_tests": true
  }
}
"""
TOOL = """{
  "name": "openapi-tool",
  "description": "Generate and validate OpenAPI specifications",
  "tool_type": "cli",
  "command": "openapi-generator",
  "install_command": "npm install -g @openapitools/openapi-generator-cli",
  "version_check": "openapi-generator version"
}
"""


def test_the_data_models_agent() -> None:
    found = registryfiles.parse_agent(AGENT, name="backend-agent")
    assert found.problems == ()
    assert found.skills == ("python-api-skill", "sql-skill")
    assert found.tools == ("openapi-tool", "pytest-tool")
    assert (found.name, found.model) == ("backend-agent", "claude-3-5-sonnet")


def test_names_that_do_not_exist() -> None:
    found = registryfiles.parse_agent(
        AGENT, skills={"python-api-skill"}, tools={"openapi-tool", "pytest-tool"}
    )
    (problem,) = found.problems
    assert problem.code == "registry/unknown-item"
    assert "'sql-skill'" in problem.message
    assert AGENT.split("\n")[problem.line][problem.column : problem.end_column] == '"sql-skill"'
    assert len(registryfiles.parse_agent(AGENT, skills=(), tools=()).problems) == 4


def test_the_data_models_tool() -> None:
    found = registryfiles.parse_tool(TOOL, name="openapi-tool")
    assert found.problems == ()
    assert (found.tool_type, found.command) == ("cli", "openapi-generator")
    assert found.version_check == "openapi-generator version"


def test_another_name_than_the_files() -> None:
    (problem,) = registryfiles.parse_tool(TOOL, name="other").problems
    assert (problem.code, problem.line) == ("registry/wrong-value", 1)
    assert '"name": "other"' in problem.hint


def test_no_json_and_no_object() -> None:
    (problem,) = registryfiles.parse_agent('{\n  "name": "a",\n}').problems
    assert (problem.code, problem.line, problem.column) == ("registry/syntax", 1, 13)
    (problem,) = registryfiles.parse_tool("[]").problems
    assert problem.code == "registry/syntax"
    assert registryfiles.parse_tool('{"tool_type": "x"}').tool_type == ""


def test_what_has_another_type_is_left_out() -> None:
    found = registryfiles.parse_agent('{"name": 1, "description": [], "skills": {}, "tools": [1]}')
    assert (found.name, found.description, found.skills, found.tools) == ("", "", (), ())


@pytest.mark.parametrize(
    ("item_type", "text"),
    [
        (ItemType.AGENT, AGENT),
        (ItemType.TOOL, TOOL),
        (ItemType.SKILL, "# T\n\n## Description\nOld.\n\nMore.\n"),
        (ItemType.PROMPT, "# T\n\nOld.\n"),
        (ItemType.TEMPLATE, "# T\n\nOld.\n"),
    ],
)
def test_another_description(item_type: ItemType, text: str) -> None:
    old = registryfiles.details(item_type, text).description
    tool_type = "mcp" if item_type is ItemType.TOOL else None
    changed = registryfiles.described(item_type, text, description="New.", tool_type=tool_type)
    assert changed is not None
    said = registryfiles.details(item_type, changed)
    assert said.description == "New."
    assert said.tool_type == (tool_type or "")
    kept = changed.replace('"mcp"', '"cli"').replace("New.", old)
    assert kept == text


@pytest.mark.parametrize("description", ["# Heading", "- item", "", "```"])
def test_a_description_that_would_be_read_as_something_else(description: str) -> None:
    text = "# T\n\n## Description\nOld.\n"
    found = registryfiles.described(ItemType.SKILL, text, description=description, tool_type=None)
    assert found is None


def test_no_place_for_it() -> None:
    assert registryfiles.with_member('{"a": 1}', "a", "x") is None
    assert registryfiles.with_member("[]", "a", "x") is None
    assert registryfiles.with_member("{", "a", "x") is None


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("FastAPI", {"fastapi"}),
        ("Python 3.11+", {"python"}),
        ("Python >= 3.11, < 4", {"python"}),
        ("Python >=3.11,<4", {"python"}),
        ("React 18 + TypeScript", {"react", "typescript"}),
        ("PostgreSQL 15, MySQL 8.x and SQLite", {"postgresql", "mysql", "sqlite"}),
        ("Python 3.11, 3.12", {"python"}),
        ("**FastAPI** (Python 3.11)", {"fastapi"}),
        ("[Vue](https://vuejs.org) v3", {"vue"}),
        ("`Node.js`: the runtime", {"node.js"}),
        ("Django REST framework – any", {"django rest framework"}),
        ("C++", {"c++"}),
        ("C#", {"c#"}),
        ("snake_case_lib", {"snake_case_lib"}),
        ("Python 3.13rc1", {"python"}),
        ("3.11", set()),
        ("", set()),
    ],
)
def test_technologies(entry: str, names: set[str]) -> None:
    assert registryfiles.technologies([entry]) == names


@pytest.mark.parametrize("name", ["python-api-skill", "a", "A_b.c", "übung", "x" * 100])
def test_names(name: str) -> None:
    registryfiles.check_name(name)
    assert registryfiles.is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a b", "../x", "a/b", "a\\b", "/x", ".hidden", "-x", "a\0", "con", "NUL.md", "x" * 101,
     "a\n", "%2e%2e", "a.", "a\u202eb", "\ud800"],
)  # fmt: skip
def test_no_names(name: str) -> None:
    with pytest.raises(UsageError):
        registryfiles.check_name(name)
    assert not registryfiles.is_name(name)


def test_names_from_titles() -> None:
    assert registryfiles.name_from("Python API Skill") == "python-api-skill"
    assert registryfiles.name_from(" C++ & Rust! ") == "c-rust"
    assert registryfiles.name_from("Ü bung") == "ü-bung"
    assert registryfiles.name_from("../../etc") == "etc"
    assert registryfiles.name_from("***") == ""
    assert not registryfiles.looks_like_name("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def test_positions_beyond_the_text() -> None:
    lines = Lines("ab\r\nc")
    assert [lines.offset(*at) for at in ((-1, 0), (0, 9), (1, 9), (9, 9), (1, -3))] == [
        0,
        2,
        5,
        5,
        4,
    ]
    assert [lines.place(offset) for offset in (0, 2, 4, 5)] == [(0, 0), (0, 2), (1, 0), (1, 1)]
