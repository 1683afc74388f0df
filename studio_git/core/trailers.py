"""The trailers of a commit message: decisions, learnings, questions and notes.

Where they stand is :mod:`studio_git.core.messagelayout`'s; what they say is read here.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from studio_git.core.messagelayout import KEY, SPACE, WORDS, Layout, lay_out
from studio_git.core.prose import one_line, shorten

_TAG_BREAK = re.compile(r"[\s,]+")

_ALTERNATIVE = {"alternative", "rejected", "ruled-out"}
_LORE_NOTE = {
    "constraint": "Constraint",
    "limit": "Limit",
    "directive": "Directive",
    "warn": "Warn",
}
_LORE = {"rejected", "ruled-out", *_LORE_NOTE}
_ANY_WORD = re.compile(rf"^(?:{'|'.join(sorted(WORDS))})[ \t]*+:", re.IGNORECASE | re.MULTILINE)

_MAX_PAIRS = 1_000
_MAX_VALUE = 10_000
_MAX_TITLE = 500
_MAX_SUBJECT = 200
_MAX_LEARNING_TITLE = 72

Pair = tuple[str, str]
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


@dataclass(slots=True)
class _Draft:
    title: str
    rationale: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)

    def note(self) -> DecisionNote:
        return DecisionNote(
            self.title, "\n".join(self.rationale) or None, _distinct(self.alternatives)
        )


_NOTHING = Trailers()


def says_nothing(message: str) -> bool:
    """True where no line begins with a word of ours, which is quick to see."""
    return _ANY_WORD.search(message) is None


def read(message: str) -> Trailers:
    """Everything the message's trailers say; the message is as git stores it.

    The last paragraph counts as git reads it, where ``Co-authored-by`` rescues a mixed block
    as ``Signed-off-by`` does. An earlier one counts if every line of it is a trailer or a folded
    line, and ``Decision``, or ``Problem`` with ``Solution``, is among its keys. The first
    paragraph never counts, nor does fenced, quoted or indented text, nor what follows a line
    ``---``. A ``Note``, ``Problem``, ``Solution``, ``Rationale`` or ``Alternative`` that is the
    message's only trailer, but for those that git adds, is prose. A ``Rationale`` or
    ``Alternative`` belongs to the decision before it in its block, else to the first that
    follows, else to a decision titled by the subject.
    """
    if says_nothing(message):
        return _NOTHING
    layout = lay_out(message)
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
    layout = lay_out(message)
    return tuple(
        pair for group in layout.groups for block in group for pair in _pairs(layout, block)
    )


def body(message: str) -> str:
    """The message without its subject and its trailer blocks; paragraphs keep their lines."""
    layout = lay_out(message)
    return "\n\n".join("\n".join(layout.lines[part.start : part.stop]) for part in layout.prose)


def _pairs(layout: Layout, block: range) -> list[Pair]:
    found: list[tuple[str, list[str]]] = []
    folds = False
    for number in block:
        line = layout.lines[number]
        key = None if layout.fenced[number] else KEY.match(line)
        if folds and line[0] in SPACE and not layout.fenced[number]:
            found[-1][1].append(line)
        elif key is not None and len(found) < _MAX_PAIRS:
            found.append((key[1], [line[key.end() :]]))
            folds = True
        else:
            folds = False
    return [(key, one_line("\n".join(parts))[:_MAX_VALUE]) for key, parts in found]


def _values(layout: Layout) -> list[list[Pair]]:
    """The pairs of each group, keys in lower case, without the empty ones."""
    return [
        [(key.lower(), value) for block in group for key, value in _pairs(layout, block) if value]
        for group in layout.groups
    ]


def _subject(layout: Layout) -> str:
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
