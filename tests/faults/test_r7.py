"""R7: store, home and spool read-only, unreadable or absent, for a user whom permissions bind."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import EMAIL, NAME, Answer, run
from interpreters import anyones_python, with_package
from storetools import as_user, give_away, ordinary_place

MODES = {"read-only": 0o500, "unreadable": 0o000}
WHAT = {
    "store": "home/studio/studio.db",
    "Studio home": "home/studio",
    "projects": "home/studio/projects",
    "home": "home",
    "spool": "repo/.git/studio/spool",
    "our folder": "repo/.git/studio",
    "what the check knows": "repo/.git/studio/check",
    "binding": "repo/.git/studio/binding.json",
}
HOW = (*MODES, "absent", "of another kind")
FAULTS = [(what, how) for what in WHAT for how in HOW]


@dataclass
class Place:
    """A bound clone of an ordinary user, with our hooks."""

    top: Path
    count: int = 0

    @property
    def repo(self) -> Path:
        return self.top / "repo"

    @property
    def python(self) -> Path:
        return self.top / "venv/bin/python"

    def run(self, *words: str | Path) -> Answer:
        env = {
            "HOME": str(self.top / "home"),
            "STUDIO_HOME": str(self.top / "home/studio"),
            "GIT_CONFIG_GLOBAL": str(self.top / "gitconfig"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return as_user(*words, cwd=self.repo, env=env)

    def git(self, *words: str) -> Answer:
        return self.run("git", *words)

    def ok(self, *words: str) -> Answer:
        answer = self.git(*words)
        assert answer.status == 0, f"git {words}: {answer.out}{answer.err}"
        assert "Traceback" not in answer.err, answer.err
        return answer

    def studio(self, *words: str) -> Answer:
        return self.run(self.python, "-m", "studio_git", *words)

    def work(self) -> None:
        """Commits of every kind; none may fail, and each says at most one line of its own."""
        self.count += 1
        rules = self.repo / "CLAUDE.md"
        rules.write_text(f"{rules.read_text()}\nRule {self.count}.\n")
        said = self.ok("commit", "-q", "-a", "-m", f"Rule {self.count}").err
        excuses = [line for line in said.splitlines() if "the commit goes on" in line]
        assert len(excuses) <= 1, said
        self.ok("commit", "-q", "--allow-empty", "-m", f"Work {self.count}")
        self.ok("commit", "-q", "--allow-empty", "--amend", "-m", f"Better work {self.count}")
        self.ok("checkout", "-q", "-b", f"side{self.count}", "HEAD~1")
        self.ok("commit", "-q", "--allow-empty", "-m", f"Aside {self.count}")
        self.ok("checkout", "-q", "main")
        self.ok("merge", "-q", "--no-ff", "-m", f"Merge {self.count}", f"side{self.count}")

    @contextmanager
    def without(self, what: str, how: str) -> Iterator[None]:
        """One thing is not as it should be for the length of the block."""
        path = self.top / WHAT[what]
        kept = self.top / "kept"
        if not path.exists():  # the spool was drained: an empty one is what hooks append to
            run("touch", path, cwd=self.top)
            give_away(path)
        mode = path.stat().st_mode & 0o777
        if how in MODES:
            path.chmod(MODES[how])
        else:
            path.rename(kept)
        if how == "of another kind":
            path.write_text("") if kept.is_dir() else path.mkdir()
            path.chmod(0o500)
        try:
            yield
        finally:
            if how in MODES:
                path.chmod(mode)
            else:
                self._put_back(path, kept)

    def _put_back(self, path: Path, kept: Path) -> None:
        """Put what was away in place of what ours made, believing that it was not there."""
        if path.is_dir():
            made = {self.top / WHAT[what] for what in ("our folder", "projects")}
            assert path in made or not any(path.iterdir()), f"{path} was made"
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        kept.rename(path)


@pytest.fixture
def place() -> Iterator[Place]:
    with ordinary_place() as top:
        (top / "home").mkdir()
        (top / "gitconfig").write_text(f"[user]\n\tname = {NAME}\n\temail = {EMAIL}\n")
        assert run("git", "init", "-q", "-b", "main", top / "repo", cwd=top).status == 0
        made = Place(top)
        with_package(top / "venv", anyones_python(top))
        give_away(top)
        (made.repo / "CLAUDE.md").write_text("# Rules\n")
        give_away(made.repo)
        made.ok("add", "-A")
        made.ok("commit", "-q", "-m", "Begin")
        answer = made.studio("init", "--yes")
        assert answer.status == 0, answer.out + answer.err
        yield made


def test_no_commit_fails(
    place: Place,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    begun = place.ok("rev-parse", "HEAD").out.strip()
    faults = chance.sample(FAULTS, times(5, len(FAULTS)))
    for what, how in faults:
        with place.without(what, how):
            place.work()
    captured = place.studio("capture", "--json")
    assert captured.status == 0, captured.err
    listed = place.ok("rev-list", "--branches", "--not", begun).out.split()
    with closing(sqlite3.connect(place.top / WHAT["store"])) as db:
        found = db.execute("SELECT oid FROM git_commits WHERE rewritten_to IS NULL").fetchall()
    assert sorted(oid for (oid,) in found) == sorted(listed)
    commits = 5 * len(faults)
    figure(f"{len(faults)} faults: 0 of {commits} commits failed, 0 of {len(listed)} missing")


def test_notes_that_cannot_be_read_hold_nothing_up(place: Place) -> None:
    ours = place.repo / ".git/studio"
    place.ok("commit", "-q", "--allow-empty", "-m", "Noted")
    assert place.studio("capture").status == 0
    for name in ("spool.1.1", "spool.2.2"):
        (ours / name).write_text(f"1\tpost-commit\t{place.repo}/.git\n")
        (ours / name).chmod(0)
    give_away(ours / "spool.1.1")
    answer = place.studio("capture")
    assert answer.status == 0, answer.err
    assert [path.name for path in ours.glob("spool.*")] == ["spool.2.2"], "another user's stays"
    said = place.studio("doctor")
    assert f"may not read what the hooks noted in {ours / 'spool.2.2'}" in said.out + said.err


def test_a_folder_of_ours_that_cannot_be_written_is_told(place: Place) -> None:
    ours = place.repo / ".git/studio"
    assert place.studio("capture").status == 0
    (ours / "kick").touch()
    ours.chmod(0o500)
    answer = place.studio("capture")
    assert answer.status == 2
    assert f"{ours / 'kick'}: Permission denied." in answer.err
    assert "unexpected" not in answer.err
