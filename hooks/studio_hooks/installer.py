"""Puts our hooks beside whatever is there, and takes them out again byte for byte.

Nothing is written outside the repository's own git directory. Three ways, by what git looks at:
a block in (or a file in front of) the hooks of the folder that is the repository's; hooks in the
configuration where the folder is somebody else's and git is new enough; else scripts that one
line in the user's own hook calls.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio_git import files
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_hooks import hookfile, hookfolder, hookrecord, shims
from studio_hooks.hookrecord import Record
from studio_hooks.hookslot import Slot, kept_folder, write_own
from studio_hooks.hookstates import (
    HookState,
    calls_script,
    config_name,
    configured,
    importable,
    script_of,
    states,
    wanted,
)

__all__ = ["HookState", "install", "states", "uninstall"]


def install(place: Place, *, python: str = sys.executable) -> list[HookState]:
    """Install every stage, or bring it up to date; installing twice changes nothing.

    Returns what :func:`states` says afterwards. Raises StudioError where the git directory
    cannot be written.
    """
    isolation = _isolation(python)
    with _told():
        _install(place, python, isolation)
    return states(place)


def uninstall(place: Place) -> list[str]:
    """Take everything of ours out; the hooks of others are as they were before.

    Returns a sentence for each thing that had to be left, because others changed it meanwhile.
    Raises StudioError where the git directory cannot be written.
    """
    with _told():
        record = hookrecord.load(place)
        left = _take_out_files(place, record)
        _unconfigure(place, *shims.EVERY_STAGE)
        _remove_scripts(place)
        hookrecord.forget(place)
    return left


def _install(place: Place, python: str, isolation: str) -> None:
    folder = hookfolder.find(place)
    record = hookrecord.load(place)
    record.python, record.isolation = python, isolation
    blocks = {
        stage: shims.block(stage, python=python, isolation=isolation).encode(
            "utf-8", "surrogateescape"
        )
        for stage in wanted(place)
    }
    unwanted = [stage for stage in shims.EVERY_STAGE if stage not in blocks]
    if folder.ours:
        if not folder.path.is_dir():
            record.made_folder = os.path.relpath(folder.path, place.common_dir)
        hookrecord.save(place, record)
        for stage, block in blocks.items():
            Slot(place, folder.path / stage, record).put(block)
        for stage in unwanted:
            Slot(place, folder.path / stage, record).take_out()
        hookrecord.save(place, record)
        _unconfigure(place, *shims.EVERY_STAGE)
        _remove_scripts(place)
    else:
        _take_out_files(place, record)
        hookrecord.save(place, record)
        for stage in unwanted:
            script_of(place, stage).unlink(missing_ok=True)
        for stage, block in blocks.items():
            write_own(place, script_of(place, stage), block, mode=files.FILE_MODE)
        if hookfolder.config_hooks(place):
            _configure(place, folder)


def _take_out_files(place: Place, record: Record) -> list[str]:
    """Clean every folder of this repository that may hold files of ours; what had to be left."""
    folders = {place.common_dir / "hooks"}
    folder = hookfolder.find(place)
    if folder.ours:
        folders.add(folder.path)
    folders |= {(place.common_dir / key).parent for key in record.entries}
    left = []
    for path in sorted(folders):
        if not path.resolve().is_relative_to(place.common_dir):
            continue
        _sweep(place, path)
        left += [
            Slot(place, path / f"{stage}{suffix}", record).take_out()
            for stage in shims.EVERY_STAGE
            for suffix in ("", *hookfile.LEGACY_SUFFIXES)
        ]
        kept = kept_folder(path)
        if kept.is_dir():
            left += [f"{file} was kept; its place was taken meanwhile." for file in _stray(kept)]
    record.entries.clear()
    if record.made_folder:
        _remove_if_empty(place.common_dir / record.made_folder)
        record.made_folder = ""
    return [sentence for sentence in left if sentence]


def _sweep(place: Place, folder: Path) -> None:
    """Remove the halves that a killed writer of ours left; nobody writes while we have the lock."""
    if any(folder.glob(".*.studio-tmp")):
        with files.locked(hookrecord.lock_of(place)):
            for half in folder.glob(".*.studio-tmp"):
                half.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """A refusal of the file system, as an error for people."""
    try:
        yield
    except OSError as error:
        raise StudioError(
            f"{error.filename} cannot be changed: {error.strerror}.",
            "Look at the permissions of the repository's git directory.",
        ) from error


def _stray(kept: Path) -> list[Path]:
    _remove_if_empty(kept)
    return sorted(kept.iterdir()) if kept.is_dir() else []


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # it holds something, or it is gone
        return


def _remove_scripts(place: Place) -> None:
    folder = script_of(place, "pre-commit").parent
    for stage in shims.EVERY_STAGE:
        script_of(place, stage).unlink(missing_ok=True)
    _remove_if_empty(folder)


def _configure(place: Place, folder: hookfolder.HookFolder) -> None:
    """Name our scripts in the repository's configuration, but for stages whose hook calls them.

    ``command`` comes before ``event``: git refuses every command in a repository where a hook has
    an event and nothing to run. The test for the file lets a commit through when it is gone.
    """
    there = configured(place)
    _unconfigure(place, *(set(shims.EVERY_STAGE) - set(wanted(place))))
    for stage in wanted(place):
        name = config_name(stage)
        if calls_script(folder, stage):
            _unconfigure(place, stage)
            continue
        script = shlex.quote(str(script_of(place, stage)))
        command = f"test ! -f {script} || sh {script}"
        if there.get(name) != (command, stage):
            _unconfigure(place, stage)
            place.git.run("config", "--local", f"hook.{name}.command", command)
            place.git.run("config", "--local", f"hook.{name}.event", stage)


def _unconfigure(place: Place, *stages: str) -> None:
    there = configured(place)
    for stage in stages:
        name = config_name(stage)
        if name in there:
            place.git.run("config", "--local", "--remove-section", f"hook.{name}")


def _isolation(python: str) -> str:
    """How to keep a repository's own files out of the interpreter's way.

    ``-I`` also ignores the user's site-packages and PYTHONPATH, where we may be installed.
    """
    if not Path(python).is_absolute():
        raise StudioError(
            f"the interpreter {python!r} is not an absolute path.",
            "Hooks need one: a graphical git client has no PATH worth the name.",
        )
    return "-I" if importable(python, "-I") else "-P"
