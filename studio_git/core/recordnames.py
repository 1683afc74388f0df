"""How texts name records: by id, by a cycle's code, by title. What stands at one place of a line.

Titles are not looked for in the text; the pieces of the text around the place are looked for
among the titles, so that it does not matter how many titles there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = re.compile(
    r"(?<![\w-])(decision:)?([0-9a-f]{6,8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,12})?)(?![\w-])"
)
_CODE = re.compile(r"(?<![\w-])CYC-([1-9][0-9]{0,8})(?![\w-])", re.IGNORECASE)
_SHORTEST = 8
_REACH = 40
"""So many places before, and after, are tried as a title's beginning, and its end."""

_MAX_TITLE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a place: the beginning of an id, or the number of a code, and its columns."""

    begin: int
    end: int
    id_start: str = ""
    number: int | None = None


def named_at(line: str, column: int) -> Place | None:
    """An id (its first 8 digits, or 6 behind ``decision:``) or a code at a column."""
    for match in _CODE.finditer(line):
        if match.start() <= column <= match.end():
            return Place(*match.span(), number=int(match[1]))
    for match in _ID.finditer(line):
        if match.start() <= column <= match.end():
            if match[1] or len(match[2]) >= _SHORTEST:
                return Place(*match.span(), id_start=match[2].rstrip("-"))
            return None
    return None


def phrases_at(line: str, column: int) -> dict[str, tuple[int, int]]:
    """The pieces of a line around a column that can be titles, with their columns.

    Each begins and ends where a word or a sign does. The longest come first.
    """
    begins = [at for at in range(min(column, len(line) - 1), -1, -1) if _begins(line, at)]
    ends = [at for at in range(column, len(line) + 1) if at > 0 and _ends(line, at)]
    found = {}
    for begin in begins[:_REACH]:
        for end in ends[:_REACH]:
            phrase = line[begin:end]
            if 2 < len(phrase) <= _MAX_TITLE and any(map(str.isalnum, phrase)):
                found[phrase] = begin, end
    return dict(sorted(found.items(), key=lambda it: len(it[0]), reverse=True))


def is_one_word(phrase: str) -> bool:
    """Whether a title is no more than a word, which a text can have without naming anything."""
    return re.fullmatch(r"\W*\w+\W*", phrase) is not None


def _begins(line: str, at: int) -> bool:
    return not line[at].isspace() and not (at > 0 and line[at - 1].isalnum() and line[at].isalnum())


def _ends(line: str, at: int) -> bool:
    before = line[at - 1]
    return not before.isspace() and not (at < len(line) and before.isalnum() and line[at].isalnum())
