"""The clone and the cycle of the folder that a command runs in."""

from __future__ import annotations

from pathlib import Path

from studio_git import gitio
from studio_git.errors import NotBoundError
from studio_git.gitio import Place
from studio_git.services import binding, cycles
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

Clone = tuple[Repository, Place]


def clone(store: Store, project_id: str | None) -> Clone | None:
    """This repository, where it is bound to the project that is meant (None: to any)."""
    try:
        place = gitio.locate(Path.cwd())
        repository = binding.bound(store, place)
    except NotBoundError:
        return None
    return (repository, place) if project_id in {None, repository.project_id} else None


def active_cycle(store: Store, at: Clone | None) -> str | None:
    """The id of the cycle that a commit in this worktree would belong to; None: to none."""
    row = None if at is None else cycles.active(store, *at)
    return None if row is None else str(row["id"])
