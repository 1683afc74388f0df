"""What makes two texts the same, what is text at all, and how text is written over other text."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from studio_git.core.models import Side, Unreadable

MAX_BYTES = 2 * 1024 * 1024
BOM = b"\xef\xbb\xbf"

# The first words of a pointer file, and its greatest size: docs/spec.md of git-lfs.
_LFS_START = b"version https://git-lfs.github.com/spec/"
_LFS_MAX_BYTES = 1024


def normalise(data: bytes) -> bytes:
    r"""Return ``data`` in the form in which texts are compared.

    A UTF-8 BOM, CRLF and the final newline do not count: the result has no BOM, ``\n`` line
    ends, and each line ends with one (no lines at all: ``b""``). One final newline is what does
    not count; a second one is an empty line, and is kept.
    """
    text = data.removeprefix(BOM)
    if b"\r" in text:  # most texts have none, and are not copied
        text = text.replace(b"\r\n", b"\n")
    if text == b"\n":
        return b""
    return text if not text or text.endswith(b"\n") else text + b"\n"


@lru_cache(maxsize=8)
def content_hash(data: bytes) -> str:
    """Return the SHA-256 of the normalised text, in hexadecimal.

    A look at a context file asks several times for the same few texts.
    """
    return hashlib.sha256(normalise(data)).hexdigest()


def readable(data: bytes) -> Side:
    """Return ``data`` where it is text that can be compared, else why it is not."""
    if len(data) > MAX_BYTES:
        return too_large(len(data))
    if len(data) < _LFS_MAX_BYTES and data.startswith(_LFS_START):
        return Unreadable("a git-lfs pointer, not the text itself")
    nul = data.find(b"\0")
    if nul >= 0:
        return Unreadable(f"binary (NUL at byte {nul})")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unreadable(f"not valid UTF-8 (byte {error.start})")
    return data


def too_large(size: int) -> Unreadable:
    """Return why content of so many bytes is not compared."""
    return Unreadable(f"larger than {MAX_BYTES:,} bytes ({size:,} bytes)")


def line_ending(data: bytes) -> bytes | None:
    r"""Return ``b"\n"`` or ``b"\r\n"`` where all lines end so; None where mixed or none do."""
    crlf = data.count(b"\r\n")
    newlines = data.count(b"\n")
    if not newlines or 0 < crlf < newlines:
        return None
    return b"\r\n" if crlf else b"\n"


def usual_line_ending(data: bytes) -> bytes:
    r"""Return the line ending that most lines have; ``b"\n"`` where there is no majority."""
    return b"\r\n" if 2 * data.count(b"\r\n") > data.count(b"\n") else b"\n"


def adapt(new: bytes, like: bytes | None) -> bytes:
    """Return ``new`` with the line ending and the BOM that ``like``, which it replaces, has.

    Where ``like`` is absent, empty or mixed there is no habit to follow and ``new`` keeps its
    own. Nothing that counts ever changes: the content hash of the result is that of ``new``.
    """
    if not like:
        return new
    text = _with_ending(new, line_ending(like))
    if like.startswith(BOM):
        return text if text.startswith(BOM) else BOM + text
    # Of two marks one is content: taking the first away would make the second the BOM.
    return text if text.startswith(BOM * 2) else text.removeprefix(BOM)


def _with_ending(text: bytes, ending: bytes | None) -> bytes:
    if ending == b"\r\n":
        return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    # A line whose content ends in a carriage return cannot be said with a bare newline.
    if ending == b"\n" and b"\r\r\n" not in text:
        return text.replace(b"\r\n", b"\n")
    return text
