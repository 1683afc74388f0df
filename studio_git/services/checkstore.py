"""The doctor's look at the store: sound, whole, of the right shape, in a fit place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from studio_git.core import times
from studio_git.services import slips
from studio_git.services.findings import Area, Finding, note, ok, problem
from studio_git.services.workspace import open_home
from studio_git.store import backup, connection, health, mounts
from studio_git.store.connection import DATABASE, SQLITE_VERSION, Store
from studio_git.store.migrations import prepare_home

_LARGE_LOG = 64 << 20
_OLD_BACKUP = 7 * 24 * 3600


def check(store: Store) -> Iterator[Finding]:
    """Everything about the open store but its files."""
    home = store.home
    if not store.writable:
        assert store.refusal is not None  # noqa: S101 - for the type checker
        if connection.is_falsely_new(store.db):
            yield damaged(home, "it names a later release, and none has changed it.")
        else:
            yield problem(Area.STORE, store.refusal.message, store.refusal.hint)
    found = [*_inside(store), *_shape(store)]
    if not found:
        yield ok(Area.STORE, f"{home / DATABASE} is sound, and of the shape of the data model.")
    yield from found
    yield from _place(store)
    yield from _backups(home)
    yield sqlite_release(SQLITE_VERSION)


def damaged(home: Path, what: str) -> Finding:
    """The finding for a store that cannot be read as it should."""
    hint = "Read what can still be read, and the rest from git: git studio doctor --rebuild"
    newest = next(iter(backup.every(home)), None)
    if newest is not None:
        hint = f"Bring back the newest backup: git studio restore {newest.path.name}  {hint}"
    return problem(Area.STORE, f"the store {home / DATABASE} is damaged: {what}", hint)


def missing_columns(store: Store) -> Finding | None:
    """The finding for columns that are missing: nothing that has them can be read."""
    missing = health.shape(store.db).columns
    if not missing:
        return None
    return damaged(store.home, f"columns are missing: {', '.join(missing)}.")


def sqlite_release(version: str) -> Finding:
    """Whether the release of SQLite has the WAL-reset fault, which can corrupt a store.

    Releases 3.7.0 to 3.51.2 have it but for 3.50.7 and 3.44.6 and later ones of their series
    (https://sqlite.org/wal.html#walresetbug).
    """
    parts = tuple(int(part) for part in version.split(".")[:3])
    fixed = (
        parts < (3, 7, 0)
        or parts >= (3, 51, 3)
        or (parts[:2] == (3, 50) and parts >= (3, 50, 7))
        or (parts[:2] == (3, 44) and parts >= (3, 44, 6))
    )
    if fixed:
        return ok(Area.PROGRAMS, f"SQLite {version}")
    return note(
        Area.PROGRAMS,
        f"SQLite {version} has a rare fault that can damage a store while several programs write.",
        "Keep backups. It is put right in SQLite 3.51.3, 3.50.7 and 3.44.6; Python brings its own.",
    )


def network_home(home: Path) -> Finding | None:
    """The finding for a home on a network file system; None on any other."""
    kind = mounts.network(home)
    if not kind:
        return None
    return note(
        Area.STORE,
        f"{home} is on a network file system ({kind}): SQLite's locks may not hold there, and "
        "readers wait for writers.",
        "Move the Studio home to a local disk, and name it in STUDIO_HOME.",
    )


def _inside(store: Store) -> Iterator[Finding]:
    for each in health.dangling(store.db):
        rows = "row refers" if each.count == 1 else "rows refer"
        yield problem(
            Area.STORE,
            f"{each.count} {rows} from {each.table} to {each.parent} that are gone.",
            "Another program deleted them, or the store is damaged. Bring them back from a backup: "
            "git studio backup --list; or do without: git studio doctor --rebuild",
        )
    altered = health.altered_snapshots(store.db)
    if altered:
        yield damaged(store.home, f"{len(altered)} kept contents are not what was kept.")
    yield from _captured(store)


def _captured(store: Store) -> Iterator[Finding]:
    """What was captured against what it was captured from."""
    found = list(slips.everywhere(store, Path.cwd()))
    certain = [each for each in found if each.certain]
    if certain:
        first = f"{certain[0].kind} {certain[0].title}"
        what = "row is" if len(certain) == 1 else "rows are"
        yield damaged(store.home, f"{len(certain)} {what} not what was captured, such as {first}.")
    for each in found:
        if not each.certain:
            yield note(
                Area.STORE,
                f"{each.kind} {each.title} differs in one character from where it was taken.",
                "If nobody changed that, the store was damaged: git studio doctor --rebuild",
            )


def _shape(store: Store) -> Iterator[Finding]:
    found = health.shape(store.db)
    if found.tables:
        yield problem(
            Area.STORE,
            f"tables are missing: {', '.join(found.tables)}.",
            title="make the missing tables",
            repair=partial(_prepare, store.home),
        )
    if found.altered:
        yield problem(
            Area.STORE,
            f"columns are not those of the data model: {', '.join(found.altered)}.",
            "What wrote the store has another data model; this is not changed by itself.",
        )
    if found.indexes:
        yield problem(
            Area.STORE,
            f"indexes are missing: {', '.join(found.indexes)}.",
            title="make the missing indexes",
            repair=partial(_index, store.home, found.indexes),
        )


def _place(store: Store) -> Iterator[Finding]:
    home = store.home
    remote = network_home(home)
    if remote is not None:
        yield remote
    is_wal = health.journal_mode(store.db) == "wal"
    if is_wal and remote is not None:
        yield problem(
            Area.STORE,
            "another program keeps the store's journal in WAL mode, which needs a local disk.",
            "End the dashboard and the editors; the next command changes it.",
        )
    elif not is_wal and remote is None and store.writable:
        yield note(
            Area.STORE, "the store does not keep its journal in WAL mode: readers wait for writers."
        )
    log = home / f"{DATABASE}-wal"
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        yield note(
            Area.STORE,
            f"{log} has {log.stat().st_size >> 20} MB: a program has been reading for long.",
            "It shrinks when that program ends its reading.",
        )


def _backups(home: Path) -> Iterator[Finding]:
    newest = next(iter(backup.every(home)), None)
    if newest is None:
        yield note(Area.STORE, "there is no backup.", "Make one: git studio backup")
    elif time.time() - times.from_store(newest.made_at) > _OLD_BACKUP:
        what = f"the newest backup is of {newest.made_at[:10]}."
        yield note(Area.STORE, what, "Make one: git studio backup")


def _prepare(home: Path) -> None:
    prepare_home(home)


def _index(home: Path, names: tuple[str, ...]) -> None:
    with open_home(home) as store, store.writing() as db:
        health.create_indexes(db, names)
