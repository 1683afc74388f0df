"""The protocol's frames: bytes as they come in, whole messages and what was wrong as they go out.

A frame is a block of headers, an empty line, and as many bytes of JSON as ``Content-Length``
says (LSP 3.17, base protocol). No valid JSON holds a raw line end after ``Content-Length: 12``:
within a string it has to be escaped, and outside of one the words are no token. So such a line
always begins a frame, wherever it is found, and a stream that went wrong is picked up there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BODY = 64 * 1024 * 1024
_MAX_HEADERS = 64 * 1024
_NEEDLE = b"content-length"
_BEGINNING = re.compile(rb"(?i)content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n")
_STATED = re.compile(rb"(?i)content-length[ \t]*:[ \t]*([^\r\n]*)")
_LONGEST_BEGINNING = 256


@dataclass(frozen=True)
class Frame:
    """One message as it came, not yet decoded."""

    body: bytearray


@dataclass(frozen=True)
class Broken:
    """A frame that could not be had: what was wrong, and the bytes of it that are known."""

    reason: str
    body: bytes = b""


class Frames:
    """Cuts a stream of bytes into frames; what is no frame is skipped."""

    def __init__(self, max_body: int = MAX_BODY) -> None:
        self._max_body = max_body
        self._buffer = bytearray()
        self._length: int | None = None  # of the body that is being read
        self._searched = 0  # up to here the body holds no other frame's beginning
        self._lost = False

    def feed(self, data: bytes) -> Iterator[Frame | Broken]:
        """What has come to its end with these bytes."""
        self._buffer += data
        while True:
            if self._lost and not self._find_beginning():
                return
            if self._length is None:
                broken = self._read_headers()
                if broken is not None:
                    yield broken
                    continue
                if self._length is None:
                    return
            found = self._read_body(self._length)
            if found is None:
                return
            yield found

    def close(self) -> Broken | None:
        """The frame that the stream's end cut off, if there is one."""
        if self._length is None:
            return None
        return Broken("the message ends before its Content-Length", bytes(self._buffer))

    def _find_beginning(self) -> bool:
        """Drop what stands before the next certain beginning of a frame."""
        match = _BEGINNING.search(self._buffer)
        if match is None:
            del self._buffer[:-_LONGEST_BEGINNING]
            return False
        del self._buffer[: match.start()]
        self._lost = False
        return True

    def _read_headers(self) -> Broken | None:
        """Take a whole block of headers off the buffer, and keep the length that it states."""
        while self._buffer.startswith((b"\r\n", b"\n")):
            del self._buffer[: self._buffer.index(b"\n") + 1]
        end = _end_of_headers(self._buffer)
        if end is None:
            if len(self._buffer) > _MAX_HEADERS:
                self._lost = True
                return Broken("there is no end to the headers")
            return None
        headers = bytes(self._buffer[:end])
        lengths = [match[1] for match in _BEGINNING.finditer(headers)]
        if not lengths:
            del self._buffer[:end]
            self._lost = True
            said = _STATED.search(headers)
            if said is None:
                return Broken("there is no Content-Length")
            return Broken("Content-Length is not a number of bytes")
        del self._buffer[:end]
        if int(lengths[-1]) > self._max_body:
            self._lost = True
            return Broken(f"Content-Length is over the limit of {self._max_body} bytes")
        self._length = int(lengths[-1])
        self._searched = 0
        return None

    def _read_body(self, length: int) -> Frame | Broken | None:
        start = self._another_beginning(min(length, len(self._buffer)))
        if start is None and len(self._buffer) < length:
            return None
        self._length = None
        if start is not None:
            return Broken("the message ends before its Content-Length", bytes(self._take(start)))
        return Frame(self._take(length))

    def _take(self, size: int) -> bytearray:
        """The first bytes of the buffer, which are in it no longer."""
        if len(self._buffer) == size:  # as mostly, and then large ones are not copied
            taken, self._buffer = self._buffer, bytearray()
        else:
            taken = self._buffer[:size]
            del self._buffer[:size]
        return taken

    def _another_beginning(self, end: int) -> int | None:
        """Where another frame begins in the first ``end`` bytes, which belong to this one."""
        start = max(0, self._searched - _LONGEST_BEGINNING)
        self._searched = end
        if _NEEDLE not in self._buffer[start : end + _LONGEST_BEGINNING].lower():
            return None
        match = _BEGINNING.search(self._buffer, start)
        return match.start() if match is not None and match.start() < end else None


def _end_of_headers(data: bytearray) -> int | None:
    """Where the body begins: after the first empty line."""
    ends = [
        at + len(line)
        for line in (b"\n\r\n", b"\n\n")
        if (at := data.find(line, 0, _MAX_HEADERS)) >= 0
    ]
    return min(ends, default=None)
