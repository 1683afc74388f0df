"""Private keys in text: PEM, OpenSSH and PGP blocks, whole or cut off, in one line or many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# RFC 7468 and RFC 4880, 6.2; RFC 4716 writes four dashes and a space.
_HEADER = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_FOOTER = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_FIELD = re.compile(r"[ \t>#|*]*+[A-Za-z][A-Za-z-]{1,24}: ")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*+")
_LAST = re.compile(r"(?=.*[A-Z0-9+/=])[A-Za-z0-9+/=]++")
# In one line, a key has its line ends escaped, or as spaces.
_BREAK = re.compile(r"(?:\\[nr]| )+")
_BEFORE = " \t>#|*"
_AROUND = " \t\r\n\v\f\"'`+,;>#|*\\"
_SHORT_LINE = 16
_LONG_LINE = 32
_FIELDS = 4


def find_keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Find private keys, header and footer with them: start, end and kind, for each line.

    A header alone, as documentation names it, is none. Without a footer a key goes as far as its
    lines are base64.
    """
    headers = [*_HEADER.finditer(text)]
    limits = [*(header.start() for header in headers[1:]), len(text)]
    for header, limit in zip(headers, limits, strict=False):
        footer = _FOOTER.search(text, header.end(), limit)
        lines = text[header.end() : footer.start() if footer else limit].splitlines(keepends=True)
        end = header.end() + _key_length(lines)
        if footer and _mostly_key(lines):
            end = footer.end()
        if end > header.end():
            kind = "pgp private key" if "PGP" in header[0] else "private key"
            for start, stop in _each_line(text, header.start(), end):
                yield start, stop, kind


def _mostly_key(lines: Sequence[str]) -> bool:
    keys = sum(_is_key(line) for line in lines)
    written = sum(not line.isspace() for line in lines)
    return keys > 0 and 2 * keys >= written - _FIELDS


def _key_length(lines: Sequence[str]) -> int:
    """Return how many characters from the start belong to a key without a footer."""
    length = reach = 0
    for number, line in enumerate(lines):
        length += len(line)
        bare = line.strip(_AROUND)
        if _is_key(line) or (reach and _LAST.fullmatch(bare)):
            reach = length
        elif reach or (number and bare and not _FIELD.match(line)):
            break
    return reach


def _is_key(line: str) -> bool:
    """Whether a line is base64, as it may be quoted or escaped."""
    pieces = _BREAK.split(line.strip(_AROUND))
    shortest = _SHORT_LINE if len(pieces) == 1 else _LONG_LINE
    return max(map(len, pieces)) >= shortest and all(map(_BASE64.fullmatch, pieces))


def _each_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Divide ``text[start:end]`` into its lines, without line ends and what quotes a line."""
    for line in text[start:end].splitlines(keepends=True):
        bare = line.rstrip()
        inner = bare.lstrip(_BEFORE)
        if inner:
            yield start + len(bare) - len(inner), start + len(bare)
        start += len(line)
