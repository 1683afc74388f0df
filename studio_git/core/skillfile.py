"""Skills and prompts: Markdown in the data model's form, and the front matter of ``SKILL.md``.

A skill begins with its title and has the sections Description, Patterns (each a heading below)
and Tech Stack Compatibility (a list). A ``SKILL.md`` (agentskills.io, "Specification") says its
name and description in front matter instead; that is understood too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from studio_git.core.prose import fences, shorten
from studio_git.core.registrytypes import (
    MAX_PROBLEMS,
    MISSING_FIELD,
    SYNTAX,
    UNKNOWN_FIELD,
    WRONG_VALUE,
    Problem,
    split_lines,
)
from studio_git.core.text import MAX_BYTES

DESCRIPTION = "Description"
PATTERNS = "Patterns"
COMPATIBILITY = "Tech Stack Compatibility"
SECTIONS = (DESCRIPTION, PATTERNS, COMPATIBILITY)
"""The headings that are read; any other is the author's own."""

MAX_DESCRIPTION = 2000
_MOST_ENTRIES = 200

_FENCE = "---"
_LINE_ENDS = re.compile(r"(\r\n|\n|\r)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(\S.*)")
_KEY = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?")
_BLOCK = re.compile(r"[|>][+-]?[0-9]?")
_QUOTED = re.compile(r"""(?:'((?:[^']|'')*+)'|"((?:[^"\\]|\\.)*+)")[ \t]*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_NOT_PROSE = re.compile(
    r"[ \t]*(?:[-*+][ \t]|[0-9]{1,9}[.)][ \t]|[>|<]|!\[|\[!|(?:[-*_][ \t]*){3,}$)"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what it heads: the lines from ``line`` up to, and without, ``end_line``."""

    title: str
    level: int
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Skill:
    """What a skill's or a prompt's Markdown says.

    ``name`` is that of the front matter ("" where there is none), ``description`` one line: the
    first paragraph of its section, or the front matter's. ``patterns`` are the headings below
    Patterns, ``compatibility`` the entries of the list, as they are written. ``paragraph`` are
    the lines ``[first, last)`` that the description was taken from, where those are a paragraph.
    """

    title: str = ""
    description: str = ""
    name: str = ""
    patterns: tuple[str, ...] = ()
    compatibility: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    paragraph: tuple[int, int] | None = None


def parse_skill(text: str) -> Skill:
    """Read a skill; what it lacks is in ``problems``."""
    if len(text) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES:,} bytes."
        return Skill(problems=(Problem(SYNTAX, message, 0, 0, 0),))
    reader = _Reader(text)
    skill = reader.skill(reader.section(DESCRIPTION))
    return replace(skill, problems=tuple(reader.problems(skill))[:MAX_PROBLEMS])


def parse_prompt(text: str) -> Skill:
    """Read a prompt: the same form, in which nothing is needed.

    Without a section Description and front matter, its first paragraph describes it.
    """
    if len(text) > MAX_BYTES:
        return parse_skill(text)
    reader = _Reader(text)
    described = reader.section(DESCRIPTION)
    if described is None and not reader.front.get("description"):
        described = reader.beginning()
    return reader.skill(described)


def with_description(text: str, skill: Skill, description: str) -> str | None:
    """The text with another description; None where the old one is no paragraph of its own.

    Who asks has to see whether it is read as it was meant: one may begin like a list.
    """
    if skill.paragraph is None:
        return None
    first, last = skill.paragraph
    pieces = _LINE_ENDS.split(text)  # a line, its end, a line, its end, …
    return "".join([*pieces[: 2 * first], description, *pieces[2 * last - 1 :]])


class _Reader:
    """A Markdown text, its front matter and its headings."""

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text.removeprefix("\ufeff"))
        self.body = _front_matter_end(self.lines)
        self.front = _front_matter(self.lines[1 : self.body - 1]) if self.body else {}
        found = fences(self.lines[self.body :])
        self.code = [*[True] * self.body, *found.inside]
        self.open_code = None if found.open_from is None else self.body + found.open_from
        if self.open_code is not None:  # it runs to the end of the file
            self.code[self.open_code :] = [True] * (len(self.lines) - self.open_code)
        self.sections = self._sections()
        self._by_title: dict[str, list[Section]] = {}
        for each in self.sections:
            if each.level > 1:
                self._by_title.setdefault(_folded(each.title), []).append(each)

    def _sections(self) -> tuple[Section, ...]:
        headings: list[tuple[int, int, str]] = []
        for number, line in enumerate(self.lines):
            found = None if self.code[number] else _HEADING.fullmatch(line)
            if found is not None:
                headings.append((number, len(found[1]), (found[2] or "").strip()))
        ends = [len(self.lines)] * len(headings)
        open_: list[int] = []
        for index, (number, level, _) in enumerate(headings):
            while open_ and headings[open_[-1]][1] >= level:
                ends[open_.pop()] = number
            open_.append(index)
        return tuple(
            Section(title, level, number, end)
            for (number, level, title), end in zip(headings, ends, strict=True)
        )

    def section(self, title: str) -> Section | None:
        """The first section of that title, in any case."""
        return next(iter(self._called(title)), None)

    def _called(self, title: str) -> list[Section]:
        return self._by_title.get(_folded(title), [])

    def beginning(self) -> Section:
        """What stands below the title, or from the beginning where there is none."""
        title = self._title()
        line = self.body - 1 if title is None else title.line
        return Section("", 1, line, len(self.lines))

    def _title(self) -> Section | None:
        return next((each for each in self.sections if each.level == 1 and each.title), None)

    def skill(self, described: Section | None) -> Skill:
        """What the text says; ``described`` is where its description stands."""
        title = self._title()
        description, paragraph = self._paragraph(described)
        if not description:
            description = shorten(self.front.get("description", ""), MAX_DESCRIPTION)
        patterns = self.section(PATTERNS)
        return Skill(
            title="" if title is None else shorten(title.title, MAX_DESCRIPTION),
            description=description,
            name=self.front.get("name", ""),
            patterns=() if patterns is None else self._below(patterns),
            compatibility=self._entries(self.section(COMPATIBILITY)),
            sections=self.sections,
            paragraph=paragraph,
        )

    def _paragraph(self, section: Section | None) -> tuple[str, tuple[int, int] | None]:
        """The first paragraph of a section, and its lines if nothing but prose is in them."""
        if section is None:
            return "", None
        first = section.line + 1
        while first < section.end_line and not self.lines[first].strip():
            first += 1
        last = first
        while last < section.end_line and self.lines[last].strip() and not self._breaks(last):
            last += 1
        block = self.lines[first:last]
        said = " ".join(_without_mark(line) for line in block)
        whole = bool(block) and len(said) <= MAX_DESCRIPTION
        plain = whole and not any(_NOT_PROSE.match(line) for line in block)
        return shorten(said, MAX_DESCRIPTION), (first, last) if plain else None

    def _breaks(self, number: int) -> bool:
        return self.code[number] or _HEADING.fullmatch(self.lines[number]) is not None

    def _below(self, section: Section) -> tuple[str, ...]:
        return tuple(
            each.title
            for each in self.sections
            if each.level == section.level + 1
            and section.line < each.line < section.end_line
            and each.title
        )

    def _entries(self, section: Section | None) -> tuple[str, ...]:
        """The items of a section's list; without a list, its lines."""
        if section is None:
            return ()
        lines = [
            self.lines[number]
            for number in range(section.line + 1, section.end_line)
            if not self._breaks(number)
        ]
        items = [found[1] for line in lines if (found := _ITEM.fullmatch(line))]
        texts = (shorten(text, MAX_DESCRIPTION) for text in items or lines)
        return tuple(text for text in texts if text)[:_MOST_ENTRIES]

    def problems(self, skill: Skill) -> Iterator[Problem]:
        """What a skill lacks, and what is probably mistyped."""
        if not self.body and self.lines[0].rstrip() == _FENCE:
            yield self._problem(
                WRONG_VALUE, "The front matter has no end.", 0, "Close it with a line: ---"
            )
        title = self._title()
        if title is None and not skill.name:
            yield self._problem(
                MISSING_FIELD, "The skill has no title.", self.body, "Begin it with: # Title"
            )
        if not skill.description:
            section = self.section(DESCRIPTION) or title
            hint = f"Say in a section ## {DESCRIPTION} what the skill is for."
            if self.open_code is not None:
                hint = f"The code that begins on line {self.open_code + 1} is never closed."
            line = self.body if section is None else section.line
            yield self._problem(MISSING_FIELD, "The skill has no description.", line, hint)
        compatible = self.section(COMPATIBILITY)
        if compatible is not None and not skill.compatibility:
            hint = "Write each technology as an item: - FastAPI"
            message = f"{COMPATIBILITY} lists nothing."
            yield self._problem(WRONG_VALUE, message, compatible.line, hint)
        yield from self._headings()

    def _headings(self) -> Iterator[Problem]:
        for known in SECTIONS:
            for again in self._called(known)[1:]:
                message = f"The section {known} stands twice."
                yield self._problem(WRONG_VALUE, message, again.line, "The first one counts.")
        absent = {known.casefold(): known for known in SECTIONS if self.section(known) is None}
        for each in self.sections if absent else ():
            if each.level != 2:
                continue
            near = difflib.get_close_matches(each.title[:80].casefold(), absent, n=1, cutoff=0.85)
            if near:
                message = f"The section {shorten(each.title, 40)} is not read."
                hint = f"Did you mean {absent[near[0]]}?"
                yield self._problem(UNKNOWN_FIELD, message, each.line, hint)

    def _problem(self, code: str, message: str, line: int, hint: str) -> Problem:
        line = min(line, len(self.lines) - 1)
        return Problem(code, message, line, 0, len(self.lines[line]), hint)


def _without_mark(line: str) -> str:
    """A line without the mark that makes it an item of a list."""
    item = _ITEM.fullmatch(line)
    return (item[1] if item else line).strip()


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def _front_matter_end(lines: Sequence[str]) -> int:
    """How many lines the front matter takes; 0 where there is none, or no end to it."""
    if lines[0].rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == _FENCE:
            return number
    return 0


def _front_matter(lines: Sequence[str]) -> Mapping[str, str]:
    """The texts of YAML's outermost keys: plain, quoted, or as a block; the rest is passed over."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        opened = _KEY.fullmatch(line)
        if opened is not None:
            key = opened[1]
            first = (opened[2] or "").strip()
            found.setdefault(key, []).append("" if _BLOCK.fullmatch(first) else first)
        elif key and line[:1] in (" ", "\t"):
            found[key].append(line.strip())
        elif line.strip() and not line.startswith("#"):
            key = ""
    return {
        key: _unquoted(" ".join(part for part in parts if part)) for key, parts in found.items()
    }


def _unquoted(value: str) -> str:
    """A scalar of YAML without its quotes and the comment behind it."""
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        return _COMMENT.sub("", value).strip()
    if quoted[1] is not None:
        return quoted[1].replace("''", "'")
    return re.sub(r'\\(["\\])', r"\1", quoted[2])
