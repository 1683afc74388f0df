"""The trailers of a commit message: decisions, learnings, questions and notes.

Git's rules are those of ``find_trailer_start``, ``find_separator`` and ``find_patch_start`` in
git's trailer.c. We read more than git does, because squash merges and a ``Co-authored-by`` that
stands apart leave decisions in paragraphs that git no longer looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from studio_git.core.prose import fences, one_line, shorten

_KEY = re.compile(r"([A-Za-z0-9-]++)[ \t]*+:")
_SPACE = " \t\r"
_GIT_MADE = ("Signed-off-by: ", "(cherry picked from commit ")
_ALSO_MADE = ("signed-off-by:", "co-authored-by:", "(cherry picked from commit ")
_TAG_BREAK = re.compile(r"[\s,]+")

_ALTERNATIVE = {"alternative", "rejected", "ruled-out"}
_LORE_NOTE = {
    "constraint": "Constraint",
    "limit": "Limit",
    "directive": "Directive",
    "warn": "Warn",
}
_LORE = {"rejected", "ruled-out", *_LORE_NOTE}

_MAX_PAIRS = 1_000
_MAX_VALUE = 10_000
_MAX_TITLE = 500
_MAX_SUBJECT = 200
_MAX_LEARNING_TITLE = 72

Pair = tuple[str, str]
_Made = Callable[[str], bool]
_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """A decision as a commit states it; ``rationale`` is None where none is given.

    An alternative of Lore's form keeps its reason: ``alternative | reason``.
    """

    title: str
    rationale: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearningNote:
    """A problem and its solution; the title is the problem in short."""

    title: str
    problem: str
    solution: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trailers:
    """What the trailers of one message say, each kind in the order of the message.

    ``tags`` are those of the whole message; each learning has its own. Of several ``Cycle``
    trailers the last one counts. Notes of another key than ``Note`` begin with that key
    (``Constraint: offline only``).
    """

    decisions: tuple[DecisionNote, ...] = ()
    questions: tuple[str, ...] = ()
    learnings: tuple[LearningNote, ...] = ()
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cycle: str | None = None
    tasks: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A ``Decision:`` line that git does not take for a trailer.

    ``line`` counts from 1. ``captured`` says that :func:`read` takes it all the same.
    """

    line: int
    text: str
    captured: bool


@dataclass(slots=True)
class _Draft:
    title: str
    rationale: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)

    def note(self) -> DecisionNote:
        return DecisionNote(
            self.title, "\n".join(self.rationale) or None, _distinct(self.alternatives)
        )


@dataclass(frozen=True, slots=True)
class _Message:
    """A message's lines, and its paragraphs as ranges of them; adjacent blocks are one group."""

    lines: list[str]
    first: int
    title: range
    prose: list[range]
    groups: list[list[range]]
    fenced: tuple[bool, ...]
    strict: range | None


def read(message: str) -> Trailers:
    """Everything the message's trailers say; the message is as git stores it.

    The last paragraph counts as git reads it, where ``Co-authored-by`` rescues a mixed block
    as ``Signed-off-by`` does. An earlier one counts if every line of it is a trailer or a folded
    line, and ``Decision``, or ``Problem`` with ``Solution``, is among its keys. The first
    paragraph never counts, nor does fenced, quoted or indented text, nor what follows a line
    ``---``. A ``Rationale`` or ``Alternative`` belongs to the decision before it in its block,
    else to the first that follows, else to a decision titled by the subject.
    """
    layout = _layout(message)
    blocks = _values(layout)
    pairs = [pair for block in blocks for pair in block]
    learnings: list[LearningNote] = []
    notes: list[str] = []
    for block in blocks:
        found, spare = _learnings(block)
        learnings += found
        notes += [
            value if key == "note" else f"{_LORE_NOTE[key]}: {value}"
            for key, value in block
            if key == "note" or key in _LORE_NOTE
        ]
        notes += spare
    cycles = _of(pairs, "cycle")
    return Trailers(
        decisions=_decisions(blocks, _subject(layout)),
        questions=_distinct(_of(pairs, "open-question")),
        learnings=_distinct(learnings),
        notes=_distinct(notes),
        tags=_tags(_of(pairs, "tags")),
        cycle=cycles[-1] if cycles else None,
        tasks=_distinct(_of(pairs, "task")),
        supersedes=_distinct(_of(pairs, "supersedes")),
    )


def read_pairs(message: str) -> tuple[Pair, ...]:
    """Every trailer that :func:`read` looks at, of any key, as (key as written, value)."""
    layout = _layout(message)
    return tuple(
        pair for group in layout.groups for block in group for pair in _pairs(layout, block)
    )


def body(message: str) -> str:
    """The message without its subject and its trailer blocks; paragraphs keep their lines."""
    layout = _layout(message)
    return "\n\n".join("\n".join(layout.lines[part.start : part.stop]) for part in layout.prose)


def unparsed(message: str) -> list[Unparsed]:
    """The ``Decision:`` lines at the start of a line, outside fences, that git does not parse.

    ``message`` is as git would store it: comments and scissors are gone.
    """
    layout = _layout(message)
    taken = {line for group in layout.groups for block in group for line in block}
    # What follows the divider is no longer in the layout, and git does not read it either.
    every = message.split("\n")
    fenced = fences(every).inside
    found: list[Unparsed] = []
    for number, line in enumerate(every):
        key = _KEY.match(line)
        if key is None or key[1].lower() != "decision" or fenced[number]:
            continue
        place = number - layout.first
        if layout.strict is None or place not in layout.strict:
            found.append(Unparsed(number + 1, one_line(line)[:_MAX_TITLE], place in taken))
    return found


def _layout(message: str) -> _Message:
    lines = message.split("\n")
    first = 0
    while first < len(lines) and _blank(lines[first]):
        first += 1
    lines = lines[first : _divider(lines)]
    paragraphs = _paragraphs(lines[: _end(lines)])
    title, rest = (paragraphs[0], paragraphs[1:]) if paragraphs else (range(0), [])
    code = fences(lines)
    last = rest[-1] if rest else None
    strict = last if last is not None and _git_block(lines, last, _strictly_made) else None
    prose: list[range] = []
    groups: list[list[range]] = []
    adjacent = False
    for part in rest:
        if part is last and _git_block(lines, part, _loosely_made):
            counts = True
        else:
            # An open fence hides what git does not read; what git reads is not hidden.
            hidden = any(code.inside[number] for number in part) or (
                code.open_from is not None and part.start >= code.open_from
            )
            counts = not hidden and _whole_block(lines, part)
        if not counts:
            prose.append(part)
        elif adjacent:
            groups[-1].append(part)
        else:
            groups.append([part])
        adjacent = counts
    return _Message(lines, first, title, prose, groups, code.inside, strict)


def _blank(line: str) -> bool:
    return not line.strip(_SPACE)


def _divider(lines: Sequence[str]) -> int:
    for number, line in enumerate(lines):
        if line.startswith("---") and (
            line[3:4] in {" ", "\t", "\r"} if len(line) > 3 else number + 1 < len(lines)
        ):
            return number
    return len(lines)


def _end(lines: Sequence[str]) -> int:
    """Where trailing comments, blank lines and an old ``Conflicts:`` list begin."""
    begin: int | None = None
    conflicts = False
    for number, line in enumerate(lines):
        if not line or line.startswith("#") or line == "Conflicts:":
            conflicts = conflicts or line == "Conflicts:"
            begin = number if begin is None else begin
        elif not (conflicts and line.startswith("\t")):
            begin, conflicts = None, False
    return len(lines) if begin is None else begin


def _paragraphs(lines: Sequence[str]) -> list[range]:
    found: list[range] = []
    start: int | None = None
    for number, line in enumerate([*lines, ""]):
        if not _blank(line):
            start = number if start is None else start
        elif start is not None:
            found.append(range(start, number))
            start = None
    return found


def _strictly_made(line: str) -> bool:
    return line.startswith(_GIT_MADE)


def _loosely_made(line: str) -> bool:
    return line[:40].lower().startswith(_ALSO_MADE)


def _git_block(lines: Sequence[str], part: range, made: _Made) -> bool:
    """Git's rule: all lines are trailers, or a quarter is and one of them is git's own."""
    trailers = others = 0
    rescued = folds = False
    for number in part:
        line = lines[number]
        if line.startswith("#"):
            folds = False
        elif line[0] in _SPACE:
            others += not folds
        elif made(line) or _KEY.match(line):
            trailers += 1
            folds = True
            rescued = rescued or made(line)
        else:
            others += 1
            folds = False
    return (rescued and trailers * 3 >= others) or (trailers > 0 and others == 0)


def _whole_block(lines: Sequence[str], part: range) -> bool:
    """Whether an earlier paragraph is a trailer block beyond doubt."""
    keys: set[str] = set()
    for number in part:
        line = lines[number]
        key = _KEY.match(line)
        if key is not None:
            keys.add(key[1].lower())
        elif not (keys and line[0] in _SPACE) and not line.startswith(_GIT_MADE):
            return False
    return "decision" in keys or {"problem", "solution"} <= keys


def _pairs(layout: _Message, block: range) -> list[Pair]:
    found: list[tuple[str, list[str]]] = []
    folds = False
    for number in block:
        line = layout.lines[number]
        key = None if layout.fenced[number] else _KEY.match(line)
        if folds and line[0] in _SPACE and not layout.fenced[number]:
            found[-1][1].append(line)
        elif key is not None and len(found) < _MAX_PAIRS:
            found.append((key[1], [line[key.end() :]]))
            folds = True
        else:
            folds = False
    return [(key, one_line("\n".join(parts))[:_MAX_VALUE]) for key, parts in found]


def _values(layout: _Message) -> list[list[Pair]]:
    """The pairs of each group, keys in lower case, without the empty ones."""
    return [
        [(key.lower(), value) for block in group for key, value in _pairs(layout, block) if value]
        for group in layout.groups
    ]


def _subject(layout: _Message) -> str:
    return shorten(" ".join(layout.lines[number] for number in layout.title), _MAX_SUBJECT)


def _decisions(blocks: Sequence[Sequence[Pair]], subject: str) -> tuple[DecisionNote, ...]:
    drafts: list[_Draft] = []
    own = _Draft(subject)
    for block in blocks:
        titles = [value for key, value in block if key == "decision"]
        current = _Draft(shorten(titles[0], _MAX_TITLE)) if titles else own
        if titles:
            drafts.append(current)
        begun = False
        for key, value in block:
            if key == "decision":
                if begun:
                    current = _Draft(shorten(value, _MAX_TITLE))
                    drafts.append(current)
                begun = True
            elif key == "rationale":
                current.rationale.append(value)
            elif key in _ALTERNATIVE:
                current.alternatives.append(value)
    lore = any(key in _LORE for block in blocks for key, _ in block)
    if own.rationale or own.alternatives or (lore and not drafts):
        drafts.insert(0, own)
    return _distinct(draft.note() for draft in drafts)


def _learnings(block: Sequence[Pair]) -> tuple[list[LearningNote], list[str]]:
    """The pairs of problem and solution in order, and the halves that are left as notes."""
    problems, solutions = _of(block, "problem"), _of(block, "solution")
    count = min(len(problems), len(solutions))
    tags = _tags_by_learning(block, count)
    found = [
        LearningNote(shorten(problem, _MAX_LEARNING_TITLE), problem, solution, tags[number])
        for number, (problem, solution) in enumerate(zip(problems, solutions, strict=False))
    ]
    spare = [f"Problem: {text}" for text in problems[count:]]
    return found, spare + [f"Solution: {text}" for text in solutions[count:]]


def _tags_by_learning(block: Sequence[Pair], count: int) -> list[tuple[str, ...]]:
    """Tags are for the learning before them; for all, if none stand between two problems."""
    total = len(_of(block, "problem"))
    places: list[tuple[int, str]] = []
    seen = 0
    for key, value in block:
        seen += key == "problem"
        if key == "tags":
            places.append((seen, value))
    if all(place in {0, total} for place, _ in places):
        return [_tags(value for _, value in places)] * count
    return [
        _tags(value for place, value in places if max(place, 1) == number + 1)
        for number in range(count)
    ]


def _tags(values: Iterable[str]) -> tuple[str, ...]:
    words = (word.strip("#").lower() for value in values for word in _TAG_BREAK.split(value))
    return _distinct(word for word in words if word)


def _of(pairs: Iterable[Pair], key: str) -> list[str]:
    return [value for name, value in pairs if name == key]


def _distinct(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
