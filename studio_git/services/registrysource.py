"""Where registry items can come from: a folder, a file, or a git repository.

Of a repository nothing is checked out: it is cloned bare and shallow into a temporary folder, and
read from git's objects. So no hook, no filter and no link of it ever has a say.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from studio_git import beneath, gitio
from studio_git.core.registrytypes import FOLDERS
from studio_git.core.skillfolders import SKILL_FILE
from studio_git.errors import GitError, StudioError, UsageError
from studio_git.gitio import Git
from studio_git.services.registryfolders import (
    NOT_COPIED,
    Contents,
    RegistryFile,
    check_size,
)
from studio_git.services.registryitems import REGISTRY

MOST_PATHS = 200_000

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:", re.IGNORECASE)
_PROTOCOLS = "file:git:http:https:ssh"
_NOT_LOOKED_AT = NOT_COPIED | {"node_modules", ".venv"}
_NAMED_SO = {REGISTRY, *FOLDERS.values()}


class Entry(NamedTuple):
    """A file: how large it is, and whether it may be run."""

    size: int
    executable: bool


class Tree(Protocol):
    """The files of a source by their paths, with "/"."""

    @property
    def name(self) -> str:
        """What the source is called."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Its files."""

    @property
    def links(self) -> frozenset[str]:
        """The paths of links and other things that are no files."""

    def read(self, paths: Iterable[str]) -> Contents:
        """The files at some paths. Raises StudioError where they cannot be read."""

    def where(self, path: str) -> str:
        """A path as it is told to who named the source."""


@dataclass
class _Folder:
    """Files on disk below ``root``; ``places`` says where each of them stands."""

    name: str
    top: Path
    root: Path
    prefix: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    places: dict[str, Path] = field(default_factory=dict)

    def read(self, paths: Iterable[str]) -> Contents:
        found = {}
        for path in paths:
            place = self.places[path]
            try:
                data = beneath.read(place, inside=self.root)
            except beneath.LeadsOutError as error:
                raise StudioError(f"{place} leads out of {self.root}.", "Look at it.") from error
            except OSError as error:
                raise StudioError(
                    f"{place} cannot be read: {error.strerror}.", "Look at its permissions."
                ) from error
            found[path] = RegistryFile(data, self.entries[path].executable)
        return found

    def where(self, path: str) -> str:
        inside = path.removeprefix(self.prefix)
        return str(self.top / inside) if inside else str(self.top)


@dataclass
class _Commit:
    """The files of a commit."""

    name: str
    git: Git
    entries: dict[str, Entry]
    oids: dict[str, str]
    links: frozenset[str] = frozenset()

    def read(self, paths: Iterable[str]) -> Contents:
        wanted = list(paths)
        blobs = self.git.blobs(self.oids[path] for path in wanted)
        return {
            path: RegistryFile(blob or b"", self.entries[path].executable)
            for path, blob in zip(wanted, blobs, strict=True)
        }

    def where(self, path: str) -> str:
        return path


def is_address(source: str) -> bool:
    """True for what only git can fetch: a URL, or ``user@host:path``."""
    return _ADDRESS.match(source) is not None


@contextmanager
def opened(source: str, revision: str | None = None) -> Iterator[Tree]:
    """The files of a source, for the length of the block.

    ``revision`` is a branch or a tag of a repository; its HEAD unless said. Raises UsageError
    where there is nothing, StudioError where it cannot be had.
    """
    path = Path(source)
    local = not is_address(source)
    if local and not path.exists():
        raise UsageError(f"there is no folder or file {source}.", "Name one, or a git address.")
    if local and revision is None and not _is_bare(path):
        yield _at(path)
        return
    with tempfile.TemporaryDirectory(prefix="studio-git-") as folder:
        address = path.resolve().as_uri() if local else source
        yield _cloned(address, Path(folder), revision)


def _at(path: Path) -> _Folder:
    whole = path.resolve()
    if whole.is_dir():
        return _walked(whole, path)
    if whole.name == SKILL_FILE:
        return _walked(whole.parent, path.parent)
    shown = f"agents/{whole.name}" if whole.suffix == ".md" else whole.name
    entries, places = {shown: _entry(whole.lstat())}, {shown: whole}
    return _Folder(whole.parent.name, path, whole.parent, shown, entries, places=places)


def _walked(folder: Path, top: Path) -> _Folder:
    # A folder of one type says so by its name alone.
    prefix = f"{folder.name}/" if folder.name in _NAMED_SO else ""
    tree = _Folder(folder.name, top, folder, prefix)
    links = set()
    for path, found in _below(folder):
        if stat.S_ISREG(found.st_mode):
            tree.entries[prefix + path] = _entry(found)
            tree.places[prefix + path] = folder / path
            _check_number(tree.entries, str(folder))
        else:
            links.add(prefix + path)
    tree.links = frozenset(links)
    return tree


def _below(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        yield from beneath.below(folder, leave=_NOT_LOOKED_AT)
    except beneath.LeadsOutError as error:
        raise StudioError(
            f"something in {folder} came to lead out of it; nothing was taken.",
            "Look at its symbolic links, and who changes them.",
        ) from error
    except OSError as error:
        raise StudioError(
            f"{folder} cannot be read: {error.strerror}.", "Look at its permissions."
        ) from error


def _entry(found: os.stat_result) -> Entry:
    return Entry(found.st_size, bool(found.st_mode & stat.S_IXUSR))


def _check_number(entries: Mapping[str, Entry], shown: str) -> None:
    if len(entries) > MOST_PATHS:
        raise UsageError(
            f"{shown} has more than {MOST_PATHS:,} files.", "Name the folder that the items are in."
        )


def _is_bare(path: Path) -> bool:
    return path.is_dir() and all((path / name).exists() for name in ("HEAD", "objects", "refs"))


def _cloned(address: str, folder: Path, revision: str | None) -> _Commit:
    git = Git(folder)
    git.environment["GIT_ALLOW_PROTOCOL"] = _PROTOCOLS
    words = ["clone", "--quiet", "--bare", "--depth", "1", "--no-tags", "--template="]
    words += [] if revision is None else [f"--branch={revision}"]
    target = folder / "clone"
    try:
        git.run("-c", f"core.hooksPath={os.devnull}", *words, "--", address, str(target))
    except GitError as error:
        said = error.message.partition(" failed: ")[2] or error.message
        raise StudioError(
            f"{address} cannot be cloned: {said.rstrip('.')}.",
            "Look at the address, and whether you may read it: git ls-remote ADDRESS",
        ) from error
    name = address.rstrip("/").rpartition("/")[2].rpartition(":")[2].removesuffix(".git")
    return _listed(Git(target, git_dir=target), name, address)


def _listed(git: Git, name: str, address: str) -> _Commit:
    status, output, _ = git.ask("ls-tree", "-r", "-l", "-z", "HEAD")
    if status:
        raise UsageError(f"{address} has no commit.", "Name another repository, or a branch.")
    tree = _Commit(name, git, {}, {})
    links = set()
    for record in gitio.zsplit(output):
        head, _, raw_path = record.partition(b"\t")
        mode, kind, oid, size = head.decode().split()
        path = os.fsdecode(raw_path)
        if kind == "blob" and mode.startswith("100"):
            tree.entries[path] = Entry(int(size), mode == "100755")
            tree.oids[path] = oid
        else:
            links.add(path)
    _check_number(tree.entries, address)
    tree.links = frozenset(links)
    return tree


def read_whole(tree: Tree, paths: Iterable[str], shown: str) -> Contents:
    """The files of one item. Raises UsageError for more than an item may consist of."""
    wanted = list(paths)
    sizes = [tree.entries[path].size for path in wanted]
    check_size(shown, len(wanted), sum(sizes) if sizes else 0)
    return tree.read(wanted)
