"""Commit messages: trailers that git would not read, cycles that do not exist, and completion."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from studio_git.core import messages as rules
from studio_git.core.codes import UNKNOWN_CYCLE, UNPARSED_MESSAGE
from studio_git.core.cyclenames import code
from studio_git.core.messages import Statement
from studio_git.core.messagetyping import typing_at
from studio_git.core.names import printable
from studio_git.core.prose import one_line, shorten
from studio_git.services import messages
from studio_git.store import cycles
from studio_git.store.connection import Store
from studio_lsp import edits
from studio_lsp.clones import Clone
from studio_lsp.features.diagnostics import diagnostic
from studio_lsp.messageplaces import is_message
from studio_lsp.page import Page
from studio_lsp.subject import Asked, Finding, Subject
from studio_lsp.subjects import messagewords

PUT_RIGHT = "Put the trailers where git reads them"
_MOST_ALIKE = 3

Row = sqlite3.Row


class Messages(Subject):
    """``message/unparsed`` and ``message/unknown-cycle``, their fixes, and words to write."""

    def findings(self, page: Page) -> Iterable[Finding]:
        """What git or Studio would not understand."""
        if page.clone is None or not is_message(page.uri, page.language, page.path):
            return ()
        return list(self._findings(page, page.clone, self.desk.live_store(page.clone.home)))

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """The fixes for what is told of the selected lines."""
        clone = page.clone
        if clone is None or not is_message(page.uri, page.language, page.path):
            return
        with clone.open() as workspace:
            found = [
                finding
                for finding in self._findings(page, clone, workspace.store)
                if finding.range.start.line <= asked.last and asked.first <= finding.range.end.line
            ]
            known = self._cycles(clone, workspace.store)
        unparsed = [it for it in found if it.code == UNPARSED_MESSAGE]
        fixed = rules.fix(page.text, self._comment(page, clone)) if unparsed else page.text
        if fixed != page.text:
            yield self._fix(PUT_RIGHT, page, fixed, unparsed, preferred=True)
        for finding in found:
            if finding.code == UNKNOWN_CYCLE:
                yield from self._cycle_fixes(page, clone, finding, known)

    def completion(self, page: Page, line: int, column: int) -> Iterable[types.CompletionItem]:
        """Trailers at the beginning of a line, and what can stand behind them."""
        clone = page.clone
        if clone is None or not is_message(page.uri, page.language, page.path):
            return []
        texts = [page.line(number) for number in range(page.count)]
        typing = typing_at(texts, line, column, self._comment(page, clone))
        if typing is None:
            return []
        span = page.range(line, typing.start, typing.end)
        if not typing.key:
            return messagewords.keys(typing, texts, span)
        with clone.open() as workspace:
            return messagewords.values(typing, workspace, span)

    def resolve(self, item: types.CompletionItem) -> types.CompletionItem | None:
        """A decision with what was said of it."""
        return messagewords.resolved(item, self.desk)

    def _findings(self, page: Page, clone: Clone, store: Store) -> Iterator[Finding]:
        for one in rules.statements(page.text, self._comment(page, clone)):
            if one.meant and not one.git:
                yield Finding(UNPARSED_MESSAGE, _unparsed(page, one), _lines_of(page, one))
            if one.key.lower() == "cycle" and one.value and (one.studio or one.meant):
                problem = _problem(one.value, self._cycles(clone, store))
                if problem:
                    yield Finding(UNKNOWN_CYCLE, problem, _lines_of(page, one))

    def _cycles(self, clone: Clone, store: Store) -> list[Row]:
        key = ("cycles", clone.home, clone.project_id)
        return self.desk.remembered(key, lambda: cycles.every(store.db, clone.project_id))

    def _comment(self, page: Page, clone: Clone) -> str:
        key = ("comment", clone.place)
        setting = self.desk.remembered(key, lambda: messages.comment_setting(clone.place.git))
        return messages.comment_in(setting, page.data)

    def _cycle_fixes(
        self, page: Page, clone: Clone, finding: Finding, known: Sequence[Row]
    ) -> Iterator[types.CodeAction]:
        line = finding.range.start.line
        said = {
            page.line_of(one.line - 1): one
            for one in rules.statements(page.text, self._comment(page, clone))
        }.get(line)
        if said is None:
            return
        likely = cycles.matching(known, said.value) or _alike(said.value, known)
        for row in likely[:_MOST_ALIKE]:
            words = messagewords.cycle_words(row, known)
            lines = page.text.split("\n")
            first = said.line - 1
            end = "\r" if lines[first].endswith("\r") else ""
            last = first + 1
            while last < len(lines) and lines[last][:1] in (" ", "\t"):
                last += 1
            lines[first:last] = [f"{said.key}: {words}{end}"]
            title = f"Write the cycle {shorten(messagewords.shown(row), 60)}"
            preferred = len(likely) == 1
            yield self._fix(title, page, "\n".join(lines), [finding], preferred=preferred)

    def _fix(
        self, title: str, page: Page, text: str, found: Sequence[Finding], *, preferred: bool
    ) -> types.CodeAction:
        settings = self.desk.settings(page.clone)
        told = [diagnostic(self.desk.client, settings, self.desk.docs, it) for it in found]
        return types.CodeAction(
            printable(title),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[it for it in told if it is not None] or None,
            is_preferred=preferred,
            edit=self.editor.workspace_edit(
                {page.uri: (page.version, edits.whole_lines(page, text))}
            ),
        )


def _unparsed(page: Page, one: Statement) -> str:
    if not "".join(page.text.split("\n")[: one.line - 1]).strip():
        return f"Git does not read {one.key} in the subject. Trailers stand in the last paragraph."
    return (
        f"Git would not read this {one.key}. "
        "Trailers stand together in the last paragraph, with nothing else in it."
    )


def _lines_of(page: Page, one: Statement) -> types.Range:
    line = page.line_of(one.line - 1)
    return page.range(line, 0, len(page.line(line)))


def _problem(words: str, known: Sequence[Row]) -> str:
    """What is wrong with the name of a cycle; nothing where it means one."""
    said = shorten(printable(one_line(words)), 60)
    found = cycles.matching(known, words)
    if len(found) == 1:
        return ""
    if found:
        listed = ", ".join(messagewords.shown(row) for row in found[:_MOST_ALIKE])
        return f"{said} may be several cycles: {listed}. Name it by its code."
    alike = " or ".join(messagewords.shown(row) for row in _alike(words, known))
    hint = f"Did you mean {alike}?" if alike else "See them with: git studio cycle list"
    return f"There is no cycle {said}. {hint}"


def _alike(words: str, known: Sequence[Row]) -> list[Row]:
    """The cycles whose name or code comes near, the nearest first."""
    spelt: dict[str, Row] = {}
    for row in reversed(known):  # of one name the one under way, which stands first
        if row["number"] is not None:
            spelt[code(row["number"]).casefold()] = row
        spelt[one_line(row["name"]).casefold()] = row
    near = difflib.get_close_matches(one_line(words).casefold(), spelt, n=_MOST_ALIKE)
    return list({spelt[each]["id"]: spelt[each] for each in near}.values())
