"""The worker: one at a time, nothing lost, nothing inherited, silent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Repo, run
from shimtools import adopt_background, bind, end_of_background, install

from studio_git import files
from studio_hooks import launch, spool

DRIVER = """
import json, os, sys
from pathlib import Path
from studio_git.errors import StoreBusyError, StoreError, StoreOutdatedError
from studio_hooks import worker

def settle(common_dir, records):
    seen = {
        "common_dir": str(common_dir),
        "records": [[stage, str(git_dir), list(details)] for stage, git_dir, details in records],
        "git": sorted(name for name in os.environ if name.startswith("GIT_AUTHOR") or name in (
            "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")),
        "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd")),
        "leader": os.getsid(0) == os.getpid(),
        "cwd": os.getcwd(),
    }
    with open(os.environ["SEEN"], "a") as log:
        log.write(json.dumps(seen) + "\\n")
    exec(os.environ.get("THEN", ""))

worker.PATIENCE_SECONDS = float(os.environ.get("PATIENCE", "60"))
sys.exit(worker.run(Path(sys.argv[-1]), settle))
"""


@pytest.fixture
def common(tmp_path: Path) -> Path:
    folder = tmp_path / "common"
    folder.mkdir()
    bind(folder)
    return folder


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "seen"
    monkeypatch.setenv("SEEN", str(path))
    return path


def work(common: Path, then: str = "", **env: str) -> None:
    done = run(sys.executable, "-c", DRIVER, common, cwd=common, env={"THEN": then, **env})
    assert (done.status, done.out, done.err) == (0, "", "")


def settled(seen: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in seen.read_text().splitlines()] if seen.exists() else []


def log(common: Path) -> list[str]:
    path = common / "studio" / "worker.log"
    return path.read_text().splitlines() if path.exists() else []


def test_it_settles_what_was_noted(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"), "s1")
    (common / "studio" / "kick").write_text("1")
    work(common)
    (once,) = settled(seen)
    assert once["common_dir"] == str(common.resolve())
    assert once["records"] == [["post-commit", "/r/.git", ["s1"]]]
    assert not spool.waiting(common)
    assert log(common) == []


def test_it_drops_what_the_hook_handed_on(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    read, write = os.pipe()
    env = os.environ | {"GIT_DIR": "/x", "GIT_INDEX_FILE": "y", "GIT_PREFIX": "", "THEN": ""}
    env |= {"GIT_AUTHOR_DATE": "@1 +0000", "GIT_AUTHOR_EMAIL": "someone@else"}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, common], pass_fds=[write], env=env, check=False, cwd="/"
    )
    os.close(read)
    os.close(write)
    assert done.returncode == 0
    (once,) = settled(seen)
    assert once["git"] == []
    assert once["leader"]
    assert once["cwd"] == str(common / "studio")
    assert isinstance(once["descriptors"], list)
    assert write not in once["descriptors"]
    assert len(once["descriptors"]) <= 6, "standard ones, the lock, the log, the folder looked at"


def test_a_note_made_meanwhile_is_settled_too(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"), "first")
    work(
        common,
        "from studio_hooks import spool\n"
        "if len(open(os.environ['SEEN']).readlines()) == 1:\n"
        "    spool.append(common_dir, 'post-commit', Path('/r/.git'), 'second')\n"
        "    (common_dir / 'studio' / 'kick').write_text('1')\n",
    )
    assert [once["records"] for once in settled(seen)] == [
        [["post-commit", "/r/.git", ["first"]]],
        [["post-commit", "/r/.git", ["second"]]],
    ]
    assert not spool.waiting(common)


def test_a_kick_without_a_note_is_taken_away(common: Path, seen: Path) -> None:
    (common / "studio" / "kick").write_text("1")
    work(common)
    assert settled(seen) == []
    assert not spool.waiting(common)


def test_the_second_worker_leaves_it_to_the_first(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    with files.locked(common / "studio" / "worker.lock"):
        work(common)
    assert settled(seen) == []
    assert spool.waiting(common)


def test_what_fails_is_kept_and_logged(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    work(common, "raise StoreError('the store\\nis locked.', 'wait')")
    work(common, "raise ZeroDivisionError('a bug')")
    first, second = log(common)
    assert first.endswith(" StoreError: the store is locked.")
    assert second.endswith(" ZeroDivisionError: a bug")
    spool.append(common, "post-merge", Path("/r/.git"), "0")
    work(common)
    assert [len(once["records"]) for once in settled(seen)] == [1, 1, 2]  # type: ignore[arg-type]
    assert not spool.waiting(common)


def test_it_waits_for_a_store_that_others_are_at(common: Path, seen: Path) -> None:
    """A kick stands meanwhile, its own lock is free, and what fails at last is told."""
    spool.append(common, "post-commit", Path("/r/.git"))
    busy = (
        "if len(open(os.environ['SEEN']).readlines()) < 3: raise StoreBusyError('in use')\n"
        "assert not (common_dir / 'studio' / 'kick').exists()\n"
    )
    work(common, busy)
    assert [len(once["records"]) for once in settled(seen)] == [1, 1, 1]  # type: ignore[arg-type]
    assert not spool.waiting(common)
    assert log(common) == []


def test_who_comes_while_one_waits_leaves_it_to_that_one(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    with files.locked(common / "studio" / "waiting.lock"):
        work(common, "raise StoreBusyError('in use')")
    assert len(settled(seen)) == 1
    assert spool.waiting(common)
    assert log(common) == []


def test_nobody_waits_for_ever(common: Path, seen: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    work(common, "raise StoreBusyError('in use')", PATIENCE="0")
    assert log(common)[-1].endswith(" StoreBusyError: in use")
    assert not (common / "studio" / "kick").exists()
    assert spool.waiting(common)


def test_the_log_has_an_end(common: Path, seen: Path) -> None:
    path = common / "studio" / "worker.log"
    path.write_text("x" * 70_000)
    spool.append(common, "post-commit", Path("/r/.git"))
    work(common, "raise StoreError('y' * 10_000)")
    assert path.stat().st_size < 1000


def test_an_outdated_store_is_migrated_once(common: Path, seen: Path, studio_home: Path) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    work(common, "raise StoreOutdatedError('old')")
    assert len(settled(seen)) == 2, "tried again after the migration"
    assert log(common)[0].endswith(" StoreOutdatedError: old")
    assert spool.waiting(common)


@pytest.mark.parametrize("value", ["1", "yes"])
def test_disabled(common: Path, seen: Path, value: str) -> None:
    spool.append(common, "post-commit", Path("/r/.git"))
    work(common, STUDIO_DISABLE=value)
    assert settled(seen) == []
    assert spool.waiting(common)


def test_a_folder_that_is_not_bound(tmp_path: Path, seen: Path) -> None:
    work(tmp_path)
    assert settled(seen) == []
    assert not (tmp_path / "studio").exists()


def test_a_burst_of_commits_starts_few_workers(
    repo: Repo, seen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one settles, one more may come to the lock, and no third is started."""
    adopt_background()
    repo.write("file", "x")
    repo.commit("first")
    bind(repo.place.common_dir)
    hold, starts = tmp_path / "hold", tmp_path / "starts"
    os.mkfifo(hold)
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER)
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\necho started >>"{starts}"\nexec "{sys.executable}" "{driver}" "$5"\n'
    )
    program.chmod(0o755)
    install(repo, program, stages=["post-commit"])
    monkeypatch.setenv(
        "THEN", f"if len(open(os.environ['SEEN']).readlines()) == 1: open({str(hold)!r}).read()"
    )
    for number in range(20):
        repo.git("commit", "-q", "--allow-empty", "-m", str(number))
    hold.write_text("go")
    end_of_background()
    assert len(starts.read_text().splitlines()) <= 2
    noted = [record for once in settled(seen) for record in once["records"]]  # type: ignore[attr-defined]
    assert noted == [["post-commit", str(repo.place.git_dir), []]] * 20
    assert not spool.waiting(repo.place.common_dir)


def test_start_from_python(common: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real worker comes up, takes the kick and the empty spool's nothing, and goes."""
    adopt_background()
    launch.start_worker(common)
    end_of_background()
    assert not (common / "studio" / "kick").exists()
    assert (common / "studio" / "worker.lock").exists()
    assert log(common) == []
    monkeypatch.setenv("STUDIO_DISABLE", "1")
    launch.start_worker(common)
    assert not (common / "studio" / "kick").exists()


@pytest.mark.parametrize(
    ("kick", "starts"), [(None, True), ("now", False), ("1", True), ("", True)]
)
def test_who_starts_from_python(
    common: Path, monkeypatch: pytest.MonkeyPatch, *, kick: str | None, starts: bool
) -> None:
    adopt_background()
    path = common / "studio" / "kick"
    if kick is not None:
        now = int(path.parent.stat().st_mtime)
        path.write_text(str(now) if kick == "now" else kick)
    launch.start_worker(common)
    end_of_background()
    assert path.exists() is not starts
