"""What a document is to Project Studio, by where it stands and how the editor calls it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from studio_git.core import catalogue
from studio_git.core.registryfiles import FOLDERS
from studio_git.services.drift import paths_of
from studio_git.services.workspace import open_home
from studio_git.store import contexts
from studio_git.store.connection import Store
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.messageplaces import is_message
from studio_lsp.page import Page

_REGISTRY = "registry"
_IN_PROJECT = {"context": "context", "sessions": "session"}


class Nature(StrEnum):
    """The kinds of documents that subjects tell apart."""

    CONTEXT = "context"  # tracked, where agents look for one, or Studio's own copy
    SESSION = "session"
    REGISTRY = "registry"
    MESSAGE = "message"
    OTHER = "other"


TEXTS = (Nature.CONTEXT, Nature.SESSION, Nature.MESSAGE)
"""Documents in which people and agents write about what they decided and do."""


def nature_of(desk: Desk, page: Page, store: Store | None = None) -> Nature:
    """What a document is. ``store`` is an open one, for the live lane."""
    key = "nature", page.uri, page.language
    return desk.remembered(key, lambda: _nature_of(desk, page, store))


def _nature_of(desk: Desk, page: Page, store: Store | None) -> Nature:
    name = page.path.name if page.path else ""
    if is_message(page.uri, page.language, page.path):
        return Nature.MESSAGE
    inside = _in_home(desk, page)
    carried = page.clone is not None and page.path is not None and _is_of_registry(page.path)
    if (inside[:1] == (_REGISTRY,) or carried) and name.endswith((".md", ".json")):
        return Nature.REGISTRY
    if inside[:1] == ("projects",) and len(inside) > 3:
        return Nature(_IN_PROJECT.get(inside[2], "other"))
    path = path_in_repository(desk, page)
    if path and (is_known(path) or (page.clone and path in tracked(desk, page.clone, store))):
        return Nature.CONTEXT
    return Nature.OTHER


def _is_of_registry(path: Path) -> bool:
    """Whether a file stands as one of the registry does, in a clone that carries some."""
    return path.parent.parent.name == _REGISTRY and path.parent.name in FOLDERS.values()


def is_known(path: str) -> bool:
    """Whether agents look for a context file at a path of a repository."""
    return bool(catalogue.find([path]))


def path_in_repository(desk: Desk, page: Page) -> str:
    """The path of a document in its repository, bound or not; empty where it is in none."""
    if page.clone is not None or page.path is None:
        return page.name
    place = desk.clones.place_of(page.path)
    if place is None or not page.path.is_relative_to(place.top):
        return ""
    return page.path.relative_to(place.top).as_posix()


def tracked(desk: Desk, clone: Clone, store: Store | None = None) -> frozenset[str]:
    """The paths of a clone's context files, copies included."""

    def read(opened: Store) -> frozenset[str]:
        files = contexts.tracked(opened.db, clone.project_id)
        return frozenset(path for file in files for path in paths_of(file))

    def look() -> frozenset[str]:
        if store is not None:
            return read(store)
        with open_home(clone.home) as opened:
            return read(opened)

    return desk.remembered(("tracked", clone.home, clone.project_id), look)


def home_of(desk: Desk, page: Page) -> Path | None:
    """The Studio home that counts for a document; None where there is none."""
    return page.clone.home if page.clone is not None else desk.home


def project_of(desk: Desk, page: Page) -> str | None:
    """The project that a document belongs to; None where it is of none."""
    inside = _in_home(desk, page)
    if inside[:1] == ("projects",) and len(inside) > 3:
        return inside[1]
    return page.clone.project_id if page.clone is not None else None


def _in_home(desk: Desk, page: Page) -> tuple[str, ...]:
    """The parts of a document's path in the Studio home; none for one outside."""
    return desk.remembered(("in home", page.uri), lambda: _parts_in_home(desk, page))


def _parts_in_home(desk: Desk, page: Page) -> tuple[str, ...]:
    home = home_of(desk, page)
    if home is None or page.path is None:
        return ()
    for path, top in ((page.path, home), (page.path.resolve(), home.resolve())):
        if path.is_relative_to(top):
            return path.relative_to(top).parts
    return ()
