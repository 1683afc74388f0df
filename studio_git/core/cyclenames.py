"""How cycles and tasks are named in commits, branches and on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CODE = re.compile(r"CYC-([1-9][0-9]{0,8})", re.IGNORECASE)
_CODE_IN_BRANCH = re.compile(r"(?<![^\W_])CYC-([1-9][0-9]{0,8})(?![^\W_])", re.IGNORECASE)
_DONE = re.compile(
    r"(.*\S)\s*\((?:done|closes|closed|completes?|completed|finishes|finished)\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Named:
    """A cycle by what may name it; ``number`` is that of its code, None where it has none."""

    cycle_id: str
    number: int | None
    name: str
    under_way: bool


@dataclass(frozen=True, slots=True)
class TaskSaid:
    """What a ``Task`` trailer says: the task's words, and whether the commit completes it.

    ``whole`` is the trailer's whole text, for a task whose title itself ends in such a word.
    """

    words: str
    done: bool
    whole: str


def code(number: int) -> str:
    """The short code that people write: ``CYC-102``."""
    return f"CYC-{number}"


def read_code(words: str) -> int | None:
    """The number of a code in any case; None for anything else."""
    found = _CODE.fullmatch(words.strip())
    return int(found[1]) if found else None


def slug(name: str) -> str:
    """Lower case letters and digits of any script, other characters as single hyphens."""
    letters = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return "-".join(letters.split())


def of_branch(branch: str, cycles: Iterable[Named]) -> str | None:
    """The cycle that a branch's name speaks of; None where it is none, or not clear which.

    A code counts anywhere as a word of its own (``feature/CYC-102-auth``), whatever became of
    the cycle. A cycle under way also counts by its name: one of several words anywhere in a part
    of the branch (``feature/auth-flow-2``), one of a single word only as a whole part, so that a
    cycle "Fix" does not take ``bug/fix-typo``. The longest name counts.
    """
    known = list(cycles)
    numbers = {cycle.number: cycle.cycle_id for cycle in known if cycle.number is not None}
    for found in _CODE_IN_BRANCH.finditer(branch):
        if int(found[1]) in numbers:
            return numbers[int(found[1])]
    parts = [slug(part) for part in branch.split("/")]
    matches: dict[str, list[str]] = {}
    for cycle in known:
        wanted = slug(cycle.name)
        if wanted and cycle.under_way and any(_speaks_of(part, wanted) for part in parts):
            matches.setdefault(wanted, []).append(cycle.cycle_id)
    if not matches:
        return None
    best = max(matches, key=len)
    clear = len(matches[best]) == 1 and sum(len(each) == len(best) for each in matches) == 1
    return matches[best][0] if clear else None


def read_task(text: str) -> TaskSaid:
    """A ``Task`` trailer: the task's title or id, and ``(done)`` behind it if it is complete.

    ``(complete)``, ``(completes)``, ``(completed)``, ``(closes)``, ``(closed)``, ``(finishes)``
    and ``(finished)`` say the same, in any case.
    """
    whole = text.strip()
    found = _DONE.fullmatch(whole)
    return TaskSaid(found[1] if found else whole, found is not None, whole)


def _speaks_of(part: str, wanted: str) -> bool:
    return part == wanted or ("-" in wanted and f"-{wanted}-" in f"-{part}-")
