"""URIs and paths: which file a URI names, and what may be read of what a client names.

Only ``file:`` URIs of this machine name a file (RFC 8089). They are decoded once. A path is
judged by where it really leads, with every ``..`` and every link resolved.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

_FILE = re.compile(r"(?i)file:(?://(?:localhost)?(?=/))?(/[^?#]*)")
_DRIVE = re.compile(r"/([A-Za-z])[:|](?=[/\\]|$)")


def path_of(uri: str) -> Path | None:
    """The absolute path that a ``file:`` URI names; None for everything else.

    None as well where it names another host, has a query or a fragment, or holds NUL.
    """
    text = decoded(uri, windows=os.name == "nt")
    return None if text is None else Path(text)


def uri_of(path: Path) -> str:
    """The ``file:`` URI of an absolute path; a name that is not UTF-8 keeps its bytes."""
    return encoded(os.fspath(path), windows=os.name == "nt")


def decoded(uri: str, *, windows: bool) -> str | None:
    """The path in a ``file:`` URI, as text, without a look at any file.

    On Windows a path has a drive, whose letter is a capital (editors send ``/c%3A/…`` and
    ``/C:/…`` for the same file). Elsewhere bytes that are not UTF-8 become what Python's
    functions for files take (``os.fsdecode``).
    """
    match = _FILE.fullmatch(uri)
    if match is None:
        return None
    try:
        data = unquote_to_bytes(match[1])
        text = data.decode("utf-8") if windows else os.fsdecode(data)
    except UnicodeError:
        return None
    if "\0" in text:
        return None
    if not windows:
        return None if text.startswith("//") else text
    drive = _DRIVE.match(text)
    if drive is None:
        return None
    return f"{drive[1].upper()}:" + (text[3:].replace("/", "\\") or "\\")


def encoded(path: str, *, windows: bool) -> str:
    """The inverse of :func:`decoded`, for an absolute path."""
    if not windows:
        return "file://" + quote_from_bytes(os.fsencode(path))
    return "file:///" + quote_from_bytes(path.replace("\\", "/").encode("utf-8"), safe="/:")


class Allowed:
    """The folders that may be read in: those of the workspace, and the Studio home.

    A root that is the top of a file system is none: an editor that was started without a folder
    names it, and everything would be inside.
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        real = [found for found in map(_real, roots) if found is not None]
        self.roots = tuple(root for root in dict.fromkeys(real) if root.parent != root)

    def contains(self, path: Path) -> bool:
        """Whether a path leads into one of the folders, whether or not anything is there."""
        real = _real(path)
        return real is not None and any(real.is_relative_to(root) for root in self.roots)

    def may_read(self, path: Path) -> bool:
        """Whether a path leads to a regular file in one of the folders; nothing is read."""
        real = _real(path)
        if real is None or not any(real.is_relative_to(root) for root in self.roots):
            return False
        try:
            return stat.S_ISREG(real.lstat().st_mode)
        except OSError:
            return False


def _real(path: Path) -> Path | None:
    """Where an absolute path leads; None where that cannot be told."""
    if not path.is_absolute():
        return None
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links; a name no system takes
        return None
