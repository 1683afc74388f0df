"""The files beside the store, as one archive: made for a full backup, and put back from one."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio_git import files
from studio_git.core import names
from studio_git.errors import StudioError, UsageError

KEPT = ("projects", "registry")
"""The folders of the Studio home that hold what a person would miss."""

MAX_FILE = 64 << 20
"""Bytes of one file that is put back."""


@dataclass(slots=True)
class Unpacked:
    """What came back: paths relative to the home; ``refused`` says why of each that did not."""

    written: list[str] = field(default_factory=list)
    same: int = 0
    refused: list[str] = field(default_factory=list)


def pack(home: Path, target: Path) -> int:
    """Pack the files of a home into a new private archive; how many there are.

    Links are left out, and so is what is being written. Raises StudioError where the archive
    cannot be made; nothing of it is left behind then.
    """
    count = 0
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, files.FILE_MODE)
        with (
            os.fdopen(handle, "wb") as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in walk(home):
                archive.add(path, arcname=path.relative_to(home).as_posix(), recursive=False)
                count += 1
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        files.rename(draft, target)
    except OSError as error:
        raise StudioError(
            f"{target} cannot be written: {error.strerror}.",
            "Look at the free space and at the permissions of its folder.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def walk(home: Path) -> Iterator[Path]:
    """The regular files of a home that are kept, in the order of their names."""
    for name in KEPT:
        top = home / name
        if top.is_symlink():
            continue
        for folder, folders, found in os.walk(top):
            folders[:] = sorted(one for one in folders if not (Path(folder) / one).is_symlink())
            for one in sorted(found):
                path = Path(folder) / one
                passing = one.startswith(".") and one.endswith((".studio-tmp", ".lock"))
                if not passing and stat.S_ISREG(path.lstat().st_mode):
                    yield path


def unpack(archive: Path, home: Path, *, lock: Path) -> Unpacked:
    """Put the files of an archive back where they differ or are missing; others stay.

    Only regular files below the kept folders are written, and never through a link. Raises
    StudioError for what is no archive.
    """
    done = Unpacked()
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for member in opened:
                source = opened.extractfile(member) if member.isreg() else None
                if source is None or member.size > MAX_FILE or not _may_stand(member.name):
                    done.refused.append(f"{member.name}: not a file that belongs there")
                    continue
                _put(home, member.name, source.read(), lock, done)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise StudioError(
            f"{archive} cannot be read: {error}.", "Choose another one: git studio backup --list"
        ) from error
    return done


def _put(home: Path, name: str, data: bytes, lock: Path, done: Unpacked) -> None:
    target = home / name
    try:
        found = files.read_bytes(target)
        if found == data:
            done.same += 1
            return
        files.write_whole(target, data, inside=home, expected=found, lock=lock)
    except StudioError as error:
        done.refused.append(error.message)
        return
    done.written.append(name)


def _may_stand(name: str) -> bool:
    try:
        names.check_canonical_name(name)
    except UsageError:
        return False
    return name.partition("/")[0] in KEPT
