"""A folder that tells when anything in it is opened, whoever does it: inotify (Linux)."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHANGES = 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
"""IN_MODIFY, IN_ATTRIB, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE, and of the folder."""
_OPENED = 0x20 | 0x1
"""IN_OPEN, IN_ACCESS."""

_EVENT = struct.Struct("iIII")


class Watched:
    """What was done to some folders, and to the files right in them."""

    def __init__(self, handle: int, names: dict[int, Path]) -> None:
        self._handle = handle
        self._names = names

    def seen(self) -> list[str]:
        """What was done since this was asked last: the path, and whether it was read or changed."""
        found = []
        while True:
            try:
                data = os.read(self._handle, 1 << 16)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                watch, mask, _, size = _EVENT.unpack_from(data, at)
                at += _EVENT.size
                name = data[at : at + size].rstrip(b"\0")
                at += size
                assert not mask & 0x4000, "too much happened for the queue"
                how = "changed" if mask & _CHANGES else "opened"
                found.append(f"{how} {self._names[watch] / os.fsdecode(name)}")


@contextmanager
def watched(*folders: Path) -> Iterator[Watched]:
    """Watch folders for the length of the block."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert handle >= 0, os.strerror(ctypes.get_errno())
    try:
        names = {}
        for folder in folders:
            watch = libc.inotify_add_watch(handle, os.fsencode(folder), _CHANGES | _OPENED)
            assert watch >= 0, os.strerror(ctypes.get_errno())
            names[watch] = folder
        yield Watched(handle, names)
    finally:
        os.close(handle)
