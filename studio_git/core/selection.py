"""What a selected piece of text says as a decision, a learning or open questions.

Trailers count as in a commit's message. Other text is read as people write: the first line is
what it is about, and the rest is why. Marks of comments, headings, lists and quotes around it
are left out.
"""

from __future__ import annotations

import re

from studio_git.core import trailers
from studio_git.core.prose import one_line, shorten
from studio_git.core.redact import redact
from studio_git.core.trailers import DecisionNote, LearningNote
from studio_git.errors import UsageError

MAX_TITLE = 200
_MAX_TEXT = 20_000

_COMMENT = re.compile(r"^[ \t]*(?://[/!]?|#+|/\*+|\*/|\*(?=\s|$)|--(?=\s|$)|;+|%+|>|<!--)[ \t]?")
_COMMENT_END = re.compile(r"[ \t]*(?:\*/|-->)[ \t]*$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_QUOTES = re.compile(r"^[ \t]*(?:\"\"\"|''')|(?:\"\"\"|''')[ \t]*$")
_EMPHASIS = re.compile(r"\*\*|__")
_LABEL = re.compile(
    r"^(?:open[ -]question|question|decision|learning)s?[ \t]*:[ \t]*", re.IGNORECASE
)
_NOTHING = "nothing is selected."
_SELECT = "Select the lines that say it, and try again."


def decisions(text: str) -> tuple[DecisionNote, ...]:
    """The decisions that a text states: by trailers, else one, titled by its first line.

    Raises UsageError for a text that says nothing.
    """
    lines = _lines(text)
    stated = trailers.read("x\n\n" + "\n".join(lines)).decisions
    if stated:
        return stated
    title, rest = _titled(lines)
    return (DecisionNote(title, "\n".join(rest) or None),)


def learning(text: str) -> LearningNote:
    """The learning that a text states: by trailers, else by its paragraphs.

    Of three parts the first is the title; of two the first is the problem and the title. A text
    of one paragraph is divided behind its first line. Raises UsageError where there is no
    problem or no solution.
    """
    lines = _lines(text)
    stated = trailers.read("x\n\n" + "\n".join(lines)).learnings
    if stated:
        return stated[0]
    title, _ = _titled(lines)
    parts = [part.split("\n") for part in re.split(r"\n\s*\n", "\n".join(lines).strip())]
    if len(parts) == 1:
        parts = [parts[0][:1], parts[0][1:]]
    elif len(parts[0]) == 1 and len(parts) > 2:
        parts = parts[1:]
    elif len(parts[0]) > 1 and len(parts) > 1 and len(parts[0][0]) <= MAX_TITLE:
        parts = [parts[0][1:], *parts[1:]]
    problem = "\n".join(parts[0]).strip()
    solution = "\n\n".join("\n".join(part) for part in parts[1:]).strip()
    if not solution:
        raise UsageError(
            "a learning needs a problem and a solution.",
            "Select both, each in lines of its own; an empty line divides them.",
        )
    return LearningNote(title, problem, solution)


def questions(text: str) -> tuple[str, ...]:
    """The questions that a text asks: each item of a list, else each paragraph.

    Raises UsageError for a text that says nothing.
    """
    found: list[list[str]] = []
    between = True
    for line in _lines(text):
        if not line.strip():
            between = True
            continue
        if between or _ITEM.match(line):
            found.append([])
        found[-1].append(_LABEL.sub("", _ITEM.sub("", line)))
        between = False
    said = (one_line(_EMPHASIS.sub("", " ".join(part))) for part in found)
    asked = tuple(dict.fromkeys(shorten(each, 2 * MAX_TITLE) for each in said if each))
    if not asked:
        raise UsageError(_NOTHING, _SELECT)
    return asked


def _lines(text: str) -> list[str]:
    """The lines without what makes them a comment or a quotation; secrets are taken out."""
    lines = []
    for line in redact(text[:_MAX_TEXT]).splitlines():
        bare = _QUOTES.sub("", _COMMENT_END.sub("", _COMMENT.sub("", line)))
        lines.append(bare.rstrip())
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _titled(lines: list[str]) -> tuple[str, list[str]]:
    """The title that the first line makes, and the other lines; of a long one, all of them."""
    if not lines:
        raise UsageError(_NOTHING, _SELECT)
    first = one_line(_EMPHASIS.sub("", _LABEL.sub("", _ITEM.sub("", lines[0]))))
    if not any(letter.isalnum() for letter in first):
        raise UsageError("the first line of the selection says nothing.", _SELECT)
    rest = lines[1:]
    while rest and not rest[0].strip():
        rest = rest[1:]
    if len(first) > MAX_TITLE:
        return shorten(first, MAX_TITLE), [first, *rest]
    return first, [line.strip() for line in rest]
