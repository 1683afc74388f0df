"""A decision and the file that states it: which of the two moved, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from studio_git.core.models import DriftKind
from studio_git.core.prose import one_line

TITLE, RATIONALE, ALTERNATIVES, STATUS = "title", "rationale", "alternatives", "status"
FIELDS = (TITLE, RATIONALE, ALTERNATIVES, STATUS)

_NOTHING_SAID = {STATUS: "accepted"}
"""What a field says of which nobody said anything."""


class Move(StrEnum):
    """Which side of a field moved away from what both once said."""

    NONE = "none"
    STUDIO = "studio"
    REPO = "repo"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a comparison found: the move of each field that both sides can say, and its kind."""

    moves: Mapping[str, Move]
    kind: DriftKind | None

    def moved(self, *which: Move) -> tuple[str, ...]:
        """The fields that moved so, in order."""
        return tuple(name for name in FIELDS if self.moves.get(name) in which)


def compare(
    base: Mapping[str, str] | None, studio: Mapping[str, str], repo: Mapping[str, str | None]
) -> Agreement:
    """Compare the three; a field that the file does not say in a way that is read is passed over.

    Each maps a field to what it says; of ``base`` None is given where nothing is known that both
    said.
    """
    moves = {}
    for name in FIELDS:
        said = repo.get(name)
        if said is not None:
            moves[name] = _move(name, None if base is None else base.get(name), studio[name], said)
    return Agreement(moves, _kind(set(moves.values()), base is None))


def same(name: str, one: str, other: str) -> bool:
    """Whether two say the same of a field; line breaks and indentation do not count."""
    return _fold(name, one) == _fold(name, other)


def _move(name: str, base: str | None, studio: str, repo: str) -> Move:
    if same(name, studio, repo):
        return Move.NONE
    if base is None:
        if _says_less(name, studio, repo):
            return Move.REPO
        return Move.STUDIO if _says_less(name, repo, studio) else Move.BOTH
    if same(name, base, studio):
        return Move.REPO
    return Move.STUDIO if same(name, base, repo) else Move.BOTH


def _says_less(name: str, one: str, other: str) -> bool:
    """Whether one says nothing beside the other, the same in another case, or not by what."""
    one, other = _fold(name, one), _fold(name, other)
    if same(name, one, _NOTHING_SAID.get(name, "")) or one.casefold() == other.casefold():
        return True
    return name == STATUS and other.startswith(f"{one} by ")


def _kind(moves: set[Move], without_base: bool) -> DriftKind | None:
    moves -= {Move.NONE}
    if not moves:
        return None
    if Move.BOTH in moves:
        return DriftKind.NO_BASE if without_base else DriftKind.CONFLICT
    if len(moves) == 2:
        return DriftKind.MERGEABLE
    return DriftKind.STUDIO_AHEAD if Move.STUDIO in moves else DriftKind.REPO_AHEAD


def _fold(name: str, text: str) -> str:
    if name == ALTERNATIVES:
        return "\n".join(one_line(line) for line in text.split("\n") if one_line(line))
    return one_line(text)
