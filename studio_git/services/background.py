"""What the detached worker does for one clone: capture, the registry, drift, and the user's accept
policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from studio_git import gitio
from studio_git.core.frames import split
from studio_git.core.models import DriftKind, Policy, Resolution
from studio_git.core.text import content_hash
from studio_git.errors import NotBoundError, StudioError
from studio_git.gitio import Place
from studio_git.services import (
    binding,
    capture,
    dailybackup,
    hints,
    ledger,
    registryfollow,
    resolve,
    search,
)
from studio_git.services.clone import Workspace, enter
from studio_git.services.drift import Standing, look
from studio_git.store import writelog
from studio_git.store.connection import open_store

BUSY_SECONDS = 5.0
"""Longer than others write. Where that is not enough, the worker lets go of its own lock, for
which people's commands wait, and comes back."""


class SpoolRecord(Protocol):
    """What a hook noted; the spool of the hooks has the format."""

    @property
    def stage(self) -> str:
        """The hook."""

    @property
    def git_dir(self) -> Path | None:
        """The worktree's git directory; None where it could not be named."""

    @property
    def details(self) -> Sequence[str]:
        """What the stage tells."""


def settle(
    common_dir: Path, records: Sequence[SpoolRecord], *, bounded: bool = False
) -> list[Place]:
    """Bring the store up to what happened in a clone; the worktrees that were looked at.

    Raises StudioError where the store cannot be used now, StoreBusyError where others are at it;
    the records are to be kept then. ``bounded`` adds nothing to a log of writes over its limit.
    """
    places = _places(common_dir, records)
    if not places:
        return []
    home = binding.home_of(places[0])
    if bounded:
        writelog.require_room(home)
    with open_store(home, busy_seconds=BUSY_SECONDS) as store:
        store.require_writable()
        try:
            workspaces = [enter(store, place) for place in places]
        except NotBoundError:
            return []  # a copy, or unbound since: nothing of it is ours
        first = workspaces[0]
        capture.capture(
            store,
            first.repository,
            first.place,
            first.settings,
            hints=[hints.read_record(it.stage, it.git_dir, it.details) for it in records],
        )
        with suppress(StudioError):  # the registry can wait for the next time
            registryfollow.keep_up(store)
        for workspace in workspaces:
            _settle_drift(workspace)
        dailybackup.make(store)
        search.catch_up(store)
    writelog.tidy(home)
    return places


def _settle_drift(workspace: Workspace) -> None:
    standings = look(workspace.store, workspace.repository, workspace.place)
    ledger.record(workspace.store, workspace.repository, workspace.place, standings)
    if workspace.settings.policy[DriftKind.REPO_AHEAD] is Policy.ACCEPT:
        for standing in standings:
            if _may_accept(workspace, standing):
                resolve.resolve(workspace, standing, Resolution.ACCEPTED_REPO)


def _may_accept(workspace: Workspace, standing: Standing) -> bool:
    """True for what the user committed, as it is, on the default branch."""
    if standing.settled or resolve.direction_of(standing) is not Resolution.ACCEPTED_REPO:
        return False
    git, path = workspace.place.git, standing.repo_path
    branch = ledger.head_of(workspace.place).branch
    if branch is None or branch != _default_branch(workspace):
        return False
    (committed,) = git.blobs([f"HEAD:{path}"])
    if committed is None or content_hash(split(path, committed).body) != standing.repo_hash:
        return False  # edited, and not committed
    author = git.text("log", "-1", "--format=%aE", "HEAD", "--", path)
    return author.lower() in workspace.settings.emails


def _default_branch(workspace: Workspace) -> str | None:
    """The branch that ``origin`` calls its own; without one, what git would call the first."""
    git = workspace.place.git
    remote = git.text("symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD", ok=(0, 1))
    if remote:
        return remote.removeprefix("origin/")
    for name in (git.config("init.defaultBranch"), "main", "master"):
        if name and git.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{name}")[0] == 0:
            return name
    return None


def _places(common_dir: Path, records: Sequence[SpoolRecord]) -> list[Place]:
    """The worktrees that the records are of; the main one where they name none that is there."""
    named = {record.git_dir for record in records if record.git_dir is not None}
    places = []
    for git_dir in sorted(named or {common_dir}):
        top = _work_tree(git_dir, common_dir)
        try:
            if top is not None:
                places.append(gitio.locate(top))
        except StudioError:
            continue  # removed since
    return [place for place in places if place.common_dir == common_dir.resolve()]


def _work_tree(git_dir: Path, common_dir: Path) -> Path | None:
    linked = git_dir / "gitdir"
    if git_dir.resolve() != common_dir.resolve() and linked.is_file():
        return Path(linked.read_text().strip()).parent
    git = gitio.Git(common_dir, git_dir=common_dir)
    configured = git.config("core.worktree")
    if configured:
        return (common_dir / configured).resolve()
    return common_dir.parent if common_dir.name == ".git" else _noted_top(common_dir)


def _noted_top(common_dir: Path) -> Path | None:
    """Where a clone with a separate git directory was bound; its note says."""
    note = binding.read_note(common_dir)
    return Path(note.top) if note is not None else None
