"""A folder of decision records: the names of its files, what they link to, and new ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from studio_git.core import adredit
from studio_git.core.adredit import Reference
from studio_git.core.adrfile import Adr, Link, parse
from studio_git.core.cyclenames import slug
from studio_git.core.prose import one_line

USUAL_FOLDERS = (
    "docs/decisions",
    "docs/adr",
    "docs/adrs",
    "doc/adr",
    "doc/decisions",
    "docs/architecture/decisions",
    "docs/architecture-decisions",
    "docs/design/adr",
    "adr",
)
"""Where records usually stand, as MADR, adr-tools and their users say."""

POINTER = ".adr-dir"
"""The file in which adr-tools remembers the folder."""

ACCEPTED = "accepted"

_MAX_SLUG = 50
_DIGITS = 4
_NUMBERED = re.compile(r"(?:adr[-_ ]?)?([0-9]{1,6})(?=[-_. ])", re.IGNORECASE)
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_RECORD = re.compile(r"(?:readme|index|toc|contributing|changelog|.*template.*)", re.IGNORECASE)
_NUMBER_IN_WORDS = re.compile(r"(?:ADR[-_ #]?)?0*([0-9]{1,6})(?=$|[^0-9])", re.IGNORECASE)
_CONTEXT = "<!-- What led to this decision? -->"
_CONSEQUENCES = "<!-- What becomes easier, and what harder? -->"


class Format(StrEnum):
    """The forms that are written."""

    MADR = "madr"
    ADR_TOOLS = "adr-tools"


def may_be_record(name: str) -> bool:
    """Whether a file of that name can be a record; templates and the folder's own pages are not."""
    stem, dot, suffix = name.rpartition(".")
    plain = suffix.casefold() in {"md", "markdown"} and not name.startswith(".")
    return bool(dot and stem and plain and not _NO_RECORD.fullmatch(stem))


def number_of(name: str) -> int | None:
    """The number that a file's name begins with; None where it has none, or begins with a date."""
    found = None if _DATED.match(name) else _NUMBERED.match(name)
    return int(found[1]) if found else None


def is_record(name: str, adr: Adr) -> bool:
    """Whether a file is a record: by the number in its name, else by what it says."""
    return (
        may_be_record(name) and bool(adr.title) and (number_of(name) is not None or adr.is_record)
    )


def new_name(title: str, names: Iterable[str]) -> str:
    """A name for a new record, with the next number, as wide as those that are there."""
    known = [(number, name) for name in names if (number := number_of(name)) is not None]
    number = max((number for number, _ in known), default=0) + 1
    found = _NUMBERED.match(max(known)[1]) if known else None
    digits = len(found[1]) if found else _DIGITS
    return f"{number:0{digits}}-{_slug(title)}.md"


def format_of(records: Iterable[Adr]) -> Format:
    """The form that most of a folder's records have; MADR where there are none."""
    found = [adr.number is not None and not adr.has_front_matter for adr in records]
    return Format.ADR_TOOLS if 2 * sum(found) > len(found) else Format.MADR


def file_of(link: Link, names: Mapping[str, Adr]) -> str | None:
    """The file of the folder that a mention means: where it leads, else by its number or title."""
    target = link.target.partition("#")[0].rpartition("/")[2]
    if target in names:
        return target
    found = _NUMBER_IN_WORDS.match(link.words)
    if found is not None:
        numbered = [name for name in names if number_of(name) == int(found[1])]
        if len(numbered) == 1:
            return numbered[0]
    wanted = _fold(link.words)
    titled = [name for name, adr in names.items() if _fold(adr.title) == wanted]
    return titled[0] if len(titled) == 1 and wanted else None


def render(
    form: Format,
    title: str,
    *,
    number: int,
    date: str,
    status: str,
    newer: Sequence[Reference],
    older: Sequence[Reference],
    rationale: str,
    alternatives: Sequence[str],
) -> str | None:
    """A new record; ``newer`` are those that superseded it, ``older`` those whose place it took.

    None where the form cannot say it so that it is read again.
    """
    words = one_line(title)
    if form is Format.MADR:
        options = "".join(f"* {one_line(each)}\n" for each in (words, *alternatives))
        because = ", because …" if rationale[:1].islower() else "."
        text = (
            f"---\nstatus: accepted\ndate: {date}\n---\n\n# {words}\n\n"
            f"## Context and Problem Statement\n\n{_CONTEXT}\n\n"
            f"## Considered Options\n\n{options}\n"
            f'## Decision Outcome\n\nChosen option: "{words.replace(chr(34), chr(39))}"{because}\n'
        )
    else:
        text = (
            f"# {number}. {words}\n\nDate: {date}\n\n## Status\n\nAccepted\n\n"
            f"## Context\n\n{_CONTEXT}\n\n## Decision\n\n## Consequences\n\n{_CONSEQUENCES}\n"
        )
    for each in older:
        text = adredit.with_supersedes(text, each)
    steps: list[Callable[[str], str | None]] = []
    if rationale:
        steps.append(lambda made: adredit.with_rationale(made, rationale))
    if form is Format.ADR_TOOLS and alternatives:
        steps.append(lambda made: adredit.with_alternatives(made, alternatives))
    if status != ACCEPTED:
        steps.append(lambda made: adredit.with_status(made, status, newer))
    for step in steps:
        done = step(text)
        if done is None:
            return None
        text = done
    found = parse(text)
    fits = found.alternatives == tuple(map(one_line, alternatives))
    return text if fits and found.title == words else None


def _slug(title: str) -> str:
    words = slug(title)
    if len(words) > _MAX_SLUG:
        cut = words[: _MAX_SLUG + 1].rpartition("-")[0]
        words = cut if len(cut) >= _MAX_SLUG // 2 else words[:_MAX_SLUG]
    return words or "decision"


def _fold(text: str) -> str:
    return one_line(text).casefold()
