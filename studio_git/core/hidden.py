"""Characters that a reader does not see, or that show a text in another order than it is read in.

An agent reads what a person who reviews the file does not see. What a script or an emoji needs
is no finding: each suspect is judged by the visible characters around it. Names, categories and
directions are those of the Unicode database in :mod:`unicodedata`; what joins with what follows
the Unicode Standard (chapters 9, 12, 16, 18 and 23) and UTS #51 for emoji.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from studio_git.core import hiddenchars
from studio_git.core.hiddenchars import class_of

_BOM = "\ufeff"
_ZWSP, _ZWNJ, _ZWJ = "\u200b", "\u200c", "\u200d"
_KEYCAP = "\u20e3"
_SPELLED_MOST = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ASCII_CONTROLS = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_SHOWN_LINE_END = re.compile(f"[\n\r{hiddenchars.BREAKS}]")

# A black flag, then a region and its part in tag characters, then the end: UTS #51, annex C.
_FLAG = "\U0001f3f4"
_FLAG_TAGS = re.compile(
    "(?:[\U000e0061-\U000e007a]{2}|[\U000e0030-\U000e0039]{3})"
    "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
)

_JOINING = _words(
    "ARABIC SYRIAC MANDAIC NKO MONGOLIAN PHAGS ADLAM HANIFI MANICHAEAN PSALTER SOGDIAN CHORASMIAN "
    "SAMARITAN THAANA HEBREW DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA "
    "MALAYALAM SINHALA TIBETAN MYANMAR KHMER TAI BALINESE JAVANESE SUNDANESE BATAK LEPCHA LIMBU "
    "CHAM BUGINESE MEETEI SYLOTI SAURASHTRA KAYAH REJANG VEDIC BRAHMI KAITHI CHAKMA SHARADA "
    "KHOJKI GRANTHA NEWA TIRHUTA SIDDHAM MODI TAKRI DOGRA BHAIKSUKI MARCHEN MASARAM GUNJALA "
    "NANDINAGARI SOYOMBO ZANABAZAR KHAROSHTHI DIVES MULTANI KHUDAWADI AHOM MAKASAR KAWI"
)
"""Scripts whose letters take joiners, by the first word of their characters' names."""

_WITHOUT_SPACES = _words("THAI LAO KHMER MYANMAR TAI NEW TIBETAN JAVANESE BALINESE CHAM")
"""Scripts that part words by a space that has no width."""

_IDEOGRAPHS = (
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003fffd"),
)
_LAID_OUT = _words("MUSICAL DUPLOYAN EGYPTIAN")
"""Notations that have format controls of their own."""


@dataclass(frozen=True, slots=True)
class Finding:
    r"""A run of hidden characters of one class.

    ``line`` and ``column`` count from 0, columns and ``length`` in code points; lines end as LSP
    says (``\n``, ``\r\n``, ``\r``). ``characters`` are the code points; ``name`` is the first
    one's in the Unicode database; ``why`` is for people. ``fix`` is the text to put in its place
    (None where there is none): with all of them applied nothing is found any more, and what can
    be seen is as it was.
    """

    line: int
    column: int
    length: int
    characters: tuple[int, ...]
    name: str
    why: str
    fix: str | None


def find(text: str, limit: int | None = None) -> tuple[Finding, ...]:
    """The hidden characters of a text, in order; the first ``limit`` of them where it is given.

    A byte order mark at the start is none.
    """
    if text.isascii() and _has_no_controls(text):
        return ()
    places = list(islice(_flagged(text), limit))
    if not places:
        return ()
    lines = [0, *(match.end() for match in _LINE_END.finditer(text))]
    return tuple(_finding(text, lines, start, end) for start, end in places)


def fixed(text: str) -> str:
    """The text with every fix applied."""
    parts, at = [], 0
    for start, end in _flagged(text):
        parts += [text[at:start], hiddenchars.REPLACEMENT.get(class_of(text[start]), "")]
        at = end
    return "".join([*parts, text[at:]])


def describe(finding: Finding) -> str:
    """A finding in one line, such as ``U+200B ZERO WIDTH SPACE: it shows nothing``."""
    more = f" and {finding.length - 1} more" if finding.length > 1 else ""
    return f"U+{finding.characters[0]:04X} {finding.name}{more}: {finding.why}"


def _has_no_controls(text: str) -> bool:
    data = text.encode("ascii")
    return len(data.translate(None, _ASCII_CONTROLS)) == len(data)


def _finding(text: str, lines: list[int], start: int, end: int) -> Finding:
    line = bisect_right(lines, start) - 1
    kind = class_of(text[start])
    run = text[start:end]
    return Finding(
        line=line,
        column=start - lines[line],
        length=end - start,
        characters=tuple(map(ord, run)),
        name=unicodedata.name(run[0], kind if kind == "control" else "unassigned"),
        why=hiddenchars.WHY[kind] + _spelled(run, kind),
        fix=hiddenchars.REPLACEMENT.get(kind, ""),
    )


def _flagged(text: str) -> Iterator[tuple[int, int]]:
    """Where hidden characters stand: stretches of one class each."""
    lines = _ShownLines(text)
    for stretch in hiddenchars.gate().finditer(text, 1 if text.startswith(_BOM) else 0):
        for match in hiddenchars.run().finditer(text, *stretch.span()):
            start, end = match.span()
            alone = end - start == 1
            if not (
                alone and _is_needed(text[start - 1 : start], text[start], text[end : end + 1])
            ):
                yield from _unneeded(text, start, end, lines)


def _unneeded(text: str, start: int, end: int, lines: _ShownLines) -> Iterator[tuple[int, int]]:
    """The stretches of a run of suspects that what stands around it does not call for.

    A run is at most what dresses the character before it (a variation selector, the tags of a
    flag), and then one joiner, space or mark between that character and the next visible one.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    needed: set[int] = set()
    joined = False
    for place in range(start, end):
        if place in needed:
            continue
        length = 0 if needed else _dressing(text, place, end, before, after)
        if length:
            needed.update(range(place, place + length))
        elif _is_laid_out(text[place], before, after):
            needed.add(place)
        elif not joined and (
            _joins(text[place], before, after) or _turns(text[place], before, after, lines, start)
        ):
            needed.add(place)
            joined = True
    first = start
    for place in range(start, end + 1):
        at_end = place == end or place in needed
        if at_end or class_of(text[place]) != class_of(text[first]):
            if place > first:
                yield first, place
            first = place + 1 if at_end else place


@lru_cache(maxsize=65536)
def _is_needed(before: str, char: str, after: str) -> bool:
    """Tell it of a lone suspect, where its neighbours are enough to tell: a Persian text has
    thousands.
    """
    return (
        bool(_dressing(char, 0, 1, before, after))
        or _is_laid_out(char, before, after)
        or _joins(char, before, after)
    )


def _dressing(text: str, place: int, end: int, before: str, after: str) -> int:
    """How many characters from ``place`` on say how the one ``before`` looks; 0: none do."""
    kind, char = class_of(text[place]), text[place]
    if kind == "selector":
        return int(_selects(char, before, after))
    if kind == "tag" and before == _FLAG:
        match = _FLAG_TAGS.match(text, place, end)
        return len(match.group()) if match else 0
    if kind == "filler":
        return _jamo_frame(text[place : min(place + 2, end)], before, after)
    return 0


def _selects(char: str, before: str, after: str) -> bool:
    """Tell whether a variation selector has something to select (emoji-variation-sequences.txt,
    StandardizedVariants.txt and the Ideographic Variation Database, by their principle).
    """
    if not before:
        return False
    script = _script(before)
    if char < "\u1810":
        return script == "MONGOLIAN"
    if char >= "\U000e0100":
        return _is_ideograph(before)
    if char >= "\ufe0e":
        if before.isascii():
            return after == _KEYCAP and before in "0123456789#*"
        return _is_pictograph(before)
    if before.isascii():
        return False
    if _is_ideograph(before):
        return char <= "\ufe02"
    return script in ("MYANMAR", "PHAGS", "EGYPTIAN") or unicodedata.category(before)[0] in "SP"


def _jamo_frame(fillers: str, before: str, after: str) -> int:
    """How many fillers hold the place of a missing letter in a syllable of old Korean."""
    if fillers == "\u115f\u1160" and _is_between(after, ("\u11a8", "\u11ff"), ("\ud7cb", "\ud7fb")):
        return 2
    if fillers[0] == "\u115f":
        return int(_is_between(after, ("\u1161", "\u11a7"), ("\ud7b0", "\ud7c6")))
    return int(_is_between(before, ("\u1100", "\u115e"), ("\ua960", "\ua97c")))


def _joins(char: str, before: str, after: str) -> bool:
    """Tell whether a joiner or a space without width does something where it stands."""
    if char in (_ZWNJ, _ZWJ):
        return (
            _script(before) in _JOINING
            or _script(after) in _JOINING
            or (char == _ZWJ and _is_pictograph(before) and _is_pictograph(after))
        )
    if char == _ZWSP:
        return _script(before) in _WITHOUT_SPACES or _script(after) in _WITHOUT_SPACES
    if char == "\u034f":
        return _is_combining(before) and _is_combining(after)
    if char == "\u180e":
        return _script(before) == "MONGOLIAN"
    return char in "\u17b4\u17b5" and _script(before) == "KHMER"


def _turns(char: str, before: str, after: str, lines: _ShownLines, place: int) -> bool:
    """Tell whether a mark of direction does something where it stands."""
    inside_word = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return char in hiddenchars.MARKS and not inside_word and lines.are_right_to_left(place)


def _is_laid_out(char: str, before: str, after: str) -> bool:
    own = _script(char)
    return own in _LAID_OUT and own in (_script(before), _script(after))


class _ShownLines:
    """Which lines of a text, as they are shown, have letters that run from right to left.

    It remembers the last line that it was asked for: marks come in numbers.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = -1
        self._answer = False

    def are_right_to_left(self, place: int) -> bool:
        """Tell it of the line that ``place`` is on; places are asked for in order."""
        if place > self._end:
            text = self._text
            start = 1 + max(text.rfind(end, 0, place) for end in f"\n\r{hiddenchars.BREAKS}")
            match = _SHOWN_LINE_END.search(text, place)
            self._end = match.start() if match else len(text)
            line = text[start : self._end]
            self._answer = any(
                unicodedata.bidirectional(char) in ("R", "AL") and char not in hiddenchars.MARKS
                for char in line
            )
        return self._answer


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The first word of a character's name, which for letters and marks is their script's."""
    return re.split("[ -]", unicodedata.name(char, ""))[0] if char else ""


@lru_cache(maxsize=4096)
def _is_pictograph(char: str) -> bool:
    """Tell whether a character can be an emoji; by blocks, since the database lags behind."""
    if not char or char < "\u00a9":
        return False
    if "\U0001f000" <= char <= "\U0001fbff":
        return True
    return char == "\u2139" or (
        char <= "\u3299" and unicodedata.category(char) in ("So", "Sm", "Po", "Pd")
    )


def _is_ideograph(char: str) -> bool:
    return _is_between(char, *_IDEOGRAPHS)


def _is_between(char: str, *pairs: tuple[str, str]) -> bool:
    return bool(char) and any(first <= char <= last for first, last in pairs)


def _is_combining(char: str) -> bool:
    return bool(char) and unicodedata.combining(char) > 0


def _spelled(run: str, kind: str) -> str:
    """What a run carries, where it is one of the known ways to hide a text; else nothing."""
    if kind == "tag":
        data = bytes(ord(char) & 0x7F for char in run)
    elif kind == "selector":
        data = bytes(_byte_of(ord(char)) for char in run)
    else:
        return ""
    text = "".join(char for char in data.decode("utf-8", "ignore") if char.isprintable())
    if len(text) < 3:
        return ""
    return f'; these say "{text[:_SPELLED_MOST]}{"…" if len(text) > _SPELLED_MOST else ""}"'


def _byte_of(code: int) -> int:
    """The byte that a variation selector stands for where bytes are hidden in selectors."""
    if code >= 0xE0100:
        return code - 0xE0100 + 16
    return code - 0xFE00 if code >= 0xFE00 else 0
