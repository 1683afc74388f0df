"""The same faults through the ways in that people have: pre-commit, prek, husky and lefthook.

An editor that is killed in the middle of a resolution is in tests/editors/test_neovim_killed.py.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Repo, run
from drifttools import database, home, rows
from faults.dashboardlike import key_of
from frameworktools import FRAMEWORKS, checkout, installed, share_environments, shared_folder
from hooktools import managers
from interpreters import packages_of, with_copy
from shimtools import adopt_background, end_of_background

from studio_git import files
from studio_hooks import installer, shims
from studio_hooks.hookstates import line_for

WAYS = [*FRAMEWORKS, "husky", "lefthook"]
DASHBOARD = Path(__file__).with_name("dashboardlike.py")
LEFTHOOK = "pre-commit:\n  jobs:\n    - run: 'true'\npost-commit:\n  jobs:\n    - run: 'true'\n"
LOCAL = """\
default_install_hook_types: [pre-commit, post-commit]
repos:
- repo: local
  hooks:
  - {{id: studio-drift, name: drift, language: system, entry: "{python} -I -m studio_hooks drift",
     always_run: true, pass_filenames: false, stages: [pre-commit]}}
  - {{id: studio-capture, name: capture, language: system, always_run: true,
     entry: "{python} -I -m studio_hooks capture", pass_filenames: false, stages: [post-commit]}}
"""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    return shared_folder(tmp_path_factory)


@pytest.fixture
def bound(repo: Repo, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A bound repository without hooks of ours."""
    adopt_background()
    share_environments(monkeypatch, shared)
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("Begin")
    answer = repo.studio("init", "--yes", "--adopt", "--no-hooks")
    assert answer.status == 0, answer.err
    repo.commit("Bind")
    return repo


def _enter(repo: Repo, way: str, shared: Path, python: str = sys.executable) -> None:
    """Let our hooks run in one of the ways; native ones with this interpreter."""
    if way in FRAMEWORKS:
        if python == sys.executable:
            installed(repo, checkout(shared), way)
            return
        repo.write(".pre-commit-config.yaml", LOCAL.format(python=python))
        done = run(way, "install", cwd=repo.path)
        assert done.status == 0, done.err
        repo.commit("Use the framework")
        return
    tools = managers()
    repo.env["PATH"] = f"{tools / '.bin'}{os.pathsep}{os.environ['PATH']}"
    if way == "husky":
        done = run("node", tools / "husky/bin.js", cwd=repo.path, env=repo.env)
        for stage in shims.STAGES:
            repo.write(f".husky/{stage}", f"{line_for(stage)}\n")
    else:
        repo.write("lefthook.yml", LEFTHOOK)
        done = run(tools / ".bin/lefthook", "install", cwd=repo.path, env=repo.env)
    assert done.status == 0, done.out + done.err
    states = installer.install(repo.place, python=python)
    assert all(state.runs for state in states), states
    repo.commit("Use the manager")


def _work(repo: Repo, number: int) -> str:
    """A commit with drift and one without, which may not fail; what was said."""
    repo.write("CLAUDE.md", f"{repo.read('CLAUDE.md')}\nRule {number}.\n")
    said = ""
    for words in (["-a", "-m", f"Rule {number}\n\nDecision: Rule {number}"],
                  ["--allow-empty", "-m", f"Work {number}"]):  # fmt: skip
        done = repo.try_git("commit", "-q", *words)
        assert done.status == 0, done.out + done.err
        said += done.out + done.err
    assert "Traceback" not in said
    return said


def _all_captured(repo: Repo) -> int:
    """Each commit once, and its decision once; how many there are."""
    end_of_background()
    answer = repo.studio("capture", "--json")
    assert answer.status == 0, answer.err
    end_of_background()
    started = rows("SELECT oid FROM git_refs WHERE name LIKE 'start:_%'")
    listed = repo.git("rev-list", "HEAD", "--not", *(row["oid"] for row in started)).split()
    found = rows("SELECT oid FROM git_commits WHERE rewritten_to IS NULL AND gone_at IS NULL")
    assert sorted(row["oid"] for row in found) == sorted(listed)
    decided = [row["title"] for row in rows("SELECT title FROM decisions WHERE title LIKE 'Rule%'")]
    stated = repo.git("log", "--format=%(trailers:key=Decision,valueonly,separator=)").split("\n")
    assert sorted(decided) == sorted(line for line in stated if line)
    return len(listed)


@contextmanager
def _dashboard(chance: random.Random) -> Iterator[None]:
    """The second program at work; what it was acknowledged is there at the end."""
    process = subprocess.Popen(
        [sys.executable, DASHBOARD, home() / "studio.db", str(chance.randrange(2**32))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
    stays = json.loads(said)
    assert len(stays) == 18
    with database() as db:
        for table, keys in stays.items():
            key = key_of(db, table)
            found = db.execute(f"SELECT {key} FROM {table} WHERE {key} LIKE 'dashboard-%'")
            assert {row[key] for row in found} == set(keys), table


def _workers(repo: Repo) -> list[int]:
    """The workers that are at it for this clone."""
    common = str(repo.place.common_dir).encode()
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"studio_hooks" in words and b"worker" in words and common in b"\0".join(words):
            found.append(int(process.name))
    return found


@pytest.fixture(params=WAYS)
def entered(request: pytest.FixtureRequest, bound: Repo, shared: Path) -> tuple[Repo, str]:
    """A bound repository with the hooks in one of the ways, and its name."""
    _enter(bound, request.param, shared)
    return bound, request.param


def test_a_store_that_the_dashboard_uses_workers_killed_and_no_store(
    entered: tuple[Repo, str],
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    bound, way = entered
    count, killed = times(1, 4), 0
    with _dashboard(chance):
        for number in range(count):
            _work(bound, number)
    for number in range(count, 2 * count):
        _work(bound, number)
        select.select([], [], [], chance.uniform(0, 0.4))
        for worker in _workers(bound):
            os.kill(worker, signal.SIGKILL)
            killed += 1
    end_of_background()
    # Nobody may be at it while the store goes away.
    with files.locked(bound.path / ".git/studio/worker.lock"):
        gone = home().rename(home().with_name("gone"))
        for number in range(2 * count, 3 * count):
            _work(bound, number)
        assert not home().exists()
        gone.rename(home())
    total = _all_captured(bound)
    figure(f"{way}: 0 of {6 * count} commits failed, 0 of {total} missing, {killed} workers killed")


@pytest.mark.parametrize("way", WAYS)
def test_no_interpreter_and_half_a_package(
    bound: Repo,
    way: str,
    tmp_path: Path,
    shared: Path,
    figure: Callable[[str], None],
) -> None:
    """A framework itself complains of an entry that is not there: only the package is broken."""
    python = with_copy(tmp_path / "venv")
    _enter(bound, way, shared, str(python))
    end_of_background()
    broken = [packages_of(python) / "studio_git", packages_of(python) / "studio_git/services"]
    for number, path in enumerate(broken if way in FRAMEWORKS else [*broken, python]):
        kept = path.rename(path.with_name("kept"))
        _work(bound, number)
        kept.rename(path)
    figure(f"{way}: 0 of {_all_captured(bound)} missing with a broken package")
