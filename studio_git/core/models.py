"""The words of the product as types. Everything here is plain data, passed between layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class SyncStatus(StrEnum):
    """``context_files.sync_status`` of the data model."""

    SYNCED = "synced"
    STALE = "stale"
    DIVERGED = "diverged"
    UNKNOWN = "unknown"


class DriftKind(StrEnum):
    """How canonical and repo differ; finer than :class:`SyncStatus`."""

    STUDIO_AHEAD = "studio-ahead"
    REPO_AHEAD = "repo-ahead"
    MERGEABLE = "mergeable"
    CONFLICT = "conflict"
    NO_BASE = "no-base"
    MISSING_IN_REPO = "missing-in-repo"
    MISSING_IN_STUDIO = "missing-in-studio"
    UNREADABLE = "unreadable"


class Resolution(StrEnum):
    """``drift_records.resolution`` of the data model."""

    ACCEPTED_REPO = "accepted_repo"
    KEPT_STUDIO = "kept_studio"
    MERGED = "merged"
    DISMISSED = "dismissed"


class Policy(StrEnum):
    """What a commit does about a kind of drift."""

    WARN = "warn"
    BLOCK = "block"
    OFF = "off"
    ACCEPT = "accept"


class AliasType(StrEnum):
    """How another path stands for a context file."""

    LINK = "link"
    POINTER = "pointer"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another path of the repository that carries the same context file."""

    path: str
    type: AliasType


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A side that exists and cannot be compared; ``reason`` is shown to people."""

    reason: str


Side = bytes | Unreadable | None
"""One side of a context file: its bytes, why they cannot be had, or that it is absent."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the three-way rule says of one context file.

    ``kind`` is None exactly where ``status`` is synced. ``merged`` holds the clean three-way
    merge for ``mergeable``. ``diff_summary`` counts from canonical to repo, as in
    ``"+4 lines, -2 lines"``, and is empty where there is nothing to count.
    """

    status: SyncStatus
    kind: DriftKind | None = None
    reason: str = ""
    diff_summary: str = ""
    merged: bytes | None = None


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path in a commit; ``added`` and ``removed`` are None for binary content."""

    path: str
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Commit:
    """What capture needs to know of a commit.

    Times are seconds since the epoch with the zone as git writes it (``+0200``). ``message``
    is the whole message as text.
    """

    oid: str
    parents: tuple[str, ...]
    tree: str
    author_name: str
    author_email: str
    author_time: int
    author_zone: str
    committer_email: str
    committer_time: int
    message: str
    files: tuple[FileChange, ...] = field(default=())

    @property
    def subject(self) -> str:
        """The first paragraph on one line, as git shows it."""
        return " ".join(self.message.strip("\n").split("\n\n", 1)[0].split("\n")).strip()
