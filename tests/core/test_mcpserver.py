"""MCP's ``server.json``, and the registry's tools of type ``mcp``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import mcpserver
from studio_git.core.registryfiles import parse_tool
from studio_git.core.registrytypes import MISSING_FIELD, SYNTAX, WRONG_VALUE

SERVER: dict[str, Any] = {
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name": "io.github.ada/weather",
    "description": "Weather.",
    "version": "1.0.0",
}


def server(**members: Any) -> str:
    return json.dumps(SERVER | members, indent=1)


def package(kind: str, identifier: str, **members: Any) -> dict[str, Any]:
    return {
        "registryType": kind,
        "identifier": identifier,
        "transport": {"type": "stdio"},
    } | members


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {}),
        (
            {"packages": [package("npm", "@ada/weather", version="1.2.3")]},
            {"command": "npx -y @ada/weather@1.2.3"},
        ),
        (
            {"packages": [package("pypi", "weather", version="1.2")]},
            {"command": "uvx weather==1.2"},
        ),
        (
            {"packages": [package("oci", "docker.io/ada/weather:1.0", version="1.0")]},
            {"command": "docker run --rm -i docker.io/ada/weather:1.0"},
        ),
        (
            {
                "packages": [
                    package(
                        "mcpb",
                        "x",
                        runtimeHint="run it",
                        runtimeArguments=[{"type": "positional", "value": "a; rm b"}],
                        packageArguments=[
                            {"type": "named", "name": "--port", "value": "1"},
                            {"type": "named", "name": "--key"},
                            {"type": "positional", "valueHint": "file"},
                        ],
                    )
                ]
            },
            {"command": "'run it' 'a; rm b' x --port 1 --key"},
        ),
        (
            {"packages": [package("mcpb", "x")], "remotes": [{"url": "https://e.org/mcp"}]},
            {"url": "https://e.org/mcp"},
        ),
        ({"packages": "x", "remotes": [1, {}]}, {}),
    ],
)
def test_there(members: dict[str, Any], expected: dict[str, str]) -> None:
    found = mcpserver.to_json(server(**members))
    assert found == {
        "name": "io.github.ada-weather",
        "description": "Weather.",
        "tool_type": "mcp",
        **expected,
    }
    assert parse_tool(json.dumps(found)).problems == ()


def test_and_back() -> None:
    text = server()
    said = mcpserver.to_json(text)
    assert mcpserver.to_server(said, text) == text
    assert mcpserver.to_server(said | {"command": "mine"}, text) == text
    assert mcpserver.to_server(said | {"description": "Rain"}, text) == text.replace(
        "Weather.", "Rain"
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (server(), True),
        ('{"name": "a/b", "packages": []}', True),
        ('{"name": "a/b", "remotes": []}', True),
        ('{"name": "a/b"}', False),
        ('{"port": 80}', False),
        ("[]", False),
        ("no", False),
        ('{"$schema": "https://static.modelcontextprotocol.io/x", ', True),  # it is told
    ],
)
def test_which_files_are_meant(text: str, meant: bool) -> None:
    assert mcpserver.is_server(text) is meant


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (server(), []),
        ("{", [SYNTAX]),
        ("[]", [SYNTAX]),
        (server(name="weather"), [WRONG_VALUE]),
        (server(version=1), [WRONG_VALUE]),
        ('{"name": "a/b"}', [MISSING_FIELD, MISSING_FIELD]),
    ],
)
def test_problems(text: str, codes: list[str]) -> None:
    assert [it.code for it in mcpserver.problems(text)] == codes


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "packages", "remotes", "version"]), JSON_VALUES
    )
)
def test_any_json_is_survived(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    mcpserver.problems(text)
    said = mcpserver.to_json(text)
    json.dumps(said, ensure_ascii=False).encode()
    assert mcpserver.to_server(said, text) == text


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    mcpserver.is_server(text)
    mcpserver.problems(text)
    mcpserver.to_json(text)
