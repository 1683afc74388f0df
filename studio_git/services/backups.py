"""Backups of the Studio home: made, listed, and brought back into the live store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.errors import UsageError
from studio_git.services import agreement, filearchive
from studio_git.services.agreement import Disagreement
from studio_git.services.filearchive import Unpacked
from studio_git.store import backup, connection
from studio_git.store.backup import Backup
from studio_git.store.connection import DATABASE, Store, open_store
from studio_git.store.migrations import prepare_home

__all__ = ["Backup", "Made", "Restored", "every", "find", "make", "restore"]

_LIST = "See them: git studio backup --list"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made; ``files`` counts the files in ``archive``, None without one."""

    path: Path
    archive: Path | None
    files: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    ``before`` is the backup of what was there, or the folder that a damaged store was put into;
    None where there was no store. ``unpacked`` tells of the files where they came back too.
    ``disagreements`` is what of the files no longer agrees with the rows.
    """

    source: Path
    before: Path | None
    damaged: bool
    unpacked: Unpacked | None
    disagreements: list[Disagreement]


def make(store: Store, *, full: bool = False) -> Made:
    """Copy the store, verified; with ``full`` its files too, as an archive beside the copy.

    Files are written under a lock that is held meanwhile, so that both are of one moment but for
    what a transaction has still to write. Raises StoreError and StudioError.
    """
    if not full:
        return Made(backup.copy(store.db, store.home, verify=True), None, 0)
    with files.locked(store.lock):
        path = backup.copy(store.db, store.home, verify=True)
        archive = backup.files_beside(path)
        return Made(path, archive, filearchive.pack(store.home, archive))


def every(home: Path) -> list[Backup]:
    """The backups of a home, the newest first."""
    return backup.every(home)


def find(home: Path, words: str) -> Path:
    """The backup that a path means, or the name of one below ``backups``.

    Raises UsageError where there is none.
    """
    said = Path(words).expanduser()
    for path in (said, home / "backups" / words, home / "backups" / f"{words}.db"):
        if path.is_file():
            if path.resolve() == (home / DATABASE).resolve():
                raise UsageError(f"{words} is the store itself.", _LIST)
            return path.resolve()
    raise UsageError(f"there is no backup {words}.", _LIST)


def restore(home: Path, source: Path, *, with_files: bool = False) -> Restored:
    """Bring a backup back into the live store, after a backup of what is there.

    With ``with_files`` the files of a full backup come back as well; the backup before it is a
    full one then. Raises StoreError for a source that is not sound or of a later release, where
    the store is in use for too long, and where the store is one that this release may not write.
    """
    backup.require_restorable(source, home)
    archive = backup.files_beside(source)
    if with_files and not archive.is_file():
        raise UsageError(f"{source} has no archive of files beside it.", _LIST)
    before, damaged = _keep_what_is_there(home, source, full=with_files)
    if damaged or before is None:
        prepare_home(home)
    with closing(connection.connect(home / DATABASE)) as db, connection.translated(home):
        backup.restore(source, db, home)
    prepare_home(home)  # the copy may be of an earlier release
    with open_store(home) as store:
        unpacked = None
        if with_files:
            unpacked = filearchive.unpack(archive, home, lock=store.lock)
        found = agreement.compare(store, contents=True)
    return Restored(source, before, damaged, unpacked, found)


def _keep_what_is_there(home: Path, source: Path, *, full: bool) -> tuple[Path | None, bool]:
    """A backup of the live store, or the folder that it was put into as it is damaged."""
    if not (home / DATABASE).exists():
        return None, False
    if backup.damage(home):
        return backup.set_aside(home), True
    with connection.translated(home), closing(connection.connect(home / DATABASE)) as db:
        refusal = connection.too_new(db, home)
        if refusal is not None:
            raise refusal
        path = backup.copy(db, home, spare={source})
    if full:
        filearchive.pack(home, backup.files_beside(path))
    return path, False
