"""Watches the store, its files and the clones, and says when something changed.

Editors' own watchers are no floor to stand on: Neovim on Linux and ALE have none. So a thread
looks several times a second: ``PRAGMA data_version`` tells of every other connection's commit,
and modification times of files that are changed without the store.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import ExitStack
from pathlib import Path

from studio_git.config import STUDIO_TOML
from studio_git.errors import StudioError
from studio_git.services import binding, registry
from studio_git.services.drift import context_dir
from studio_git.store.connection import Store, open_store
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.nature import tracked

INTERVAL = 0.25
"""Seconds between two looks; what changes is to be seen within a second."""

_SHARE = 20
"""How much longer nobody looks at the registry's files than looking took."""
_MANY = 2000
"""Context files of one project that are looked at; more are not expected."""

log = logging.getLogger(__name__)


class Observer(threading.Thread):
    """Calls ``changed`` on the event loop whenever a look differs from the one before."""

    def __init__(
        self,
        desk: Desk,
        loop: asyncio.AbstractEventLoop,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(name="observer", daemon=True)
        self._desk = desk
        self._loop = loop
        self._changed = changed
        self._stopped = threading.Event()
        self._stores: dict[Path, tuple[ExitStack, Store]] = {}
        self._registries: dict[Path, tuple[Hashable, float]] = {}

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def run(self) -> None:
        """Look until stopped."""
        before: Hashable = None  # the first look is a change: what was before it is not known
        while not self._stopped.wait(INTERVAL):
            try:
                now = self._look()
            except Exception:
                log.exception("the observer failed")
                continue
            if now != before:
                asyncio.run_coroutine_threadsafe(self._told(), self._loop)
            before = now
        for stack, _ in self._stores.values():
            stack.close()

    async def _told(self) -> None:
        try:
            await self._changed()
        except Exception:
            log.exception("telling of a change failed")

    def _look(self) -> Hashable:
        clones = self._desk.clones.known()
        homes = {clone.home for clone in clones}
        if self._desk.home is not None:
            homes.add(self._desk.home)
        return (
            frozenset((home, self._version(home), self._registry(home)) for home in homes),
            frozenset((clone.place.top, *_stamps(self._files(clone))) for clone in clones),
            frozenset(
                path
                for paths in list(self._desk.awaited.values())
                for path in paths
                if os.path.exists(path)  # noqa: PTH110 - raises for no path that a text may name
            ),
        )

    def _registry(self, home: Path) -> Hashable:
        """How the registry's files stand; of many, looked at less often."""
        before, due = self._registries.get(home, (None, 0.0))
        begun = time.monotonic()
        if begun < due:
            return before
        found = registry.file_stamp(home)
        ended = time.monotonic()
        self._registries[home] = found, ended + _SHARE * (ended - begun)
        return found

    def _version(self, home: Path) -> int:
        try:
            if home not in self._stores:
                stack = ExitStack()
                self._stores[home] = stack, stack.enter_context(open_store(home))
            return self._stores[home][1].data_version()
        except StudioError:
            found = self._stores.pop(home, None)
            if found is not None:
                found[0].close()
            return -1

    def _files(self, clone: Clone) -> Iterable[Path]:
        yield from _files_of(clone)
        try:
            paths = tracked(self._desk, clone)
        except StudioError:
            return
        for path in paths:
            yield clone.place.top / path


def _files_of(clone: Clone) -> Iterable[Path]:
    place = clone.place
    yield place.git_dir / "HEAD"
    yield place.git_dir / "logs" / "HEAD"
    yield place.common_dir / "packed-refs"
    yield place.common_dir / "config"
    yield binding.note_path(place.common_dir)
    yield place.top / STUDIO_TOML
    folder = context_dir(clone.home, clone.project_id)
    for number, (at, _, names) in enumerate(os.walk(folder)):
        if number > _MANY:
            return
        for name in names[:_MANY]:
            yield Path(at, name)


def _stamps(paths: Iterable[Path]) -> Iterable[tuple[int, int, int]]:
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            yield (0, 0, 0)
        else:
            yield (found.st_mtime_ns, found.st_size, found.st_ino)
