"""``git studio project``: list, show, edit, archive and bring back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import SCRIPTS, Answer, Repo, run
from storetools import DATA, change, fingerprint, query, two_lines

COLUMNS = [
    "id", "name", "description", "repo_path", "template_id", "created_at", "updated_at",
    "archived_at",
]  # fmt: skip


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First")
    assert repo.studio("init", "--no-hooks", "--name", "Risk Workbench").status == 0
    return repo


def store() -> Path:
    return Path(os.environ["STUDIO_HOME"]) / "studio.db"


def project(repo: Repo, *words: str | Path) -> Answer:
    return repo.studio("project", *words)


def shown(repo: Repo, *words: str) -> dict[str, Any]:
    answer = project(repo, "show", *words, "--json")
    assert answer.status == 0, answer.err
    found: dict[str, Any] = answer.json
    return found


class TestList:
    def test_for_people(self, bound: Repo) -> None:
        answer = project(bound, "list")
        whole = shown(bound)["id"]
        assert answer.out == f"Risk Workbench  {whole[:8]}  1 clone  {bound.path}\n"

    def test_as_json(self, bound: Repo) -> None:
        change(store(), "INSERT INTO projects (id, name) VALUES ('p-2', 'Atlas')")
        answer = project(bound, "list", "--json")
        assert [it["name"] for it in answer.json] == ["Atlas", "Risk Workbench"]
        assert [list(it) for it in answer.json] == [COLUMNS, COLUMNS]

    def test_columns_of_others_are_there_too(self, bound: Repo) -> None:
        change(store(), "ALTER TABLE projects ADD COLUMN colour TEXT DEFAULT 'green'")
        assert project(bound, "list", "--json").json[0]["colour"] == "green"

    def test_archived_ones_where_asked_for(self, bound: Repo) -> None:
        project(bound, "archive")
        assert project(bound, "list", "--json").json == []
        assert "There are no projects" in project(bound, "list").out
        assert "archived" in project(bound, "list", "--archived").out
        assert len(project(bound, "list", "--archived", "--json").json) == 1

    def test_outside_of_a_repository(self, bound: Repo, tmp_path: Path) -> None:
        answer = run(SCRIPTS / "git-studio", "project", "list", "--json", cwd=tmp_path)
        assert [it["name"] for it in answer.json] == ["Risk Workbench"]

    def test_outside_of_one_in_the_home_that_git_configuration_names(
        self, bound: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run("git", "config", "--global", "studio.home", os.environ["STUDIO_HOME"], cwd=tmp_path)
        monkeypatch.delenv("STUDIO_HOME")
        answer = run(SCRIPTS / "git-studio", "project", "list", "--json", cwd=tmp_path)
        assert [it["name"] for it in answer.json] == ["Risk Workbench"]

    def test_without_a_store(self, repo: Repo) -> None:
        two_lines(project(repo, "list"))

    def test_names_cannot_steer_the_terminal(self, bound: Repo) -> None:
        change(store(), "UPDATE projects SET name = ?", "evil\x1b[2J\nname\u202e")
        answer = project(bound, "list")
        assert not {"\x1b", "\u202e"} & set(answer.out)
        assert answer.out.count("\n") == 1
        assert shown(bound)["name"] == "evil\x1b[2J\nname\u202e"


class TestShow:
    def test_for_people(self, bound: Repo) -> None:
        project(bound, "edit", "--description", "Knows what may go wrong.")
        lines = project(bound, "show").out.split("\n")
        assert lines[:2] == ["Risk Workbench", "Knows what may go wrong."]
        assert any(line.split() == ["path", str(bound.path)] for line in lines)

    @pytest.mark.parametrize("how", ["name", "id", "start"])
    def test_by_name_id_and_start(self, bound: Repo, how: str) -> None:
        whole = shown(bound)["id"]
        words = {"name": "RISK workbench", "id": whole, "start": whole[:4]}[how]
        found = shown(bound, words)
        assert list(found) == [*COLUMNS, "clones", "gone"]
        assert (found["id"], found["clones"]) == (whole, [str(bound.path)])

    def test_an_ambiguous_name_lists_the_candidates(self, bound: Repo) -> None:
        change(store(), "INSERT INTO projects (id, name) VALUES ('p-1', 'Atlas'), ('p-2', 'Atlas')")
        answer = project(bound, "show", "atlas")
        two_lines(answer)
        assert "Atlas (p-1), Atlas (p-2)" in answer.err

    def test_an_unknown_one_suggests(self, bound: Repo) -> None:
        answer = project(bound, "show", "Risk Workbnech")
        two_lines(answer)
        assert "Did you mean Risk Workbench?" in answer.err
        two_lines(project(bound, "show", "%"))
        two_lines(project(bound, "show", ""))

    def test_in_a_clone_that_is_not_bound(self, bound: Repo, tmp_path: Path) -> None:
        run("git", "init", "-q", "other", cwd=tmp_path)
        two_lines(Repo(tmp_path / "other").studio("project", "show"))
        assert Repo(tmp_path / "other").studio("project", "show", "Risk Workbench").status == 0


class TestEdit:
    def test_each_field(self, bound: Repo) -> None:
        change(store(), "UPDATE projects SET updated_at = '2020-01-01 00:00:00'")
        answer = project(
            bound, "edit", "--name", " Atlas ", "--description", "Maps.", "--path", "sub/../x"
        )
        assert answer.out == "Atlas: changed.\n"
        found = shown(bound)
        assert (found["name"], found["description"]) == ("Atlas", "Maps.")
        assert found["repo_path"] == str(bound.path / "x")
        assert found["updated_at"] > "2020-01-01 00:00:00"

    def test_an_empty_description_takes_it_away(self, bound: Repo) -> None:
        project(bound, "edit", "--description", "Maps.")
        project(bound, "edit", "--description", "")
        assert shown(bound)["description"] is None

    def test_the_id_in_the_teams_file_stays(self, bound: Repo) -> None:
        before = bound.read(".studio.toml")
        project(bound, "edit", "--name", "Atlas")
        assert bound.read(".studio.toml") == before

    def test_nothing_or_an_empty_name_is_told(self, bound: Repo) -> None:
        before = shown(bound)
        two_lines(project(bound, "edit"))
        two_lines(project(bound, "edit", "--name", "  "))
        assert shown(bound) == before

    def test_a_store_of_a_later_release_is_not_written(self, bound: Repo) -> None:
        change(store(), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
        before = shown(bound)
        for words in (["edit", "--name", "x"], ["archive"]):
            answer = project(bound, *words)
            two_lines(answer)
            assert "later release" in answer.err
        assert shown(bound) == before


class TestArchive:
    def test_there_and_back(self, bound: Repo) -> None:
        assert project(bound, "archive").out == "Risk Workbench: archived.\n"
        assert shown(bound)["archived_at"] is not None
        assert project(bound, "archive").out == "Risk Workbench: was archived already.\n"
        assert project(bound, "unarchive", "risk workbench").status == 0
        assert shown(bound)["archived_at"] is None
        assert project(bound, "unarchive").status == 0

    def test_it_leaves_the_data_models_alerts(self, bound: Repo) -> None:
        bound.write("CLAUDE.md", "# Other rules\n")
        assert bound.studio("status").status == 1
        alerts = (DATA / "data_model_queries.sql").read_text().split(";")[0]
        assert len(query(store(), alerts)) == 1
        project(bound, "archive")
        assert query(store(), alerts) == []
        project(bound, "unarchive")
        assert len(query(store(), alerts)) == 1

    def test_nothing_of_it_is_removed(self, bound: Repo, studio_home: Path) -> None:
        before = fingerprint(studio_home / "projects")
        project(bound, "archive")
        assert fingerprint(studio_home / "projects") == before
        assert bound.studio("status").status == 0
