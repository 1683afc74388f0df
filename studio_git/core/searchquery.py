"""What a person searches for, as parts that are looked for; how good a find is.

Texts are compared folded: without regard to case (beyond ASCII too), to the width of letters and
to how accents are composed. Folding goes letter by letter, so what SQL's LIKE finds in a text is
found in the folded text as well.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from studio_git.errors import UsageError

GRAM = 3
"""Letters of a token of the index (https://sqlite.org/fts5.html#the_trigram_tokenizer)."""

SEPARATOR = "\x1f"
"""Stands between the fields of a document, and never in a field or a part."""

MAX_GRAMS = 24
"""So many tokens of a query go into the index's expression; the text itself decides."""

_PARTS = re.compile(r'"([^"]+)"|(\S+)')
_AGO = re.compile(r"(\d{1,6}) ?(minute|hour|day|week|month|year)s?( ago)?")
_DAY = 86_400
_SECONDS = {
    "minute": 60,
    "hour": 3600,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 30 * _DAY,
    "year": 365 * _DAY,
}
_PER_PART = 12
_CHUNK = 256
_LOOKED_AT = 20
_WHOLE, _START, _INSIDE = 1.0, 0.75, 0.5
_TITLE_WEIGHT = 3.0


class Kind(StrEnum):
    """What can be found."""

    SESSION = "session"
    DECISION = "decision"
    LEARNING = "learning"
    SKILL = "skill"
    AGENT = "agent"
    TOOL = "tool"
    TEMPLATE = "template"
    PROMPT = "prompt"
    CONTEXT = "context"


REGISTRY = (Kind.SKILL, Kind.AGENT, Kind.TOOL, Kind.TEMPLATE, Kind.PROMPT)
"""The kinds that are items of the registry."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: every part has to occur, wherever it does.

    ``parts`` are folded, each once, the longest first; ``phrase`` is all of them in the order in
    which they were said.
    """

    parts: tuple[str, ...]
    phrase: str

    @property
    def grams(self) -> list[str]:
        """Tokens that a document with all parts has; none where every part is too short."""
        found: dict[str, None] = {}
        for part in self.parts:
            found |= dict.fromkeys(_grams(part)[: MAX_GRAMS - len(found)])
        return list(found)


def parse(text: str) -> Query:
    """The query of any text at all: words, and phrases in double quotes.

    Nothing else has a meaning: there are no operators. A quote that none closes is a letter like
    others. Raises UsageError where nothing is left to search for.
    """
    said = whole(text).replace("\0", " ")
    # Quotes around nothing but space are letters: then it is them that is looked for.
    parts = [fold(clean(found[1] or found[2])) or '"' for found in _PARTS.finditer(said)]
    if not parts:
        raise UsageError("there is nothing to search for.", "Give a word: git studio search WORD")
    longest_first = sorted(dict.fromkeys(parts), key=len, reverse=True)
    return Query(tuple(longest_first), " ".join(parts))


def whole(text: str) -> str:
    """The text as it can be asked for: what was no UTF-8 on the command line becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """The text on one line, with single spaces; NUL and control separators count as spaces."""
    return " ".join(text.replace("\0", " ").split())


def fold(text: str) -> str:
    """The text as it is compared. No letter becomes nothing."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold()


def document(title: str, pieces: Iterable[str]) -> tuple[str, int]:
    """The folded text of a record for the index, and where in it the title ends.

    A space stands before and after each field, so that a word at its edge looks like others. What
    the longest piece says anyway is not said twice.
    """
    head = f" {SEPARATOR} {fold(clean(title))} {SEPARATOR} "
    fields = dict.fromkeys(fold(clean(piece)) for piece in pieces)
    longest = max(fields, key=len, default="")
    kept = [field for field in fields if field is longest or field not in longest]
    body = "".join(f"{field} {SEPARATOR} " for field in kept if field)
    return f"{head}{body} ", len(head)


def match_all(grams: Sequence[str]) -> str:
    """The expression of SQLite's FTS5 for documents with all of these tokens."""
    return " AND ".join(map(_string, grams))


def match_any(grams: Sequence[str]) -> str:
    """The expression of SQLite's FTS5 for documents with one of these tokens."""
    return " OR ".join(map(_string, grams))


def score(query: Query, text: str, title_end: int) -> float:
    """How good a document that :func:`document` made is for a query; about 0.5 to 8.

    A part in the title counts more than one in the body, a whole word more than the start of
    one, that more than letters within one; all parts together more than each alone.
    """
    title, body = text[:title_end], text[title_end:]
    total = 0.0
    for part in query.parts:
        often = 0.1 * min(body.count(part), 5)
        total += max(_TITLE_WEIGHT * _place(part, title), _place(part, body)) + often
    found = total / len(query.parts)
    if len(query.parts) > 1:
        found += 2.0 if query.phrase in title else 1.0 if query.phrase in body else 0.0
    if title.strip(f" {SEPARATOR}") == query.phrase:
        found += 2.0
    return found


def since(text: str, now: int, zone: int) -> int:
    """The time that ``2025-03-31``, ``2025-03-31 14:00``, ``2 weeks`` or ``yesterday`` means.

    All in seconds: the result and ``now`` since the epoch, ``zone`` is how far local time is
    ahead of UTC. Raises UsageError for anything else.
    """
    words = " ".join(text.lower().split())
    found = _AGO.fullmatch(words)
    if found is not None:
        return now - int(found[1]) * _SECONDS[found[2]]
    midnight = now - (now + zone) % _DAY
    if words in {"today", "yesterday"}:
        return midnight if words == "today" else midnight - _DAY
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(seconds=zone)))
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        raise UsageError(
            f"{clean(text)[:60]!r} is not a time.", "Write it like 2025-03-31, 3 days or yesterday."
        ) from None


class Snippet(NamedTuple):
    """A piece of a text on one line; ``marks`` are where parts of the query stand in it.

    Each mark is a beginning and an end, counted in code points of ``text``.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def snippet(query: Query, text: str, room: int) -> Snippet:
    """The stretch of a text with the most parts of the query, in ``room`` cells of a terminal.

    Without any part in the text, its beginning.
    """
    line = _Line(clean(text))
    marks = _merged(line.places(part) for part in query.parts)
    begin = _best_begin(marks, room)
    begin = _at_word(line.text, max(0, begin - room // 4), begin) if begin > room // 4 else 0
    lead = "…" if begin else ""
    end = _fitting(line.text, begin, room - len(lead))
    tail = ""
    if end < len(line.text):
        end = _fitting(line.text, begin, room - len(lead) - 1)
        tail = "…"
    shift = len(lead) - begin
    kept = [(max(a, begin) + shift, min(b, end) + shift) for a, b in marks if a < end and b > begin]
    return Snippet(f"{lead}{line.text[begin:end]}{tail}", tuple(kept))


def fitted(text: str, marks: Iterable[tuple[int, int]], room: int) -> Snippet:
    """A text on one line with its marks, cut at its end to so many cells of a terminal."""
    end = _fitting(text, 0, room)
    if end == len(text):
        return Snippet(text, tuple(marks))
    end = _fitting(text, 0, room - 1)
    kept = tuple((a, min(b, end)) for a, b in marks if a < end)
    return Snippet(f"{text[:end]}…", kept)


def parts_in(query: Query, text: str) -> int:
    """How many parts of a query occur in a text."""
    folded = fold(clean(text))
    return sum(part in folded for part in query.parts)


class _Line:
    """A clean text, searched folded, with places in the text itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold(text)

    def places(self, part: str) -> list[tuple[int, int]]:
        """The first places of a folded part."""
        found: list[tuple[int, int]] = []
        at = self._folded.find(part)
        while at >= 0 and len(found) < 100:
            end = at + len(part)
            found.append((self._letter(at), self._letter(end - 1) + 1))
            at = self._folded.find(part, end)
        return found

    def _letter(self, at: int) -> int:
        """The letter of the text that a place in the folded text belongs to."""
        starts = self._starts
        if not starts:
            return at
        low = bisect_right(starts, at) - 1
        place = low * _CHUNK
        rest = at - starts[low]
        for letter in self.text[place : place + _CHUNK]:
            rest -= len(fold(letter))
            if rest < 0:
                break
            place += 1
        return place

    @cached_property
    def _starts(self) -> list[int]:
        """Where each chunk of letters begins in the folded text; none where all are as long."""
        if len(self._folded) == len(self.text):
            return []
        starts = [0]
        for begin in range(0, len(self.text), _CHUNK):
            starts.append(starts[-1] + len(fold(self.text[begin : begin + _CHUNK])))
        return starts[:-1]


def _grams(part: str) -> list[str]:
    """Some tokens of a part, spread over all of it; of a short one all, of a shorter one none."""
    every = list(dict.fromkeys(part[at : at + GRAM] for at in range(len(part) - GRAM + 1)))
    step = -(-len(every) // _PER_PART) or 1
    return every[::step]


def _string(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'


def _place(part: str, field: str) -> float:
    """How well a part stands in a field: as a word, at the start of one, within one, not at all."""
    best = 0.0
    at = field.find(part)
    for _ in range(_LOOKED_AT):
        if at < 0 or best == _WHOLE:
            break
        end = at + len(part)
        starts = not field[at - 1 : at].isalnum()
        ends = not field[end : end + 1].isalnum()
        best = max(best, _WHOLE if starts and ends else _START if starts else _INSIDE)
        at = field.find(part, end)
    return best


def _merged(places: Iterable[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Places in order, those that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(place for several in places for place in several):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _best_begin(marks: Sequence[tuple[int, int]], room: int) -> int:
    """The beginning of the mark after which most marks follow within the room."""
    best, most, last = 0, 0, 0
    for first, (begin, _) in enumerate(marks):
        last = max(last, first)
        while last < len(marks) and marks[last][1] <= begin + room - room // 4:
            last += 1
        if last - first > most or not most:
            best, most = begin, max(last - first, 1)
    return best


def _at_word(text: str, begin: int, latest: int) -> int:
    """The first beginning of a word from a place on; the place where there is none before."""
    space = text.find(" ", begin, latest)
    return space + 1 if space >= 0 else begin


def _fitting(text: str, begin: int, room: int) -> int:
    """Where the letters from a place on that fit into so many cells end."""
    end = begin
    while end < len(text):
        room -= 2 if unicodedata.east_asian_width(text[end]) in "WF" else 1
        if room < 0:
            break
        end += 1
    return end
