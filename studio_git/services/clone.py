"""A bound clone with all that a use case in it needs."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_git import config, files
from studio_git.config import Proposal, Settings
from studio_git.errors import NotBoundError
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

if TYPE_CHECKING:
    from studio_git.services.sides import Source


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that a use case in a bound clone needs; ``project`` is the row of ``projects``.

    ``held`` are the texts of repository files that an editor holds, by path: they stand for the
    files, and the editor writes them. A use case that changes one leaves the new text there.
    """

    store: Store
    place: Place
    repository: Repository
    project: sqlite3.Row
    settings: Settings
    proposal: Proposal | None
    held: dict[str, bytes] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The repository's files as people see them: on disk, or where an editor holds them."""
        from studio_git.services.sides import Held, WorkTree  # most commands look at no file

        return Held(self.place, self.held) if self.held else WorkTree(self.place)

    def content(self, path: str) -> bytes | None:
        """The bytes of a repository file; None where there is none. Raises StudioError."""
        if path in self.held:
            return self.held[path]
        return files.read_bytes(self.place.top / path, inside=self.place.top)


def enter(store: Store, place: Place) -> Workspace:
    """The workspace of a place in an open store.

    Raises NotBoundError where it is not bound, ConfigError for settings that cannot be read.
    """
    repository = binding.bound(store, place)
    project = projects.get(store.db, repository.project_id)
    if project is None:
        raise NotBoundError(
            f"{place.top} is bound to a project that is gone from the store.", binding.INIT_HINT
        )
    proposal = config.read_proposal(place.top)
    return Workspace(store, place, repository, project, config.settings(place, proposal), proposal)
