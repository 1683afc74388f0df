"""A bound clone with its project, settings and what its team proposes."""

from __future__ import annotations

from pathlib import Path

import pytest
from capturing import PROJECT, bind
from conftest import Repo

from studio_git.config import ConfigError
from studio_git.core.models import DriftKind, Policy
from studio_git.errors import NotBoundError
from studio_git.services.clone import enter
from studio_git.store.connection import open_store


def test_all_that_a_use_case_needs(repo: Repo, studio_home: Path) -> None:
    bind(repo)
    repo.write(".studio.toml", '[drift]\nno-base = "off"\n[capture]\ngap = "1 h"\n')
    with open_store(studio_home) as store:
        workspace = enter(store, repo.place)
        assert workspace.project["id"] == workspace.repository.project_id == PROJECT
        assert workspace.place == repo.place
        assert workspace.settings.policy[DriftKind.NO_BASE] is Policy.OFF
        assert workspace.settings.gap_minutes == 60
        assert workspace.proposal is not None


def test_without_a_file_of_the_team(repo: Repo, studio_home: Path) -> None:
    bind(repo)
    with open_store(studio_home) as store:
        assert enter(store, repo.place).proposal is None


def test_a_project_that_is_gone_unbinds(repo: Repo, studio_home: Path) -> None:
    bind(repo)
    with open_store(studio_home) as store:
        store.db.execute("DELETE FROM projects")
        with pytest.raises(NotBoundError) as caught:
            enter(store, repo.place)
    assert "git studio init" in caught.value.hint


def test_a_file_that_cannot_be_read_is_told(repo: Repo, studio_home: Path) -> None:
    bind(repo)
    repo.write(".studio.toml", "[")
    with open_store(studio_home) as store, pytest.raises(ConfigError, match="line 1"):
        enter(store, repo.place)
