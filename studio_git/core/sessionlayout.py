"""The parts of a session file: its sections, the items in them, and how foreign text is written.

Nothing here is lost or changed by taking a file apart: ``join(split(text)) == text``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from studio_git.core.prose import fences, one_line

SUMMARY = "summary"
FILES = "files changed"
DECISIONS = "decisions made"
QUESTIONS = "open questions"
NOTES = "notes"
PREAMBLE = ""
TITLE_KEY = "title"
HEADER_KEY = "header "  # and the header's name

_ALIASES = {"files": FILES, "decisions": DECISIONS, "questions": QUESTIONS}
_HEADING = re.compile(r" {0,3}##[ \t]+(\S.*)")
_TITLE = re.compile(r"#[ \t]+(\S.*)")
_HEADER = re.compile(r"\*\*(Date|Duration|Cycle)(?::\*\*|\*\*:)[ \t]*(.*)", re.IGNORECASE)
_MARKER = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|$)")
_FILE_ITEM = re.compile(r"(?:[-*+][ \t]+)?`([^`]+)`")

_SUPERSEDED = re.compile(r" \(superseded by: .*\)$")

_PUNCTUATION = re.escape("#>-+*=`~<_\\")
_OPENS_A_BLOCK = re.compile(
    r"#{1,6}(?: |$)|>|[-+*](?: |$)|`{3}|~{3}|<[A-Za-z/!?]|=+$|-+$|[-_*](?: ?[-_*]){2,}$"
    rf"|\\[{_PUNCTUATION}]"
)
_ESCAPED = re.compile(rf"\\[{_PUNCTUATION}]")

_QUOTED_PATH = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff`]")
_PATH_ESCAPE = re.compile(rb'\\([0-7]{3}|["\\])')


class Kind(StrEnum):
    """How a section is made up, and so how two versions of it are brought together."""

    PREAMBLE = "preamble"  # the title and the header lines, one by one
    ITEMS = "items"
    PARAGRAPHS = "paragraphs"
    WHOLE = "whole"


KINDS = {
    PREAMBLE: Kind.PREAMBLE,
    FILES: Kind.ITEMS,
    DECISIONS: Kind.ITEMS,
    QUESTIONS: Kind.ITEMS,
    NOTES: Kind.PARAGRAPHS,
}
"""The kinds of the sections that are not ``Kind.WHOLE``."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the lines under it, and the blank lines before the next heading.

    ``name`` is the heading in its simplest form, ``turn`` counts sections of one name from 0.
    The part before the first heading has the name ``PREAMBLE`` and no heading line.
    """

    name: str
    turn: int
    heading: str
    body: tuple[str, ...] = ()
    gap: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """What makes it the same section in two versions of a file."""
        return self.name, self.turn

    @property
    def kind(self) -> Kind:
        """How it is made up; a second section of a name is a person's own."""
        return KINDS.get(self.name, Kind.WHOLE) if self.turn == 0 else Kind.WHOLE


@dataclass(frozen=True, slots=True)
class Chunk:
    """An item, paragraph or header line, and the blank lines after it.

    ``key`` is what makes it the same one in two versions: its text, a file's path, or for the
    title and the header lines what they stand for.
    """

    key: str
    lines: tuple[str, ...]
    blank: tuple[str, ...] = ()


def unify(text: str) -> str:
    """The text without a byte order mark, with ``\\n`` line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def split(text: str) -> list[Section]:
    """The preamble and the sections of a file with ``\\n`` line ends, in order."""
    lines = text.split("\n")
    inside = fences(lines).inside
    starts = [
        number
        for number, line in enumerate(lines)
        if not inside[number] and _HEADING.fullmatch(line)
    ]
    bounds = [*starts, len(lines)]
    turns: dict[str, int] = {}
    sections = [_section(PREAMBLE, 0, "", lines[: bounds[0]])]
    for start, end in pairwise(bounds):
        name = _name(lines[start])
        turn = turns.get(name, 0)
        turns[name] = turn + 1
        sections.append(_section(name, turn, lines[start], lines[start + 1 : end]))
    return sections


def join(sections: Sequence[Section]) -> str:
    """The text of the sections, the opposite of :func:`split`."""
    lines: list[str] = []
    for section in sections:
        if section.name != PREAMBLE:
            lines.append(section.heading)
        lines += section.body
        lines += section.gap
    return "\n".join(lines)


def _section(name: str, turn: int, heading: str, lines: Sequence[str]) -> Section:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return Section(name, turn, heading, tuple(lines[:end]), tuple(lines[end:]))


def _name(heading: str) -> str:
    found = _HEADING.fullmatch(heading)
    name = one_line(found[1] if found else "").rstrip(" :#").casefold()
    # A heading of mere punctuation must not pass for the preamble.
    return _ALIASES.get(name, name) or heading.strip()


def lead(section: Section) -> tuple[str, ...]:
    """The blank lines between the heading and the first text."""
    count = 0
    while count < len(section.body) and not section.body[count].strip():
        count += 1
    return section.body[:count]


def chunks(section: Section) -> list[Chunk]:
    """What follows the lead, taken apart as the section's kind asks."""
    body = section.body[len(lead(section)) :]
    inside = fences(body).inside
    groups: list[tuple[list[str], list[str]]] = []
    for number, line in enumerate(body):
        fenced = inside[number] and number > 0 and inside[number - 1]
        if not groups:
            groups.append(([line], []))
        elif not line.strip() and not inside[number]:
            groups[-1][1].append(line)
        elif fenced or not _starts_chunk(section.kind, line, after_blank=bool(groups[-1][1])):
            content, blank = groups[-1]
            content += [*blank, line]
            blank.clear()
        else:
            groups.append(([line], []))
    return [
        Chunk(_key(section.name, content), tuple(content), tuple(blank))
        for content, blank in groups
    ]


def _starts_chunk(kind: Kind, line: str, *, after_blank: bool) -> bool:
    if kind is Kind.PREAMBLE:
        return True
    if kind is Kind.ITEMS:
        return bool(_MARKER.match(line)) or (after_blank and not line.startswith((" ", "\t")))
    return after_blank


def _key(section: str, lines: Sequence[str]) -> str:
    if section == PREAMBLE:
        header = read_header(lines[0])
        if header is not None:
            return HEADER_KEY + header[0]
        if read_title(lines[0]):
            return TITLE_KEY
    path = read_path(lines[0]) if section == FILES else None
    if path is not None:
        return f"path {path}"
    text = item_text(lines)
    # A decision stays the same item when another one takes its place.
    return f"text {_SUPERSEDED.sub('', text) if section == DECISIONS else text}"


def superseded(title: str) -> str:
    """What stands behind a decision that the one of that title took the place of."""
    return f" (superseded by: {title})"


def read_title(line: str) -> str:
    """The title in a line ``# title``, or nothing."""
    found = _TITLE.fullmatch(line)
    return found[1].strip() if found else ""


def read_header(line: str) -> tuple[str, str] | None:
    """``("date", "2024-12-22 10:42 AM")`` of a line ``**Date:** 2024-12-22 10:42 AM``."""
    found = _HEADER.fullmatch(line)
    return (found[1].lower(), found[2].strip()) if found else None


def read_path(line: str) -> str | None:
    """The path that an item of Files Changed is about."""
    found = _FILE_ITEM.match(line)
    return unquote_path(found[1]) if found else None


def item_text(lines: Sequence[str]) -> str:
    """An item's or paragraph's text on one line, without its marker and without escapes."""
    first = _MARKER.sub("", lines[0], count=1)
    return unescape(one_line(" ".join([first, *lines[1:]])))


def escape(line: str) -> str:
    """One line of foreign text so that Markdown, and we, see plain text in it."""
    return f"\\{line}" if _OPENS_A_BLOCK.match(line) else line


def unescape(line: str) -> str:
    """The opposite of :func:`escape`."""
    return line[1:] if _ESCAPED.match(line) else line


def quote_path(path: str) -> str:
    """A path as it can stand between backticks: as it is, or quoted as git quotes paths.

    Quoted, it is in ``"``, with each byte that has no place in a line as three octal digits.
    """
    if not _QUOTED_PATH.search(path) and not path.startswith('"'):
        return path
    quoted: list[str] = []
    for character in path:
        if _QUOTED_PATH.match(character):
            quoted += [f"\\{byte:03o}" for byte in _path_bytes(character)]
        else:
            quoted.append(f"\\{character}" if character in '"\\' else character)
    return f'"{"".join(quoted)}"'


def unquote_path(text: str) -> str:
    """The opposite of :func:`quote_path`; bytes that are not UTF-8 become surrogate escapes."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    raw = _PATH_ESCAPE.sub(
        lambda found: found[1] if len(found[1]) == 1 else bytes([int(found[1], 8) & 0xFF]),
        _path_bytes(text[1:-1]),
    )
    return raw.decode("utf-8", "surrogateescape")


def _path_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
