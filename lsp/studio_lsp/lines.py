"""Text as the protocol divides it: lines, and positions in the units of the client.

A line ends at ``\\n``, ``\\r\\n`` or ``\\r`` and nowhere else, and a column counts UTF-8 bytes,
UTF-16 code units or code points (LSP 3.18, "Text Documents" and ``PositionEncodingKind``). Here
columns are code points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types

_PIECE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")

UNIT_SIZE = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
_CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


def split(text: str) -> list[str]:
    """The lines of a text with their ends; the last one has none, and may be empty."""
    if "\r" in text:
        pieces = _PIECE.findall(text)
    else:
        pieces = [f"{line}\n" for line in text.split("\n")]
        pieces[-1] = pieces[-1][:-1]
        return pieces
    if not pieces or pieces[-1][-1] in "\r\n":
        pieces.append("")
    return pieces


def stripped(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def units(text: str, encoding: str) -> int:
    """How many of the client's units a text is long."""
    if text.isascii():
        return len(text)
    return len(text.encode(_CODEC[encoding], "surrogatepass")) // UNIT_SIZE[encoding]


def column(line: str, character: int, encoding: str) -> int:
    """The column of the client's ``character``; past the end, the end; inside a character, its
    beginning.
    """
    line = stripped(line)
    if character <= 0:
        return 0
    if encoding == "utf-32" or line.isascii():
        return min(character, len(line))
    data = line.encode(_CODEC[encoding], "surrogatepass")[: character * UNIT_SIZE[encoding]]
    return len(data.decode(_CODEC[encoding], "ignore"))


def apply_changes(
    pieces: list[str],
    changes: Sequence[types.TextDocumentContentChangeEvent],
    encoding: str,
) -> list[str]:
    """The lines after a ``didChange``, positions out of the text brought to its nearest end."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            pieces = split(change.text)
        else:
            pieces = _replaced(pieces, change.range, change.text, encoding)
    return pieces


def _replaced(pieces: list[str], span: types.Range, text: str, encoding: str) -> list[str]:
    first, begin = _place(pieces, span.start, encoding)
    last, end = _place(pieces, span.end, encoding)
    last, end = max((last, end), (first, begin))
    if first and pieces[first - 1].endswith("\r"):  # a line end may come together at the seam
        first -= 1
        before = pieces[first] + pieces[first + 1][:begin]
    else:
        before = pieces[first][:begin]
    after = pieces[last][end:]
    following = last + 1
    if (before + text + after).endswith("\r") and following < len(pieces):
        after += pieces[following]
        following += 1
    middle = split(before + text + after)
    if following < len(pieces) and middle[-1] == "":
        middle.pop()
    return pieces[:first] + middle + pieces[following:]


def _place(pieces: list[str], position: types.Position, encoding: str) -> tuple[int, int]:
    if position.line >= len(pieces):
        return len(pieces) - 1, len(pieces[-1])
    line = max(position.line, 0)
    return line, column(pieces[line], position.character, encoding)
