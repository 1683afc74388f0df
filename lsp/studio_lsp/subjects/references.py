"""References that lead nowhere: to a skill, a file or a decision that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from studio_git.core import references
from studio_git.core.codes import MISSING_REFERENCE
from studio_git.core.references import Kind, Reference
from studio_git.services.known import Known, say_missing
from studio_git.store.connection import Store
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.nature import Nature, home_of, nature_of, project_of
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Finding, Subject
from studio_lsp.subjects import paths

_MATTERS = re.compile(
    r"@|\]\(|\]:|decision:|```|~~~|<!|-->|^\ufeff?(?:---|\.\.\.)\s*$", re.MULTILINE
)
"""What makes a reference of a line, or can change what other lines are."""

_KEPT = 50


class References(Subject):
    """``reference/missing`` in context files."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self._before: dict[str, tuple[list[str], tuple[Reference, ...]]] = {}

    def findings(self, page: Page) -> Iterable[Finding]:
        """One for each reference that was surely meant and finds nothing."""
        home = home_of(self.desk, page)
        if home is None or project_of(self.desk, page) is None:
            return
        store = self.desk.live_store(home)
        if nature_of(self.desk, page, store) is not Nature.CONTEXT:
            return
        for reference in self._found(page):
            if reference.certain and not self._leads_somewhere(page, reference, store):
                begin, end = reference.column, reference.column + reference.length
                span = page.range(reference.line, begin, end)
                yield Finding(MISSING_REFERENCE, say_missing(reference), span)

    def _found(self, page: Page) -> tuple[Reference, ...]:
        """The references of a text: those of the text before it, where nothing that matters moved.

        A whole look at 5,000 lines takes as long as forty changes may.
        """
        old, before = self._before.pop(page.uri, ([], ()))
        found = _followed(old, before, page.pieces)
        if found is None:
            found = references.find(page.text)
        self._before[page.uri] = page.pieces, found
        if len(self._before) > _KEPT:
            del self._before[next(iter(self._before))]
        return found

    def _leads_somewhere(self, page: Page, reference: Reference, store: Store) -> bool:
        place = None if page.clone is None else page.clone.place
        known = self.desk.remembered(("known", store.home, place), lambda: Known(place, store))
        if reference.kind is not Kind.FILE:
            key = ("leads", store.home, place, reference.kind, reference.target)
            return self.desk.remembered(key, lambda: known.has(reference, page.name))
        if place is None or paths.target(place.top, page.name, reference) is not None:
            return True
        # What is in the index alone is only asked for where that can be: it takes a walk by git.
        if not (place.git_dir / "info" / "sparse-checkout").exists():
            return not references.paths_of(reference, page.name)
        return known.has(reference, page.name)


def _followed(
    old: list[str], before: tuple[Reference, ...], new: list[str]
) -> tuple[Reference, ...] | None:
    """The references of the text before it, moved to where they are now; None: look anew."""
    if not old:
        return None
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    changed = [*old[head : len(old) - tail], *new[head : len(new) - tail]]
    if any(_MATTERS.search(line) for line in changed):
        return None
    moved = len(new) - len(old)
    return tuple(it if it.line < head else replace(it, line=it.line + moved) for it in before)
