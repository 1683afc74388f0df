"""What a power cut can leave of a folder, after what programs did in it.

Certain is only what was waited for (fsync): the bytes of a file by its own, its name by that of
its folder, a folder's name by that of the folder above. Of the rest a disk may have written
nothing, all, or any part in any order, and of one write any of its sectors.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from faults.recording import NOWHERE, Event

SECTOR = 512

What = TypeVar("What")

SHARES = (0.0, 0.0, 0.3, 0.7, 1.0)
"""How much is kept of what was not waited for; most often nothing."""

Keep = Callable[[], bool]
"""Whether something that was not waited for is kept."""


@dataclass
class File:
    """``live`` is what programs read, ``sure`` what is on the disk, ``open`` what may be."""

    live: bytearray = field(default_factory=bytearray)
    sure: bytearray = field(default_factory=bytearray)
    open: list[tuple[int, Event]] = field(default_factory=list)


@dataclass
class Folder:
    """The same of a folder's names; each change that is open may name several."""

    live: dict[str, Node] = field(default_factory=dict)
    sure: dict[str, Node] = field(default_factory=dict)
    open: list[tuple[int, dict[str, Node | None]]] = field(default_factory=list)


Node = File | Folder


class Disk:
    """A disk that nothing of ``tree`` is on yet but the folder itself."""

    def __init__(self, tree: Path) -> None:
        self.tree = PurePosixPath(tree)
        self.root = Folder()
        self.said: list[str] = []
        self.over = 0

    def apply(self, event: Event) -> None:
        """Let one more event happen."""
        self.over += 1
        if event.kind == "said":
            self.said += event.data.decode().splitlines()
        elif event.kind == "sync":
            self._sync(event)
        elif event.kind in ("write", "size"):
            self._change(event)
        else:
            self._names(event)

    def image(self, chance: random.Random) -> Image:
        """What is there when the power comes back: of what is open a share, chosen by chance."""
        share = chance.choice(SHARES)
        return Image(self.root, lambda: chance.random() < share, chance)

    def live(self) -> Image:
        """What programs see now."""
        return Image(self.root, None, random.Random(0))

    def _change(self, event: Event) -> None:
        file = self._find(event.path)
        assert isinstance(file, File), f"written and not there: {event.path}"
        if event.at < 0:
            event = Event("write", event.path, event.begun, event.data, len(file.live))
        _put(file.live, event, lambda: True)
        file.open.append((self.over, event))

    def _names(self, event: Event) -> None:
        folder, name = self._find(event.path.parent), event.path.name
        assert isinstance(folder, Folder), f"no folder for {event.path}"
        there = folder.live.get(name)
        if event.kind in ("make", "folder"):
            if there is None:
                made: Node = File() if event.kind == "make" else Folder()
                self._name(folder, {name: made})
        elif event.kind == "remove":
            self._name(folder, {name: None})
        else:
            target = self._find(event.other.parent)
            assert isinstance(target, Folder)
            assert there is not None
            gone: dict[str, Node | None] = {name: None} if event.kind == "rename" else {}
            if target is folder:
                self._name(folder, gone | {event.other.name: there})
            else:
                self._name(target, {event.other.name: there})
                self._name(folder, gone)

    def _name(self, folder: Folder, change: dict[str, Node | None]) -> None:
        _rename(folder.live, change)
        folder.open.append((self.over, change))

    def _sync(self, event: Event) -> None:
        if event.path == NOWHERE:
            for each in _below(self.root):
                _settle(each, event.begun)
            return
        node = self._find(event.path)
        if node is not None:
            _settle(node, event.begun)

    def _find(self, path: PurePosixPath) -> Node | None:
        node: Node | None = self.root
        for name in path.relative_to(self.tree).parts:
            node = node.live.get(name) if isinstance(node, Folder) else None
        return node


class Image:
    """Files and folders by their names, as they are found."""

    def __init__(self, root: Folder, keep: Keep | None, chance: random.Random) -> None:
        self._keep = keep
        self._chance = chance
        self.files: dict[str, bytes] = {}
        self.folders: list[str] = []
        self._walk(root, "")

    def put(self, into: Path) -> None:
        """Write it out into a folder that is not there yet."""
        into.mkdir(mode=0o700)
        for name in self.folders:
            (into / name).mkdir(mode=0o700)
        for name, data in self.files.items():
            (into / name).write_bytes(data)

    def _walk(self, folder: Folder, prefix: str) -> None:
        names = dict(folder.live if self._keep is None else folder.sure)
        if self._keep is not None:
            for _, change in folder.open:
                if self._keep():
                    _rename(names, change)
        for name, node in names.items():
            path = f"{prefix}{name}"
            if isinstance(node, Folder):
                self.folders.append(path)
                self._walk(node, f"{path}/")
            else:
                self.files[path] = self._bytes(node, path)

    def _bytes(self, file: File, path: str) -> bytes:
        if self._keep is None:
            return bytes(file.live)
        if path.endswith("-shm"):  # shared memory; what of it is on the disk means nothing
            return self._chance.randbytes(len(file.live))
        data = bytearray(file.sure)
        for _, event in file.open:
            _put(data, event, self._keep)
        return bytes(data)


def cuts(events: Sequence[Event], tree: Path, places: Sequence[int]) -> Iterator[Disk]:
    """The disk at each of these places among the events, in order."""
    disk = Disk(tree)
    for place in sorted(places):
        while disk.over < place:
            disk.apply(events[disk.over])
        yield disk


def _put(data: bytearray, event: Event, keep: Keep) -> None:
    if event.kind == "size":
        if keep():
            del data[event.at :]
            data.extend(bytes(max(0, event.at - len(data))))
        return
    at = event.at
    end = at + len(event.data)
    while at < end:
        upto = min(end, (at // SECTOR + 1) * SECTOR)
        if keep():
            data.extend(bytes(max(0, upto - len(data))))
            data[at:upto] = event.data[at - event.at : upto - event.at]
        at = upto


def _rename(names: dict[str, Node], change: dict[str, Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _settle(node: Node, begun: int) -> None:
    """What was over before waiting began is on the disk."""
    if isinstance(node, File):
        for _, event in _taken(node.open, begun):
            _put(node.sure, event, lambda: True)
    else:
        for _, change in _taken(node.open, begun):
            _rename(node.sure, change)


def _taken(pending: list[tuple[int, What]], begun: int) -> list[tuple[int, What]]:
    done = [each for each in pending if each[0] <= begun]
    del pending[: len(done)]
    return done


def _below(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Folder):
        for each in node.live.values():
            yield from _below(each)
