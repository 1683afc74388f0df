"""What every subject works with: the client, its settings, the clones, what is remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar, cast

from studio_git import config
from studio_git.core import editorsettings
from studio_git.core.editorsettings import EditorSettings, Layer
from studio_git.errors import StudioError
from studio_git.services import lint
from studio_git.services.workspace import open_home
from studio_git.store.connection import Store
from studio_lsp import messageplaces, uris
from studio_lsp.client import Client
from studio_lsp.clones import Clone, Clones
from studio_lsp.documents import Documents, Opened
from studio_lsp.page import Page

T = TypeVar("T")

log = logging.getLogger(__name__)


class Desk:
    """One for a server. Documents belong to the event loop; the rest may be used anywhere."""

    def __init__(self, client: Client, documents: Documents, roots: list[Path]) -> None:
        self.client = client
        self.documents = documents
        self.roots = roots
        self.clones = Clones()
        self.docs = lint.documentation()
        self.initial = Layer()
        self.configured = Layer()
        self.generation = 0
        self.awaited: dict[str, frozenset[Path]] = {}  # looked for in vain, by document
        self.log_file: Path | None = None
        self._remembered: dict[Hashable, object] = {}
        self._where: dict[str, tuple[Path | None, Clone | None, str]] = {}
        self._lock = threading.Lock()
        self._stores: dict[Path, tuple[ExitStack, Store]] = {}

    # settings

    def settings(self, clone: Clone | None = None) -> EditorSettings:
        """What counts for a file of a clone: the team's word, then the editor's.

        Of that what it said at the beginning, and then what it says when it is asked.
        """
        team = clone.team if clone else Layer()
        return editorsettings.resolve(team, self.initial, self.configured)

    # documents

    def page(self, opened: Opened) -> Page:
        """A document as subjects see it. Looks at the disk: not for the event loop."""
        path, clone, name = self._place(opened.uri, opened.language)
        return Page(
            opened.uri,
            opened.language,
            opened.version,
            [""] if opened.too_long else opened.pieces,
            self.documents.encoding,
            path=path,
            clone=clone,
            name=name,
            too_long=opened.too_long,
        )

    def held(self, clone: Clone, opened: list[Opened]) -> dict[str, bytes]:
        """Of these documents the texts of a clone's files, by path in the repository."""
        found = {}
        for page in map(self.page, opened):
            if page.clone == clone and page.name:
                found[page.name] = page.data
        return found

    def _place(self, uri: str, language: str) -> tuple[Path | None, Clone | None, str]:
        with self._lock:
            known = self._where.get(uri)
        if known is not None:
            return known
        path = uris.path_of(uri)
        if messageplaces.is_message(uri, language, path):
            clone = messageplaces.clone_of(uri, path, self.clones, self.roots)
        else:
            clone = self.clones.of(path) if path is not None else None
        found = path, clone, clone.name_of(path) if clone and path else ""
        if clone is not None:  # a folder that is bound later is noticed
            with self._lock:
                self._where[uri] = found
        return found

    # what is read from the store and its files

    @property
    def home(self) -> Path | None:
        """The Studio home: of a clone that is open, else the user's."""
        for clone in self.clones.known():
            return clone.home
        try:
            found = config.studio_home()
        except StudioError:
            return None
        return found if found.is_dir() else None

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, once until something changes in the store, its files or a clone."""
        with self._lock:
            if key in self._remembered:
                return cast("T", self._remembered[key])
            generation = self.generation
        made = make()
        with self._lock:
            if generation == self.generation:
                self._remembered[key] = made
        return made

    def changed(self) -> None:
        """Something changed: what was remembered counts no longer."""
        with self._lock:
            self.generation += 1
            self._remembered.clear()
            self._where.clear()
        self.clones.forget()

    def live_store(self, home: Path) -> Store:
        """The live lane's own connection to a store; nobody else may use it.

        Raises StudioError where it cannot be opened.
        """
        found = self._stores.get(home)
        if found is None:
            stack = ExitStack()
            found = stack, stack.enter_context(open_home(home))
            self._stores[home] = found
        return found[1]

    def close_live(self) -> None:
        """Close the live lane's connections; in the live lane."""
        for stack, _ in self._stores.values():
            stack.close()
        self._stores.clear()
