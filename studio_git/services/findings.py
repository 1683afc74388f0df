"""What the doctor says: one finding, how bad it is, and what puts it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """What a finding is about."""

    STORE = "store"
    FILES = "files"
    CLONES = "clones"
    HOOKS = "hooks"
    SPOOL = "spool"
    PROGRAMS = "programs"


class Level(StrEnum):
    """How bad it is: nothing is, something to know, something to put right."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``what`` is a sentence, ``hint`` what a person can do about it.

    ``repair`` puts it right without asking anybody; None where that is not safe. ``title`` is
    what it does, for the question.
    """

    area: Area
    level: Level
    what: str
    hint: str = ""
    title: str = ""
    repair: Callable[[], None] | None = None


def ok(area: Area, what: str) -> Finding:
    """A finding that says that all is well."""
    return Finding(area, Level.OK, what)


def note(
    area: Area,
    what: str,
    hint: str = "",
    *,
    title: str = "",
    repair: Callable[[], None] | None = None,
) -> Finding:
    """A finding that need not be put right."""
    return Finding(area, Level.NOTE, what, hint, title, repair)


def problem(
    area: Area,
    what: str,
    hint: str = "",
    *,
    title: str = "",
    repair: Callable[[], None] | None = None,
) -> Finding:
    """A finding that has to be put right."""
    return Finding(area, Level.PROBLEM, what, hint, title, repair)
