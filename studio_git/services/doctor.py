"""What is wrong with the store, the files, the clones and the programs, all in one report."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from studio_git import __version__, gitio, programs
from studio_git.errors import StoreError, StudioError
from studio_git.services import checkclones, checkfiles, checkstore
from studio_git.services.checkclones import Catch, HookStates
from studio_git.services.findings import Area, Finding, Level, note, ok, problem
from studio_git.services.workspace import open_home
from studio_git.store import backup, connection
from studio_git.store.connection import DATABASE

__all__ = ["Area", "Finding", "Level", "examine", "git_version", "server_version"]

OLDEST_GIT = (2, 36)
"""The first release whose ``git worktree list`` knows ``-z``."""

_SECONDS = 20.0
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)+[0-9a-z.+-]*")


def examine(home: Path, states: HookStates, catch_up: Catch) -> list[Finding]:
    """Look at everything; changes nothing but what opening the store always does.

    ``states`` tells of a clone's hooks, ``catch_up`` works off what they noted (for a repair).
    """
    found = [*_store(home, states, catch_up), *_programs()]
    order = list(Area)
    return sorted(found, key=lambda each: order.index(each.area))


def git_version() -> str:
    """The release of git that is on PATH, as it says it. Raises GitError where there is none."""
    said = gitio.Git(Path.cwd()).text("version")
    named = _VERSION.search(said)
    return named[0] if named else said


def server_version() -> tuple[str, str]:
    """Path and release of the ``studio-lsp`` on PATH; empty where it is not, or says none."""
    path = shutil.which("studio-lsp")
    if path is None:
        return "", ""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    said = programs.ask_version(Path(path), ["--version"], folders=folders, seconds=_SECONDS)
    named = _VERSION.search(said.text)
    return path, named[0] if named and said.status == 0 else ""


def _store(home: Path, states: HookStates, catch_up: Catch) -> Iterator[Finding]:
    path = home / DATABASE
    if not path.exists():
        yield problem(Area.STORE, f"there is no store in {home}.", "Make one: git studio init")
        return
    if path.is_file() and path.stat().st_size:
        what = backup.damage(home)
        if what:
            yield checkstore.damaged(home, what)
            return
    try:
        with open_home(home) as store:
            missing = checkstore.missing_columns(store)
            if missing is not None:
                yield missing
                return
            yield from checkstore.check(store)
            yield from checkfiles.check(store)
            yield from checkclones.check(store, states, catch_up)
    except StoreError as error:
        if connection.is_damage(error.__cause__):
            yield checkstore.damaged(home, f"{error.__cause__}.")
        else:
            yield problem(Area.STORE, error.message, error.hint)


def _programs() -> Iterator[Finding]:
    try:
        version = git_version()
    except StudioError as error:
        yield problem(Area.PROGRAMS, error.message, error.hint)
    else:
        parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        needed = ".".join(map(str, OLDEST_GIT))
        if parts < OLDEST_GIT:
            what = f"git {version} is older than {needed}."
            yield problem(Area.PROGRAMS, what, "Upgrade git.")
        else:
            yield ok(Area.PROGRAMS, f"git {version}")
    path, release = server_version()
    if not path:
        yield note(
            Area.PROGRAMS,
            "studio-lsp is not on PATH; editors look for it there.",
            "Add the folder of git-studio to PATH, or install with: pipx install studio-git",
        )
    elif release != __version__:
        says = release or "nothing that is a release"
        yield problem(
            Area.PROGRAMS,
            f"{path} says {says}, and git studio is {__version__}.",
            "Two installations are in each other's way; remove one, or upgrade both.",
        )
    else:
        yield ok(Area.PROGRAMS, f"studio-lsp {release}")
