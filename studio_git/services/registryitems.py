"""Items of the registry: a row, its file, and what the file says, read when it is asked for.

A row's path comes from a store that other programs write, so it is looked at before it is used:
only what stands in the type's own folder is ever read or written, and neither ``registry/`` nor
that folder may be a link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import names, registryfiles
from studio_git.core.models import Side, Unreadable
from studio_git.core.registryfiles import FOLDERS, SUFFIXES, Details, ItemType, looks_like_name
from studio_git.errors import NotFoundError, StudioError, UnreadableError, UsageError
from studio_git.store.registry import ItemRow

REGISTRY = "registry"
README = "README.md"
_NO_DETAILS = Details()


@dataclass(frozen=True)
class Item:
    """One item; ``name`` is what people and agents call it.

    ``path``, ``title``, ``compatibility``, ``skills`` and ``tools`` look at the file the first
    time that one of them is asked for, and are empty where it cannot be read.
    """

    row: ItemRow
    name: str
    home: Path

    @property
    def type(self) -> ItemType:
        """Which of the five it is."""
        return self.row.type

    @property
    def id(self) -> str:
        """The row's id."""
        return self.row.id

    @property
    def key(self) -> tuple[ItemType, str]:
        """What no other item has: its type and its id."""
        return self.row.type, self.row.id

    @property
    def description(self) -> str:
        """What the row says that it is for."""
        return self.row.description

    @property
    def tool_type(self) -> str | None:
        """``mcp``, ``cli`` or ``api``; None for what is no tool."""
        return self.row.subtype if self.type is ItemType.TOOL else None

    @property
    def template_type(self) -> str | None:
        """``project``, ``doc`` or ``cycle``; None for what is no template."""
        return self.row.subtype if self.type is ItemType.TEMPLATE else None

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that it answers to: its name, the row's, its id, its file's."""
        return tuple(dict.fromkeys((self.name, self.row.name, self.row.id, stem(self.row))))

    @cached_property
    def path(self) -> Path | None:
        """Its file, or a template's folder; None where the row's path leads anywhere else."""
        return safe_path(self.home, self.type, self.row.path)

    @cached_property
    def details(self) -> Details:
        """What the file says."""
        _ = self._signature  # of the file before it is read, so that a later change is seen
        side = read(self)
        if not isinstance(side, bytes):
            return _NO_DETAILS
        return registryfiles.details(self.type, side.decode("utf-8"), name=self.name)

    @cached_property
    def _signature(self) -> tuple[int, int] | None:
        return signature(self)

    @property
    def is_current(self) -> bool:
        """Whether what was read of the file, if anything was, still stands in it."""
        return "details" not in self.__dict__ or self._signature == signature(self)

    @property
    def title(self) -> str:
        """What it is called in a heading; the name where its file gives it no title."""
        return self.details.title or (
            self.name if looks_like_name(self.row.name) else self.row.name
        )

    @property
    def compatibility(self) -> tuple[str, ...]:
        """The entries of a skill's Tech Stack Compatibility, as they are written."""
        return self.details.compatibility


def item_of(row: ItemRow, home: Path) -> Item:
    """The item of a row.

    Its name is the row's, unless that is a title or a UUID: then its file's, or the id.
    """
    for word in (row.name, stem(row), row.id):
        if looks_like_name(word):
            return Item(row, word, home)
    return Item(row, row.name, home)


def known(among: Iterable[Item], item_type: ItemType) -> frozenset[str]:
    """All words that the items of a type answer to."""
    return frozenset(word for item in among if item.type is item_type for word in item.words)


def folder_of(home: Path, item_type: ItemType) -> Path:
    """Where the files of a type stand."""
    return home / REGISTRY / FOLDERS[item_type]


def is_in_place(home: Path, item_type: ItemType) -> bool:
    """Whether neither ``registry/`` nor the folder of a type is a link; the home may be one."""
    folder = folder_of(home, item_type)
    return not folder.is_symlink() and not folder.parent.is_symlink()


def safe_path(home: Path, item_type: ItemType, relative: str) -> Path | None:
    """The file or folder that a row's path means; None where it is not below its type's folder.

    Links on the way are looked at when the file is read.
    """
    plain = relative.rstrip("/") if item_type is ItemType.TEMPLATE else relative
    try:
        names.check_canonical_name(plain)
    except UsageError:
        return None
    return folder_of(home, item_type) / plain


def file_of(item: Item) -> Path | None:
    """The file that describes an item: its own, or a template's README."""
    if item.path is None or item.type is not ItemType.TEMPLATE:
        return item.path
    return item.path / README


def signature(item: Item) -> tuple[int, int] | None:
    """Time and size of an item's file; None where there is none."""
    path = file_of(item)
    try:
        found = None if path is None else path.stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)


def read(item: Item) -> Side:
    """The bytes of an item's file, or of a template's README; why not, or None if it is absent."""
    path = file_of(item)
    if path is None or not is_in_place(item.home, item.type):
        return Unreadable(f"its path leads out of {folder_of(item.home, item.type)}")
    return files.read_side(path, inside=folder_of(item.home, item.type))


def text_of(item: Item) -> str:
    """The text of an item's file; of a template, its README.

    Raises NotFoundError where there is none, and UnreadableError where it is no text of ours.
    """
    side = read(item)
    if isinstance(side, bytes):
        return side.decode("utf-8")
    if side is None:
        raise NotFoundError(
            f"the {item.type.value} {item.name} has no file {item.path}.",
            "Put it back, or see what else is missing: git studio registry sync",
        )
    raise UnreadableError(
        f"the file of the {item.type.value} {item.name} cannot be used: {side.reason}.",
        "It has to be a regular text file in its folder of the registry.",
        reason=side.reason,
    )


def object_of(item: Item) -> dict[str, Any]:
    """An item as JSON shows it."""
    return {
        "type": item.type.value,
        "id": item.id,
        "name": item.name,
        "title": item.title,
        "description": item.description or None,
        "tool_type": item.tool_type,
        "template_type": item.template_type,
        "path": None if item.path is None else str(item.path),
        "compatibility": list(item.compatibility),
    }


def type_at(home: Path, path: Path) -> tuple[ItemType, str] | None:
    """Of which type a file in the home is, and the name that it has; None for any other file."""
    for item_type, suffix in SUFFIXES.items():
        folder = folder_of(home, item_type)
        if path.parent == folder and suffix and path.suffix == suffix:
            return item_type, path.stem
        if not suffix and folder in path.parents:
            return item_type, path.relative_to(folder).parts[0]
    return None


def require_in_place(home: Path, item_type: ItemType) -> None:
    """Raise StudioError where the folder of a type is reached through a link."""
    if not is_in_place(home, item_type):
        raise StudioError(
            f"{folder_of(home, item_type)} is reached through a symbolic link; it is left alone.",
            "Make it a folder of the Studio home itself.",
        )


def stem(row: ItemRow) -> str:
    """The name of an item by its file or folder."""
    last = row.path.rstrip("/").rpartition("/")[2]
    suffix = SUFFIXES[row.type]
    return last.removesuffix(suffix) if suffix else last
