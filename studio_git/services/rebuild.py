"""A store made anew: what can be read of the damaged one, backups for the rest, git for all else.

Rows of the damaged store count most, then those of the newest sound backup where tables were
damaged, then what journals, commits and files say. The damaged store is kept aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from studio_git import files
from studio_git.core import names, sessionfile
from studio_git.errors import StoreError, StudioError
from studio_git.gitio import Place
from studio_git.services import rebuildclone, registry, slips
from studio_git.services.slip import Slip
from studio_git.store import (
    backup,
    connection,
    health,
    projects,
    readable,
    records,
    salvage,
    transfer,
)
from studio_git.store.connection import DATABASE, Store, open_store
from studio_git.store.migrations import prepare_home


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did.

    ``aside`` is the folder with the damaged store, None where it was sound or absent. ``read``
    counts rows that were read out of it, ``from_backup`` those of ``backup``, ``commits`` those
    read from git again, ``sessions`` those made from their files alone, ``mended`` rows that
    were read and then put right after what git and the files say. ``damaged`` are the
    tables that could not be read whole, ``lost`` counts rows that stood for nothing any more.
    ``problems`` says which clones could not be read.
    """

    aside: Path | None = None
    read: int = 0
    from_backup: int = 0
    backup: Path | None = None
    commits: int = 0
    sessions: int = 0
    mended: int = 0
    lost: int = 0
    damaged: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def rebuild(home: Path, here: Path) -> Rebuilt:
    """Rebuild the store of a home; ``here`` is a folder whose clone is looked at in any case.

    A sound store is not replaced: what it lacks is added. Raises StoreError where another program
    has a damaged one open, and for one of a later release.
    """
    done = Rebuilt()
    if (home / DATABASE).exists() and _is_damaged(home, here):
        _require_ours(home)
        done.aside = backup.set_aside(home)
    prepare_home(home)
    if done.aside is not None:
        _salvage(home, done)
    with open_store(home) as store:
        store.require_writable()
        for place in slips.clones(store, here):
            try:
                _take_back(store, place, done)
            except StudioError as error:
                done.problems.append(f"{place.top}: {error.message}")
        done.sessions = _from_files(store)
        done.mended += _mend(store, slips.in_registry(store))
        registry.sync(store)
    return done


def _is_damaged(home: Path, here: Path) -> bool:
    """Whether a store is: by SQLite's word, by its own hashes and references, or by what it was
    captured from.
    """
    if not (home / DATABASE).stat().st_size or backup.damage(home):
        return True
    try:
        prepare_home(home)
    except StoreError as error:
        if "already exists" in str(error.__cause__):  # of what was migrated, a name was damaged
            return True
        raise
    try:
        with open_store(home) as store:
            if connection.is_falsely_new(store.db):
                return True
            store.require_writable()
            if health.shape(store.db).columns:
                return True
            if health.altered_snapshots(store.db) or health.dangling(store.db):
                return True
            return any(True for _ in slips.everywhere(store, here))
    except StoreError as error:
        if connection.is_damage(error.__cause__):
            return True
        raise


def _require_ours(home: Path) -> None:
    """Raise StoreTooNewError where a damaged store can still say that a later release wrote it."""
    rows = readable.read(home / DATABASE, []).tables.get("git_meta", [])
    said = [str(row.get("value")) for row in rows if row.get("key") == "min_writer"]
    if any(each.isascii() and each.isdigit() and int(each) > connection.WRITER for each in said):
        raise connection.later_release(home)


def _take_back(store: Store, place: Place, done: Rebuilt) -> None:
    """Bring back what a clone knows, and put right what of it was read out of a damaged store."""
    done.commits += rebuildclone.take_back(store, place)
    if done.aside is None:
        return
    done.mended += _mend(store, slips.find(store, place, lost=done.damaged))
    done.commits += rebuildclone.take_back(store, place)  # what was found to be worth nothing
    done.mended += _mend(store, slips.find(store, place))


def _mend(store: Store, found: Iterator[Slip]) -> int:
    """Put right what was damaged; how much it was."""
    count = 0
    for each in found:
        with store.writing() as db:
            each.mend(db)
        count += 1
    return count


def _salvage(home: Path, done: Rebuilt) -> None:
    assert done.aside is not None  # noqa: S101 - the caller looked
    with connection.translated(home), closing(connection.connect(home / DATABASE)) as db:
        wanted = [*transfer.names(db), *transfer.OUTSIDE]
        found = readable.read(done.aside / DATABASE, wanted)
        with salvage.filling(db):
            salvage.make_others(db, found.others)
            done.read = salvage.put(db, found.tables)
            done.damaged = tuple(sorted(found.broken))
            if found.broken:
                done.backup = _sound_backup(home)
            if done.backup is not None:
                kept = readable.read(done.backup, wanted)
                rows = {name: kept.tables[name] for name in found.broken if name in kept.tables}
                done.from_backup = salvage.put(db, rows)
            salvage.put_writer(db)
            salvage.drop_altered_snapshots(db)
            salvage.mend_ids(db)
            done.lost = salvage.settle(db)


def _sound_backup(home: Path) -> Path | None:
    """The newest backup that can be read."""
    for each in backup.every(home):
        if each.size and not backup.unsound(each.path):
            return each.path
    return None


def _from_files(store: Store) -> int:
    """Rows of sessions of which only the file is left; how many were made."""
    count = 0
    with store.writing() as db:
        for path in _session_files(store.home):
            project_id, session_id = path.parent.parent.name, path.stem
            said = sessionfile.parse((files.read_bytes(path) or b"").decode("utf-8", "replace"))
            if projects.get(db, project_id) is None:
                projects.add(db, project_id, project_id, None)
            columns: dict[str, str | int | float | bytes | None] = {
                "id": session_id,
                "project_id": project_id,
                "title": said.title or session_id,
                "summary": said.summary,
                "duration_minutes": said.duration_minutes,
                "files_changed": records.array([file.path for file in said.files]),
            }
            moment = _time(said.date)
            if moment:
                columns["created_at"] = moment
            count += salvage.add_session(db, columns)
    return count


def _session_files(home: Path) -> Iterable[Path]:
    for path in sorted((home / "projects").glob("*/sessions/*.md")):
        try:
            names.check_canonical_name(f"{path.parent.parent.name}/{path.name}")
        except StudioError:
            continue
        if path.is_file() and not path.is_symlink():
            yield path


def _time(said: str) -> str:
    """``2024-12-22 10:42 AM`` as the store writes times; the file does not say which zone."""
    try:
        moment = datetime.strptime(said.strip(), "%Y-%m-%d %I:%M %p").replace(tzinfo=UTC)
    except ValueError:
        return ""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
