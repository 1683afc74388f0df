"""Documents that have no file: virtual ones, or for editors without those a file in the home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from studio_git import files
from studio_git.errors import StudioError
from studio_lsp import uris
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor

FOLDER = "editor"
"""Where such files lie in the Studio home; they are made anew whenever one is shown."""

_KEPT = 1000
"""Files that stay there at least."""


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
        found = await self._editor.work.aside(self.located, [path], self._document)
        return found[path]

    async def open(self, path: str) -> str:
        """Open a virtual document in the editor; its URI, for one that opens it itself.

        Where the editor cannot be told to, say where the text is.
        """
        address = await self.address(path)
        if not await self._editor.show(address):
            self._editor.say(f"Project Studio wrote it to {uris.path_of(address) or address}")
        return address

    def located(
        self, paths: Iterable[str], text: Callable[[str], str], *, anew: bool = True
    ) -> dict[str, str]:
        """The URIs of documents by their paths; in a worker thread.

        ``text`` knows what they say; it is asked where the editor needs files. Unless ``anew``,
        those that were written since the store changed are not written again. Raises StudioError
        where they cannot be written.
        """
        wanted = list(paths)
        if self._desk.client.virtual_documents:
            return {path: f"studio:{quote(path)}" for path in wanted}
        home = self._desk.home
        if home is None:
            raise StudioError("there is no Studio home to show this from.", "Run git studio init.")
        names = {path: path.strip("/").replace("/", "-") for path in wanted}
        written: set[str] = self._desk.remembered(("shown", home), set)
        contents = {
            name: text(path).encode("utf-8", "replace")
            for path, name in names.items()
            if anew or name not in written
        }
        if contents:
            _write(home, contents)
            written.update(contents)
        return {path: uris.uri_of(home / FOLDER / name) for path, name in names.items()}


def _write(home: Path, contents: Mapping[str, bytes]) -> None:
    """Put texts into the folder; of many that nobody asked for lately, the oldest go."""
    folder, lock = home / FOLDER, home / ".lock"
    for name in files.write_new(folder, contents, inside=home, lock=lock):
        path = folder / name
        found = files.read_bytes(path)
        if found != contents[name]:
            files.write_whole(path, contents[name], inside=home, expected=found, lock=lock)
    there = [path for path in folder.iterdir() if path.name not in contents]
    if len(there) > 2 * _KEPT:
        there.sort(key=lambda path: path.stat().st_mtime_ns)
        for path in there[:-_KEPT]:
            path.unlink(missing_ok=True)
