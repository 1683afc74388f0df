"""R16: Ctrl-C at random points of the drift check; what is staged and what is not stays as it is.

The signal goes to the whole process group, as a terminal sends it. The last line of the hook
stops the commit, so that whatever changed the index or the work tree was not git.
"""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import FIRST, LAST, MIDDLE, await_row, bound, dashboard_writes, edited
from hooktools import put_hook
from shimtools import adopt_background, end_of_background, old_file

WAYS = ([], ["-a"], ["-i", "code.py"], ["--", "code.py"])
"""The words after ``git commit``: each has another index that the check reads."""
CODE = "one = 1\n\ntwo = 2\n\nthree = 3\n"


@pytest.fixture(autouse=True)
def deaf_no_more() -> Iterator[None]:
    """Whoever runs the tests in the background may have them ignore Ctrl-C, and programs inherit
    that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@dataclass
class Staged:
    """A clone with drift, some of it staged, some not, and a commit that never comes about."""

    repo: Repo

    @property
    def known(self) -> Path:
        """What the last check remembers; without it Python starts."""
        return self.repo.path / ".git/studio/check"

    def begin(self, words: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["git", "commit", "-m", "Never", *words],
            cwd=self.repo.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def state(self) -> dict[str, tuple[int, bytes]]:
        """The index and the work tree, byte for byte, and what git would leave lying about."""
        top = self.repo.path
        found = {"index": (0, (top / ".git/index").read_bytes())}
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(top)
            if inside.parts[0] != ".git" and path.is_file():
                found[str(inside)] = (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for lock in (top / ".git").glob("*.lock"):
            found[lock.name] = (0, lock.read_bytes())
        return found

    def texts(self) -> list[str]:
        """What is staged, and what is not, as people see it."""
        words = (["--cached"], [])
        return [self.repo.git("diff", "--binary", *more) for more in words]


@pytest.fixture
def staged(repo: Repo) -> Staged:
    repo.write("code.py", CODE)
    repo.write("gone.py", "x = 1\n")
    repo.write("tool.sh", "echo\n")
    bound(repo, hooks=True)
    for path, text in (
        ("CLAUDE.md", edited(FIRST)),
        ("code.py", CODE.replace("1", "11")),
        ("new.py", "new = 1\n"),
    ):
        old_file(repo.path / path, text)
    repo.git("add", "CLAUDE.md", "code.py", "new.py")
    old_file(repo.path / "CLAUDE.md", edited(FIRST, LAST))
    old_file(repo.path / "code.py", CODE.replace("1", "11").replace("3", "33"))
    old_file(repo.path / "untracked.py", "u = 1\n")
    old_file(repo.path / "meant.py", "m = 1\n")
    repo.git("add", "-N", "meant.py")
    (repo.path / "gone.py").unlink()
    (repo.path / "tool.sh").chmod(0o755)
    hook = repo.path / ".git/hooks/pre-commit"
    put_hook(hook, hook.read_text() + "exit 1\n")
    adopt_background()
    return Staged(repo)


def _lasts(staged: Staged, words: list[str]) -> float:
    """The seconds of a check that is let go to its end."""
    begun = time.monotonic()
    staged.begin(words).wait()
    return time.monotonic() - begun


def _stop_at(staged: Staged, words: list[str], point: float) -> bool:
    """Ctrl-C after so many seconds; False where all was over by then."""
    process = staged.begin(words)
    try:
        process.wait(point)
        hit = False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)
        hit = True
    process.wait(60)
    end_of_background()
    return hit


@pytest.mark.parametrize("drift", ["told", "blocking"])
def test_ctrl_c_leaves_index_and_work_tree(
    staged: Staged,
    drift: str,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    if drift == "blocking":
        dashboard_writes(edited((FIRST[0], "# Another\n"), MIDDLE))
    lasts = []
    for words in WAYS:
        staged.known.unlink(missing_ok=True)
        lasts.append(_lasts(staged, words))
        end_of_background()
    before, texts = staged.state(), staged.texts()
    wanted, hits, tries = times(6, 50), 0, 0
    while hits < wanted:
        tries += 1
        assert tries < 10 * wanted, "the check was over before Ctrl-C"
        if chance.random() < 0.8:
            staged.known.unlink(missing_ok=True)
        which = chance.randrange(len(WAYS))
        hits += _stop_at(staged, WAYS[which], chance.uniform(0, lasts[which]))
        assert staged.state() == before, f"after {WAYS[which]}, try {tries}"
    assert staged.texts() == texts
    assert staged.repo.git("fsck", "--strict", "--no-dangling") == ""
    figure(f"index and work tree unchanged after {hits} of {hits} ({drift})")


def test_the_commit_after_it_has_what_was_staged(staged: Staged, chance: random.Random) -> None:
    """Nothing that an interrupted check leaves keeps the next one from its work."""
    repo = staged.repo
    lasts = _lasts(staged, [])
    for _ in range(3):
        staged.known.unlink(missing_ok=True)
        _stop_at(staged, [], chance.uniform(0.1, 0.9) * lasts)
    staged.known.unlink(missing_ok=True)
    hook = repo.path / ".git/hooks/pre-commit"
    put_hook(hook, hook.read_text().removesuffix("exit 1\n"))
    done = repo.try_git("commit", "-m", "Now")
    assert done.status == 0, done.err
    assert "CLAUDE.md: repo-ahead" in done.err
    assert repo.git("show", "HEAD:CLAUDE.md") + "\n" == edited(FIRST)
    assert repo.read("CLAUDE.md") == edited(FIRST, LAST)
    assert "33" not in repo.git("show", "HEAD:code.py")
    await_row("SELECT 1 FROM git_commits WHERE oid = ?", repo.git("rev-parse", "HEAD"))
    end_of_background()
