"""Documents that have no file: virtual ones, or for editors without those a file in the home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from studio_git import files
from studio_git.errors import StudioError
from studio_lsp import uris
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor

FOLDER = "editor"
"""Where such files lie in the Studio home; they are made anew whenever one is shown."""


class Presenter:
    """Gives documents an address that the editor can open. ``document`` knows their texts."""

    def __init__(self, desk: Desk, editor: Editor, document: Callable[[str], str]) -> None:
        self._desk = desk
        self._editor = editor
        self._document = document

    async def address(self, path: str) -> str:
        """The URI under which the editor finds a virtual document, by its path.

        Raises StudioError where there is no place for the file that it needs.
        """
        if self._desk.client.virtual_documents:
            return f"studio:{quote(path)}"
        return uris.uri_of(await self._editor.work.aside(self._written, path))

    async def open(self, path: str) -> bool:
        """Open a virtual document in the editor; where it cannot, say where the text is."""
        address = await self.address(path)
        if await self._editor.show(address):
            return True
        self._editor.say(f"Project Studio wrote it to {uris.path_of(address) or address}")
        return False

    def _written(self, path: str) -> Path:
        home = self._desk.home
        if home is None:
            raise StudioError("there is no Studio home to show this from.", "Run git studio init.")
        target = home / FOLDER / path.strip("/").replace("/", "-")
        data = self._document(path).encode("utf-8", "replace")
        found = files.read_bytes(target)
        if found != data:
            files.write_whole(target, data, inside=home, expected=found, lock=home / ".lock")
        return target
