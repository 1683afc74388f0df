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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from studio_git import beneath
from studio_git.beneath import Spot
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

    A symbolic link is followed only where it ends inside ``inside``, whoever swaps it meanwhile.
    """
    try:
        return readable(beneath.read(path, inside=inside, most=MAX_BYTES + 1))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except beneath.LeadsOutError as error:
        how = "a" if error.by_itself else "reached through a"
        return Unreadable(f"{how} symbolic link that leads out of the work tree")
    except IsADirectoryError:
        return Unreadable("a directory")
    except OSError as error:
        known = {
            errno.ELOOP: "a symbolic link that leads to itself",
            errno.EINVAL: "not a regular file",
        }
        return Unreadable(known.get(error.errno or 0, f"cannot be read: {error.strerror}"))


def read_bytes(path: Path, *, inside: Path | None = None) -> bytes | None:
    """The bytes of a file; None if there is none. Raises StudioError if they cannot be had.

    With ``inside``, where others can write, no link is followed that leads out of that folder.
    """
    try:
        return path.read_bytes() if inside is None else beneath.read(path, inside=inside)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except beneath.LeadsOutError as error:
        raise _leads_out(path, inside, "read") from error
    except OSError as error:
        raise _unreadable(path, error) from error


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
    with _spot(path, inside=inside, private=mode == FILE_MODE) as spot, locked(lock):
        status = spot.status()
        if status is not None and stat.S_ISLNK(status.st_mode):
            raise StudioError(
                f"{path} is a symbolic link; nothing is written through a link.",
                "Write to the file it leads to, or replace the link by a file.",
            )
        found = _content(path, spot)
        if found != expected:
            raise FileChangedError(
                f"{path} changed while it was being worked on; nothing was written.",
                "Run the command again.",
            )
        if found is not None and status is not None:
            mode = stat.S_IMODE(status.st_mode)
        _replace(path, spot, data, mode)


def write_new(
    folder: Path, contents: Mapping[str, bytes], *, inside: Path, lock: Path
) -> list[str]:
    """Put private files, by their names, where nothing of those names stands, all in one go.

    The names that are taken are returned, and what stands there is left alone. The disk is not
    waited for: a file is whole for every process at once, and after a power cut only if
    :func:`sync` was called before it. Raises StudioError as :func:`write_whole`; files before
    the one that could not be written stand then.
    """
    taken = []
    with _spot(folder / "file", inside=inside, private=True) as spot, locked(lock):
        there = {name for name, _ in spot.entries()}
        for name, data in contents.items():
            if name in there:
                taken.append(name)
            else:
                _replace(folder / name, replace(spot, name=name), data, FILE_MODE, wait=False)
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
    changed = FileChangedError(
        f"{path} changed while it was being worked on; it was not removed.",
        "Run the command again.",
    )
    try:
        with beneath.spot(path, inside=inside) as spot, locked(lock):
            status = spot.status()
            if status is None or stat.S_ISLNK(status.st_mode) or _content(path, spot) != expected:
                raise changed
            spot.remove(path.name)
            spot.sync()
    except (beneath.LeadsOutError, FileNotFoundError, NotADirectoryError) as error:
        raise changed from error


def rename(source: Path, target: Path) -> None:
    """Give a file or folder another name, and wait until the disk has it. Raises OSError."""
    source.rename(target)
    sync_names(target.parent)
    if source.parent != target.parent:
        sync_names(source.parent)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, as far as that can be asked for."""
    beneath.sync_names(folder)


def append_line(path: Path, line: str) -> None:
    """Append one short record; of up to a page, none is torn by another writer's.

    Raises OSError where it cannot be written whole.
    """
    data = line.encode("utf-8", "backslashreplace") + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags, FILE_MODE)
    try:
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
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


@contextmanager
def _spot(path: Path, *, inside: Path, private: bool) -> Iterator[Spot]:
    """Hold the folder of a file that is to be written, made where it is missing."""
    if private:
        make_private(inside)
    with ExitStack() as stack:
        try:
            if not private:
                inside.mkdir(parents=True, exist_ok=True)
            make = FOLDER_MODE if private else 0o777
            spot = stack.enter_context(beneath.spot(path, inside=inside, make=make))
        except beneath.LeadsOutError as error:
            raise _leads_out(path, inside, "written") from error
        except OSError as error:
            raise StudioError(
                f"the folder {path.parent} cannot be made: {error.strerror}.",
                "Look at what stands in its place, and at the permissions around it.",
            ) from error
        yield spot


def _content(path: Path, spot: Spot) -> bytes | None:
    try:
        return spot.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error) from error


def _replace(path: Path, spot: Spot, data: bytes, mode: int, *, wait: bool = True) -> None:
    temporary = f".{spot.name[:40]}.{os.getpid()}.studio-tmp"
    try:
        with suppress(FileNotFoundError):  # a writer of our number that was killed left it
            spot.remove(temporary)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = spot.open(temporary, flags, mode)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(data)
                file.flush()
                if hasattr(os, "fchmod"):
                    os.fchmod(handle, mode)  # whatever the umask took
                if wait:
                    os.fsync(handle)
            spot.replace(temporary)
        except BaseException:
            with suppress(FileNotFoundError):
                spot.remove(temporary)
            raise
    except OSError as error:
        raise StudioError(
            f"{path} cannot be written: {error.strerror}.",
            "Look at the free space and at the permissions of its folder.",
        ) from error
    if wait:
        spot.sync()


def _leads_out(path: Path, inside: Path | None, done: str) -> StudioError:
    return StudioError(
        f"{path} leads out of {inside}; nothing was {done}.",
        "Look at the symbolic links on the way to it.",
    )


def _unreadable(path: Path, error: OSError) -> StudioError:
    return StudioError(
        f"{path} cannot be read: {error.strerror}.",
        "It has to be a regular file that you may read.",
    )
