"""R17: the interpreter is removed, the package is broken; commits go on and are captured later."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Repo, run
from drifttools import bound, rows
from hooktools import put_hook
from interpreters import packages_of, with_copy
from shimtools import adopt_background, end_of_background

from studio_hooks import installer

BEFORE_MAIN = {"studio_hooks/__init__.py", "studio_hooks/__main__.py", "studio_git/__init__.py"}
"""What Python loads before a line of ours can excuse anything."""
ENTRIES = ("drift", "capture", "capture post-commit", "message MESSAGE", "prepare MESSAGE",
    "registry CLAUDE.md")  # fmt: skip


@dataclass
class Clone:
    """A bound clone whose hooks have an interpreter of their own, with a copy of the package."""

    repo: Repo
    python: Path
    count: int = 0

    @property
    def packages(self) -> Path:
        return packages_of(self.python)

    def work(self) -> str:
        """A commit with drift, one without, and an amended one; none may fail. What was said."""
        self.count += 1
        repo = self.repo
        repo.write("CLAUDE.md", f"{repo.read('CLAUDE.md')}\nRule {self.count}.\n")
        said = ""
        for words in (["-a", "-m", f"Rule {self.count}\n\nDecision: Rule {self.count}"],
                      ["--allow-empty", "-m", f"Work {self.count}"],
                      ["--allow-empty", "--amend", "-m", f"Better work {self.count}"]):  # fmt: skip
            done = repo.try_git("commit", "-q", *words)
            assert done.status == 0, done.err
            said += done.err
        return said

    def entries(self) -> None:
        """What a framework starts says no to nothing either, and says little."""
        for line in ENTRIES:
            words = [self.python, "-I", "-m", "studio_hooks", *line.split()]
            done = run(*words, cwd=self.repo.path, stdin="")
            assert done.status == 0, f"{line}: {done.out}{done.err}"
            assert "Traceback" not in done.err

    @contextmanager
    def replaced(self, path: Path) -> Iterator[Path]:
        """Move something away for the length of the block."""
        kept = path.with_name(f"{path.name}.kept")
        path.rename(kept)
        try:
            yield path
        finally:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            path.unlink(missing_ok=True)
            kept.rename(path)


@pytest.fixture
def clone(repo: Repo, tmp_path: Path) -> Clone:
    adopt_background()
    bound(repo)
    repo.write("MESSAGE", "Subject\n\nDecision: A\n\nProse.\n")
    python = with_copy(tmp_path / "venv")
    states = installer.install(repo.place, python=str(python))
    assert all(state.runs for state in states), states
    repo.commit("The hooks run")
    end_of_background()
    assert rows("SELECT 1 FROM git_commits"), "a copy of the package captures by itself"
    return Clone(repo, python)


def _none_there(clone: Clone, path: Path) -> None:
    pass


def _folder(clone: Clone, path: Path) -> None:
    path.mkdir()


def _leads_nowhere(clone: Clone, path: Path) -> None:
    path.symlink_to("nowhere")


def _not_executable(clone: Clone, path: Path) -> None:
    path.write_text("#!/bin/sh\n")


def _no_program(clone: Clone, path: Path) -> None:
    put_hook(path, b"\x7fELF and no more")


def _crashes(clone: Clone, path: Path) -> None:
    put_hook(path, "#!/bin/sh\nkill -SEGV $$\n")


def _without_its_library(clone: Clone, path: Path) -> None:
    put_hook(path, "#!/nowhere/python\n")


INTERPRETERS = (_none_there, _folder, _leads_nowhere, _not_executable, _no_program, _crashes,
    _without_its_library)  # fmt: skip


def _captured_later(clone: Clone, begun: str) -> int:
    """With all put right, the next commit has the worker catch up; what is in the store."""
    kick = clone.repo.path / ".git/studio/kick"
    if kick.exists():
        kick.write_text("1\n")  # of a worker that never came up, half a minute ago
    clone.repo.git("commit", "-q", "--allow-empty", "-m", "All is well again")
    end_of_background()
    listed = clone.repo.git("rev-list", "HEAD", "--not", begun).split()
    known = clone.repo.git("rev-list", begun).split()
    found = rows("SELECT oid FROM git_commits WHERE rewritten_to IS NULL AND gone_at IS NULL")
    assert sorted(row["oid"] for row in found if row["oid"] not in known) == sorted(listed)
    decided = [row["title"] for row in rows("SELECT title FROM decisions ORDER BY rowid")]
    assert sorted(decided) == sorted(f"Rule {number + 1}" for number in range(clone.count))
    return len(listed)


def test_the_interpreter_is_gone(
    clone: Clone,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    begun = clone.repo.git("rev-parse", "HEAD")
    faults = chance.sample(INTERPRETERS, times(2, len(INTERPRETERS)))
    for fault in faults:
        with clone.replaced(clone.python) as path:
            fault(clone, path)
            assert "Traceback" not in clone.work()
    listed = _captured_later(clone, begun)
    figure(f"{len(faults)} broken interpreters: 0 of {listed} commits failed or missing")


def test_the_package_is_broken(
    clone: Clone,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    """A file that an upgrade or a full disk left cut short, empty, or not there; or a folder."""
    begun = clone.repo.git("rev-parse", "HEAD")
    modules = [
        it.relative_to(clone.packages)
        for name in ("studio_hooks", "studio_git")
        for it in sorted((clone.packages / name).rglob("*.py"))
    ]
    light = [it for it in modules if it.parts[0] == "studio_hooks" or "commands" not in it.parts]
    count = times(2, 40)
    for number in range(count):
        module = chance.choice(light)
        with clone.replaced(clone.packages / module) as path:
            kept = path.with_name(f"{path.name}.kept").read_bytes()
            how = chance.choice(("cut", "empty", "absent"))
            if how != "absent":
                path.write_bytes(kept[: chance.randrange(len(kept) + 1)] if how == "cut" else b"")
            said = clone.work() if number % 4 == 0 else ""
            if str(module) not in BEFORE_MAIN:
                assert "Traceback" not in said, f"{how} {module}: {said}"
                clone.entries()
    for name in ("studio_hooks", "studio_git", "studio_git/services", "studio_git/store"):
        with clone.replaced(clone.packages / name):
            clone.work()
    shutil.rmtree(clone.python.parent / "__pycache__", ignore_errors=True)
    listed = _captured_later(clone, begun)
    figure(f"{count + 4} broken packages: 0 of {listed} commits failed or missing")


def test_a_module_of_pythons_own_is_missing(
    clone: Clone, times: Callable[[int, int], int], chance: random.Random
) -> None:
    """An interpreter that was built without SQLite, as some are."""
    begun = clone.repo.git("rev-parse", "HEAD")
    hides = clone.packages / "hides.pth"
    for name in chance.sample(("sqlite3", "fcntl", "subprocess", "tomllib"), times(1, 4)):
        hides.write_text(f"import sys; sys.modules['{name}'] = None\n")
        assert "Traceback" not in clone.work()
        clone.entries()
    hides.unlink()
    _captured_later(clone, begun)
