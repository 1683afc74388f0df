"""What a commit message states, whether git would parse it, and the same message put right.

The message is the text of the file that git hands to its hooks: comments and, below the scissors,
a diff may still be in it. Only trailers are moved; every other line stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio_git.core.messagelayout import (
    COMMENT,
    KEY,
    SPACE,
    WORDS,
    Layout,
    blank,
    code,
    keys_of,
    lay_out,
    made_by_git,
    paragraphs,
)
from studio_git.core.prose import one_line, shorten

SCISSORS = "------------------------ >8 ------------------------"
"""Git's ``cut_line`` (wt-status.c): after a comment character and a space, it ends the text."""

_FIRM = {"decision", "open-question", "ruled-out"}
"""Words that nobody writes at the start of a line by chance."""

_BELONGS_TO_DECISION = {"rationale", "alternative", "rejected", "ruled-out"}
_SPACED = re.compile(r"(open|ruled)[ _](question|out)(?=[ \t]*:)", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z][\w /-]{0,30}:(?:\s|$)")
_MAX_TEXT = 500
_MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Statement:
    """One trailer of a message, or a line that was meant as one.

    ``line`` counts from 1; ``key`` is as written. ``git`` says that git parses it, ``studio``
    that a captured commit gives it to Studio; ``meant`` that it cannot be a sentence of prose.
    """

    line: int
    key: str
    value: str
    git: bool
    studio: bool
    meant: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """The text without what git cuts off, laid out; line numbers here count from 0."""

    lines: list[str]
    cut: list[str]
    layout: Layout
    fenced: tuple[bool, ...]
    taken: frozenset[int]
    strict: frozenset[int]
    meant: frozenset[int]


def statements(message: str, comment: str = COMMENT) -> list[Statement]:
    """The trailers that git or Studio reads, and the lines of ours that neither does, in order."""
    found = _find(message, comment)
    told = []
    for number, line in enumerate(found.lines):
        key = _key(line)
        if key is None or found.fenced[number]:
            continue
        git, studio = number in found.strict, number in found.taken
        meant = number in found.meant
        if not (git or studio or meant):
            continue
        text = [_spelt(line)[len(key) :].lstrip(" \t").removeprefix(":")]
        text += [found.lines[fold] for fold in _folds(found.lines, number, len(found.lines))]
        value = one_line("\n".join(text))[:_MAX_TEXT]
        ours = key.lower() in WORDS
        told.append(Statement(number + 1, key, value, git, studio and ours, meant and ours))
    return told


def unparsed(message: str, comment: str = COMMENT) -> list[Statement]:
    """The lines of ours that were meant as trailers and that git does not take for any."""
    return [one for one in statements(message, comment) if one.meant and not one.git]


def fix(message: str, comment: str = COMMENT) -> str:
    """The message with every trailer that was meant as one in the block that git parses.

    Unchanged where git parses all of them already. What git and people sign stays last, in its
    order. A decision in the subject stays there: without it the commit would have none.
    """
    found = _find(message, comment)
    movable = {number for number in found.meant - found.strict if number != found.layout.first}
    if not movable or not found.layout.lines:  # nothing stands above a divider at the very top
        return message
    chunks, gone = _chunks(found, movable)
    strict_start = min(found.strict, default=None)
    last = [found.lines[number] for number in sorted(found.strict)]
    last_group = None if strict_start is None else _groups(found).get(strict_start)
    block = _block(chunks, last, _subject(found, gone), last_group)
    ends = "\r" if found.lines[found.layout.first].endswith("\r") else ""
    block = [line if line.endswith(ends) else line + ends for line in block]
    if strict_start is None:
        before, after = _around(found, gone, ends)
    else:
        before = _kept(found, gone, range(strict_start))
        after = _kept(found, gone, range(max(found.strict) + 1, len(found.lines)))
        while before and blank(before[-1]):
            before.pop()
        before.append(ends)
    return "\n".join([*before, *block, *after, *found.cut, ""])


def last_block(message: str, comment: str = COMMENT) -> list[str]:
    """The lines of the block of trailers that git parses; none where it finds none."""
    found = _find(message, comment)
    return [found.lines[number].rstrip("\r") for number in sorted(found.strict)]


def _find(message: str, comment: str) -> _Found:
    # Git ends the last line when it stores the message; a last "---" parts it only then.
    every = message.removesuffix("\n").split("\n")
    cut = next(
        (n for n, line in enumerate(every) if line.rstrip("\r") == f"{comment} {SCISSORS}"),
        len(every),
    )
    lines, below = every[:cut], every[cut:]
    layout = lay_out("\n".join([*lines, ""]), comment)
    taken = {n + layout.first for group in layout.groups for part in group for n in part}
    strict = {n + layout.first for n in layout.strict or ()}
    found = _Found(
        lines,
        below,
        layout,
        code(lines, range(layout.first, layout.first + layout.title.stop)).inside,
        frozenset(taken),
        frozenset(strict),
        frozenset(),
    )
    return replace(found, meant=frozenset(_meant(found)))


def _meant(found: _Found) -> set[int]:
    """The lines with a trailer that were certainly written as one."""
    meant: set[int] = set()
    for part in _parts(found):
        keys = set(keys_of(found.lines, part) or ())
        whole = len(keys & WORDS) > 1 and part.start != found.layout.first
        attached = begins = False
        for number in part:
            line = found.lines[number]
            key = _key(line)
            if found.fenced[number]:
                attached = False
            elif key is None:
                attached = attached and (line[0] in SPACE or (begins and _runs_on(line)))
            elif number in found.taken or whole:
                meant.add(number)
            else:
                # A sentence that is broken there goes on in lower case.
                written = number == part.start or attached or not key.islower()
                attached = key.lower() in (WORDS if attached else _FIRM) and written
                if attached:
                    meant.add(number)
                    begins = begins or number == part.start
    return meant


def _key(line: str) -> str | None:
    key = KEY.match(_spelt(line))
    return key[1] if key else None


def _spelt(line: str) -> str:
    """The line with a key of ours as git wants it: a space in one spoils the whole block."""
    return _SPACED.sub(r"\1-\2", line, count=1) if _SPACED.match(line) else line


def _folds(lines: Sequence[str], number: int, stop: int) -> range:
    """The folded lines that follow a trailer."""
    end = number + 1
    while end < stop and not blank(lines[end]) and lines[end][0] in SPACE:
        end += 1
    return range(number + 1, end)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Lines to move that belong together, and the group that Studio reads them in, if it does."""

    lines: list[str]
    group: int | None


def _chunks(found: _Found, movable: set[int]) -> tuple[list[_Chunk], set[int]]:
    """The lines to move, and their numbers."""
    chunks: list[_Chunk] = []
    gone: set[int] = set()
    group_of = _groups(found)
    previous: int | None = None
    for part in _parts(found):
        if part.start in found.strict:
            continue
        group = group_of.get(part.start)
        lines, numbers = _moved(found, part, movable)
        if group is not None and group == previous:
            chunks[-1].lines.extend(lines)
        elif lines:
            chunks.append(_Chunk(lines, group))
        previous = group
        gone |= numbers
    return chunks, gone


def _parts(found: _Found) -> list[range]:
    """The paragraphs, those below a divider after the others."""
    below = found.layout.first + len(found.layout.lines)
    rest = paragraphs(found.lines[below + 1 :])
    return [
        *paragraphs(found.lines[:below]),
        *(range(part.start + below + 1, part.stop + below + 1) for part in rest),
    ]


def _groups(found: _Found) -> dict[int, int]:
    """The group that each paragraph belongs to, by their first lines."""
    return {
        part.start + found.layout.first: number
        for number, group in enumerate(found.layout.groups)
        for part in group
    }


def _moved(found: _Found, part: range, movable: set[int]) -> tuple[list[str], set[int]]:
    """What leaves one paragraph: its trailers with their folded lines.

    In a paragraph that begins with a trailer, a line without a key is the end of the sentence
    above it that was not folded.
    """
    lines: list[str] = []
    numbers: set[int] = set()
    begins = part.start in movable and part.start not in found.taken
    open_end = False
    for number in part:
        line = found.lines[number]
        if number in movable or (number in found.taken and (_key(line) or made_by_git(line))):
            lines.append(_spelt(line))
            open_end = True
        elif open_end and line[0] in SPACE and not found.fenced[number]:
            lines.append(line)
        elif open_end and begins and _runs_on(line) and not found.fenced[number]:
            lines.append(f"  {line}")
        else:
            open_end = False
            continue
        numbers.add(number)
    return lines, numbers


def _runs_on(line: str) -> bool:
    """True for the rest of a sentence; a label or an item of a list begins something else."""
    return line[0].isalnum() and not _LABEL.match(line) and not _key(line)


def _subject(found: _Found, gone: set[int]) -> str:
    layout = found.layout
    title = (layout.lines[n] for n in layout.title if n + layout.first not in gone)
    return shorten(" ".join(title), _MAX_SUBJECT)


def _block(
    chunks: Sequence[_Chunk], last: list[str], subject: str, last_group: int | None
) -> list[str]:
    """All trailers: each chunk's own, what was signed in them, and then the last block.

    In each, the decision comes before what belongs to it, so that it does not join another. The
    chunk that Studio reads together with the last block comes right before it, and what that
    block says goes on with the chunk's decision.
    """
    own: list[str] = []
    before_last: list[str] = []
    signed: list[str] = []
    alone = True
    for chunk in chunks:
        ordered = _decision_first(_trailers(chunk.lines), subject, alone=alone)
        said = [trailer for trailer in ordered if not _signature(trailer[0])]
        signed += _flat(trailer for trailer in ordered if _signature(trailer[0]))
        if chunk.group is not None and chunk.group == last_group:
            before_last += _flat(said)
        else:
            own += _flat(said)
        alone = alone and chunk.group in (None, last_group)
    decided = any((_key(line) or "").lower() == "decision" for line in before_last)
    ending = _trailers(last)
    if not decided:
        ending = _decision_first(ending, subject, alone=alone)
    return own + before_last + signed + _flat(ending)


def _trailers(lines: Sequence[str]) -> list[list[str]]:
    """Each trailer with its folded lines; what is none stands by itself."""
    found: list[list[str]] = []
    for line in lines:
        if found and line[0] in SPACE:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _decision_first(trailers: list[list[str]], subject: str, *, alone: bool) -> list[list[str]]:
    keys = [(_key(trailer[0]) or "").lower() for trailer in trailers]
    loose = next((n for n, key in enumerate(keys) if key in _BELONGS_TO_DECISION), None)
    decision = next((n for n, key in enumerate(keys) if key == "decision"), None)
    if loose is None or (decision is not None and decision < loose):
        return trailers
    if decision is not None:
        rest = [*trailers[:decision], *trailers[decision + 1 :]]
        return [*rest[:loose], trailers[decision], *rest[loose:]]
    if alone:
        return trailers
    return [*trailers[:loose], [f"Decision: {subject}"], *trailers[loose:]]


def _signature(line: str) -> bool:
    key = (_key(line) or "").lower()
    return made_by_git(line) or key.endswith("-by") or key in {"change-id", "cc"}


def _flat(trailers: Iterable[list[str]]) -> list[str]:
    return [line for trailer in trailers for line in trailer]


def _kept(found: _Found, gone: set[int], part: range) -> list[str]:
    """The lines that stay; of the blank lines around a paragraph that went, those above it go."""
    kept: list[str] = []
    fresh = False
    for number in part:
        line = found.lines[number]
        if number in gone:
            fresh = fresh or not kept or blank(kept[-1])
        elif fresh and blank(line) and kept and blank(kept[-1]):
            continue
        else:
            fresh = False
            kept.append(line)
    return kept


def _around(found: _Found, gone: set[int], ends: str) -> tuple[list[str], list[str]]:
    """What comes before and after the block, in a message that has none yet."""
    end = found.layout.first + found.layout.end
    before = _kept(found, gone, range(end))
    while before and blank(before[-1]):
        before.pop()
    after = _kept(found, gone, range(end, len(found.lines)))
    if after and not blank(after[0]):
        after.insert(0, ends)
    return [*before, ends], after
