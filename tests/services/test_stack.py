"""The tech stack: what detection writes and leaves alone, and what fits of the registry."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from capturing import PROJECT, Clone, bind
from conftest import Repo, run

from studio_git.core.registryfiles import ItemType
from studio_git.core.technologytable import Category
from studio_git.errors import NotBoundError, NotFoundError, UsageError
from studio_git.services import manifestfiles, registry, stack
from studio_git.services.stack import Detection
from studio_git.store.connection import Store

PYPROJECT = '[project]\nrequires-python = ">=3.11"\ndependencies = ["fastapi>=0.110"]\n'


@pytest.fixture
def clone(repo: Repo) -> Clone:
    repo.write("pyproject.toml", PYPROJECT)
    repo.commit("Begin")
    return bind(repo)


@pytest.fixture
def store(clone: Clone) -> Iterator[Store]:
    with clone.store() as store:
        yield store


def detect(store: Store, clone: Clone, *, write: bool = True) -> Detection:
    return stack.detect(store, clone.bound(store), clone.repo.place, write=write)


def rows(store: Store) -> dict[str, tuple[str, str | None]]:
    return {entry.name: (entry.category, entry.version) for entry in stack.entries(store, PROJECT)}


def outcome(found: Detection) -> dict[str, list[str]]:
    return {
        "added": [each.name for each in found.added],
        "updated": [each.name for _, each in found.updated],
        "removed": [each.name for each in found.removed],
        "kept": [each.name for each in found.kept],
    }


NOTHING: dict[str, list[str]] = {"added": [], "updated": [], "removed": [], "kept": []}
BOTH = {"Python": ("backend", "3.11"), "FastAPI": ("backend", "0.110")}


class TestDetect:
    def test_what_files_declare_is_written_once(self, store: Store, clone: Clone) -> None:
        assert outcome(detect(store, clone)) == NOTHING | {"added": ["Python", "FastAPI"]}
        assert rows(store) == BOTH
        assert all(entry.detected for entry in stack.entries(store, PROJECT))
        assert outcome(detect(store, clone)) == NOTHING

    def test_a_dry_run_writes_nothing(self, store: Store, clone: Clone) -> None:
        assert outcome(detect(store, clone, write=False))["added"] == ["Python", "FastAPI"]
        assert rows(store) == {}

    def test_versions_follow_and_what_is_gone_goes(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        clone.repo.write("pyproject.toml", '[project]\nrequires-python = ">=3.12"\n')
        assert outcome(detect(store, clone)) == NOTHING | {
            "updated": ["Python"], "removed": ["FastAPI"],
        }  # fmt: skip
        assert rows(store) == {"Python": ("backend", "3.12")}
        clone.repo.write("pyproject.toml", PYPROJECT)
        assert outcome(detect(store, clone))["added"] == ["FastAPI"]
        assert rows(store) == BOTH

    def test_what_a_person_added_stays(self, store: Store, clone: Clone) -> None:
        stack.add(store, PROJECT, "fastapi", category=Category.FRONTEND, version="9")
        clone.change(
            "INSERT INTO tech_stack (id, project_id, category, name) VALUES ('c', ?, 'x', 'Cobol')",
            PROJECT,
        )
        assert outcome(detect(store, clone)) == NOTHING | {"added": ["Python"], "kept": ["FastAPI"]}
        assert rows(store) == {
            "Python": ("backend", "3.11"), "FastAPI": ("frontend", "9"), "Cobol": ("x", None),
        }  # fmt: skip

    @pytest.mark.parametrize("change", ["version = '0.99'", "category = 'database'"])
    def test_what_a_person_edited_elsewhere_stays(
        self, store: Store, clone: Clone, change: str
    ) -> None:
        detect(store, clone)
        clone.change(f"UPDATE tech_stack SET {change} WHERE name = 'FastAPI'")
        edited = rows(store)
        assert outcome(detect(store, clone)) == NOTHING | {"kept": ["FastAPI"]}
        clone.repo.write("pyproject.toml", PYPROJECT.replace("fastapi", "flask"))
        assert outcome(detect(store, clone)) == NOTHING | {"added": ["Flask"]}
        assert rows(store) == edited | {"Flask": ("backend", "0.110")}

    def test_an_edit_that_the_files_came_to_agree_with_is_detections_again(
        self, store: Store, clone: Clone
    ) -> None:
        detect(store, clone)
        clone.change("UPDATE tech_stack SET version = '0.111' WHERE name = 'FastAPI'")
        clone.repo.write("pyproject.toml", PYPROJECT.replace("0.110", "0.111"))
        assert outcome(detect(store, clone)) == NOTHING
        clone.repo.write("pyproject.toml", PYPROJECT.replace("0.110", "0.112"))
        assert outcome(detect(store, clone)) == NOTHING | {"updated": ["FastAPI"]}

    def test_what_a_person_removed_does_not_come_back(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        stack.remove(store, PROJECT, "fastapi")
        clone.change("DELETE FROM tech_stack WHERE name = 'Python'")  # in the dashboard
        assert outcome(detect(store, clone)) == NOTHING
        assert rows(store) == {}
        _, new = stack.add(store, PROJECT, "FastAPI")
        assert new
        assert rows(store) == {"FastAPI": ("backend", None)}
        assert outcome(detect(store, clone)) == NOTHING | {"kept": ["FastAPI"]}

    def test_a_name_in_two_categories_is_left_alone(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        clone.change(
            "INSERT INTO tech_stack (id, project_id, category, name) "
            "VALUES ('f', ?, 'frontend', 'FastAPI')",
            PROJECT,
        )
        clone.repo.write("pyproject.toml", PYPROJECT.replace("0.110", "0.112"))
        assert outcome(detect(store, clone))["kept"] == ["FastAPI", "FastAPI"]

    def test_a_mapped_row_stays_when_nothing_declares_it(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        fastapi = stack.find(store, PROJECT, "FastAPI")
        clone.change(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES ('m', ?, 'skill', 's')",
            fastapi.id,
        )
        clone.repo.write("pyproject.toml", '[project]\nrequires-python = ">=3.11"\n')
        assert outcome(detect(store, clone)) == NOTHING | {"kept": ["FastAPI"]}
        assert rows(store) == BOTH

    def test_another_clone_takes_away_only_what_it_saw_last(
        self, store: Store, clone: Clone, tmp_path: Path
    ) -> None:
        detect(store, clone)
        run("git", "init", "-q", tmp_path / "web", cwd=tmp_path)
        web = Repo(tmp_path / "web")
        web.write("package.json", '{"dependencies": {"react": "18"}}')
        web.commit("Begin")
        other = bind(web)
        assert outcome(detect(store, other)) == NOTHING | {"added": ["React"]}
        assert outcome(detect(store, clone)) == NOTHING
        web.write("package.json", "{}")
        assert outcome(detect(store, other)) == NOTHING | {"removed": ["React"]}
        assert rows(store) == BOTH


class TestFiles:
    def read(self, clone: Clone) -> dict[str, str]:
        found = manifestfiles.read(clone.repo.place)
        return {path: "read" for path, _ in found.files} | {
            each.path: each.reason for each in found.problems
        }

    def test_only_what_git_tracks_and_only_by_name(self, clone: Clone) -> None:
        clone.repo.write("web/package.json", "{}")
        clone.repo.write("node_modules/x/package.json", "{}")
        clone.repo.write("notes.txt", "flask\n")
        assert self.read(clone) == {"pyproject.toml": "read"}
        clone.repo.commit("All")
        assert self.read(clone) == {"pyproject.toml": "read", "web/package.json": "read"}

    def test_the_work_tree_counts(self, clone: Clone) -> None:
        clone.repo.write("requirements.txt", "flask\n")
        clone.repo.commit("All")
        (clone.repo.path / "requirements.txt").unlink()
        assert self.read(clone) == {"pyproject.toml": "read"}

    def test_of_a_sparse_checkout_the_index(self, clone: Clone) -> None:
        clone.repo.write("api/requirements.txt", "flask\n")
        clone.repo.commit("All")
        clone.repo.git("sparse-checkout", "set", "none")
        assert not (clone.repo.path / "api").exists()
        assert self.read(clone)["api/requirements.txt"] == "read"

    def test_what_cannot_be_read_is_told(self, clone: Clone, tmp_path: Path) -> None:
        repo = clone.repo
        (tmp_path / "secret.json").write_text('{"dependencies": {"react": "1"}}')
        (repo.path / "package.json").symlink_to(tmp_path / "secret.json")
        repo.write("Cargo.toml", "[[[")
        repo.write("go.mod", b"\xff\xfe")
        repo.write("compose.yml", b"a: " + b"x" * 3_000_000)
        (repo.path / "Gemfile").symlink_to("Gemfile")
        repo.write("pom.xml", "<!DOCTYPE x><project/>")
        repo.commit("All")
        found = self.read(clone)
        assert found.pop("pyproject.toml") == "read"
        assert {path: reason.split(" ")[0] for path, reason in found.items()} == {
            "package.json": "a", "Cargo.toml": "not", "go.mod": "not", "compose.yml": "larger",
            "Gemfile": "a", "pom.xml": "XML",
        }  # fmt: skip

    def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(self, clone: Clone) -> None:
        clone.repo.write("go.mod", "module x\n")
        clone.repo.commit("All")
        (clone.repo.path / "go.mod").unlink()
        os.mkfifo(clone.repo.path / "go.mod")
        assert self.read(clone)["go.mod"] == "not a regular file"

    def test_not_more_than_a_sensible_number(self, clone: Clone) -> None:
        for at in range(230):
            clone.repo.write(f"packages/p{at}/package.json", "{}")
        clone.repo.commit("All")
        found = manifestfiles.read(clone.repo.place)
        assert (len(found.files), found.left_out) == (200, 31)
        assert found.files[0][0] == "pyproject.toml"

    def test_not_more_than_a_sensible_amount(self, clone: Clone) -> None:
        for at in range(5):
            clone.repo.write(f"p{at}/requirements.txt", "#" + "x" * 500_000 + "\nflask\n")
        clone.repo.commit("All")
        found = manifestfiles.read(clone.repo.place)
        assert (len(found.files), found.left_out) == (5, 1)

    def test_names_that_are_no_utf_8(self, clone: Clone) -> None:
        clone.repo.write(os.fsdecode(b"caf\xe9/go.mod"), "module x\n")
        clone.repo.commit("All")
        assert self.read(clone)[os.fsdecode(b"caf\xe9/go.mod")] == "read"

    def test_nothing_is_run(self, clone: Clone) -> None:
        """Neither what manifests name nor what the repository's configuration names."""
        mark = clone.repo.path / "ran"
        for name in ("Gemfile", "build.gradle", "Dockerfile"):
            clone.repo.write(name, f'`touch {mark}`\nsystem("touch {mark}")\nRUN touch {mark}\n')
        clone.repo.write(".gitattributes", "* filter=evil\n")
        clone.repo.commit("All")
        for key in ("core.fsmonitor", "filter.evil.smudge", "filter.evil.clean"):
            clone.repo.git("config", key, f"touch {mark}")
        manifestfiles.read(clone.repo.place)
        assert not mark.exists()


class TestWorktree:
    def test_the_one_that_we_stand_in(
        self, store: Store, clone: Clone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clone.repo.git("worktree", "add", "-q", "../side")
        side = clone.repo.path.parent / "side"
        monkeypatch.chdir(side)
        assert manifestfiles.worktree(store, PROJECT)[1].top == side

    def test_else_the_primary_one(
        self, store: Store, clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert manifestfiles.worktree(store, PROJECT)[1].top == clone.repo.path

    def test_none(
        self, store: Store, clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        subprocess.run(["mv", clone.repo.path, tmp_path / "moved"], check=True)
        with pytest.raises(NotBoundError):
            manifestfiles.worktree(store, PROJECT)


class TestByHand:
    def test_added_under_the_name_that_people_use(self, store: Store) -> None:
        entry, new = stack.add(store, PROJECT, " postgresql ", version=" 16 ")
        assert new
        assert (entry.name, entry.category, entry.version) == ("PostgreSQL", "database", "16")
        assert not entry.detected

    def test_what_is_not_known_needs_a_category(self, store: Store) -> None:
        with pytest.raises(UsageError) as refusal:
            stack.add(store, PROJECT, "Abacus")
        assert "backend, frontend, database, deployment" in refusal.value.hint
        entry, _ = stack.add(store, PROJECT, "Abacus\x1b[31m", category=Category.DATABASE)
        assert entry.name == "Abacus [31m"

    def test_a_name_is_needed(self, store: Store) -> None:
        with pytest.raises(UsageError):
            stack.add(store, PROJECT, " \n ", category=Category.BACKEND)

    def test_what_is_not_told_stays(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        entry, new = stack.add(store, PROJECT, "PYTHON", version="3.13")
        assert not new
        assert (entry.name, entry.category, entry.version) == ("Python", "backend", "3.13")
        entry, _ = stack.add(store, PROJECT, "python", category=Category.DEPLOYMENT)
        assert (entry.category, entry.version) == ("deployment", "3.13")
        entry, _ = stack.add(store, PROJECT, "python", version="")
        assert entry.version is None
        assert not entry.detected

    def test_of_several_of_a_name_the_category_tells(self, store: Store, clone: Clone) -> None:
        for category in ("frontend", "backend"):
            clone.change(
                "INSERT INTO tech_stack (id, project_id, category, name) VALUES (?, ?, ?, 'X')",
                f"id-{category}", PROJECT, category,
            )  # fmt: skip
        with pytest.raises(UsageError):
            stack.add(store, PROJECT, "x", version="1")
        with pytest.raises(UsageError):
            stack.find(store, PROJECT, "x")
        entry, new = stack.add(store, PROJECT, "x", category=Category.BACKEND, version="1")
        assert (entry.id, new) == ("id-backend", False)
        assert stack.find(store, PROJECT, "id-f").id == "id-frontend"

    def test_names_that_are_alike_are_told(self, store: Store, clone: Clone) -> None:
        detect(store, clone)
        with pytest.raises(NotFoundError) as refusal:
            stack.remove(store, PROJECT, "FastAP")
        assert refusal.value.hint == "Did you mean FastAPI?"


class TestMap:
    @pytest.fixture
    def filled(self, store: Store, clone: Clone) -> Store:
        detect(store, clone)
        for name, lines in (
            ("python-api-skill", ("FastAPI", "Python 3.11+")),
            ("old-skill", ("Python 2.7",)),
            ("react-skill", ("React 18 + TypeScript",)),
            ("both-skill", ("Python 3.9, 3.11 and *fastapi* 0.100+",)),
        ):
            listed = "\n".join(f"- {line}" for line in lines)
            text = f"# {name}\n\n## Description\nx\n\n## Tech Stack Compatibility\n{listed}\n"
            registry.add(store, ItemType.SKILL, text.encode(), name)
        return store

    def proposed(self, store: Store, *, fits: bool = True) -> set[tuple[str, str]]:
        found = stack.proposals(store, PROJECT)
        return {(each.entry.name, each.item.name) for each in found if each.fits is fits}

    def test_what_names_a_technology_of_the_stack(self, filled: Store) -> None:
        assert self.proposed(filled) == {
            ("FastAPI", "python-api-skill"), ("Python", "python-api-skill"),
            ("FastAPI", "both-skill"), ("Python", "both-skill"),
        }  # fmt: skip
        assert self.proposed(filled, fits=False) == {("Python", "old-skill")}

    def test_mapped_once_and_counted(self, filled: Store) -> None:
        chosen = [each for each in stack.proposals(filled, PROJECT) if each.fits]
        assert stack.map_items(filled, chosen) == 4
        assert stack.map_items(filled, chosen) == 0
        assert self.proposed(filled) == set()
        uses = registry.used_by(filled, "python-api-skill")
        assert uses.projects == ((PROJECT, "Risk Workbench"),)
        mapped = {each["name"]: [item["name"] for item in each["mapped"]]
                  for each in stack.objects(filled, PROJECT)}  # fmt: skip
        assert mapped["FastAPI"] == ["both-skill", "python-api-skill"]

    def test_unmapped_by_the_item_or_the_technology(self, filled: Store) -> None:
        chosen = [each for each in stack.proposals(filled, PROJECT) if each.fits]
        stack.map_items(filled, chosen)
        assert stack.unmap(filled, PROJECT, "Both-Skill") == 2
        assert stack.unmap(filled, PROJECT, "fastapi") == 1
        assert self.proposed(filled) >= {("FastAPI", "python-api-skill")}
        with pytest.raises(NotFoundError):
            stack.unmap(filled, PROJECT, "fastapi")

    def test_a_mapping_to_an_item_that_is_gone_can_be_removed(
        self, filled: Store, clone: Clone
    ) -> None:
        fastapi = stack.find(filled, PROJECT, "FastAPI")
        clone.change(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES ('m', ?, 'agent', 'gone')",
            fastapi.id,
        )
        (entry,) = [e for e in stack.objects(filled, PROJECT) if e["name"] == "FastAPI"]
        assert entry["mapped"] == [{"type": "agent", "id": "gone", "name": None}]
        assert stack.unmap(filled, PROJECT, "gone") == 1
