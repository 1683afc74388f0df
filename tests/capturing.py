"""A repository that is bound to a project, for the tests of capture and of what was captured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Repo

from studio_git import config
from studio_git.gitio import locate
from studio_git.services import setup
from studio_git.services.capture import CaptureReport, Hint, capture
from studio_git.services.setup import Choice, Origin
from studio_git.store import projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.projects import Repository

PROJECT = "11111111-aaaa-4bbb-8ccc-000000000001"
NOON = 1_700_000_000
"""2023-11-14 22:13:20 UTC."""
MINUTE = 60
HOUR = 3600


@dataclass
class Clone:
    """A bound clone; ``repo`` is where its user works."""

    repo: Repo
    home: Path
    project_id: str = PROJECT

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.home) as store:
            yield store

    def bound(self, store: Store) -> Repository:
        found = projects.repository_at(store.db, str(locate(self.repo.path).common_dir))
        assert found is not None
        return found

    def capture(self, *hints: Hint, at: Path | None = None) -> CaptureReport:
        """Capture, as the worker or the command does."""
        place = locate(at or self.repo.path)
        settings = config.settings(place, config.read_proposal(place.top))
        with self.store() as store:
            return capture(store, self.bound(store), place, settings, hints=hints)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What the dashboard would see."""
        with self.store() as store:
            return [dict(row) for row in store.db.execute(sql, values)]

    def change(self, sql: str, *values: Any) -> None:
        """What the dashboard would do."""
        with self.store() as store:
            store.db.execute(sql, values)

    def sessions(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM sessions ORDER BY created_at, title")

    def titles(self, table: str) -> list[str]:
        return [row["title"] for row in self.rows(f"SELECT title FROM {table} ORDER BY rowid")]

    def live(self) -> list[str]:
        """The oids of the commits that count, in the order of their capture."""
        return [
            row["oid"]
            for row in self.rows("SELECT oid FROM git_commits WHERE rewritten_to IS NULL")
        ]

    def file(self, session_id: str) -> Path:
        return self.home / "projects" / self.project_id / "sessions" / f"{session_id}.md"

    def only_file(self) -> str:
        """The text of the file of the one session."""
        (session,) = self.sessions()
        return self.file(session["id"]).read_text()


def bind(repo: Repo, project_id: str = PROJECT) -> Clone:
    """Bind a repository to a project, as init does."""
    home = Path(os.environ["STUDIO_HOME"])
    prepare_home(home)
    with open_store(home) as store:
        setup.bind(store, locate(repo.path), Choice(Origin.NEW, project_id, "Risk Workbench"))
    return Clone(repo, home, project_id)


def message(subject: str, *trailers: str, body: Sequence[str] = ()) -> str:
    """A commit message with a block of trailers."""
    return "\n\n".join([subject, *body, "\n".join(trailers)]) + "\n"
