"""Storing how context files stand: the worktree's state, and for the primary one the rows that
the dashboard reads, with drift records and activity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from studio_git.core.models import DriftKind, Resolution, Side, SyncStatus
from studio_git.core.text import content_hash
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.services.drift import Standing, branch_of
from studio_git.store import activity, contexts, drifts
from studio_git.store.activity import ActivityType
from studio_git.store.connection import Store
from studio_git.store.contexts import ContextFile, State
from studio_git.store.projects import Repository


@dataclass(frozen=True, slots=True)
class Head:
    """Where HEAD is; ``oid`` and ``branch`` are None where there is none."""

    oid: str | None
    branch: str | None


def head_of(place: Place) -> Head:
    """HEAD of a worktree: its commit and its branch."""
    oid = place.git.text("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1, 128))
    return Head(oid or None, branch_of(place))


def record(
    store: Store, repository: Repository, place: Place, standings: Sequence[Standing]
) -> None:
    """Store how the work tree's files stand: this worktree's state, and for the primary one the
    data model's rows, drift records and activity.
    """
    # Asked before anything is locked, and only where it will be stored.
    head = head_of(place) if any(_healed(store, it) is not None for it in standings) else None
    with store.writing() as db:
        primary = binding.is_primary(store, repository, place)
        for standing in standings:
            equal = None if head is None else _healed(store, standing)
            if head is not None and equal is not None:
                remember(store, repository, place, standing.file, equal, head=head, from_repo=False)
            contexts.save_state(
                db, standing.file.id, repository.id, str(place.top), _state(standing)
            )
            if primary:
                _record_primary(store, standing)


def _state(standing: Standing) -> State:
    return State(
        sync_status=_shown_status(standing),
        kind=standing.verdict.kind,
        reason=standing.verdict.reason,
        canonical_hash=standing.canonical_hash,
        repo_hash=standing.repo_hash,
        base_hash=standing.base_hash,
    )


def _shown_status(standing: Standing) -> SyncStatus:
    """What the data model's row says: a dismissed drift raises no alert."""
    return SyncStatus.UNKNOWN if standing.dismissed else standing.verdict.status


def _new_id() -> str:
    import uuid  # slow to import, and most looks find nothing to write

    return str(uuid.uuid4())


def _healed(store: Store, standing: Standing) -> bytes | None:
    """What both sides became by themselves, where the newest memory is of something else."""
    if standing.verdict.status is not SyncStatus.SYNCED or not isinstance(standing.repo, bytes):
        return None
    newest = next(iter(contexts.syncs(store.db, standing.file.id)), None)
    if newest is not None and newest.content_hash == standing.repo_hash:
        return None
    return standing.repo


def remember(
    store: Store,
    repository: Repository,
    place: Place,
    file: ContextFile,
    content: bytes,
    *,
    head: Head,
    from_repo: bool,
    operation_id: int | None = None,
) -> None:
    """Keep what both sides have in common now, as a base for later."""
    contexts.add_sync(
        store.db,
        file.id,
        keep(store, content),
        content_hash(content),
        from_repo=from_repo,
        repository_id=repository.id,
        worktree=str(place.top),
        head_oid=head.oid,
        branch=head.branch,
        operation_id=operation_id,
    )


def keep(store: Store, content: bytes) -> str:
    """Keep bytes in the store for good; the id to have them back by."""
    snapshot_id = hashlib.sha256(content).hexdigest()
    contexts.keep_snapshot(store.db, snapshot_id, content_hash(content), content)
    return snapshot_id


def _record_primary(store: Store, standing: Standing) -> None:
    db, file = store.db, standing.file
    status = _shown_status(standing)
    newly_synced = status is SyncStatus.SYNCED and (
        file.sync_status != status.value or file.repo_hash != standing.repo_hash
    )
    if newly_synced:
        contexts.synced(db, file.id)
    contexts.checked(db, file.id, status, standing.canonical_hash, standing.repo_hash)
    open_drift = drifts.unresolved(db, file.id)
    if standing.settled:
        if open_drift is not None:
            close_drift(store, file, _how_it_went(open_drift, standing))
        return
    if standing.verdict.kind is DriftKind.UNREADABLE:
        return
    canonical, repo = _text(standing.canonical), _text(standing.repo)
    summary = standing.verdict.diff_summary
    if open_drift is None:
        drift_id = _new_id()
        drifts.detect(db, drift_id, file.id, canonical=canonical, repo=repo, diff_summary=summary)
        _log(store, file, ActivityType.DRIFT_DETECTED, describe(standing), drift_id)
    elif (open_drift["canonical_content"], open_drift["repo_content"]) != (canonical, repo):
        drifts.follow(db, open_drift["id"], canonical=canonical, repo=repo, diff_summary=summary)


def close_drift(store: Store, file: ContextFile, how: Resolution) -> str | None:
    """Close the open drift of a context file, if there is one; its id."""
    found = drifts.unresolved(store.db, file.id)
    if found is None:
        return None
    drifts.resolve(store.db, found["id"], how)
    title = f"{file.repo_path}: {how.value.replace('_', ' ')}"
    _log(store, file, ActivityType.DRIFT_RESOLVED, title, found["id"])
    return str(found["id"])


def describe(standing: Standing) -> str:
    """One line for people: the file, its kind, how much differs."""
    verdict = standing.verdict
    kind = verdict.kind.value if verdict.kind else verdict.status.value
    summary = f" ({verdict.diff_summary})" if verdict.diff_summary else ""
    return f"{standing.file.repo_path}: {kind}{summary}"


def _log(store: Store, file: ContextFile, kind: ActivityType, title: str, drift_id: str) -> None:
    activity.log(
        store.db,
        _new_id(),
        file.project_id,
        kind,
        title=title,
        reference_type="drift",
        reference_id=drift_id,
    )


def _how_it_went(record: activity.Row, standing: Standing) -> Resolution:
    """The resolution that describes what happened to a drift that went away by itself."""
    if standing.dismissed:
        return Resolution.DISMISSED
    now = standing.repo_hash
    if now is not None and now == _hash_text(record["repo_content"]):
        return Resolution.ACCEPTED_REPO
    if now is not None and now == _hash_text(record["canonical_content"]):
        return Resolution.KEPT_STUDIO
    return Resolution.MERGED


def _hash_text(text: str | None) -> str | None:
    return None if text is None else content_hash(text.encode())


def _text(side: Side) -> str | None:
    return side.decode("utf-8", "replace") if isinstance(side, bytes) else None
