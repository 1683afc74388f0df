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

from studio_git import files, gitio
from studio_git.core import names, sessionfile
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_git.services import rebuildclone, registry
from studio_git.store import backup, connection, projects, records, salvage, transfer
from studio_git.store.connection import DATABASE, Store, open_store
from studio_git.store.migrations import prepare_home


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did.

    ``aside`` is the folder with the damaged store, None where it was sound or absent. ``read``
    counts rows that were read out of it, ``from_backup`` those of ``backup``, ``commits`` those
    read from git again, ``sessions`` those made from their files alone. ``damaged`` are the
    tables that could not be read whole, ``lost`` counts rows that stood for nothing any more.
    ``problems`` says which clones could not be read.
    """

    aside: Path | None = None
    read: int = 0
    from_backup: int = 0
    backup: Path | None = None
    commits: int = 0
    sessions: int = 0
    lost: int = 0
    damaged: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def rebuild(home: Path, here: Path) -> Rebuilt:
    """Rebuild the store of a home; ``here`` is a folder whose clone is looked at in any case.

    A sound store is not replaced: what it lacks is added. Raises StoreError where another program
    has a damaged one open, and for one of a later release.
    """
    done = Rebuilt()
    path = home / DATABASE
    if path.exists() and (not path.stat().st_size or backup.damage(home)):
        done.aside = backup.set_aside(home)
    prepare_home(home)
    if done.aside is not None:
        _salvage(home, done)
    with open_store(home) as store:
        store.require_writable()
        for place in _clones(store, here):
            try:
                done.commits += rebuildclone.take_back(store, place)
            except StudioError as error:
                done.problems.append(f"{place.top}: {error.message}")
        done.sessions = _from_files(store)
        registry.sync(store)
    return done


def _salvage(home: Path, done: Rebuilt) -> None:
    assert done.aside is not None  # noqa: S101 - the caller looked
    with connection.translated(home), closing(connection.connect(home / DATABASE)) as db:
        wanted = [*transfer.names(db), *transfer.OUTSIDE]
        found = salvage.read(done.aside / DATABASE, wanted)
        with salvage.filling(db):
            salvage.make_others(db, found.others)
            done.read = salvage.put(db, found.tables)
            done.damaged = tuple(sorted(found.broken))
            if found.broken:
                done.backup = _sound_backup(home)
            if done.backup is not None:
                kept = salvage.read(done.backup, wanted)
                rows = {name: kept.tables[name] for name in found.broken if name in kept.tables}
                done.from_backup = salvage.put(db, rows)
            salvage.drop_altered_snapshots(db)
            done.lost = salvage.settle(db)


def _sound_backup(home: Path) -> Path | None:
    """The newest backup that can be read."""
    for each in backup.every(home):
        if each.size and not backup.unsound(each.path):
            return each.path
    return None


def _clones(store: Store, here: Path) -> Iterator[Place]:
    """The bound clones that are there: those the store knows, and the one we are in."""
    known = [
        Path(clone.primary_worktree)
        for project in projects.every(store.db, archived=True)
        for clone in projects.repositories(store.db, project["id"])
    ]
    seen = set()
    for top in [*known, here]:
        if not top.is_dir():
            continue
        try:
            place = gitio.locate(top)
        except StudioError:
            continue
        if place.common_dir not in seen:
            seen.add(place.common_dir)
            yield place


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
