"""The folders of templates: read whole, and written whole."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from studio_git import files
from studio_git.core import names
from studio_git.core.text import MAX_BYTES
from studio_git.errors import FileChangedError, StudioError, UsageError
from studio_git.store.connection import Store

MAX_FILES = 2000
MAX_TOTAL = 10 * MAX_BYTES
_NOT_COPIED = frozenset({".git", "__pycache__", ".DS_Store"})


class TemplateFile(NamedTuple):
    """A file of a template, and whether it may be run by whoever makes a project of it."""

    data: bytes
    executable: bool


Contents = Mapping[str, TemplateFile]
"""The files of a template by their paths in it, with "/"."""


def contents(folder: Path) -> Contents:
    """All files of a folder; not git's own.

    Raises UsageError for links and other things that are no files, for a path that not every
    system can hold, and for more than 2,000 files or 20 MiB.
    """
    found: dict[str, TemplateFile] = {}
    total = 0
    for top, folders, entries in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if name not in _NOT_COPIED)
        for name in [*folders, *sorted(entries)]:
            path = Path(top, name)
            if name in _NOT_COPIED or (name in folders and not path.is_symlink()):
                continue
            relative = path.relative_to(folder).as_posix()
            names.check_repo_path(relative)
            found[relative] = one = _read(path)
            total += len(one.data)
            if len(found) > MAX_FILES or total > MAX_TOTAL:
                raise UsageError(
                    f"{folder} is too large for a template.",
                    f"It can have {MAX_FILES:,} files and {MAX_TOTAL:,} bytes.",
                )
    if not found:
        raise UsageError(f"{folder} is empty.", "A template needs at least one file.")
    return found


def write(store: Store, target: Path, found: Contents) -> None:
    """Write a template's folder, which appears only when it is whole.

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
            staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _read(path: Path) -> TemplateFile:
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(
                f"{path} is no regular file; it cannot be in a template.",
                "Take it out of the folder, or put a copy of the file in its place.",
            )
        if path.stat().st_size > MAX_TOTAL:
            raise UsageError(f"{path} is too large for a template.", "Take it out of the folder.")
        return TemplateFile(path.read_bytes(), bool(mode & stat.S_IXUSR))
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read: {error.strerror}.", "Look at its permissions."
        ) from error


def _refuse(error: OSError) -> None:
    raise StudioError(
        f"{error.filename} cannot be read: {error.strerror}.", "Look at its permissions."
    ) from error
