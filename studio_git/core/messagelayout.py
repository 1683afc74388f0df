"""How the lines of a commit message hang together: paragraphs, prose, blocks of trailers.

Git's rules are those of ``find_trailer_start``, ``find_separator`` and ``find_patch_start`` in
git's trailer.c. We take more for a block than git does, because squash merges and a
``Co-authored-by`` that stands apart leave decisions in paragraphs that git no longer looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio_git.core.prose import Fences, fences

KEY = re.compile(r"([A-Za-z0-9-]++)[ \t]*+:")
SPACE = " \t\r"
COMMENT = "#"
"""How a comment begins, unless git's configuration says otherwise."""

_GIT_MADE = ("Signed-off-by: ", "(cherry picked from commit ")
_ALSO_MADE = ("signed-off-by:", "co-authored-by:", "(cherry picked from commit ")
WORDS = frozenset(
    {"decision", "rationale", "alternative", "open-question", "problem", "solution", "tags"}
    | {"note", "cycle", "task", "supersedes"}
    | {"rejected", "ruled-out", "constraint", "limit", "directive", "warn"}
)
"""The keys that we read, in lower case; those of the last line are Lore's and CommitLore's."""

_HALVES = {"problem", "solution"}
_DOUBTFUL = {"note", "rationale", "alternative"}
"""Words that begin an ordinary last sentence. In ten public histories of 729,000 messages each
one that stood without another trailer was prose, and so was each half without its other half."""

_Made = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Layout:
    """A message's lines, and its paragraphs as ranges of them.

    ``lines`` begin with the message's line ``first`` (from 0), end before a divider ``---``, and
    have carriage returns but no newlines; ``end`` is where only comments follow. ``groups`` are
    blocks of trailers, those with nothing between them together; ``prose`` are the other
    paragraphs, without the first, which is ``title``. ``strict`` is the block that git parses.
    """

    lines: list[str]
    first: int
    end: int
    title: range
    prose: list[range]
    groups: list[list[range]]
    fenced: tuple[bool, ...]
    strict: range | None


def lay_out(message: str, comment: str = COMMENT) -> Layout:
    """The layout of a message; ``comment`` is what a comment line begins with."""
    lines = message.split("\n")
    first = 0
    while first < len(lines) and blank(lines[first]):
        first += 1
    lines = lines[first : divider(lines)]
    end = _end(lines, comment)
    found = paragraphs(lines[:end])
    title, rest = (found[0], found[1:]) if found else (range(0), [])
    fenced = code(lines, title)
    last = rest[-1] if rest else None
    is_strict = last is not None and _git_block(lines, last, _strictly_made, comment)
    prose: list[range] = []
    groups: list[list[range]] = []
    adjacent = False
    for part in rest:
        if part is last and _git_block(lines, part, made_by_git, comment):
            counts = True
        else:
            # An open fence hides what git does not read; what git reads is not hidden.
            hidden = any(fenced.inside[number] for number in part) or (
                fenced.open_from is not None and part.start >= fenced.open_from
            )
            counts = not hidden and _beyond_doubt(lines, part)
        if not counts:
            prose.append(part)
        elif adjacent:
            groups[-1].append(part)
        else:
            groups.append([part])
        adjacent = counts
    if len(groups) == 1 and _only_a_sentence(lines, groups[0]):
        prose += groups.pop()
    return Layout(
        lines, first, end, title, prose, groups, fenced.inside, last if is_strict else None
    )


def code(lines: Sequence[str], title: range) -> Fences:
    """The fenced code of a message; none begins in its subject, the lines ``title``."""
    return fences(["" if number in title else line for number, line in enumerate(lines)])


def blank(line: str) -> bool:
    """True for a line that parts paragraphs."""
    return not line.strip(SPACE)


def divider(lines: Sequence[str]) -> int:
    """The line ``---``, after which git looks for no trailers; the number of lines if none is."""
    for number, line in enumerate(lines):
        if line.startswith("---") and (
            line[3:4] in {" ", "\t", "\r"} if len(line) > 3 else number + 1 < len(lines)
        ):
            return number
    return len(lines)


def paragraphs(lines: Sequence[str]) -> list[range]:
    """The runs of lines that are not blank."""
    found: list[range] = []
    start: int | None = None
    for number, line in enumerate([*lines, ""]):
        if not blank(line):
            start = number if start is None else start
        elif start is not None:
            found.append(range(start, number))
            start = None
    return found


def made_by_git(line: str) -> bool:
    """True for the lines that git and the forges add of themselves."""
    return line[:40].lower().startswith(_ALSO_MADE)


def keys_of(lines: Sequence[str], part: range) -> list[str] | None:
    """The keys of a paragraph, in lower case, if every line is a trailer or folded; else None.

    A line of git's own that has no key counts as a trailer and is not listed.
    """
    keys: list[str] = []
    begun = False
    for number in part:
        line = lines[number]
        key = KEY.match(line)
        if key is not None:
            keys.append(key[1].lower())
        elif not (begun and line[0] in SPACE) and not line.startswith(_GIT_MADE):
            return None
        begun = begun or key is not None
    return keys


def _end(lines: Sequence[str], comment: str) -> int:
    """Where trailing comments, blank lines and an old ``Conflicts:`` list begin."""
    begin: int | None = None
    conflicts = False
    for number, line in enumerate(lines):
        if not line or line.startswith(comment) or line == "Conflicts:":
            conflicts = conflicts or line == "Conflicts:"
            begin = number if begin is None else begin
        elif not (conflicts and line.startswith("\t")):
            begin, conflicts = None, False
    return len(lines) if begin is None else begin


def _strictly_made(line: str) -> bool:
    return line.startswith(_GIT_MADE)


def _git_block(lines: Sequence[str], part: range, made: _Made, comment: str) -> bool:
    """Git's rule: all lines are trailers, or a quarter is and one of them is git's own."""
    trailers = others = 0
    rescued = folds = False
    for number in part:
        line = lines[number]
        if line.startswith(comment):
            folds = False
        elif line[0] in SPACE:
            others += not folds
        elif made(line) or KEY.match(line):
            trailers += 1
            folds = True
            rescued = rescued or made(line)
        else:
            others += 1
            folds = False
    return (rescued and trailers * 3 >= others) or (trailers > 0 and others == 0)


def _beyond_doubt(lines: Sequence[str], part: range) -> bool:
    """Whether an earlier paragraph is a trailer block that was meant as one."""
    keys = set(keys_of(lines, part) or ())
    return "decision" in keys or {"problem", "solution"} <= keys


def _only_a_sentence(lines: Sequence[str], group: Sequence[range]) -> bool:
    """Whether the message's only word of ours is one that sentences begin with.

    What git adds of itself does not make a trailer of the sentence above it.
    """
    keys = [
        key[1].lower()
        for part in group
        for number in part
        if (key := KEY.match(lines[number])) and not made_by_git(lines[number])
    ]
    ours = [key for key in keys if key in WORDS]
    if len(ours) != 1:
        return False
    return ours[0] in _HALVES or (ours[0] in _DOUBTFUL and len(keys) == 1)
