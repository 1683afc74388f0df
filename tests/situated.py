"""A clone set up as a user would, with the real hooks, for the situations that git can produce.

:meth:`Here.check` is what must hold after each of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capturing import MINUTE, NOON, Clone, message
from conftest import EMAIL, Answer, Repo, run

from studio_git.core import sessionfile, trailers
from studio_git.gitio import locate

__all__ = ["MINUTE", "NOON", "Here", "message", "set_up"]

SECONDS = 60
GIVEN_UP = 40
"""So many looks without a worker, and nobody works on what is left."""


@dataclass
class Here(Clone):
    """A bound clone with hooks; its worker runs by itself."""

    def git(self, *words: str | Path, ok: bool = True, env: dict[str, str] | None = None) -> str:
        return self.repo.git(*words, ok=ok, env=env)

    def commit(self, text: str, *, minute: int = 0, path: str = "", content: str = "x\n") -> str:
        """Commit a file of that path (one of the minute's own unless named); the oid."""
        self.repo.write(path or f"file{minute}", content)
        return self.repo.commit(text, when=NOON + minute * MINUTE)

    def again(self, *words: str, minute: int = 0, env: dict[str, str] | None = None) -> str:
        """Run git with both dates set; the new HEAD."""
        dates = dict.fromkeys(
            ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON + minute * MINUTE} +0200"
        )
        self.git(*words, env=dates | (env or {}))
        return self.head()

    def head(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)

    @property
    def folder(self) -> Path:
        return self.repo.place.common_dir / "studio"

    def settle(self) -> None:
        """Wait until no worker runs, and none is on its way.

        Notes may be left where a worker could not settle them, or could not be started.
        """
        deadline = time.monotonic() + SECONDS
        quiet = 0
        while time.monotonic() < deadline:
            waiting = [*self.folder.glob("spool"), *self.folder.glob("spool.[0-9]*")]
            if (self.folder / "kick").exists():
                quiet = 0
            else:
                quiet = 0 if held(self.folder / "worker.lock") else quiet + 1
            if quiet and (not waiting or quiet > GIVEN_UP):
                return
            time.sleep(0.02)
        raise AssertionError(f"the worker did not come to an end: {waiting}, {self.log()}")

    def log(self) -> str:
        """What the worker complained of."""
        path = self.folder / "worker.log"
        return path.read_text() if path.exists() else ""

    def captured(self) -> dict[str, Any]:
        """Capture by the command, after the worker; its report."""
        self.settle()
        answer = self.repo.studio("capture", "--json")
        assert answer.status == 0, answer.err
        return dict(answer.json)

    def row(self, oid: str) -> dict[str, Any]:
        (found,) = self.rows("SELECT * FROM git_commits WHERE oid = ?", oid)
        return found

    def reached(self) -> list[str]:
        """The oids of the commits that count, by author's time."""
        return [
            row["oid"]
            for row in self.rows(
                "SELECT oid FROM git_commits WHERE rewritten_to IS NULL AND gone_at IS NULL "
                "ORDER BY author_time, id"
            )
        ]

    def gone(self) -> list[str]:
        return [
            row["oid"] for row in self.rows("SELECT oid FROM git_commits WHERE gone_at IS NOT NULL")
        ]

    def ids(self) -> dict[str, str]:
        """The decisions: id by title."""
        rows = self.rows("SELECT * FROM decisions")
        assert len({row["title"] for row in rows}) == len(rows), "a decision is told twice"
        return {row["title"]: row["id"] for row in rows}

    def stands_in(self, title: str) -> set[str]:
        """The commits that a decision stands in."""
        return {
            row["oid"]
            for row in self.rows(
                "SELECT c.oid FROM decisions d JOIN git_notes n ON n.record_id = d.id "
                "JOIN git_commits c ON c.id = n.commit_id WHERE d.title = ? "
                "AND c.rewritten_to IS NULL",
                title,
            )
        }

    def sources(self, oid: str) -> set[str]:
        """Whose work a commit has once more."""
        rows = self.rows(
            "SELECT s.oid FROM git_commit_sources s JOIN git_commits c ON c.id = s.commit_id "
            "WHERE c.oid = ?",
            oid,
        )
        return {row["oid"] for row in rows}

    def text_of(self, oid: str) -> str:
        """The file of the session that a commit is in."""
        return self.file(self.row(oid)["session_id"]).read_text()

    def mine(self, emails: Sequence[str] = (EMAIL,)) -> list[str]:
        """What is to be captured: the commits of these authors that branches and HEADs reach."""
        listed = self.git("worktree", "list", "--porcelain").splitlines()
        named = [line.removeprefix("HEAD ") for line in listed if line.startswith("HEAD ")]
        heads = [oid for oid in named if oid.strip("0")]
        starts = self.rows("SELECT oid FROM git_refs WHERE name LIKE 'start:_%'")
        listed = self.git(
            "log", "--format=%H %aE", "--branches", *heads, "--not", *(one["oid"] for one in starts)
        )
        pairs = [line.split() for line in listed.splitlines()]
        return sorted(oid for oid, email in pairs if email in emails)

    def check(self, *, emails: Sequence[str] = (EMAIL,)) -> None:
        """What must hold, whatever git did: each commit once, all that follows from it once, and
        neither index nor work tree touched by us.
        """
        before = self.repository()
        self.captured()
        assert self.log() == ""
        assert self.repository() == before, "the repository was touched"
        assert sorted(self.reached()) == self.mine(emails)
        self.follows()

    def follows(self) -> None:
        """What must follow from the commits that were captured, once and everywhere alike."""
        assert self.rows("PRAGMA foreign_key_check") == []
        for row in self.rows("SELECT * FROM git_commits"):
            assert row["session_id"] or row["rewritten_to"], "a commit is in no session"
        self._check_records()
        for session in self.sessions():
            self._check_file(session)
        assert self.rows("SELECT * FROM git_sessions WHERE stale <> 0") == []
        report = self.capture()
        assert (report.commits, report.rewritten, report.sessions) == (0, 0, ())

    def _check_records(self) -> None:
        ids = self.ids()
        stated: set[str] = set()
        for oid in self.reached():
            found = trailers.read(self.row(oid)["message"])
            stated |= {decision.title for decision in found.decisions}
            for decision in found.decisions:
                assert oid in self.stands_in(decision.title)
        assert stated <= set(ids), "a decision is lost"
        for title in ids:
            assert self.stands_in(title), "a decision stands nowhere"

    def _check_file(self, session: dict[str, Any]) -> None:
        said = sessionfile.parse(self.file(session["id"]).read_text())
        assert said.title == session["title"]
        assert said.summary == session["summary"]
        assert sorted(change.path for change in said.files) == json.loads(session["files_changed"])
        stands = self.rows(
            "SELECT DISTINCT d.title FROM decisions d JOIN git_notes n ON n.record_id = d.id "
            "JOIN git_commits c ON c.id = n.commit_id AND c.rewritten_to IS NULL "
            "WHERE c.session_id = ?",
            session["id"],
        )
        if self.rows(
            "SELECT 1 FROM git_commits WHERE session_id = ? AND rewritten_to IS NULL", session["id"]
        ):  # else its file stays as it is: the work was done
            assert sorted(said.decisions) == sorted(row["title"] for row in stands)

    def repository(self) -> dict[str, str]:
        """The index and the work tree, byte for byte, and where all references stand."""
        place = self.repo.place
        found = {"refs": self.git("for-each-ref")}
        index = place.git_dir / "index"
        if index.exists():
            found["index"] = hashlib.sha256(index.read_bytes()).hexdigest()
        for path in sorted(place.top.rglob("*")):
            inside = path.relative_to(place.top)
            if ".git" in inside.parts:
                continue
            if path.is_symlink():
                found[os.fspath(inside)] = os.readlink(path)  # noqa: PTH115 - as it stands
            elif path.is_file():
                found[os.fspath(inside)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


def held(lock: Path) -> bool:
    """True where a process holds a lock. To try it would turn away a worker that comes just now."""
    if not lock.exists():
        return False
    number = f":{lock.stat().st_ino} "
    return any(
        "FLOCK" in line and number in line and "->" not in line
        for line in Path("/proc/locks").read_text().splitlines()
    )


def set_up(repo: Repo, *words: str) -> Here:
    """``git studio init``, as a user runs it; its own file is kept out of the way."""
    home = Path(os.environ["STUDIO_HOME"])
    answer = repo.studio("init", "--yes", *words)
    assert answer.status == 0, answer.out + answer.err
    place = locate(repo.path)
    exclude = place.common_dir / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    with exclude.open("a") as file:
        file.write(".studio.toml\n")
    here = Here(repo, home)
    with here.store() as store:
        here.project_id = here.bound(store).project_id
    return here


def there(here: Here, path: Path) -> Here:
    """The same clone, seen from another worktree."""
    return Here(Repo(path), here.home, here.project_id)


def colleague(here: Here, name: str = "theirs", email: str = "bo@example.org") -> Repo:
    """Another person's clone, without hooks of ours; it is ``origin`` here."""
    path = here.repo.path.parent / name
    done = run("git", "clone", "-q", here.repo.path, path, cwd=here.repo.path.parent)
    assert done.status == 0, done.err
    other = Repo(path)
    other.git("config", "user.email", email)
    other.git("config", "user.name", "Bo Example")
    other.git("config", "receive.denyCurrentBranch", "ignore")
    here.git("remote", "add", "origin", path)
    return other


def answered(repo: Repo, *words: str, stdin: str) -> Answer:
    """Run git with something on its standard input."""
    return run("git", *words, cwd=repo.path, stdin=stdin)
