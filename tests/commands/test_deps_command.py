"""``git studio deps``, as people and programs use it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Answer, Repo
from drifttools import bind


@pytest.fixture
def clone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A bound repository, with a PATH that leads to git and one program."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = os.environ["PATH"]
    git = next(Path(each) for each in path.split(os.pathsep) if (Path(each) / "git").exists())
    (folder / "git").symlink_to(git / "git")
    node = folder / "node"
    node.write_text("#!/bin/sh\necho v20.11.0\n")
    node.chmod(0o755)
    repo.write(".nvmrc", "20\n")
    repo.commit("Begin")
    bind(repo)
    monkeypatch.setenv("PATH", str(folder))
    return repo


def studio(repo: Repo, *words: str) -> Answer:
    return repo.studio("deps", *words)


def test_all_is_there(clone: Repo) -> None:
    answer = studio(clone, "check")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.split() == [
        "installed", "node", "20", "20.11.0", str(clone.path.parent / "bin" / "node"), ".nvmrc",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        (".nvmrc", "18\n", "other version"),
        (".tool-versions", "ruby 3.3.0\n", "not installed"),
    ],
)
def test_one_when_something_is_not(clone: Repo, path: str, text: str, word: str) -> None:
    clone.write(path, text)
    clone.git("add", "-A")
    answer = studio(clone, "check")
    assert answer.status == 1
    assert word in answer.out
    assert studio(clone, "check", "--json").status == 1
    assert word in studio(clone, "list").out


def test_what_is_unknown_is_told_and_is_no_no(clone: Repo) -> None:
    clone.write(".tool-versions", "quux 1\n")
    clone.git("add", "-A")
    answer = studio(clone, "check")
    assert answer.status == 0
    assert "not a program that is looked for" in answer.out


def test_as_json(clone: Repo) -> None:
    (found,) = studio(clone, "check", "--json").json
    assert (found["name"], found["status"], found["files"]) == ("node", "installed", [".nvmrc"])
    (kept,) = studio(clone, "list", "--json").json
    assert kept == {name: value for name, value in found.items() if name not in ("reason", "files")}


def test_nothing_yet_and_nothing_needed(repo: Repo) -> None:
    bind(repo)
    assert "git studio deps check" in repo.studio("deps", "list").out
    answer = repo.studio("deps", "check")
    assert (answer.status, answer.out) == (0, "No file that git tracks here needs a program.\n")


def test_what_cannot_be_read_is_told(clone: Repo) -> None:
    clone.write("go.mod", b"\xff")
    clone.git("add", "-A")
    assert studio(clone, "check").err == "not read: go.mod: not valid UTF-8 (byte 0)\n"


def test_outside_a_repository(clone: Repo) -> None:
    answer = studio(Repo(clone.path.parent), "check")
    assert (answer.status, answer.out) == (2, "")
