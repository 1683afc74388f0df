"""The hook for repositories that keep registry files: alone, and in the frameworks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import SCRIPTS, Answer, Repo, run
from drifttools import bind, ok

from studio_git.services import registrystaged
from studio_hooks import registry

ROOT = Path(__file__).resolve().parents[2]
GOOD = '{"name": "t", "description": "T.", "tool_type": "cli"}'
BAD = '{"name": "t", "tool_type": "cli"}'


def hook(repo: Repo, *words: str, **env: str) -> Answer:
    return run(SCRIPTS / "studio-hook", "registry", *words, cwd=repo.path, env=env)


def stage(repo: Repo, path: str, text: str) -> None:
    repo.write(path, text)
    repo.git("add", path)


def test_what_is_staged_counts(repo: Repo) -> None:
    assert hook(repo).status == 0
    stage(repo, "registry/tools/t.json", BAD)
    repo.write("registry/tools/t.json", GOOD)
    answer = hook(repo)
    assert answer.status == 1
    assert answer.err.startswith(
        'studio-git: registry/tools/t.json:1: The file lacks "description". '
        "[registry/missing-field]\n"
    )
    assert answer.out == ""
    stage(repo, "registry/tools/t.json", GOOD)
    repo.write("registry/tools/t.json", BAD)
    assert hook(repo).status == 0


def test_what_a_commit_does_not_touch_is_not_its_fault(repo: Repo) -> None:
    stage(repo, "registry/tools/t.json", BAD)
    repo.commit("Bad")
    stage(repo, "registry/tools/u.json", GOOD.replace('"t"', '"u"'))
    assert hook(repo).status == 0
    assert hook(repo, "registry/tools/t.json", "registry/tools/u.json").status == 1
    repo.git("rm", "-q", "--cached", "registry/tools/t.json")
    assert hook(repo).status == 0


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("registry/tools/x.json", "{", "ends too early"),
        ("registry/agents/x.json", '{"name": "y", "description": "d"}', "another name"),
        ("registry/skills/x.md", "text", "no title"),
        (".claude/skills/x/SKILL.md", "---\nname: y\ndescription: d\n---\n", "its folder is x"),
        (".claude/agents/x.md", "---\nname: x\n---\n", "no description"),
        ("server.json", '{"name": "a/b", "packages": []}', "version"),
        ("registry/prompts/x.md", "Hi\u200b there\n", "U+200B"),
        ("registry/prompts/x.md", "a\0b", "binary"),
    ],
)
def test_each_form(repo: Repo, path: str, text: str, said: str) -> None:
    stage(repo, path, text)
    answer = hook(repo)
    assert answer.status == 1
    assert said in answer.err


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("server.json", '{"port": 80}'),
        (".claude/agents/README.md", "# Ours\n"),
        ("README.md", "x"),
        ("registry/templates/a/x.json", "{"),
        ("registry/prompts/x.md", "Fine.\n"),
    ],
)
def test_others_are_none_of_its_business(repo: Repo, path: str, text: str) -> None:
    stage(repo, path, text)
    assert hook(repo).status == 0


def test_names_are_those_of_the_repository_and_of_the_registry(repo: Repo) -> None:
    agent = {"name": "a", "description": "d", "skills": ["s", "mine"], "tools": ["Read", "t"]}
    stage(repo, "registry/agents/a.json", json.dumps(agent))
    assert hook(repo).status == 0  # nobody knows
    bind(repo)
    answer = hook(repo)
    assert answer.status == 1
    assert answer.err.count("There is no") == 3
    stage(repo, ".claude/skills/s/SKILL.md", "---\nname: s\ndescription: d\n---\n")
    stage(repo, "registry/tools/t.json", GOOD)
    repo.write("mine.md", "# Mine\n\n## Description\nD.\n")
    ok(repo, "registry", "add", "skill", "mine.md")
    assert hook(repo).status == 0, hook(repo).err


def test_it_never_fails_a_commit_by_itself(repo: Repo, tmp_path: Path) -> None:
    stage(repo, "registry/tools/t.json", BAD)
    assert hook(repo, STUDIO_DISABLE="1").status == 0
    (tmp_path / "none").mkdir()
    answer = run(SCRIPTS / "studio-hook", "registry", cwd=tmp_path / "none")
    assert answer.status == 0
    assert "could not be checked" in answer.err
    home = tmp_path / "odd"
    home.mkdir()
    (home / "studio.db").write_text("no database, and longer than a header has to be" * 20)
    assert hook(repo, STUDIO_HOME=str(home)).status == 1


def test_a_flood_is_cut(repo: Repo) -> None:
    for number in range(60):
        stage(repo, f"registry/tools/t{number}.json", "{")
    lines = hook(repo).err.splitlines()
    assert len(lines) == 51
    assert "lines more" in lines[-1]


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_in_a_framework(repo: Repo, tool: str) -> None:
    """The entry as it is published, but for the environment that the framework would make."""
    (hooks,) = [
        it
        for it in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        if it["id"] == "studio-registry"
    ]
    hooks |= {"language": "system", "entry": f"{SCRIPTS / 'studio-hook'} registry"}
    del hooks["minimum_pre_commit_version"]
    config = {"repos": [{"repo": "local", "hooks": [hooks]}]}
    repo.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    assert run(tool, "install", cwd=repo.path).status == 0
    repo.commit("Use it")
    stage(repo, "registry/tools/t.json", BAD)
    repo.write("registry/tools/t.json", GOOD)
    answer = repo.try_git("commit", "-m", "Bad")
    assert answer.status == 1
    assert "lacks" in answer.out + answer.err
    stage(repo, "registry/tools/t.json", GOOD)
    answer = repo.try_git("commit", "-m", "Good")
    assert answer.status == 0, answer.out + answer.err


def test_in_the_services(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(repo, "registry/tools/t.json", BAD)
    (fault,) = registrystaged.faults(repo.place, None, None)
    assert (fault.path, fault.line) == ("registry/tools/t.json", 1)
    assert registrystaged.faults(repo.place, None, ["README.md"]) == []
    monkeypatch.chdir(repo.path)
    assert registry.run(["registry/tools/t.json"]) == registry.FAULTY
