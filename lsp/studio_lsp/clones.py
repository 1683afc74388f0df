"""Which bound clone a file is in: looked for once a folder, and opened by whoever needs it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio_git import config, gitio
from studio_git.core import editorsettings
from studio_git.core.editorsettings import Layer
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.services.clone import Workspace, enter
from studio_git.services.workspace import open_home
from studio_git.store import projects

log = logging.getLogger(__name__)

_MOST = 500
"""Folders that were looked at once and are remembered, though nobody asks any more."""

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
    outdated: bool = False


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
        """The clones that were asked about, as they were found last.

        Those too that have to be looked at anew: what watches them would otherwise see a change
        in every change.
        """
        with self._lock:
            looked = sorted(self._folders.values(), key=lambda it: not it.outdated)
        found = {it.clone.place: it.clone for it in looked if it.clone}
        return list(found.values())

    def forget(self) -> None:
        """Look anew: something about bindings may have changed."""
        with self._lock:
            if len(self._folders) > _MOST:
                self._folders = {at: it for at, it in self._folders.items() if not it.outdated}
            self._folders = {at: replace(it, outdated=True) for at, it in self._folders.items()}

    def _look(self, path: Path) -> _Looked:
        folder = _existing(path.parent)
        with self._lock:
            found = self._folders.get(folder)
        now = time.monotonic()
        fresh = found is not None and not found.outdated
        if found is not None and fresh and (found.clone or now - found.at < _UNBOUND_FOR):
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
            repository = binding.bound(store, place)
            if projects.get(store.db, repository.project_id) is None:
                return _Looked(None, place, now)
    except StudioError:
        return _Looked(None, place, now)
    team = editorsettings.read(_proposed(place), team=True)
    clone = Clone(place, home, repository.id, repository.project_id, team)
    return _Looked(clone, place, now)


def _proposed(place: Place) -> object:
    """The editor's settings of ``.studio.toml``; none while that cannot be read.

    Nobody's drift may vanish because somebody has the file half written.
    """
    try:
        proposal = config.read_proposal(place.top)
    except StudioError as error:
        log.warning("%s", error)
        return None
    return None if proposal is None else proposal.editor
