"""Taking an exported project into a Studio home, beside what is there.

Nothing in the folder is believed: paths and ids are looked at before the first of them is used,
and rows that would have other commands write somewhere else are left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import jsontext, names
from studio_git.core.registryfiles import FOLDERS
from studio_git.errors import StudioError, UsageError
from studio_git.services import binding, transfer
from studio_git.services.transfer import Manifest, broken
from studio_git.store import backup
from studio_git.store import transfer as rows
from studio_git.store.connection import Store
from studio_git.store.transfer import Clash, Row, Tables, Value

_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in.

    ``added`` counts rows by table, ``same`` those that were there, ``changed`` those that were
    overwritten. ``clashes`` are rows that say other things here, ``files_differ`` files; both
    stay as they are here. ``left_out`` says what could not be taken, ``renumbered`` the codes of
    cycles that are others here, ``unknown`` the columns that this store does not have.
    """

    project_id: str
    name: str
    added: Mapping[str, int]
    same: int
    changed: int
    files_added: tuple[str, ...]
    files_differ: tuple[str, ...]
    clashes: tuple[Clash, ...]
    left_out: tuple[str, ...]
    renumbered: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all that the export says holds here now."""
        return not (self.clashes or self.files_differ)


def take_in(store: Store, folder: Path, *, overwrite: bool = False) -> Imported:
    """Take a project in, rows in one transaction with the files.

    What is there already stays as it is and is told where it differs; with ``overwrite`` the
    export counts. Raises UsageError for a folder that is no export, one of a later release, and
    one that names what could lead anywhere else; nothing was changed then.
    """
    store.require_writable()
    manifest = transfer.read_manifest(folder)
    if manifest is None:
        raise UsageError(
            f"{folder} is no export: it has no {transfer.MANIFEST}.",
            "Make one: git studio project export DIR",
        )
    contents = _read_all(folder, manifest)
    left_out: list[str] = []
    tables = _tables(contents, manifest, left_out)
    wanted = _files(contents, manifest)
    written: list[tuple[Path, bytes]] = []
    if overwrite:
        backup.copy(store.db, store.home, verify=True)
    try:
        with store.writing() as db:
            taken = rows.take_in(db, tables, overwrite=overwrite)
            added, differ = _write(store, wanted, written, overwrite=overwrite)
    except BaseException:
        _take_back(store, written)
        raise
    return Imported(
        project_id=manifest.project_id,
        name=manifest.name,
        added=taken.added,
        same=taken.same,
        changed=taken.changed,
        files_added=tuple(added),
        files_differ=tuple(differ),
        clashes=tuple(taken.clashes),
        left_out=(*left_out, *taken.left_out),
        renumbered=tuple(taken.renumbered),
        unknown=tuple(taken.unknown),
    )


def _read_all(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    contents = {}
    for path in manifest.files:
        data = transfer.read(folder, path)
        if data is None:
            raise broken(f"{path} is missing")
        contents[path] = data
    return contents


def _tables(contents: Mapping[str, bytes], manifest: Manifest, left_out: list[str]) -> Tables:
    """The rows of an export, each of them looked at."""
    found: Tables = {}
    for path, data in contents.items():
        kind, _, file = path.partition("/")
        if kind != transfer.TABLES or not file.endswith(".json"):
            continue
        said = transfer.load(data, path)
        if not isinstance(said, list) or not all(isinstance(row, dict) for row in said):
            raise broken(f"{path} is not an array of rows")
        table = file.removesuffix(".json")
        if table in rows.OUTSIDE:
            raise broken(f"{path} does not belong to a project")
        found[table] = [_row(row, path) for row in said]
    _check_projects(found, manifest)
    _check_ids(found)
    for row in found.get("git_snapshots", []):
        row["content"] = _snapshot(contents, row)
    _drop(found, left_out)
    return found


def _row(said: Mapping[str, Any], path: str) -> Row:
    return {column: _value(value, path) for column, value in said.items()}


def _value(value: Any, path: str) -> Value:
    """A value as SQLite can keep it. Raises UsageError for any other."""
    if value is None or isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST:
        return value
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise broken(f"{path} holds half a character") from None
        return value
    if isinstance(value, dict) and list(value) == ["base64"]:
        try:
            return base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise broken(f"{path} holds bytes that cannot be read") from None
    raise broken(f"{path} holds a value that is none of a store's")


def _check_projects(found: Tables, manifest: Manifest) -> None:
    """There is one project, and every row belongs to it."""
    projects = found.get("projects", [])
    if [row.get("id") for row in projects] != [manifest.project_id]:
        raise broken("it does not hold just the project that it names")
    for table, many in found.items():
        for row in many:
            if row.get("project_id", manifest.project_id) not in (manifest.project_id, None):
                raise broken(f"{table} holds a row of another project")


def _check_ids(found: Tables) -> None:
    """What becomes a name of a file, or a path, can only ever stand where it belongs."""
    for row in found.get("sessions", []):
        transfer.check_name(row.get("id"), "a session's id")
    for row in found.get("context_files", []):
        for column in ("filename", "file_path"):
            transfer.check_path(str(row.get(column)))
    for table in ("git_context_targets", "git_context_aliases"):
        for row in found.get(table, []):
            _check_repo_path(str(row.get("repo_path")))
    for table, many in found.items():
        if table.startswith("registry_"):
            for row in many:
                transfer.check_path(str(row.get("file_path", row.get("dir_path"))).rstrip("/"))
        for row in many:
            key = row.get("id")
            if isinstance(key, str) and (len(key) > 255 or names.printable(key) != key):
                raise broken(f"{table} holds an id with control characters, or too long a one")


def _check_repo_path(path: str) -> None:
    try:
        names.check_repo_path(path)
    except UsageError as error:
        raise broken(error.message.rstrip(".")) from error


def _snapshot(contents: Mapping[str, bytes], row: Row) -> bytes:
    """The bytes of a kept content, which are those that its id says."""
    key = str(row.get("id"))
    data = contents.get(f"{transfer.SNAPSHOTS}/{key}") if transfer.is_snapshot(key) else None
    if data is None:
        raise broken("a kept content is missing")
    if hashlib.sha256(data).hexdigest() != key:
        raise broken(f"{transfer.SNAPSHOTS}/{key} is not what was kept")
    return data


def _drop(found: Tables, left_out: list[str]) -> None:
    """Leave out what holds on another machine only, or would write where nobody said so.

    A clone counts here if it knows itself that it is bound so: then it is the same one.
    """
    clones = found.get("git_repositories", [])
    there = [row for row in clones if _is_here(row)]
    gone = {row.get("id") for row in clones} - {row.get("id") for row in there}
    if gone:
        found["git_repositories"] = there
        noun = "clone is" if len(gone) == 1 else "clones are"
        left_out.append(f"{len(gone)} {noun} not on this machine")
    for table, many in list(found.items()):
        if table != "git_repositories":
            found[table] = [row for row in many if not _only_of(table, row, gone)]
        for row in found[table]:
            if row.get("repository_id") in gone:
                row["repository_id"] = None
    kept = [row for row in found.get("git_operations", []) if _may_undo(row)]
    if len(kept) < len(found.get("git_operations", [])):
        left_out.append("operations that would write where nothing of ours belongs")
        found["git_operations"] = kept
    decided = [row for row in found.get("git_decision_files", []) if _in_repository(row)]
    if len(decided) < len(found.get("git_decision_files", [])):
        left_out.append("files of decisions that stand outside of the repository")
        dropped = {row.get("id") for row in found["git_decision_files"]}
        dropped -= {row.get("id") for row in decided}
        syncs = found.get("git_decision_syncs", [])
        found["git_decision_syncs"] = [row for row in syncs if row.get("file_id") not in dropped]
        found["git_decision_files"] = decided


def _is_here(row: Row) -> bool:
    common_dir = Path(str(row.get("common_dir")))
    if not common_dir.is_absolute():
        return False
    try:
        note = binding.read_note(common_dir)
    except (StudioError, ValueError):
        return False
    return note is not None and note.repository_id == row.get("id")


def _only_of(table: str, row: Row, gone: set[Value]) -> bool:
    """True for what says nothing without its clone."""
    said = table in ("git_refs", "git_context_states", "git_worktree_cycles")
    return said and row.get("repository_id") in gone


def _may_undo(row: Row) -> bool:
    """Whether all that undoing an operation would write is a context file's."""
    try:
        changes = jsontext.loads(str(row.get("changes")))
        for change in changes:
            if "path" in change:
                names.check_repo_path(change["path"])
            if "name" in change:
                names.check_canonical_name(change["name"])
    except (UsageError, ValueError, TypeError, AttributeError):
        return False
    return True


def _in_repository(row: Row) -> bool:
    try:
        names.check_repo_path(str(row.get("path")))
    except UsageError:
        return False
    return True


def _files(contents: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    """The files that go into the home, by their path in it."""
    found = {}
    for path, data in contents.items():
        kind, _, rest = path.partition("/")
        if kind in (transfer.CONTEXT, transfer.SESSIONS) and rest:
            found[f"projects/{manifest.project_id}/{path}"] = data
        elif kind == transfer.REGISTRY and rest:
            if rest.partition("/")[0] not in FOLDERS.values():
                raise broken(f"{path} is no file of a registry")
            found[path] = data
    return found


def _write(
    store: Store, wanted: Mapping[str, bytes], written: list[tuple[Path, bytes]], *, overwrite: bool
) -> tuple[list[str], list[str]]:
    """Put files where there are none; the paths of those, and of those that differ."""
    added, differ = [], []
    for path, data, found in _compared(store.home, wanted):
        if found is not None and not overwrite:
            differ.append(path)
            continue
        target = store.home / path
        files.write_whole(target, data, inside=store.home, expected=found, lock=store.lock)
        if found is None:
            written.append((target, data))
        added.append(path)
    return added, differ


def _compared(home: Path, wanted: Mapping[str, bytes]) -> Iterator[tuple[str, bytes, bytes | None]]:
    for path, data in wanted.items():
        found = files.read_bytes(home / path, inside=home)
        if found != data:
            yield path, data, found


def _take_back(store: Store, written: list[tuple[Path, bytes]]) -> None:
    """Remove what was put beside rows that did not come to be."""
    for target, data in written:
        try:
            files.remove(target, inside=store.home, expected=data, lock=store.lock)
        except (StudioError, OSError):  # somebody has it by now
            continue
