"""From rows and files to documents of the search index, and to what is shown of them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from studio_git import files
from studio_git.core import jsontext, names, times
from studio_git.core.registrytypes import ItemType
from studio_git.core.searchquery import REGISTRY, Kind, clean, document, fold
from studio_git.errors import StoreError, UsageError
from studio_git.services import registryitems
from studio_git.store import sessions
from studio_git.store.registry import ItemRow
from studio_git.store.searchindex import Doc
from studio_git.store.searchrows import Record

UNSETTLED = "~"
"""Ends a stamp that was taken so soon after a change that another change might bear the same."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FINE_SECONDS = 0.1
_COARSE_SECONDS = 2.5  # FAT keeps times in steps of two seconds
_NANO = 1_000_000_000


def doc_of(home: Path, record: Record) -> Doc:
    """The document of a row and its file, as they are now."""
    path = file_of(home, record)
    stamp = "" if path is None else stamp_of(path)  # before the file is read: see a later change
    text, title_end = document(record.title, pieces(home, record))
    relative = None
    if path is not None and record.kind is not Kind.SESSION:
        relative = str(path.relative_to(home))
    return Doc(
        kind=record.kind,
        source=record.source,
        digest=record.digest,
        record_id=record.id,
        project_id=record.project_id,
        cycle_id=record.cycle_id,
        created=created(record),
        tags=tuple(fold(clean(tag)) for tag in _tags(record)),
        file=relative,
        stamp=stamp,
        text=text,
        title_end=title_end,
    )


def pieces(home: Path, record: Record) -> list[str]:
    """The texts of a record but for its title, those that tell most first."""
    match record.kind:
        case Kind.SESSION:
            summary, changed = record.rest
            found = [summary, *_listed(changed), _file_text(home, record)]
        case Kind.DECISION:
            rationale, alternatives = record.rest
            found = [rationale, *_listed(alternatives)]
        case Kind.LEARNING:
            problem, solution, _ = record.rest
            found = [problem, solution, *_tags(record)]
        case Kind.CONTEXT:
            found = [_file_text(home, record), *record.rest]
        case _:
            found = [record.rest[0], _file_text(home, record)]
    return [piece for piece in found if piece]


def file_of(home: Path, record: Record) -> Path | None:
    """Where the file of a record stands, or would; None for one that has none.

    Other programs write ids and paths too, so None is also what leads anywhere else.
    """
    if record.kind is Kind.SESSION:
        path = sessions.file_of(home, record.project_id, record.id)
        return path if is_safe(record.project_id) and is_safe(record.id) else None
    if record.kind is Kind.CONTEXT:
        relative = record.rest[0]
        path = home / "projects" / record.project_id / "context" / relative
        return path if is_safe(record.project_id) and is_safe(relative) else None
    if record.kind in REGISTRY:
        return registryitems.file_of(_item(home, record))
    return None


def created(record: Record) -> int:
    """When a record was made, in seconds since the epoch; 0 where the store does not say."""
    try:
        return times.from_store(record.created_at)
    except StoreError:
        return 0


def stamp_of(path: Path) -> str:
    """Something else whenever the file is; "" where there is none."""
    try:
        return stamp(path.stat())
    except (OSError, ValueError):
        return ""


def stamp(found: os.stat_result) -> str:
    """The stamp of a file by what the system says of it."""
    text = f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"
    return text if settled(found.st_mtime_ns) else text + UNSETTLED


def settled(mtime_ns: int) -> bool:
    """Whether a later change will surely bear another time; not so within the clock's step."""
    step = _FINE_SECONDS if mtime_ns % _NANO else _COARSE_SECONDS
    return abs(time.time() - mtime_ns / _NANO) > step


def _file_text(home: Path, record: Record) -> str:
    if record.kind in REGISTRY:
        side = registryitems.read(_item(home, record))
    else:
        path = file_of(home, record)
        side = None if path is None else files.read_side(path, inside=home)
    return side.decode("utf-8").removeprefix("\ufeff") if isinstance(side, bytes) else ""


def _item(home: Path, record: Record) -> registryitems.Item:
    description, path = record.rest
    row = ItemRow(ItemType(record.kind.value), record.id, record.title, description, None, path)
    return registryitems.item_of(row, home)


def _tags(record: Record) -> list[str]:
    return _listed(record.rest[2]) if record.kind is Kind.LEARNING else []


def _listed(text: str) -> list[str]:
    """The strings of a JSON array; the text itself where another program wrote none."""
    try:
        found = jsontext.loads(text)
    except ValueError:
        return [text]
    if not isinstance(found, list):
        return [text]
    # A lone surrogate, which JSON can spell, cannot be kept in the index.
    return [str(each).encode("utf-8", "replace").decode() for each in found]


def is_safe(path: str) -> bool:
    """Whether ids or a path of other programs can only mean a file in the folder they belong to."""
    if _PLAIN.fullmatch(path):
        return True
    try:
        names.check_canonical_name(path)
    except UsageError:
        return False
    return True
