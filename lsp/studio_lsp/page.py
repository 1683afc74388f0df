"""An open document, as it was when somebody asked: what every subject works on."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from lsprotocol import types

from studio_lsp import lines
from studio_lsp.clones import Clone
from studio_lsp.documents import Opened


class Page:
    """A snapshot of an open document; nothing in it changes.

    ``path`` is None for what is no file. ``clone`` is the bound clone that the file is in, None
    where there is none; ``name`` its path in that clone, links resolved, else empty, and
    ``written_as`` the path as the editor has it. One that is ``too_long`` to be looked at shows
    no lines, but its size.
    """

    def __init__(
        self,
        uri: str,
        language: str,
        version: int | None,
        pieces: list[str],
        encoding: str,
        *,
        path: Path | None = None,
        clone: Clone | None = None,
        name: str = "",
        too_long: int = 0,
    ) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.encoding = encoding
        self.path = path
        self.clone = clone
        self.name = name
        self.too_long = too_long
        self.written_as = name
        if clone is not None and path is not None and path.is_relative_to(clone.place.top):
            self.written_as = path.relative_to(clone.place.top).as_posix()
        self._pieces = pieces

    def with_text(self, text: str) -> Page:
        """The same document with another text."""
        return Page(
            self.uri,
            self.language,
            None,
            lines.split(text),
            self.encoding,
            path=self.path,
            clone=self.clone,
            name=self.name,
        )

    def of(self, opened: Opened) -> Page:
        """The same document as it is now."""
        return self.with_text("".join(opened.pieces))

    @property
    def pieces(self) -> list[str]:
        """The lines with their ends, not to be changed; a line that is the same is the same."""
        return self._pieces

    @property
    def count(self) -> int:
        """How many lines it has; one at least."""
        return len(self._pieces)

    @cached_property
    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)

    @cached_property
    def data(self) -> bytes:
        """All of it as the bytes that the editor would save; of one that is too long as many."""
        if self.too_long:
            return bytes(self.too_long)
        return self.text.encode("utf-8", "replace")

    def line(self, number: int) -> str:
        """One line without its end; empty where there is no such line."""
        return lines.stripped(self._pieces[number]) if 0 <= number < self.count else ""

    def position(self, line: int, column: int) -> types.Position:
        """The client's position of a line and a column in code points, both from 0."""
        return types.Position(line, lines.units(self.line(line)[:column], self.encoding))

    def range(self, line: int, begin: int, end: int) -> types.Range:
        """A part of one line."""
        return types.Range(self.position(line, begin), self.position(line, end))

    def whole_lines(self, first: int, end: int) -> types.Range:
        """The lines from ``first`` up to ``end``, which is not in it.

        Behind the last line its end is meant, as there is no next one to point to.
        """
        if end < self.count:
            return types.Range(types.Position(first, 0), types.Position(end, 0))
        last = self.count - 1
        return types.Range(
            types.Position(min(first, last), 0), self.position(last, len(self.line(last)))
        )

    def at(self, position: types.Position) -> tuple[int, int]:
        """Line and column of a client's position, brought into the text."""
        line = min(max(position.line, 0), self.count - 1)
        return line, lines.column(self._pieces[line], position.character, self.encoding)

    def selected(self, span: types.Range) -> str:
        """The text of a client's range."""
        (first, begin), (last, end) = self.at(span.start), self.at(span.end)
        if first >= last:
            return self.line(first)[begin:end] if first == last else ""
        middle = self._pieces[first + 1 : last]
        return "".join([self._pieces[first][begin:], *middle, self._pieces[last][:end]])

    @cached_property
    def _newlines(self) -> list[int] | None:
        """For each line as ``\\n`` alone divides them, where it begins here; None: they agree."""
        if "\r" not in self.text or "\r" not in self.text.replace("\r\n", ""):
            return None
        begins = [0]
        begins += (n + 1 for n, piece in enumerate(self._pieces) if piece.endswith("\n"))
        return begins

    def line_of(self, newline: int) -> int:
        """Where a numbered line of the core's begins, whose lines end at newlines alone."""
        begins = self._newlines
        if begins is None:
            return min(newline, self.count)
        return begins[newline] if newline < len(begins) else self.count
