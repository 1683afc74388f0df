"""The kinds of registry items, what can be wrong in their files, and where in the text that is.

A position is a line from 0 and a column in code points from 0. A line ends at LF, CRLF or a lone
CR, as the Language Server Protocol 3.17 has it ("Text Documents").
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from studio_git.core import names
from studio_git.errors import UsageError

SYNTAX = "registry/syntax"
MISSING_FIELD = "registry/missing-field"
WRONG_VALUE = "registry/wrong-value"
UNKNOWN_FIELD = "registry/unknown-field"
UNKNOWN_ITEM = "registry/unknown-item"

MAX_PROBLEMS = 100
"""So many problems of one file are told."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_MAX_NAME = 100
_NOT_IN_A_NAME = re.compile(r"[^\w.]+")
_NAME = re.compile(r"\w[\w.-]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


class ItemType(StrEnum):
    """``tech_mappings.registry_type`` of the data model, and the two that it has no use for."""

    SKILL = "skill"
    AGENT = "agent"
    TOOL = "tool"
    TEMPLATE = "template"
    PROMPT = "prompt"


FOLDERS: Mapping[ItemType, str] = {each: f"{each.value}s" for each in ItemType}
"""The folder of each type in ``registry/``."""

SUFFIXES: Mapping[ItemType, str] = {
    ItemType.SKILL: ".md",
    ItemType.AGENT: ".json",
    ItemType.TOOL: ".json",
    ItemType.TEMPLATE: "",  # a folder
    ItemType.PROMPT: ".md",
}
"""How the name of an item's file ends."""


class Problem(NamedTuple):
    """Something wrong in a file; ``code`` is one of :mod:`studio_git.core.codes`.

    It stands on one line, from ``column`` up to ``end_column``. ``hint`` says what to do.
    """

    code: str
    message: str
    line: int
    column: int
    end_column: int
    hint: str = ""


class Lines:
    """A text's lines: offsets as positions, and positions as offsets."""

    def __init__(self, text: str) -> None:
        ends = [match.span() for match in _LINE_END.finditer(text)]
        self.starts = [0, *(end for _, end in ends)]
        self._ends = [*(start for start, _ in ends), len(text)]

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one outside of the text counts as the nearest inside."""
        line = max(0, min(line, len(self.starts) - 1))
        return max(self.starts[line], min(self.starts[line] + column, self._ends[line]))

    def problem(self, code: str, message: str, start: int, end: int, hint: str = "") -> Problem:
        """A problem on what stands between two offsets, as far as its first line goes."""
        line, column = self.place(start)
        end_column = min(end, self._ends[line]) - self.starts[line]
        return Problem(code, message, line, column, max(column, end_column), hint)


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends."""
    return _LINE_END.split(text)


def is_name(text: str) -> bool:
    """Whether an item can be called so: one word, the stem of a file on every system."""
    try:
        check_name(text)
    except UsageError:
        return False
    return True


def looks_like_name(text: str) -> bool:
    """Whether a row's or a file's word can be what people call an item; a UUID never is."""
    return _NAME.fullmatch(text) is not None and _UUID.fullmatch(text) is None


def check_name(text: str) -> None:
    """Make sure that an item can be called so. Raises UsageError, with a name that comes near."""
    if _NAME.fullmatch(text) and len(text) <= _MAX_NAME and not text.endswith("."):
        names.check_canonical_name(text)
        return
    near = name_from(text)
    shown = names.printable(text if len(text) <= 40 else text[:39] + "…")
    raise UsageError(
        f"an item of the registry cannot be called '{shown}'.",
        "A name is one word of letters, digits, '-', '_' and '.', as in "
        f"{near or 'python-api-skill'}.",
    )


def name_from(text: str) -> str:
    """A name made of a title: ``python-api-skill`` of "Python API Skill"; "" where none can be."""
    composed = unicodedata.normalize("NFC", text).lower()
    return _NOT_IN_A_NAME.sub("-", composed)[:_MAX_NAME].strip("-.")
