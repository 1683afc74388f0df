"""A record as a text that a person edits: its title, and a section for each of its long texts.

# Use JWT for stateless authentication

## Rationale
## Alternatives
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studio_git.core.prose import many_lines, one_line

_TITLE = re.compile(r"#[ \t]+(\S.*)")
_SECTION = re.compile(r"(\\*)##[ \t]+(\S.*)")
_ITEM = re.compile(r"[-*+][ \t]+(.*)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the text: the title ("" where there is none), and the sections by name."""

    title: str
    texts: Mapping[str, str]


def render(sheet: Sheet) -> str:
    """The text; a line that could be taken for one of its headings is escaped."""
    names = {_fold(name) for name in sheet.texts}
    parts = [f"# {one_line(sheet.title)}"]
    for name, text in sheet.texts.items():
        body = [_escaped(line, names) for line in many_lines(text).split("\n")]
        parts.append("\n".join([f"## {name}", *([] if body == [""] else ["", *body])]))
    return "\n\n".join(parts) + "\n"


def parse(text: str, names: Sequence[str]) -> Sheet:
    """Read such a text; a heading that is none of the names belongs to the section it stands in.

    A section that is missing is empty.
    """
    known = {_fold(name): name for name in names}
    found: dict[str, list[str]] = {name: [] for name in names}
    title, current = "", None
    for line in many_lines(text.removeprefix("\ufeff")).split("\n"):
        heading = _SECTION.fullmatch(line)
        if heading and _fold(heading[2]) in known:
            if not heading[1]:
                current = known[_fold(heading[2])]
                continue
            line = line[1:]  # noqa: PLW2901 - the escape goes
        if current is not None:
            found[current].append(line)
        elif not title and (match := _TITLE.fullmatch(line)):
            title = one_line(match[1])
    return Sheet(title, {name: many_lines("\n".join(lines)) for name, lines in found.items()})


def listed(items: Iterable[str]) -> str:
    """Texts as the items of a list."""
    return "\n".join(f"- {one_line(item)}" for item in items if one_line(item))


def items(text: str) -> tuple[str, ...]:
    """The items of a list; a line that begins none continues the one before it."""
    found: list[str] = []
    for line in text.split("\n"):
        match = _ITEM.fullmatch(line.strip())
        if match:
            found.append(match[1])
        elif found and line.strip():
            found[-1] += f" {line.strip()}"
        elif line.strip():
            found.append(line)
    return tuple(one_line(item) for item in found if one_line(item))


def _escaped(line: str, names: set[str]) -> str:
    heading = _SECTION.fullmatch(line)
    return f"\\{line}" if heading and _fold(heading[2]) in names else line


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
