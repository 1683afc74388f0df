"""The tests cannot reach the real home, nor the user's git configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from conftest import EMAIL, REAL_HOME
from hypothesis import settings

from studio_git import config


def test_home_and_store_are_temporary(tmp_path: Path) -> None:
    assert Path.home().is_relative_to(tmp_path)
    assert config.studio_home().is_relative_to(tmp_path)
    assert str(Path.home()) != REAL_HOME


def test_git_reads_no_configuration_of_the_users(tmp_path: Path) -> None:
    shown = subprocess.run(
        ["git", "config", "--list", "--show-origin", "--null"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    origins = {record.removeprefix("file:") for record in shown.split("\0") if "file:" in record}
    assert origins
    assert all(Path(origin).is_relative_to(tmp_path) for origin in origins)


def test_git_commits_as_the_example_user(tmp_path: Path) -> None:
    email = subprocess.run(
        ["git", "config", "user.email"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert email.stdout.strip() == EMAIL
    assert "GIT_DIR" not in os.environ


def test_no_example_has_a_deadline() -> None:
    """What a test finds must not depend on what else the machine does."""
    assert settings.default is not None
    assert settings.default.deadline is None
