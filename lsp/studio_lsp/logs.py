"""The server's own log file, in the Studio home."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from studio_git import config, files
from studio_git.errors import StudioError

LOG = Path("logs", "studio-lsp.log")
MAX_BYTES = 1 << 20

_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


def begin_log() -> Path | None:
    """Log to the file in the Studio home; None, and standard error, where there is no home.

    A file over 1 MiB is begun anew and the old one kept beside it. Only warnings and worse are
    written until the settings say otherwise.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    path = None
    with suppress(OSError, StudioError):
        home = config.studio_home()
        if home.is_dir():
            path = _prepared(home / LOG)
            handler = logging.StreamHandler(_appended(path))
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    return path


def _prepared(path: Path) -> Path:
    files.make_private(path.parent)
    with suppress(FileNotFoundError):
        if path.lstat().st_size > MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
    return path


def _appended(path: Path) -> TextIO:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, files.FILE_MODE)
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
