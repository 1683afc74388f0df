"""Writing items out in the forms that others read; what came from one goes back as it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import claudeagents, mcpserver, skillfolders
from studio_git.core.mcpserver import SERVER_FILE
from studio_git.core.registrylayout import AGENT_FILE
from studio_git.core.registrytypes import FOLDERS, SUFFIXES, ItemType
from studio_git.core.skillfolders import SKILL_FILE
from studio_git.core.text import readable
from studio_git.errors import UsageError
from studio_git.services import registryfolders
from studio_git.services.registryfolders import Contents, RegistryFile
from studio_git.services.registryitems import Item, text_of
from studio_git.store.connection import Store

SERVERS = "servers"

_PUBLIC = 0o644
_PUBLIC_PROGRAM = 0o755


@dataclass(frozen=True, slots=True)
class Exported:
    """An item as it was written: its first file, relative to the folder, and what was left out."""

    item: Item
    path: str
    warnings: tuple[str, ...]


def export(
    store: Store, items: Sequence[Item], folder: Path, *, replacing: bool = False
) -> list[Exported]:
    """Write items into a folder: ``skills/NAME/SKILL.md``, ``agents/NAME.md`` and so on.

    A folder that is called ``skills`` or ``agents`` itself takes those right in it. Raises
    UsageError, with nothing written, where another file is in the way and ``replacing`` is off.
    """
    plans = [(item, *_files_of(item, folder)) for item in items]
    in_the_way = [
        path
        for _, written, _ in plans
        for path, one in written.items()
        if files.read_bytes(folder / path, inside=folder) not in (None, one.data)
    ]
    if in_the_way and not replacing:
        raise UsageError(
            f"{folder / in_the_way[0]} is there, and differs; nothing was written.",
            "Replace it with --replace, or choose another folder.",
        )
    made = []
    for item, written, warnings in plans:
        for path, one in written.items():
            _write(store, folder, path, one)
        made.append(Exported(item, next(iter(written)), warnings))
    return made


def skill_files(item: Item) -> Contents:
    """The files of a skill's folder, ``SKILL.md`` first.

    Raises NotFoundError and UnreadableError where the registry has no text of it.
    """
    text = skillfolders.as_skill_file(text_of(item), item.name, item.description)
    return {SKILL_FILE: RegistryFile(text.encode(), False), **registryfolders.belongings(item)}


def _files_of(item: Item, folder: Path) -> tuple[Contents, tuple[str, ...]]:
    """The files of an item by their paths, and what of it they do not say."""
    if item.type is ItemType.SKILL:
        return _under(f"{_top('skills', folder)}{item.name}/", skill_files(item)), ()
    if item.type is ItemType.TEMPLATE:
        found = registryfolders.belongings(item)
        if not found:
            raise UsageError(f"the template {item.name} has no files.", "Look: registry sync")
        return _under(f"templates/{item.name}/", found), ()
    if item.type is ItemType.AGENT:
        return _agent(item, folder)
    if item.type is ItemType.TOOL:
        original = _original(item, SERVER_FILE)
        if original is not None:
            text = mcpserver.to_server(_members(item), original)
            path = f"{SERVERS}/{item.name}/{SERVER_FILE}"
            return {path: RegistryFile(text.encode(), False)}, ()
    path = f"{FOLDERS[item.type]}/{item.name}{SUFFIXES[item.type]}"
    return {path: RegistryFile(text_of(item).encode(), False)}, ()


def _agent(item: Item, folder: Path) -> tuple[Contents, tuple[str, ...]]:
    members = _members(item)
    text = claudeagents.to_markdown(members, _original(item, AGENT_FILE))
    left = claudeagents.not_carried(members)
    warnings = (f"{', '.join(left)} has no place there, and was left out.",) if left else ()
    path = f"{_top('agents', folder)}{item.name}.md"
    return {path: RegistryFile(text.encode(), False)}, warnings


def _top(name: str, folder: Path) -> str:
    return "" if folder.name == name else f"{name}/"


def _under(prefix: str, found: Contents) -> Contents:
    return {prefix + path: one for path, one in found.items()}


def _original(item: Item, name: str) -> str | None:
    """The text that an item was made of, where it came from elsewhere."""
    one = registryfolders.belongings(item).get(name)
    side = None if one is None else readable(one.data)
    return side.decode("utf-8") if isinstance(side, bytes) else None


def _members(item: Item) -> dict[str, Any]:
    try:
        said = json.loads(text_of(item).removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UsageError(
            f"the file of the {item.type.value} {item.name} is no JSON object.",
            f"Look at it: git studio registry validate {item.name}",
        )
    return said


def _write(store: Store, folder: Path, path: str, one: RegistryFile) -> None:
    target = folder / path
    files.write_whole(
        target,
        one.data,
        inside=folder,
        expected=files.read_bytes(target, inside=folder),
        lock=store.lock,
        mode=_PUBLIC_PROGRAM if one.executable else _PUBLIC,
    )
