"""The open documents, as the client keeps them. Used on the event loop alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile

from lsprotocol import types

from studio_lsp import lines

MAX_CHARACTERS = 8 << 20
"""Longer documents are not looked at: a context file has at most 2 MiB."""

_MOST_KEPT = 8 * MAX_CHARACTERS
"""Of those that grew longer, what takes them back to a length that is looked at is followed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One document as it is now. ``pieces`` are its lines with their ends, and never change.

    ``too_long`` is how many characters it has, where it is not looked at; else 0. Then it may
    have no pieces.
    """

    uri: str
    language: str
    version: int | None
    pieces: list[str]
    too_long: int = 0


class Documents:
    """What is open, and which document was used last."""

    def __init__(self) -> None:
        self.encoding = "utf-16"
        self.related: dict[str, frozenset[str]] = {}  # whose findings follow a document's text
        self._open: dict[str, Opened] = {}
        self._last = ""

    def open(self, item: types.TextDocumentItem) -> None:
        """A document was opened, or opened again."""
        size = len(item.text)
        fits = size <= MAX_CHARACTERS
        pieces = lines.split(item.text) if fits else []
        self._open[item.uri] = Opened(
            item.uri, item.language_id, item.version, pieces, 0 if fits else size
        )
        self._last = item.uri

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document was changed; one that was never opened is passed over."""
        found = self._open.get(params.text_document.uri)
        if found is None:
            return
        changes, pieces, size = params.content_changes, found.pieces, found.too_long
        if not pieces:  # what is not kept cannot be changed in part
            changes = list(dropwhile(lambda it: not _is_whole(it), changes))
        if changes:
            pieces = lines.apply_changes(pieces, changes, self.encoding)
            size = sum(map(len, pieces))
        self._open[found.uri] = replace(
            found,
            version=params.text_document.version,
            pieces=pieces if size <= _MOST_KEPT else [],
            too_long=size if size > MAX_CHARACTERS else 0,
        )
        self._last = found.uri

    def close(self, uri: str) -> None:
        """A document was closed."""
        self._open.pop(uri, None)
        if self._last == uri:
            self._last = next(reversed(self._open), "")

    def get(self, uri: str) -> Opened | None:
        """An open document."""
        return self._open.get(uri)

    def used(self, uri: str) -> Opened | None:
        """An open document that somebody asks about now."""
        found = self._open.get(uri)
        if found is not None:
            self._last = uri
        return found

    @property
    def last(self) -> str:
        """The document that was used last; empty where none is open."""
        return self._last

    def __iter__(self) -> Iterator[Opened]:
        """Every open document."""
        return iter(list(self._open.values()))


def _is_whole(change: types.TextDocumentContentChangeEvent) -> bool:
    return isinstance(change, types.TextDocumentContentChangeWholeDocument)
