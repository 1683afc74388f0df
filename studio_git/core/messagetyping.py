"""What can be written at a place of a commit message while somebody is typing it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio_git.core.messagelayout import COMMENT, KEY, SPACE, blank, made_by_git
from studio_git.core.messages import SCISSORS
from studio_git.core.prose import fences

_BEGUN = re.compile(r"[A-Za-z][A-Za-z-]*\Z|\Z")
_REST = re.compile(r"[A-Za-z-]*")
_COLON = re.compile(r"[ \t]*:")
_TAG_BREAK = re.compile(r"[\s,]")


@dataclass(frozen=True, slots=True)
class Typing:
    """A word that is being typed, in the columns ``[start, end)`` of its line.

    ``key`` is the trailer whose value it is, in lower case; empty where it is itself the
    beginning of a trailer, of which ``has_colon`` says whether a colon follows already.
    ``typed`` is what stands before the place. ``cycle`` is the last cycle that the message names.
    """

    key: str
    typed: str
    start: int
    end: int
    has_colon: bool = False
    cycle: str = ""


def typing_at(
    lines: Sequence[str], line: int, column: int, comment: str = COMMENT
) -> Typing | None:
    """What is typed at a place, counted from 0; None where no trailer can stand.

    The lines are without their ends. A trailer begins in the last paragraph, which holds nothing
    but trailers, and is not the first one.
    """
    text = _text(lines, comment)
    # Below the text git leaves comments, and the place may be among the blank lines before them.
    if line >= len(text) and not all(map(blank, lines[len(text) : line + 1])):
        return None
    text = [*text, *[""] * (line + 1 - len(text))]
    current = text[line]
    if current.startswith(comment) or fences(text).inside[line]:
        return None
    if _is_title(text, line):
        return None
    cycle = _cycle(text, line)
    found = KEY.match(current)
    if found is not None and column >= found.end():
        return _value(current, column, found, cycle)
    if not _is_last_block(text, line, comment):
        return None
    begun = _BEGUN.match(current[:column])
    if begun is None:
        return None
    rest = _REST.match(current, column)
    end = rest.end() if rest is not None else column
    colon = _COLON.match(current, end)
    if colon is None and not blank(current[end:]):
        return None
    return Typing("", current[:column], 0, end, colon is not None, cycle)


def _text(lines: Sequence[str], comment: str) -> list[str]:
    """The lines up to the scissors, without the comments that git leaves below the text."""
    cut = next((n for n, line in enumerate(lines) if line == f"{comment} {SCISSORS}"), len(lines))
    end = cut
    while end and (blank(lines[end - 1]) or lines[end - 1].startswith(comment)):
        end -= 1
    while end < cut and blank(lines[end]):
        end += 1
    return list(lines[:end])


def _is_title(text: Sequence[str], line: int) -> bool:
    """Whether a line belongs to the first paragraph, or stands before it."""
    first = next((n for n, each in enumerate(text) if not blank(each)), len(text))
    return line <= first or not any(blank(each) for each in text[first:line])


def _is_last_block(text: Sequence[str], line: int, comment: str) -> bool:
    """Whether all of a line's paragraph besides are trailers, and nothing follows it."""
    begin = line
    while begin and not blank(text[begin - 1]):
        begin -= 1
    end = line + 1
    while end < len(text) and not blank(text[end]):
        end += 1
    if not all(blank(each) for each in text[end:]):
        return False
    begun = False
    for number in (*range(begin, line), *range(line + 1, end)):
        each = text[number]
        begun = begun or number > line
        if KEY.match(each) or made_by_git(each):
            begun = True
        elif not each.startswith(comment) and not (begun and each[0] in SPACE):
            return False
    return True


def _value(current: str, column: int, found: re.Match[str], cycle: str) -> Typing:
    key = found[1].lower()
    start = found.end()
    while start < column and current[start] in SPACE:
        start += 1
    end = len(current.rstrip())
    if key == "tags":
        before = list(_TAG_BREAK.finditer(current, start, column))
        start = before[-1].end() if before else start
        after = _TAG_BREAK.search(current, column)
        end = after.start() if after else end
    return Typing(key, current[start:column], start, max(end, column), True, cycle)


def _cycle(text: Sequence[str], besides: int) -> str:
    said = ""
    for number, line in enumerate(text):
        found = KEY.match(line)
        if found is not None and number != besides and found[1].lower() == "cycle":
            said = line[found.end() :].strip() or said
    return said
