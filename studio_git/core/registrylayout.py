"""Which files of a folder are registry items, in the forms that others keep them and in our own.

=====================================  =============================================
``…/NAME/SKILL.md``                    a skill, with all that stands beside and below it
``….claude/agents/NAME.md``            an agent of Claude Code's; ``agents/`` of a plugin, too
``…/server.json``                      a server of MCP's
``registry/TYPE/…``                    as the Studio home keeps it
=====================================  =============================================

A folder that is a registry itself, such as one that was exported, needs no ``registry/``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from studio_git.core.mcpserver import SERVER_FILE
from studio_git.core.registrytypes import FOLDERS, SUFFIXES, ItemType
from studio_git.core.skillfolders import SKILL_FILE

AGENT_FILE = "agent.md"
"""The Markdown that an agent's JSON came from, in the folder that belongs to the item."""

COPIER_FILES = ("copier.yml", "copier.yaml")

_AGENT = re.compile(r"(?:^|/)agents/(?:[^/]+/)*[^/]+\.md$")
_CLAUDE_AGENT = re.compile(r"(?:^|/)\.claude/agents/(?:[^/]+/)*[^/]+\.md$")
_ITEM = re.compile(r"(?P<top>(?:.*/)?registry/|^)(?P<folder>[a-z]+)/(?P<name>[^/]+)$")
_TEMPLATE = re.compile(r"(?P<root>(?P<top>(?:.*/)?registry/|^)templates/(?P<name>[^/]+))/.+$")
_MARKS = {*COPIER_FILES, "README.md"}
_TYPES = {folder: item_type for item_type, folder in FOLDERS.items() if SUFFIXES[item_type]}


class Form(StrEnum):
    """How an item is kept where it was found."""

    SKILL_FOLDER = "SKILL.md"
    CLAUDE_AGENT = "agent.md"
    MCP_SERVER = "server.json"
    ITEM = "registry"


@dataclass(frozen=True, slots=True)
class Found:
    """An item: the file that is it ("" for a template), and the others that belong to it.

    ``root`` is the folder that the others are named relative to, with a "/" at its end ("" for
    the top). ``name`` is what it is called by where it stands; "" for a skill at the top. Where
    it is not ``sure``, only the content tells whether it is an item at all.
    """

    form: Form
    type: ItemType
    path: str
    name: str
    root: str = ""
    others: tuple[str, ...] = ()
    sure: bool = True


def find(paths: Iterable[str]) -> list[Found]:
    """The items among the paths of a folder, by where they stand; the content has a say, too.

    Agents and servers are only those whose content means to be one.
    """
    known = sorted(paths)
    skills = _skills(known)
    taken = {path for each in skills for path in (each.path, *each.others)}
    own = _own([path for path in known if path not in taken])
    taken |= {path for each in own for path in (each.path, *each.others)}
    rest = [path for path in known if path not in taken]
    agents = [
        Found(Form.CLAUDE_AGENT, ItemType.AGENT, path, _last(path).removesuffix(".md"), sure=False)
        for path in rest
        if _AGENT.search(path)
    ]
    servers = [
        Found(Form.MCP_SERVER, ItemType.TOOL, path, "", sure=False)
        for path in rest
        if _last(path) == SERVER_FILE
    ]
    return [*skills, *agents, *servers, *own]


def is_item(path: str) -> bool:
    """True for a path of a repository that a commit is checked for."""
    if _last(path) in (SKILL_FILE, SERVER_FILE):
        return True
    if _CLAUDE_AGENT.search(path):
        return True
    return _has_registry(path) and _item_type(path) is not None


def _skills(known: list[str]) -> list[Found]:
    roots = [path.removesuffix(SKILL_FILE) for path in known if _last(path) == SKILL_FILE]
    inside: dict[str, list[str]] = {root: [] for root in roots}
    for path in known:
        owner = _owner(path, inside)
        if owner is None or path == owner + SKILL_FILE:
            continue
        if owner or not path.startswith("."):  # beside a skill at the top, the host's own
            inside[owner].append(path)
    return [
        Found(
            Form.SKILL_FOLDER,
            ItemType.SKILL,
            root + SKILL_FILE,
            _last(root.rstrip("/")),
            root,
            tuple(inside[root]),
        )
        for root in roots
    ]


def _owner(path: str, roots: dict[str, list[str]]) -> str | None:
    """The nearest skill's folder that a path is in; None where it is in none."""
    folder = path
    while folder:
        folder = folder.rstrip("/").rpartition("/")[0]
        folder = f"{folder}/" if folder else ""
        if folder in roots:
            return folder
    return None


def _own(known: list[str]) -> list[Found]:
    found = []
    for path in known:
        item_type = _item_type(path)
        if item_type is not None:
            stem = path.removesuffix(SUFFIXES[item_type])
            found.append(
                Found(
                    Form.ITEM,
                    item_type,
                    path,
                    _last(stem),
                    f"{stem}/",
                    _below(known, f"{stem}/"),
                    sure=_has_registry(path),
                )
            )
    return [*found, *_templates(known)]


def _item_type(path: str) -> ItemType | None:
    """Of which type a file in a registry's folder is; of templates see :func:`_templates`."""
    match = _ITEM.match(path)
    if match is None:
        return None
    item_type = _TYPES.get(match["folder"])
    if item_type is None or match["name"].startswith(".") or match["name"] in _MARKS:
        return None
    return item_type if path.endswith(SUFFIXES[item_type]) else None


def _templates(known: list[str]) -> list[Found]:
    roots: dict[str, list[str]] = {}
    marked = set()
    for path in known:
        match = _TEMPLATE.match(path)
        if match is not None and not match["name"].startswith("."):
            root = match["root"] + "/"
            roots.setdefault(root, []).append(path)
            # Folders called templates/ are many; one of a registry says what it is.
            if match["top"] or path.removeprefix(root) in _MARKS:
                marked.add(root)
    return [
        Found(Form.ITEM, ItemType.TEMPLATE, "", _last(root.rstrip("/")), root, tuple(paths))
        for root, paths in roots.items()
        if root in marked
    ]


def _has_registry(path: str) -> bool:
    found = _ITEM.match(path)
    return found is not None and bool(found["top"])


def _below(known: list[str], root: str) -> tuple[str, ...]:
    """The paths in a folder; ``known`` is sorted."""
    first = bisect_left(known, root)
    return tuple(known[first : bisect_left(known, root + "\U0010ffff", first)])


def _last(path: str) -> str:
    return path.rpartition("/")[2]
