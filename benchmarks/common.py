"""What the benchmarks share: a home of their own, running programs, and saying what holds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from studio_git import files

SCRIPTS = Path(sysconfig.get_path("scripts"))
EMAIL = "b@example.org"
NOTHING = "#!/bin/sh\nexit 0\n"


@contextmanager
def own_home() -> Iterator[Path]:
    """A temporary folder that is HOME, with a Studio home and git's configuration in it."""
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as made:
        root = Path(made)
        (root / ".gitconfig").write_text(
            f"[user]\n\tname = B\n\temail = {EMAIL}\n[init]\n\tdefaultBranch = main\n"
            "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n"
        )
        os.environ.update(
            HOME=made,
            STUDIO_HOME=str(root / "studio"),
            GIT_CONFIG_GLOBAL=str(root / ".gitconfig"),
            GIT_CONFIG_NOSYSTEM="1",
            PRE_COMMIT_HOME=str(root / "pre-commit-home"),
            PREK_HOME=str(root / "prek-home"),
        )
        yield root


def run(*words: str | Path, cwd: Path) -> str:
    """What a program says; ends the benchmark if it fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words} failed in {cwd}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def make_repo(
    root: Path, name: str, hook: str = "", *, stages: Sequence[str] = ("pre-commit", "post-commit")
) -> Path:
    """A repository with two context files and, for each stage, one text as its hook."""
    repo = root / name
    run("git", "init", "-q", repo, cwd=root)
    (repo / "CLAUDE.md").write_text("# Conventions\n")
    (repo / "AGENTS.md").write_text("# Agents\n")
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "first", cwd=repo)
    for stage in stages if hook else ():
        path = repo / ".git" / "hooks" / stage
        path.write_text(hook)
        path.chmod(0o755)
    return repo


def make_bound(root: Path, name: str, *, project: str | None = None) -> Path:
    """A repository bound to a project of its own, or to another one; hooks and all."""
    repo = make_repo(root, name)
    to = ("--name", name) if project is None else ("--project", project)
    run(SCRIPTS / "git-studio", "init", "--yes", *to, cwd=repo)
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "bound", cwd=repo)
    settle(repo)
    return repo


def timed(*words: str | Path, cwd: Path) -> float:
    """Seconds that a program took; ends the benchmark if it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{words} failed in {cwd}")
    return seconds


def settle(repo: Path) -> None:
    """Wait until the worker has taken the kick, and ended."""
    studio = repo / ".git" / "studio"
    give_up = time.monotonic() + 60
    while (studio / "kick").exists() and time.monotonic() < give_up:
        time.sleep(0.002)
    with files.locked(studio / "worker.lock"):
        pass


def spread(values: Sequence[float], unit: str = "s") -> str:
    """The median of measurements, with the least and the greatest."""
    middle = statistics.median(values)
    return f"{middle:.2f} {unit} ({min(values):.2f} to {max(values):.2f}, n={len(values)})"


def verdict(text: str, kept: bool) -> None:
    """One line: whether something that we promise holds."""
    print(f"{'yes' if kept else 'NO ':3}  {text}", flush=True)
