"""MCP's ``server.json`` and the registry's tools of type ``mcp``.

The form is that of github.com/modelcontextprotocol/registry, docs/reference/server-json (schema
2025-12-11): ``name`` ("namespace/server"), ``description``, ``version``, ``packages`` that are
run here and ``remotes`` that are reached by their address. Nothing is ever run by us.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from studio_git.core import jsonplaces
from studio_git.core.prose import one_line
from studio_git.core.registrytypes import (
    MISSING_FIELD,
    SYNTAX,
    WRONG_VALUE,
    Lines,
    Problem,
    name_from,
)

SERVER_FILE = "server.json"

_SCHEMA_HOST = "modelcontextprotocol"
_RUNTIMES = {
    "npm": ("npx", ("-y",), "@"),
    "pypi": ("uvx", (), "=="),
    "oci": ("docker", ("run", "--rm", "-i"), ":"),
    "nuget": ("dnx", ("--yes",), "@"),
}
"""How each kind of package is run, and what stands between its name and its version."""


def is_server(text: str) -> bool:
    """True for JSON that means to be a ``server.json``; other files have that name, too."""
    said = _loaded(text)
    if said is None:
        return f"{_SCHEMA_HOST}" in text[:2000] and '"$schema"' in text[:2000]
    if _SCHEMA_HOST in _text(said, "$schema"):
        return True
    listed = any(isinstance(said.get(key), list) for key in ("packages", "remotes"))
    return listed and _text(said, "name").count("/") == 1


def problems(text: str) -> list[Problem]:
    """What is wrong in a ``server.json``, as far as the registry needs it."""
    lines = Lines(text)
    try:
        root = jsonplaces.parse(text)
    except jsonplaces.JsonError as fault:
        return [lines.problem(SYNTAX, fault.message, fault.start, fault.end, fault.hint)]
    if root.kind != "object":
        return [lines.problem(SYNTAX, "The file has to be an object, in { }.", 0, 1)]
    found = []
    for key in ("name", "description", "version"):
        node = root.get(key)
        if node is None:
            message = f'The file lacks "{key}".'
            found.append(lines.problem(MISSING_FIELD, message, root.start, root.start + 1))
        elif node.kind != "string" or not node.text.strip():
            message = f'"{key}" has to be a text.'
            found.append(lines.problem(WRONG_VALUE, message, node.start, node.end))
        elif key == "name" and node.text.count("/") != 1:
            message = '"name" has to be a namespace and a name, with one "/" between them.'
            hint = "As in io.github.ada/weather."
            found.append(lines.problem(WRONG_VALUE, message, node.start, node.end, hint))
    return found


def to_json(text: str) -> dict[str, Any]:
    """The members of the registry's JSON that a ``server.json`` says; {} where it is none."""
    said = _loaded(text) or {}
    found: dict[str, Any] = {
        "name": name_from(one_line(_text(said, "name"))),
        "description": one_line(_text(said, "description")),
        "tool_type": "mcp",
    }
    command = next((line for each in _listed(said, "packages") if (line := _command(each))), "")
    if command:
        found["command"] = command
    else:
        urls = (_text(each, "url") for each in _listed(said, "remotes"))
        url = next((one_line(each) for each in urls if each), "")
        if url:
            found["url"] = url
    return found


def to_server(tool: Mapping[str, Any], original: str) -> str:
    """The ``server.json`` that a tool came from, with the description that its JSON has now."""
    said, before = tool.get("description"), to_json(original).get("description")
    if not isinstance(said, str) or not said or one_line(said) == before:
        return original
    node = jsonplaces.parse(original).get("description")
    if node is None or node.kind != "string":
        return original
    return jsonplaces.replaced(original, node, one_line(said))


def _command(package: Mapping[str, Any]) -> str:
    """The words that start a package, as far as they are said; what is asked of users is not."""
    runtime = _RUNTIMES.get(_text(package, "registryType"))
    program = _text(package, "runtimeHint") or (runtime[0] if runtime else "")
    identifier = _text(package, "identifier")
    if not program or not identifier:
        return ""
    version = _text(package, "version")
    if runtime and version and runtime[2] + version not in identifier:
        identifier += runtime[2] + version
    first = _arguments(package, "runtimeArguments") or (list(runtime[1]) if runtime else [])
    words = [program, *first, identifier, *_arguments(package, "packageArguments")]
    return one_line(shlex.join(words))


def _arguments(package: Mapping[str, Any], key: str) -> list[str]:
    words = []
    for each in _listed(package, key):
        value = _text(each, "value") or _text(each, "default")
        if _text(each, "type") == "named":
            words.append(_text(each, "name"))
        if value:
            words.append(value)
    return words


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        jsonplaces.parse(text)  # the limits of size and depth are there
        said = json.loads(text.removeprefix("\ufeff"))
    except (jsonplaces.JsonError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _listed(said: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = said.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
