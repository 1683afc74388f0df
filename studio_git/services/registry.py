"""The registry: skills, agents, tools, templates and prompts, as far as they are read.

Rows hold names and descriptions, so that ten thousand items are listed without a look at their
files. :mod:`studio_git.services.registryadd` adds, :mod:`studio_git.services.registrysync` brings
rows and files together.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git.core.prose import one_line
from studio_git.core.registryfiles import ItemType, technologies
from studio_git.errors import NotFoundError, UsageError
from studio_git.services.registryadd import Added, add
from studio_git.services.registryitems import (
    Item,
    folder_of,
    is_in_place,
    item_of,
    known,
    object_of,
    text_of,
    type_at,
)
from studio_git.services.registrysync import SyncReport, Told, sync
from studio_git.store import installs, registry
from studio_git.store.connection import Store

__all__ = [
    "Added",
    "Item",
    "SyncReport",
    "Told",
    "Uses",
    "add",
    "content",
    "file_stamp",
    "fits",
    "get",
    "items",
    "known",
    "object_of",
    "stamp",
    "sync",
    "type_at",
    "used_by",
]

_LISTS = {ItemType.SKILL: "skills", ItemType.TOOL: "tools"}


@dataclass(frozen=True, slots=True)
class Uses:
    """Who uses an item: names of agents, and ids with names of projects.

    ``projects`` are those whose tech stack is mapped to it, ``installed`` those that have it in
    their repositories.
    """

    agents: tuple[str, ...]
    projects: tuple[tuple[str, str], ...]
    installed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody does."""
        return bool(self.agents or self.projects or self.installed)

    def as_object(self) -> dict[str, object]:
        """As JSON shows it."""
        return {
            "agents": list(self.agents),
            "projects": [{"id": key, "name": name} for key, name in self.projects],
            "installed": [{"id": key, "name": name} for key, name in self.installed],
        }


def items(
    store: Store, item_type: ItemType | None = None, *, before: Iterable[Item] = ()
) -> list[Item]:
    """The items of one type or of all, by type and name; no file is read.

    ``before`` are items that were had earlier: those of them that are as they were are handed
    out again, with what they know of their files.
    """
    same = {item.row: item for item in before if item.home == store.home}
    found = []
    for row in registry.every(store.db, item_type):
        old = same.get(row)
        found.append(old if old is not None and old.is_current else item_of(row, store.home))
    return found


def get(store: Store, name: str, item_type: ItemType | None = None) -> Item:
    """The one item that a name means.

    By its name, the row's, its id or its file's, in any case where none is spelt so. Raises
    NotFoundError with the names that are alike, and UsageError where it may be several.
    """
    every = items(store, item_type)
    folded = name.casefold()
    found = (
        [item for item in every if name == item.name]
        or [item for item in every if name in item.words]
        or [item for item in every if folded in map(str.casefold, item.words)]
    )
    if len(found) == 1:
        return found[0]
    noun = "registry item" if item_type is None else item_type.value
    if not found:
        named = sorted({item.name for item in every})
        alike = difflib.get_close_matches(folded, named, n=3)
        alike += [each for each in named if folded in each.casefold() and each not in alike]
        hint = f"Did you mean {' or '.join(alike[:3])}?" if alike else ""
        hint = hint or "See what there is: git studio registry list"
        raise NotFoundError(f"there is no {noun} {one_line(name)}.", hint)
    listed = ", ".join(f"{item.type.value} {item.name} ({item.id[:13]})" for item in found[:5])
    raise UsageError(f"{one_line(name)} may be several: {listed}.", "Say which type with --type.")


def content(store: Store, item: Item) -> str:  # noqa: ARG001 - the store says whose item it is
    """The text of an item's file; of a template, its README.

    Raises NotFoundError where there is none, and UnreadableError where it is no text of ours.
    """
    return text_of(item)


def used_by(
    store: Store,
    name: str,
    item_type: ItemType | None = None,
    *,
    among: Sequence[Item] | None = None,
) -> Uses:
    """Who uses the items of that name.

    ``among`` are items that were read before: what they know of their files is not read again.
    """
    every = items(store) if among is None else among
    meant = [item for item in every if name in item.words and item_type in (None, item.type)]
    agents = [
        agent.name
        for agent in every
        if agent.type is ItemType.AGENT and any(_lists(agent, item) for item in meant)
    ]
    projects = {
        (str(row["id"]), str(row["name"])): None
        for item in meant
        for row in registry.projects_of(store.db, item.type, item.id)
    }
    installed = {
        (str(row["id"]), str(row["name"])): None
        for item in meant
        if item.type is ItemType.SKILL
        for row in installs.projects_of(store.db, item.id)
    }
    return Uses(tuple(dict.fromkeys(agents)), tuple(projects), tuple(installed))


def fits(store: Store, project_id: str, *, among: Sequence[Item] | None = None) -> frozenset[str]:
    """The names of the skills that fit a project's tech stack.

    Those whose Tech Stack Compatibility names a technology of it, in any case and whatever the
    version, and those that are mapped to it. ``among``: :func:`used_by`.
    """
    stack = technologies(registry.tech_stack(store.db, project_id))
    mapped = registry.mapped(store.db, ItemType.SKILL, project_id)
    if not stack and not mapped:
        return frozenset()
    skills = items(store, ItemType.SKILL) if among is None else among
    return frozenset(
        item.name
        for item in skills
        if item.type is ItemType.SKILL
        and (item.id in mapped or not stack.isdisjoint(technologies(item.compatibility)))
    )


def stamp(store: Store) -> str:
    """Something else whenever a row or a file of the registry is; of templates, their folder."""
    rows = repr(registry.every(store.db))
    return _digest(rows + file_stamp(store.home))


def file_stamp(home: Path) -> str:
    """The half of :func:`stamp` that needs no store, for who watches the rows by other means."""
    return _digest("".join(_files(home, item_type) for item_type in ItemType))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=20).hexdigest()


def _files(home: Path, item_type: ItemType) -> str:
    """The names, sizes and times of the files of a type."""
    if not is_in_place(home, item_type):
        return ""
    try:
        with os.scandir(folder_of(home, item_type)) as entries:
            found = [
                (entry.name, stat.st_mtime_ns, stat.st_size)
                for entry in entries
                if (stat := entry.stat(follow_symlinks=False))
            ]
    except OSError:
        return ""
    return repr(sorted(found))


def _lists(agent: Item, item: Item) -> bool:
    listed = _LISTS.get(item.type)
    return listed is not None and not set(item.words).isdisjoint(getattr(agent.details, listed))
