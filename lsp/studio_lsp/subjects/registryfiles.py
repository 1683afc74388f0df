"""Files of the registry: what is wrong in them, their parts, and the keys they can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lsprotocol import types

from studio_git.core import registryfiles
from studio_git.core.jsonplaces import JsonError, Node, parse
from studio_git.core.jsontyping import Context, Slot, context_at
from studio_git.core.names import printable
from studio_git.core.prose import shorten
from studio_git.core.registryfiles import FOLDERS, SCHEMAS, SUFFIXES, ItemType
from studio_git.core.registryschema import Schema
from studio_git.core.registrytypes import Lines
from studio_git.core.skillfile import SECTIONS, Section, parse_prompt
from studio_git.core.text import MAX_BYTES
from studio_git.services import registry, registryitems
from studio_git.store.connection import Store
from studio_lsp.nature import home_of
from studio_lsp.page import Page
from studio_lsp.subject import Finding, Subject

_REGISTRY = "registry"
_COPIED = (ItemType.SKILL, ItemType.AGENT, ItemType.TOOL)
_HEADING = re.compile(r"##?[ \t]*([^#]*)\Z")
_COLON = re.compile(r'"?[ \t]*:')
_MOST = 1000
_DEEPEST = 4

_EMPTY = {"string": '"{}"', "array": "[{}]", "object": "{{{}}}", "integer": "{}", "boolean": "{}"}
_SYMBOL_KINDS = {
    "object": types.SymbolKind.Object,
    "array": types.SymbolKind.Array,
    "string": types.SymbolKind.String,
    "number": types.SymbolKind.Number,
    "boolean": types.SymbolKind.Boolean,
    "null": types.SymbolKind.Null,
}


class RegistryFiles(Subject):
    """Skills, prompts, agents and tools, in the Studio home and as a bound clone carries them."""

    def findings(self, page: Page) -> Iterable[Finding]:
        """What is wrong, on its place."""
        item_type = self._type(page)
        if item_type is None:
            return []
        home = home_of(self.desk, page)
        store = None if home is None else self.desk.live_store(home)
        found = registryfiles.details(
            item_type,
            page.text,
            name=page.path.stem if page.path else None,
            skills=self._names(store, ItemType.SKILL),
            tools=self._names(store, ItemType.TOOL),
        )
        return [
            Finding(
                it.code,
                printable(f"{it.message} {it.hint}".strip()),
                page.range(it.line, it.column, it.end_column),
            )
            for it in found.problems
        ]

    def symbols(self, page: Page) -> Iterable[types.DocumentSymbol]:
        """The headings of Markdown, the members of JSON."""
        item_type = self._type(page)
        if item_type is None or len(page.text) > MAX_BYTES:
            return []
        if item_type in SCHEMAS:
            return _members(page)
        return _headings(page, parse_prompt(page.text).sections[:_MOST])

    def completion(self, page: Page, line: int, column: int) -> Iterable[types.CompletionItem]:
        """Keys of agents and tools, the kinds of tools, and the sections of skills."""
        item_type = self._type(page)
        if item_type is None:
            return []
        if item_type not in SCHEMAS:
            return _sections(page, line, column)
        found = context_at(page.text, line, column)
        if found is None:
            return []
        if found.slot is Slot.KEY:
            return self._keys(page, SCHEMAS[item_type], found)
        if found.slot is Slot.TOOL_TYPE and item_type is ItemType.TOOL:
            return _kinds_of_tools(page, found)
        return []

    def _type(self, page: Page) -> ItemType | None:
        """Of which type a file is, by where it stands."""
        if page.path is None or page.path.suffix not in (".md", ".json"):
            return None
        home = home_of(self.desk, page)
        folder = _below(page.path, home / _REGISTRY) if home is not None else None
        wanted: Iterable[ItemType] = (*_COPIED, ItemType.PROMPT)
        if folder is None:
            # Other projects have folders of that name too: only who uses Studio means it so.
            if page.clone is None or page.path.parent.parent.name != _REGISTRY:
                return None
            folder, wanted = page.path.parent.name, _COPIED
        return next(
            (it for it in wanted if FOLDERS[it] == folder and SUFFIXES[it] == page.path.suffix),
            None,
        )

    def _names(self, store: Store | None, item_type: ItemType) -> frozenset[str] | None:
        if store is None:
            return None
        key = ("item-names", store.home, item_type)
        return self.desk.remembered(
            key, lambda: registryitems.known(registry.items(store, item_type), item_type)
        )

    def _keys(self, page: Page, schema: Schema, found: Context) -> list[types.CompletionItem]:
        known: Schema = schema["properties"]
        snippets = self.desk.client.snippets
        return [
            types.CompletionItem(
                label=key,
                kind=types.CompletionItemKind.Property,
                detail="needed" if key in schema["required"] else None,
                documentation=about["description"],
                sort_text=f"{int(key not in schema['required'])}{number:02}",
                insert_text_format=types.InsertTextFormat.Snippet if snippets else None,
                text_edit=_key_edit(page, found, key, about["type"], snippets=snippets),
            )
            for number, (key, about) in enumerate(known.items())
            if key not in found.taken and not key.startswith("$")
        ]


def _below(path: Path, folder: Path) -> str | None:
    """The first name of a path's way down from a folder, links resolved or not."""
    for each, top in ((path, folder), (path.resolve(), folder.resolve())):
        if each.is_relative_to(top) and each != top:
            return each.relative_to(top).parts[0]
    return None


def _key_edit(page: Page, found: Context, key: str, kind: str, *, snippets: bool) -> types.TextEdit:
    """Writes a key, and the beginning of a value where none follows."""
    rest = page.line(found.line)[found.end :]
    if _COLON.match(rest):
        text = key if found.quoted else f'"{key}"'
        return types.TextEdit(page.range(found.line, found.start, found.end), text)
    end = found.end + (found.quoted and rest.startswith('"'))
    begin = "" if found.quoted else '"'
    value = _EMPTY[kind].format("$1" if snippets else "")
    if not snippets and kind in ("integer", "boolean"):
        value = {"integer": "0", "boolean": "false"}[kind]
    span = page.range(found.line, found.start, end)
    return types.TextEdit(span, f'{begin}{key}": {value}')


def _kinds_of_tools(page: Page, found: Context) -> list[types.CompletionItem]:
    span = page.range(found.line, found.start, found.end)
    quote = "" if found.quoted else '"'
    return [
        types.CompletionItem(
            label=word,
            kind=types.CompletionItemKind.EnumMember,
            text_edit=types.TextEdit(span, f"{quote}{word}{quote}"),
        )
        for word in SCHEMAS[ItemType.TOOL]["properties"]["tool_type"]["enum"]
    ]


def _sections(page: Page, line: int, column: int) -> list[types.CompletionItem]:
    """The headings that a skill has and this one lacks, where a heading is begun."""
    text = page.line(line)
    begun = _HEADING.match(text[:column])
    if begun is None or text[column:].strip():
        return []
    present = {it.title.casefold() for it in parse_prompt(page.text).sections if it.line != line}
    span = page.range(line, 0, len(text))
    return [
        types.CompletionItem(
            label=f"## {title}",
            kind=types.CompletionItemKind.Property,
            sort_text=f"{number}",
            text_edit=types.TextEdit(span, f"## {title}"),
        )
        for number, title in enumerate(SECTIONS)
        if title.casefold() not in present
        and title.casefold().startswith(begun[1].strip().casefold())
    ]


def _headings(page: Page, sections: Sequence[Section]) -> list[types.DocumentSymbol]:
    """The sections, those below a heading inside of it."""
    top: list[types.DocumentSymbol] = []
    open_: list[tuple[int, list[types.DocumentSymbol]]] = [(0, top)]
    for section in sections:
        last = max(section.end_line - 1, section.line)
        inside: list[types.DocumentSymbol] = []
        symbol = types.DocumentSymbol(
            printable(shorten(section.title, 200)) or "-",
            types.SymbolKind.String,
            types.Range(types.Position(section.line, 0), page.position(last, len(page.line(last)))),
            page.range(section.line, 0, len(page.line(section.line))),
            children=inside,
        )
        while open_[-1][0] >= section.level:
            open_.pop()
        open_[-1][1].append(symbol)
        open_.append((section.level, inside))
    return top


def _members(page: Page) -> list[types.DocumentSymbol]:
    try:
        root = parse(page.text)
    except JsonError:
        return []
    return _JsonSymbols(page).of(root, 0)


class _JsonSymbols:
    """Makes symbols of a JSON value, so many of them at most."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lines = Lines(page.text)
        self._left = _MOST

    def of(self, node: Node, depth: int) -> list[types.DocumentSymbol]:
        """What is inside of an object or a list."""
        inside = [(name.text, name, value) for name, value in node.members]
        inside += [(f"[{number}]", item, item) for number, item in enumerate(node.items)]
        made = []
        for name, heading, value in inside if depth < _DEEPEST else ():
            if self._left <= 0:
                break
            self._left -= 1
            detail = shorten(value.text, 60) if value.kind not in ("object", "array") else None
            made.append(
                types.DocumentSymbol(
                    printable(shorten(name, 100)) or "-",
                    _SYMBOL_KINDS[value.kind],
                    types.Range(self._place(heading.start), self._place(value.end)),
                    types.Range(self._place(heading.start), self._place(heading.end)),
                    detail=None if detail is None else printable(detail),
                    children=self.of(value, depth + 1),
                )
            )
        return made

    def _place(self, offset: int) -> types.Position:
        return self._page.position(*self._lines.place(offset))
