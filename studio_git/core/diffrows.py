"""Differences of two texts as rows that a page can show: side by side, or one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from studio_git.core.diff import Hunk, hunks
from studio_git.core.lines import split_lines
from studio_git.core.text import normalise

MOST_ROWS = 2000
"""Rows that are shown of one difference unless told."""

_CONTEXT = 3
_LONGEST_COMPARED = 400  # characters: comparing two lines costs the square of their length
_LEAST_ALIKE = 0.4
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")

Part = tuple[str, bool]
"""A piece of a line, and whether it is what differs from the line beside it."""

Line = tuple[int, tuple[Part, ...]]
"""A line's number, from 1, and its pieces, without the newline."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of canonical, of the repository's text, or of both; None where a side has none."""

    canonical: Line | None
    repo: Line | None
    same: bool

    @property
    def mark(self) -> str:
        """How the row reads in words: "same", "changed", "removed" or "added"."""
        if self.same:
            return "same"
        if self.canonical is None:
            return "added"
        return "removed" if self.repo is None else "changed"


@dataclass(frozen=True, slots=True)
class Block:
    """Hunks that lie close together, with the lines around them; ``first`` is a hunk's number."""

    first: int
    last: int
    rows: tuple[Row, ...]

    def one_below_the_other(self) -> Iterator[Row]:
        """The rows of a unified diff: of each run of changes first canonical's lines."""
        waiting: list[Row] = []
        for row in self.rows:
            if row.same:
                yield from waiting
                waiting = []
                yield row
                continue
            if row.canonical is not None:
                yield Row(row.canonical, None, same=False)
            if row.repo is not None:
                waiting.append(Row(None, row.repo, same=False))
        yield from waiting


def blocks(canonical: bytes, repo: bytes, *, most: int = MOST_ROWS) -> tuple[list[Block], bool]:
    """The differences in order, and whether all of them are there.

    About ``most`` rows are made: nobody reads more on a page.
    """
    found = hunks(canonical, repo)
    old, new = split_lines(normalise(canonical)), split_lines(normalise(repo))
    result: list[Block] = []
    made = 0
    for group in _groups(found):
        rows = tuple(_rows(group, old, new, most - made))
        result.append(Block(group[0].number, group[-1].number, rows))
        made += len(rows)
        if made >= most:
            return result, False
    return result, True


def _groups(found: Sequence[Hunk]) -> Iterator[list[Hunk]]:
    """Hunks whose surroundings meet."""
    group: list[Hunk] = []
    for hunk in found:
        if group and hunk.canonical_start - _end(group[-1]) > 2 * _CONTEXT:
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _end(hunk: Hunk) -> int:
    return hunk.canonical_start + len(hunk.canonical_lines)


def _rows(
    group: Sequence[Hunk], old: Sequence[bytes], new: Sequence[bytes], room: int
) -> Iterator[Row]:
    first = max(0, group[0].canonical_start - _CONTEXT)
    at, beside = first, group[0].repo_start - (group[0].canonical_start - first)
    for hunk in group:
        yield from _same(old, at, hunk.canonical_start, beside)
        for row in _changed(hunk):
            room -= 1
            if room < 0:
                return
            yield row
        at, beside = _end(hunk), hunk.repo_start + len(hunk.repo_lines)
    yield from _same(old, at, min(at + _CONTEXT, len(old), at + len(new) - beside), beside)


def _same(lines: Sequence[bytes], start: int, end: int, beside: int) -> Iterator[Row]:
    for index in range(start, end):
        parts = ((_text(lines[index]), False),)
        yield Row((index + 1, parts), (beside + index - start + 1, parts), same=True)


def _changed(hunk: Hunk) -> Iterator[Row]:
    for index in range(max(len(hunk.canonical_lines), len(hunk.repo_lines))):
        old = _text(hunk.canonical_lines[index]) if index < len(hunk.canonical_lines) else None
        new = _text(hunk.repo_lines[index]) if index < len(hunk.repo_lines) else None
        before, after = _compared(old, new)
        yield Row(
            None if old is None else (hunk.canonical_start + index + 1, before),
            None if new is None else (hunk.repo_start + index + 1, after),
            same=False,
        )


def _compared(old: str | None, new: str | None) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The words that differ; none are marked where hardly anything is the same."""
    before, after = old or "", new or ""
    plain = ((before, False),), ((after, False),)
    if old is None or new is None or max(len(before), len(after)) > _LONGEST_COMPARED:
        return plain
    left, right = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return plain
    steps = matcher.get_opcodes()
    return (
        tuple(("".join(left[i:j]), tag != "equal") for tag, i, j, _, _ in steps if j > i),
        tuple(("".join(right[i:j]), tag != "equal") for tag, _, _, i, j in steps if j > i),
    )


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode("utf-8", "backslashreplace")
