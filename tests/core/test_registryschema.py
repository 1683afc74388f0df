"""The published schemas: the files are those of the code, and what they ask is checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import studio_git
from studio_git.core import codes
from studio_git.core.jsonplaces import parse
from studio_git.core.registryschema import SCHEMAS, check
from studio_git.core.registrytypes import ItemType, Lines, Problem

FOLDER = Path(studio_git.__file__).parent / "schemas"


def problems(item_type: ItemType, value: Any) -> list[Problem]:
    text = value if isinstance(value, str) else json.dumps(value)
    return check(parse(text), SCHEMAS[item_type], Lines(text))


def messages(item_type: ItemType, value: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in problems(item_type, value)]


@pytest.mark.parametrize("item_type", SCHEMAS)
def test_the_files_are_those_of_the_code(item_type: ItemType) -> None:
    text = (FOLDER / f"{item_type.value}.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(SCHEMAS[item_type], indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("item_type", SCHEMAS)
def test_every_field_is_described(item_type: ItemType) -> None:
    schema = SCHEMAS[item_type]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:studio-git:schema:")
    assert all(field["description"].endswith(".") for field in schema["properties"].values())


AGENT = {"name": "a", "description": "d"}
TOOL = {"name": "a", "description": "d", "tool_type": "cli"}


@pytest.mark.parametrize(
    ("item_type", "value", "code", "message"),
    [
        (ItemType.AGENT, [], "wrong-value", "The file has to be an object, in { }."),
        (ItemType.AGENT, {"name": "a"}, "missing-field", 'The file lacks "description".'),
        (ItemType.AGENT, AGENT | {"name": 1}, "wrong-value", '"name" has to be text'),
        (ItemType.AGENT, AGENT | {"name": " "}, "wrong-value", '"name" is empty.'),
        (ItemType.AGENT, AGENT | {"skills": "a"}, "wrong-value", '"skills" has to be a list'),
        (ItemType.AGENT, AGENT | {"tools": [None]}, "wrong-value", 'What "tools" lists has to be'),
        (ItemType.AGENT, AGENT | {"tools": ["a", "a"]}, "wrong-value", "lists 'a' twice"),
        (ItemType.AGENT, AGENT | {"skils": []}, "unknown-field", '"skils" is not known here.'),
        (ItemType.AGENT, AGENT | {"constraints": {"max_file_changes": 1.5}}, "wrong-value",
         '"max_file_changes" has to be a whole number.'),
        (ItemType.AGENT, AGENT | {"constraints": {"max_file_changes": -1}}, "wrong-value",
         '"max_file_changes" cannot be less than 0.'),
        (ItemType.AGENT, AGENT | {"constraints": {"require_tests": "yes"}}, "wrong-value",
         '"require_tests" has to be true or false.'),
        (ItemType.TOOL, AGENT, "missing-field", 'The file lacks "tool_type".'),
        (ItemType.TOOL, TOOL | {"tool_type": "CLI"}, "wrong-value",
         "\"tool_type\" cannot be 'CLI', only one of: mcp, cli, api."),
        (ItemType.TOOL, TOOL | {"command": ["x"]}, "wrong-value", '"command" has to be text'),
        (ItemType.TOOL, '{"name": "a", "name": "b", "description": "d", "tool_type": "api"}',
         "wrong-value", '"name" stands twice.'),
    ],
)  # fmt: skip
def test_what_is_told(item_type: ItemType, value: Any, code: str, message: str) -> None:
    (found,) = messages(item_type, value)
    assert found[0] == f"registry/{code}"
    assert found[0] in codes.CODES
    assert message in found[1]


@pytest.mark.parametrize(
    ("item_type", "value"),
    [
        (ItemType.AGENT, AGENT | {"$schema": "urn:x", "skills": [], "model": "", "tools": ["b"],
                                  "constraints": {"max_file_changes": 10.0, "anything": [1]}}),
        (ItemType.TOOL, TOOL | {"command": "x", "install_command": "y", "version_check": "z"}),
    ],
)  # fmt: skip
def test_what_is_right(item_type: ItemType, value: Any) -> None:
    assert messages(item_type, value) == []


def test_hints_come_near() -> None:
    assert problems(ItemType.AGENT, AGENT | {"skils": []})[0].hint == 'Did you mean "skills"?'
    assert problems(ItemType.TOOL, TOOL | {"tool_type": "MCP"})[0].hint == "Did you mean mcp?"


def test_places() -> None:
    text = '{\n  "name": "a",\n  "description": "d",\n  "skills": ["😀", 1]\n}'
    (found,) = problems(ItemType.AGENT, text)
    assert (found.line, found.column, found.end_column) == (3, 18, 19)
    (found,) = problems(ItemType.AGENT, '{"name": "a", "description": [\n1\n]}')
    assert (found.line, found.column, found.end_column) == (0, 29, 30)


def test_a_file_of_nothing_but_mistakes_is_not_told_whole() -> None:
    assert len(problems(ItemType.AGENT, AGENT | {"skills": list(range(5000))})) == 100
