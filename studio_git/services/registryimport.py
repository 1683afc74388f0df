"""Taking items from elsewhere into the registry: what would come, and bringing it.

Nothing that comes along is run. What is there already, and another text, is replaced only where
that is asked for, and kept in the backups.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from studio_git import files
from studio_git.core import (
    claudeagents,
    diff,
    mcpserver,
    names,
    registryfiles,
    registrylayout,
    skillfolders,
)
from studio_git.core.mcpserver import SERVER_FILE
from studio_git.core.registrylayout import AGENT_FILE, Form, Found
from studio_git.core.registrytypes import (
    MISSING_FIELD,
    SYNTAX,
    ItemType,
    Problem,
    check_name,
    name_from,
)
from studio_git.core.text import readable
from studio_git.errors import NotFoundError, StudioError, UsageError
from studio_git.services import registryfolders
from studio_git.services.registryadd import Known, add, called, hidden_in, warnings_of
from studio_git.services.registryfolders import Contents, RegistryFile
from studio_git.services.registryitems import Item, folder_of, item_of, known, read
from studio_git.services.registrykeep import Keeper
from studio_git.services.registrysource import Tree, read_whole
from studio_git.services.registrysync import sync
from studio_git.store import registry
from studio_git.store.connection import Store


class State(StrEnum):
    """How an item that was found stands to the registry."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as it would stand in the registry; ``origin`` is where it was found.

    ``text`` is its file ("" for a template), ``others`` what belongs to it. ``refused`` says why
    it cannot be taken, ``warnings`` what is wrong in it, ``hidden`` what nobody sees in it.
    """

    form: Form
    type: ItemType
    name: str
    origin: str
    text: str = ""
    others: Contents | None = None
    warnings: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    refused: str = ""

    @property
    def files(self) -> Contents:
        """What belongs to it."""
        return self.others or {}


@dataclass(frozen=True, slots=True)
class Planned:
    """A draft, and what it meets; ``summary`` is like ``+4 lines, -2 lines``."""

    draft: Draft
    state: State
    item: Item | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done, by item; ``left`` differ and stayed. ``kept`` is where the old ones are."""

    added: tuple[Item, ...]
    replaced: tuple[Item, ...]
    left: tuple[Planned, ...]
    kept: Path | None


def plan(
    store: Store, tree: Tree, only: Collection[str] = (), name: str | None = None
) -> list[Planned]:
    """What a source would bring, by type and name; nothing is changed.

    ``only`` are names of items, all if empty; ``name`` is what the only one is to be called.
    Raises NotFoundError where nothing is found, UsageError for a name that cannot be.
    """
    drafts = sorted(_drafts(tree), key=lambda it: (list(ItemType).index(it.type), it.name))
    if only:
        drafts = _chosen(drafts, only)
    if not drafts:
        raise NotFoundError(
            "no registry item was found there.",
            "One is a folder with a SKILL.md, .claude/agents/NAME.md, a server.json of MCP's, or "
            "a file in registry/.",
        )
    if name is not None:
        if len(drafts) > 1:
            raise UsageError("--name is for one item, and there are more.", "Name the one, too.")
        drafts = [_renamed(drafts[0], name)]
    there = [item_of(row, store.home) for row in registry.every(store.db)]
    listed = {
        kind: known(there, kind) | {it.name for it in drafts if it.type is kind}
        for kind in (ItemType.SKILL, ItemType.TOOL)
    }
    by_word = {(it.type, word.casefold()): it for it in there for word in it.words}
    return [
        _met(_examined(draft, listed[ItemType.SKILL], listed[ItemType.TOOL]), by_word)
        for draft in _once(drafts)
    ]


def carry_out(store: Store, planned: Sequence[Planned], *, replacing: bool) -> Imported:
    """Bring in what is new and, if ``replacing``, what differs.

    Raises StudioError where the first one fails; those before it are there then.
    """
    store.require_writable()
    keeper = Keeper(store)
    among = Known(store)
    added: list[Item] = []
    replaced: list[Item] = []
    left: list[Planned] = []
    for each in planned:
        draft = each.draft
        if each.state is State.NEW:
            source = draft.files if draft.type is ItemType.TEMPLATE else draft.text.encode()
            made = add(store, draft.type, source, draft.name, others=draft.others, among=among)
            added.append(made.item)
        elif each.state is State.DIFFERS and each.item is not None and replacing:
            replaced.append(
                replace_item(store, each.item, draft.text.encode(), draft.files, keeper)
            )
        elif each.state is State.DIFFERS:
            left.append(each)
    return Imported(tuple(added), tuple(replaced), tuple(left), keeper.folder)


def replace_item(store: Store, item: Item, data: bytes, others: Contents, keeper: Keeper) -> Item:
    """Put another content in place of an item's, and bring its row along; the item as it is now.

    What was there is kept first.
    """
    if item.path is None:
        raise UsageError(f"{item.name} has a path that leads elsewhere.", "Remove the item first.")
    keeper.item(item)
    if item.type is ItemType.TEMPLATE:
        registryfolders.replace(store, item.path, others)
    else:
        folder = folder_of(store.home, item.type)
        there = files.read_bytes(item.path)
        if there != data:
            files.write_whole(item.path, data, inside=folder, expected=there, lock=store.lock)
        beside = registryfolders.beside(item)
        if beside is not None and registryfolders.belongings(item) != others:
            registryfolders.replace(store, beside, others)
    sync(store, only=item)
    rows = registry.every(store.db, item.type)
    return next((item_of(row, store.home) for row in rows if row.id == item.id), item)


def _drafts(tree: Tree) -> Iterator[Draft]:
    for found in registrylayout.find(tree.entries):
        try:
            draft = _draft(tree, found)
        except StudioError as error:
            draft = Draft(found.form, found.type, found.name, found.path, refused=error.message)
        if draft is not None:
            yield draft


def _draft(tree: Tree, found: Found) -> Draft | None:
    """The item at a place; None where the content does not mean to be one."""
    shown = found.path or found.root
    paths = [*([found.path] if found.path else []), *found.others]
    contents = read_whole(tree, paths, shown)
    links = sorted(path for path in tree.links if path.startswith(found.root) and found.root)
    skipped = tuple(f"{path} is no regular file, and is left out." for path in links)
    others = {path.removeprefix(found.root): contents[path] for path in found.others}
    for path in others:
        names.check_repo_path(path)
    base = Draft(found.form, found.type, found.name, shown, others=others, warnings=skipped)
    if not found.path:
        return replace(base, hidden=tuple(hidden_in(others)))
    side = readable(contents[found.path].data)
    if not isinstance(side, bytes):
        reason = "it is gone" if side is None else side.reason
        return replace(base, refused=reason) if found.sure else None
    text = side.decode("utf-8")
    if found.form is Form.CLAUDE_AGENT:
        return _agent(base, text, contents[found.path]) if claudeagents.is_agent(text) else None
    if found.form is Form.MCP_SERVER:
        return _server(base, text, contents[found.path]) if mcpserver.is_server(text) else None
    return _skill_or_item(base, text, found, tree.name)


def _skill_or_item(base: Draft, text: str, found: Found, top: str) -> Draft | None:
    said = registryfiles.details(base.type, text)
    codes = {problem.code for problem in said.problems}
    if not found.sure and codes & {SYNTAX, MISSING_FIELD}:
        return None
    warnings = base.warnings
    if found.form is Form.SKILL_FOLDER:
        name = name_from(said.name) or name_from(found.name or top)
        warnings += _lines(skillfolders.check(text, found.name or None))
    else:
        name = found.name
        text = called(base.type, text, name)
    return replace(base, name=name, text=text, warnings=warnings)


def _agent(base: Draft, text: str, original: RegistryFile) -> Draft:
    problems = claudeagents.problems(text)
    said = claudeagents.to_json(text)
    name = name_from(str(said["name"])) or base.name
    refused = next((it.message for it in problems if it.code == SYNTAX), "")
    return replace(
        base,
        name=name,
        text=_written(said | {"name": name}),
        others={AGENT_FILE: original},
        warnings=_lines(problems),
        refused=refused,
    )


def _server(base: Draft, text: str, original: RegistryFile) -> Draft:
    problems = mcpserver.problems(text)
    said = mcpserver.to_json(text)
    refused = next((it.message for it in problems if it.code == SYNTAX), "")
    return replace(
        base,
        name=str(said["name"]),
        text=_written(said),
        others={SERVER_FILE: original},
        warnings=_lines(problems),
        refused=refused,
    )


def _examined(draft: Draft, skills: Collection[str], tools: Collection[str]) -> Draft:
    """The draft with what is wrong in it as an item of the registry."""
    if draft.refused:
        return draft
    try:
        check_name(draft.name)
    except UsageError as error:
        return replace(draft, refused=error.message)
    if draft.type is ItemType.TEMPLATE:
        return draft
    said = registryfiles.details(
        draft.type, draft.text, name=draft.name, skills=skills, tools=tools
    )
    refused = next((it.message for it in said.problems if it.code == SYNTAX), "")
    own = () if draft.form is Form.SKILL_FOLDER else _lines(said.problems)
    made_of = draft.form in (Form.CLAUDE_AGENT, Form.MCP_SERVER)  # and its characters with it
    hidden = (*(() if made_of else warnings_of((), draft.text)), *hidden_in(draft.files))
    return replace(draft, warnings=(*draft.warnings, *own), hidden=tuple(hidden), refused=refused)


def _met(draft: Draft, by_word: Mapping[tuple[ItemType, str], Item]) -> Planned:
    if draft.refused:
        return Planned(draft, State.UNUSABLE)
    item = by_word.get((draft.type, draft.name.casefold()))
    if item is None:
        return Planned(draft, State.NEW)
    side = read(item) if draft.type is not ItemType.TEMPLATE else b""
    data = draft.text.encode()
    if side == data and registryfolders.belongings(item) == draft.files:
        return Planned(draft, State.SAME, item)
    before = side if isinstance(side, bytes) else b""
    summary = diff.diff_summary(before, data) if before != data else "other files beside it"
    return Planned(draft, State.DIFFERS, item, summary)


def _once(drafts: Sequence[Draft]) -> Iterator[Draft]:
    seen: dict[tuple[ItemType, str], str] = {}
    for draft in drafts:
        key = (draft.type, draft.name.casefold())
        first = seen.setdefault(key, draft.origin)
        again = first != draft.origin and not draft.refused
        yield replace(draft, refused=f"it is called as {first} is.") if again else draft


def _chosen(drafts: Sequence[Draft], only: Collection[str]) -> list[Draft]:
    names_there = {draft.name for draft in drafts}
    missing = [name for name in only if name not in names_there]
    if missing:
        listed = ", ".join(sorted(names_there)[:10])
        raise NotFoundError(
            f"there is no {', '.join(missing)}.", f"There are: {listed}" if listed else ""
        )
    return [draft for draft in drafts if draft.name in only]


def _renamed(draft: Draft, name: str) -> Draft:
    check_name(name)
    return replace(draft, name=name, text=called(draft.type, draft.text, name))


def _written(said: dict[str, object]) -> str:
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _lines(problems: Sequence[Problem]) -> tuple[str, ...]:
    return tuple(warnings_of(tuple(problems), ""))
