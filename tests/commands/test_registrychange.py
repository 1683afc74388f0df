"""``git studio registry edit``, ``remove``, ``search`` and ``validate``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pexpect
import pytest
from conftest import SCRIPTS, Repo
from drifttools import bind, database, editor, home, ok, refused, rows

from studio_git.services import registryvalidate

SKILL = """# Python API Skill

## Description
FastAPI development patterns.

## Tech Stack Compatibility
- FastAPI
"""


@pytest.fixture
def filled(repo: Repo) -> Repo:
    bind(repo)
    repo.write("python-api-skill.md", SKILL)
    repo.write("web/copier.yml", "_template_type: doc\n")
    agent = {"name": "backend", "description": "B.", "skills": ["python-api-skill"]}
    repo.write("agent.json", json.dumps(agent))
    ok(repo, "registry", "add", "skill", "python-api-skill.md")
    ok(repo, "registry", "add", "agent", "agent.json")
    ok(repo, "registry", "add", "template", "web")
    return repo


def with_editor(repo: Repo, tmp_path: Path, script: str) -> Repo:
    return Repo(repo.path, {"GIT_EDITOR": editor(tmp_path, script)})


class TestEdit:
    def test_a_skill(self, filled: Repo, tmp_path: Path) -> None:
        here = with_editor(filled, tmp_path, 'sed -i "s/FastAPI dev/Dev/" "$1"')
        assert ok(here, "registry", "edit", "python-api-skill") == (
            "Edited: the skill python-api-skill\n"
        )
        file = home() / "registry" / "skills" / "python-api-skill.md"
        assert file.read_text() == SKILL.replace("FastAPI dev", "Dev")
        shown = filled.studio("registry", "show", "python-api-skill", "--json").json
        assert shown["description"] == "Development patterns."
        assert ok(filled, "registry", "sync") == "All rows and files agree.\n"
        assert ok(here, "registry", "edit", "python-api-skill") == "Nothing was changed.\n"

    @pytest.mark.parametrize(
        ("name", "script", "said"),
        [
            ("backend", 'echo "{" > "$1"', "was not changed"),
            ("backend", 'sed -i "s/backend/other/" "$1"', "another name"),
            ("python-api-skill", ': > "$1"', "was not changed"),
            ("python-api-skill", r'printf "\377" > "$1"', "UTF-8"),
            ("python-api-skill", "exit 3", "ended with status 3"),
        ],
    )
    def test_a_refused_text_is_kept(
        self, filled: Repo, tmp_path: Path, name: str, script: str, said: str
    ) -> None:
        before = filled.studio("registry", "show", name, "--json").json
        answer = with_editor(filled, tmp_path, script).studio("registry", "edit", name)
        assert answer.status == 2
        assert said in answer.err
        assert filled.studio("registry", "show", name, "--json").json == before
        if "exit" not in script:
            kept = Path(answer.err.strip().rpartition("Your text is in ")[2])
            assert kept.is_relative_to(home() / "backups" / "registry")
            assert kept.exists()

    def test_what_is_only_odd_is_told(self, filled: Repo, tmp_path: Path) -> None:
        here = with_editor(filled, tmp_path, 'sed -i "s/python-api-skill/gone/" "$1"')
        answer = here.studio("registry", "edit", "backend", "--json")
        assert answer.json["changed"]
        assert "no skill 'gone'" in answer.json["warnings"][0]

    def test_somebody_else_wrote_meanwhile(self, filled: Repo, tmp_path: Path) -> None:
        file = home() / "registry" / "skills" / "python-api-skill.md"
        script = f'echo theirs >> {file}; echo mine >> "$1"'
        here = with_editor(filled, tmp_path, script)
        said = refused(here, "registry", "edit", "python-api-skill")
        assert "changed while" in said
        assert Path(said.strip().rpartition(" in ")[2]).read_text() == SKILL + "mine\n"
        assert file.read_text() == SKILL + "theirs\n"


class TestRemove:
    def test_it_says_who_uses_it_and_keeps_it(self, filled: Repo) -> None:
        refusal = filled.studio("registry", "remove", "python-api-skill")
        assert refusal.status == 2
        assert "listed by the agents backend" in refusal.err
        assert (home() / "registry" / "skills" / "python-api-skill.md").exists()
        done = ok(filled, "registry", "remove", "python-api-skill", "--yes")
        assert done.startswith("Removed: the skill python-api-skill\n")
        assert rows("SELECT * FROM registry_skills") == []
        assert ok(filled, "registry", "sync") == "All rows and files agree.\n"
        ok(filled, *done.strip().rpartition("git studio ")[2].split(), "--yes")
        file = home() / "registry" / "skills" / "python-api-skill.md"
        assert file.read_text() == SKILL

    def test_mappings_go_along(self, filled: Repo) -> None:
        (project,) = rows("SELECT id FROM projects")
        with database() as db:
            db.execute(
                "INSERT INTO tech_stack (id, project_id, category, name) VALUES ('t', ?, 'b', 'x')",
                [project["id"]],
            )
            db.execute(
                "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
                "VALUES ('m', 't', 'skill', 'python-api-skill')"
            )
        answer = filled.studio("registry", "remove", "python-api-skill", "--yes", "--json").json
        assert [it["id"] for it in answer["used_by"]["projects"]] == [project["id"]]
        assert rows("SELECT * FROM tech_mappings") == []

    def test_a_template_and_a_row_alone(self, filled: Repo) -> None:
        answer = filled.studio("registry", "remove", "web", "--yes", "--json").json
        assert (Path(answer["kept"]) / "registry/templates/web/copier.yml").exists()
        assert not (home() / "registry/templates/web").exists()
        (home() / "registry" / "agents" / "backend.json").unlink()
        answer = filled.studio("registry", "remove", "backend", "--yes", "--json").json
        assert answer["kept"] is None
        assert rows("SELECT * FROM registry_agents") == []


def test_search(filled: Repo) -> None:
    assert ok(filled, "registry", "search", "fastapi").startswith("skill  python-api-skill")
    found = filled.studio("registry", "search", "fastapi", "skill", "--json").json
    assert [it["name"] for it in found] == ["python-api-skill"]
    assert "FastAPI" in found[0]["snippet"]
    assert filled.studio("registry", "search", "fastapi", "tool", "--json").status == 1
    nothing = filled.studio("registry", "search", "nowhere")
    assert (nothing.status, nothing.out) == (1, "")


class TestValidate:
    def test_all_is_well(self, filled: Repo) -> None:
        assert ok(filled, "registry", "validate") == "Nothing is wrong in 3 items.\n"
        assert ok(filled, "registry", "validate", "backend") == "Nothing is wrong in 1 item.\n"
        assert filled.studio("registry", "validate", "--json").json == []

    def test_each_problem(self, filled: Repo) -> None:
        top = home() / "registry"
        agent = {"name": "backend", "description": "B.", "skills": ["gone"], "tools": ["Read", "x"]}
        (top / "agents" / "backend.json").write_text(json.dumps(agent))
        (top / "skills" / "python-api-skill.md").write_text("---\nname: x\n---\n# T\u202e\n")
        (top / "templates" / "web" / "copier.yml").write_text("a: [")
        answer = filled.studio("registry", "validate")
        assert answer.status == 1
        for said in (
            "no skill 'gone'",
            "no tool 'x'",
            "says no description",
            "its folder is python-api-skill",
            "U+202E",
            "copier.yml: It cannot be used",
        ):
            assert said in answer.out, said
        assert "'Read'" not in answer.out
        (top / "skills" / "python-api-skill.md").unlink()
        found = filled.studio("registry", "validate", "python-api-skill", "--json")
        assert found.status == 1
        assert [it["message"] for it in found.json] == ["There is no file of python-api-skill."]

    def test_paths(self, filled: Repo) -> None:
        filled.write(".claude/skills/a/SKILL.md", "---\nname: b\ndescription: d\n---\n")
        filled.write(".claude/agents/x.md", "---\nname: x\ndescription: d\nskills: a, b\n---\n")
        filled.write("registry/tools/t.json", '{"name": "t"}')
        filled.write("server.json", '{"name": "a/b", "packages": []}')
        answer = filled.studio("registry", "validate", ".", "--json")
        assert answer.status == 1
        found = {(it["path"], it["line"]): it["message"] for it in answer.json}
        assert "its folder is a" in found[".claude/skills/a/SKILL.md", 2]
        assert "no skill 'b'" in found[".claude/agents/x.md", 4]
        assert "tool_type" in found["registry/tools/t.json", 1]
        assert "version" in found["server.json", 1]
        one = filled.studio("registry", "validate", ".claude/skills/a", "--json").json
        assert [it["path"] for it in one] == [".claude/skills/a/SKILL.md"]
        assert "no registry item" in refused(filled, "registry", "validate", "web/copier.yml")
        assert "no folder or file" in refused(filled, "registry", "validate", "x/y")

    def test_without_a_studio_home(self, repo: Repo) -> None:
        repo.write(".claude/skills/a/SKILL.md", "---\nname: a\ndescription: d\n---\n")
        repo.write("registry/agents/x.json", '{"name": "x", "description": "d", "tools": ["t"]}')
        assert ok(repo, "registry", "validate", ".") == "Nothing is wrong in 2 items.\n"
        assert "no store" in refused(repo, "registry", "validate")

    def test_in_the_services(self, filled: Repo) -> None:
        filled.write("registry/skills/a.md", "# A\n")
        names = registryvalidate.Names(skills=[], tools=[])
        judged = registryvalidate.of_path(str(filled.path / "registry"), names)
        assert judged.items == 1
        assert [it.path for it in judged.faults] == [str(filled.path / "registry/skills/a.md")]


def on_terminal(repo: Repo, *words: str, answers: list[tuple[str, str]], **env: str) -> str:
    child = pexpect.spawn(
        str(SCRIPTS / "git-studio"), list(words), cwd=str(repo.path), encoding="utf-8",
        timeout=60, dimensions=(24, 100), env=os.environ | {"TERM": "xterm"} | env,
    )  # fmt: skip
    said = ""
    for question, answer in answers:
        child.expect_exact(question)
        said += (child.before or "") + question
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, said
    return said + (child.before or "")


class TestOnATerminal:
    def test_editing_goes_on_until_it_is_right(self, filled: Repo, tmp_path: Path) -> None:
        script = 'if grep -q BROKEN "$1"; then sed -i "s/BROKEN//;s/B\\./Better./" "$1"; '
        script += 'else echo BROKEN >> "$1"; fi'
        said = on_terminal(
            filled, "registry", "edit", "backend", answers=[("once more? [y/N]", "y")],
            GIT_EDITOR=editor(tmp_path, script),
        )  # fmt: skip
        assert "wrong:" in said
        assert "Edited: the agent backend" in said
        shown = filled.studio("registry", "show", "backend", "--json").json
        assert shown["description"] == "Better."

    def test_removing_and_bringing_back(self, filled: Repo) -> None:
        said = on_terminal(
            filled, "registry", "remove", "backend", answers=[("Remove the agent", "y")]
        )
        assert "Removed: the agent backend" in said
        (kept,) = (home() / "backups" / "registry").iterdir()
        said = on_terminal(
            filled, "registry", "import", str(kept), answers=[("Import 1 item? [y/N]", "y")]
        )
        assert "Imported: the agent backend" in said
