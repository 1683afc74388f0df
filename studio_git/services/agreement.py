"""Whether the rows of the store and the files beside it still say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio_git import files
from studio_git.core import names
from studio_git.core.models import Unreadable
from studio_git.core.registryfiles import SUFFIXES, ItemType
from studio_git.core.text import content_hash
from studio_git.errors import UsageError
from studio_git.services.drift import canonical_path, context_dir
from studio_git.services.registryitems import folder_of, is_in_place, item_of
from studio_git.store import contexts, projects, registry, sessions
from studio_git.store.connection import Store
from studio_git.store.contexts import ContextFile

What = Literal["no-file", "no-row", "differs", "unsafe"]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One file and its row: ``kind`` is context, session or registry.

    ``what`` is ``no-file`` (the row has none), ``no-row`` (nobody knows the file), ``differs``
    (not what the row last saw) or ``unsafe`` (the row's path leads out of its folder). ``path`` is
    absolute; ``record`` the row's id, empty where there is none; ``ours`` says that the file can
    be written again from what the store holds.
    """

    kind: Literal["context", "session", "registry"]
    what: What
    path: Path
    title: str
    record: str = ""
    project_id: str = ""
    ours: bool = False


def compare(store: Store, *, contents: bool = False) -> list[Disagreement]:
    """Everything where rows and files do not agree; reads, and changes nothing.

    With ``contents``, also canonical files that are not what their row last saw: every edit in
    the dashboard makes one until the next look, so that is told after a restore only.
    """
    found: list[Disagreement] = []
    for project in projects.every(store.db, archived=True):
        if _is_folder_name(project["id"]):
            found += _contexts(store, project["id"], contents=contents)
    found += _sessions(store)
    found += _registry(store)
    return found


def _contexts(store: Store, project_id: str, *, contents: bool) -> Iterator[Disagreement]:
    folder = context_dir(store.home, project_id)
    known = set()
    for file in contexts.every(store.db, project_id):
        path = canonical_path(store.home, file)
        known.add(path)
        what = _of_context(file, path, contents=contents)
        if what is not None:
            yield Disagreement("context", what, path, file.filename, file.id, project_id)
    for path in _files_in(folder):
        if path not in known:
            title = path.relative_to(folder).as_posix()
            yield Disagreement("context", "no-row", path, title, project_id=project_id)


def _of_context(file: ContextFile, path: Path, *, contents: bool) -> What | None:
    try:
        names.check_canonical_name(file.file_path)
    except UsageError:
        return "unsafe"
    side = files.read_side(path, inside=path.parent)
    if side is None:
        return "no-file"
    if not contents or isinstance(side, Unreadable) or file.canonical_hash is None:
        return None
    return None if content_hash(side) == file.canonical_hash else "differs"


def _sessions(store: Store) -> Iterator[Disagreement]:
    known = set()
    for row in sessions.every(store.db, None, None):
        if not (_is_folder_name(row["id"]) and _is_folder_name(row["project_id"])):
            continue
        path = sessions.file_of(store.home, row["project_id"], row["id"])
        known.add(path)
        if not path.is_file():
            kept = sessions.tracked(store.db, row["id"])
            yield Disagreement(
                "session",
                "no-file",
                path,
                row["title"],
                row["id"],
                row["project_id"],
                ours=kept is not None,
            )
    for folder in sorted((store.home / "projects").glob("*/sessions")):
        for path in _files_in(folder):
            if path not in known and path.suffix == ".md":
                project_id = folder.parent.name
                yield Disagreement("session", "no-row", path, path.stem, project_id=project_id)


def _registry(store: Store) -> Iterator[Disagreement]:
    rows = registry.every(store.db)
    for item_type in ItemType:
        if not is_in_place(store.home, item_type):
            continue
        known = set()
        for row in rows:
            if row.type is not item_type:
                continue
            item = item_of(row, store.home)
            known.add(row.path.rstrip("/"))
            if item.path is None:
                place = folder_of(store.home, item_type)
                yield Disagreement("registry", "unsafe", place, f"{item_type} {item.name}", item.id)
            elif not item.path.exists():
                title = f"{item_type} {item.name}"
                yield Disagreement("registry", "no-file", item.path, title, item.id)
        yield from _unlisted(store.home, item_type, known)


def _unlisted(home: Path, item_type: ItemType, known: set[str]) -> Iterator[Disagreement]:
    folder = folder_of(home, item_type)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        fits = path.is_dir() if not SUFFIXES[item_type] else path.is_file()
        fits = fits and path.name.endswith(SUFFIXES[item_type])
        if fits and path.name not in known and not path.name.startswith("."):
            yield Disagreement("registry", "no-row", path, f"{item_type} {path.name}")


def _files_in(folder: Path) -> list[Path]:
    """The files below a folder; hidden ones are somebody's who is writing."""
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith(".studio")
        and not path.name.endswith(".studio-tmp")
    )


def _is_folder_name(text: str) -> bool:
    """Whether an id, which other programs choose too, can be the name of a folder."""
    try:
        names.check_canonical_name(str(text))
    except UsageError:
        return False
    return "/" not in str(text)
