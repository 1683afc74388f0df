"""Files of the registry in an editor: what is wrong in them, their parts, and their keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from drifttools import bound, ok
from lsp.scripted import FULL, Scripted, editing

SKILL = "# SQL\n\n## Description\nHow we write SQL 🚀.\n\n## Patterns\n\n### Joins\nName them.\n"
AGENT = {
    "name": "backend",
    "description": "Writes the backend",
    "skills": ["sql-skill", "sqlskill"],
    "tools": [],
    "constraints": {"max_file_changes": 10},
}
NESTED = FULL | {
    "textDocument": FULL["textDocument"]
    | {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}
}
SNIPPETS = FULL | {
    "textDocument": FULL["textDocument"]
    | {"completion": {"completionItem": {"snippetSupport": True}}}
}


@pytest.fixture
def registry(repo: Repo, studio_home: Path, tmp_path: Path) -> Path:
    """The registry of a bound repository's home, with one skill."""
    bound(repo)
    (tmp_path / "sql-skill.md").write_text(SKILL)
    ok(repo, "registry", "add", "skill", str(tmp_path / "sql-skill.md"))
    for name in ("agents", "tools"):
        (studio_home / "registry" / name).mkdir(exist_ok=True)
    return studio_home / "registry"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def offered(editor: Scripted, uri: str, text: str) -> dict[str, dict[str, Any]]:
    """What is offered where ``|`` stands, by label, with the text that choosing it makes."""
    before, _, after = text.partition("|")
    editor.type(uri, before + after)
    line = before.count("\n")
    found = editor.about(uri, "completion", line, len(before.rpartition("\n")[2]))["items"]
    return {it["label"]: it | {"after": chosen(before + after, it)} for it in found}


def chosen(text: str, item: dict[str, Any]) -> str:
    lines = text.split("\n")
    span, new = item["textEdit"]["range"], item["textEdit"]["newText"]
    line = lines[span["start"]["line"]]
    lines[span["start"]["line"]] = (
        line[: span["start"]["character"]] + new + line[span["end"]["character"] :]
    )
    return "\n".join(lines)


def test_what_is_wrong_in_an_agent_is_told_on_its_place(repo: Repo, registry: Path) -> None:
    text = json.dumps(AGENT | {"name": "other", "modle": "x"}, indent=2)
    path = put(registry / "agents" / "backend.json", text)
    with editing(repo.path) as editor:
        uri = editor.open(path, "json")
        found = editor.told(uri, lambda found: len(found) == 3)
        by_code = {it["code"]: it for it in found}
        assert sorted(by_code) == [
            "registry/unknown-field",
            "registry/unknown-item",
            "registry/wrong-value",
        ]
        missing = by_code["registry/unknown-item"]
        assert missing["message"].startswith("There is no skill 'sqlskill' in the registry.")
        row = text.split("\n").index('    "sqlskill"')
        assert missing["range"] == {
            "start": {"line": row, "character": 4},
            "end": {"line": row, "character": 14},
        }
        assert by_code["registry/unknown-field"]["severity"] == 3
        editor.type(uri, json.dumps(AGENT | {"skills": ["sql-skill"]}))
        editor.codes(uri)
        editor.type(uri, '{"name": "backend",')
        (broken,) = editor.codes(uri, "registry/syntax")
        assert broken["range"]["start"]["line"] == 0
        editor.type(uri, json.dumps(AGENT | {"skills": ["api"]}))
        editor.codes(uri, "registry/unknown-item")
        (registry.parent / "api.md").write_text(SKILL)
        ok(repo, "registry", "add", "skill", str(registry.parent / "api.md"))
        editor.codes(uri)


def test_skills_and_tools(repo: Repo, registry: Path) -> None:
    with editing(repo.path) as editor:
        skill = editor.open(registry / "skills" / "sql-skill.md")
        editor.codes(skill)
        editor.type(skill, "Only words.\n")
        editor.codes(skill, "registry/missing-field", "registry/missing-field")
        tool = editor.open(put(registry / "tools" / "make.json", "{}"), "json")
        editor.type(tool, '{"name": "make", "description": "Makes", "tool_type": "clo"}')
        (found,) = editor.codes(tool, "registry/wrong-value")
        assert "Did you mean cli?" in found["message"]
        editor.type(tool, '{"name": "make", "description": "Makes", "tool_type": "cli"}')
        editor.codes(tool)


def test_copies_in_a_repository_where_it_is_bound(
    repo: Repo, registry: Path, make_repo: Callable[..., Repo]
) -> None:
    other = make_repo("unbound")
    with editing(repo.path, other.path) as editor:
        for path in ("registry/tools/a.json", "docs/registry/agents/a.json"):
            uri = editor.open(repo.write(path, "[]"), "json")
            editor.codes(uri, "registry/syntax")
        for where in (
            repo.write("tools/a.json", "[]"),
            repo.write("registry/prompts/a.json", "[]"),
            repo.write("registry/tools/a.md", "x"),
            other.write("registry/tools/a.json", "[]"),
        ):
            editor.codes(editor.open(where, "json"))


def test_the_parts_of_a_skill_and_of_an_agent(repo: Repo, registry: Path) -> None:
    agent = put(registry / "agents" / "backend.json", json.dumps(AGENT, indent=2))
    with editing(repo.path, capabilities=NESTED) as editor:
        uri = editor.open(registry / "skills" / "sql-skill.md")
        (title,) = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert title["name"] == "SQL"
        assert [it["name"] for it in title["children"]] == ["Description", "Patterns"]
        (joins,) = title["children"][1]["children"]
        assert (joins["name"], joins["selectionRange"]["start"]["line"]) == ("Joins", 7)
        uri = editor.open(agent, "json")
        members = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert [it["name"] for it in members] == list(AGENT)
        assert members[0]["detail"] == "backend"
        assert [it["detail"] for it in members[2]["children"]] == ["sql-skill", "sqlskill"]
        assert members[4]["children"][0]["name"] == "max_file_changes"
        for symbol in members:
            assert symbol["range"]["start"] == symbol["selectionRange"]["start"]
        editor.type(uri, "{")
        assert editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}}) == []
        notes = editor.open(repo.write("notes.json", "{}"), "json")
        assert editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": notes}}) == []


def test_keys_while_typing(repo: Repo, registry: Path) -> None:
    path = put(registry / "tools" / "make.json", "{}")
    with editing(repo.path) as editor:
        uri = editor.open(path, "json")
        found = offered(editor, uri, '{\n  "name": "make",\n  |\n}')
        assert "name" not in found
        assert min(found, key=lambda it: found[it]["sortText"]) == "description"
        assert found["description"]["after"] == '{\n  "name": "make",\n  "description": ""\n}'
        assert found["description"]["detail"] == "needed"
        assert "sentence" in found["description"]["documentation"]
        assert "skills" not in found
        found = offered(editor, uri, '{"comm|"}')
        assert found["command"]["after"] == '{"command": ""}'
        found = offered(editor, uri, '{"comm|": "x"}')
        assert found["command"]["after"] == '{"command": "x"}'
        found = offered(editor, uri, '{"tool_type": "|"}')
        assert list(found) == ["mcp", "cli", "api"]
        assert found["cli"]["after"] == '{"tool_type": "cli"}'
        assert offered(editor, uri, '{"name": "|"}') == {}
        agent = editor.open(put(registry / "agents" / "backend.json", "{}"), "json")
        found = offered(editor, agent, "{|}")
        assert found["skills"]["after"] == '{"skills": []}'
        assert found["constraints"]["after"] == '{"constraints": {}}'
        assert "tool_type" not in found
    with editing(repo.path, capabilities=SNIPPETS) as editor:
        uri = editor.open(path, "json")
        found = offered(editor, uri, "{|}")
        assert found["name"]["insertTextFormat"] == 2
        assert found["name"]["after"] == '{"name": "$1"}'


def test_sections_of_a_skill_while_typing(repo: Repo, registry: Path) -> None:
    with editing(repo.path) as editor:
        uri = editor.open(registry / "skills" / "sql-skill.md")
        found = offered(editor, uri, f"{SKILL}\n## |")
        assert list(found) == ["## Tech Stack Compatibility"]
        found = offered(editor, uri, "# SQL\n\n##|\n")
        assert list(found) == [
            "## Description",
            "## Patterns",
            "## Tech Stack Compatibility",
        ]
        assert found["## Patterns"]["after"] == "# SQL\n\n## Patterns\n"
        assert "## Patterns" not in offered(editor, uri, "# SQL\n\n## Desc|\n")
        assert "## Patterns" not in offered(editor, uri, "# SQL\n\nwords |\n")
