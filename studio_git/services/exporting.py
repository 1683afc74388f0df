"""Writing the whole memory of a project into a folder, the same bytes for the same memory."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_git import beneath, files
from studio_git.core import names
from studio_git.core.prose import one_line
from studio_git.core.registryfiles import FOLDERS, ItemType
from studio_git.errors import UsageError
from studio_git.services import transfer
from studio_git.services.transfer import Manifest
from studio_git.store import transfer as rows
from studio_git.store.connection import Store
from studio_git.store.transfer import Row, Tables

_PATHS = {each: "dir_path" if each is ItemType.TEMPLATE else "file_path" for each in ItemType}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the folder, the rows of each table, how many files beside them.

    ``left_out`` says of each file why it could not be taken along.
    """

    folder: Path
    rows: Mapping[str, int]
    files: int
    left_out: tuple[str, ...]


def export(store: Store, project_id: str, folder: Path) -> Exported:
    """Write a project into a folder that is empty, new, or an earlier export of it.

    Raises UsageError for a folder that holds anything else, and StudioError where it cannot be
    written.
    """
    before = _previous(folder, project_id)
    tables = rows.belonging(store.db, project_id)
    (project,) = tables["projects"]
    left_out: list[str] = []
    contents = dict(_contents(store.home, tables, project_id, left_out))
    contents[transfer.README] = _readme(tables)
    manifest = Manifest(project_id, str(project["name"]), tuple(sorted(contents)))
    files.make_private(folder)
    for path, data in [*contents.items(), (transfer.MANIFEST, transfer.write_manifest(manifest))]:
        found = files.read_bytes(folder / path, inside=folder)
        if found != data:
            files.write_whole(folder / path, data, inside=folder, expected=found, lock=store.lock)
    for path in sorted({*before} - {*contents}):
        _remove(folder, path)
    count = sum(not path.startswith((f"{transfer.TABLES}/", transfer.README)) for path in contents)
    counts = {name: len(found) for name, found in tables.items() if found}
    return Exported(folder, counts, count, tuple(left_out))


def _previous(folder: Path, project_id: str) -> tuple[str, ...]:
    """The files of an earlier export of this project in the folder."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is not a folder.", "Name a folder that is new or empty.")
    manifest = transfer.read_manifest(folder)
    if manifest is not None and manifest.project_id == project_id:
        return manifest.files
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds something else.", "Name a folder that is new or empty.")
    return ()


def _contents(
    home: Path, tables: Tables, project_id: str, left_out: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of everything but the manifest and the page for people."""
    for name, found in tables.items():
        shown = [_shown(name, row) for row in found]
        yield f"{transfer.TABLES}/{name}.json", transfer.dump(shown)
    for row in tables.get("git_snapshots", []):
        yield f"{transfer.SNAPSHOTS}/{row['id']!s}", _bytes(row["content"])
    transfer.check_name(project_id, "the project's id")
    for kind in (transfer.CONTEXT, transfer.SESSIONS):
        top = home / "projects" / project_id / kind
        yield from _files_of(top, top, kind, left_out)
    for item_type in ItemType:
        top = home / "registry" / FOLDERS[item_type]
        for row in tables.get(f"registry_{item_type.value}s", []):
            place = str(row[_PATHS[item_type]]).rstrip("/")
            kind = f"{transfer.REGISTRY}/{FOLDERS[item_type]}"
            try:
                names.check_canonical_name(place)
            except UsageError as error:
                left_out.append(error.message)
                continue
            yield from _files_of(top / place, top, kind, left_out)


def _files_of(path: Path, top: Path, kind: str, left_out: list[str]) -> Iterator[tuple[str, bytes]]:
    """A file, or all files of a folder; what is no regular file stays behind."""
    if top.is_symlink() or top.parent.is_symlink() or not path.exists():
        return
    found = sorted(path.rglob("*")) if path.is_dir() and not path.is_symlink() else [path]
    for each in found:
        if each.is_dir() and not each.is_symlink():
            continue
        relative = each.relative_to(top).as_posix()
        if each.name.startswith(".") and each.name.endswith(".studio-tmp"):
            continue
        try:
            names.check_canonical_name(relative)
        except UsageError as error:
            left_out.append(error.message)
            continue
        if not stat.S_ISREG(each.lstat().st_mode) or any(
            parent.is_symlink() for parent in each.parents if parent.is_relative_to(top)
        ):
            left_out.append(f"{each} is not a regular file")
            continue
        yield f"{kind}/{relative}", files.read_bytes(each, inside=top) or b""


def _shown(table: str, row: Row) -> dict[str, Any]:
    """A row as JSON; a kept content stands in a file of its own."""
    shown: dict[str, Any] = {}
    for column, value in row.items():
        if table == "git_snapshots" and column == "content":
            continue
        if isinstance(value, bytes):
            shown[column] = {"base64": base64.b64encode(value).decode("ascii")}
        else:
            shown[column] = value
    return shown


def _bytes(content: object) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def _readme(tables: Tables) -> bytes:
    """What a person reads first: the project, its cycles, decisions and learnings."""
    (project,) = tables["projects"]
    lines = [f"# {one_line(str(project['name']))}", ""]
    if project["description"]:
        lines += [str(project["description"]).strip(), ""]
    for heading, table in (("Cycles", "cycles"), ("Decisions", "decisions")):
        lines += _section(heading, tables.get(table, []), "name" if table == "cycles" else "title")
    lines += _section("Learnings", tables.get("learnings", []), "title")
    lines += _section("Sessions", tables.get("sessions", []), "title", link=True)
    lines += [
        "## How to read this folder",
        "",
        "The rows stand in `tables/`, the files as Project Studio keeps them beside that. "
        "`git studio project import` takes all of it into a Studio home.",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _section(heading: str, found: list[Row], title: str, *, link: bool = False) -> list[str]:
    if not found:
        return []
    lines = [f"## {heading}", ""]
    for row in sorted(found, key=lambda row: (str(row["created_at"]), str(row["id"]))):
        text = one_line(str(row[title]))
        shown = f"[{text}](sessions/{row['id']!s}.md)" if link else text
        lines.append(f"- {str(row['created_at'])[:10]} {shown}")
        why = row.get("rationale") or row.get("solution") or row.get("intent")
        if why:
            lines.append(f"  {one_line(str(why))}")
    return [*lines, ""]


def _remove(folder: Path, path: str) -> None:
    """Remove a file of an earlier export, and the folders that it leaves empty."""
    target = folder / path
    try:
        with beneath.spot(target, inside=folder) as spot:
            spot.remove(target.name)
        os.removedirs(target.parent)
    except (beneath.LeadsOutError, OSError):  # gone, not empty, or not ours to remove
        return
