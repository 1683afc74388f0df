"""The doctor's look at the files of a Studio home: rows, modes, and what was left behind."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from studio_git.services import agreement, registry, sessionfiles
from studio_git.services.agreement import Disagreement
from studio_git.services.findings import Area, Finding, note, ok, problem
from studio_git.services.workspace import open_home
from studio_git.store import sessions
from studio_git.store.connection import Store

_OLD = 3600
"""Seconds after which nobody is at a temporary file any more."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check(store: Store) -> Iterator[Finding]:
    """Everything about the files of the home."""
    found = agreement.compare(store)
    missing = [each for each in found if each.kind == "session" and each.ours]
    if missing:
        yield problem(
            Area.FILES,
            f"{_count(len(missing), 'session')} without a file, such as {missing[0].path}.",
            title=f"write {_count(len(missing), 'session file')} from the store",
            repair=partial(_write_sessions, store.home, missing),
        )
    unlisted = [each for each in found if each.kind == "registry" and each.what == "no-row"]
    if unlisted:
        yield problem(
            Area.FILES,
            f"{_count(len(unlisted), 'registry file')} without a row, such as {unlisted[0].path}.",
            "git studio registry sync tells what it does with each.",
            title="take them in, as git studio registry sync does",
            repair=partial(_sync_registry, store.home),
        )
    told = [*missing, *unlisted]
    for each in found:
        if each not in told:
            yield _told(each)
    if not found:
        yield ok(Area.FILES, "rows and files agree.")
    yield from _modes(store.home)
    yield from _left_behind(store.home)


def _told(each: Disagreement) -> Finding:
    if each.what == "unsafe":
        what = f"{each.kind} {each.title}: its row names a path that leads out of its folder."
        return problem(Area.FILES, what, "It is never read nor written; the row has to be changed.")
    if each.what == "no-file" and each.kind == "context":
        return problem(
            Area.FILES,
            f"the canonical file of {each.title} is gone: {each.path}",
            "Take the repository's: git studio resolve PATH --accept-repo. Or bring it back from a "
            "full backup: git studio restore FILE --files",
        )
    if each.what == "no-file" and each.kind == "registry":
        return problem(
            Area.FILES,
            f"the file of {each.title} is gone: {each.path}",
            f"Put it back, or take the row away: git studio registry remove {each.record}",
        )
    if each.what == "no-file":
        return note(Area.FILES, f"session {each.title} of another program has no file: {each.path}")
    return note(
        Area.FILES,
        f"{each.kind} file without a row: {each.path}",
        "Nothing reads it. Rows that were lost come back with: git studio doctor --rebuild",
    )


def _modes(home: Path) -> Iterator[Finding]:
    if os.name == "nt":
        return
    open_ones = [path for path in [home, *_everything(home)] if _is_open(path)]
    if not open_ones:
        yield ok(Area.FILES, "nobody else can read them.")
        return
    yield problem(
        Area.FILES,
        f"others can get at {_count(len(open_ones), 'file')} or folders, such as {open_ones[0]}.",
        title="let only you read and write them",
        repair=partial(_close, open_ones),
    )


def _is_open(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.lstat().st_mode) & _OTHERS)
    except OSError:  # it is gone
        return False


def _everything(home: Path) -> Iterator[Path]:
    """All files and folders of a home that are its own, without following links."""
    for folder, folders, found in os.walk(home):
        for name in [*folders, *found]:
            path = Path(folder) / name
            if not path.is_symlink():
                yield path


def _close(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
        except FileNotFoundError:
            continue


def _left_behind(home: Path) -> Iterator[Finding]:
    now = time.time()
    left = [
        path
        for path in _everything(home)
        if path.name.startswith(".")
        and path.name.endswith((".part", ".studio-tmp"))
        and path.is_file()
        and now - path.stat().st_mtime > _OLD
    ]
    if left:
        yield note(
            Area.FILES,
            f"{_count(len(left), 'temporary file')} of interrupted work, such as {left[0]}.",
            title="remove what interrupted work left behind",
            repair=partial(_remove, left),
        )


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _write_sessions(home: Path, missing: Sequence[Disagreement]) -> None:
    with open_home(home) as store:
        with store.writing() as db:
            sessions.mark_stale(db, [each.record for each in missing])
        for project_id in {each.project_id for each in missing}:
            wanted = [each.record for each in missing if each.project_id == project_id]
            sessionfiles.write(store, project_id, wanted)


def _sync_registry(home: Path) -> None:
    with open_home(home) as store:
        registry.sync(store)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
