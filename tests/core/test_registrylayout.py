"""Which paths are registry items."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.registrylayout import Form, find, is_item
from studio_git.core.registrytypes import ItemType

ROOT = Path(__file__).resolve().parents[2]


def found(*paths: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(it.form.value, it.type.value, it.path or it.root, it.others) for it in find(paths)]


def test_skills_own_what_is_below_them() -> None:
    assert found(
        "README.md",
        "skills/pdf/SKILL.md",
        "skills/pdf/scripts/x.py",
        "skills/pdf/agents/grader.md",
        "skills/pdf/inner/SKILL.md",
        "skills/pdf/inner/a",
    ) == [
        ("SKILL.md", "skill", "skills/pdf/SKILL.md", (
            "skills/pdf/agents/grader.md", "skills/pdf/scripts/x.py"
        )),
        ("SKILL.md", "skill", "skills/pdf/inner/SKILL.md", ("skills/pdf/inner/a",)),
    ]  # fmt: skip


def test_a_repository_that_is_one_skill() -> None:
    (one,) = find(["SKILL.md", "scripts/x", ".github/workflows/ci.yml", "LICENSE"])
    assert (one.name, one.root, one.others) == ("", "", ("LICENSE", "scripts/x"))


def test_agents_and_servers() -> None:
    assert found(
        ".claude/agents/a.md", ".claude/agents/team/b.md", "plugins/x/agents/c.md", "agents.md",
        "sub/server.json", "server.json",
    ) == [
        ("agent.md", "agent", ".claude/agents/a.md", ()),
        ("agent.md", "agent", ".claude/agents/team/b.md", ()),
        ("agent.md", "agent", "plugins/x/agents/c.md", ()),
        ("server.json", "tool", "server.json", ()),
        ("server.json", "tool", "sub/server.json", ()),
    ]  # fmt: skip


@pytest.mark.parametrize("top", ["", "registry/", "home/registry/"])
def test_a_registry(top: str) -> None:
    paths = [
        "skills/a.md", "skills/a/scripts/x", "skills/b/SKILL.md", "agents/r.json",
        "agents/r/agent.md", "tools/t.json", "tools/t/server.json", "prompts/p.md",
        "templates/web/copier.yml", "templates/web/src/a", "skills/.hidden.md", "skills/README.md",
    ]  # fmt: skip
    assert found(*(top + path for path in paths)) == [
        ("SKILL.md", "skill", f"{top}skills/b/SKILL.md", ()),
        ("registry", "agent", f"{top}agents/r.json", (f"{top}agents/r/agent.md",)),
        ("registry", "prompt", f"{top}prompts/p.md", ()),
        ("registry", "skill", f"{top}skills/a.md", (f"{top}skills/a/scripts/x",)),
        ("registry", "tool", f"{top}tools/t.json", (f"{top}tools/t/server.json",)),
        (
            "registry",
            "template",
            f"{top}templates/web/",
            (f"{top}templates/web/copier.yml", f"{top}templates/web/src/a"),
        ),
    ]


def test_templates_of_others_are_none() -> None:
    assert found("templates/email/index.html", "app/templates/x/README.md") == []
    assert found("registry/templates/x/y") != []


def test_what_is_sure() -> None:
    sure = {
        it.path: it.sure for it in find(["registry/tools/a.json", "tools/a.json", "server.json"])
    }
    assert sure == {"registry/tools/a.json": True, "tools/a.json": False, "server.json": False}


HOOKED = [
    "registry/skills/a.md", "x/registry/agents/a.json", "registry/tools/b.json",
    "registry/prompts/p.md", "SKILL.md", ".claude/skills/a/SKILL.md", ".claude/agents/a.md",
    ".claude/agents/team/a.md", "server.json", "a/server.json",
]  # fmt: skip
PASSED_OVER = [
    "skills/a.md", "registry/skills/a.json", "registry/tools/a/b.json", "myregistry/skills/a.md",
    "agents/a.md", "README.md", "skill.md", "server.json.bak", "claude/agents/a.md",
    "registry/templates/x/copier.yml",
]  # fmt: skip


def test_the_hook_of_the_frameworks_looks_at_the_same_paths() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (pattern,) = [hook["files"] for hook in hooks if hook["id"] == "studio-registry"]
    for path in HOOKED:
        assert is_item(path), path
        assert re.search(pattern, path), path
    for path in PASSED_OVER:
        assert not is_item(path), path
        assert not re.search(pattern, path), path


SEGMENT = st.sampled_from(
    ["registry", "skills", "agents", "tools", "templates", "prompts", "SKILL.md", "server.json",
     "a", "a.md", "a.json", ".claude", "copier.yml"]
)  # fmt: skip


@given(st.sets(st.lists(SEGMENT, min_size=1, max_size=5).map("/".join), max_size=12))
def test_no_file_belongs_to_two_items(paths: set[str]) -> None:
    every = find(paths)
    owned = [path for it in every for path in ([it.path] if it.path else []) + [*it.others]]
    assert len(owned) == len(set(owned))
    assert set(owned) <= paths
    assert all(it.type is ItemType.SKILL for it in every if it.form is Form.SKILL_FOLDER)
