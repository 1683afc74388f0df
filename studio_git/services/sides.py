"""Reading the repository's side of context files: from the work tree, or from the index.

Both answer for many paths at once, follow links inside the repository, and start no filter of
the repository's configuration.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio_git import files
from studio_git.core import aliases
from studio_git.core.models import Side, Unreadable
from studio_git.core.text import MAX_BYTES, readable, too_large
from studio_git.gitio import Git, Place

_LINK = "120000"
_GITLINK = "160000"
_LINKS_FOLLOWED = 8
_REPLACEMENT = "\ufffd".encode()


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at one path: its content, and the target where it is a link in the repository."""

    side: Side
    link: str | None = None


class Source(Protocol):
    """A state of the repository's files."""

    def read(self, paths: Iterable[str]) -> Mapping[str, Found]:
        """What stands at each path; absent ones have the side None."""


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The files as they are on disk; for a sparse checkout's absent file its index blob."""

    place: Place

    def read(self, paths: Iterable[str]) -> Mapping[str, Found]:
        """What stands at each path on disk."""
        found = {path: self._one(path) for path in paths}
        absent = [path for path, it in found.items() if it.side is None]
        if absent:
            sparse = skipped(self.place.git, absent)
            found.update(Index(self.place).read(sparse))
        return found

    def _one(self, path: str) -> Found:
        file = self.place.top / path
        link = None
        try:
            if stat.S_ISLNK(file.lstat().st_mode):
                link = aliases.resolve_relative(path, os.readlink(file))  # noqa: PTH115 - not as a Path
        except OSError:
            pass  # read_side says what is wrong with it, or that it is absent
        return Found(files.read_side(file, inside=self.place.top), link)


@dataclass(frozen=True, slots=True)
class Held:
    """The work tree with the texts on top that an editor holds, by path in the repository."""

    place: Place
    texts: Mapping[str, bytes]

    def read(self, paths: Iterable[str]) -> Mapping[str, Found]:
        """What stands at each path, in the editor or on disk."""
        return overlaid(WorkTree(self.place).read(paths), self.texts)


def overlaid(found: Mapping[str, Found], texts: Mapping[str, bytes]) -> dict[str, Found]:
    """``found`` with the held texts in the place of the files; links lead to them too."""
    return {
        path: Found(_held(it.side, text), it.link) if text is not None else it
        for path, it in found.items()
        for text in [texts.get(it.link or path)]
    }


def _held(on_disk: Side, text: bytes) -> Side:
    """A held text; not one in which the editor put marks for what it could not read."""
    lossy = isinstance(on_disk, Unreadable) and _REPLACEMENT in text
    return on_disk if lossy else readable(text)


@dataclass(frozen=True, slots=True)
class Index:
    """The files as the next commit would have them.

    A file that git does not know, neither here nor in HEAD (ignored, or not added yet), is read
    from the work tree: no commit will move it.
    """

    place: Place
    index_file: Path | None = None

    def read(self, paths: Iterable[str]) -> Mapping[str, Found]:
        """What stands at each path in the index."""
        wanted = list(paths)
        entries = self._entries(wanted)
        found = {}
        for path in wanted:
            end, link = _follow(path, entries)
            found[path] = Found(entries.sides.get(end) if end else _DANGLING, link)
        unknown = [path for path in wanted if path not in entries.modes]
        for path in self._unknown_to_git(unknown):
            found[path] = WorkTree(self.place)._one(path)
        return found

    def oids(self, paths: Iterable[str]) -> dict[str, str]:
        """The object that the index has at each path; none for paths that are not in it."""
        wanted = list(paths)
        if not wanted:  # git would list everything
            return {}
        output = self._git.records("--literal-pathspecs", "ls-files", "-s", "-z", "--", *wanted)
        entries = (record.partition(b"\t") for record in output)
        return {os.fsdecode(path): head.split(b" ")[1].decode() for head, _, path in entries}

    @property
    def _git(self) -> Git:
        place = self.place
        return Git(
            place.top, git_dir=place.git_dir, work_tree=place.top, index_file=self.index_file
        )

    def _entries(self, paths: list[str]) -> _Entries:
        entries = _Entries({}, {})
        pending = paths
        for _ in range(_LINKS_FOLLOWED):
            _load(self._git, pending, entries)
            targets = {_target(path, entries) for path in pending if _is_link(path, entries)}
            pending = [path for path in targets if path and path not in entries.modes]
            if not pending:
                break
        return entries

    def _unknown_to_git(self, paths: list[str]) -> list[str]:
        if not paths:
            return []
        in_head = self.place.git.sizes(f"HEAD:{path}" for path in paths)
        return [path for path, size in zip(paths, in_head, strict=True) if size is None]


@dataclass(frozen=True, slots=True)
class _Entries:
    """Index entries by path: modes, and contents."""

    modes: dict[str, str]
    sides: dict[str, Side]


_DANGLING = Unreadable("a symbolic link that leads nowhere in the repository")


def _load(git: Git, paths: list[str], entries: _Entries) -> None:
    if not paths:  # git would list everything
        return
    records = git.records("--literal-pathspecs", "ls-files", "-s", "-z", "--", *paths)
    by_path: dict[str, tuple[str, str]] = {}
    for record in records:
        head, _, raw_path = record.partition(b"\t")
        mode, oid, stage = head.decode().split(" ")
        path = os.fsdecode(raw_path)
        if path in paths:  # a pathspec that names a folder lists what is in it
            if stage == "0":
                by_path[path] = mode, oid
            else:
                entries.modes[path] = mode
                entries.sides[path] = Unreadable("in conflict: git has several versions of it")
    sizes = _sizes(git, by_path)
    fitting = [path for path in by_path if sizes[path] <= MAX_BYTES]
    blobs = dict(zip(fitting, git.blobs(by_path[path][1] for path in fitting), strict=True))
    intended = _intended_only(git, [path for path, blob in blobs.items() if blob == b""])
    for path, (mode, _) in by_path.items():
        if path in intended:
            continue
        blob = blobs.get(path)
        entries.modes[path] = mode
        if mode == _GITLINK:
            entries.sides[path] = Unreadable("a submodule")
        elif sizes[path] > MAX_BYTES:
            entries.sides[path] = too_large(sizes[path])
        elif blob is None:
            entries.sides[path] = Unreadable("its content is missing from git's object store")
        else:
            entries.sides[path] = readable(blob)


def _sizes(git: Git, by_path: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """How large the content at each path is, so that what is too large is never fetched."""
    if not by_path:
        return {}
    found = git.sizes(oid for _, oid in by_path.values())
    return {path: size or 0 for path, size in zip(by_path, found, strict=True)}


def _intended_only(git: Git, empty: list[str]) -> set[str]:
    """Paths that ``git add -N`` announced: in the index, and not in the next commit.

    Against the empty tree only what is really added shows; ``diff-files`` would tell them too,
    but may start the repository's filters.
    """
    if not empty:
        return set()
    nothing = git.text("hash-object", "-t", "tree", "--stdin")
    told = git.records(
        "--literal-pathspecs",
        "diff-index",
        "--cached",
        "--ita-invisible-in-index",
        "--name-only",
        "-z",
        nothing,
        "--",
        *empty,
    )
    return set(empty) - {os.fsdecode(path) for path in told}


def _is_link(path: str, entries: _Entries) -> bool:
    return entries.modes.get(path) == _LINK


def _target(path: str, entries: _Entries) -> str | None:
    content = entries.sides[path]
    return (
        aliases.resolve_relative(path, os.fsdecode(content)) if isinstance(content, bytes) else None
    )


def _follow(path: str, entries: _Entries) -> tuple[str | None, str | None]:
    """Where a path ends after links (None: nowhere), and the first link's target."""
    first = None
    end: str | None = path
    for _ in range(_LINKS_FOLLOWED):
        if end is None or not _is_link(end, entries):
            return end, first
        end = _target(end, entries)
        first = first or end
    return None, first


def skipped(git: Git, paths: Iterable[str]) -> list[str]:
    """Those of the paths that a sparse checkout left out of the work tree."""
    records = git.records("--literal-pathspecs", "ls-files", "-t", "-z", "--", *paths)
    return [os.fsdecode(record[2:]) for record in records if record.startswith(b"S ")]
