"""Folders of the registry, read whole and written whole: templates, and what belongs to an item.

An item's own file says what it is. What else it came with (a skill's ``scripts/`` and
``references/``, the Markdown that an agent was made of) stands in the folder of its name beside
that file. Nothing in it is ever run by us.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from studio_git import beneath, files
from studio_git.core import copierfile, names
from studio_git.core.copierfile import CopierFile
from studio_git.core.registrylayout import COPIER_FILES
from studio_git.core.registrytypes import SUFFIXES
from studio_git.core.text import MAX_BYTES, readable
from studio_git.errors import FileChangedError, StudioError, UsageError
from studio_git.services.registryitems import Item
from studio_git.store.connection import Store

MAX_FILES = 2000
MAX_TOTAL = 10 * MAX_BYTES
NOT_COPIED = frozenset({".git", "__pycache__", ".DS_Store"})


class RegistryFile(NamedTuple):
    """A file of a folder, and whether it may be run by whoever uses it."""

    data: bytes
    executable: bool


Contents = Mapping[str, RegistryFile]
"""The files of a folder by their paths in it, with "/"."""


def contents(folder: Path, *, skip: str = "") -> Contents:
    """All files of a folder but ``skip``; not git's own.

    Raises UsageError for links and other things that are no files, for a path that not every
    system can hold, and for more than 2,000 files or 20 MiB.
    """
    found: dict[str, RegistryFile] = {}
    total = 0
    for relative, status in _below(folder):
        if relative == skip:
            continue
        names.check_repo_path(relative)
        found[relative] = one = _read(folder / relative, folder, status)
        total += len(one.data)
        check_size(str(folder), len(found), total)
    return found


def _below(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        yield from beneath.below(folder, leave=NOT_COPIED)
    except beneath.LeadsOutError as error:
        raise _led_out(folder) from error
    except OSError as error:
        raise StudioError(
            f"{folder} cannot be read: {error.strerror}.", "Look at its permissions."
        ) from error


def check_size(shown: str, count: int, total: int) -> None:
    """Raise UsageError for more than an item may consist of."""
    if count > MAX_FILES or total > MAX_TOTAL:
        raise UsageError(
            f"{shown} is too large for the registry.",
            f"An item can have {MAX_FILES:,} files and {MAX_TOTAL:,} bytes.",
        )


def beside(item: Item) -> Path | None:
    """The folder of what belongs to an item besides its file, be it there or not.

    None for a template, which is a folder itself, and where the item has no file of ours.
    """
    suffix = SUFFIXES[item.type]
    if item.path is None or not suffix or not item.path.name.endswith(suffix):
        return None
    return item.path.with_name(item.path.name.removesuffix(suffix))


def belongings(item: Item) -> Contents:
    """What belongs to an item besides its file; of a template, all of it.

    Raises UsageError and StudioError as :func:`contents`.
    """
    folder = item.path if not SUFFIXES[item.type] else beside(item)
    if folder is None or folder.is_symlink() or not folder.is_dir():
        return {}
    return contents(folder)


def copier_file(found: Contents) -> CopierFile:
    """What a template's own ``copier.yml`` says; nothing where it has none."""
    for name in COPIER_FILES:
        side = readable(found[name].data) if name in found else None
        if isinstance(side, bytes):
            return copierfile.read(side.decode("utf-8"))
    return CopierFile()


def copier_path(folder: Path) -> Path:
    """Where a template's own file is, or would be."""
    paths = [folder / name for name in COPIER_FILES]
    return next((path for path in paths if path.is_file()), paths[0])


def copier_file_at(folder: Path) -> CopierFile:
    """What the ``copier.yml`` in a template's folder says."""
    path = copier_path(folder)
    side = files.read_side(path, inside=folder)
    return copier_file({path.name: RegistryFile(side, False)} if isinstance(side, bytes) else {})


def write(store: Store, target: Path, found: Contents) -> None:
    """Write a folder, which appears only when it is whole.

    Raises FileChangedError where something stands there, StudioError where it cannot be written.
    """
    staging = target.with_name(f".{target.name}.{os.getpid()}.studio-tmp")
    files.make_private(staging)
    try:
        for relative, one in found.items():
            files.make_private((staging / relative).parent)
            files.write_whole(
                staging / relative,
                one.data,
                inside=staging,
                expected=None,
                lock=store.lock,
                mode=files.FOLDER_MODE if one.executable else files.FILE_MODE,
            )
        with files.locked(store.lock):
            if target.exists() or target.is_symlink():
                raise FileChangedError(
                    f"{target} came to be meanwhile; nothing was written.", "Run it again."
                )
            files.rename(staging, target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def replace(store: Store, target: Path, found: Contents) -> None:
    """Put another content in place of a folder; an empty one takes it away.

    What was there is gone then: keep it first. Raises StudioError where it cannot be written.
    """
    old = target.with_name(f".{target.name}.{os.getpid()}.studio-old")
    if target.is_symlink():
        raise StudioError(
            f"{target} is a symbolic link; it is left alone.", "Put a folder in its place."
        )
    there = target.is_dir()
    try:
        if there:
            files.rename(target, old)
        try:
            if found:
                write(store, target, found)
        except BaseException:
            if there:
                files.rename(old, target)
            raise
    except OSError as error:
        raise StudioError(
            f"{target} cannot be changed: {error.strerror}.", "Look at its permissions."
        ) from error
    shutil.rmtree(old, ignore_errors=True)


def remove(store: Store, item: Item) -> None:
    """Take away what belongs to an item; of a template, all of it."""
    folder = item.path if not SUFFIXES[item.type] else beside(item)
    if folder is not None:
        replace(store, folder, {})


def _read(path: Path, folder: Path, status: os.stat_result) -> RegistryFile:
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(
            f"{path} is no regular file; it cannot be in the registry.",
            "Take it out of the folder, or put a copy of the file in its place.",
        )
    if status.st_size > MAX_TOTAL:
        raise UsageError(f"{path} is too large for the registry.", "Take it out of the folder.")
    try:
        data = beneath.read(path, inside=folder, most=MAX_TOTAL + 1)
        return RegistryFile(data, bool(status.st_mode & stat.S_IXUSR))
    except beneath.LeadsOutError as error:
        raise _led_out(folder) from error
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read: {error.strerror}.", "Look at its permissions."
        ) from error


def _led_out(folder: Path) -> UsageError:
    return UsageError(
        f"something in {folder} came to lead out of it; nothing was taken.",
        "Look at its symbolic links, and who changes them.",
    )
