"""Decision records as files: what the Markdown of MADR and of adr-tools says.

The forms: https://adr.github.io/madr/ (versions 2 to 4) and the template of
https://github.com/npryce/adr-tools, which is Michael Nygard's. People change both, so everything
is optional, and what is not known is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from studio_git.core.adrlayout import Layout, Section, layout, without_comments
from studio_git.core.prose import many_lines, one_line, shorten

DECISION = ("decision outcome", "decision")
OPTIONS = (
    "considered options",
    "options considered",
    "considered alternatives",
    "alternatives considered",
    "alternatives",
    "options",
)
STATUS = ("status",)
SUPERSEDED = "superseded"
MAX_CHARACTERS = 256 * 1024

_NUMBER = re.compile(
    r"(?:(?:M?ADR)[ -]?)?#?([0-9]{1,6})(?:[.:)]|[ \t]{0,3}[-–—:])[ \t]+(?=\S)", re.IGNORECASE
)
_KEY = re.compile(r"([A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(.*))?")
_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)\"""")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_LABEL = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)?(status|date)(?:\*\*|__)?:(?:\*\*|__)?[ \t]*"
    r"(.*[^ \t]|)[ \t]*",
    re.IGNORECASE,
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_SLASHED = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?![0-9])")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\(<?([^()<>\s]{1,500})>?(?:[ \t]+\"[^\"]{0,200}\")?\)")
_BY = re.compile(r"\b(?:super[sc]eded|replaced)[ -]by\b:?[ \t]*(.*)", re.IGNORECASE)
_SUPERSEDES = re.compile(r"\b(?:super[sc]edes|replaces)\b:?[ \t]*(.*)", re.IGNORECASE)
_OTHER_LINK = re.compile(
    r"(?:amends|amended|clarifies|clarified|extends|extended|refines|refined|see|related|relates|"
    r"depends|links?|date)\b",
    re.IGNORECASE,
)
_RECORD = re.compile(r"\bADR[- #]?([0-9]{1,6})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,3}")
_KNOWN = ("accepted", "proposed", "rejected", "deprecated", SUPERSEDED)
_ITEM = re.compile(r"( {0,3})([-*+]|[0-9]{1,9}[.)])[ \t]+(\S.*)")
_CHOSEN = re.compile(
    r"(?:\*\*|__)?chosen options?(?:\*\*|__)?\s{0,3}:(?:\*\*|__)?\s{0,8}"
    r"(?P<option>\"[^\"\r\n]*\"|“[^”\r\n]*”|`[^`\r\n]*`|\[[^\]\r\n]*\]\([^)\r\n]*\)|[^\r\n]*?)"
    r"(?P<join>,?\s{1,8}because\b:?\s{0,8}|[ \t]{0,8}\.?[ \t]{0,8}(?=\r?\n|\r|\Z))",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"^( {0,3})\\(?=\\*(?:#{1,6}(?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$|<!--))", re.M)


@dataclass(frozen=True, slots=True)
class Link:
    """A mention of another record: its words, and the file it leads to ("" where it is none)."""

    words: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Adr:
    """What a record says. A text is "" where it is not said.

    ``date`` is as 2025-03-31. ``alternatives`` are the options without the chosen one; None where
    they are told of in a way that is not read. ``number`` is that of the title.
    """

    title: str
    number: int | None
    status: str
    superseded_by: tuple[Link, ...]
    supersedes: tuple[Link, ...]
    date: str
    rationale: str
    alternatives: tuple[str, ...] | None
    has_front_matter: bool
    is_record: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the decision's reasons stand, ``text[start:end]``; equal where there are none.

    ``option`` is the chosen one ("" where none is named), which ends at ``option_end``.
    ``because`` says that the reasons go on its sentence.
    """

    start: int
    end: int
    option: str
    option_end: int
    because: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the options' list: the lines ``[first, last)``, and what it says."""

    first: int
    last: int
    indent: str
    marker: str
    words: str


def parse(text: str) -> Adr:
    """Read a record; no text raises. What is longer than a record ever is, is not read."""
    if len(text) > MAX_CHARACTERS:
        return Adr("", None, "", (), (), "", "", None, False, False)
    parts = layout(text)
    title, number = title_of(parts)
    status, newer, older = _status(parts)
    outcome = outcome_of(parts)
    reasons = "" if outcome is None else unescape(text[outcome.start : outcome.end])
    if not without_comments(reasons).strip():
        reasons = ""
    return Adr(
        title=title,
        number=number,
        status=status,
        superseded_by=newer,
        supersedes=older,
        date=_date(parts),
        rationale=many_lines(reasons),
        alternatives=_alternatives(parts, "" if outcome is None else outcome.option),
        has_front_matter=parts.body > 0,
        is_record=bool(title) and (bool(status) or parts.section(DECISION) is not None),
    )


def title_of(parts: Layout) -> tuple[str, int | None]:
    """The title without its number, and that number."""
    heading = parts.title
    if heading is None:
        return "", None
    found = _NUMBER.match(heading.title)
    words = heading.title[found.end() :] if found else heading.title
    return one_line(words), int(found[1]) if found else None


def title_span(parts: Layout) -> tuple[int, int] | None:
    """Where the title stands, without its number."""
    heading = parts.title
    if heading is None:
        return None
    found = _NUMBER.match(heading.title)
    return heading.words[0] + (found.end() if found else 0), heading.words[1]


def labelled(parts: Layout, label: str) -> tuple[str, int, int] | None:
    """What the front matter or a line ``Label: …`` below the title says, and where."""
    for line in parts.lines[1 : max(parts.body - 1, 1)] if parts.body else ():
        found = _KEY.fullmatch(line.text)
        if found and found[1].casefold() == label:
            value = found[2] or ""
            start = line.start + (found.start(2) if value else len(found[0]))
            return unquoted(value), start, start + _scalar_end(value)
    for number in parts.preamble:
        line = parts.lines[number]
        found = None if parts.hidden[number] else _LABEL.fullmatch(line.text)
        if found and found[1].casefold() == label:
            return found[2], line.start + found.start(2), line.start + found.end(2)
    return None


def status_lines(parts: Layout, section: Section) -> Iterator[tuple[int, str]]:
    """The lines of the section Status that say something, without the marks of a list."""
    for number in range(section.heading.last, section.own_last):
        words = without_comments(parts.lines[number].text).strip()
        item = _ITEM.fullmatch(words)
        words = item[3] if item else words
        if words and not parts.hidden[number]:
            yield number, words


def superseded_by(words: str) -> tuple[Link, ...]:
    """The records that a status says have taken this one's place."""
    found = _BY.search(words)
    return _links(found[1]) if found else ()


def supersedes(words: str) -> tuple[Link, ...]:
    """The records whose place a line of a status says this one has taken."""
    found = _SUPERSEDES.search(words)
    return _links(found[1]) if found else ()


def is_word(words: str) -> bool:
    """Whether a line of a status says what became of the record, and not what it links to."""
    return not (_BY.search(words) or _SUPERSEDES.search(words) or _OTHER_LINK.match(words))


def outcome_of(parts: Layout) -> Outcome | None:
    """Where the reasons stand; None where the record has no section for the decision."""
    section = parts.section(DECISION)
    if section is None:
        return None
    lines = parts.content(section.heading.last, section.own_last)
    if lines is None:
        end = parts.lines[section.heading.last - 1].end
        return Outcome(end, end, "", end, because=False)
    start, end = parts.span(*lines)
    found = _CHOSEN.match(parts.text, start, end)
    if found is None:
        return Outcome(start, end, "", start, because=False)
    option = _option(found["option"])
    if "because" in found["join"].casefold():
        return Outcome(found.end(), end, option, found.end("option"), because=True)
    rest = parts.text[found.end() : end]
    behind = found.end() + len(rest) - len(rest.lstrip())
    return Outcome(behind if rest.strip() else end, end, option, found.end(), because=False)


def options_of(parts: Layout) -> tuple[Section, list[Item]] | None:
    """The section of the options and its list; None where there is no such section."""
    section = parts.section(OPTIONS)
    return None if section is None else (section, list(_items(parts, section)))


def is_chosen(words: str, option: str) -> bool:
    """Whether an item is the option that was chosen."""
    return bool(option) and _bare(words) == _bare(option)


def unquoted(value: str) -> str:
    """A scalar of YAML without its quotes and the comment behind it."""
    quoted = _QUOTED.match(value)
    if quoted is None:
        return _COMMENT.sub("", value).strip()
    if quoted[1] is not None:
        return quoted[1].replace("''", "'")
    return re.sub(r'\\(["\\])', r"\1", quoted[2])


def _scalar_end(value: str) -> int:
    quoted = _QUOTED.match(value)
    return quoted.end() if quoted else len(_COMMENT.sub("", value).rstrip())


def escape(text: str) -> str:
    """Reasons as they can stand in a record: no line of them is a heading, or opens a block."""
    lines = []
    before = ""
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        rule = bool(re.fullmatch(r"=+[ \t]*|-+[ \t]*", bare)) and bool(before.strip())
        opens = re.match(r"#{1,6}(?:[ \t]|$)", bare) or bare.startswith("<!--")
        if indent < 4 and (rule or opens or _ESCAPED.match(line)):
            line = f"{line[:indent]}\\{bare}"  # noqa: PLW2901 - the escaped one from here on
        lines.append(line)
        before = line
    return "\n".join(lines)


def unescape(text: str) -> str:
    """What :func:`escape` was given."""
    return _ESCAPED.sub(r"\1", text.replace("\r\n", "\n"))


def _status(parts: Layout) -> tuple[str, tuple[Link, ...], tuple[Link, ...]]:
    said = labelled(parts, "status")
    if said is not None:
        by = superseded_by(said[0])
        return SUPERSEDED if by else _word(said[0]), by, ()
    section = parts.section(STATUS)
    status = ""
    newer: tuple[Link, ...] = ()
    older: tuple[Link, ...] = ()
    for _, words in () if section is None else status_lines(parts, section):
        newer += superseded_by(words)
        older += supersedes(words)
        if not status and is_word(words):
            status = _word(words)
    return SUPERSEDED if newer else status, newer, older


def _word(text: str) -> str:
    """A status as one word of those that are known, or in short what else it says."""
    if "|" in text:  # the template's list of what it can be
        return ""
    found = _WORD.search(text)
    words = found[0].casefold() if found else ""
    known = next((each for each in _KNOWN if words.startswith(each)), "")
    if known or words.startswith("superceded"):
        return known or SUPERSEDED
    return shorten(words, 40)


def _links(text: str) -> tuple[Link, ...]:
    links = tuple(Link(one_line(words), target) for words, target in _LINK.findall(text))
    if links:
        return links
    records = tuple(Link(found[0]) for found in _RECORD.finditer(text))
    words = one_line(text).rstrip(".")
    return records or ((Link(shorten(words, 300)),) if words else (Link(""),))


def _date(parts: Layout) -> str:
    said = labelled(parts, "date")
    text = said[0] if said is not None else ""
    iso = _ISO.match(text)
    if iso:
        year, month, day = iso[1], iso[2], iso[3]
    else:
        slashed = _SLASHED.match(text)
        if slashed is None:
            return ""
        day, month, year = slashed[1], slashed[2], slashed[3]  # as adr-tools once wrote them
        if int(month) > 12:
            day, month = month, day
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _alternatives(parts: Layout, option: str) -> tuple[str, ...] | None:
    found = options_of(parts)
    if found is None:
        return ()
    section, items = found
    if items:
        return tuple(item.words for item in items if not is_chosen(item.words, option))
    has_more = parts.content(section.heading.last, section.last) is not None
    return None if has_more else ()


def _items(parts: Layout, section: Section) -> Iterator[Item]:
    number = section.heading.last
    while number < section.own_last:
        found = None if parts.hidden[number] else _ITEM.fullmatch(parts.lines[number].text)
        if found is None:
            number += 1
            continue
        last = number + 1
        while last < section.own_last and _goes_on(parts, last, len(found[1])):
            last += 1
        words = [found[3], *(parts.lines[each].text.strip() for each in range(number + 1, last))]
        nested = next((at for at, it in enumerate(words[1:], 1) if _ITEM.fullmatch(it)), len(words))
        yield Item(number, last, found[1], found[2], _option(" ".join(words[:nested])))
        number = last


def _goes_on(parts: Layout, line: int, indent: int) -> bool:
    """Whether a line belongs to the item above it: it is not empty, and begins no other item."""
    text = parts.lines[line].text
    item = _ITEM.fullmatch(text)
    nested = item is None or len(item[1]) >= indent + 2
    return bool(text.strip()) and not parts.hidden[line] and nested


def _option(text: str) -> str:
    """An option without quotes, links and comments."""
    words = one_line(without_comments(_LINK.sub(r"\1", text)))
    for opening, closing in (('"', '"'), ("“", "”"), ("`", "`"), ("'", "'")):
        if len(words) > 2 and words[0] == opening and words[-1] == closing:
            return words[1:-1].strip()
    return words


def _bare(words: str) -> str:
    return "".join(letter for letter in words.casefold() if letter.isalnum())
