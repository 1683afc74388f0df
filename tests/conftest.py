"""Every test gets a home of its own; the real one, and the user's git configuration, are out of
reach. Repositories are real, made by the git that is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from studio_git.gitio import LOCAL_VARIABLES, Place, locate

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")

SCRIPTS = Path(sysconfig.get_path("scripts"))
EMAIL = "ada@example.org"
NAME = "Ada Example"
REAL_HOME = os.environ.get("HOME", "")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HOME, the Studio home and git's configuration in the test's own temporary folder."""
    home = tmp_path / "home"
    home.mkdir()
    config = home / ".gitconfig"
    config.write_text(
        f"[user]\n\tname = {NAME}\n\temail = {EMAIL}\n[init]\n\tdefaultBranch = main\n"
        '[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n'
    )
    for name in (*LOCAL_VARIABLES, "STUDIO_DISABLE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("STUDIO_HOME", str(home / "studio"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PATH", f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    return home


@dataclass
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(
    *words: str | Path, cwd: Path, stdin: str | None = None, env: dict[str, str] | None = None
) -> Answer:
    """Run a program to its end, as a user without a terminal would."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        env=os.environ | (env or {}),
        timeout=120,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass
class Repo:
    """A real repository in a temporary folder."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)

    def git(self, *words: str | Path, ok: bool = True, env: dict[str, str] | None = None) -> str:
        answer = self.try_git(*words, env=env)
        assert not ok or answer.status == 0, f"git {words}: {answer.out}{answer.err}"
        return answer.out.rstrip("\n")

    def try_git(self, *words: str | Path, env: dict[str, str] | None = None) -> Answer:
        return run("git", *words, cwd=self.path, env=self.env | (env or {}))

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def read(self, path: str) -> str:
        return (self.path / path).read_bytes().decode()

    def commit(self, message: str, *, when: int | None = None, author: str = "") -> str:
        """Commit all there is; ``when`` sets both dates (seconds), ``author`` "Name <email>"."""
        self.git("add", "-A")
        env = {}
        if when is not None:
            env = {"GIT_AUTHOR_DATE": f"{when} +0200", "GIT_COMMITTER_DATE": f"{when} +0200"}
        words = ["commit", "-q", "--allow-empty", "-m", message]
        if author:
            words += ["--author", author]
        self.git(*words, env=env)
        return self.git("rev-parse", "HEAD")

    def studio(self, *words: str | Path, stdin: str | None = None) -> Answer:
        """Run the installed ``git-studio`` here."""
        return run(SCRIPTS / "git-studio", *words, cwd=self.path, stdin=stdin, env=self.env)

    @property
    def place(self) -> Place:
        return locate(self.path)


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Makes empty repositories: ``make_repo("name", "--bare", …)``."""

    def make(name: str = "repo", *options: str) -> Repo:
        path = tmp_path / name
        done = run("git", "init", "-q", *options, path, cwd=tmp_path)
        assert done.status == 0, done.err
        return Repo(path)

    return make


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """An empty repository on branch ``main``."""
    return make_repo()


@pytest.fixture
def studio_home(own_home: Path) -> Path:
    """Where the test's Studio home is, or will be."""
    return own_home / "studio"


@pytest.fixture
def python() -> str:
    """The interpreter that the tests run in."""
    return sys.executable
