"""``git studio stack``, as people and programs use it."""

from __future__ import annotations

import pexpect
import pytest
from conftest import SCRIPTS, Answer, Repo
from drifttools import bind

SKILL = """# Python API Skill

## Description
FastAPI development patterns.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""


@pytest.fixture
def clone(repo: Repo) -> Repo:
    repo.write(
        "pyproject.toml",
        '[project]\nrequires-python = ">=3.11"\ndependencies = ["fastapi>=0.110"]\n',
    )
    repo.write("compose.yml", "services: {db: {image: 'postgres:16-alpine'}}\n")
    repo.commit("Begin")
    return bind(repo)


def studio(repo: Repo, *words: str) -> Answer:
    answer = repo.studio("stack", *words)
    assert answer.status == 0, answer.err
    return answer


def listed(repo: Repo) -> list[list[str]]:
    return [line.split() for line in studio(repo, "list").out.splitlines()]


def test_detected_listed_changed_and_removed(clone: Repo) -> None:
    assert "stack detect" in studio(clone, "list").out
    lines = [line.split() for line in studio(clone, "detect").out.splitlines()]
    assert lines == [
        ["+", "backend", "Python", "3.11", "pyproject.toml"],
        ["+", "backend", "FastAPI", "0.110", "pyproject.toml"],
        ["+", "database", "PostgreSQL", "16", "compose.yml"],
        ["+", "deployment", "Docker", "Compose", "compose.yml"],
    ]
    assert studio(clone, "detect").out == "Nothing has changed.\n"
    assert studio(clone, "add", "redis", "--version", "7").out == "Added: Redis 7, database\n"
    assert studio(clone, "add", "Abacus", "-c", "backend").out == "Added: Abacus, backend\n"
    assert studio(clone, "add", "FastAPI", "-v", "1").out == "Changed: FastAPI 1, backend\n"
    assert studio(clone, "remove", "docker compose").out == "Removed: Docker Compose\n"
    again = studio(clone, "detect").out.splitlines()
    assert [line.split() for line in again] == [
        ["backend", "FastAPI", "1", "kept", "as", "it", "is"],
        ["Nothing", "has", "changed."],
    ]
    assert listed(clone) == [
        ["backend", "Python", "3.11"],
        ["backend", "FastAPI", "1", "by", "hand"],
        ["backend", "Abacus", "by", "hand"],
        ["database", "PostgreSQL", "16"],
        ["database", "Redis", "7", "by", "hand"],
    ]


def test_a_dry_run(clone: Repo) -> None:
    out = studio(clone, "detect", "--dry-run").out
    assert "FastAPI 0.110" in out
    assert out.endswith("Nothing was changed: this was a dry run.\n")
    assert studio(clone, "list", "--json").json == []


def test_changes_of_the_files(clone: Repo) -> None:
    studio(clone, "detect")
    clone.write("pyproject.toml", '[project]\nrequires-python = ">=3.12"\n')
    assert [line.split()[:4] for line in studio(clone, "detect").out.splitlines()] == [
        ["~", "backend", "Python", "3.12"],
        ["-", "backend", "FastAPI", "0.110"],
    ]


def test_what_is_read_and_what_is_not(clone: Repo) -> None:
    clone.write("package.json", "{\x1b[31m")
    clone.commit("Break it")
    answer = studio(clone, "detect")
    assert answer.err.startswith("not read: package.json: not JSON: ")
    assert "\x1b" not in answer.out + answer.err
    found = studio(clone, "detect", "--json").json
    assert list(found) == [
        "found", "added", "updated", "removed", "kept", "files", "problems", "left_out",
    ]  # fmt: skip
    assert found["files"] == ["pyproject.toml", "compose.yml"]
    assert found["problems"][0]["path"] == "package.json"
    assert found["found"][0] == {
        "name": "Python", "category": "backend", "version": "3.11", "files": ["pyproject.toml"],
    }  # fmt: skip


def test_of_many_files_the_first_ones_are_named(clone: Repo) -> None:
    for name in "abcd":
        clone.write(f"{name}/requirements.txt", "flask\n")
    clone.commit("More")
    line = next(line for line in studio(clone, "detect").out.splitlines() if "Flask" in line)
    assert line.endswith("a/requirements.txt, b/requirements.txt, c/requirements.txt and 1 more")


def test_nothing_that_is_known(repo: Repo) -> None:
    repo.write("notes.txt", "flask")
    repo.commit("Begin")
    bind(repo)
    assert "No file that git tracks here declares a technology" in studio(repo, "detect").out


def test_as_json(clone: Repo) -> None:
    studio(clone, "detect")
    found = studio(clone, "list", "--json").json
    assert list(found[0]) == [
        "id", "project_id", "category", "name", "version", "sort_order", "created_at", "detected",
        "mapped",
    ]  # fmt: skip
    added = studio(clone, "add", "Redis", "--json").json
    assert (added["name"], added["detected"], added["mapped"]) == ("Redis", False, [])
    removed = studio(clone, "remove", added["id"][:8], "--json").json
    assert removed["id"] == added["id"]


class TestMap:
    @pytest.fixture
    def filled(self, clone: Repo) -> Repo:
        file = clone.path.parent / "python-api-skill.md"
        file.write_text(SKILL)
        assert clone.studio("registry", "add", "skill", file).status == 0
        studio(clone, "detect")
        return clone

    def test_without_a_terminal_only_with_yes(self, filled: Repo) -> None:
        out = studio(filled, "map").out
        assert [line.split()[:4] for line in out.splitlines()[:2]] == [
            ["Python", "3.11", "skill", "python-api-skill"],
            ["FastAPI", "0.110", "skill", "python-api-skill"],
        ]
        assert "Nothing was mapped." in out
        assert studio(filled, "map", "--json").json["mapped"] == 0
        assert studio(filled, "map", "--yes").out.endswith("Mapped: 2\n")
        assert listed(filled)[1][-1] == "python-api-skill"
        shown = filled.studio("registry", "show", "python-api-skill", "--json").json
        assert len(shown["used_by"]["projects"]) == 1
        assert "Nothing of the registry fits" in studio(filled, "map").out

    def test_at_a_terminal_it_asks(self, filled: Repo) -> None:
        program = str(SCRIPTS / "git-studio")
        for answer, said in (("n", "Nothing was mapped"), ("y", "Mapped: 2")):
            with pexpect.spawn(
                program, ["stack", "map"], cwd=str(filled.path), encoding="utf-8", timeout=60
            ) as child:
                child.expect_exact("Map these 2? [y/N] ")
                child.sendline(answer)
                child.expect_exact(said)
                child.expect(pexpect.EOF)

    def test_as_json(self, filled: Repo) -> None:
        found = studio(filled, "map", "--yes", "--json").json
        assert found["mapped"] == 2
        assert found["other_version"] == []
        assert found["proposed"][0] == {
            "technology": "Python", "version": "3.11", "type": "skill",
            "name": "python-api-skill", "compatibility": "Python 3.11+",
        }  # fmt: skip

    def test_another_version_is_told_and_not_mapped(self, filled: Repo) -> None:
        studio(filled, "add", "Python", "--version", "3.9")
        assert (
            "python-api-skill is for Python 3.11+, and the stack has Python 3.9: not proposed."
            in studio(filled, "map", "--yes").out
        )
        assert studio(filled, "map", "--json").json["other_version"][0]["technology"] == "Python"

    def test_removed_again(self, filled: Repo) -> None:
        studio(filled, "map", "--yes")
        assert studio(filled, "map", "--remove", "fastapi").out == "Unmapped: 1\n"
        assert studio(filled, "map", "--remove", "python-api-skill", "--json").json == {
            "unmapped": 1
        }


def test_what_cannot_be(clone: Repo) -> None:
    for words in (
        ["add", "Abacus"],
        ["add", ""],
        ["add", "Abacus", "--category", "misc"],
        ["remove", "none"],
        ["map", "--remove", "none"],
        ["map", "--remove", "none", "--yes"],
        ["list", "--project", "none"],
    ):
        answer = clone.studio("stack", *words)
        assert (answer.status, answer.out) == (2, ""), words
        assert answer.err


def test_outside_a_repository_another_projects(clone: Repo) -> None:
    elsewhere = Repo(clone.path.parent)
    answer = elsewhere.studio("stack", "detect", "--project", clone.path.name)
    assert "FastAPI" in answer.out
    assert elsewhere.studio("stack", "detect").status == 2
