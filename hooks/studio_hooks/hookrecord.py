"""What the installer did to a repository, in ``<common>/studio/hooks.json``.

Taking a block out again needs no record; the record is what makes it byte for byte where the
text alone does not tell (a script without a final newline, where a link led).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import jsontext
from studio_git.gitio import Place

VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One hook of somebody else's that we chained into or replaced.

    ``before`` are the bytes of a chained script and ``after`` the SHA-256 of what we made of it.
    ``link`` is where a replaced symbolic link led, as it was written.
    """

    before: bytes | None = None
    after: str = ""
    link: str | None = None


@dataclass(slots=True)
class Record:
    """All of it; ``entries`` by the hook's path relative to the common git directory."""

    python: str = ""
    isolation: str = ""
    made_folder: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)


def path_of(place: Place) -> Path:
    """Where the record of a clone stands."""
    return place.common_dir / "studio" / "hooks.json"


def lock_of(place: Place) -> Path:
    """The lock that writers of this clone's hooks agree on."""
    return place.common_dir / "studio" / "hooks.lock"


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def load(place: Place) -> Record:
    """The record; an empty one where there is none, or where it cannot be understood."""
    data = files.read_bytes(path_of(place))
    try:
        document = jsontext.loads(data or b"{}", mend=False)
    except ValueError:
        document = {}
    if not isinstance(document, dict) or document.get("version") != VERSION:
        return Record()
    entries = document.get("entries")
    return Record(
        python=str(document.get("python", "")),
        isolation=str(document.get("isolation", "")),
        made_folder=str(document.get("made_folder", "")),
        entries={
            str(name): _entry(value)
            for name, value in (entries.items() if isinstance(entries, dict) else ())
            if isinstance(value, dict)
        },
    )


def save(place: Place, record: Record) -> None:
    """Write the record; raises StudioError where that is not possible."""
    document = {
        "version": VERSION,
        "python": record.python,
        "isolation": record.isolation,
        "made_folder": record.made_folder,
        "entries": {name: _plain(entry) for name, entry in record.entries.items()},
    }
    data = (json.dumps(document, indent=1) + "\n").encode()
    path = path_of(place)
    current = files.read_bytes(path)
    if current != data:
        files.write_whole(
            path, data, inside=place.common_dir, expected=current, lock=lock_of(place)
        )


def forget(place: Place) -> None:
    """Remove the record."""
    path_of(place).unlink(missing_ok=True)


def _plain(entry: Entry) -> dict[str, str | None]:
    return {
        "before": None if entry.before is None else base64.b64encode(entry.before).decode(),
        "after": entry.after,
        "link": entry.link,
    }


def _entry(value: Mapping[str, Any]) -> Entry:
    before = value.get("before")
    link = value.get("link")
    try:
        decoded = base64.b64decode(before, validate=True) if isinstance(before, str) else None
    except binascii.Error:
        decoded = None
    return Entry(
        before=decoded,
        after=str(value.get("after", "")),
        link=link if isinstance(link, str) else None,
    )
