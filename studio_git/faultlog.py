"""The log of what went wrong in a way that nobody foresaw."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from studio_git import config, files
from studio_git.errors import StudioError
from studio_git.gitio import Git

LOG = Path("logs", "git-studio.log")
MAX_BYTES = 1 << 20


def record(what: str, details: str) -> Path | None:
    """Append an entry to the log in the Studio home, or to a temporary file where there is none.

    A log over 1 MiB is begun anew and the old one kept beside it. Returns the file, or None if
    nothing could be written: reporting a fault never makes another.
    """
    entry = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {what}\n{details.rstrip()}\n\n"
    data = entry.encode("utf-8", "backslashreplace")
    with suppress(OSError, StudioError):
        home = config.studio_home(config.recorded_home(Git(Path.cwd())))
        if home.is_dir():
            return _append(home / LOG, data)
    with suppress(OSError):
        descriptor, name = tempfile.mkstemp(prefix="git-studio-", suffix=".log")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return Path(name)
    return None


def _append(log: Path, data: bytes) -> Path:
    files.make_private(log.parent)
    with suppress(FileNotFoundError):
        if log.lstat().st_size > MAX_BYTES:
            log.replace(log.with_suffix(".log.1"))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(log, flags, files.FILE_MODE), "ab") as file:
        file.write(data)
    return log
