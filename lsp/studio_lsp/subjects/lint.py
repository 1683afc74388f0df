"""Hidden characters in what agents read: context files, skills and the registry's files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lsprotocol import types

from studio_git import config
from studio_git.core import hidden
from studio_git.core.codes import HIDDEN_UNICODE
from studio_git.core.models import Policy
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_git.services.repocheck import is_skill
from studio_git.store.connection import Store
from studio_lsp import edits
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.features.diagnostics import diagnostic
from studio_lsp.nature import Nature, nature_of
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Asked, Finding, Subject

TITLE = "Remove the hidden characters"

_WHOLE = " (whole file)"
_MOST = 1000
"""Findings of one text; one that has more was not written by hand."""

_KEPT = 50


class Lint(Subject):
    """``lint/hidden-unicode``."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self._before: dict[str, tuple[list[str], Sequence[hidden.Finding]]] = {}

    def findings(self, page: Page) -> Iterable[Finding]:
        """One for each run of characters that nobody sees."""
        found = self._found(page)
        if not found:  # the common case, and quick to see
            return []
        store = None if page.clone is None else self.desk.live_store(page.clone.home)
        return [_told(page, it) for it in found] if self._concerns(page, store) else []

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """Taking out what is hidden in the selected lines, or in all of them."""
        found = hidden.find(page.text, _MOST)
        here = [it for it in found if asked.first <= it.line <= asked.last]
        if not here or not self._concerns(page, None):
            return
        if len(here) < len(found):
            yield self._fix(TITLE, page, here, _without(page, here))
            yield self._fix(TITLE + _WHOLE, page, found, hidden.fixed(page.text))
        else:
            yield self._fix(TITLE, page, found, hidden.fixed(page.text))

    def _found(self, page: Page) -> Sequence[hidden.Finding]:
        """What is hidden: of a text that was looked at before, only what changed is looked at.

        In the live lane. What is hidden on one line does not depend on others.
        """
        old, before = self._before.pop(page.uri, ([], ()))
        known = old and len(before) < _MOST
        found = followed(old, before, page.pieces) if known else list(hidden.find(page.text, _MOST))
        self._before[page.uri] = page.pieces, found
        if len(self._before) > _KEPT:
            del self._before[next(iter(self._before))]
        return found

    def _fix(
        self, title: str, page: Page, found: Sequence[hidden.Finding], text: str
    ) -> types.CodeAction:
        settings = self.desk.settings(page.clone)
        told = [
            diagnostic(self.desk.client, settings, self.desk.docs, _told(page, it)) for it in found
        ]
        edit = self.editor.workspace_edit({page.uri: (page.version, edits.whole_lines(page, text))})
        return types.CodeAction(
            title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[it for it in told if it is not None] or None,
            is_preferred=False,  # somebody ought to look at what it is
            edit=edit,
        )

    def _concerns(self, page: Page, store: Store | None) -> bool:
        """Whether agents read a document, and the user wants to know."""
        path = page.path
        if path is None:
            return False
        skill = is_skill(path.as_posix())
        if not skill and nature_of(self.desk, page, store) not in (Nature.CONTEXT, Nature.REGISTRY):
            return False
        place = self.desk.clones.place_of(path)
        return place is None or self._policy(place) is not Policy.OFF

    def _policy(self, place: Place) -> Policy:
        def look() -> Policy:
            try:  # of the user alone: a repository could hide what it brings along
                return config.hidden_unicode_policy(place, None)
            except StudioError:  # settings that cannot be read switch nothing off
                return config.DEFAULT_HIDDEN_UNICODE_POLICY

        return self.desk.remembered(("hidden-unicode", place), look)


def followed(
    old: list[str], before: Sequence[hidden.Finding], new: list[str]
) -> list[hidden.Finding]:
    """What is hidden in the lines ``new``, with what was found in ``old``.

    Lines that are the same are the same object.
    """
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] is not new[n]), shorter)
    tail = next(
        (n for n in range(shorter - head) if old[-1 - n] is not new[-1 - n]), shorter - head
    )
    # At the start of a text, and only there, a byte order mark is not hidden.
    tail = min(tail, shorter - 1)
    first = max(head - 1, 0)
    changed = hidden.find("".join(new[first : len(new) - tail]), _MOST)
    moved = len(new) - len(old)
    return [
        *(it for it in before if it.line < head),
        *(replace(it, line=it.line + first) for it in changed if it.line + first >= head),
        *(replace(it, line=it.line + moved) for it in before if it.line >= len(old) - tail),
    ]


def _told(page: Page, it: hidden.Finding) -> Finding:
    span = page.range(it.line, it.column, it.column + it.length)
    return Finding(HIDDEN_UNICODE, hidden.describe(it), span)


def _without(page: Page, found: Iterable[hidden.Finding]) -> str:
    """The text with the fixes of some findings; they are in order."""
    pieces = list(page.pieces)
    for it in reversed(list(found)):
        if it.fix is not None:
            piece = pieces[it.line]
            pieces[it.line] = piece[: it.column] + it.fix + piece[it.column + it.length :]
    return "".join(pieces)
