"""What stands below a folder, reached so that no link leads out of it.

Whoever can write to a work tree can put a link in the place of a folder between our look and our
use of it. So a path is walked part by part: each folder is opened from the one before it and
never through a link. Where a link stands it is asked where it leads, and the walk begins again
there if that is below too. What was opened is what is read and written. Where files cannot be
opened so (Windows), the path is looked at before it is used.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

_HELD = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_MOST_LINKS = 40
"""So many links of one path are followed, as Linux has it."""

_A_LINK = (errno.ELOOP, errno.EMLINK, errno.ENOTDIR)
"""What systems say of a link that is not to be followed."""

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_WAY = _FOLDER | getattr(os, "O_PATH", os.O_RDONLY)
"""A folder that is only passed through need not be readable."""


class LeadsOutError(Exception):
    """A path that leads out; ``by_itself`` where the file is the link, and no folder before it."""

    def __init__(self, *, by_itself: bool) -> None:
        super().__init__()
        self.by_itself = by_itself


@dataclass(frozen=True, slots=True)
class Spot:
    """A name in a folder that is held open; other names are those of files beside it.

    ``way`` is the folder's path, for systems that cannot hold one (``folder`` is None).
    """

    name: str
    way: Path
    folder: int | None

    def status(self) -> os.stat_result | None:
        """What stands there, a link for itself; None if nothing does."""
        try:
            return os.stat(self._at(self.name), dir_fd=self.folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, most: int = -1) -> bytes:
        """The bytes of a regular file, or so many of them.

        Raises OSError: IsADirectoryError for a folder, ELOOP for a link, EINVAL for other things.
        """
        status = self.status()
        if status is not None and not stat.S_ISLNK(status.st_mode):
            _require_file(status)  # a device may do something when it is opened
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = self.open(self.name, flags)
        with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor
            _require_file(os.fstat(handle))
            return file.read(most)

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open a file of the folder, never through a link; its descriptor."""
        return os.open(self._at(name), flags | _NOFOLLOW, mode, dir_fd=self.folder)

    def replace(self, name: str) -> None:
        """Put another file of the folder in the place of this one."""
        os.replace(
            self._at(name), self._at(self.name), src_dir_fd=self.folder, dst_dir_fd=self.folder
        )

    def remove(self, name: str) -> None:
        """Remove a file of the folder."""
        os.unlink(self._at(name), dir_fd=self.folder)

    def entries(self) -> list[tuple[str, bool]]:
        """The names of everything in the folder, and whether each is a folder, not a link."""
        if self.folder is None:
            with os.scandir(self.way) as found:
                return [(each.name, each.is_dir(follow_symlinks=False)) for each in found]
        handle = os.open(".", os.O_RDONLY | _FOLDER, dir_fd=self.folder)
        try:
            with os.scandir(handle) as found:
                return [(each.name, each.is_dir(follow_symlinks=False)) for each in found]
        finally:
            os.close(handle)

    def sync(self) -> None:
        """Wait until the names of the folder are on the disk, as far as that can be asked for."""
        sync_names("." if self.folder is not None else self.way, self.folder)

    def _at(self, name: str) -> str:
        return name if self.folder is not None else os.path.join(self.way, name)  # noqa: PTH118


@contextmanager
def spot(path: Path, *, inside: Path, make: int | None = None) -> Iterator[Spot]:
    """Hold the folder that a path is in open; missing ones are made with the mode ``make``.

    Links of folders are followed as long as they lead to somewhere below ``inside``. Raises
    LeadsOutError where they do not, and OSError where a folder is missing or is none.
    """
    with _held(_parts(path.parent, inside), path.name, inside, make) as found:
        yield found


def read(path: Path, *, inside: Path, most: int = -1) -> bytes:
    """The bytes of a regular file, or so many of them; links are followed that stay below.

    Raises LeadsOutError, and OSError as :meth:`Spot.read`.
    """
    parts = _parts(path.parent, inside)
    name = path.name
    for _ in range(_MOST_LINKS):
        with _held(parts, name, inside, None) as found:
            try:
                return found.read(most)
            except OSError as error:
                if error.errno not in _A_LINK:
                    raise
        *parts, name = _led(inside, [*parts, name], by_itself=True)
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def entries(folder: Path, *, inside: Path) -> list[tuple[str, bool]]:
    """What is in a folder, as :meth:`Spot.entries`; links are followed that stay below.

    Raises LeadsOutError, and OSError.
    """
    with spot(folder / "name", inside=inside) as found:
        return found.entries()


def below(folder: Path, *, leave: Collection[str] = ()) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below a folder but folders, by its path with "/", links for themselves.

    What bears a name of ``leave`` is left out, with what is in it. Raises LeadsOutError, and
    OSError for a folder that cannot be read.
    """
    waiting = [""]
    while waiting:
        at = waiting.pop()
        with spot(folder / at / "name", inside=folder) as found:
            for name, is_folder in sorted(found.entries()):
                path = f"{at}/{name}" if at else name
                status = None if name in leave else replace(found, name=name).status()
                if is_folder and name not in leave:
                    waiting.append(path)
                elif status is not None and not stat.S_ISDIR(status.st_mode):
                    yield path, status


def resolved(path: Path, top: Path) -> Path:
    """Where a path leads. Raises LeadsOutError for one below ``top`` that leads elsewhere."""
    real = os.path.realpath(path)
    if path.is_relative_to(top):
        _below(real, top, by_itself=True)
    return Path(real)


@contextmanager
def _held(parts: Sequence[str], name: str, inside: Path, make: int | None) -> Iterator[Spot]:
    way = inside.joinpath(*parts)
    if not _HELD:
        _led(inside, parts, by_itself=False)
        if make is not None:
            way.mkdir(mode=make, parents=True, exist_ok=True)
        yield Spot(name, way, None)
        return
    handle = _walked(list(parts), inside, make)
    try:
        yield Spot(name, way, handle)
    finally:
        os.close(handle)


def _walked(parts: list[str], inside: Path, make: int | None) -> int:
    """Open a folder below another one; its descriptor."""
    for _ in range(_MOST_LINKS):
        handle = os.open(inside, _WAY)
        for number, part in enumerate(parts):
            try:
                following = _step(handle, part, make)
            finally:
                os.close(handle)
            if following is None:
                walked = _led(inside, parts[: number + 1], by_itself=False)
                parts = [*walked, *parts[number + 1 :]]
                break
            handle = following
        else:
            return handle
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _step(handle: int, part: str, make: int | None) -> int | None:
    """Open a folder in a folder; None where a link stands there, or stood there a moment ago."""
    if make is not None:
        try:
            os.mkdir(part, make, dir_fd=handle)
        except FileExistsError:
            pass
        else:
            sync_names(".", handle)
    try:
        return os.open(part, _WAY | _NOFOLLOW, dir_fd=handle)
    except OSError as error:
        if error.errno not in _A_LINK:
            raise
        mode = os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode
        if not stat.S_ISLNK(mode) and not stat.S_ISDIR(mode):
            raise
        return None


def sync_names(folder: str | os.PathLike[str], handle: int | None = None) -> None:
    """Wait until the names in a folder are on the disk, as far as that can be asked for.

    With ``handle`` the folder is one below that one.
    """
    if os.name == "nt":  # folders cannot be opened there
        return
    try:
        opened = os.open(folder, os.O_RDONLY | _FOLDER, dir_fd=handle)
    except PermissionError:  # it may be written and not read
        return
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # what a file system says that does not know of it
            raise
    finally:
        os.close(opened)


def _require_file(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")


def _parts(folder: Path, inside: Path) -> list[str]:
    """The way from one folder to another that is below it, as it is written."""
    try:
        parts = list(folder.relative_to(inside).parts)
    except ValueError:
        parts = [".."]
    if ".." not in parts:
        return parts
    return _below(os.path.realpath(folder), inside, by_itself=False)


def _led(inside: Path, parts: Sequence[str], *, by_itself: bool) -> list[str]:
    """The way to where a path leads at the moment; it may lead elsewhere at the next one."""
    real = os.path.realpath(inside.joinpath(*parts))
    found = _below(real, inside, by_itself=by_itself)
    return found or ["."]


def _below(real: str, inside: Path, *, by_itself: bool) -> list[str]:
    way = Path(real)
    top = Path(os.path.realpath(inside))
    if not way.is_relative_to(top):
        raise LeadsOutError(by_itself=by_itself)
    return list(way.relative_to(top).parts)
