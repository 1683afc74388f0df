"""The worker behind the hooks: one per clone at a time, out of the way of git and of terminals.

It takes its lock, removes the kick, drains the spool and settles what was noted. It removes the
kick before draining and looks again after the lock is free, so that no note waits for the next
commit: a hook that notes something and finds no kick starts a worker of its own, and one that
finds a kick has noted in time for whoever removes it.

Where others are at the store for long, one worker waits for them without the lock, since people's
commands want it, and keeps a kick standing. Whoever comes meanwhile leaves all to it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from studio_git import files, gitio, programs
from studio_git.config import disabled, studio_home
from studio_git.errors import StoreBusyError, StoreOutdatedError, StudioError
from studio_hooks import launch, spool

Settle = Callable[[Path, Sequence[spool.Record]], None]

LOG_BYTES = 64 * 1024
MIGRATION_SECONDS = 120.0
PATIENCE_SECONDS = 1800.0
"""So long a worker waits for a store that others are at; the next commit starts another one."""
_LOOK_AGAIN_SECONDS = 1.0
_NICENESS = 5


def run(common_dir: Path, settle: Settle | None = None) -> int:
    """Work for one clone until nothing waits. Always returns 0; failures go to ``worker.log``.

    ``settle`` takes the records of one batch, :func:`studio_git.services.background.settle` unless
    another is given. What it could not settle stays for the next worker.
    """
    common_dir = common_dir.resolve()  # a worktree's hook says "…/worktrees/name/../.."
    folder = common_dir / "studio"
    if disabled() or not (folder / "binding.json").exists():
        return 0
    try:
        _leave_the_hook(folder)
        if not _own_store(common_dir):
            (folder / "kick").unlink(missing_ok=True)
            return 0
        _work_all(common_dir, settle or _settle)
    except Exception as error:  # nobody is there to be told
        _log(folder, error)
    return 0


def _leave_the_hook(folder: Path) -> None:
    """Drop what was inherited: descriptors that others wait for, the session, git's variables."""
    for descriptor in _open_descriptors():
        try:
            os.close(descriptor)
        except OSError:
            pass
    try:
        os.setsid()
    except (AttributeError, OSError):
        pass
    try:
        os.nice(_NICENESS)
    except (AttributeError, OSError):
        pass
    environment = gitio.clean_environment()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)


def _open_descriptors() -> list[int]:
    try:
        names = [entry.name for entry in Path("/dev/fd").iterdir()]
    except OSError:
        return list(range(3, 64))
    return [int(name) for name in names if name.isdigit() and int(name) > 2]


def _work_all(common_dir: Path, settle: Settle) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while spool.waiting(common_dir):
        try:
            if not _work(common_dir, settle):
                return
        except StoreBusyError:
            folder = common_dir / "studio"
            with files.locked(folder / "waiting.lock", wait=False) as mine:
                if not mine:
                    return
                if not _usable_again(common_dir, deadline):
                    (folder / "kick").unlink(missing_ok=True)
                    raise


def _usable_again(common_dir: Path, deadline: float) -> bool:
    """Wait until the store can be written; False where that takes too long, or nothing is bound
    here any more.
    """
    from studio_git.store import writelog

    while time.monotonic() < deadline and (common_dir / "studio" / "binding.json").exists():
        launch.on_its_way(common_dir)
        time.sleep(_LOOK_AGAIN_SECONDS)
        if writelog.usable(_home(common_dir)):
            return True
    return False


def _work(common_dir: Path, settle: Settle) -> bool:
    """Drain once. False where another worker is at it: it looks again before it ends."""
    folder = common_dir / "studio"
    with files.locked(folder / "worker.lock", wait=False) as mine:
        if not mine:
            return False
        (folder / "kick").unlink(missing_ok=True)
        batch = spool.drain(common_dir)
        if batch.files:
            _settle_or_migrate(common_dir, batch.records, settle)
            spool.done(common_dir, batch)
    return True


def _settle_or_migrate(common_dir: Path, records: Sequence[spool.Record], settle: Settle) -> None:
    try:
        settle(common_dir, records)
    except StoreOutdatedError:
        _migrate(common_dir)
        settle(common_dir, records)


def _settle(common_dir: Path, records: Sequence[spool.Record]) -> None:
    from studio_git.services import background

    background.settle(common_dir, records, bounded=True)


def _own_store(common_dir: Path) -> bool:
    """False where the store is another user's, as under sudo: what we wrote they could not change
    any more. The notes stay for them.
    """
    user = getattr(os, "geteuid", None)
    if user is None:
        return True
    store = _home(common_dir) / "studio.db"
    return not store.exists() or bool(store.stat().st_uid == user())


def _migrate(common_dir: Path) -> None:
    """Bring the store up to date, in a process of its own that loads what it takes."""
    home = _home(common_dir)
    command = [sys.executable, launch.isolation(), "-m", "studio_git.store", str(home)]
    programs.succeeds(command, seconds=MIGRATION_SECONDS)


def _home(common_dir: Path) -> Path:
    from studio_git.services import binding

    note = binding.read_note(common_dir)
    return studio_home(note.home if note else None)


def _log(folder: Path, error: Exception) -> None:
    said = error.message if isinstance(error, StudioError) else str(error)
    text = " ".join(f"{type(error).__name__}: {said}".split())[:500]
    log = folder / "worker.log"
    try:
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(folder / "worker.log.1")
        files.append_line(log, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}")
    except OSError:
        pass
