"""The folder that a project's memory is exported to: its layout, and what may stand in it.

``studio-export.json`` says what the folder is and which files belong to it. ``tables/`` holds the
rows as JSON, one file for each table; ``context/``, ``sessions/`` and ``registry/`` the files as
they stand in the Studio home; ``snapshots/`` contents that are kept for later comparisons.
``README.md`` is for people, and is not read back.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_git.core import jsontext, names
from studio_git.errors import StudioError, UsageError

MANIFEST = "studio-export.json"
FORMAT = 1
"""Raised when a later release writes what this one could not read."""

README = "README.md"
TABLES = "tables"
CONTEXT = "context"
SESSIONS = "sessions"
SNAPSHOTS = "snapshots"
REGISTRY = "registry"

MAX_BYTES = 1 << 30
"""Bytes of one file of an export; rows of a million commits are below."""

_SNAPSHOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself; ``files`` are relative paths, with ``/``."""

    project_id: str
    name: str
    files: tuple[str, ...]


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as it stands in the folder."""
    return dump(
        {
            "format": FORMAT,
            "project": manifest.project_id,
            "name": manifest.name,
            "files": list(manifest.files),
        }
    )


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none.

    Raises UsageError for one of a later release, and for one that names what cannot be.
    """
    data = read(folder, MANIFEST)
    if data is None:
        return None
    said = load(data, MANIFEST)
    if not isinstance(said, Mapping) or not isinstance(said.get("format"), int):
        raise broken(f"{MANIFEST} does not say what it is")
    if said["format"] > FORMAT:
        raise UsageError(
            f"{folder} was exported by a later release (format {said['format']}).",
            "Upgrade studio-git.",
        )
    project_id, name, files = said.get("project"), said.get("name"), said.get("files")
    if not (isinstance(project_id, str) and isinstance(name, str) and isinstance(files, list)):
        raise broken(f"{MANIFEST} lacks the project or the files")
    check_name(project_id, "the project's id")
    if not all(isinstance(file, str) for file in files):
        raise broken(f"{MANIFEST} lists what is no file")
    for file in files:
        check_path(file)
    if clash := next(iter(names.case_clash(files)), None):
        raise broken(f"files differ in case only: {' and '.join(clash)}")
    return Manifest(project_id, name, tuple(files))


def check_path(path: str) -> None:
    """Raise UsageError for a path that could lead out of where it belongs."""
    try:
        names.check_canonical_name(path)
    except UsageError as error:
        raise broken(error.message.rstrip(".")) from error


def check_name(text: object, noun: str) -> None:
    """Raise UsageError for an id that cannot be the name of one file or folder."""
    if not isinstance(text, str):
        raise broken(f"{noun} is not a text")
    check_path(text)
    if "/" in text or text.startswith("."):
        raise broken(f"{noun} {names.printable(text)[:80]!r} cannot be a file's name")


def is_snapshot(text: str) -> bool:
    """Whether an id is a hash that a content is kept under."""
    return _SNAPSHOT.fullmatch(text) is not None


def read(folder: Path, path: str) -> bytes | None:
    """A file of an export; None if there is none.

    Raises UsageError where it is reached through a link, is no regular file, or is too large.
    """
    place = folder
    try:
        for part in path.split("/"):
            place /= part
            mode = place.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise broken(f"{path} is reached through a symbolic link")
        if not stat.S_ISREG(mode):
            raise broken(f"{path} is not a regular file")
        with place.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StudioError(
            f"{place} cannot be read: {error.strerror}.", "Look at its permissions."
        ) from error
    if len(data) > MAX_BYTES:
        raise broken(f"{path} is larger than {MAX_BYTES >> 20} MB")
    return data


def dump(value: Any) -> bytes:
    """JSON as it stands in an export: the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def load(data: bytes, path: str) -> Any:
    """What a JSON file says. Raises UsageError for what is none."""
    try:
        return jsontext.loads(data.decode("utf-8"), mend=False)
    except ValueError as error:
        raise broken(f"{path} is no JSON: {str(error)[:100]}") from error


def broken(what: str) -> UsageError:
    """The error for a folder that is no export that could be read."""
    return UsageError(f"this export cannot be read: {what}.", "Export the project once more.")
