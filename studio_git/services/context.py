"""Which files of a repository are context files: finding, adopting, tracking, untracking."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from studio_git import config, files
from studio_git.core import aliases, catalogue, frames, names
from studio_git.core.aliases import Candidate, Group
from studio_git.core.models import Alias, AliasType, Resolution, Unreadable
from studio_git.core.text import content_hash
from studio_git.errors import UnreadableError, UsageError
from studio_git.gitio import Place
from studio_git.services import binding, ledger, proposals, studiotoml
from studio_git.services.clone import Workspace
from studio_git.services.drift import canonical_path, names_of
from studio_git.services.resolve import refresh
from studio_git.services.sides import Found, WorkTree
from studio_git.store import activity, contexts, projects
from studio_git.store.activity import ActivityType
from studio_git.store.contexts import ContextFile

_PRIVATE = tuple(entry.pattern for entry in catalogue.CATALOGUE if entry.private)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The context files that a repository has.

    ``offered`` are adopted unless the user says otherwise; ``on_request`` (nested and private
    ones) only where they are named; ``unreadable`` are left out, with the reason.
    """

    offered: tuple[Group, ...]
    on_request: tuple[Group, ...]
    unreadable: tuple[tuple[str, str], ...]


def discover(place: Place) -> Discovery:
    """Look for context files where agents look for them."""
    found = catalogue.find(_listed(place))
    special = {it.path for it in found if it.nested or it.private}
    sides = WorkTree(place).read([it.path for it in found])
    unreadable = [
        (path, it.side.reason) for path, it in sides.items() if isinstance(it.side, Unreadable)
    ]
    candidates = {
        path: _candidate(path, it) for path, it in sides.items() if isinstance(it.side, bytes)
    }
    groups = aliases.group(candidates)
    return Discovery(
        offered=tuple(group for group in groups if group.primary not in special),
        on_request=tuple(group for group in groups if group.primary in special),
        unreadable=tuple(unreadable),
    )


def kept_by_studio(workspace: Workspace) -> list[Group]:
    """Files of the work tree that Studio has a context file for which no repository tracks.

    The dashboard makes such rows. One belongs to the path whose canonical name it bears, be it
    where agents look or not.
    """
    rows = {it.filename.casefold() for it in _every(workspace) if it.repo_path is None}
    if not rows:
        return []
    paths = [it for it in _listed(workspace.place) if names.canonical_name(it).casefold() in rows]
    sides = WorkTree(workspace.place).read(paths)
    return [Group(path) for path in paths if isinstance(sides[path].side, bytes)]


def clashing(workspace: Workspace, groups: Iterable[Group]) -> dict[str, str]:
    """Those of the paths whose canonical name belongs to another path, and that path."""
    taken = {
        file.filename.casefold(): str(file.repo_path)
        for file in contexts.tracked(workspace.store.db, workspace.repository.project_id)
    }
    found = {}
    for group in groups:
        name = names.canonical_name(group.primary).casefold()
        if taken.setdefault(name, group.primary) != group.primary:
            found[group.primary] = taken[name]
    return found


def adopt(workspace: Workspace, groups: Iterable[Group]) -> list[ContextFile]:
    """Track context files, and take their content into Studio where it has none of that name.

    Content that Studio has already is never replaced: what differs shows as drift. A path whose
    canonical name belongs to another one is left out. Returns the context files that are
    tracked now and were not before.
    """
    groups = list(groups)
    clashes = clashing(workspace, groups)
    known = {
        path
        for file in contexts.tracked(workspace.store.db, workspace.repository.project_id)
        for path in (file.repo_path, *(alias.path for alias in file.aliases))
    }
    new = []
    for group in groups:
        if group.primary in known or group.primary in clashes:
            continue
        new.append(_track(workspace, group.primary, group.aliases, None))
    if new:
        settle(workspace)
    return new


def track(workspace: Workspace, path: str, name: str | None) -> ContextFile:
    """Track one path, under its own canonical name or the one given.

    Raises UsageError for a path or name that cannot be used or is taken, UnreadableError for
    what is no text; nothing is changed then.
    """
    names.check_repo_path(path)
    found = WorkTree(workspace.place).read([path])[path]
    if isinstance(found.side, Unreadable):
        raise UnreadableError(
            f"{path} cannot be a context file: {found.side.reason}.",
            "Track a regular UTF-8 text file of at most 2 MiB.",
            reason=found.side.reason,
        )
    if found.side is None:
        raise UsageError(
            f"{path} is not in the work tree.", "Name a file that is there, or write it first."
        )
    for file in contexts.tracked(workspace.store.db, workspace.repository.project_id):
        if path == file.repo_path:
            raise UsageError(
                f"{path} is tracked already, as {file.filename}.", "See it: git studio status"
            )
        if path in {alias.path for alias in file.aliases}:
            raise UsageError(
                f"{path} is tracked already: it stands for {file.repo_path}.",
                "See it: git studio status",
            )
    alias_of = _stands_for(workspace, path, found) if name is None else None
    file = alias_of or _track(workspace, path, (), name)
    settle(workspace)
    return file


def untrack(workspace: Workspace, file: ContextFile) -> None:
    """Stop comparing a context file; both copies stay as they are."""
    _untrack(workspace, file)
    settle(workspace)


def untrack_named(workspace: Workspace, words: Collection[str]) -> None:
    """Stop comparing the file, or treating the path as another name of one, that is meant.

    ``words`` are ways to say the same name. Raises UsageError where nothing of it is tracked.
    """
    for file in contexts.tracked(workspace.store.db, workspace.repository.project_id):
        for alias in file.aliases:
            if alias.path in words:
                return untrack_alias(workspace, file, alias.path)
        if any(name in words for name in names_of(file)):
            return untrack(workspace, file)
    raise UsageError(
        f"{next(iter(words))} is not a tracked context file.", "See what is: git studio status"
    )


def untrack_alias(workspace: Workspace, file: ContextFile, path: str) -> None:
    """Stop treating a path as another name of a context file."""
    rest = tuple(alias for alias in file.aliases if alias.path != path)
    with workspace.store.writing() as db:
        contexts.track(db, file.id, str(file.repo_path), rest)
    settle(workspace)


def take_proposed(workspace: Workspace) -> proposals.Changes:
    """Take what ``.studio.toml`` proposes; what that was."""
    found = proposals.changes(workspace)
    proposal = workspace.proposal
    if proposal is None:
        return found
    by_name = {it.filename: it for it in _every(workspace)}
    for name in found.removed:
        if name in by_name and by_name[name].repo_path is not None:
            _untrack(workspace, by_name[name])
    touched = {
        *found.added,
        *(proposal.aliases[it] for it in found.aliases if it in proposal.aliases),
    }
    sides = WorkTree(workspace.place).read(proposal.aliases)
    for name in touched:
        path = proposal.context.get(name)
        if path is not None:
            if name in by_name and by_name[name].repo_path not in (None, path):  # it moved
                with workspace.store.writing() as db:
                    contexts.untrack(db, by_name[name].id)
            listed = [it for it, target in proposal.aliases.items() if target == name]
            standing_for = tuple(_alias(it, sides[it]) for it in listed)
            _track(workspace, path, standing_for, name)
    settle(workspace, agreed=True)
    return found


def settle(workspace: Workspace, *, agreed: bool = False) -> None:
    """After a change of what is tracked: the file that shares it, what is confirmed, the rows.

    With ``agreed`` the user took all that ``.studio.toml`` proposes.
    """
    place, repository = workspace.place, workspace.repository
    still_open = proposals.Changes() if agreed else proposals.changes(workspace)
    tracked = contexts.tracked(workspace.store.db, repository.project_id)
    studiotoml.write(
        place,
        workspace.project["id"],
        workspace.project["name"],
        tracked=tracked,
        still_open=still_open,
    )
    proposal = config.read_proposal(place.top)
    confirmed = (
        proposals.as_confirmed(proposal)
        if agreed
        else proposals.still_open(proposal, repository.confirmed, still_open)
    )
    with workspace.store.writing() as db:
        projects.confirm(db, repository.id, confirmed)
    binding.forget_checks(place.common_dir)
    refresh(workspace)


def _listed(place: Place) -> list[str]:
    """Paths in which context files may stand: known to git, new, and ignored private ones."""
    git = place.git
    known = git.records(
        "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"
    )
    paths = [os.fsdecode(path) for path in known]
    ignored = [path for path in _PRIVATE if (place.top / path).is_file() and path not in paths]
    return paths + ignored


def _candidate(path: str, found: Found) -> Candidate:
    if found.link is None:
        return Candidate(found.side)
    return Candidate(found.side, os.path.relpath(found.link, os.path.dirname(path) or "."))  # noqa: PTH120


def _alias(path: str, found: Found) -> Alias:
    named = aliases.target_of(path, _candidate(path, found))
    return Alias(path, named[1] if named else AliasType.COPY)


def _stands_for(workspace: Workspace, path: str, found: Found) -> ContextFile | None:
    """Add a path as another name of a tracked file, where it is one; that file."""
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    named = aliases.target_of(path, _candidate(path, found))
    for file in tracked:
        same = _is_copy(file, path, found)
        if same or (named is not None and named[0] == file.repo_path):
            kind = AliasType.COPY if same or named is None else named[1]
            with workspace.store.writing() as db:
                added = (*file.aliases, Alias(path, kind))
                contexts.track(db, file.id, str(file.repo_path), added)
            return file
    return None


def _is_copy(file: ContextFile, path: str, found: Found) -> bool:
    if not isinstance(found.side, bytes) or catalogue.is_private(path):
        return False
    body = frames.split(path, found.side).body
    return bool(body.strip()) and file.repo_hash == content_hash(body)


def _track(
    workspace: Workspace, path: str, standing_for: Sequence[Alias], name: str | None
) -> ContextFile:
    filename = name or names.canonical_name(path)
    names.check_canonical_name(filename)
    existing = _existing(workspace, filename)
    if existing is not None and existing.repo_path not in (None, path):
        raise UsageError(
            f"{filename} is the name of another context file, {existing.repo_path}.",
            f"Choose another name: git studio track {path} --as NAME",
        )
    file = existing or ContextFile(
        id=str(uuid.uuid4()),
        project_id=workspace.repository.project_id,
        filename=filename,
        file_path=filename,
        sync_status="unknown",
        canonical_hash=None,
        repo_hash=None,
        last_sync_at=None,
        repo_path=path,
    )
    taken = _take_in(workspace, file, path)
    head = ledger.head_of(workspace.place)
    with workspace.store.writing() as db:
        if existing is None:
            contexts.add(db, file.id, file.project_id, filename, file.file_path)
        contexts.track(db, file.id, path, standing_for)
        if taken is not None:
            ledger.remember(
                workspace.store,
                workspace.repository,
                workspace.place,
                file,
                taken,
                head=head,
                from_repo=True,
            )
            activity.log(
                db,
                str(uuid.uuid4()),
                file.project_id,
                ActivityType.CONTEXT_UPDATED,
                title=f"{filename} adopted from {path}",
                reference_type="context_file",
                reference_id=file.id,
            )
    return next(it for it in _every(workspace) if it.id == file.id)


def _take_in(workspace: Workspace, file: ContextFile, path: str) -> bytes | None:
    """Put the repository's text into Studio where it has none; what was put there."""
    found = WorkTree(workspace.place).read([path])[path].side
    target = canonical_path(workspace.store.home, file)
    if not isinstance(found, bytes) or target.exists() or target.is_symlink():
        return None
    body = frames.split(path, found).body
    home = workspace.store.home
    files.write_whole(target, body, inside=home, expected=None, lock=workspace.store.lock)
    return body


def _untrack(workspace: Workspace, file: ContextFile) -> None:
    with workspace.store.writing() as db:
        ledger.close_drift(workspace.store, file, Resolution.DISMISSED)
        contexts.untrack(db, file.id)


def _existing(workspace: Workspace, filename: str) -> ContextFile | None:
    for file in _every(workspace):
        if file.filename == filename:
            return file
        if file.filename.casefold() == filename.casefold():
            if file.repo_path is None:
                return file
            raise UsageError(
                f"{filename} and {file.filename} differ in case only.",
                "Choose another name with --as: they would be one file on some systems.",
            )
    return None


def _every(workspace: Workspace) -> list[ContextFile]:
    return contexts.every(workspace.store.db, workspace.repository.project_id)
