"""The files of a repository that say what it is made of, read as its work tree has them.

Only files that git tracks, by their names, and not too many: git is asked once, and nothing is
walked. Nothing of the repository is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import gitio
from studio_git.core import manifests
from studio_git.core.manifestmodels import Declared, ManifestError
from studio_git.core.models import Side, Unreadable
from studio_git.errors import NotBoundError
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.services.sides import WorkTree
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

MOST_TEXT = 2 * 1024 * 1024
"""Bytes that are read of one repository in all; some parsers take ten seconds for a megabyte."""

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be read, and why, without a full stop."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifests:
    """What the files of a work tree declare, the most telling ones first.

    ``left_out`` is how many more there were than are read.
    """

    files: tuple[tuple[str, Declared], ...]
    problems: tuple[Problem, ...]
    left_out: int


def worktree(store: Store, project_id: str) -> tuple[Repository, Place]:
    """The work tree whose files count for a project.

    The one that we stand in if it is the project's, else the primary one of the clone bound
    first. Raises NotBoundError where there is none.
    """
    try:
        place = gitio.locate(Path.cwd())
        repository = binding.bound(store, place)
        if repository.project_id == project_id:
            return repository, place
    except NotBoundError:
        pass
    for repository in projects.repositories(store.db, project_id):
        if os.path.isdir(repository.primary_worktree):  # noqa: PTH112 - it never raises
            place = gitio.locate(Path(repository.primary_worktree))
            if binding.bound(store, place).id == repository.id:
                return repository, place
    raise NotBoundError(
        "the project has no clone on this machine.", "Bind one, in its folder: git studio init"
    )


def read(place: Place) -> Manifests:
    """Read what the files of a work tree declare."""
    listed = place.git.records("ls-files", "-z", "--cached", "--", *manifests.pathspecs())
    every = manifests.chosen(map(os.fsdecode, listed))
    files: list[tuple[str, Declared]] = []
    problems: list[Problem] = []
    left_out, room = len(every[manifests.MOST_FILES :]), MOST_TEXT
    for path, side in _sides(place, every[: manifests.MOST_FILES]):
        if isinstance(side, Unreadable):
            problems.append(Problem(path, side.reason))
            continue
        if side is None:
            continue
        room -= len(side)
        if room < 0:
            left_out += 1
            continue
        try:
            files.append((path, manifests.read(path, side.decode("utf-8"))))
        except ManifestError as error:
            problems.append(Problem(path, str(error)))
    return Manifests(tuple(files), tuple(problems), left_out)


def _sides(place: Place, paths: Sequence[str]) -> Iterator[tuple[str, Side]]:
    """What stands at each path, a few at a time, so that large files are not held together."""
    for at in range(0, len(paths), _AT_ONCE):
        some = paths[at : at + _AT_ONCE]
        found = WorkTree(place).read([path for path in some if manifests.needs_text(path)])
        yield from ((path, found[path].side if path in found else b"") for path in some)
