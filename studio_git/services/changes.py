"""Changing canonical and repository files together: kept first, written whole, taken back.

Every change of content goes through :func:`carry_out`. What it replaces is in the store, and the
operation logged, before the first file is written; so a crash between two files leaves a state
that ``git studio undo`` can still take back, and that a look describes truly.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from studio_git import config, files
from studio_git.core import text
from studio_git.core.models import Resolution, Unreadable
from studio_git.errors import FileChangedError, StudioError, UsageError
from studio_git.services import binding, ledger, proposals
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, context_dir
from studio_git.store import activity, contexts, drifts, operations, projects
from studio_git.store.activity import ActivityType
from studio_git.store.operations import Operation

STUDIO = "studio"
REPO = "repo"


@dataclass(frozen=True, slots=True)
class Write:
    """One file to be put from ``before`` to ``after``; None is an absent file.

    ``side`` says which tree ``path`` belongs to: ``studio`` (the project's context folder) or
    ``repo`` (the work tree).
    """

    side: str
    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Step:
    """What an operation does to one context file.

    ``common`` is what both sides have in common from now on, as far as they do (None: nothing
    new). ``closes`` is False where a difference is left that asks for attention. ``dismisses``
    are the hunks to put aside (None: all of them, empty: none).
    """

    standing: Standing
    resolution: Resolution
    writes: tuple[Write, ...] = ()
    common: bytes | None = None
    closes: bool = True
    untracks: bool = False
    dismisses: Collection[int] | None = ()

    @property
    def from_repo(self) -> bool:
        """True where canonical followed the repository."""
        return self.resolution in (Resolution.ACCEPTED_REPO, Resolution.MERGED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, before anything is: the operation's title and its steps."""

    title: str
    steps: tuple[Step, ...]

    @property
    def writes(self) -> tuple[Write, ...]:
        """All files that change, in order."""
        return tuple(write for step in self.steps for write in step.writes)


def carry_out(workspace: Workspace, plan: Plan) -> int:
    """Log an operation, write its files, and bring the rows along; the operation's number.

    Raises FileChangedError, with nothing changed, where a file is no longer what was read.
    """
    store = workspace.store
    writes = plan.writes
    with store.writing() as db:
        changes = [_logged(workspace, write) for write in writes]
        number = operations.add(
            db,
            workspace.repository.project_id,
            workspace.repository.id,
            str(workspace.place.top),
            title=plan.title,
            changes=changes,
        )
    still_open = proposals.changes(workspace)
    try:
        _write_all(workspace, writes)
    except StudioError:
        with store.writing() as db:
            operations.mark_undone(db, number)
        raise
    head = ledger.head_of(workspace.place)
    with store.writing() as db:
        changes += [_settle(workspace, step, number, head) for step in plan.steps]
        operations.describe(db, number, changes)
        if any(step.untracks for step in plan.steps):
            _confirm(workspace, still_open)
    binding.forget_checks(workspace.place.common_dir)
    return number


def _write_all(workspace: Workspace, writes: Sequence[Write]) -> None:
    """Put all files, or none: what was put already is taken back where one cannot be."""
    done: list[Write] = []
    try:
        for write in writes:
            _put(workspace, write)
            done.append(write)
    except StudioError:
        for write in reversed(done):
            _put(workspace, Write(write.side, write.path, write.after, write.before))
        raise


def _confirm(workspace: Workspace, still_open: proposals.Changes) -> None:
    """What we wrote to ``.studio.toml`` ourselves is no proposal."""
    repository = workspace.repository
    proposal = config.read_proposal(workspace.place.top)
    confirmed = proposals.still_open(proposal, repository.confirmed, still_open)
    projects.confirm(workspace.store.db, repository.id, confirmed)


def _settle(workspace: Workspace, step: Step, number: int, head: ledger.Head) -> Mapping[str, Any]:
    """Bring the rows of one context file along; what undo has to know of that."""
    store, file, standing = workspace.store, step.standing.file, step.standing
    if step.common is not None:
        ledger.remember(
            store,
            workspace.repository,
            workspace.place,
            file,
            step.common,
            head=head,
            from_repo=step.from_repo,
            operation_id=number,
        )
    pair = (standing.canonical_hash, standing.repo_hash)
    dismisses = step.dismisses is None or bool(step.dismisses)
    if dismisses:
        contexts.dismiss(store.db, file.id, *pair, hunks=step.dismisses)
    drift_id = ledger.close_drift(store, file, step.resolution) if step.closes else None
    if step.untracks:
        contexts.untrack(store.db, file.id)
    for write in step.writes:
        if write.side == STUDIO:
            _log_update(workspace, file.id, write.path)
    return {
        "context_file": file.id,
        "name": file.filename,
        "untracks": step.untracks,
        "dismissed": pair if dismisses else None,
        "dismissed_before": sorted(standing.dismissed_hunks),
        "drift": drift_id,
    }


def undo(workspace: Workspace, number: int | None) -> Operation:
    """Bring back what an operation replaced: the newest in this clone, or the one named.

    Raises UsageError where there is none, FileChangedError, with nothing changed, where a file
    was changed since.
    """
    operation, writes = plan_undo(workspace, number)
    store = workspace.store
    still_open = proposals.changes(workspace)
    _write_all(workspace, writes)
    with store.writing() as db:
        operations.mark_undone(db, operation.id)
        contexts.forget_syncs(db, operation.id)
        for change in operation.changes:
            if "side" not in change:
                _take_back(workspace, change)
        if any(change.get("untracks") for change in operation.changes):
            _confirm(workspace, still_open)
    binding.forget_checks(workspace.place.common_dir)
    return operation


def plan_undo(workspace: Workspace, number: int | None) -> tuple[Operation, list[Write]]:
    """What :func:`undo` will take back, and the files it will write; nothing is changed.

    Raises what :func:`undo` raises.
    """
    operation = _operation(workspace, number)
    writes = []
    for change in operation.changes:
        if "side" not in change:
            continue
        write = _reversed(workspace, change)
        found = _content(workspace, write)
        if found != write.before:
            if not _same_text(found, write.before):
                raise FileChangedError(
                    f"{write.path} ({_side_name(write.side)}) was changed after operation "
                    f"{operation.id}; nothing was undone.",
                    "Undo the later operations first, or resolve by hand: git studio diff",
                )
            after = None if write.after is None else text.adapt(write.after, found)
            write = replace(write, before=found, after=after)
        writes.append(write)
    return operation, writes


def _same_text(one: object, other: object) -> TypeGuard[bytes]:
    """Whether two contents differ in nothing that counts: editors have their own line ends, byte
    order marks and final newlines.
    """
    both = isinstance(one, bytes) and isinstance(other, bytes)
    return both and text.content_hash(one) == text.content_hash(other)


def _take_back(workspace: Workspace, change: Mapping[str, Any]) -> None:
    db = workspace.store.db
    context_file_id = change["context_file"]
    if change.get("untracks"):
        contexts.retrack(db, context_file_id)
    if change.get("dismissed"):
        contexts.take_back_dismissal(db, context_file_id, *change["dismissed"])
        if change["dismissed_before"]:
            before = frozenset(change["dismissed_before"])
            contexts.dismiss(db, context_file_id, *change["dismissed"], hunks=before)
    if change.get("drift") and drifts.unresolved(db, context_file_id) is None:
        drifts.reopen(db, change["drift"])
    _log_update(workspace, context_file_id, change["name"], "brought back")


def _operation(workspace: Workspace, number: int | None) -> Operation:
    db = workspace.store.db
    if number is None:
        latest = operations.latest(db, workspace.repository.id, str(workspace.place.top))
        if latest is None:
            raise UsageError(
                "there is nothing to undo in this work tree.",
                "See what happened: git studio activity",
            )
        return latest
    found = operations.get(db, number)
    if found is None or found.repository_id != workspace.repository.id:
        raise UsageError(
            f"there is no operation {number} in this repository.",
            "Name one that sync or resolve printed, or none for the newest.",
        )
    if found.undone_at is not None:
        raise UsageError(f"operation {number} was undone already.", "")
    if found.worktree != str(workspace.place.top):
        raise UsageError(
            f"operation {number} was made in another worktree, {found.worktree}.",
            "Run git studio undo there.",
        )
    return found


def _logged(workspace: Workspace, write: Write) -> Mapping[str, Any]:
    store = workspace.store
    return {
        "side": write.side,
        "path": write.path,
        "before": None if write.before is None else ledger.keep(store, write.before),
        "after": None if write.after is None else ledger.keep(store, write.after),
    }


def _reversed(workspace: Workspace, change: Mapping[str, Any]) -> Write:
    db = workspace.store.db

    def content(key: str) -> bytes | None:
        return None if change[key] is None else contexts.snapshot(db, change[key])

    return Write(change["side"], change["path"], content("after"), content("before"))


def _content(workspace: Workspace, write: Write) -> bytes | Unreadable | None:
    try:
        if write.side == REPO:
            return workspace.content(write.path)
        return files.read_bytes(_locate(workspace, write), inside=workspace.store.home)
    except OSError as error:  # a folder stands there now, or it may not be read
        return Unreadable(str(error.strerror))


def _locate(workspace: Workspace, write: Write) -> Path:
    return _root(workspace, write) / write.path


def _root(workspace: Workspace, write: Write) -> Path:
    if write.side == REPO:
        return workspace.place.top
    return context_dir(workspace.store.home, workspace.repository.project_id)


def _put(workspace: Workspace, write: Write) -> None:
    path = _locate(workspace, write)
    repo = write.side == REPO
    if repo and write.path in workspace.held:
        if write.after is not None:
            workspace.held[write.path] = write.after
            return
        del workspace.held[write.path]
    inside = workspace.place.top if repo else workspace.store.home
    lock = binding.studio_dir(workspace.place.common_dir) / "lock" if repo else workspace.store.lock
    if write.after is None:
        if write.before is not None:
            files.remove(path, inside=inside, expected=write.before, lock=lock)
        return
    files.write_whole(
        path,
        write.after,
        inside=inside,
        expected=write.before,
        lock=lock,
        mode=0o644 if repo else files.FILE_MODE,
    )


def _side_name(side: str) -> str:
    return "in the repository" if side == REPO else "Studio's copy"


def _log_update(
    workspace: Workspace, context_file_id: str, name: str, how: str = "updated"
) -> None:
    activity.log(
        workspace.store.db,
        str(uuid.uuid4()),
        workspace.repository.project_id,
        ActivityType.CONTEXT_UPDATED,
        title=f"{name} {how}".strip(),
        reference_type="context_file",
        reference_id=context_file_id,
    )
