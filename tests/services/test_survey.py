"""A repository's name, as people know it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo

from studio_git.services.survey import survey


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@example.org:team/risk-workbench.git", "risk-workbench"),
        ("ssh://git@example.org:2222/team/risk.git", "risk"),
        ("https://example.org/team/risk.git/", "risk"),
        ("https://ada:secret@example.org/risk", "risk"),
        ("host:risk.git", "risk"),
        ("C:\\repos\\risk.git", "risk"),
        ("../risk", "risk"),
        ("/", "repo"),
        (".git", "repo"),
    ],
)
def test_the_remotes_last_word(repo: Repo, url: str, name: str) -> None:
    repo.git("config", "remote.origin.url", url)
    repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    assert survey(repo.path).name == name


def test_origin_comes_before_others(repo: Repo) -> None:
    repo.git("remote", "add", "fork", "https://example.org/fork.git")
    assert survey(repo.path).name == "fork"
    repo.git("remote", "add", "origin", "https://example.org/origin.git")
    assert survey(repo.path).name == "origin"


def test_without_a_remote_it_is_the_folders(repo: Repo) -> None:
    assert survey(repo.path).name == "repo"


def test_submodules_are_named(repo: Repo, make_repo: Callable[..., Repo]) -> None:
    inner = make_repo("inner")
    inner.commit("First")
    repo.git("submodule", "add", "-q", str(inner.path), "lib/inner")
    repo.commit("Add")
    assert survey(repo.path).submodules == ("lib/inner",)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda path: (path / ".git/config").write_text("[core\n"),
        lambda path: (path / ".git/HEAD").write_text("nonsense"),
        lambda path: (path / ".git/config").write_bytes(b'[remote "origin"]\n\turl = \xff\xfe\n'),
        lambda path: (path / ".git/config").write_text('[remote "origin"]\n\tfetch = x\n'),
        lambda path: (path / ".gitmodules").write_text("[submodule\n"),
    ],
)
def test_what_gitpython_cannot_read_decides_nothing(
    repo: Repo, break_it: Callable[[Path], object]
) -> None:
    break_it(repo.path)
    assert survey(repo.path).name


def test_sha256(make_repo: Callable[..., Repo]) -> None:
    assert survey(make_repo("sha", "--object-format=sha256").path).name == "sha"
