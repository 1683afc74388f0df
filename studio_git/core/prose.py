"""Text from people and commits, made fit for a line or a file of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ELLIPSIS = "…"

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " ")
_BUT_LINES = {code: to for code, to in _CONTROLS.items() if chr(code) not in "\n\t"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fences:
    """Where Markdown's fenced code stands among lines.

    ``inside`` has one entry for each line: True for the lines of a closed fence, its two marks
    included. ``open_from`` is the line that opens a fence which nothing closes.
    """

    inside: tuple[bool, ...]
    open_from: int | None


def one_line(text: str) -> str:
    """The text on one line: controls and runs of white space become single spaces.

    Lone surrogates become U+FFFD, so that the result can always be written as UTF-8.
    """
    if text.isprintable():  # the common case: no control, no surrogate, no space but " "
        return " ".join(text.split())
    return " ".join(_SURROGATE.sub("\ufffd", text.translate(_CONTROLS)).split())


def many_lines(text: str) -> str:
    """The text of several lines: one kind of line end, no space at ends, no empty lines around.

    Indentation stays. Controls and surrogates become what :func:`one_line` makes of them.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BUT_LINES)
    lines = [line.rstrip() for line in _SURROGATE.sub("\ufffd", unified).split("\n")]
    return "\n".join(lines).strip("\n")


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 commit``, ``2,000 commits``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shorten(text: str, limit: int) -> str:
    """``one_line`` of the text in at most ``limit`` characters, cut at a word with "…"."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    space = len(head) if line[limit - 1] == " " else head.rfind(" ")
    # A script without spaces, or one endless word, is cut where the room ends.
    word = head[:space] if space >= limit // 2 else head
    return (word.rstrip(" ,;:.(-–—") or head) + ELLIPSIS


def fences(lines: Sequence[str]) -> Fences:
    """Find fenced code as CommonMark 4.5 defines it; lines come without their line ends."""
    inside = [False] * len(lines)
    opened: int | None = None
    mark = ""
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if found is None:
            continue
        run, rest = found[1], found[2]
        if opened is None:
            if run[0] == "~" or "`" not in rest:
                opened, mark = number, run
        elif run.startswith(mark) and not rest.strip():
            inside[opened : number + 1] = [True] * (number + 1 - opened)
            opened = None
    return Fences(tuple(inside), opened)
