"""Whether registry files say what they should: those of the registry, or files that are named.

The hook asks the same of what is staged. Nothing heavy is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from studio_git.core import (
    claudeagents,
    frontmatter,
    hidden,
    mcpserver,
    registryfiles,
    registrylayout,
    skillfolders,
)
from studio_git.core.codes import HIDDEN_UNICODE
from studio_git.core.models import Side, Unreadable
from studio_git.core.registrylayout import Form, Found
from studio_git.core.registrytypes import MISSING_FIELD, SYNTAX, WRONG_VALUE, ItemType, Problem
from studio_git.core.text import readable
from studio_git.errors import StudioError, UsageError
from studio_git.services import registryfolders, registryitems
from studio_git.services.registryfolders import Contents
from studio_git.services.registryitems import Item, file_of, item_of
from studio_git.services.registrysource import Tree, opened, read_whole
from studio_git.store import registry
from studio_git.store.connection import Store

_MOST_HIDDEN = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in one file; ``line`` counts from 1, None is the whole file."""

    path: str
    line: int | None
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that agents can list; None where nobody knows."""

    skills: Collection[str] | None = None
    tools: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong in a source, and how many items were looked at."""

    faults: tuple[Fault, ...]
    items: int


def of_registry(store: Store, only: Sequence[Item] | None = None) -> Judged:
    """What is wrong with the items of the registry, all or some, in files, folders and rows."""
    every = [item_of(row, store.home) for row in registry.every(store.db)]
    names = names_of(every)
    chosen = every if only is None else only
    faults = tuple(fault for item in chosen for fault in _of_item(item, names))
    return Judged(faults, len(chosen))


def of_path(path: str, names: Names) -> Judged:
    """What is wrong with the items in a file or a folder.

    Raises UsageError where there are none.
    """
    with opened(path) as tree:
        every = registrylayout.find(tree.entries)
        names = _with(names, every)
        judged = [it for found in every if (it := _of_found(tree, found, names)) is not None]
        if not judged:
            raise UsageError(
                f"there is no registry item in {path}.",
                "One is a SKILL.md, .claude/agents/NAME.md, a server.json of MCP's, or a file in "
                "registry/.",
            )
        every_fault = [fault for faults in judged for fault in faults]
        return Judged(
            tuple(replace(fault, path=tree.where(fault.path)) for fault in every_fault), len(judged)
        )


def names_of(items: Iterable[Item]) -> Names:
    """The names that agents can list, of some items."""
    among = list(items)
    return Names(
        registryitems.known(among, ItemType.SKILL), registryitems.known(among, ItemType.TOOL)
    )


def check(found: Found, side: Side, names: Names) -> list[Fault] | None:
    """What is wrong in the file that is an item; None where it does not mean to be one."""
    shown = found.path
    if not isinstance(side, bytes):
        if side is None or not found.sure:
            return None
        return [Fault(shown, None, SYNTAX, f"The file cannot be used: {side.reason}.")]
    text = side.decode("utf-8")
    problems = _problems(found, text, names)
    return None if problems is None else [*_faults(shown, problems), *_hidden(shown, text)]


def _problems(found: Found, text: str, names: Names) -> Sequence[Problem] | None:
    if found.form is Form.SKILL_FOLDER:
        return skillfolders.check(text, found.name or None)
    if found.form is Form.CLAUDE_AGENT:
        meant = claudeagents.is_agent(text)
        return claudeagents.problems(text, skills=names.skills) if meant else None
    if found.form is Form.MCP_SERVER:
        return mcpserver.problems(text) if mcpserver.is_server(text) else None
    problems = _of_text(found.type, text, found.name, names)
    if not found.sure and {it.code for it in problems} & {SYNTAX, MISSING_FIELD}:
        return None
    return problems


def _of_text(item_type: ItemType, text: str, name: str, names: Names) -> list[Problem]:
    """What is wrong in a file of the registry's own form."""
    said = registryfiles.details(item_type, text, name=name, skills=names.skills, tools=names.tools)
    found = list(said.problems)
    if item_type is ItemType.SKILL and frontmatter.read(text).head:
        found += (it for it in skillfolders.check(text, name) if it not in found)
    return found


def _of_found(tree: Tree, found: Found, names: Names) -> list[Fault] | None:
    shown = found.path or found.root
    paths = [*([found.path] if found.path else []), *found.others]
    try:
        contents = read_whole(tree, paths, shown)
    except StudioError as error:
        return [Fault(shown, None, WRONG_VALUE, error.message, error.hint)]
    faults: list[Fault] | None = []
    if found.path:
        named = replace(found, name=found.name or tree.name)  # of a skill at the top
        faults = check(named, readable(contents[found.path].data), names)
    else:
        inside = {path.removeprefix(found.root): one for path, one in contents.items()}
        faults = list(_of_template(inside, found.root))
    if faults is None:
        return None
    return faults + list(_of_others({path: contents[path] for path in found.others}))


def _of_item(item: Item, names: Names) -> Iterator[Fault]:
    path = file_of(item)
    shown = f"{item.type.value} {item.name}" if path is None else str(path)
    side = registryitems.read(item)
    is_template = item.type is ItemType.TEMPLATE
    if isinstance(side, Unreadable):
        yield Fault(shown, None, SYNTAX, f"The file cannot be used: {side.reason}.")
        return
    if side is None and not is_template:
        hint = "Put it back, or remove the item: git studio registry remove NAME"
        yield Fault(shown, None, MISSING_FIELD, f"There is no file of {item.name}.", hint)
        return
    try:
        others = registryfolders.belongings(item)
    except StudioError as error:
        yield Fault(shown, None, WRONG_VALUE, error.message, error.hint)
        return
    folder = registryfolders.beside(item) or item.path
    if is_template:
        if not others:
            yield Fault(str(item.path), None, MISSING_FIELD, f"There are no files of {item.name}.")
        yield from _of_template(others, f"{item.path}/")
    elif isinstance(side, bytes):
        text = side.decode("utf-8")
        yield from _faults(shown, _of_text(item.type, text, item.name, names))
        yield from _hidden(shown, text)
    yield from _of_others({f"{folder}/{path}": one for path, one in others.items()})


def _of_template(found: Contents, root: str) -> Iterator[Fault]:
    said = registryfolders.copier_file(found)
    if said.fault:
        yield Fault(f"{root}copier.yml", None, WRONG_VALUE, f"It cannot be used: {said.fault}.")


def _of_others(found: Contents) -> Iterator[Fault]:
    """What nobody sees in the texts that belong to an item."""
    for path, one in found.items():
        side = readable(one.data)
        if isinstance(side, bytes):
            yield from _hidden(path, side.decode("utf-8"))


def _with(names: Names, found: Sequence[Found]) -> Names:
    """The names with those of the items that stand there, too."""

    def added(known: Collection[str] | None, item_type: ItemType) -> Collection[str] | None:
        if known is None:
            return None
        return {*known, *(it.name for it in found if it.type is item_type)}

    return Names(added(names.skills, ItemType.SKILL), added(names.tools, ItemType.TOOL))


def _faults(shown: str, problems: Iterable[Problem]) -> Iterator[Fault]:
    for it in problems:
        yield Fault(shown, it.line + 1, it.code, it.message, it.hint)


def _hidden(shown: str, text: str) -> Iterator[Fault]:
    for it in hidden.find(text, _MOST_HIDDEN):
        yield Fault(shown, it.line + 1, HIDDEN_UNICODE, hidden.describe(it))
