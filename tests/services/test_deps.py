"""The programs that a project needs: what is found on PATH, and what is said of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from capturing import PROJECT, Clone, bind
from conftest import Repo, run

from studio_git.services import deps
from studio_git.services.deps import Check, Report
from studio_git.store.connection import Store


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH besides git."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = os.environ["PATH"]
    git = next(Path(each) for each in path.split(os.pathsep) if (Path(each) / "git").exists())
    (folder / "git").symlink_to(git / "git")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def clone(repo: Repo, bin_: Path) -> Clone:
    return bind(repo)


@pytest.fixture
def store(clone: Clone) -> Iterator[Store]:
    with clone.store() as store:
        yield store


def program(folder: Path, name: str, text: str) -> Path:
    """An executable in PATH; ``text`` is what its shell runs."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def declare(clone: Clone, **files: str) -> None:
    for name, text in files.items():
        clone.repo.write(name, text)
    clone.repo.git("add", "-A")


def check(store: Store, clone: Clone, seconds: float = 60) -> Report:
    return deps.check(store, clone.bound(store), clone.repo.place, seconds=seconds)


def statuses(report: Report) -> dict[str, str]:
    return {each.looked.name: each.looked.status.value for each in report.checks}


def only(report: Report) -> Check:
    (found,) = report.checks
    return found


class TestCheck:
    def test_all_four_statuses(self, store: Store, clone: Clone, bin_: Path) -> None:
        node = program(bin_, "node", "echo v20.11.0")
        program(bin_, "go", "echo go version go1.21.0 linux/amd64")
        declare(clone, **{"go.mod": "go 1.22\n", ".tool-versions": "nodejs 20\nquux 1\nruby 3.3\n"})
        report = check(store, clone)
        assert statuses(report) == {
            "go": "version_mismatch", "node": "installed", "quux": "unknown",
            "ruby": "not_installed",
        }  # fmt: skip
        assert not report.is_met
        rows = {row["name"]: row for row in clone.rows("SELECT * FROM dependencies")}
        assert rows["node"]["detected_path"] == str(node)
        assert (rows["node"]["required_version"], rows["node"]["detected_version"]) == (
            "20", "20.11.0",
        )  # fmt: skip
        assert rows["go"]["required_version"] == ">= 1.22"
        assert {row["last_checked_at"][:2] for row in rows.values()} == {"20"}

    def test_all_requirements_of_all_files_count(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        program(bin_, "python3", "echo Python 3.12.1")
        declare(
            clone,
            **{
                "pyproject.toml": '[project]\nrequires-python = ">=3.11"\n',
                ".python-version": "3.12\n",
                "requirements.txt": "flask\n",
            },
        )
        found = only(check(store, clone))
        assert (found.looked.status, found.looked.required_version) == (
            "installed", ">= 3.11 and 3.12",
        )  # fmt: skip
        assert found.files == ("pyproject.toml", "requirements.txt", ".python-version")
        clone.repo.write(".python-version", "3.13\n")
        assert statuses(check(store, clone)) == {"python": "version_mismatch"}

    def test_the_one_that_will_do_is_taken(self, store: Store, clone: Clone, bin_: Path) -> None:
        program(bin_, "python3", "echo Python 3.10.1")
        newer = program(bin_, "python3.12", "echo Python 3.12.1")
        declare(clone, **{".python-version": "3.12"})
        assert only(check(store, clone)).looked.detected_path == str(newer)
        clone.repo.write(".python-version", "3.13")
        assert only(check(store, clone)).looked.detected_version == "3.10.1"

    def test_what_the_repository_brings_along_is_not_looked_for(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        declare(clone, **{"build.gradle": "", "gradlew": ""})
        assert statuses(check(store, clone)) == {"java": "not_installed"}

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("echo garbage", "it did not say its version"),
            ("echo v20.11.0; exit 126", "it did not say its version, and ended with status 126"),
            (r"printf '\377\376\000\033[31m'", "it did not say its version"),
            ("exec sleep 600", "it did not say its version in 1 s, or said too much"),
            ("exec yes v20.11.0", "it did not say its version in 1 s, or said too much"),
        ],
    )
    def test_what_a_program_can_do_wrong(
        self, store: Store, clone: Clone, bin_: Path, text: str, reason: str
    ) -> None:
        for name in ("sleep", "yes"):
            (bin_ / name).symlink_to(f"/usr/bin/{name}")
        program(bin_, "node", text)
        declare(clone, **{".nvmrc": "20"})
        report = check(store, clone, seconds=1)
        assert (only(report).looked.status, only(report).reason) == ("unknown", reason)
        assert report.is_met

    def test_what_cannot_be_understood_is_not_called_installed(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        program(bin_, "node", "echo v20.11.0")
        declare(clone, **{"package.json": '{"engines": {"node": "the newest, please"}}'})
        found = only(check(store, clone))
        assert (found.looked.status, found.looked.detected_version) == ("unknown", "20.11.0")
        assert found.reason == "what is required cannot be understood"

    def test_hidden_words_of_a_repository_start_nothing(
        self, store: Store, clone: Clone, bin_: Path, tmp_path: Path
    ) -> None:
        """Only known programs are started, with our words, and nothing that stands in the tree."""
        mark = tmp_path / "ran"
        program(bin_, "quux", f": > {mark}")
        program(clone.repo.path, "node", f": > {mark}")
        declare(
            clone,
            **{
                ".tool-versions": "quux 1\n../../bin/quux 1\n/bin/sh 1\n-c 1\nsh 1\n",
                "package.json": json.dumps(
                    {"packageManager": "quux@1", "engines": {"quux": "1", "node": "; quux"}}
                ),
            },
        )
        os.environ["PATH"] += f"{os.pathsep}{clone.repo.path}{os.pathsep}."
        report = check(store, clone)
        assert statuses(report) == {"node": "not_installed", "quux": "unknown", "sh": "unknown"}
        assert not mark.exists()

    def test_a_program_sees_nothing_of_the_repository(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        """As yarn, corepack or a stand-in would look: upwards from the folder it starts in."""
        program(bin_, "node", '[ -e package.json ] || [ "$PWD" != / ] && echo 1.0 || echo 20.1')
        declare(clone, **{"package.json": '{"engines": {"node": "20.1"}}'})
        assert only(check(store, clone)).looked.detected_version == "20.1"


class TestRows:
    def test_what_nothing_declares_any_more_goes(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        declare(clone, **{".nvmrc": "20", ".ruby-version": "3.3"})
        check(store, clone)
        (clone.repo.path / ".nvmrc").unlink()
        assert statuses(check(store, clone)) == {"ruby": "not_installed"}
        assert [row["name"] for row in clone.rows("SELECT name FROM dependencies")] == ["ruby"]

    def test_rows_of_others_are_looked_at_and_keep_what_they_require(
        self, store: Store, clone: Clone, bin_: Path
    ) -> None:
        program(bin_, "node", "echo v20.11.0")
        program(bin_, "python3", "echo Python 3.12.1")
        for name, required in (("node", "^18"), ("python", ">= 3.11"), ("ruby", None)):
            clone.change(
                "INSERT INTO dependencies (id, project_id, name, required_version) "
                "VALUES (?, ?, ?, ?)",
                name, PROJECT, name, required,
            )  # fmt: skip
        declare(clone, **{".nvmrc": "20", ".ruby-version": "3.3"})
        report = check(store, clone)
        assert statuses(report) == {
            "node": "version_mismatch", "python": "installed", "ruby": "not_installed",
        }  # fmt: skip
        found = {row["name"]: row["required_version"] for row in report.rows}
        assert found == {"node": "^18", "python": ">= 3.11", "ruby": "3.3"}
        declare(clone, **{".nvmrc": "# any\n", ".ruby-version": "# any\n"})
        assert set(statuses(check(store, clone))) == {"node", "python"}

    def test_another_clone_is_left_what_it_needs(
        self, store: Store, clone: Clone, bin_: Path, tmp_path: Path
    ) -> None:
        declare(clone, **{".nvmrc": "20"})
        check(store, clone)
        run("git", "init", "-q", tmp_path / "api", cwd=tmp_path)
        api = bind(Repo(tmp_path / "api"))
        declare(api, **{"go.mod": "go 1.22\n"})
        assert statuses(check(store, api)) == {"go": "not_installed"}
        assert len(clone.rows("SELECT * FROM dependencies")) == 2
        assert statuses(check(store, clone)) == {"node": "not_installed"}

    def test_nothing_needed_nothing_written(self, store: Store, clone: Clone) -> None:
        report = check(store, clone)
        assert (report.checks, report.is_met) == ((), True)


def test_as_json(store: Store, clone: Clone, bin_: Path) -> None:
    steps: list[None] = []
    declare(clone, **{".nvmrc": "20"})
    report = deps.check(
        store, clone.bound(store), clone.repo.place, step=lambda: steps.append(None)
    )
    (found,) = deps.check_objects(report)
    assert list(found) == [
        "id", "project_id", "name", "required_version", "detected_path", "detected_version",
        "status", "last_checked_at", "created_at", "reason", "files",
    ]  # fmt: skip
    assert (found["name"], found["reason"], found["files"]) == ("node", None, [".nvmrc"])
    assert len(steps) == 1
