"""What stands at a place of an agent's or a tool's JSON while somebody is typing in it.

The text is seldom whole then: a quote, a bracket or a comma is missing. So this reads on where a
parser would give up, and takes what follows for what it most probably is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from studio_git.core.registrytypes import Lines
from studio_git.core.text import MAX_BYTES

_SIGN = re.compile(r'"(?:[^"\\\r\n]|\\.)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+')
_COLON = re.compile(r"\s*:")
_OPEN_TEXT = re.compile(r"[^\]},]*")
_MAX_DEPTH = 100
_CLOSES = {"}": "{", "]": "["}
_MARKS = frozenset("{}[],:")


class Slot(StrEnum):
    """What can be written at a place."""

    KEY = "key"  # of the file itself, not of an object inside
    SKILLS = "skills"
    TOOLS = "tools"
    TOOL_TYPE = "tool_type"


_LISTS = {"skills": Slot.SKILLS, "tools": Slot.TOOLS}


@dataclass(frozen=True, slots=True)
class Context:
    """What a place is for.

    ``prefix`` is what stands before the place of the word that is being typed, ``word`` all of
    it; ``[start, end)`` are the columns that the word takes on ``line``, without its quotes.
    ``quoted`` says whether there are quotes around it already. ``taken`` are the other words of
    the same list, or the other keys.
    """

    slot: Slot
    prefix: str
    word: str
    line: int
    start: int
    end: int
    quoted: bool
    taken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """The name of a skill or a tool in an agent's list, without its quotes."""

    slot: Slot
    name: str
    line: int
    column: int
    end_column: int


@dataclass(slots=True)
class _Frame:
    """An object or a list that is open; what it expects next, and all the words in it."""

    opener: str
    slot: Slot | None
    expects: str  # "key", "value" or "" (a comma, or the end)
    key: str = ""
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Word:
    """A string, or what stands without quotes; ``[start, end)`` are offsets without the quotes."""

    slot: Slot | None
    text: str
    start: int
    end: int
    quoted: bool
    frame: _Frame


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place between two words where another one can be written."""

    slot: Slot | None
    start: int
    end: int
    frame: _Frame


def context_at(text: str, line: int, column: int) -> Context | None:
    """What the place is for; None where nothing of ours can stand there.

    Lists and keys of the outermost object count, as they do in an agent's and a tool's file.
    """
    if len(text) > MAX_BYTES:
        return None
    lines = Lines(text)
    offset = lines.offset(line, column)
    found: _Word | _Gap | None = None
    for each in _read(text):  # to the end, because what follows counts as taken
        if each.start > offset and found is None:
            break
        if found is None and each.start <= offset <= each.end and each.slot is not None:
            found = each
    if found is None or found.slot is None:
        return None
    if isinstance(found, _Gap):
        start = end = offset
        word, quoted = "", False
    else:
        start, end, word, quoted = found.start, found.end, found.text, found.quoted
    taken = [] if found.slot is Slot.TOOL_TYPE else list(found.frame.words)
    if word in taken:
        taken.remove(word)
    place, first = lines.place(start)
    return Context(
        slot=found.slot,
        prefix=text[start:offset],
        word=word,
        line=place,
        start=first,
        end=first + end - start,
        quoted=quoted,
        taken=frozenset(taken),
    )


def mentions(text: str) -> list[Mention]:
    """The names in an agent's lists of skills and tools, in the order of the text."""
    if len(text) > MAX_BYTES:
        return []
    lines = Lines(text)
    found = []
    for each in _read(text):
        if isinstance(each, _Word) and each.quoted and each.slot in (Slot.SKILLS, Slot.TOOLS):
            line, column = lines.place(each.start)
            found.append(
                Mention(each.slot, each.text, line, column, column + each.end - each.start)
            )
    return found


def _read(text: str) -> Iterator[_Word | _Gap]:
    """The words of the text and the gaps where one could stand, in order."""
    stack: list[_Frame] = []
    behind = 0
    for match in _SIGN.finditer(text):
        sign, start, end = match.group(), *match.span()
        is_word = sign not in _MARKS
        if is_word and _COLON.match(text, end):
            _leave_list(stack)
        frame = stack[-1] if stack else None
        if frame is not None and frame.expects:
            # Where a word without quotes begins, that word is meant, and not the place before it.
            bare = is_word and not sign.startswith('"')
            yield _Gap(_slot(stack, frame), behind, start - bare, frame)
        if sign in ("{", "["):
            if len(stack) >= _MAX_DEPTH:
                return
            stack.append(_opened(stack, sign))
        elif sign in _CLOSES:
            _close(stack, _CLOSES[sign])
        elif frame is not None:
            if sign == ",":
                frame.expects = "key" if frame.opener == "{" else "value"
            elif sign == ":":
                frame.expects = "value" if frame.opener == "{" else frame.expects
            else:
                yield _word(stack, frame, sign, start, end)
        behind = end
    if stack and stack[-1].expects:
        yield _Gap(_slot(stack, stack[-1]), behind, len(text), stack[-1])


def _opened(stack: list[_Frame], opener: str) -> _Frame:
    slot = None
    if stack:
        parent = stack[-1]
        if opener == "[" and len(stack) == 1 and parent.opener == "{" and parent.expects == "value":
            slot = _LISTS.get(parent.key)
        parent.expects = ""
    return _Frame(opener, slot, "key" if opener == "{" else "value")


def _close(stack: list[_Frame], opener: str) -> None:
    """Close the innermost one of that kind, and what was left open in it."""
    if any(frame.opener == opener for frame in stack):
        while stack.pop().opener != opener:
            pass


def _leave_list(stack: list[_Frame]) -> None:
    """A key inside a list says that the list was left open."""
    if len(stack) > 1 and stack[-1].opener == "[" and stack[-2].opener == "{":
        stack.pop()


def _slot(stack: list[_Frame], frame: _Frame) -> Slot | None:
    """What a word in that frame is, now."""
    if frame.opener == "[":
        return frame.slot
    if len(stack) != 1:
        return None
    if frame.expects == "value":
        return Slot.TOOL_TYPE if frame.key == Slot.TOOL_TYPE.value else None
    return Slot.KEY


def _word(stack: list[_Frame], frame: _Frame, sign: str, start: int, end: int) -> _Word:
    slot = _slot(stack, frame)
    quoted = sign.startswith('"')
    said = sign
    if quoted:
        said = sign[1:-1] if _is_closed(sign) else _up_to_a_bracket(sign[1:])
        start, end = start + 1, start + 1 + len(said)
        said = _decoded(said)
    if frame.opener == "{" and frame.expects != "value":
        frame.key = said
    if frame.opener == "[" or frame.expects != "value":
        frame.words.append(said)
    frame.expects = ""
    return _Word(slot, said, start, end, quoted, frame)


def _is_closed(sign: str) -> bool:
    """Whether the quote at the end closes the string, and is not escaped."""
    if len(sign) < 2 or not sign.endswith('"'):
        return False
    inner = sign[1:-1]
    return (len(inner) - len(inner.rstrip("\\"))) % 2 == 0


def _up_to_a_bracket(open_text: str) -> str:
    found = _OPEN_TEXT.match(open_text)
    return found.group().rstrip() if found else ""


def _decoded(inner: str) -> str:
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:
        return inner
