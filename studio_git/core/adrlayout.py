"""Where things stand in the Markdown of a decision record: front matter, headings, sections.

Places are characters of the text, so that a part can be replaced and all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio_git.core.prose import fences

_LINE_END = re.compile(r"\r\n|\n|\r")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*)")
_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_NOT_A_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|#{1,6}[ \t]|[0-9]{1,9}[.)][ \t]|<!--)|(?: {4}|\t)")
_FENCE = "---"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end: ``text[start:end]``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on the lines ``[first, last)``; ``words[0]:words[1]`` is what it says."""

    level: int
    title: str
    words: tuple[int, int]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the lines it heads: its own ``[heading.last, own_last)``, all to ``last``."""

    heading: Heading
    own_last: int
    last: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A text taken apart; ``body`` is the first line behind the front matter (0: there is none).

    ``hidden`` says for each line that it is code, comment or front matter, where nothing is a
    heading. ``sections`` are all but that of the title.
    """

    text: str
    lines: tuple[Line, ...]
    body: int
    hidden: tuple[bool, ...]
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]

    @property
    def newline(self) -> str:
        """The line end that most lines have."""
        crlf = self.text.count("\r\n")
        return "\r\n" if 2 * crlf > self.text.count("\n") else "\n"

    @property
    def title(self) -> Heading | None:
        """The first heading of the first level."""
        return next((each for each in self.headings if each.level == 1), None)

    @property
    def preamble(self) -> range:
        """The lines between the title (or the beginning) and the next heading."""
        title = self.title
        first = self.body if title is None else title.last
        after = [each.first for each in self.headings if each.first >= first]
        return range(first, after[0] if after else len(self.lines))

    def section(self, names: Sequence[str]) -> Section | None:
        """The section of the first of the names (in lower case) that there is."""
        for name in names:
            for section in self.sections:
                if " ".join(section.heading.title.split()).casefold().rstrip(":") == name:
                    return section
        return None

    def place(self, line: int) -> int:
        """Where a line begins; for the line behind the last one the end of the text."""
        return self.lines[line].start if line < len(self.lines) else len(self.text)

    def content(self, first: int, last: int) -> tuple[int, int] | None:
        """The lines of ``[first, last)`` without the empty ones and the comments around them."""
        while first < last and not self.lines[first].text.strip():
            first += 1
        while first < last and (
            not self.lines[last - 1].text.strip() or self._is_comment(last - 1)
        ):
            last -= 1
        return (first, last) if first < last else None

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The characters of lines ``[first, last)``, without the end of the last one."""
        return self.lines[first].start, self.lines[last - 1].end

    def _is_comment(self, line: int) -> bool:
        words = self.lines[line].text.strip()
        return words.startswith("<!--") and words.endswith("-->")


def layout(text: str) -> Layout:
    """Take a text apart; no text raises."""
    lines = tuple(_lines(text))
    body = _front_matter_end(lines)
    hidden = [*[True] * body, *fences([line.text for line in lines[body:]]).inside]
    _hide_comments(lines, body, hidden)
    headings = tuple(_headings(lines, body, hidden))
    sections = _sections(headings, len(lines))
    return Layout(text, lines, body, tuple(hidden), headings, sections)


def without_comments(text: str) -> str:
    """The text without HTML's comments."""
    parts = []
    while True:
        before, opening, rest = text.partition("<!--")
        parts.append(before)
        inside, closing, after = rest.partition("-->")
        if not opening:
            return "".join(parts)
        if not closing:
            return "".join([*parts, opening, inside])
        text = after


def _lines(text: str) -> Iterator[Line]:
    start = 1 if text.startswith("\ufeff") else 0
    for match in _LINE_END.finditer(text):
        if match.start() >= start:
            yield Line(start, match.start(), text[start : match.start()])
            start = match.end()
    if start < len(text) or not text.strip("\ufeff"):
        yield Line(start, len(text), text[start:])


def _front_matter_end(lines: Sequence[Line]) -> int:
    if lines[0].text.rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.text.rstrip() == _FENCE:
            return number
    return 0


def _hide_comments(lines: Sequence[Line], body: int, hidden: list[bool]) -> None:
    """A comment over several lines hides what stands in it; one that never ends hides nothing."""
    opened: int | None = None
    for number in range(body, len(lines)):
        text = lines[number].text
        if opened is None:
            if not hidden[number] and "<!--" in text and "-->" not in text.rsplit("<!--", 1)[1]:
                opened = number
        elif "-->" in text:
            hidden[opened : number + 1] = [True] * (number + 1 - opened)
            opened = None


def _headings(lines: Sequence[Line], body: int, hidden: Sequence[bool]) -> Iterator[Heading]:
    number = body
    while number < len(lines):
        line = lines[number]
        if hidden[number]:
            number += 1
            continue
        atx = _ATX.fullmatch(line.text)
        if atx is not None:
            words = _CLOSING.sub("", atx[2]).rstrip()
            start = line.start + atx.start(2) + (len(words) - len(words.lstrip()))
            title = words.strip()
            yield Heading(len(atx[1]), title, (start, start + len(title)), number, number + 1)
        elif _is_setext(lines, number, body, hidden):
            title = line.text.strip()
            start = line.start + line.text.index(title)
            level = 1 if "=" in lines[number + 1].text else 2
            yield Heading(level, title, (start, start + len(title)), number, number + 2)
            number += 1
        number += 1


def _sections(headings: Sequence[Heading], end: int) -> tuple[Section, ...]:
    found = []
    ends = [end] * 7  # for each level, where what it heads ends, seen from below
    own = end
    for heading in reversed(headings):
        found.append(Section(heading, own, ends[heading.level]))
        own = heading.first
        ends[heading.level :] = [own] * (7 - heading.level)
    title = next((each for each in headings if each.level == 1), None)
    return tuple(each for each in reversed(found) if each.heading is not title)


def _is_setext(lines: Sequence[Line], number: int, body: int, hidden: Sequence[bool]) -> bool:
    """A line of its own that is underlined; a paragraph of several lines is taken for none."""
    text = lines[number].text
    if number + 1 >= len(lines) or hidden[number + 1] or not text.strip():
        return False
    if _NOT_A_PARAGRAPH.match(text) or not _UNDERLINE.fullmatch(lines[number + 1].text):
        return False
    return number == body or not lines[number - 1].text.strip()
