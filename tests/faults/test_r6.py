"""No room on the disk, and a limit on the size of files: commits go on, nothing said is lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound, home, ok, rows
from faults import storewriter
from shimtools import adopt_background, end_of_background

Times = Callable[[int, int], int]
Say = Callable[[str], None]

PAGE = 4096

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from faults import storewriter
from studio_git.errors import StudioError
try:
    storewriter.main(Path(sys.argv[2]), sys.argv[3], sys.argv[4], 120, *sys.argv[5:])
except StudioError as error:
    print(error.message)
"""


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[Path]:
    """A disk of a few megabytes at a path, with what stood there."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    path.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.aside")
    shutil.copytree(path, aside, symlinks=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(aside, path, symlinks=True, dirs_exist_ok=True)
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


@contextmanager
def filled(disk: Path, *, but: int = 0) -> Iterator[None]:
    """No room on a disk for a while, but for so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 0
        try:
            while True:
                size += file.write(b"x" * PAGE)
        except OSError:
            file.truncate(max(0, size - but))
    try:
        yield
    finally:
        filler.unlink()


def limit(size: int) -> Callable[[], None]:
    """Let no file grow over a size in a process to come."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def commit(repo: Repo, number: int, before: Callable[[], None] | None = None) -> list[str]:
    """Commit an edit of the context file; what of ours was said."""
    repo.write("CLAUDE.md", repo.read("CLAUDE.md") + f"Line {number}.\n")
    done = subprocess.run(
        ["git", "commit", "-qam", f"Edit {number}"],
        cwd=repo.path, capture_output=True, text=True, check=False, preexec_fn=before,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    end_of_background()
    return [line for line in done.stderr.splitlines() if line.startswith("studio-git")]


@pytest.fixture
def tracked(repo: Repo, studio_home: Path) -> Repo:
    adopt_background()
    bound(repo, hooks=True)
    end_of_background()
    return repo


def test_commits_with_a_home_that_is_full(tracked: Repo, times: Times, figure: Say) -> None:
    count = times(2, 12)
    with small_disk(home(), 4 << 20):
        ok(tracked, "learning", "add", "Before", "--problem", "p", "--solution", "s")
        said = []
        with filled(home()):
            said = [commit(tracked, number) for number in range(count)]
        missing = count - len(_captured(tracked))
        figure(f"full: {count} commits succeed, each with one line; {missing} missing afterwards")
        assert all(len(lines) == 1 and "is full" in lines[0] for lines in said), said
        assert missing == 0
        assert rows("SELECT title FROM learnings") == [{"title": "Before"}]


def test_commits_with_a_limit_on_files(tracked: Repo, times: Times, figure: Say) -> None:
    """The store is larger than any file may become: SQLite hears of it as another error."""
    count = times(2, 12)
    assert (home() / "studio.db").stat().st_size > 200_000
    said = [commit(tracked, number, limit(100_000)) for number in range(count)]
    missing = count - len(_captured(tracked))
    figure(f"limited: {count} commits succeed; {missing} missing afterwards")
    assert all(len([it for it in lines if "could not" in it]) <= 1 for lines in said), said
    assert missing == 0


def test_commits_with_a_spool_that_is_full(tracked: Repo, times: Times, figure: Say) -> None:
    count = times(2, 12)
    folder = tracked.path / ".git" / "studio"
    with small_disk(folder, 1 << 20):
        with filled(folder):
            for number in range(count):
                commit(tracked, number)
        missing = count - len(_captured(tracked))
        figure(f"spool full: {count} commits succeed; {missing} missing afterwards")
        assert missing == 0


def _captured(repo: Repo) -> list[str]:
    """The edits that are in the store, each once, after whatever runs next."""
    ok(repo, "capture")
    edits = set(repo.git("log", "--format=%H", "--grep=^Edit").splitlines())
    made = [row["oid"] for row in rows("SELECT oid FROM git_commits")]
    assert len(made) == len(set(made))
    return [oid for oid in made if oid in edits]


def writes(
    home: Path, said: Path, name: str, *how: str, before: Callable[[], None] | None = None
) -> str:
    """Let a writer write until it is done or cannot; what it complained of."""
    words = [sys.executable, "-c", WRITER, Path(__file__).parents[1], home, said, name, *how]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, preexec_fn=before
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_writer_that_runs_out_of_room(tmp_path: Path, times: Times, figure: Say) -> None:
    """With more room each time, so that it ends at another write."""
    said = tmp_path / "said"
    said.touch()
    count, stopped = times(5, 40), 0
    with small_disk(tmp_path / "disk", 4 << 20) as disk:
        storewriter.begin(disk / "studio")
        for number in range(count):
            with filled(disk, but=600_000 * number // count):
                stopped += bool(writes(disk / "studio", said, f"w{number}"))
            loss = storewriter.look(disk / "studio", said.read_text().splitlines())
            assert loss == storewriter.Loss()
        early = tmp_path / "early"  # a writer that says so before it is done is found out
        with filled(disk, but=300_000):
            assert writes(disk / "studio", early, "early", "early")
        assert storewriter.look(disk / "studio", early.read_text().splitlines()).lost
    rows_said = len(said.read_text().splitlines())
    figure(f"out of room {stopped} times: 0 of {rows_said} acknowledged lost")
    assert stopped >= count // 2


def test_a_writer_with_a_limit_on_files(tmp_path: Path, times: Times, figure: Say) -> None:
    said = tmp_path / "said"
    said.touch()
    storewriter.begin(tmp_path / "studio")
    count, stopped = times(5, 40), 0
    for number in range(count):
        size = 8_000 + 800_000 * number // count
        stopped += bool(writes(tmp_path / "studio", said, f"w{number}", before=limit(size)))
        loss = storewriter.look(tmp_path / "studio", said.read_text().splitlines())
        assert loss == storewriter.Loss()
    rows_said = len(said.read_text().splitlines())
    figure(f"limited {stopped} times: 0 of {rows_said} acknowledged lost")
    assert stopped >= count // 2
