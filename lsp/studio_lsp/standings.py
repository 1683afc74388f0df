"""How context files stand against the texts in the editor."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_git.core import frames
from studio_git.core.diff import Hunk
from studio_git.services import binding
from studio_git.services.drift import Eye, Standing, paths_of
from studio_git.services.sides import Found, WorkTree, overlaid
from studio_git.store import contexts
from studio_git.store.connection import Store, open_store
from studio_git.store.contexts import ContextFile
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.page import Page


@dataclass(frozen=True)
class Seen:
    """A document and how the context file in it stands."""

    page: Page
    standing: Standing

    @property
    def here(self) -> bool:
        """True where what is compared is this document, and no other copy of it."""
        return self.standing.repo_path in (self.page.name, self.page.written_as)

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """The differences that ask for attention, with lines that are this document's."""
        if not self.here or self.standing.settled:
            return ()
        aside = self.standing.dismissed_hunks
        return tuple(hunk for hunk in self.standing.hunks if hunk.number not in aside)

    @cached_property
    def _lead(self) -> int:
        """Lines of the document before what is compared: front matter, or what is not marked."""
        return frames.split(self.standing.repo_path, self.page.data).before.count(b"\n")

    def lines(self, hunk: Hunk) -> tuple[int, int]:
        """The first line of a difference and the one behind it; equal where lines are missing."""
        start = self._lead + hunk.repo_start
        first = self.page.line_of(start)
        return first, self.page.line_of(start + len(hunk.repo_lines)) if hunk.repo_lines else first

    def shown(self, hunk: Hunk) -> tuple[int, int]:
        """The first and the last line on which a difference is told.

        Where lines are missing that is a line beside the place that is not empty: on an empty
        one nothing would show.
        """
        begin, end = self.lines(hunk)
        last = self.page.count - 1
        if begin < end:
            return begin, min(end, last + 1) - 1
        begin = min(begin, last)
        beside = (begin, max(begin - 1, 0), min(begin + 1, last))
        line = next(filter(self.page.line, beside), begin)
        return line, line

    def overlapping(self, first: int, last: int) -> list[Hunk]:
        """The differences that the lines from ``first`` to ``last``, both in it, touch."""
        found = []
        for hunk in self.hunks:
            begin, end = self.lines(hunk)
            top, bottom = self.shown(hunk)
            if min(begin, top) <= last and first <= max(begin, end - 1, bottom):
                found.append(hunk)
        return found


def pair_of(standing: Standing) -> str:
    """What says whether the numbers of differences are still those that were shown."""
    pair = f"{standing.canonical_hash} {standing.repo_hash}"
    return hashlib.sha256(pair.encode()).hexdigest()[:16]


class Standings:
    """What is live: a look at every change, with all that is slow asked for once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._generation = -1
        self._bases: dict[Clone, _Base] = {}
        self._seen: dict[str, tuple[int, list[str], Seen | None]] = {}
        self._lock = threading.Lock()

    def live(self, page: Page) -> Seen | None:
        """How a document stands; in the live lane. None for what is no tracked context file.

        Raises StudioError where the clone or the store cannot be read.
        """
        if page.clone is None:
            return None
        with self._lock:
            if self._generation != self._desk.generation:
                self._generation = self._desk.generation
                self._bases.clear()
                self._seen.clear()
            generation = self._generation
        base = self._bases.get(page.clone)
        if base is None:
            base = _Base(self._desk.live_store(page.clone.home), page.clone)
            self._bases[page.clone] = base
        seen = base.look(page, self._others(page, base))
        with self._lock:
            self._seen[page.uri] = generation, page.pieces, seen
        return seen

    def of(self, page: Page) -> Seen | None:
        """How a document stands; outside the live lane. Raises StudioError likewise."""
        with self._lock:
            known = self._seen.get(page.uri)
        # By the text itself: versions begin anew when a document is opened again.
        if known is not None and known[0] == self._desk.generation and known[1] is page.pieces:
            return known[2]
        if page.clone is None:
            return None
        with open_store(page.clone.home) as store:
            base = _Base(store, page.clone)
            return base.look(page, self._others(page, base))

    def _others(self, page: Page, base: _Base) -> Mapping[str, bytes]:
        """The texts of other copies of the file that are open as well."""
        file = base.file_of(page)
        if file is None or not file.aliases:
            return {}
        paths = set(paths_of(file))
        pages = map(self._desk.page, self._desk.documents)
        others = [
            it for it in pages if it.uri != page.uri and it.clone == base.clone and it.name in paths
        ]
        related = self._desk.documents.related
        related[page.uri] = frozenset(it.uri for it in others)
        for it in others:
            related[it.uri] = related.get(it.uri, frozenset()) | {page.uri}
        return {it.name: it.data for it in others}


class _Base:
    """What a clone's context files are compared with, as long as nothing changes."""

    def __init__(self, store: Store, clone: Clone) -> None:
        self.clone = clone
        self.eye = Eye(store, binding.bound(store, clone.place), clone.place)
        tracked = contexts.tracked(store.db, clone.project_id)
        self.files = {path: file for file in tracked for path in paths_of(file)}
        self._on_disk: dict[str, Mapping[str, Found]] = {}

    def file_of(self, page: Page) -> ContextFile | None:
        return self.files.get(page.name) or self.files.get(page.written_as)

    def look(self, page: Page, others: Mapping[str, bytes]) -> Seen | None:
        file = self.file_of(page)
        if file is None:
            return None
        if file.id not in self._on_disk:
            self._on_disk[file.id] = WorkTree(self.clone.place).read(paths_of(file))
        found = overlaid(self._on_disk[file.id], {**others, page.name: page.data})
        return Seen(page, self.eye.look(file, found))
