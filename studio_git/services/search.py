"""Search over sessions, decisions, learnings, registry items and context files.

The index is brought up to date first; what it finds is compared with the rows and files as they
are, so no answer shows what is no longer there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from studio_git.core.searchquery import (
    REGISTRY,
    Kind,
    Query,
    clean,
    fitted,
    fold,
    parse,
    parts_in,
    score,
    since,
    snippet,
    whole,
)
from studio_git.errors import StudioError
from studio_git.services import searchdocs, searchupdate
from studio_git.services.searchupdate import Meter
from studio_git.store import searchfind, searchindex, searchrows
from studio_git.store.connection import Store
from studio_git.store.searchfind import Filters, Found
from studio_git.store.searchindex import Index, IndexUnusableError
from studio_git.store.searchrows import Record

__all__ = [
    "REGISTRY",
    "Filters",
    "Hit",
    "Kind",
    "Mark",
    "catch_up",
    "discard",
    "fitted",
    "search",
    "since",
]

LIMIT = 20
ROOM = 160
"""Cells of a snippet unless told."""

WORKER_SECONDS = 2.0

_CANDIDATES = 60
_ATTEMPTS = 4
_RECENT = 1.0
_NEAR = 1.0
_HALF_LIFE = 180 * 86_400
_WHOLE = 1 << 30

_T = TypeVar("_T")

Mark = tuple[int, int]
"""Where something that was searched for begins and ends, in code points."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. ``path`` is its file, where it has one that stands.

    ``project_id`` is None for items of the registry, and for a learning whose project is gone.
    ``created_at`` is as the store has it. A higher ``score`` is better; it means nothing
    across queries.
    """

    kind: Kind
    id: str
    project_id: str | None
    title: str
    title_marks: tuple[Mark, ...]
    snippet: str
    snippet_marks: tuple[Mark, ...]
    score: float
    created_at: str
    path: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    query: Query
    filters: Filters
    limit: int | None
    near: str | None
    room: int
    everything: bool
    meter: Meter | None


def search(
    store: Store,
    query: str,
    filters: Filters | None = None,
    limit: int | None = LIMIT,
    *,
    near: str | None = None,
    room: int = ROOM,
    everything: bool = False,
    meter: Meter | None = None,
) -> list[Hit]:
    """What is found by words, the best first; ``limit`` None: all of it.

    Every word, and every phrase in double quotes, has to occur. ``near`` is the project whose
    records come first among equals, ``room`` the width of snippets in cells. With ``everything``
    all rows and files are compared with the index first, and ``meter`` shows a first indexing.
    Raises UsageError where the query is empty, and StoreError.
    """
    wanted = filters or Filters()
    if wanted.tag is not None:
        tag = fold(clean(whole(wanted.tag)))
        wanted = Filters(wanted.kinds, wanted.project_id, wanted.cycle_id, tag, wanted.since)
    asked = _Asked(parse(query), wanted, limit, near, room, everything, meter)
    return _with_index(store, lambda index: _search(store, index, asked))


def catch_up(store: Store) -> None:
    """Bring the index up to date in the background, as far as it goes in a short time.

    Nothing is raised: whoever searches next goes on, and is told what is wrong.
    """
    until = time.monotonic() + WORKER_SECONDS
    with suppress(IndexUnusableError, StudioError), searchindex.open_index(store.home) as index:
        searchupdate.update(store, index, until=until)


def discard(store: Store) -> None:
    """Delete the index; the next search makes it anew. Raises StudioError if it cannot be."""
    try:
        searchindex.discard(store.home)
    except OSError as error:
        raise StudioError(
            f"the search index in {store.home} cannot be deleted: {error.strerror}.",
            "Look at the permissions of the Studio home.",
        ) from error


def _with_index(store: Store, use: Callable[[Index], _T]) -> _T:
    """Use the index; one that is damaged is made anew, one that cannot be written is copied."""
    for _ in range(2):
        which = searchindex.inode(store.home)
        try:
            with searchindex.open_index(store.home) as index:
                return use(index)
        except IndexUnusableError as problem:
            if not problem.damaged:
                break
            try:
                searchindex.discard(store.home, damaged=which)
            except (OSError, StudioError):
                break
    try:
        with searchindex.open_in_memory(store.home) as index:
            return use(index)
    except IndexUnusableError as problem:
        raise StudioError(
            f"nothing can be searched: {problem}.",
            "SQLite 3.34 or later with FTS5 is needed.",
        ) from problem


def _search(store: Store, index: Index, asked: _Asked) -> list[Hit]:
    searchupdate.update(store, index, everything=asked.everything, meter=asked.meter)
    ranked: list[tuple[float, Found]] = []
    records: dict[int, Record] = {}
    for attempt in range(_ATTEMPTS):
        ranked = _ranked(index, asked)
        records = _records(store, [doc for _, doc in ranked])
        stale = [doc for _, doc in ranked if not _is_current(store, doc, records.get(doc.id))]
        if not stale:
            break
        if attempt:  # not one row or file, but many, in a store that is not compared each time
            searchupdate.update(store, index, everything=True, meter=asked.meter)
        for kind in {doc.kind for doc in stale}:
            sources = [doc.source for doc in stale if doc.kind is kind]
            searchupdate.refresh(store, index, kind, sources)
    return [
        _hit(store, asked, records[doc.id], value) for value, doc in ranked if doc.id in records
    ]


def _ranked(index: Index, asked: _Asked) -> list[tuple[float, Found]]:
    """The documents to show, the best first, each with its score."""
    most = None if asked.limit is None else max(_CANDIDATES, 3 * asked.limit)
    found = searchfind.find(index, asked.query, asked.filters, most, asked.near)
    near = None if asked.near is None else index.name(asked.near)
    now = time.time()
    scored = []
    for doc in found:
        value = score(asked.query, doc.text, doc.title_end)
        value += _RECENT * 0.5 ** (max(0.0, now - doc.created) / _HALF_LIFE)
        value += _NEAR if near is not None and doc.project == near else 0.0
        scored.append((value, doc))
    scored.sort(key=lambda pair: (-pair[0], -pair[1].created, pair[1].id))
    return scored[: asked.limit]


def _records(store: Store, docs: Sequence[Found]) -> dict[int, Record]:
    """The rows of documents as they are now, by the documents' ids."""
    found: dict[int, Record] = {}
    for kind in {doc.kind for doc in docs}:
        of_kind = [doc for doc in docs if doc.kind is kind]
        rows = searchrows.some(store, kind, [doc.source for doc in of_kind])
        found |= {doc.id: rows[doc.source] for doc in of_kind if doc.source in rows}
    return found


def _is_current(store: Store, doc: Found, record: Record | None) -> bool:
    if record is None or record.digest != doc.digest:
        return False
    path = searchdocs.file_of(store.home, record)
    stamp = "" if path is None else searchdocs.stamp_of(path)
    return stamp.rstrip(searchdocs.UNSETTLED) == doc.stamp.rstrip(searchdocs.UNSETTLED)


def _hit(store: Store, asked: _Asked, record: Record, value: float) -> Hit:
    title = snippet(asked.query, record.title, _WHOLE)
    piece = _best_piece(asked.query, searchdocs.pieces(store.home, record))
    body = snippet(asked.query, piece, asked.room)
    path = searchdocs.file_of(store.home, record)
    stands = path is not None and searchdocs.stamp_of(path) != ""
    return Hit(
        kind=record.kind,
        id=record.id,
        project_id=record.project_id or None,
        title=title.text,
        title_marks=title.marks,
        snippet=body.text,
        snippet_marks=body.marks,
        score=round(value, 3),
        created_at=record.created_at,
        path=str(path) if stands else None,
    )


def _best_piece(query: Query, pieces: Iterable[str]) -> str:
    """The piece with the most parts of the query; of equals the first."""
    return max(pieces, key=lambda piece: parts_in(query, piece), default="")
