"""The published schemas of agents and tools, and how a file is held against one.

They are JSON Schema, draft 2020-12 (json-schema.org/draft/2020-12/json-schema-core.html); the
same texts stand in ``studio_git/schemas/`` for editors that read those. What is checked here is
the part of the language that they use, because no reader of JSON in the standard library says
where in the file a value stands.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from studio_git.core.jsonplaces import Node
from studio_git.core.prose import shorten
from studio_git.core.registrytypes import (
    MAX_PROBLEMS,
    MISSING_FIELD,
    UNKNOWN_FIELD,
    WRONG_VALUE,
    ItemType,
    Lines,
    Problem,
)

Schema = Mapping[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_POINTER = {
    "type": "string",
    "description": "The address of this schema, for editors that look for it here.",
}


def _names(of: str, more: str = "") -> Schema:
    return {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "description": f"The {of} that the agent uses, each by its name in the registry.{more}",
    }


AGENT: Schema = {
    "$schema": _DRAFT,
    "$id": "urn:studio-git:schema:agent:1",
    "title": "Agent of the Project Studio registry",
    "description": "A file registry/agents/NAME.json in the Studio home.",
    "type": "object",
    "required": ["name", "description"],
    "properties": {
        "$schema": _POINTER,
        "name": {
            "type": "string",
            "minLength": 1,
            "description": "The agent's name: that of the file, without .json.",
        },
        "description": {
            "type": "string",
            "minLength": 1,
            "description": "What the agent is for, in a sentence or two.",
        },
        "model": {"type": "string", "description": "The model that the agent runs on."},
        "system_prompt": {
            "type": "string",
            "description": "What the model is told before anything else.",
        },
        "skills": _names("skills"),
        "tools": _names(
            "tools",
            " Tools that the agent's host brings along can stand there, too: Read, Bash(git:*), "
            "mcp__weather.",
        ),
        "constraints": {
            "type": "object",
            "description": "What the agent has to keep to; more can stand here than is listed.",
            "properties": {
                "max_file_changes": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "How many files one piece of work may change.",
                },
                "require_tests": {
                    "type": "boolean",
                    "description": "Whether a change has to come with tests.",
                },
            },
            "additionalProperties": True,
        },
    },
}

TOOL: Schema = {
    "$schema": _DRAFT,
    "$id": "urn:studio-git:schema:tool:1",
    "title": "Tool of the Project Studio registry",
    "description": "A file registry/tools/NAME.json in the Studio home. Nothing in it is run "
    "without being asked for.",
    "type": "object",
    "required": ["name", "description", "tool_type"],
    "properties": {
        "$schema": _POINTER,
        "name": {
            "type": "string",
            "minLength": 1,
            "description": "The tool's name: that of the file, without .json.",
        },
        "description": {
            "type": "string",
            "minLength": 1,
            "description": "What the tool does, in a sentence or two.",
        },
        "tool_type": {
            "type": "string",
            "enum": ["mcp", "cli", "api"],
            "description": "How the tool is reached: mcp, a server of the Model Context Protocol; "
            "cli, a command; api, over the network.",
        },
        "command": {"type": "string", "description": "The command that starts the tool."},
        "url": {"type": "string", "description": "The address of a tool that is reached by one."},
        "install_command": {"type": "string", "description": "The command that installs it."},
        "version_check": {"type": "string", "description": "The command that tells its version."},
    },
}

SCHEMAS: Mapping[ItemType, Schema] = {ItemType.AGENT: AGENT, ItemType.TOOL: TOOL}

_KINDS = {
    "object": "an object, in { }",
    "array": "a list, in [ ]",
    "string": "text, in double quotes",
    "integer": "a whole number",
    "boolean": "true or false",
}
_WHOLE = re.compile(r"-?[0-9]+(\.0+)?")


def check(root: Node, schema: Schema, lines: Lines) -> list[Problem]:
    """What in a file is not as its schema says, in the order of the text."""
    checker = _Checker(lines)
    return sorted(
        islice(checker.value(root, schema, "the file"), MAX_PROBLEMS),
        key=lambda problem: (problem.line, problem.column),
    )


class _Checker:
    """Walks a value and its schema together; ``name`` is what a value is called in messages."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def value(self, node: Node, schema: Schema, name: str) -> Iterator[Problem]:
        """What is wrong with a value, and in it."""
        kind = schema.get("type")
        if kind is not None and not _is(node, kind):
            yield self._wrong(node, f"{name} has to be {_KINDS[kind]}.")
            return
        if "enum" in schema and node.text not in schema["enum"]:
            near = difflib.get_close_matches(node.text.lower(), schema["enum"], n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            said = shorten(node.text, 40)
            allowed = ", ".join(schema["enum"])
            yield self._wrong(node, f"{name} cannot be '{said}', only one of: {allowed}.", hint)
        elif "minLength" in schema and not node.text.strip():
            yield self._wrong(node, f"{name} is empty.")
        elif "minimum" in schema and node.text.startswith("-") and float(node.text) < 0:
            yield self._wrong(node, f"{name} cannot be less than {schema['minimum']}.")
        if node.kind == "object":
            yield from self._members(node, schema, name)
        if node.kind == "array":
            yield from self._items(node, schema, name)

    def _members(self, node: Node, schema: Schema, name: str) -> Iterator[Problem]:
        known: Schema = schema.get("properties", {})
        present: set[str] = set()
        for key, value in node.members:
            if key.text in present:
                yield self._wrong(key, f"{_field(key.text)} stands twice.", "The last one counts.")
            present.add(key.text)
            if key.text in known:
                yield from self.value(value, known[key.text], _field(key.text))
            elif not schema.get("additionalProperties", False):
                yield self._unknown(key, known, present)
        for needed in schema.get("required", ()):
            if needed not in present:
                hint = f'Add "{needed}": {known[needed]["description"]}'
                message = f"{name} lacks {_field(needed)}."
                yield self.lines.problem(
                    MISSING_FIELD, _sentence(message), node.start, node.start + 1, hint
                )

    def _unknown(self, key: Node, known: Schema, present: set[str]) -> Problem:
        free = [each for each in known if each not in present and not each.startswith("$")]
        near = difflib.get_close_matches(key.text.lower(), free, n=1)
        hint = f"Did you mean {_field(near[0])}?" if near else "It is kept, and nothing reads it."
        message = f"{_field(key.text)} is not known here."
        return self.lines.problem(UNKNOWN_FIELD, _sentence(message), key.start, key.end, hint)

    def _items(self, node: Node, schema: Schema, name: str) -> Iterator[Problem]:
        seen: set[str] = set()
        for item in node.items:
            yield from self.value(item, schema.get("items", {}), f"what {name} lists")
            if schema.get("uniqueItems") and item.kind == "string":
                if item.text in seen:
                    said = shorten(item.text, 40)
                    yield self._wrong(item, f"{name} lists '{said}' twice.", "Remove one of them.")
                seen.add(item.text)

    def _wrong(self, node: Node, message: str, hint: str = "") -> Problem:
        return self.lines.problem(WRONG_VALUE, _sentence(message), node.start, node.end, hint)


def _is(node: Node, kind: str) -> bool:
    if kind == "integer":
        return node.kind == "number" and _WHOLE.fullmatch(node.text) is not None
    return node.kind == kind


def _field(key: str) -> str:
    return f'"{shorten(key, 40)}"'


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
