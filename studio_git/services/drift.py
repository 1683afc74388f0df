"""Where every context file of a clone stands: looking, and writing nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from studio_git import files
from studio_git.core import aliases, diff, drift, frames
from studio_git.core.drift import ACCEPTED_ELSEWHERE, Remembered
from studio_git.core.models import (
    Alias,
    AliasType,
    DriftKind,
    Side,
    SyncStatus,
    Verdict,
)
from studio_git.core.text import MAX_BYTES, content_hash
from studio_git.gitio import Place
from studio_git.services.sides import Found, Source, WorkTree
from studio_git.store import contexts
from studio_git.store.connection import Store
from studio_git.store.contexts import ContextFile, Sync
from studio_git.store.projects import Repository

COPIES_BEHIND = "copies-behind"
UNCOMMITTED = "an edit of this work tree that was never committed"

_MANY = 3
"""Files from which one question to git for all is quicker than one for each."""

HISTORY_LIMIT = 5000
"""Versions of one path that are looked at for a base; a context file rarely has a hundred."""


@dataclass(frozen=True)
class Standing:
    """One context file as it stands in one state of a repository.

    ``repo`` is what of the file is compared (its body), ``base`` likewise; ``repo_path`` is
    where the repository's side was taken from, ``copies`` the regular files that carry the same
    text, the primary one included. ``since`` tells of ``accepted-elsewhere`` where from.
    """

    file: ContextFile
    verdict: Verdict
    canonical: Side
    repo: Side
    base: bytes | None
    base_sync: Sync | None
    dismissed: bool
    dismissed_hunks: frozenset[int]
    repo_path: str
    copies: tuple[str, ...]
    since: str = ""

    @property
    def settled(self) -> bool:
        """True where nothing asks for attention: synced, or dismissed."""
        return self.dismissed or self.verdict.status is SyncStatus.SYNCED

    @cached_property
    def canonical_hash(self) -> str | None:
        """Hash of Studio's side; None where there is none to compare."""
        return _hash(self.canonical)

    @cached_property
    def repo_hash(self) -> str | None:
        """Hash of the repository's side; None where there is none to compare."""
        return _hash(self.repo)

    @property
    def base_hash(self) -> str | None:
        """Hash of what both had in common on this line of history."""
        return None if self.base is None else content_hash(self.base)

    @cached_property
    def hunks(self) -> tuple[diff.Hunk, ...]:
        """The differences, numbered from 1; none where a side cannot be compared."""
        if isinstance(self.canonical, bytes) and isinstance(self.repo, bytes):
            return diff.hunks(self.canonical, self.repo, self.base)
        return ()


def canonical_path(home: Path, file: ContextFile) -> Path:
    """Where Studio's copy of a context file is kept."""
    return context_dir(home, file.project_id) / file.file_path


def context_dir(home: Path, project_id: str) -> Path:
    """The folder of a project's canonical files."""
    return home / "projects" / project_id / "context"


def look(
    store: Store,
    repository: Repository,
    place: Place,
    *,
    source: Source | None = None,
    paths: Iterable[str] | None = None,
) -> list[Standing]:
    """How the tracked context files stand; writes nothing.

    ``source`` is the state of the repository to look at, the work tree by default; ``paths``
    limits it to context files that stand at one of them, or are named so in Studio.
    """
    tracked = contexts.tracked(store.db, repository.project_id)
    if paths is not None:
        wanted = set(paths)
        tracked = [file for file in tracked if wanted & set(names_of(file))]
    source = source or WorkTree(place)
    found = source.read({path for file in tracked for path in paths_of(file)})
    eye = Eye(store, repository, place)
    eye.foresee(str(file.repo_path) for file in tracked)
    return [eye.look(file, found) for file in tracked]


def names_of(file: ContextFile) -> tuple[str, ...]:
    """Every name a person may call a tracked context file by."""
    return (*paths_of(file), file.filename)


def paths_of(file: ContextFile) -> tuple[str, ...]:
    """Every path of the repository that carries a tracked context file, the primary one first."""
    return (str(file.repo_path), *(alias.path for alias in file.aliases))


class Eye:
    """Looks at context files of one place; asks git's history only where it has to.

    It asks for nothing twice, so looking again at a text that is being typed is quick. Make a
    new one when canonical files, the store or HEAD may have moved.
    """

    def __init__(self, store: Store, repository: Repository, place: Place) -> None:
        self.store = store
        self.repository = repository
        self.place = place
        self._canonical: dict[str, Side] = {}
        self._syncs: dict[str, list[Sync]] = {}
        self._snapshots: dict[str, bytes | None] = {}
        self._committed: dict[tuple[str, ...], set[str]] = {}
        self._awaited: dict[tuple[str, int], bool] = {}

    def foresee(self, paths: Iterable[str]) -> None:
        """Ask for HEAD's version of many paths at once, since each look needs its own."""
        wanted = list(paths)
        if len(wanted) < _MANY:
            return
        blobs = self.place.git.blobs(self.place.git.in_head(wanted), MAX_BYTES)
        for path, blob in zip(wanted, blobs, strict=True):
            self._committed["", path] = _hashes(path, blob)

    def look(self, file: ContextFile, found: Mapping[str, Found]) -> Standing:
        """How one context file stands, with ``found`` at each of its paths (:func:`paths_of`)."""
        path = str(file.repo_path)
        canonical = self._studio_side(file)
        bodies = _bodies(file, found)
        primary = bodies.pop(path)
        syncs = self._synced(file)
        base, base_sync, elsewhere = self._base(path, primary, syncs)
        older = {sync.content_hash for sync in syncs if base_sync and sync.id < base_sync.id}
        older -= {base_sync.content_hash} if base_sync else set()
        side = aliases.repo_side(path, primary, bodies, base, older)
        if side.path != path:  # the edited copy decides what the file equals
            base, base_sync, elsewhere = self._base(path, side.side, syncs)
        verdict = drift.judge(canonical, side.side, base)
        verdict = _with_copies(verdict, side)
        since = ""
        if elsewhere is not None and verdict.kind is DriftKind.STUDIO_AHEAD:
            verdict = replace(verdict, reason=ACCEPTED_ELSEWHERE)
            since = _from_where(elsewhere, here=self._pending(path, elsewhere))
        standing = Standing(
            file=file,
            verdict=verdict,
            canonical=canonical,
            repo=side.side,
            base=base,
            base_sync=base_sync,
            dismissed=False,
            dismissed_hunks=frozenset(),
            repo_path=side.path,
            copies=(path, *bodies),
            since=since,
        )
        return self._with_dismissal(standing)

    def _studio_side(self, file: ContextFile) -> Side:
        if file.id not in self._canonical:
            path = canonical_path(self.store.home, file)
            self._canonical[file.id] = files.read_side(path, inside=self.store.home)
        return self._canonical[file.id]

    def _synced(self, file: ContextFile) -> list[Sync]:
        if file.id not in self._syncs:
            self._syncs[file.id] = contexts.syncs(self.store.db, file.id)
        return self._syncs[file.id]

    def _snapshot(self, snapshot_id: str) -> bytes | None:
        if snapshot_id not in self._snapshots:
            self._snapshots[snapshot_id] = contexts.snapshot(self.store.db, snapshot_id)
        return self._snapshots[snapshot_id]

    def _base(
        self, path: str, repo: Side, syncs: Sequence[Sync]
    ) -> tuple[bytes | None, Sync | None, Sync | None]:
        """The base, the sync it is from, and the newer sync from elsewhere, if there is one."""
        newest: dict[tuple[str | None, ...], Sync] = {}
        for sync in syncs:  # what two worktrees have in common with Studio, each has for itself
            newest.setdefault((sync.content_hash, sync.repository_id, sync.worktree), sync)
        candidates = list(newest.values())
        if not candidates:
            return None, None, None
        repo_hash = _hash(repo)
        in_head = self._head_version(path)
        sure = {repo_hash, *in_head}
        # What is older than the first sure one is never asked for: git is spared the questions.
        last = next((at for at, it in enumerate(candidates) if it.content_hash in sure), None)
        remembered = [
            Remembered(
                sync.content_hash,
                sync.from_repo,
                pending=(last is None or at < last) and self._pending(path, sync),
            )
            for at, sync in enumerate(candidates)
        ]
        chosen = drift.choose_base(remembered, in_head, repo_hash)
        if chosen.index != 0:
            chosen = drift.choose_base(remembered, self._history(path), repo_hash)
        if chosen.index is None:
            return self._base_before_all(path, repo, candidates)
        sync = candidates[chosen.index]
        elsewhere = next((it for it in candidates[: chosen.index] if it.from_repo), None)
        base = self._snapshot(sync.snapshot_id)
        return base, sync, elsewhere if chosen.elsewhere else None

    def _base_before_all(
        self, path: str, repo: Side, candidates: Sequence[Sync]
    ) -> tuple[bytes | None, Sync | None, Sync | None]:
        """The file itself, where it is a version that came before the one that Studio took.

        So a branch that is older than the binding is behind, and does not count as edited.
        """
        taken = next((sync for sync in candidates if sync.from_repo and sync.head_oid), None)
        if taken is None or not isinstance(repo, bytes):
            return None, None, None
        if _hash(repo) not in self._history(path, str(taken.head_oid)):
            return None, None, None
        return repo, None, taken

    def _pending(self, path: str, sync: Sync) -> bool:
        """True where a sync was made in this worktree, on a commit that HEAD still contains, and
        no commit has its content yet: the next one may.
        """
        if sync.repository_id != self.repository.id or sync.worktree != str(self.place.top):
            return False
        key = (path, sync.id)
        if key not in self._awaited:
            self._awaited[key] = self._contains(sync) and not self._was_committed(path, sync)
        return self._awaited[key]

    def _contains(self, sync: Sync) -> bool:
        oid, git = sync.head_oid, self.place.git
        if oid is None:
            return True  # made before the first commit
        if git.ask("merge-base", "--is-ancestor", oid, "HEAD")[0] == 0:
            return True
        if sync.branch is None or sync.branch != branch_of(self.place):
            return False
        # An amended commit has the parents of the one that it replaced.
        mine, theirs = (git.ask("rev-parse", "--quiet", f"{it}^@") for it in (oid, "HEAD"))
        return mine[0] == theirs[0] == 0 and mine[1] == theirs[1]

    def _was_committed(self, path: str, sync: Sync) -> bool:
        since = ["--all", "--reflog", *([f"^{sync.head_oid}"] if sync.head_oid else [])]
        return sync.content_hash in self._history(path, *since)

    def _head_version(self, path: str) -> set[str]:
        key = ("", path)
        if key not in self._committed:
            (blob,) = self.place.git.blobs([f"HEAD:{path}"], MAX_BYTES)
            self._committed[key] = _hashes(path, blob)
        return self._committed[key]

    def _history(self, path: str, *revisions: str) -> set[str]:
        """Hashes of all versions of a path in the history of HEAD, or of the commits given."""
        key = ("log", path, *revisions)
        if key not in self._committed:
            self._committed[key] = self._read_history(path, *revisions)
        return self._committed[key]

    def _read_history(self, path: str, *revisions: str) -> set[str]:
        status, output, _ = self.place.git.ask(
            "--literal-pathspecs",
            "log",
            "--format=",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--full-history",
            "--diff-merges=separate",
            f"--max-count={HISTORY_LIMIT}",
            "-z",
            *(revisions or ("HEAD",)),
            "--",
            path,
        )
        if status:  # no commit yet, or objects that are missing
            return set()
        oids = {
            record.split(b" ")[3].decode()
            for record in output.split(b"\0")
            if record.lstrip(b"\n").startswith(b":")
        }
        blobs = self.place.git.blobs((oid for oid in oids if oid.strip("0")), MAX_BYTES)
        return set().union(*(_hashes(path, blob) for blob in blobs))

    def _with_dismissal(self, standing: Standing) -> Standing:
        if standing.verdict.status is SyncStatus.SYNCED:
            return standing
        said = contexts.dismissed(
            self.store.db, standing.file.id, standing.canonical_hash, standing.repo_hash
        )
        if isinstance(said, bool):
            return replace(standing, dismissed=said)
        every = {hunk.number for hunk in standing.hunks}
        return replace(standing, dismissed=every <= said, dismissed_hunks=said)


def _hashes(path: str, blob: bytes | None) -> set[str]:
    """The hash of what is compared of a version; none where there is no such version."""
    return set() if blob is None else {content_hash(frames.split(path, blob).body)}


def _bodies(file: ContextFile, found: Mapping[str, Found]) -> dict[str, Side]:
    """What is compared of the primary path and of every copy that has a text of its own."""
    primary = str(file.repo_path)
    bodies = {primary: _body(primary, found[primary])}
    for alias in file.aliases:
        it = found[alias.path]
        if it.side is None or _still_stands_for(alias, it, primary):
            continue
        bodies[alias.path] = _body(alias.path, it)
    return bodies


def _hash(side: Side) -> str | None:
    return content_hash(side) if isinstance(side, bytes) else None


def _body(path: str, found: Found) -> Side:
    side = found.side
    return frames.split(path, side).body if isinstance(side, bytes) else side


def _still_stands_for(alias: Alias, found: Found, primary: str) -> bool:
    """True where an alias is still the link or the pointer that it was, whichever of the two."""
    content = found.side if isinstance(found.side, bytes) else None
    named = aliases.target_of(alias.path, aliases.Candidate(content, found.link))
    return named is not None and (named[0] == primary or named[1] is not AliasType.LINK)


def _with_copies(verdict: Verdict, side: aliases.RepoSide) -> Verdict:
    if side.reason == aliases.COPIES_DIFFER:
        return Verdict(SyncStatus.DIVERGED, DriftKind.CONFLICT, side.reason, verdict.diff_summary)
    if verdict.status is SyncStatus.SYNCED and side.behind:
        return Verdict(SyncStatus.STALE, DriftKind.STUDIO_AHEAD, COPIES_BEHIND)
    if side.reason and not verdict.reason:
        return replace(verdict, reason=side.reason)
    return verdict


def _from_where(sync: Sync, *, here: bool) -> str:
    if here:
        return UNCOMMITTED
    if sync.branch:
        return f"branch {sync.branch}"
    return f"commit {sync.head_oid[:10]}" if sync.head_oid else "another worktree"


def branch_of(place: Place) -> str | None:
    """The branch that HEAD is on; None where it is detached."""
    return place.git.text("symbolic-ref", "--short", "--quiet", "HEAD", ok=(0, 1, 128)) or None


def relative_paths(place: Place, cwd: Path, words: Sequence[str]) -> list[str]:
    """Paths as a person typed them in ``cwd``, as paths in the repository."""
    found = []
    for word in words:
        whole = Path(os.path.normpath(cwd / word))
        inside = whole.is_relative_to(place.top)
        found.append(whole.relative_to(place.top).as_posix() if inside else word)
    return found
