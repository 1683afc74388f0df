"""Files written whole and never through a link; locks between processes.

A write is: lock, check that the content is still what was read, a temporary file in the same
folder, fsync, rename, fsync of the folder. So a reader sees the old bytes or the new ones, and
a power cut leaves one of them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from studio_git.core.models import Side, Unreadable
from studio_git.core.text import MAX_BYTES, readable
from studio_git.errors import FileChangedError, StudioError

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_private(*folders: Path) -> None:
    """Make folders and their missing parents, readable by their owner alone.

    What is waited for in them later is not lost by a power cut that takes the folder away: their
    names are on the disk. Raises StudioError where that cannot be done.
    """
    parents: dict[Path, None] = {}
    for folder in folders:
        parents |= _make_missing(folder)
    for parent in parents:
        sync_names(parent)


def _make_missing(folder: Path) -> dict[Path, None]:
    """Make a folder and its missing parents; the folders that something was made in."""
    missing = []
    while not os.path.isdir(folder):  # noqa: PTH112 - unlike Path's, it never raises
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        try:
            path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        except OSError as error:
            raise StudioError(
                f"the folder {path} cannot be made: {error.strerror}.",
                "Look at what stands in its place, and at the permissions around it; STUDIO_HOME "
                "names another Studio home.",
            ) from error
    return dict.fromkeys(path.parent for path in reversed(missing))


def read_side(path: Path, *, inside: Path) -> Side:
    """One side of a context file: its bytes, why they cannot be had, or None if it is absent.

    A symbolic link is followed only where it ends inside ``inside``.
    """
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            real = path.resolve()
            if not real.is_relative_to(inside.resolve()):
                return Unreadable("a symbolic link that leads out of the work tree")
            mode = real.stat().st_mode
        if not _stays_inside(path, inside):
            return Unreadable("reached through a symbolic link that leads out of the work tree")
        if stat.S_ISDIR(mode):
            return Unreadable("a directory")
        if not stat.S_ISREG(mode):
            return Unreadable("not a regular file")
        with path.open("rb") as file:
            return readable(file.read(MAX_BYTES + 1))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except RuntimeError:  # Path.resolve on Python 3.11 and 3.12
        return Unreadable("a symbolic link that leads to itself")
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Unreadable("a symbolic link that leads to itself")
        return Unreadable(f"cannot be read: {error.strerror}")


def read_bytes(path: Path) -> bytes | None:
    """The bytes of a file; None if there is none. Raises StudioError if they cannot be had."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read: {error.strerror}.",
            "It has to be a regular file that you may read.",
        ) from error


def write_whole(
    path: Path,
    data: bytes,
    *,
    inside: Path,
    expected: bytes | None,
    lock: Path,
    mode: int = FILE_MODE,
) -> None:
    """Put ``data`` in place of the file, if it still holds ``expected`` (None: is absent).

    ``lock`` is the file that writers of this tree agree on. An existing file keeps its mode; a
    new one has ``mode``, and folders made for a private file are private too.
    Raises FileChangedError if it holds anything else, and StudioError if the path is a link,
    leaves ``inside`` or cannot be written; the file is then as it was.
    """
    _make_parents(path, inside=inside, private=mode == FILE_MODE)
    with locked(lock):
        if path.is_symlink():
            raise StudioError(
                f"{path} is a symbolic link; nothing is written through a link.",
                "Write to the file it leads to, or replace the link by a file.",
            )
        found = read_bytes(path)
        if found != expected:
            raise FileChangedError(
                f"{path} changed while it was being worked on; nothing was written.",
                "Run the command again.",
            )
        if found is not None:
            mode = stat.S_IMODE(path.stat().st_mode)
        _replace(path, data, mode)


def write_new(
    folder: Path, contents: Mapping[str, bytes], *, inside: Path, lock: Path
) -> list[str]:
    """Put private files, by their names, where nothing of those names stands, all in one go.

    The names that are taken are returned, and what stands there is left alone. The disk is not
    waited for: a file is whole for every process at once, and after a power cut only if
    :func:`sync` was called before it. Raises StudioError as :func:`write_whole`; files before
    the one that could not be written stand then.
    """
    _make_parents(folder / "file", inside=inside, private=True)
    taken = []
    with locked(lock):
        there = set(os.listdir(folder))  # noqa: PTH208 - names alone, of many files
        for name, data in contents.items():
            if name in there:
                taken.append(name)
            else:
                _replace(folder / name, data, FILE_MODE, wait=False)
    return taken


def sync(folder: Path, names: Iterable[str]) -> None:
    """Wait until what was written to these files of a folder is on the disk."""
    if hasattr(os, "sync"):  # one call instead of one for each of thousands
        os.sync()
        return
    for name in names:  # Windows
        with (folder / name).open("r+b") as file:
            os.fsync(file.fileno())


def remove(path: Path, *, inside: Path, expected: bytes, lock: Path) -> None:
    """Remove a file that still holds ``expected``; errors as :func:`write_whole`."""
    with locked(lock):
        if path.is_symlink() or not _stays_inside(path, inside) or read_bytes(path) != expected:
            raise FileChangedError(
                f"{path} changed while it was being worked on; it was not removed.",
                "Run the command again.",
            )
        path.unlink()
        sync_names(path.parent)


def rename(source: Path, target: Path) -> None:
    """Give a file or folder another name, and wait until the disk has it. Raises OSError."""
    source.rename(target)
    sync_names(target.parent)
    if source.parent != target.parent:
        sync_names(source.parent)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, as far as that can be asked for."""
    if os.name == "nt":  # folders cannot be opened there
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # it may be written and not read
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # what a file system says that does not know of it
            raise
    finally:
        os.close(handle)


def append_line(path: Path, line: str) -> None:
    """Append one short record; of up to a page, none is torn by another writer's."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags, FILE_MODE)
    try:
        os.write(handle, line.encode("utf-8", "backslashreplace") + b"\n")
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock between processes for the length of the block; the kernel frees a dead one's.

    Yields False, at once, where ``wait`` is False and somebody else holds it. Raises StudioError
    where the lock's file cannot be opened.
    """
    make_private(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), FILE_MODE)
    except OSError as error:
        raise StudioError(
            f"{path} cannot be locked: {error.strerror}.",
            "Look at the permissions of its folder; nothing was changed.",
        ) from error
    try:
        yield _lock(handle, wait=wait)
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        how = getattr(msvcrt, "LK_LOCK" if wait else "LK_NBLCK")
        try:
            msvcrt.locking(handle, how, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _make_parents(path: Path, *, inside: Path, private: bool) -> None:
    if not _stays_inside(path, inside):
        raise StudioError(
            f"{path} leads out of {inside}; nothing was written.",
            "Look at the symbolic links on the way to it.",
        )
    if private:
        make_private(path.parent)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(
            f"the folder {path.parent} cannot be made: {error.strerror}.",
            "Look at what stands in its place.",
        ) from error


def _stays_inside(path: Path, inside: Path) -> bool:
    return path.parent.resolve().is_relative_to(inside.resolve())


def _replace(path: Path, data: bytes, mode: int, *, wait: bool = True) -> None:
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.studio-tmp")
    try:
        temporary.unlink(missing_ok=True)  # a writer of our number that was killed left it
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if wait:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StudioError(
            f"{path} cannot be written: {error.strerror}.",
            "Look at the free space and at the permissions of its folder.",
        ) from error
    if wait:
        sync_names(path.parent)
