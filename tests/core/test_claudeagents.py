"""Agents as Claude Code keeps them, and the registry's JSON of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import claudeagents
from studio_git.core.registrytypes import MISSING_FIELD, SYNTAX, UNKNOWN_ITEM

TEXT = """---
name: reviewer
description: "Use when: reviewing"
tools: Read, Bash(git add, git commit), mcp__x
model: sonnet
color: blue # kept
hooks:
  Stop: [{command: x}]
---

You review.

Be kind.
"""
JSON: dict[str, Any] = {
    "name": "reviewer",
    "description": "Use when: reviewing",
    "model": "sonnet",
    "system_prompt": "You review.\n\nBe kind.",
    "tools": ["Read", "Bash(git add, git commit)", "mcp__x"],
}


def test_there() -> None:
    assert claudeagents.to_json(TEXT) == JSON
    assert list(claudeagents.to_json(TEXT)) == list(JSON)
    listed = TEXT.replace("tools: Read, Bash(git add, git commit), mcp__x", "skills: [a, b, a]")
    assert claudeagents.to_json(listed)["skills"] == ["a", "b"]
    assert "tools" not in claudeagents.to_json(listed)


def test_and_back() -> None:
    assert claudeagents.to_markdown(JSON, TEXT) == TEXT
    assert claudeagents.to_markdown(JSON | {"constraints": {}}, TEXT) == TEXT


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"description": "D"}, '"Use when: reviewing"', "D"),
        ({"model": "opus"}, "sonnet", "opus"),
        ({"tools": ["Read"]}, "Read, Bash(git add, git commit), mcp__x", "Read"),
        ({"system_prompt": "Hm."}, "You review.\n\nBe kind.", "Hm."),
        ({"skills": ["s"]}, "---\n\nYou", "skills: s\n---\n\nYou"),
    ],
)
def test_what_moved_moves_alone(change: dict[str, Any], old: str, new: str) -> None:
    assert claudeagents.to_markdown(JSON | change, TEXT) == TEXT.replace(old, new)


def test_one_of_our_own() -> None:
    made = claudeagents.to_markdown(JSON, None)
    assert claudeagents.to_json(made) == JSON
    assert made.endswith("---\n\nYou review.\n\nBe kind.\n")
    assert claudeagents.not_carried(JSON | {"constraints": {}, "$schema": "x"}) == ["constraints"]


def test_which_texts_are_agents() -> None:
    assert claudeagents.is_agent(TEXT)
    assert claudeagents.is_agent("---\na: b: c\n---\n")  # it is told what is wrong
    assert not claudeagents.is_agent("# Agents\n")
    assert not claudeagents.is_agent("---\ntitle: x\n---\n")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (TEXT, []),
        ("---\nname: x\n---\n", [MISSING_FIELD]),
        ("---\na: b: c\n---\n", [SYNTAX]),
        ("---\nname: x\ndescription: d\nskills: a, b\n---\n", [UNKNOWN_ITEM]),
    ],
)
def test_problems(text: str, codes: list[str]) -> None:
    assert [it.code for it in claudeagents.problems(text, skills={"a"})] == codes
    assert UNKNOWN_ITEM not in [it.code for it in claudeagents.problems(text)]


@given(st.text())
def test_unedited_is_the_same(text: str) -> None:
    assert claudeagents.to_markdown(claudeagents.to_json(text), text) == text


WORD = st.text(alphabet="abcXYZ-_ äß:#'\"", min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)


@given(WORD, WORD, st.lists(st.sampled_from(["Read", "Bash(a, b)", "x"]), unique=True))
def test_made_of_json_says_it(name: str, prompt: str, tools: list[str]) -> None:
    said = {
        "name": " ".join(name.split()),
        "description": "d",
        "system_prompt": prompt.strip(),
        "tools": tools,
    }
    assert claudeagents.to_json(claudeagents.to_markdown(said, None)) == said
