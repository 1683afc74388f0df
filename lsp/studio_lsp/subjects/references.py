"""References that lead nowhere: to a skill, a file or a decision that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import compress, count
from operator import ne
from pathlib import Path

from studio_git.core import references
from studio_git.core.codes import MISSING_REFERENCE
from studio_git.core.references import Kind, Reference
from studio_git.services.known import Known, say_missing
from studio_git.store.connection import Store
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.lines import stripped
from studio_lsp.nature import Nature, home_of, nature_of, project_of
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Finding, Subject
from studio_lsp.subjects import paths

_MATTERS = re.compile(r"@|\]\(|\]:|decision:|```|~~~|<!|-->|^\ufeff?(?:---|\.\.\.)\s*$")
"""What makes a reference in a line, or can change what other lines are; the first line always."""

_KEPT = 50
_AWAITED = 200


@dataclass(frozen=True, slots=True)
class _Looked:
    """A text that was looked at: which of its lines matter, those alone, and what they have."""

    pieces: list[str]
    matter: list[bool]
    text: str
    found: tuple[Reference, ...]

    def references(self) -> Iterator[Reference]:
        """The references, on the lines of the whole text."""
        numbers = list(compress(count(), self.matter))
        return (replace(it, line=numbers[it.line]) for it in self.found)


def look(pieces: list[str], before: _Looked | None) -> _Looked:
    """Look for references; ``before`` is the same document somewhat earlier.

    Of 5,000 lines few have references, and fewer change at once: a look at all of them takes
    longer than a change may.
    """
    matter = _matter(pieces, before)
    text = "".join(compress(pieces, matter))
    same = before is not None and before.text == text
    found = before.found if before is not None and same else references.find(text)
    return _Looked(pieces, matter, text, found)


def _matter(pieces: list[str], before: _Looked | None) -> list[bool]:
    old, known = ([], []) if before is None else (before.pieces, before.matter)
    shorter = min(len(old), len(pieces))
    head = next(compress(count(), map(ne, old, pieces)), shorter)
    backwards = map(ne, reversed(old), reversed(pieces))
    tail = min(next(compress(count(), backwards), shorter), shorter - head)
    changed = pieces[head : len(pieces) - tail]
    new = [_MATTERS.search(stripped(piece)) is not None for piece in changed]
    found = [*known[:head], *new, *known[len(old) - tail :]]
    found[0] = True
    return found


class References(Subject):
    """``reference/missing`` in context files."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self._before: dict[str, _Looked] = {}

    def findings(self, page: Page) -> Iterable[Finding]:
        """One for each reference that was surely meant and finds nothing."""
        home = home_of(self.desk, page)
        if home is None or project_of(self.desk, page) is None:
            return
        store = self.desk.live_store(home)
        if nature_of(self.desk, page, store) is not Nature.CONTEXT:
            return
        missing: list[Path] = []
        for reference in self._look(page).references():
            if reference.certain and not self._leads_somewhere(page, reference, store, missing):
                begin, end = reference.column, reference.column + reference.length
                span = page.range(reference.line, begin, end)
                yield Finding(MISSING_REFERENCE, say_missing(reference), span)
        self._await(page, missing)

    def _await(self, page: Page, missing: list[Path]) -> None:
        """Have it told when one of the files that a document misses is there."""
        awaited = self.desk.awaited
        awaited.pop(page.uri, None)
        if missing:
            awaited[page.uri] = frozenset(missing[:_AWAITED])
        if len(awaited) > _KEPT:
            del awaited[next(iter(awaited))]

    def _look(self, page: Page) -> _Looked:
        found = look(page.pieces, self._before.pop(page.uri, None))
        self._before[page.uri] = found
        if len(self._before) > _KEPT:
            del self._before[next(iter(self._before))]
        return found

    def _leads_somewhere(
        self, page: Page, reference: Reference, store: Store, missing: list[Path]
    ) -> bool:
        place = None if page.clone is None else page.clone.place
        known = self.desk.remembered(("known", store.home, place), lambda: Known(place, store))
        if reference.kind is not Kind.FILE:
            key = ("leads", store.home, place, reference.kind, reference.target)
            return self.desk.remembered(key, lambda: known.has(reference, page.name))
        if place is None or paths.target(place.top, page.name, reference) is not None:
            return True
        # What is in the index alone is only asked for where that can be: it takes a walk by git.
        if not (place.git_dir / "info" / "sparse-checkout").exists():
            possible = references.paths_of(reference, page.name)
            missing += (place.top / path for path in possible)
            return not possible
        return known.has(reference, page.name)
