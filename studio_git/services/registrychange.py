"""Editing and removing items: looked at before anything is replaced, and kept before it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.core import registryfiles
from studio_git.core.models import Unreadable
from studio_git.core.registrytypes import (
    MISSING_FIELD,
    SUFFIXES,
    SYNTAX,
    WRONG_VALUE,
    ItemType,
)
from studio_git.core.text import readable
from studio_git.errors import StudioError, UsageError
from studio_git.services.registry import items
from studio_git.services.registryadd import warnings_of
from studio_git.services.registryfollow import Followed, follow
from studio_git.services.registryitems import (
    README,
    Item,
    file_of,
    folder_of,
    known,
    read,
    require_in_place,
)
from studio_git.services.registrykeep import Keeper, remove_files
from studio_git.services.registrysync import sync
from studio_git.store import installs, registry
from studio_git.store.connection import Store

_REFUSED = (SYNTAX, MISSING_FIELD, WRONG_VALUE)

Editor = Callable[[bytes, str], bytes]
"""Lets a person edit a text; the second word is how the file's name ends."""

Again = Callable[[list[str]], bool]
"""Tells what is wrong, and asks whether to edit it once more."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to; ``followed`` are the installed copies that moved, or did not."""

    changed: bool
    warnings: tuple[str, ...] = ()
    followed: tuple[Followed, ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """Where a removed item is kept (None: it had no file), and how many mappings went with it."""

    kept: Path | None
    mappings: int


def edit(store: Store, item: Item, editor: Editor, again: Again) -> Edited:
    """Let a person edit an item's file, and put it back only if nothing is wrong in it.

    A text that is refused is kept in the backups. Raises UsageError then, FileChangedError where
    somebody else wrote the file meanwhile (the text is kept, too).
    """
    store.require_writable()
    require_in_place(store.home, item.type)
    path = file_of(item)
    before = read(item)
    if path is None or isinstance(before, Unreadable):
        reason = before.reason if isinstance(before, Unreadable) else "its path leads elsewhere"
        raise UsageError(
            f"{item.name} cannot be edited: {reason}.", "Look at it: git studio registry show NAME"
        )
    after, suffix = before or b"", SUFFIXES[item.type] or ".md"
    while True:
        after = editor(after, suffix)
        if after == (before or b""):
            return Edited(changed=False)
        problems, warnings = _judged(store, item, after)
        if not problems:
            break
        if not again(problems):
            raise _refused(store, item, after, problems[0])
    try:
        files.write_whole(
            path,
            after,
            inside=folder_of(store.home, item.type),
            expected=before,
            lock=store.lock,
        )
    except StudioError as error:
        kept = Keeper(store).text(item.type, path.name, after)
        raise StudioError(error.message, f"Your text is in {kept}") from error
    sync(store, only=item)
    followed = follow(store, item) if item.type is ItemType.SKILL else []
    return Edited(True, tuple(warnings), tuple(followed))


def remove(store: Store, item: Item) -> Removed:
    """Take an item out of the registry: its file, what belongs to it, its row.

    All files are kept in the backups first. Context files that were made of it stay as they are.
    """
    store.require_writable()
    require_in_place(store.home, item.type)
    keeper = Keeper(store)
    keeper.item(item)
    remove_files(store, item)
    with store.writing() as db:
        mappings = registry.remove(db, item.row)
        if item.type is ItemType.SKILL:
            installs.forget_skill(db, item.id)
    return Removed(keeper.folder, mappings)


def _judged(store: Store, item: Item, data: bytes) -> tuple[list[str], list[str]]:
    """What forbids an edited text, and what is only to be told."""
    side = readable(data)
    if not isinstance(side, bytes):
        reason = "empty" if side is None else side.reason
        return [f"The file cannot be used: {reason}."], []
    text = side.decode("utf-8")
    every = items(store)
    said = registryfiles.details(
        item.type,
        text,
        name=item.name,
        skills=known(every, ItemType.SKILL),
        tools=known(every, ItemType.TOOL),
    )
    forbidding = tuple(it for it in said.problems if it.code in _REFUSED)
    rest = tuple(it for it in said.problems if it.code not in _REFUSED)
    return warnings_of(forbidding, ""), warnings_of(rest, text)


def _refused(store: Store, item: Item, data: bytes, first: str) -> UsageError:
    name = README if item.type is ItemType.TEMPLATE else f"{item.name}{SUFFIXES[item.type]}"
    kept = Keeper(store).text(item.type, name, data)
    return UsageError(
        f"{item.name} was not changed: {first[0].lower()}{first[1:].rstrip('.')}.",
        f"Your text is in {kept}",
    )
