"""Rows and files of the registry, brought together whichever was edited.

The file counts, unless only the row was edited since they last agreed: then what the row says is
written into the file. What has no row gets one; what has no file is told, and never dropped.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio_git import files
from studio_git.core import copierfile, registryfiles
from studio_git.core.models import Unreadable
from studio_git.core.prose import one_line, shorten
from studio_git.core.registryfiles import MAX_DESCRIPTION, SUFFIXES, Details, ItemType
from studio_git.core.registrytypes import SYNTAX, check_name
from studio_git.errors import StudioError, UsageError
from studio_git.services.registryadd import DEFAULT_TYPE, digest, insert, warnings_of
from studio_git.services.registryfolders import copier_file_at, copier_path
from studio_git.services.registryitems import (
    README,
    Item,
    folder_of,
    is_in_place,
    item_of,
    read,
)
from studio_git.store import registry
from studio_git.store.connection import Store
from studio_git.store.registry import ItemRow


@dataclass(frozen=True, slots=True)
class Told:
    """Something about one item that a person has to look at."""

    type: ItemType
    name: str
    message: str


@dataclass(slots=True)
class SyncReport:
    """What was done: items that got a row, whose row follows the file, whose file the row.

    ``missing`` have a row and no file. ``problems`` stand in the way of an agreement,
    ``warnings`` are what is wrong in files that were read.
    """

    added: list[Item] = field(default_factory=list)
    updated: list[Item] = field(default_factory=list)
    written: list[Item] = field(default_factory=list)
    missing: list[Item] = field(default_factory=list)
    problems: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether every row and file agree now."""
        return not self.missing and not self.problems


@dataclass(frozen=True, slots=True)
class _Said:
    """What an item's file says, where it says anything: its text, and what was read in it."""

    text: str
    details: Details
    subtype: str = ""

    def beside(self, row: ItemRow) -> tuple[str, str | None]:
        """Description and subtype as the row should have them.

        What the file leaves open stays, and so do line ends where the words are the same.
        """
        said = self.details.description
        same = not said or said == shorten(row.description, MAX_DESCRIPTION)
        return row.description if same else said, self.subtype or row.subtype


def sync(store: Store, *, only: Item | None = None) -> SyncReport:
    """Bring rows and files together: of all items, or of the one that is given.

    Raises StoreError where the store cannot be written.
    """
    store.require_writable()
    report = SyncReport()
    rows = registry.every(store.db)
    agreed = registry.agreed(store.db)
    if only is not None:
        now = [item_of(row, store.home) for row in rows if (row.type, row.id) == only.key]
        _rows(store, now, agreed, report)
        return report
    for item_type in ItemType:
        of_type = [item_of(row, store.home) for row in rows if row.type is item_type]
        if not is_in_place(store.home, item_type):
            folder = folder_of(store.home, item_type)
            message = f"{folder} is reached through a symbolic link; it is left alone."
            report.problems.append(Told(item_type, "", message))
            continue
        _rows(store, of_type, agreed, report)
        _files(store, of_type, item_type, report)
    return report


def _rows(
    store: Store,
    items: list[Item],
    agreed: Mapping[tuple[ItemType, str], str],
    report: SyncReport,
) -> None:
    """Compare each row with its file, and do what follows in one transaction."""
    changes: list[tuple[Item, tuple[str, str | None], bool]] = []
    for item in items:
        said = _read(item, report)
        if said is None:
            continue
        kept = agreed.get((item.type, item.id))
        have = (item.row.description, item.row.subtype)
        wanted = said.beside(item.row)
        if wanted == have:
            if kept != digest(*have):
                changes.append((item, have, False))
            continue
        row_moved = kept is not None and kept != digest(*have) and _says_something(item, said)
        file_moved = kept is None or kept != digest(*wanted)
        if row_moved and not file_moved:
            if _write(store, item, said, report):
                changes.append((item, have, False))
            continue
        if row_moved:
            message = f"its row was edited too, and said: {item.row.description}"
            report.warnings.append(Told(item.type, item.name, message))
        changes.append((item, wanted, True))
    if changes:
        with store.writing() as db:
            for item, said_now, is_new in changes:
                _apply(db, item, said_now, report, is_new=is_new)


def _says_something(item: Item, said: _Said) -> bool:
    """Whether a row has what a file could take; a description is never taken away from one."""
    is_template = item.type is ItemType.TEMPLATE and not said.details.description
    return bool(item.row.description) or is_template


def _apply(
    db: sqlite3.Connection,
    item: Item,
    said: tuple[str, str | None],
    report: SyncReport,
    *,
    is_new: bool,
) -> None:
    if is_new:
        if not registry.describe(db, item.row, *said):
            message = "its row was changed meanwhile; sync again."
            report.problems.append(Told(item.type, item.name, message))
            return
        report.updated.append(item)
    registry.agree(db, item.type, item.id, digest(*said))


def _read(item: Item, report: SyncReport) -> _Said | None:
    """What an item's file says; what is wrong with it is told."""
    side = read(item)
    subtype = ""
    if item.type is ItemType.TEMPLATE and item.path is not None:
        if not item.path.is_dir() or item.path.is_symlink():
            report.missing.append(item)
            return None
        side = b"" if side is None else side
        subtype = copier_file_at(item.path).type
    if side is None:
        report.missing.append(item)
        return None
    if isinstance(side, Unreadable):
        message = f"its file cannot be used: {side.reason}."
        report.problems.append(Told(item.type, item.name, message))
        return None
    text = side.decode("utf-8")
    return _understood(item.type, item.name, text, report, subtype=subtype)


def _understood(
    item_type: ItemType, name: str, text: str, report: SyncReport, *, subtype: str
) -> _Said | None:
    """What a text says, unless it cannot be read at all; what is wrong with it is told."""
    details = registryfiles.details(item_type, text, name=name)
    told = report.warnings
    unreadable = any(problem.code == SYNTAX for problem in details.problems)
    if unreadable:
        told = report.problems
    told += (Told(item_type, name, message) for message in warnings_of(details.problems, text))
    return None if unreadable else _Said(text, details, subtype or details.tool_type)


def _write(store: Store, item: Item, said: _Said, report: SyncReport) -> bool:
    """Put what the row says into the file; whether that was done."""
    assert item.path is not None  # noqa: S101 - it was read
    folder = folder_of(store.home, item.type)
    changes: list[tuple[Path, str, str | None]] = []
    description = one_line(item.row.description)
    if item.type is ItemType.TEMPLATE:
        if description != said.details.description:
            text = registryfiles.described(
                item.type, said.text, description=description, tool_type=None
            )
            changes.append((item.path / README, said.text, text))
        if said.subtype and item.row.subtype != said.subtype:
            path = copier_path(item.path)
            text = (files.read_bytes(path) or b"").decode("utf-8", "replace")
            changes.append((path, text, copierfile.with_type(text, item.row.subtype or "")))
    else:
        text = registryfiles.described(
            item.type, said.text, description=description, tool_type=item.tool_type
        )
        changes.append((item.path, said.text, text))
    problem = "its row was edited, and its file has no place for what the row says now."
    if all(after is not None for _, _, after in changes):
        try:
            for path, before, after in changes:
                _put(store, path, folder, before, str(after))
        except StudioError as error:
            problem = error.message
        else:
            report.written.append(item)
            return True
    report.problems.append(Told(item.type, item.name, problem))
    return False


def _put(store: Store, path: Path, folder: Path, before: str, after: str) -> None:
    files.write_whole(
        path, after.encode(), inside=folder, expected=before.encode(), lock=store.lock
    )


def _files(store: Store, items: list[Item], item_type: ItemType, report: SyncReport) -> None:
    """Give a row to each file of a type that has none."""
    have = {item.row.path.rstrip("/") for item in items}
    ids = {item.id for item in items}
    made = []
    for path in _entries(store.home, item_type):
        if path.name in have:
            continue
        name = path.name.removesuffix(SUFFIXES[item_type]) if SUFFIXES[item_type] else path.name
        try:
            check_name(name)
        except UsageError as error:
            report.problems.append(Told(item_type, path.name, f"{error.message} {error.hint}"))
            continue
        row = ItemRow(
            item_type,
            id=str(uuid.uuid4()) if name in ids else name,
            name=name,
            description="",
            subtype=None,
            path=path.name,
        )
        said = _read(item_of(row, store.home), report)
        if said is not None:
            description, subtype = said.beside(row)
            if item_type is ItemType.TEMPLATE:
                subtype = subtype or DEFAULT_TYPE
            made.append(replace(row, description=description, subtype=subtype))
    if made:
        with store.writing() as db:
            for row in made:
                if insert(db, row):
                    report.added.append(item_of(row, store.home))
                else:
                    message = f"{row.path} has no row: another {item_type.value} is called so."
                    report.problems.append(Told(item_type, row.name, message))


def _entries(home: Path, item_type: ItemType) -> Iterator[Path]:
    """What in a type's folder can be an item, by name; hidden files never are."""
    folder = folder_of(home, item_type)
    suffix = SUFFIXES[item_type]
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.name.endswith(suffix):
            continue
        if suffix or (path.is_dir() and not path.is_symlink()):
            yield path
