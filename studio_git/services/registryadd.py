"""Adding an item to the registry: its file, whole and private, and its row."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from studio_git import files
from studio_git.core import hidden, registryfiles, skillfolders
from studio_git.core.models import Unreadable
from studio_git.core.prose import shorten
from studio_git.core.registryfiles import (
    MAX_DESCRIPTION,
    SUFFIXES,
    Details,
    ItemType,
    name_from,
)
from studio_git.core.registrytypes import SYNTAX, Problem, check_name
from studio_git.core.skillfolders import SKILL_FILE
from studio_git.core.text import readable
from studio_git.errors import FileChangedError, UsageError
from studio_git.services import registryfolders
from studio_git.services.registryfolders import Contents
from studio_git.services.registryitems import (
    README,
    Item,
    folder_of,
    item_of,
    known,
    require_in_place,
)
from studio_git.store import registry
from studio_git.store.connection import Store
from studio_git.store.registry import ItemRow

DEFAULT_TYPE = "project"
"""Of which type a template is that does not say it."""

_NO_NAME = "Give it one: --name NAME"
_JSON = (ItemType.AGENT, ItemType.TOOL)


@dataclass(frozen=True, slots=True)
class Added:
    """The item as it stands now; ``changed`` is False where the same one was there already.

    ``warnings`` tell what is wrong in it, one line each.
    """

    item: Item
    changed: bool
    warnings: tuple[str, ...] = ()


class Known:
    """The words that items answer to and the paths of their files, as they were when it was read.

    It is read once where many items are added; what others add meanwhile is met when the file or
    the row is written.
    """

    def __init__(self, store: Store) -> None:
        self._words: dict[tuple[ItemType, str], ItemRow] = {}
        self._paths: dict[tuple[ItemType, str], ItemRow] = {}
        self.rows: list[ItemRow] = []
        for row in registry.every(store.db):
            self.note(row)

    def note(self, row: ItemRow) -> None:
        """Have it know of one more."""
        self.rows.append(row)
        for word in (row.id, row.name, row.path.rstrip("/")):
            self._words.setdefault((row.type, word.casefold()), row)
        self._paths.setdefault((row.type, row.path.casefold()), row)

    def has(self, row: ItemRow, *, same: bool) -> bool:
        """Whether the very same item is there already. Raises UsageError where another one is."""
        other = self._words.get((row.type, row.name.casefold()))
        other = other or self._paths.get((row.type, row.path.casefold()))
        if other is None:
            return False
        if same and other.path.rstrip("/") == row.path:
            return True
        raise _taken(row)


@dataclass(frozen=True, slots=True)
class _Source:
    """What is to be added: a text (a template's README), where it came from, and its name.

    ``others`` are the files that belong to it; of a template, all of them.
    """

    text: str
    shown: str
    stem: str
    others: Contents


def add(
    store: Store,
    item_type: ItemType,
    source: Path | bytes | Contents,
    name: str | None = None,
    *,
    others: Contents | None = None,
    among: Known | None = None,
) -> Added:
    """Put an item into the registry; the same one twice is no change.

    ``source`` is a file, or its bytes; of a template a folder, or its files; of a skill also a
    folder with a ``SKILL.md``, whose other files come along. ``others`` are what belongs to an
    item that is given as bytes, ``among`` is what is there where many are added. Without ``name``
    the item is called as its file says, else as the file is. Raises UsageError for what cannot be
    read or is taken, StudioError for what cannot be written.
    """
    store.require_writable()
    require_in_place(store.home, item_type)
    found = _source(item_type, source, others or {})
    among = among or Known(store)
    named = [item_of(row, store.home) for row in among.rows] if item_type is ItemType.AGENT else []
    said = registryfiles.details(
        item_type,
        found.text,
        skills=known(named, ItemType.SKILL),
        tools=known(named, ItemType.TOOL),
    )
    _refuse_syntax(found, said.problems)
    chosen = _name(found, said, name)
    text = called(item_type, found.text, chosen)
    row = ItemRow(
        type=item_type,
        id=chosen,
        name=chosen,
        description=said.description,
        subtype=said.tool_type or None,
        path=chosen + SUFFIXES[item_type],
    )
    hidden_there = list(hidden_in(found.others))
    if item_type is ItemType.TEMPLATE:
        row = replace(row, subtype=registryfolders.copier_file(found.others).type or DEFAULT_TYPE)
        changed = _add_template(store, row, found.others, among)
        if changed:
            among.note(row)
        return Added(item_of(row, store.home), changed, tuple(hidden_there))
    changed = _add_file(store, row, text.encode(), found.others, among)
    if changed:
        among.note(row)
    warnings = (*warnings_of(said.problems, text), *hidden_there)
    return Added(item_of(row, store.home), changed, warnings)


def called(item_type: ItemType, text: str, name: str) -> str:
    """The text of an item that says, if it says a name at all, the one given."""
    if item_type in _JSON:
        said = registryfiles.details(item_type, text).name
        return (registryfiles.with_member(text, "name", name) or text) if said != name else text
    if item_type is ItemType.SKILL:
        said = registryfiles.parse_skill(text).name
        return skillfolders.renamed(text, name) if said and name_from(said) != name else text
    return text


def warnings_of(problems: tuple[Problem, ...], text: str) -> list[str]:
    """What is wrong in a text, and which characters in it nobody sees, a line each."""
    told = [
        f"line {problem.line + 1}: {problem.message} {problem.hint}".rstrip()
        for problem in problems
    ]
    return told + [
        f"line {found.line + 1}: hidden characters: {hidden.describe(found)}"
        for found in hidden.find(text, 20)
    ]


def _source(item_type: ItemType, source: Path | bytes | Contents, others: Contents) -> _Source:
    if isinstance(source, bytes):
        if item_type is ItemType.TEMPLATE:
            raise UsageError("a template is a folder.", "Name the folder.")
        return _Source(_text(source, "the text"), "the text", "", others)
    if isinstance(source, Path):
        return _at(item_type, source)
    return _template(source, "the template", "")


def _at(item_type: ItemType, source: Path) -> _Source:
    """An item in a file or a folder that a person named."""
    shown = str(source)
    if item_type is ItemType.TEMPLATE:
        if not source.is_dir():
            raise UsageError(f"{shown} is no folder.", "A template is a folder of files.")
        return _template(registryfolders.contents(source), shown, source.resolve().name)
    is_folder = item_type is ItemType.SKILL and source.is_dir()
    path = source / SKILL_FILE if is_folder else source
    side = files.read_side(path, inside=source if is_folder else Path(path.resolve().anchor))
    if side is None:
        raise UsageError(f"there is no file {path}.", "Name a file that exists.")
    if isinstance(side, Unreadable):
        raise UsageError(f"{path} cannot be used: {side.reason}.", "Name a text file in UTF-8.")
    others = registryfolders.contents(source, skip=SKILL_FILE) if is_folder else {}
    stem = path.resolve().parent.name if path.name == SKILL_FILE else path.stem
    return _Source(_text(side, shown), str(path), stem, others)


def _template(found: Contents, shown: str, stem: str) -> _Source:
    if not found:
        raise UsageError(f"{shown} is empty.", "A template needs at least one file.")
    side = readable(found[README].data) if README in found else None
    text = side.decode("utf-8") if isinstance(side, bytes) else ""
    return _Source(text, shown, stem, found)


def _text(data: bytes, shown: str) -> str:
    side = readable(data)
    if isinstance(side, bytes):
        return side.decode("utf-8")
    reason = side.reason if side is not None else "empty"
    raise UsageError(f"{shown} cannot be used: {reason}.", "Name a text file in UTF-8.")


def _refuse_syntax(found: _Source, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        if problem.code == SYNTAX:
            place = f"{found.shown}, line {problem.line + 1}, column {problem.column + 1}"
            hint = problem.hint or "Put it right there, and add it again."
            raise UsageError(f"{place}: {problem.message}", hint)


def _name(found: _Source, said: Details, name: str | None) -> str:
    if name is None:
        derived = (name_from(word) for word in (said.name, found.stem, said.title))
        name = next((word for word in derived if word), "")
        if not name:
            raise UsageError(f"{found.shown} has no name.", _NO_NAME)
    check_name(name)
    return name


def _add_file(
    store: Store, row: ItemRow, data: bytes, others: Contents, there_already: Known
) -> bool:
    folder = folder_of(store.home, row.type)
    target = folder / row.path
    there = files.read_side(target, inside=folder)
    item = item_of(row, store.home)
    had = registryfolders.belongings(item)
    if there_already.has(row, same=there == data and had == others):
        return False
    if had and had != others:
        raise _taken(row)
    if there != data:
        try:
            files.write_whole(target, data, inside=folder, expected=None, lock=store.lock)
        except FileChangedError:  # somebody else put one there meanwhile
            there = files.read_side(target, inside=folder)
            if there != data:
                raise _taken(row) from None
    beside = registryfolders.beside(item)
    if others and not had and beside is not None:
        registryfolders.write(store, beside, others)
    with store.writing() as db:
        done = insert(db, row)
    try:
        return done or Known(store).has(row, same=True)  # a sync may have seen the file first
    except UsageError:
        if there != data:
            files.remove(target, inside=folder, expected=data, lock=store.lock)
            if others and not had:
                registryfolders.remove(store, item)
        raise


def hidden_in(found: Contents) -> Iterator[str]:
    """Characters that nobody sees in the texts of a folder."""
    for path, one in found.items():
        side = readable(one.data)
        if isinstance(side, bytes):
            yield from (f"{path}, {told}" for told in warnings_of((), side.decode("utf-8")))


def _add_template(store: Store, row: ItemRow, found: Contents, there_already: Known) -> bool:
    target = folder_of(store.home, row.type) / row.path
    there = registryfolders.contents(target) if target.is_dir() else None
    if there_already.has(row, same=there == found):
        return False
    if there is None:
        registryfolders.write(store, target, found)
    elif there != found:
        raise _taken(row)
    with store.writing() as db:
        done = insert(db, row)
    return done or Known(store).has(row, same=True)


def insert(db: sqlite3.Connection, row: ItemRow) -> bool:
    """Add the row of a file, and remember that they agree; False where it is taken."""
    if not registry.add(db, row):
        return False
    registry.agree(db, row.type, row.id, digest(row.description, row.subtype))
    return True


def digest(description: str, subtype: str | None) -> str:
    """What is kept of a row that agrees with its file; line ends do not count."""
    said = f"{shorten(description, MAX_DESCRIPTION)}\0{subtype or ''}".encode("utf-8", "replace")
    return hashlib.sha256(said).hexdigest()


def _taken(row: ItemRow) -> UsageError:
    return UsageError(
        f"there is a {row.type.value} {row.name} already, and it is another one.",
        "Choose another name with --name, or edit the one that is there.",
    )
