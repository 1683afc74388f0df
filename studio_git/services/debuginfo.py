"""What a report of a fault needs: versions, paths, settings by name, and no contents."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from studio_git import __version__, gitio
from studio_git.errors import StudioError
from studio_git.services import binding, doctor
from studio_git.services.workspace import open_home
from studio_git.store import health, settings
from studio_git.store.connection import DATABASE, SQLITE_VERSION, WRITER

_PACKAGES = ("click", "GitPython", "lsprotocol", "pygls", "rich", "sqlite-utils", "tomlkit")
_VARIABLES = ("STUDIO_HOME", "STUDIO_DISABLE", "GIT_DIR", "LANG", "LC_ALL", "TERM", "NO_COLOR")


def collect(home: Path) -> dict[str, Any]:
    """Everything there is to say. Nothing in it is a file's, a commit's or a setting's content.

    The user's name in paths is written as ``~``.
    """
    server, release = doctor.server_version()
    return {
        "versions": {
            "studio-git": __version__,
            "studio-lsp": release,
            "python": platform.python_version(),
            "sqlite": SQLITE_VERSION,
            "git": _git(),
            "system": platform.platform(),
            **{name.lower(): _release(name) for name in _PACKAGES},
        },
        "paths": {
            "home": _short(str(home)),
            "python": _short(sys.executable),
            "program": _short(sys.argv[0]),
            "studio-lsp": _short(server),
            "here": _here(),
        },
        "environment": {
            name: _short(os.environ[name]) for name in _VARIABLES if name in os.environ
        },
        "store": _store(home),
    }


def _git() -> str:
    try:
        return doctor.git_version()
    except StudioError as error:
        return error.message


def _release(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _here() -> dict[str, str]:
    """How the folder we are in belongs to a clone: kinds of places, not names."""
    try:
        place = gitio.locate(Path.cwd())
    except StudioError as error:
        return {"repository": "none", "problem": _short(error.message)}
    linked = place.git_dir != place.common_dir
    bound = binding.read_note(place.common_dir) is not None
    return {
        "repository": "linked worktree" if linked else "main worktree",
        "bound": "yes" if bound else "no",
        "objects": place.git.text("rev-parse", "--show-object-format", ok=(0, 128, 129)),
        "hooks": _short(place.git.config("core.hooksPath") or ""),
    }


def _store(home: Path) -> dict[str, Any]:
    path = home / DATABASE
    if not path.is_file():
        return {"there": False}
    found: dict[str, Any] = {"there": True, "bytes": path.stat().st_size, "writer": WRITER}
    try:
        with open_home(home) as store:
            found["writable"] = store.writable
            found["journal"] = health.journal_mode(store.db)
            found["rows"] = health.counts(store.db)
            found["settings"] = list(settings.every(store.db))
    except StudioError as error:
        found["problem"] = _short(error.message)
    return found


def _short(text: str) -> str:
    user = os.environ.get("HOME", "")
    return text.replace(user, "~") if len(user) > 1 else text
