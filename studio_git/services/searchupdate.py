"""The search index brought up to date with the store and its files.

Nothing tells what another program changed. If the store's files bear the times that they bore,
nothing was. Else the rows are compared block by block, the newest first: in a small store all, in
a large one as many as it takes to find what is new, and all of them now and then. Files are
looked at by their times, in the same way.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from studio_git.core.searchquery import REGISTRY, Kind
from studio_git.services import searchdocs
from studio_git.store import searchrows
from studio_git.store.connection import DATABASE, Store
from studio_git.store.searchindex import Index
from studio_git.store.searchrows import BLOCK, BLOCK_BITS

Meter = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Shows long work: given how many records there are, yields what is told of those done."""

SMALL_BLOCKS = 32
"""A table of so many blocks is always compared whole."""

FEW_FILES = 5000
"""So many files are always looked at."""

PER_SECOND = 4000
"""Of more, so many for each second since the last look at all of them."""

_NEWEST_BLOCKS = 8
_CALM_BLOCKS = 4
_BATCH = 8
_WORTH_TELLING = 8
"""Blocks from which on a person is told that it takes a while."""

Task = tuple[Kind, int]
"""A block of a kind."""


def update(
    store: Store,
    index: Index,
    *,
    everything: bool = False,
    meter: Meter | None = None,
    until: float | None = None,
) -> bool:
    """Bring the index up to date; False if it was not done by ``until`` (``time.monotonic``).

    With ``everything`` all is compared, whatever the times say. Stopped in any way it goes on
    where it was. Raises StoreError, and the errors of the index.
    """
    now = time.time()
    seen = _signature(store.home)
    news = everything or not seen or index.meta("seen") != seen
    whole = everything or (_due(index, "rows", now) and (news or index.meta("compared") != seen))
    if news or whole:
        tasks = _changed(store, index, whole=whole)
        if not _index_blocks(store, index, tasks, meter, until):
            return False
        _remember(index, seen, now, whole=whole)
    if everything or int(index.meta("files") or 0) <= FEW_FILES or _due(index, "files", now):
        return _update_files(store, index, now, until)
    return True


def refresh(store: Store, index: Index, kind: Kind, sources: Sequence[int]) -> None:
    """Put the documents of some rows (by rowid) as the rows and their files are now."""
    with index.writing():
        rows = searchrows.some(store, kind, sources)
        for source in sources:
            known = index.between(kind, source, source).get(source)
            row = rows.get(source)
            if known is None or row is None or known.digest != row.digest:
                # The block is no longer what its digest says, even if the row is put back.
                index.set_block(kind, source >> BLOCK_BITS, b"")
            if row is not None:
                doc = searchdocs.doc_of(store.home, row)
                index.put(doc, instead=None if known is None else known.id)
            elif known is not None:
                index.drop(known.id)


def _remember(index: Index, seen: str, now: float, *, whole: bool) -> None:
    with index.writing():
        index.set_meta(seen=seen)
        if whole:
            count = sum(len(index.blocks(kind)) for kind in Kind) * BLOCK
            index.set_meta(compared=seen, rows=str(count), rows_at=str(now))


def _due(index: Index, what: str, now: float) -> bool:
    """Whether it is time to look at all of the rows, or files, again."""
    try:
        last, count = float(index.meta(f"{what}_at") or 0), int(index.meta(what) or 0)
    except ValueError:
        return True
    return not 0 <= now - last < count / PER_SECOND


def _signature(home: Path) -> str:
    """Something else whenever the store was written; "" where that cannot be told now.

    SQLite in WAL mode writes to the log first, and both files bear the time of the last write.
    """
    if os.name == "nt":
        return ""  # there a time is written when the file is closed
    parts = []
    for name in (DATABASE, f"{DATABASE}-wal"):
        try:
            found = (home / name).stat()
        except OSError:
            continue
        if found.st_size:  # an empty log comes and goes with readers
            if not searchdocs.settled(found.st_mtime_ns):
                return ""
            parts.append(f"{name} {found.st_ino} {found.st_size} {found.st_mtime_ns}")
    return "; ".join(parts)


def _changed(store: Store, index: Index, *, whole: bool) -> list[Task]:
    """The blocks that have to be indexed, in the order in which their documents are to come."""
    tasks: list[Task] = []
    for kind in Kind:
        known = index.blocks(kind)
        changed = _changed_blocks(store, kind, known, whole=whole)
        if changed and not known:
            changed = searchrows.by_age(store, kind)
        tasks += [(kind, block) for block in changed]
    return tasks


def _changed_blocks(store: Store, kind: Kind, known: dict[int, bytes], *, whole: bool) -> list[int]:
    """The blocks that are not as they are known, the oldest first."""
    changed = []
    calm = 0
    gone = set(known)
    for number, block in enumerate(searchrows.blocks(store, kind), 1):
        gone.discard(block)
        same = block in known and known[block] == searchrows.digest(store, kind, block)
        calm = calm + 1 if same else 0
        if not same:
            changed.append(block)
        far = number >= _NEWEST_BLOCKS and calm >= _CALM_BLOCKS
        if far and not whole and len(known) > SMALL_BLOCKS:
            gone = {each for each in gone if each > block}
            break
    return sorted([*changed, *gone])


def _index_blocks(
    store: Store,
    index: Index,
    tasks: Sequence[Task],
    meter: Meter | None,
    until: float | None,
) -> bool:
    if meter is None or len(tasks) < _WORTH_TELLING:
        return _batches(store, index, tasks, until, lambda _count: None)
    with meter(len(tasks) * BLOCK) as advance:
        return _batches(store, index, tasks, until, advance)


def _batches(
    store: Store,
    index: Index,
    tasks: Sequence[Task],
    until: float | None,
    advance: Callable[[int], None],
) -> bool:
    for first in range(0, len(tasks), _BATCH):
        if until is not None and time.monotonic() > until:
            return False
        batch = tasks[first : first + _BATCH]
        with index.writing():
            for kind, block in batch:
                _index_block(store, index, kind, block)
        advance(len(batch) * BLOCK)
    return True


def _index_block(store: Store, index: Index, kind: Kind, block: int) -> None:
    digest, rows = searchrows.records(store, kind, block)
    if digest == index.block(kind, block):
        return  # another process was quicker
    known = index.between(kind, block * BLOCK, block * BLOCK + BLOCK - 1)
    for record in sorted(rows, key=lambda record: record.created_at):
        old = known.pop(record.source, None)
        if old is None or old.digest != record.digest:
            doc = searchdocs.doc_of(store.home, record)
            index.put(doc, instead=None if old is None else old.id)
    for old in known.values():
        index.drop(old.id)
    index.set_block(kind, block, digest)


def _update_files(store: Store, index: Index, now: float, until: float | None) -> bool:
    """Read the files again that are not as they were; False if there was no time for all."""
    count = 0
    for kind, sources, looked_at in _changed_files(store.home, index):
        count += looked_at
        for first in range(0, len(sources), BLOCK):
            if until is not None and time.monotonic() > until:
                return False
            refresh(store, index, kind, sources[first : first + BLOCK])
    if count > FEW_FILES or int(index.meta("files") or 0) > FEW_FILES:
        with index.writing():
            index.set_meta(files=str(count), files_at=str(now))
    return True


def _changed_files(home: Path, index: Index) -> Iterator[tuple[Kind, list[int], int]]:
    """Rows whose files changed, by rowid, with how many files were looked at to find them."""
    remembered = index.folders()
    for project in sorted({*remembered, *_folders(home / "projects")}):
        stamps = _stamps(home / "projects" / project / "sessions")
        digest = hashlib.blake2b(repr(sorted(stamps.items())).encode(), digest_size=16).digest()
        changed = []
        if remembered.get(project) != digest:
            changed = [
                doc.source
                for doc in index.of_project(Kind.SESSION, project)
                if doc.stamp != stamps.get(f"{doc.record_id}.md", "")
                and searchdocs.is_safe(doc.record_id)
            ]
            # With changes it is looked at once more: a file may have been written meanwhile.
            with index.writing():
                index.set_folder(project, b"" if changed else digest)
        yield Kind.SESSION, changed, len(stamps)
    for kind in (Kind.CONTEXT, *REGISTRY):
        docs = [doc for doc in index.of_kind(kind) if doc.file is not None]
        changed = [
            doc.source for doc in docs if doc.stamp != searchdocs.stamp_of(home / str(doc.file))
        ]
        yield kind, changed, len(docs)


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []


def _stamps(folder: Path) -> dict[str, str]:
    """The stamps of the files in a folder, by name."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    found[entry.name] = searchdocs.stamp(entry.stat())
                except OSError:
                    continue
    except OSError:
        pass
    return found
