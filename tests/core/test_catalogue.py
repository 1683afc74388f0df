from __future__ import annotations

import random

import pytest

from studio_git.core.catalogue import CATALOGUE, find, is_private, rank
from studio_git.core.names import check_repo_path


def found(*paths: str) -> list[str]:
    return [one.path for one in find(paths)]


@pytest.mark.parametrize(
    "path",
    [
        "AGENTS.md",
        "CLAUDE.md",
        ".claude/CLAUDE.md",
        ".claude/rules/style.md",
        ".github/copilot-instructions.md",
        ".github/instructions/python.instructions.md",
        ".cursor/rules/base.mdc",
        ".clinerules",
        ".clinerules/base.md",
        ".specify/memory/constitution.md",
        "ARCHITECTURE.md",
        "docs/architecture.md",
        "replit.md",
    ],
)
def test_a_path_in_the_table_is_offered(path: str) -> None:
    (one,) = find([path])
    assert (one.path, one.nested, one.private) == (path, False, False)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "MYCLAUDE.md",
        "CLAUDE.md.orig",
        ".claude/rules/deep/style.md",
        ".claude/rules/.md.txt",
        ".github/instructions/python.md",
        "packages/api/GEMINI.md",
        "packages/.cursorrules",
        ".cursor/rules/base.md",
        "xAGENTS.md/y",
    ],
)
def test_other_paths_are_not(path: str) -> None:
    assert find([path]) == []


def test_the_order_is_that_of_the_catalogue_and_nested_ones_come_last() -> None:
    paths = [
        "packages/web/CLAUDE.md",
        ".cursor/rules/b.mdc",
        "CLAUDE.md",
        "packages/api/AGENTS.md",
        ".cursor/rules/a.mdc",
        "AGENTS.md",
        "src/main.py",
    ]
    expected = [
        "AGENTS.md",
        "CLAUDE.md",
        ".cursor/rules/a.mdc",
        ".cursor/rules/b.mdc",
        "packages/api/AGENTS.md",
        "packages/web/CLAUDE.md",
    ]
    for seed in range(5):
        assert found(*random.Random(seed).sample(paths, len(paths))) == expected
    assert [one.nested for one in find(paths)] == [False] * 4 + [True] * 2


def test_a_place_of_its_own_is_not_nested() -> None:
    (one,) = find([".junie/AGENTS.md"])
    assert (one.entry.agents, one.nested) == (("Junie",), False)


def test_the_exact_spelling_wins_and_another_is_taken_at_the_top_only() -> None:
    assert found("agents.md", "AGENTS.md") == ["AGENTS.md"]
    assert found("Agents.md", "src/agents.md") == ["Agents.md"]
    assert found("agents.MD", "Agents.md") == ["Agents.md"]
    assert found("Architecture.md") == ["Architecture.md"]


def test_private_files_are_flagged() -> None:
    paths = ["CLAUDE.local.md", "AGENTS.local.md", ".claude/rules/me.local.md", "claude.Local.md"]
    assert {one.path: one.private for one in find(paths)} == dict.fromkeys(paths[:3], True)
    assert is_private("docs/Notes.LOCAL.md")
    assert not is_private("local.md")


def test_rank_is_the_place_in_the_table() -> None:
    assert rank("AGENTS.md") < rank("CLAUDE.md") < rank(".cursor/rules/x.mdc") < rank("other.md")


def test_each_entry_is_a_path_that_may_be_tracked_and_stands_once() -> None:
    patterns = [entry.pattern for entry in CATALOGUE]
    assert len(set(patterns)) == len(patterns)
    for pattern in patterns:
        check_repo_path(pattern.replace("*", "x"))
        assert rank(pattern.replace("*", "x")) == patterns.index(pattern)
