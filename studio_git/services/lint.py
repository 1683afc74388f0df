"""What is wrong in the text of context files, skills and the registry's files.

The editor asks the same rules (:mod:`studio_git.core.hidden`, :mod:`studio_git.core.references`,
:mod:`studio_git.core.registryfiles`) of its buffers. Works without a Studio home and outside of
a repository; what only the store knows is not looked at then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import studio_git
from studio_git import beneath, config, files
from studio_git.core import catalogue, codes, hidden, registryfiles
from studio_git.core.codes import CODES, Severity
from studio_git.core.models import DriftKind, Policy, Side, Unreadable
from studio_git.core.registrytypes import FOLDERS, SUFFIXES, ItemType
from studio_git.errors import NotFoundError, UsageError
from studio_git.gitio import Place
from studio_git.services import registry, registryitems
from studio_git.services.clone import Workspace
from studio_git.services.known import Known, listed, say_missing
from studio_git.services.repocheck import is_skill, read_by_agents
from studio_git.services.sides import WorkTree
from studio_git.store import contexts

_ENDINGS = (".md", ".mdc", ".mdx", ".markdown", ".txt")
_NOT_OURS = {".git", "node_modules", ".venv"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in one file.

    ``path`` is relative to the top of the repository where ``relative``, else absolute. ``line``
    and ``column`` count from 0, in code points (None: the whole file); ``fix`` is the text to
    put in place of the ``length`` characters from there.
    """

    path: str
    relative: bool
    code: str
    severity: Severity
    message: str
    hint: str = ""
    line: int | None = None
    column: int = 0
    length: int = 0
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """One file to look at: how it is named in a problem, where it is, and its content."""

    path: str
    relative: bool
    place: Path
    side: Side


def documentation() -> str:
    """The address of the folder that has the page of all codes, as a ``file:`` URI."""
    return (Path(studio_git.__file__).resolve().parent / "docs").as_uri()


def lint(workspace: Workspace | None, place: Place | None, paths: Sequence[Path]) -> list[Problem]:
    """The problems of the files at ``paths``; where none is given, of the repository's own.

    Those are the tracked context files, else what agents read, and the skills that the
    repository carries. A folder means the texts in it. Raises NotFoundError where there is
    nothing at a path, and ConfigError for settings that cannot be read.
    """
    if paths:
        found = [it for path in paths for it in _named(place, path)]
    elif place is not None:
        found = [_File(path, True, place.top / path, side) for path, side in _own(workspace, place)]
    else:
        raise NotFoundError(
            "there is no repository here, and no file was named.",
            "Name the files to look at: git studio lint PATH",
        )
    rules = _Rules(workspace, place)
    return [problem for file in dict.fromkeys(found) for problem in rules.apply(file)]


def _own(workspace: Workspace | None, place: Place) -> Iterator[tuple[str, Side]]:
    """The files that are looked at unasked; a link's content is looked at where it leads."""
    present = listed(place)
    if workspace is None:
        paths = read_by_agents(present)
    else:
        tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
        paths = [
            path
            for file in tracked
            for path in (str(file.repo_path), *(alias.path for alias in file.aliases))
        ]
        paths += filter(is_skill, present)
    for path, found in WorkTree(place).read(dict.fromkeys(paths)).items():
        if found.link is None and found.side is not None:
            yield path, found.side


def _named(place: Place | None, path: Path) -> list[_File]:
    """The files that a word of the user means."""
    if place is not None:
        _require_below(path, place.top)
    if path.is_dir():
        inside = _inside(place, path)
        names = listed(place, inside) if place is not None and inside is not None else None
        below = [place.top / name for name in names] if place and names is not None else _walk(path)
        top = place.top if place and names is not None else path
        return [it for each in below if _is_text(each) for it in _at(place, each, top)]
    return _at(place, path, Path(path.anchor))


def _at(place: Place | None, path: Path, top: Path) -> list[_File]:
    """A file; what others have listed is not read where it leads out of ``top``."""
    side = files.read_side(path, inside=top)
    if side is None:
        raise NotFoundError(f"there is no file {path}.", "Look at how the name is written.")
    inside = _inside(place, path)
    if inside is None:
        return [_File(path.as_posix(), False, path, side)]
    return [_File(inside, True, path, side)]


def _inside(place: Place | None, path: Path) -> str | None:
    """The path in the repository; None for one outside of it. Links on the way are followed."""
    if place is None:
        return None
    real = path.parent.resolve() / path.name if path.name else path.resolve()
    top = place.top.resolve()
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else None


def _require_below(path: Path, top: Path) -> None:
    try:
        beneath.resolved(path, top)
    except beneath.LeadsOutError as error:
        raise UsageError(
            f"{path} is a symbolic link that leads out of the work tree.",
            "Name what it leads to instead.",
        ) from error


def _walk(folder: Path) -> Iterator[Path]:
    try:
        yield from (folder / path for path, _ in beneath.below(folder, leave=_NOT_OURS))
    except (beneath.LeadsOutError, OSError):  # what cannot be listed is left out
        return


def _is_text(path: Path) -> bool:
    """True for what is looked at in a folder that was named."""
    name = path.as_posix()
    known = name.lower().endswith(_ENDINGS) or _item_type(path) is not None
    at_hand = any(name.endswith("/" + entry.pattern) for entry in catalogue.CATALOGUE)
    return (known or at_hand) and path.is_file() and not path.is_symlink()


def _item_type(path: Path) -> ItemType | None:
    """Of which type a registry's file is, by where it stands."""
    for item_type, folder in FOLDERS.items():
        suffix = SUFFIXES[item_type]
        if path.parent.name == folder and path.parent.parent.name == "registry":
            return item_type if suffix and path.suffix == suffix else None
    return None


class _Rules:
    """The rules, with what they need to know of the repository and of the store."""

    def __init__(self, workspace: Workspace | None, place: Place | None) -> None:
        store = None if workspace is None else workspace.store
        self._known = Known(place, store)
        self._items = [] if store is None else registry.items(store)
        self._has_items = store is not None
        self._hidden = config.DEFAULT_HIDDEN_UNICODE_POLICY
        if place is not None:
            self._hidden = config.hidden_unicode_policy(place, config.read_proposal(place.top))

    def apply(self, file: _File) -> Iterable[Problem]:
        """The problems of one file, in the order of the text."""
        if not isinstance(file.side, bytes):
            reason = file.side.reason if isinstance(file.side, Unreadable) else "it is gone"
            yield _problem(file, codes.drift_code(DriftKind.UNREADABLE), f"not looked at: {reason}")
            return
        # A mark at the start is no character of the text, for an editor and for the columns.
        text = file.side.decode("utf-8-sig")
        found = [*self._hidden_in(file, text), *self._missing_in(file, text)]
        found += self._wrong_in(file, text)
        yield from sorted(found, key=lambda it: (it.line or 0, it.column))

    def _hidden_in(self, file: _File, text: str) -> Iterator[Problem]:
        if self._hidden is Policy.OFF:
            return
        for it in hidden.find(text):
            yield _problem(
                file,
                codes.HIDDEN_UNICODE,
                hidden.describe(it),
                severity="error" if self._hidden is Policy.BLOCK else None,
                place=(it.line, it.column, it.length),
                fix=it.fix,
            )

    def _missing_in(self, file: _File, text: str) -> Iterator[Problem]:
        if not file.relative or _item_type(file.place) is not None:
            return
        for it in self._known.missing(text, file.path):
            place = (it.line, it.column, it.length)
            yield _problem(file, codes.MISSING_REFERENCE, say_missing(it), place=place)

    def _wrong_in(self, file: _File, text: str) -> Iterator[Problem]:
        item_type = _item_type(file.place)
        if item_type is None:
            return
        found = registryfiles.details(
            item_type,
            text,
            name=file.place.stem,
            skills=self._names(ItemType.SKILL),
            tools=self._names(ItemType.TOOL),
        )
        for it in found.problems:
            place = (it.line, it.column, it.end_column - it.column)
            yield _problem(file, it.code, it.message, hint=it.hint, place=place)

    def _names(self, item_type: ItemType) -> Collection[str] | None:
        return registryitems.known(self._items, item_type) if self._has_items else None


def _problem(
    file: _File,
    code: str,
    message: str,
    *,
    severity: Severity | None = None,
    hint: str = "",
    place: tuple[int, int, int] | None = None,
    fix: str | None = None,
) -> Problem:
    line, column, length = place or (None, 0, 0)
    return Problem(
        path=file.path,
        relative=file.relative,
        code=code,
        severity=severity or CODES[code].severity,
        message=message,
        hint=hint,
        line=line,
        column=column,
        length=length,
        fix=fix,
    )
