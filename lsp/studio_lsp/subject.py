"""What a subject is: something that the editor is told about, with a say in some features."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter

Command = Callable[[Mapping[str, Any]], Coroutine[Any, Any, Any]]
"""A command: takes its one argument as a table, which may be empty; the result is JSON."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding."""

    uri: str
    range: types.Range
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be told of a document: a code of :mod:`studio_git.core.codes`, and where."""

    code: str
    message: str
    range: types.Range
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What code actions are asked for: the lines of the selection, both in it, and the kinds."""

    span: types.Range
    first: int
    last: int
    only: tuple[str, ...]

    def wants(self, kind: str) -> bool:
        """True where actions of a kind are asked for (LSP: ``only`` holds prefixes)."""
        return not self.only or any(kind == it or kind.startswith(f"{it}.") for it in self.only)


class Subject:
    """One subject. All methods but commands run in a worker thread, and may be slow but for
    :meth:`findings`, which runs in the live lane and answers to every change of a document.

    ``line`` and ``column`` count from 0, columns in code points.
    """

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        self.desk = desk
        self.editor = editor
        self.presenter = presenter

    def findings(self, page: Page) -> Iterable[Finding]:
        """What is to be told of an open document."""
        return ()

    def elsewhere(self, known: frozenset[str]) -> Iterable[tuple[str, list[Finding]]]:
        """What is to be told of files that are not open, by URI; ``known`` are the open ones."""
        return ()

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """What can be done about the lines that are selected."""
        return ()

    def lenses(self, page: Page) -> Iterable[types.CodeLens]:
        """Lines of their own between the text's."""
        return ()

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """What is known of the place, each thing as Markdown that holds nothing active."""
        return ()

    def completion(self, page: Page, line: int, column: int) -> Iterable[types.CompletionItem]:
        """What could be written at the place; documentation comes with :meth:`resolve`."""
        return ()

    def resolve(self, item: types.CompletionItem) -> types.CompletionItem | None:
        """The item with its documentation; None where it is another subject's."""
        return None

    def definition(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """Where what is named at the place is written down."""
        return ()

    def references(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """Where else it is named."""
        return ()

    def links(self, page: Page) -> Iterable[types.DocumentLink]:
        """The parts of the text that lead somewhere."""
        return ()

    def symbols(self, page: Page) -> Iterable[types.DocumentSymbol]:
        """The parts of the document."""
        return ()

    def workspace_symbols(self, query: str) -> Iterable[types.WorkspaceSymbol]:
        """What can be found by a name, the best first; at most a few hundred."""
        return ()

    def hints(self, page: Page, first: int, last: int) -> Iterable[types.InlayHint]:
        """Words behind the text of some lines."""
        return ()

    def document(self, path: str) -> str | None:
        """The text of a virtual document, by the path of its URI; None where it is another's."""
        return None

    def saved(self, page: Page) -> None:
        """A document was saved."""

    def commands(self) -> Mapping[str, Command]:
        """Commands by their ids, each a coroutine on the event loop."""
        return {}
