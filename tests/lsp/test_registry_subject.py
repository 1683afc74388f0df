"""Items of the registry in an editor: hover, completion, navigation, and a skill inserted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from drifttools import bound, database, home, ok
from lsp.scripted import FULL, Scripted, editing

SKILL = "python-api-skill"
SKILL_TEXT = """# Python API Skill

## Description
FastAPI development patterns with [a link](command:evil) and <b>bold</b>.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""
SQL_SKILL = "# SQL\n\n## Description\nQueries.\n\n## Tech Stack Compatibility\n- PostgreSQL\n"
AGENT = {
    "name": "backend-agent",
    "description": "Backend work",
    "system_prompt": "You write backends.",
    "skills": [SKILL],
    "tools": ["openapi-tool"],
}
TOOL = {
    "name": "openapi-tool",
    "description": "OpenAPI files",
    "tool_type": "cli",
    "command": "openapi",
}
TEXT = (
    f"# Project\n\n🚀 Follow {SKILL}. And `openapi-tool`, @skill:{SKILL}\n"
    "\n@docs/rules.md\n\nLast.\n"
)


def add(repo: Repo, kind: str, name: str, text: str) -> None:
    file = repo.path.parent / f"{name}{'.md' if kind in ('skill', 'prompt') else '.json'}"
    file.write_text(text)
    ok(repo, "registry", "add", kind, str(file))


@pytest.fixture
def stocked(repo: Repo) -> Repo:
    """A bound repository whose project has a tech stack, and a registry of four items."""
    repo.write("docs/rules.md", "# Rules\n")
    bound(repo, TEXT)
    add(repo, "skill", SKILL, SKILL_TEXT)
    add(repo, "skill", "an-sql-skill", SQL_SKILL)
    add(repo, "tool", "openapi-tool", json.dumps(TOOL))
    add(repo, "agent", "backend-agent", json.dumps(AGENT))
    with database() as db:
        db.execute(
            "INSERT INTO tech_stack (id, project_id, category, name) "
            "SELECT 't1', id, 'backend', 'FastAPI' FROM projects"
        )
        db.execute(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES ('m1', 't1', 'skill', ?)",
            (SKILL,),
        )
    return repo


@contextmanager
def opened(repo: Repo, **params: Any) -> Iterator[tuple[Scripted, str]]:
    with editing(repo.path, **params) as editor:
        yield editor, editor.open(repo.path / "CLAUDE.md")


def hovered(editor: Scripted, uri: str, words: str) -> str:
    """What hovering shows at the first place of some words."""
    before = editor.texts[uri].partition(words)[0]
    line, column = before.count("\n"), len(before.rpartition("\n")[2]) + 1
    found = editor.about(uri, "hover", line, column)
    return "" if found is None else str(found["contents"]["value"])


def completed(editor: Scripted, uri: str, text: str) -> dict[str, Any]:
    """What completes a text at its end."""
    editor.type(uri, text)
    line, column = text.count("\n"), len(text.rpartition("\n")[2])
    result: dict[str, Any] = editor.about(uri, "completion", line, column)
    return result


def labels(found: dict[str, Any]) -> list[str]:
    return [it["label"] for it in sorted(found["items"], key=lambda it: it["sortText"])]


def test_hover_says_what_a_skill_is_and_does_nothing(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        said = hovered(editor, uri, SKILL)
        assert said.startswith("**python-api-skill** (skill): Python API Skill")
        assert "FastAPI development patterns" in said
        assert "](command:" not in said
        assert "<b>" not in said
        for fact in (
            "Compatible with: FastAPI, Python 3.11\\+",
            "Used by the agents: backend-agent",
            "Used by the projects: repo",
            "Fits the tech stack of this project",
            "registry/skills/python-api-skill.md",
        ):
            assert fact in said
        assert "cli tool" in hovered(editor, uri, "openapi-tool")
        assert hovered(editor, uri, "Last") == ""
        assert hovered(editor, uri, "Follow") == ""


def test_hover_elsewhere(stocked: Repo) -> None:
    stocked.write("notes.md", TEXT)
    agent = home() / "registry" / "agents" / "backend-agent.json"
    with opened(stocked) as (editor, _):
        notes = editor.open(stocked.path / "notes.md")
        assert hovered(editor, notes, SKILL) == ""
        file = editor.open(agent, "json")
        assert "FastAPI development patterns" in hovered(editor, file, SKILL)


def test_names_are_completed_and_those_that_fit_come_first(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        found = completed(editor, uri, f"{TEXT}🚀 See s")
        assert labels(found)[0] == SKILL
        assert set(labels(found)) == {SKILL, "an-sql-skill"}
        item = found["items"][0]
        column = len("🚀 See ")
        assert item["textEdit"]["range"]["start"]["character"] == column
        assert item["textEdit"]["range"]["end"]["character"] == column + 1
        assert "documentation" not in item
        resolved = editor.ask("completionItem/resolve", item)
        assert "FastAPI development patterns" in str(resolved["documentation"])
        assert completed(editor, uri, f"{TEXT}See ")["items"] == []
        marked = completed(editor, uri, f"{TEXT}Use @skill:")
        assert labels(marked) == [SKILL, "an-sql-skill"]
        assert marked["isIncomplete"] is False
        assert labels(completed(editor, uri, f"{TEXT}BACK")) == ["backend-agent"]


def test_a_strange_item_to_resolve_is_given_back(stocked: Repo) -> None:
    with opened(stocked) as (editor, _):
        for data in (
            None,
            7,
            "x",
            "[]",
            json.dumps(["registry", "/etc", "skill", SKILL]),
            {"a": 1},
        ):
            item = {"label": "x", "data": data}
            assert editor.ask("completionItem/resolve", item)["label"] == "x"


def test_paths_are_completed_folder_by_folder(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        found = labels(completed(editor, uri, f"{TEXT}@"))
        assert found[0] == "skill:"
        assert {"docs/", "CLAUDE.md"} <= set(found)
        assert ".git/" not in found
        assert labels(completed(editor, uri, f"{TEXT}@docs/r")) == ["docs/rules.md"]
        for typed in ("@../", "@docs/../../", "mail@", "`@"):
            assert completed(editor, uri, f"{TEXT}{typed}")["items"] == []


def test_an_agents_lists_are_completed(stocked: Repo) -> None:
    path = home() / "registry" / "agents" / "backend-agent.json"
    with opened(stocked) as (editor, _):
        uri = editor.open(path, "json", text="{}")
        begin = '{"skills": ["python-api-skill", '
        assert labels(completed(editor, uri, f'{begin}"')) == ["an-sql-skill"]
        (item,) = completed(editor, uri, f"{begin}an")["items"]
        assert item["textEdit"]["newText"] == '"an-sql-skill"'
        assert labels(completed(editor, uri, '{"tools": ["o')) == ["openapi-tool"]
        assert completed(editor, uri, '{"model": "o')["items"] == []
        carried = stocked.write("registry/agents/own-agent.json", "{}")
        uri = editor.open(carried, "json")
        assert labels(completed(editor, uri, '{"tools": ["o')) == ["openapi-tool"]


def test_ten_thousand_items_and_an_honest_answer(stocked: Repo) -> None:
    with database() as db:
        db.execute("BEGIN")
        db.executemany(
            "INSERT INTO registry_skills (id, name, file_path) VALUES (?1, ?1, ?1 || '.md')",
            [(f"bulk-{number:05}",) for number in range(10_000)],
        )
        db.execute("COMMIT")
    with opened(stocked) as (editor, uri):
        many = completed(editor, uri, f"{TEXT}bul")
        assert many["isIncomplete"] is True
        assert len(many["items"]) == 200
        few = completed(editor, uri, f"{TEXT}bulk-0001")
        assert few["isIncomplete"] is False
        assert labels(few) == [f"bulk-{number:05}" for number in range(10, 20)]
        assert hovered(editor, uri, SKILL)


def test_definition_and_references(stocked: Repo) -> None:
    file = home() / "registry" / "skills" / f"{SKILL}.md"
    stocked.write("AGENTS.md", f"Also {SKILL}, not {SKILL}-two.\n")
    ok(stocked, "track", "AGENTS.md")
    with opened(stocked) as (editor, uri):
        column = len("🚀 Follow p")
        (found,) = editor.about(uri, "definition", 2, column)
        assert found["uri"] == file.as_uri()
        (imported,) = editor.about(uri, "definition", 4, 3)
        assert imported["uri"] == (stocked.path / "docs/rules.md").as_uri()
        places = editor.about(uri, "references", 2, column, context={"includeDeclaration": True})
        by_file: dict[str, list[int]] = {}
        for it in places:
            name = it["uri"].rpartition("/")[2]
            by_file.setdefault(name, []).append(it["range"]["start"]["character"])
        assert by_file == {
            "CLAUDE.md": [len("🚀 Follow "), TEXT.splitlines()[2].index(f"@skill:{SKILL}") + 7],
            "AGENTS.md": [5],
            "backend-agent.json": [json.dumps(AGENT).index(SKILL)],
        }


def test_links(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        found = editor.ask("textDocument/documentLink", {"textDocument": {"uri": uri}})
        text = editor.texts[uri].splitlines()
        linked = {}
        for it in found:
            begin, end = it["range"]["start"], it["range"]["end"]
            words = text[begin["line"]][begin["character"] : end["character"]]
            linked[words] = it["target"].rpartition("/")[2]
        assert linked == {
            "openapi-tool": "openapi-tool.json",
            f"@skill:{SKILL}": f"{SKILL}.md",
            "@docs/rules.md": "rules.md",
        }


def test_symbols_of_the_workspace(stocked: Repo) -> None:
    with opened(stocked) as (editor, _):
        found = editor.ask("workspace/symbol", {"query": "python api"})
        assert [(it["name"], it["containerName"]) for it in found] == [(SKILL, "skill")]
        assert found[0]["location"]["uri"].endswith(f"{SKILL}.md")


TITLE = "Insert a skill reference…"


def offered(editor: Scripted, uri: str, line: int, column: int) -> list[Any]:
    place = {"line": line, "character": column}
    found = editor.ask(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        },
    )
    return [it for it in found if it["title"] == TITLE]


def test_the_action_is_offered_where_a_reference_can_go(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        editor.type(uri, "# T\n\n🚀 Use pyth now\n")
        assert offered(editor, uri, 0, 1) == []
        assert offered(editor, uri, 2, 3) == []
        assert len(offered(editor, uri, 1, 0)) == 1
        (action,) = offered(editor, uri, 2, len("🚀 Use pyth"))
        assert action.get("kind") is None
        answer = editor.does([action], TITLE)
        assert editor.texts[uri] == f"# T\n\n🚀 Use @skill:{SKILL} now\n"
        assert SKILL in answer["message"]
        (edit,) = editor.applied[0]["documentChanges"][0]["edits"]
        assert edit["range"]["start"]["character"] == edit["range"]["end"]["character"] == 0


@pytest.mark.parametrize("text", ["# T\n", "# T", ""])
def test_a_named_skill_goes_to_the_end(stocked: Repo, text: str) -> None:
    with opened(stocked) as (editor, uri):
        editor.type(uri, text)
        editor.command("studio.insertSkill", {"uri": uri, "name": SKILL})
        lead = "# T\n" if text else ""
        assert editor.texts[uri] == f"{lead}@skill:{SKILL}\n"


def test_the_user_is_asked_which_skill(stocked: Repo) -> None:
    with opened(stocked) as (editor, uri):
        editor.chooses = "an-sql-skill"
        answer = editor.command("studio.insertSkill", {"uri": uri, "position": {"line": 3}})
        assert editor.offered == [SKILL, "an-sql-skill"]
        assert "an-sql-skill" in answer["message"]
        assert "\n@skill:an-sql-skill\n" in editor.texts[uri]
        editor.chooses = None
        before = editor.texts[uri]
        assert editor.command("studio.insertSkill") is None
        assert editor.texts[uri] == before


def test_what_cannot_be_inserted_is_said(repo: Repo) -> None:
    bound(repo)
    with opened(repo) as (editor, uri):
        assert editor.command("studio.insertSkill", {"uri": uri}) is None
        assert "no skills yet" in editor.said[-1]
        add(repo, "skill", SKILL, SKILL_TEXT)
        assert editor.command("studio.insertSkill", {"uri": uri, "name": "none"}) is None
        assert "there is no skill none" in editor.said[-1]
        editor.refuses = True
        assert editor.command("studio.insertSkill", {"uri": uri, "name": SKILL}) is None
        assert "did not take" in editor.said[-1]


def test_a_clone_that_is_not_bound_knows_the_registry_too(stocked: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "-q")
    other.write("CLAUDE.md", f"Use {SKILL}.\n")
    with editing(other.path, capabilities=FULL) as editor:
        uri = editor.open(other.path / "CLAUDE.md")
        assert "FastAPI development patterns" in hovered(editor, uri, SKILL)


def test_an_item_of_a_hostile_name_is_not_offered(stocked: Repo) -> None:
    with database() as db:
        db.execute(
            "INSERT INTO registry_skills (id, name, description, file_path) "
            "VALUES (?, ?, ?, '../../../etc/passwd')",
            ("\x1b[2Jid", "[x](command:evil) evil", "<img src=x>"),
        )
    with opened(stocked) as (editor, uri):
        assert completed(editor, uri, f"{TEXT}evil")["items"] == []
        assert editor.ask("workspace/symbol", {"query": "evil"}) == []
