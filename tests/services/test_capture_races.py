"""Several at once, and one that dies in the middle: each commit once, each file whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from capturing import HOUR, MINUTE, NOON, Clone, bind, message
from conftest import Repo

CAPTURE = """
import sys
from pathlib import Path
from studio_git import config
from studio_git.gitio import locate
from studio_git.services import sessionfiles
from studio_git.services.capture import capture
from studio_git.store import projects
from studio_git.store.connection import open_store

place = locate(Path.cwd())
with open_store(Path(sys.argv[1]), busy_seconds=60) as store:
    repository = projects.repository_at(store.db, str(place.common_dir))
    if sys.argv[2:] == ["die before the file"]:
        sessionfiles._write = lambda *_: __import__("os").kill(__import__("os").getpid(), 9)
    if sys.argv[2:] == ["die after the file"]:
        sessionfiles.sessions.set_generated = (
            lambda *_: __import__("os").kill(__import__("os").getpid(), 9)
        )
    print("ready", flush=True)
    sys.stdin.readline()
    capture(store, repository, place, config.settings(place, None))
"""


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


def start(clone: Clone, cwd: Path, *words: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CAPTURE, str(clone.home), *words],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen[str]) -> int:
    process.communicate("go\n", timeout=120)
    return process.returncode


def test_four_at_once_record_each_commit_once(clone: Clone) -> None:
    linked = clone.repo.path.parent / "linked"
    clone.repo.commit("Base", when=NOON)
    clone.repo.git("worktree", "add", "-q", "-b", "side", linked)
    for number in range(12):
        repo = clone.repo if number % 2 else Repo(linked)
        repo.write(f"f{number}", "x\n")
        repo.commit(message(f"Number {number}", f"Decision: D{number}"), when=NOON + number * HOUR)
    running = [start(clone, cwd) for cwd in (clone.repo.path, linked) * 2]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [finish(process) for process in running] == [0] * 4
    assert len(clone.live()) == len(set(clone.live())) == 13
    assert sorted(clone.titles("decisions")) == sorted(f"D{number}" for number in range(12))
    assert clone.rows("SELECT * FROM git_sessions WHERE stale <> 0") == []
    (session,) = clone.sessions()
    assert clone.only_file().count("- D") == 12
    assert session["duration_minutes"] == 11 * 60 + 30


@pytest.mark.parametrize("moment", ["die before the file", "die after the file"])
def test_a_kill_around_the_file_is_made_up_for(clone: Clone, moment: str) -> None:
    clone.repo.commit(message("One", "Decision: A"), when=NOON)
    clone.capture()
    (session,) = clone.sessions()
    with clone.file(session["id"]).open("a") as file:
        file.write("\nMine.\n")
    clone.repo.write("big", "x\n" * 9)
    clone.repo.commit("The larger part of it", when=NOON + MINUTE)
    assert finish(start(clone, clone.repo.path, moment)) == -signal.SIGKILL
    clone.repo.write("bigger", "x\n" * 99)
    clone.repo.commit("The largest part of it", when=NOON + 2 * MINUTE)
    clone.capture()
    text = clone.only_file()
    assert text.startswith("# The largest part of it\n")
    assert "**Duration:** 32 minutes\n" in text
    assert "One. The larger part of it. The largest part of it.\n" in text
    assert text.count("Mine.\n") == 1
    assert clone.sessions()[0]["title"] == "The largest part of it"
    assert clone.rows("SELECT * FROM git_sessions WHERE stale <> 0") == []
    assert clone.titles("decisions") == ["A"]


def test_a_kill_around_the_first_file(clone: Clone) -> None:
    clone.repo.commit("One", when=NOON)
    assert finish(start(clone, clone.repo.path, "die after the file")) == -signal.SIGKILL
    clone.repo.commit("Two", when=NOON + MINUTE)
    clone.capture()
    assert "**Duration:** 31 minutes\n" in clone.only_file()
    assert len(clone.sessions()) == 1
