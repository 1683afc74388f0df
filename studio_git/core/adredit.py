"""Decision records changed in place: one part is replaced, every other byte stays as it is.

Each function gives the new text, or None where the part cannot be written without touching
others: what was written is read again, and has to say what was asked for and nothing else new.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio_git.core import adrfile
from studio_git.core.adrfile import STATUS, SUPERSEDED, Adr, Item
from studio_git.core.adrlayout import Layout, Section, layout
from studio_git.core.prose import many_lines, one_line

_MADR_SECTIONS = ("considered options", "context and problem statement", "decision outcome")
_BEHIND_DECISION = (
    "consequences",
    "confirmation",
    "validation",
    "pros and cons of the options",
    "more information",
    "links",
)
_PLAIN = re.compile(r"[A-Za-z][^:#\"'\r\n]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """Another record, as a file mentions it; ``file`` is "" where it has none beside this one."""

    title: str
    number: int | None = None
    file: str = ""

    def in_status(self) -> str:
        """As MADR mentions it: ``[ADR-0005](0005-example.md)``."""
        named = self.title if self.number is None else f"ADR-{self.number:04}"
        return _linked(named, self.file) if self.file else self.title

    def in_section(self) -> str:
        """As adr-tools mentions it: ``[5. Example](0005-example.md)``."""
        named = self.title if self.number is None else f"{self.number}. {self.title}"
        return _linked(named, self.file) if self.file else self.title


def with_title(text: str, title: str) -> str | None:
    """The record with another title; its number stays."""
    parts = layout(text)
    span = adrfile.title_span(parts)
    words = one_line(title)
    if not words:
        return None
    if span is None:
        at = parts.place(parts.body)
        made = f"{text[:at]}# {words}{parts.newline * 2}{text[at:]}"
    else:
        made = text[: span[0]] + words + text[span[1] :]
    return _checked(text, made, title=words)


def with_rationale(text: str, rationale: str) -> str | None:
    """The record with other reasons; a section for them is added where there is none."""
    parts = layout(text)
    words = adrfile.escape(many_lines(rationale)).replace("\n", parts.newline)
    outcome = adrfile.outcome_of(parts)
    gap = parts.newline * 2
    if outcome is None:
        madr = parts.section(_MADR_SECTIONS) is not None or parts.body > 0
        heading = "## Decision Outcome" if madr else "## Decision"
        made = _inserted(parts, f"{heading}{gap}{words}", _BEHIND_DECISION)
    elif words and outcome.start == outcome.end:
        made = text[: outcome.end] + gap + words + text[outcome.end :]
    elif words:
        made = text[: outcome.start] + words + text[outcome.end :]
    elif outcome.because:
        made = f"{text[: outcome.option_end]}.{text[outcome.end :]}"
    else:
        made = text[: outcome.option_end].rstrip() + text[outcome.end :]
    return _checked(text, made, rationale=many_lines(rationale))


def with_alternatives(text: str, alternatives: Sequence[str]) -> str | None:
    """The record with other options beside the chosen one; the lines of those that stay, stay."""
    parts = layout(text)
    words = tuple(one_line(each) for each in alternatives)
    outcome = adrfile.outcome_of(parts)
    option = "" if outcome is None else outcome.option
    found = adrfile.options_of(parts)
    if found is None or not found[1]:
        first = [option] if option else []
        block = parts.newline.join(f"* {each}" for each in [*first, *words])
        made = _with_options(parts, None if found is None else found[0], block)
    else:
        made = _with_items(parts, found[1], words, option)
    return None if made is None else _checked(text, made, alternatives=words)


def with_status(text: str, status: str, newer: Sequence[Reference] = ()) -> str | None:
    """The record with another status; ``newer`` are those that superseded it.

    Where some of them have a file beside it, those are named; else the first.
    """
    parts = layout(text)
    named = [each for each in newer if each.file] or list(newer[:1])
    value = _status_value(status, [each.in_status() for each in named])
    said = adrfile.labelled(parts, "status")
    section = parts.section(STATUS)
    if said is not None:
        old, start, end = said
        made: str | None = text[:start] + _like(parts, old, start, value) + text[end:]
    elif section is not None:
        made = _with_status_section(parts, section, status, named)
    else:
        made = _with_new_status(parts, value)
    links = tuple(adrfile.Link("") for _ in named) if status == SUPERSEDED else ()
    return None if made is None else _checked(text, made, status=status, superseded_by=links)


def with_supersedes(text: str, older: Reference) -> str:
    """The record saying in its section Status that it supersedes another; as it is without one."""
    parts = layout(text)
    section = parts.section(STATUS)
    targets = {link.target.rpartition("/")[2] for link in adrfile.parse(text).supersedes}
    if section is None or adrfile.labelled(parts, "status") or older.file in targets:
        return text
    lines = [number for number, _ in adrfile.status_lines(parts, section)]
    end = parts.lines[lines[-1] if lines else section.heading.last - 1].end
    return f"{text[:end]}{parts.newline * 2}Supersedes {older.in_section()}{text[end:]}"


def without_supersedes(text: str, file: str) -> str:
    """The record without the lines of its Status that say it supersedes a file."""
    parts = layout(text)
    section = parts.section(STATUS)
    gone = [
        number
        for number, words in (adrfile.status_lines(parts, section) if section else ())
        if any(link.target.rpartition("/")[2] == file for link in adrfile.supersedes(words))
    ]
    return _with_lines(parts, dict.fromkeys(gone))


def _checked(before: str, made: str, **wanted: object) -> str | None:
    """``made``, if it says what ``before`` did but for what was wanted."""
    expected = replace(adrfile.parse(before), **wanted)  # type: ignore[arg-type]
    found = adrfile.parse(made)
    return made if _comparable(found) == _comparable(expected) else None


def _comparable(adr: Adr) -> Adr:
    """A record without what may differ in its writing: the words of links, the breaks of lines."""
    blank = tuple(adrfile.Link("") for _ in adr.superseded_by)
    reasons = one_line(adr.rationale)
    return replace(adr, superseded_by=blank, rationale=reasons, is_record=True)


def _inserted(parts: Layout, block: str, before: Sequence[str]) -> str:
    """The text with a section more, before the first of these, or at its end."""
    text, gap = parts.text, parts.newline * 2
    behind = [
        section.heading.first
        for section in parts.sections
        if section.heading.title.casefold() in before and section.heading.level == 2
    ]
    if behind:
        at = parts.place(min(behind))
        return f"{text[:at]}{block}{gap}{text[at:]}"
    return f"{text.rstrip()}{gap}{block}{parts.newline}"


def _with_options(parts: Layout, section: Section | None, block: str) -> str | None:
    if section is not None:
        if parts.content(section.heading.last, section.last) is not None:
            return None  # told of in another way than as a list
        end = parts.lines[section.heading.last - 1].end
        return f"{parts.text[:end]}{parts.newline * 2}{block}{parts.text[end:]}"
    madr = parts.section(("decision outcome",)) is not None or parts.body > 0
    heading = "## Considered Options" if madr else "## Alternatives"
    before = ("decision outcome",) if madr else _BEHIND_DECISION
    return _inserted(parts, f"{heading}{parts.newline * 2}{block}", (*before, *_BEHIND_DECISION))


def _with_items(
    parts: Layout, items: Sequence[Item], words: Sequence[str], option: str
) -> str | None:
    between = [
        number
        for one, other in itertools.pairwise(items)
        for number in range(one.last, other.first)
    ]
    if any(parts.lines[number].text.strip() for number in between):
        return None  # something stands between the items that would be lost
    spare = {
        item.words: _lines_of(parts, item)
        for item in reversed(items)
        if not adrfile.is_chosen(item.words, option)
    }
    marker, indent = items[-1].marker, items[-1].indent
    numbered = marker[:1].isdigit()
    blocks = [spare.pop(each, f"{indent}{marker} {each}") for each in words]
    for at, item in enumerate(items):
        if adrfile.is_chosen(item.words, option):
            blocks.insert(min(at, len(blocks)), _lines_of(parts, item))
    if numbered:
        blocks = [
            re.sub(r"[0-9]+", str(number), block, count=1) for number, block in enumerate(blocks, 1)
        ]
    start, end = parts.span(items[0].first, items[-1].last)
    glue = parts.newline * (2 if between else 1)
    return parts.text[:start] + glue.join(blocks) + parts.text[end:]


def _lines_of(parts: Layout, item: Item) -> str:
    start, end = parts.span(item.first, item.last)
    return parts.text[start:end]


def _status_value(status: str, newer: Sequence[str]) -> str:
    if status != SUPERSEDED:
        return one_line(status)
    return f"superseded by {', '.join(newer)}" if newer else SUPERSEDED


def _like(parts: Layout, old: str, start: int, value: str) -> str:
    """A status as it can stand where the old one stood: its first letter, and YAML's quotes."""
    if old[:1].isupper():
        value = value[:1].upper() + value[1:]
    if start >= parts.place(parts.body):
        return value
    space = "" if parts.text[start - 1].isspace() else " "
    return space + _scalar(value)


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _with_status_section(
    parts: Layout, section: Section, status: str, newer: Sequence[Reference]
) -> str:
    """The status as adr-tools writes it: each thing in a paragraph of its own."""
    said = list(adrfile.status_lines(parts, section))
    by = [number for number, words in said if adrfile.superseded_by(words)]
    word = next((number for number, words in said if adrfile.is_word(words)), None)
    if status == SUPERSEDED and newer:
        lines = [f"Superseded by {each.in_section()}" for each in newer]
    else:
        lines = [one_line(status).capitalize()]
    block = (parts.newline * 2).join(lines)
    target = word if word is not None else by[0] if by else None
    if target is not None:
        return _with_lines(parts, dict.fromkeys(by) | {target: block})
    end = parts.lines[section.heading.last - 1].end
    return f"{parts.text[:end]}{parts.newline * 2}{block}{parts.text[end:]}"


def _with_new_status(parts: Layout, value: str) -> str | None:
    """A status where there is none: in the front matter, else in a line below the title."""
    text = parts.text
    if parts.body:
        at = parts.lines[0].end
        return f"{text[:at]}{parts.newline}status: {_scalar(value)}{text[at:]}"
    heading = parts.title
    if heading is None:
        return None
    at = parts.lines[heading.last - 1].end
    value = value[:1].upper() + value[1:]
    return f"{text[:at]}{parts.newline * 2}Status: {value}{text[at:]}"


def _with_lines(parts: Layout, lines: Mapping[int, str | None]) -> str:
    """The text with other words on these lines; None takes one away, and the empty one behind."""
    pieces, done = [], 0
    for number, words in sorted(lines.items()):
        pieces.append(parts.text[done : parts.lines[number].start])
        if words is None:
            done = parts.place(_behind(parts, number))
        else:
            pieces.append(words)
            done = parts.lines[number].end
    return "".join([*pieces, parts.text[done:]])


def _behind(parts: Layout, number: int) -> int:
    after = number + 1
    empty = after < len(parts.lines) and not parts.lines[after].text.strip()
    return after + 1 if empty else after


def _linked(words: str, file: str) -> str:
    return f"[{words.replace('[', '(').replace(']', ')')}]({file})"
