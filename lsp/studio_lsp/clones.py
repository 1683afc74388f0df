"""Which bound clone a file is in: looked for once a folder, and opened by whoever needs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from studio_git import config, gitio
from studio_git.core import editorsettings
from studio_git.core.editorsettings import Layer
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.services.clone import Workspace, enter
from studio_git.services.workspace import open_home

_UNBOUND_FOR = 2.0
"""Seconds for which a folder that is in no bound clone is not looked at again."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A bound clone, or one of its worktrees; ``team`` are the settings that it proposes."""

    place: Place
    home: Path
    repository_id: str
    project_id: str
    team: Layer = field(compare=False)

    @contextmanager
    def open(self, held: dict[str, bytes] | None = None) -> Iterator[Workspace]:
        """The clone with its store open, for use in the thread that opens it.

        Raises StudioError where it is no longer bound, or the store cannot be read.
        """
        with open_home(self.home) as store:
            workspace = enter(store, self.place)
            workspace.held.update(held or {})
            yield workspace

    def name_of(self, path: Path) -> str:
        """The path in the repository of a file in it, links resolved; empty for one outside."""
        top, real = self.place.top.resolve(), path.resolve()
        return real.relative_to(top).as_posix() if real.is_relative_to(top) else ""


@dataclass(frozen=True, slots=True)
class _Looked:
    clone: Clone | None
    place: Place | None
    at: float


class Clones:
    """The clones of the files that are open. May be asked from any thread but the event loop's."""

    def __init__(self) -> None:
        self._folders: dict[Path, _Looked] = {}
        self._lock = threading.Lock()

    def of(self, path: Path) -> Clone | None:
        """The bound clone that a file is in; None where it is in none."""
        return self._look(path).clone

    def place_of(self, path: Path) -> Place | None:
        """The worktree that a file is in, bound or not; None where it is in none."""
        return self._look(path).place

    def known(self) -> list[Clone]:
        """The clones that were asked about."""
        with self._lock:
            found = {it.clone.place: it.clone for it in self._folders.values() if it.clone}
        return list(found.values())

    def forget(self) -> None:
        """Look anew: something about bindings may have changed."""
        with self._lock:
            self._folders.clear()

    def _look(self, path: Path) -> _Looked:
        folder = _existing(path.parent)
        with self._lock:
            found = self._folders.get(folder)
        now = time.monotonic()
        if found is not None and (found.clone is not None or now - found.at < _UNBOUND_FOR):
            return found
        found = _looked_at(folder, now)
        with self._lock:
            self._folders[folder] = found
        return found


def _existing(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _looked_at(folder: Path, now: float) -> _Looked:
    place = None
    try:
        place = gitio.locate(folder)
        home = binding.home_of(place)
        if binding.read_note(place.common_dir) is None:
            return _Looked(None, place, now)
        with open_home(home) as store:
            workspace = enter(store, place)
    except StudioError:
        return _Looked(None, place, now)
    proposal = workspace.proposal or config.Proposal()
    return _Looked(
        Clone(
            place,
            home,
            workspace.repository.id,
            workspace.repository.project_id,
            editorsettings.read(proposal.editor, team=True),
        ),
        place,
        now,
    )
