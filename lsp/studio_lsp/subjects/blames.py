"""Which commits lines come from: asked of git once while HEAD and the file stay as they are."""

from __future__ import annotations

import hashlib
import stat
import threading
from collections import OrderedDict
from pathlib import Path

from studio_git import files
from studio_git.core.lines import changes
from studio_git.errors import UsageError
from studio_git.services import why
from studio_git.services.why import Lines, Origins
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.documents import MAX_CHARACTERS
from studio_lsp.page import Page
from studio_lsp.work import go_on

_REMEMBERED = 500
_MAX_BYTES = 4 * MAX_CHARACTERS

_Key = tuple[Path, str, str, bytes, int]


class Blames:
    """Answers of ``git blame`` for single lines, the latest ones. For worker threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: OrderedDict[_Key, Origins] = OrderedDict()
        self._lock = threading.Lock()

    def tracked(self, page: Page) -> Clone | None:
        """The clone that a document is a committed file of; cheap when it is asked again."""
        clone = page.clone
        if clone is None or not page.name or page.text == "":
            return None
        key = ("committed", clone.place, page.name)
        found = self._desk.remembered(key, lambda: _committed(clone, page.name))
        return clone if found else None

    def line(self, page: Page, clone: Clone, line: int) -> tuple[Lines, Origins] | None:
        """A line of a document as the file has it (from 1), and the commit that it is of.

        None for a line that is not saved yet. Blame reads the file of the work tree, so this does
        too. Raises UsageError where it cannot be read, and GitError; StoppedError when nobody
        waits for it any more, which ends git.
        """
        path = clone.place.top / page.name
        data = _read(path, clone.place.top)
        number = _line_in(data, page, line)
        if number is None:
            return None
        status, head, _ = clone.place.git.ask("rev-parse", "--verify", "--quiet", "HEAD")
        key = (
            clone.place.git_dir,
            page.name,
            "" if status else head.decode("ascii", "replace").strip(),
            hashlib.sha256(data).digest(),
            number,
        )
        with self._lock:
            found = self._known.get(key)
        if found is None:
            go_on()
            found = why.origins_of(clone.place, page.name, (number, number), go_on=go_on)
        with self._lock:
            self._known[key] = found
            self._known.move_to_end(key)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return (number, number), found


def _committed(clone: Clone, name: str) -> bool:
    """Whether HEAD has a regular file at a path."""
    status, output, _ = clone.place.git.ask(
        "--literal-pathspecs", "ls-tree", "-z", "HEAD", "--", name
    )
    return status == 0 and output.startswith(b"100")


def _read(path: Path, inside: Path) -> bytes:
    try:
        found = path.lstat()
    except OSError as error:
        raise UsageError(f"{path.name} is not there.", "Save it first.") from error
    fits = stat.S_ISREG(found.st_mode) and found.st_size <= _MAX_BYTES
    data = files.read_bytes(path, inside=inside) if fits else None
    if data is None:
        raise UsageError(f"{path.name} cannot be read.", "It has to be a regular file.")
    return data


def _line_in(data: bytes, page: Page, line: int) -> int | None:
    """The number, from 1, that a line of the document has in the file; None: it has none yet.

    How lines end does not count, nor a byte order mark: editors keep both to themselves.
    """
    number = sum(piece.endswith("\n") for piece in page.pieces[:line])
    if data == page.data:
        return number + 1
    old = _lines_of(data.removeprefix(b"\xef\xbb\xbf"))
    new = _lines_of(page.data)
    moved = 0
    for change in changes(old, new):
        if change.new_start > number:
            break
        if number < change.new_end:
            return None
        moved = change.old_end - change.new_end
    return number + moved + 1


def _lines_of(data: bytes) -> list[bytes]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = data.decode("latin-1").encode("utf-8")  # whatever it is, ASCII stays comparable
    return [line.rstrip(b"\r") for line in data.split(b"\n")]
