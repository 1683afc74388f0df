"""From what files declare to the technologies that people speak of."""

from __future__ import annotations

import re

import pytest

from studio_git.core import manifests, technologies
from studio_git.core.technologies import Technology
from studio_git.core.technologytable import TECHNOLOGIES, Category


def detect(**texts: str) -> list[Technology]:
    files = [(path, manifests.read(path, text)) for path, text in texts.items()]
    return technologies.detect(files)


def parts(mark: str) -> tuple[str, str]:
    """The ecosystem of a mark, and the name in it."""
    ecosystem, name = re.split("[:~]", mark, maxsplit=1)
    return ecosystem, name


def stack(texts: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    """Category and version of each technology that files with these texts declare."""
    files = [(path, manifests.read(path, text)) for path, text in texts.items()]
    return {each.name: (each.category.value, each.version) for each in technologies.detect(files)}


def test_an_api_with_a_frontend() -> None:
    assert stack(
        {
            "pyproject.toml": '[project]\nrequires-python = ">=3.11"\n'
            'dependencies = ["fastapi>=0.110", "asyncpg==0.29", "unheard-of", "uvicorn"]',
            "compose.yml": "services: {db: {image: 'postgres:16-alpine'}}",
            "Dockerfile": "FROM python:3.12-slim\n",
            ".github/workflows/ci.yml": "jobs: {t: {steps: [{uses: azure/login@v2}]}}",
            "web/package.json": '{"dependencies": {"react": "^18.2.0"}, '
            '"devDependencies": {"typescript": "~5.3", "vitest": "1"}}',
        }
    ) == {
        "Python": ("backend", "3.11"),
        "FastAPI": ("backend", "0.110"),
        "TypeScript": ("frontend", "5.3"),
        "React": ("frontend", "18.2.0"),
        "Vitest": ("frontend", "1"),
        "PostgreSQL": ("database", "16"),
        "Docker": ("deployment", None),
        "Docker Compose": ("deployment", None),
        "GitHub Actions": ("deployment", None),
        "Azure": ("deployment", None),
        "Uvicorn": ("deployment", None),
    }


def test_a_driver_says_nothing_of_the_databases_version() -> None:
    assert stack({"requirements.txt": "psycopg2-binary==2.9.9\n"})["PostgreSQL"] == (
        "database", None
    )  # fmt: skip


def test_what_serves_both_goes_to_the_backend_where_there_is_no_frontend() -> None:
    text = '{"dependencies": {"express": "4"}, "devDependencies": {"typescript": "5"}}'
    assert stack({"package.json": text}) == {
        "Express": ("backend", "4"),
        "TypeScript": ("backend", "5"),
    }


def test_node_is_a_technology_only_where_its_version_is_said() -> None:
    assert "Node.js" not in stack({"package.json": "{}"})
    assert stack({"package.json": "{}", ".nvmrc": "20"})["Node.js"] == ("backend", "20")


def test_a_hint_declares_nothing_and_tells_a_version() -> None:
    workflow = "jobs: {t: {steps: [{uses: actions/setup-python@v5, with: {python-version: 3.10}}]}}"
    assert "Python" not in stack({".github/workflows/ci.yml": workflow})
    files = {".github/workflows/ci.yml": workflow, "requirements.txt": "flask"}
    assert stack(files)["Python"] == ("backend", "3.10")
    lock = "GEM\n  specs:\n    rails (7.1.3)\n    pg (1.5)\n\nDEPENDENCIES\n  rails\n  pg\n"
    files = {"Gemfile": 'gem "rails"\n', "Gemfile.lock": lock}
    assert stack(files)["Ruby on Rails"] == ("backend", "7.1.3")
    assert "PostgreSQL" not in stack(files)


def test_a_group_of_maven_is_known_whatever_the_artifact() -> None:
    text = 'plugins { id("org.springframework.boot") version "3.2.0"; kotlin("jvm") version "1.9" }'
    found = stack({"build.gradle.kts": text + '\nimplementation("org.postgresql:postgresql:42")'})
    assert found == {
        "Java": ("backend", None),
        "Kotlin": ("backend", "1.9"),
        "Spring Boot": ("backend", "3.2.0"),
        "PostgreSQL": ("database", None),
    }
    assert "PostgreSQL" not in stack({"build.gradle": '"org.postgresql:r2dbc:1"'})


def test_the_files_that_declare_it_are_told_the_first_one_first() -> None:
    (python, _) = detect(**{"pyproject.toml": "[project]\nname = 'x'", "requirements.txt": "flask"})
    assert python.files == ("pyproject.toml", "requirements.txt")


def test_nothing_declares_nothing() -> None:
    assert detect() == []


@pytest.mark.parametrize(
    ("words", "name"),
    [("fastapi", "FastAPI"), (" ruby  on rails ", "Ruby on Rails"), ("NEXT.JS", "Next.js")],
)
def test_known_by_its_name_in_any_case(words: str, name: str) -> None:
    found = technologies.known_as(words)
    assert found is not None
    assert found[0] == name


def test_unknown() -> None:
    assert technologies.known_as("Abacus") is None


class TestTable:
    def test_each_technology_stands_there_once(self) -> None:
        names = [name.casefold() for name, _, _ in TECHNOLOGIES]
        assert len(names) == len(set(names))

    def test_each_mark_stands_there_once(self) -> None:
        marks = [mark for _, _, marks in TECHNOLOGIES for mark in map(parts, marks.split())]
        assert len(marks) == len(set(marks))

    def test_every_mark_can_be_found(self) -> None:
        """Each is of a known ecosystem, in the spelling that the readers give it."""
        kinds = {"pypi", "npm", "go", "crates", "gems", "composer", "maven", "image", "action",
                 "file"}  # fmt: skip
        for _, _, marks in TECHNOLOGIES:
            for mark in marks.split():
                ecosystem, name = parts(mark)
                assert ecosystem in kinds, mark
                assert name, mark
                if ecosystem not in ("npm", "go", "maven"):
                    assert name == name.lower(), mark
                assert not (ecosystem == "go" and name.rpartition("/v")[2].isdigit()), mark

    def test_every_category_is_one_of_the_data_models(self) -> None:
        assert [each.value for each in Category] == [
            "backend", "frontend", "database", "deployment",
        ]  # fmt: skip
