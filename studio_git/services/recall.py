"""Records by what a text says of them at one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio_git.core import recordnames
from studio_git.core.recordnames import Place
from studio_git.store import symbols
from studio_git.store.connection import Store
from studio_git.store.symbols import Kind, Titled

_BY_TITLE = (Kind.DECISION, Kind.CYCLE, Kind.TASK)
_MOST = 3


@dataclass(frozen=True, slots=True)
class Recalled:
    """The records that a text names at a place, and the columns of what names them."""

    records: tuple[Titled, ...]
    begin: int
    end: int


def at(store: Store, line: str, column: int, project_id: str | None) -> Recalled | None:
    """What a line names at a column: by a cycle's code, by id, or by the longest title there.

    Titles count in any case (of ASCII letters), those of a single word only as they are spelt,
    and within the project (None: any). At most three records of one title are told.
    """
    place = recordnames.named_at(line, column)
    if place is not None:
        records = _by_name(store, place)
        return Recalled(tuple(records[:_MOST]), place.begin, place.end) if records else None
    phrases = recordnames.phrases_at(line, column)
    if not phrases:
        return None
    known = [
        it
        for it in symbols.titled(store.db, phrases, _BY_TITLE)
        if project_id is None or it.project_id == project_id
    ]
    by_title: dict[str, list[Titled]] = {}
    for record in known:
        by_title.setdefault(record.title.casefold(), []).append(record)
    for phrase, (begin, end) in phrases.items():
        found = by_title.get(phrase.casefold(), ())
        if recordnames.is_one_word(phrase):
            found = [it for it in found if it.title == phrase]
        if found:
            return Recalled(tuple(found[:_MOST]), begin, end)
    return None


def _by_name(store: Store, place: Place) -> list[Titled]:
    if place.number is not None:
        return symbols.of_cycle_number(store.db, place.number)
    found: Iterable[Titled] = (
        record for kind in Kind for record in symbols.by_id(store.db, kind, place.id_start, _MOST)
    )
    return list(found)
