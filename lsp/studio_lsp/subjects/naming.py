"""Where texts name items of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.core import prose
from studio_git.core.jsontyping import Slot, mentions
from studio_git.core.registryfiles import ItemType
from studio_git.services.registry import Item
from studio_lsp import lines, uris
from studio_lsp.page import Page
from studio_lsp.subjects.shelf import Shelf

SKILL_MARK = "@skill:"

_WORD = re.compile(r"\w[\w.-]*")
_TYPED = re.compile(r"(?:\w[\w.-]*)?\Z")
_CODE_SPAN = re.compile(r"`(\w[\w.-]*)`")
_MARKED = re.compile(rf"(?<![\w@./-]){SKILL_MARK}(\w[\w.-]*)")
_LISTED = {Slot.SKILLS: ItemType.SKILL, Slot.TOOLS: ItemType.TOOL}


@dataclass(frozen=True, slots=True)
class Named:
    """Items that are named at a place of one line, and the columns of their name."""

    items: tuple[Item, ...]
    line: int
    begin: int
    end: int


def typed_before(text: str, column: int) -> str:
    """The part of a name that stands before a column of a line; empty where none does."""
    found = _TYPED.search(text[:column])
    return found[0] if found else ""


def named_at(page: Page, shelf: Shelf, line: int, column: int) -> Named | None:
    """The items that the word at a place names; None where it names none.

    A name counts as it is spelt; in code, behind ``@skill:`` and in an agent's lists, in any case.
    """
    listed = _listed_at(page, line, column)
    if listed is not None:
        name, wanted, begin, end = listed
        items = tuple(item for item in shelf.called(name) if item.type is wanted)
        return Named(items, line, begin, end) if items else None
    text = page.line(line)
    for match in _WORD.finditer(text):
        if match.end() < column:
            continue
        if match.start() > column:
            break
        word = match[0].rstrip(".-")
        begin, end = match.start(), match.start() + len(word)
        marked = text.endswith(SKILL_MARK, 0, begin)
        coded = text[begin - 1 : begin] == "`" and text[end : end + 1] == "`"
        found = shelf.called(word, exactly=not (marked or coded))
        items = tuple(it for it in found if not marked or it.type is ItemType.SKILL)
        if items and column <= end:
            return Named(items, line, begin, end)
    return None


def marked(page: Page, shelf: Shelf) -> Iterator[Named]:
    """The names in backticks and behind ``@skill:``, outside of fenced code."""
    texts = [page.line(number) for number in range(page.count)]
    fenced = prose.fences(texts).inside
    for number, text in enumerate(texts):
        if fenced[number] or ("`" not in text and SKILL_MARK not in text):
            continue
        for match in _CODE_SPAN.finditer(text):
            items = tuple(shelf.called(match[1]))
            if items:
                yield Named(items, number, *match.span(1))
        for match in _MARKED.finditer(text):
            name = match[1].rstrip(".-")
            items = tuple(it for it in shelf.called(name) if it.type is ItemType.SKILL)
            if items:
                yield Named(items, number, match.start(), match.start(1) + len(name))


def occurrences(page: Page, names: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    """Line and columns of every place where a text has one of the names as a word of its own."""
    choices = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.-])(?:{choices})(?![\w-])")
    for number in range(page.count):
        for match in pattern.finditer(page.line(number)):
            yield number, *match.span()


def page_of(path: Path, inside: Path, encoding: str) -> Page | None:
    """A file on disk as a page; None for what is no text, or leads out of ``inside``."""
    side = files.read_side(path, inside=inside)
    if not isinstance(side, bytes):
        return None
    text = side.decode("utf-8").removeprefix("\ufeff")
    return Page(uris.uri_of(path), "", None, lines.split(text), encoding, path=path)


def _listed_at(page: Page, line: int, column: int) -> tuple[str, ItemType, int, int] | None:
    """What an agent's list of skills or tools has at a place."""
    if page.path is None or page.path.suffix != ".json":
        return None
    for each in mentions(page.text):
        if each.line == line and each.column <= column <= each.end_column:
            return each.name, _LISTED[each.slot], each.column, each.end_column
    return None
