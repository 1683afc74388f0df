"""What programs did to the files below one folder, as strace saw it: for the model of a power cut.

Only what changes a disk is kept: bytes written, lengths, names, and what was waited for. A call
that the model does not know raises, so that nothing is left out in silence.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

_CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,copy_file_range,"
    "fallocate,ftruncate,truncate,fsync,fdatasync,sync,syncfs,sync_file_range,msync,rename,"
    "renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,mknod,"
    "mknodat,lseek"
)
_LONGEST = 1 << 26
_NAMED = {"open": 0, "creat": 0, "rename": 0, "link": 0, "unlink": 0, "mkdir": 0, "rmdir": 0,
          "truncate": 0, "mknod": 0, "symlink": 1}  # fmt: skip
"""The calls that name a file by a path alone, and which of their words that is."""
_IN_FOLDER = {"openat": 0, "renameat": 0, "renameat2": 0, "linkat": 0, "unlinkat": 0, "mkdirat": 0,
              "mknodat": 0, "symlinkat": 1}  # fmt: skip
"""Those that name it within a folder, and which word the folder is."""

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|\?)(.*)", re.DOTALL)
_ARGUMENT = re.compile(
    r' *(?:"((?:\\x[0-9a-f]{2})*)"|(AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?|[^,]+)'
)


NOWHERE = PurePosixPath()


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``kind`` is ``write``, ``size``, ``make``, ``folder``, ``link``,
    ``rename``, ``remove``, ``sync`` (of ``path``; NOWHERE: of everything) or ``said``.

    ``begun`` is the number of events that were over when this one began; ``data`` the bytes, or
    what was said; ``at`` their place, or a length; ``other`` a second path.
    """

    kind: str
    path: PurePosixPath
    begun: int
    data: bytes = b""
    at: int = 0
    other: PurePosixPath = NOWHERE


def tracer(*words: str) -> list[str]:
    """strace with options that every use of it shares; skips where a program cannot be traced."""
    strace = shutil.which("strace")
    assert strace, "install strace: what reaches the disk is read from it"
    options = [strace, "-f", "-qq", "--seccomp-bpf", "-e", "signal=none"]
    tried = subprocess.run([*options, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.strip()}")
    return [*options, *words]


def record(
    words: Sequence[str | Path], *, tree: Path, said: Path, log: Path, env: Mapping[str, str]
) -> list[Event]:
    """Run a program to its end; what it and its children did below ``tree``.

    What they append to the file ``said`` stands among it, as they said it.
    """
    command = tracer("-y", "-xx", "-s", str(_LONGEST), "-e", f"trace={_CALLS}", "-o", str(log))
    done = subprocess.run(
        [*command, *words], env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return list(_Reader(tree, said).events(log))


class _Call(NamedTuple):
    """A call that was answered; ``begun`` as :class:`Event` has it."""

    process: str
    name: str
    words: list[bytes]
    answer: int
    begun: int


class _Reader:
    def __init__(self, tree: Path, said: Path) -> None:
        self.tree, self.said = PurePosixPath(tree), PurePosixPath(said)
        self.offsets: dict[tuple[str, str], int | None] = {}  # None: at the end, whatever it is
        self.count = 0

    def events(self, log: Path) -> Iterator[Event]:
        waiting: dict[str, tuple[str, int]] = {}
        for line in log.read_text("ascii").splitlines():
            found = _LINE.fullmatch(line)
            assert found, line[:200]
            process, resumed, rest = found.groups()
            if rest.endswith("<unfinished ...>"):
                waiting[process] = rest.removesuffix("<unfinished ...>").rstrip(), self.count
                continue
            begun = self.count
            if resumed:
                before, begun = waiting.pop(process)
                rest = before + rest
            call = _CALL.fullmatch(rest)
            if call is None or call[3] == "?":
                assert call or " exited " in rest or " killed " in rest, rest[:200]
            elif int(call[3]) >= 0:
                words = _arguments(call[2])
                for event in self._events(_Call(process, call[1], words, int(call[3]), begun)):
                    self.count += 1
                    yield event

    def _events(self, call: _Call) -> Iterator[Event]:
        if call.name == "sync":
            yield Event("sync", NOWHERE, call.begun)
        elif call.name == "lseek":
            self.offsets[call.process, call.words[0].decode()] = call.answer
        elif call.name in ("open", "openat", "creat"):
            yield from self._opened(call)
        else:
            path = _path(call)
            if path == self.said:
                assert call.name == "write", call.name
                yield Event("said", path, call.begun, call.words[2])
            elif path is not None and path.is_relative_to(self.tree):
                yield self._change(call, path)

    def _opened(self, call: _Call) -> Iterator[Event]:
        path = _path(call)
        assert path is not None
        flags = "O_CREAT|O_TRUNC"
        if call.name != "creat":
            flags = call.words[{"open": 1, "openat": 3}[call.name]].decode()
        self.offsets[call.process, str(call.answer)] = None if "O_APPEND" in flags else 0
        if not path.is_relative_to(self.tree):
            return
        if "O_CREAT" in flags:
            yield Event("make", path, call.begun)
        if "O_TRUNC" in flags:
            yield Event("size", path, call.begun, at=0)

    def _change(self, call: _Call, path: PurePosixPath) -> Event:
        name, words, begun = call.name, call.words, call.begun
        if name == "write":
            return Event("write", path, begun, words[2][: call.answer], self._moved(call))
        if name == "pwrite64":
            return Event("write", path, begun, words[2][: call.answer], int(words[4]))
        if name == "ftruncate":
            return Event("size", path, begun, at=int(words[2]))
        if name in ("fsync", "fdatasync"):
            return Event("sync", path, begun)
        if name in ("mkdir", "mkdirat"):
            return Event("folder", path, begun)
        if name in ("unlink", "unlinkat", "rmdir"):
            return Event("remove", path, begun)
        assert name in ("rename", "renameat", "renameat2", "link", "linkat"), (
            f"the model does not know {name}: {words}"
        )
        other = _second(call)
        assert other.is_relative_to(self.tree), f"{name} out of the folder: {other}"
        return Event("link" if name.startswith("link") else "rename", path, begun, other=other)

    def _moved(self, call: _Call) -> int:
        """Where a plain write goes: -1 for the end."""
        key = call.process, call.words[0].decode()
        at = self.offsets[key]
        if at is None:
            return -1
        self.offsets[key] = at + call.answer
        return at


def _arguments(text: str) -> list[bytes]:
    """The words of a call; a descriptor counts as two, its number and its path."""
    words: list[bytes] = []
    for found in _ARGUMENT.finditer(text):
        if found[1] is not None:
            words.append(_bytes(found[1]))
        elif found[2] is not None:
            words += [found[2].encode(), b"" if found[4] else _bytes(found[3])]
        elif found[0].strip():
            words.append(found[0].strip().encode())
    return words


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _path(call: _Call) -> PurePosixPath | None:
    """The path that a call is about; None for a file without a name."""
    name, words = call.name, call.words
    if name in _NAMED:
        return PurePosixPath(os.fsdecode(words[_NAMED[name]]))
    if name in _IN_FOLDER:
        first = _IN_FOLDER[name]
        return PurePosixPath(os.fsdecode(words[first + 1])) / os.fsdecode(words[first + 2])
    return PurePosixPath(os.fsdecode(words[1])) if words[1] else None


def _second(call: _Call) -> PurePosixPath:
    if call.name in ("rename", "link"):
        return PurePosixPath(os.fsdecode(call.words[1]))
    return PurePosixPath(os.fsdecode(call.words[4])) / os.fsdecode(call.words[5])
