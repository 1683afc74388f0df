"""A Studio home with all that can be captured, and ways to damage its store."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Repo
from storetools import change, query

from studio_git.services import rebuild
from studio_git.services.rebuild import Rebuilt

NOON = 1_700_000_000
HOUR = 3600

CAPTURED = {
    "sessions": "SELECT id, project_id, title, duration_minutes, files_changed, created_at "
    "FROM sessions ORDER BY id",
    "commits": "SELECT oid, session_id, message, author_time FROM git_commits "
    "WHERE rewritten_to IS NULL ORDER BY oid",
    "decisions": "SELECT title, rationale, created_at FROM decisions WHERE id <> 'by-hand' "
    "ORDER BY title",
    "learnings": "SELECT title, problem, solution FROM learnings ORDER BY title",
    "questions": "SELECT question FROM git_questions ORDER BY question",
    "files": "SELECT c.oid, f.path, f.added FROM git_commit_files f JOIN git_commits c "
    "ON c.id = f.commit_id WHERE c.rewritten_to IS NULL ORDER BY 1, 2",
    "skills": "SELECT name, description FROM registry_skills",
    "bound": "SELECT r.id, r.common_dir, p.id FROM git_repositories r JOIN projects p "
    "ON p.id = r.project_id",
    "context": "SELECT c.file_path, t.repo_path FROM context_files c JOIN git_context_targets t "
    "ON t.context_file_id = c.id",
}
"""What has to come back however the store was damaged."""


@dataclass
class World:
    """A clone and its Studio home, of which all that was captured is known."""

    repo: Repo
    home: Path

    @property
    def store(self) -> Path:
        return self.home / "studio.db"

    def captured(self) -> dict[str, Any]:
        return {name: query(self.store, sql) for name, sql in CAPTURED.items()}

    def rebuild(self) -> Rebuilt:
        done = rebuild.rebuild(self.home, self.repo.path)
        assert done.problems == []
        assert query(self.store, "PRAGMA integrity_check") == [("ok",)]
        assert query(self.store, "PRAGMA foreign_key_check") == []
        return done

    def checkpoint(self) -> None:
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def make_world(repo: Repo) -> World:
    """A bound clone with captured work of all kinds, and words of a person's."""
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("First", when=NOON)
    assert repo.studio("init", "--no-hooks", "--yes", "--name", "Risk Workbench").status == 0
    assert repo.studio("cycle", "start", "Auth Flow").status == 0
    home = Path(os.environ["STUDIO_HOME"])
    (home / "registry" / "skills" / "sql.md").write_text("# SQL\n\n## Description\nQueries.\n")
    assert repo.studio("registry", "sync").status == 0
    for number in range(1, 13):
        repo.write(f"src/{number}.py", "x = 1\n" * number)
        repo.commit(
            f"Work {number}\n\n{'because of this and that. ' * 30}\n\n"
            f"Decision: Choice {number}\nRationale: Reason {number}\n"
            f"Problem: Trouble {number}\nSolution: Answer {number}\n"
            f"Open-Question: Why {number}?\nCycle: Auth Flow",
            when=NOON + number * 3 * HOUR,
        )
    assert repo.studio("capture").status == 0
    repo.git("commit", "-q", "--amend", "-m", "Work amended\n\nDecision: Choice amended")
    assert repo.studio("capture").status == 0
    found = World(repo, home)
    (session, *_) = query(found.store, "SELECT id FROM sessions ORDER BY id")
    words = ("session", "edit", str(session[0]), "--title", "Named by a person")
    assert repo.studio(*words).status == 0
    (project,) = query(found.store, "SELECT id FROM projects")
    sql = "INSERT INTO decisions (id, project_id, title) VALUES ('by-hand', ?, 'By hand')"
    change(found.store, sql, project[0])
    found.checkpoint()
    return found


def garbage(data: bytes, rng: random.Random) -> bytes:
    """Noise in the place of it all."""
    return rng.randbytes(len(data))


def cut(data: bytes, rng: random.Random) -> bytes:
    """Its beginning alone."""
    return data[: rng.randrange(1, len(data))]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Noise over one page out of eight."""
    size = int.from_bytes(data[16:18], "big")
    changed = bytearray(data)
    pages = len(data) // size
    for page in rng.sample(range(pages), pages // 8):
        changed[page * size : (page + 1) * size] = rng.randbytes(size)
    return bytes(changed)
