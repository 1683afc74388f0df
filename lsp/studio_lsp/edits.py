"""Edits of open documents. Always whole lines: some clients take columns for something else."""

from __future__ import annotations

from lsprotocol import types

from studio_git.core.lines import changes
from studio_lsp import lines
from studio_lsp.page import Page


def whole_lines(page: Page, after: str) -> list[types.TextEdit]:
    """What turns a document into ``after``: only the lines that differ, and all of each."""
    new = lines.split(after)
    old = lines.split(page.text)
    found = changes([_data(line) for line in old], [_data(line) for line in new])
    return [
        types.TextEdit(
            page.whole_lines(change.old_start, change.old_end),
            "".join(new[change.new_start : change.new_end]),
        )
        for change in found
    ]


def text_of(data: bytes) -> str:
    """Bytes of a file as the text that an editor has of them: no byte order mark is shown."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _data(line: str) -> bytes:
    return line.encode("utf-8", "surrogatepass")
