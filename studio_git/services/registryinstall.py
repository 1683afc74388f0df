"""Putting a skill of the registry into a repository, as a tracked file that can drift.

``SKILL.md`` becomes a context file; what belongs to the skill besides is copied, and brought
along when the skill is installed again. Nothing of it is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from studio_git import files
from studio_git.core import names
from studio_git.core.models import Unreadable
from studio_git.core.skillfolders import SKILL_FILE
from studio_git.core.text import content_hash
from studio_git.errors import UsageError
from studio_git.services import binding, context
from studio_git.services.clone import Workspace
from studio_git.services.registryexport import skill_files
from studio_git.services.registryfolders import Contents, RegistryFile
from studio_git.services.registryfollow import follow
from studio_git.services.registryitems import Item
from studio_git.services.sides import WorkTree
from studio_git.store import contexts, installs
from studio_git.store.contexts import ContextFile
from studio_git.store.installs import Install

PLACES = (".claude/skills", ".agents/skills")
"""Where agents look for skills: Claude Code in the first, most others in the second."""

_PUBLIC = 0o644
_PUBLIC_PROGRAM = 0o755


@dataclass(frozen=True, slots=True)
class Installed:
    """What was put where: paths in the repository.

    ``changed`` is False where all of it was there. ``left`` are files that were edited in the
    repository, and stayed.
    """

    file: ContextFile
    path: str
    written: tuple[str, ...]
    left: tuple[str, ...]
    changed: bool


def place_for(workspace: Workspace) -> str:
    """The folder for skills that the repository has already; else Claude Code's."""
    top = workspace.place.top
    return next((place for place in PLACES if (top / place).is_dir()), PLACES[0])


def install(workspace: Workspace, skill: Item, folder: str) -> Installed:
    """Put a skill into ``folder`` of the repository; doing it again brings its files along.

    Raises UsageError, with nothing changed, where another ``SKILL.md`` stands there.
    """
    wanted = {f"{folder}/{skill.name}/{path}": one for path, one in skill_files(skill).items()}
    path = f"{folder}/{skill.name}/{SKILL_FILE}"
    for each in wanted:
        names.check_repo_path(each)
    text = wanted.pop(path)
    tracked = _tracked_at(workspace, path)
    known = None if tracked is None else installs.of(workspace.store.db, tracked.id)
    written = _put_skill(workspace, path, text, tracked, known)
    if known is None:
        # Noted before anything else is copied: what is there of it is then never taken for ours.
        tracked = tracked or context.track(workspace, path, None)
        # The same text in a second place is another name of the first.
        known = installs.of(workspace.store.db, tracked.id)
        known = known or Install(tracked.id, skill.id, content_hash(text.data), {})
        with workspace.store.writing() as db:
            installs.put(db, known)
        written.append(path)
    else:
        follow(workspace.store, skill)
    copied, left, now = _copy(workspace, wanted, known.files, path.removesuffix(SKILL_FILE))
    latest = installs.of(workspace.store.db, known.context_file_id) or known
    if now != latest.files:
        with workspace.store.writing() as db:
            said = Install(latest.context_file_id, skill.id, latest.content_hash, now)
            installs.put(db, said)
    file = _tracked_at(workspace, path) or tracked
    assert file is not None  # noqa: S101 - for the type checker: it is tracked now
    done = tuple(dict.fromkeys((*written, *copied)))
    return Installed(file, path, done, tuple(left), changed=bool(done))


def _put_skill(
    workspace: Workspace,
    path: str,
    text: RegistryFile,
    tracked: ContextFile | None,
    known: Install | None,
) -> list[str]:
    """Write ``SKILL.md`` where there is none; a file of another content is never replaced."""
    side = WorkTree(workspace.place).read([path])[path].side
    if isinstance(side, Unreadable):
        raise UsageError(f"{path} cannot be used: {side.reason}.", "Choose another with --to DIR.")
    if known is not None:  # drift of what is installed is sync's and resolve's to settle
        return []
    if side is None:
        _write(workspace, path, None, text)
        return [path]
    if content_hash(side) != content_hash(text.data):
        into = path.rpartition("/")[0]
        raise UsageError(
            f"{path} is there, and it is another text; nothing was changed.",
            f"Take it into the registry: git studio registry import {into} --replace"
            if tracked is None
            else f"Untrack it first: git studio untrack {path}",
        )
    return []


def _copy(
    workspace: Workspace, wanted: Contents, had: Mapping[str, str], root: str
) -> tuple[list[str], list[str], dict[str, str]]:
    """Bring the other files along: what was written, what was left, and what is ours now."""
    written: list[str] = []
    left: list[str] = []
    ours: dict[str, str] = {}
    top = workspace.place.top
    for path, one in wanted.items():
        there = files.read_bytes(top / path, inside=top)
        new = _digest(one.data)
        if there == one.data:
            ours[path] = new
        elif there is None or _digest(there) == had.get(path):
            _write(workspace, path, there, one)
            written.append(path)
            ours[path] = new
        else:
            left.append(path)
            if path in had:
                ours[path] = had[path]
    for path, digest in had.items():
        if not path.startswith(root):
            ours[path] = digest
        elif path not in wanted and files.read_bytes(top / path, inside=top) is not None:
            left.append(path)  # the skill has it no more; whether to delete it, a person says
            ours[path] = digest
    return written, left, ours


def _write(workspace: Workspace, path: str, before: bytes | None, one: RegistryFile) -> None:
    files.write_whole(
        workspace.place.top / path,
        one.data,
        inside=workspace.place.top,
        expected=before,
        lock=binding.studio_dir(workspace.place.common_dir) / "lock",
        mode=_PUBLIC_PROGRAM if one.executable else _PUBLIC,
    )


def _tracked_at(workspace: Workspace, path: str) -> ContextFile | None:
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    for file in tracked:
        if path == file.repo_path or path in {alias.path for alias in file.aliases}:
            return file
    return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
