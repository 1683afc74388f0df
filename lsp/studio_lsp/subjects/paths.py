"""Paths in context files: ``@path`` while it is typed, and the files that references lead to."""

from __future__ import annotations

import re
from pathlib import Path

from lsprotocol import types

from studio_git import beneath
from studio_git.core.references import Reference, paths_of
from studio_lsp.features.completion import LIMIT
from studio_lsp.page import Page
from studio_lsp.subjects.naming import SKILL_MARK

_TYPED = re.compile(r"(?<![\w@.+/\\~:`-])@([^\s()\[\]{}<>\"'`,;|*@:]*)\Z")


def typed_at(text: str, column: int) -> int | None:
    """Where the path begins that is typed behind an ``@``; None where none is."""
    found = _TYPED.search(text[:column])
    return None if found is None else found.start(1)


def completion(
    page: Page, top: Path | None, line: int, begin: int, column: int
) -> list[types.CompletionItem]:
    """What can stand behind an ``@``: files and folders of the work tree, from its top.

    One folder is looked at, and links are not followed.
    """
    typed = page.line(line)[begin:column]
    folder, _, start = typed.rpartition("/")
    span = page.range(line, begin, column)
    items = []
    if SKILL_MARK[1:].startswith(typed):
        mark = SKILL_MARK[1:]
        items.append(
            types.CompletionItem(
                label=mark,
                kind=types.CompletionItemKind.Keyword,
                detail="a skill of the registry",
                sort_text="0",
                text_edit=types.TextEdit(span, mark),
            )
        )
    for name, is_folder in _entries(top, folder, start):
        path = f"{folder}/{name}" if folder else name
        kind = types.CompletionItemKind.Folder if is_folder else types.CompletionItemKind.File
        items.append(
            types.CompletionItem(
                label=f"{path}/" if is_folder else path,
                kind=kind,
                sort_text=f"1{path}",
                text_edit=types.TextEdit(span, f"{path}/" if is_folder else path),
            )
        )
    return items[: LIMIT + 1]


def target(top: Path | None, path: str, reference: Reference) -> Path | None:
    """The file or folder that a reference in the file ``path`` leads to; None where none is."""
    if top is None or not path:
        return None
    for each in paths_of(reference, path):
        found = top / each
        try:
            if found.exists():
                return found
        except (OSError, ValueError):
            continue
    return None


def _entries(top: Path | None, folder: str, start: str) -> list[tuple[str, bool]]:
    """The names in a folder that begin so, and whether each is a folder itself."""
    if top is None or ".." in folder.split("/") or "\0" in folder:
        return []
    try:
        found = beneath.entries(top / folder.lstrip("/"), inside=top)
    except (beneath.LeadsOutError, OSError):
        return []
    return sorted(
        (name, is_folder)
        for name, is_folder in found
        if name.casefold().startswith(start.casefold()) and name != ".git" and name.isprintable()
    )
