"""What a decision and its file last both said, on the line of history that HEAD is on.

The rule is that of context files (:func:`studio_git.core.drift.choose_base`): of what both once
said, the newest counts that is in the history of the file's path, or that the file says now. So a
file on an older branch is behind, and does not count as edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio_git.core import drift, times
from studio_git.core.drift import Remembered
from studio_git.core.text import content_hash
from studio_git.gitio import Place
from studio_git.store import decisionfiles
from studio_git.store.connection import Store
from studio_git.store.decisionfiles import KnownFile, Said, Sync
from studio_git.store.projects import Repository

_VERSIONS = 20_000
"""Versions of a folder's files that are looked at."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of decision records; ``prefix`` is its path in the repository.

    Where it stands in no clone of the project, ``prefix`` is its absolute path, and ``place`` and
    ``repository`` are None. Nothing is read through a link that leads out of ``inside``.
    """

    path: Path
    prefix: str
    inside: Path
    place: Place | None
    repository: Repository | None

    def known_as(self, name: str) -> str:
        """The path by which a file of the folder is remembered."""
        return f"{self.prefix}/{name}" if self.prefix else name


@dataclass(frozen=True, slots=True)
class Base:
    """What both said (None: not known); ``current`` says that it is the newest, of this file.

    ``elsewhere``: Studio has since taken over something that this line of history lacks.
    """

    said: Said | None
    current: bool
    elsewhere: bool


class Bases:
    """Looks for bases in one folder; asks git's history only where it has to, and once."""

    def __init__(self, store: Store, folder: Folder) -> None:
        self._store = store
        self._folder = folder
        self._oids: dict[str, set[str]] | None = None
        self._hashes: dict[str, set[str]] = {}

    def of(self, file: KnownFile, found: str | None) -> Base:
        """The base of a file; ``found`` is the hash of its normalised text, None if absent."""
        syncs = decisionfiles.syncs(self._store.db, file.id)
        if not syncs:
            return Base(None, current=False, elsewhere=False)
        if syncs[0].content_hash == found:
            return Base(syncs[0].said, current=True, elsewhere=False)
        history = self._history(file.path)
        sure = {found, *history}
        # What is older than the first sure one is never asked for: git is spared the questions.
        last = next((at for at, sync in enumerate(syncs) if sync.content_hash in sure), len(syncs))
        remembered = [
            Remembered(
                sync.content_hash,
                sync.from_repo,
                pending=at < last and self._pending(file, sync),
            )
            for at, sync in enumerate(syncs)
        ]
        chosen = drift.choose_base(remembered, history, found)
        said = None if chosen.index is None else syncs[chosen.index].said
        return Base(said, current=False, elsewhere=chosen.elsewhere)

    def was_here(self, file: KnownFile) -> bool:
        """Whether a file that is absent stood here: on this line of history, or uncommitted."""
        if self._folder.place is None or file.path in self._versions():
            return True
        syncs = decisionfiles.syncs(self._store.db, file.id)
        return any(self._pending(file, sync) for sync in syncs)

    def since(self, path: str) -> str:
        """When a file was first committed, as the store writes times; "" where it never was."""
        if self._folder.place is None:
            return ""
        words = ("--literal-pathspecs", "log", "--format=%at", "--diff-filter=A", "--", path)
        status, output, _ = self._folder.place.git.ask(*words)
        seconds = output.split()
        return times.to_store(int(seconds[-1])) if status == 0 and seconds else ""

    def _history(self, path: str) -> set[str]:
        if path not in self._hashes:
            place = self._folder.place
            oids = self._versions().get(path, set())
            blobs = [] if place is None else place.git.blobs(oids)
            self._hashes[path] = {content_hash(blob) for blob in blobs if blob is not None}
        return self._hashes[path]

    def _versions(self) -> dict[str, set[str]]:
        """The blobs that the files of the folder ever were on this line of history, by path."""
        if self._oids is None:
            self._oids = self._read("HEAD") if self._folder.place is not None else {}
        return self._oids

    def _read(self, *revisions: str) -> dict[str, set[str]]:
        assert self._folder.place is not None  # noqa: S101 - for the type checker
        status, output, _ = self._folder.place.git.ask(
            "--literal-pathspecs",
            "log",
            "--format=",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--full-history",
            "--diff-merges=separate",
            f"--max-count={_VERSIONS}",
            "-z",
            *revisions,
            "--",
            self._folder.prefix or ".",
        )
        found: dict[str, set[str]] = {}
        records = iter(output.split(b"\0") if status == 0 else ())
        for record in records:
            fields = record.lstrip(b"\n").split(b" ")
            if len(fields) == 5 and fields[0].startswith(b":"):
                path = next(records, b"").decode("utf-8", "surrogateescape")
                oid = fields[3].decode()
                found.setdefault(path, set()).update({oid} if oid.strip("0") else ())
        return found

    def _pending(self, file: KnownFile, sync: Sync) -> bool:
        """True where file and decision agreed in this worktree, and no commit has that yet."""
        place, repository = self._folder.place, self._folder.repository
        if place is None or repository is None:
            return True  # without history there is nothing but the file
        if sync.repository_id != repository.id or sync.worktree != str(place.top):
            return False
        since = [] if sync.head_oid is None else [f"^{sync.head_oid}"]
        if sync.head_oid is not None and not self._contains(sync.head_oid):
            return False
        made = self._read("--all", "--reflog", *since).get(file.path, set())
        blobs = place.git.blobs(made)
        return sync.content_hash not in {content_hash(it) for it in blobs if it is not None}

    def _contains(self, oid: str) -> bool:
        """Whether HEAD contains a commit, or one that amended it."""
        place = self._folder.place
        assert place is not None  # noqa: S101 - for the type checker
        if place.git.ask("merge-base", "--is-ancestor", oid, "HEAD")[0] == 0:
            return True
        mine, theirs = (place.git.ask("rev-parse", "--quiet", f"{it}^@") for it in (oid, "HEAD"))
        return mine[0] == theirs[0] == 0 and mine[1] == theirs[1]
