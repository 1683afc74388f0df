"""Installed skills follow the registry: Studio's copy moves along, and the repository's drifts.

A skill that is installed in a project has a context file of its own there, whose canonical copy
was taken from the registry. When the registry's text moves and the copy is still what it took
last, the copy takes the new one; so every repository shows it as ``studio-ahead``. A copy that
was changed in its project (its repository's text was accepted) is told, and left alone. Light
enough for the worker.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from studio_git import files, gitio
from studio_git.core import skillfolders
from studio_git.core.registrytypes import ItemType
from studio_git.core.text import adapt, content_hash
from studio_git.errors import StudioError
from studio_git.services import binding, ledger, registrysync
from studio_git.services.clone import enter
from studio_git.services.drift import context_dir, look
from studio_git.services.registry import Item, items, stamp
from studio_git.services.registryitems import read
from studio_git.services.registrysync import SyncReport
from studio_git.store import activity, installs, projects
from studio_git.store import registry as rows
from studio_git.store.activity import ActivityType
from studio_git.store.connection import Store
from studio_git.store.installs import Install

_KEPT_UP = "registry-stamp"


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of one install; ``moved`` is False where its project has a text of its own."""

    skill: str
    project_id: str
    path: str
    moved: bool


def keep_up(store: Store) -> SyncReport | None:
    """For the worker: bring rows, files and installs together if anything moved since the last
    time; None where nothing did.
    """
    now = stamp(store)
    if rows.noted(store.db, _KEPT_UP) == now:
        return None
    report = registrysync.sync(store)
    follow(store)
    with store.writing() as db:
        rows.note(db, _KEPT_UP, stamp(store))
    return report


def follow(store: Store, skill: Item | None = None) -> list[Followed]:
    """Move Studio's copies of installed skills along, of one skill or of all.

    Returns those that moved and those that could not; nothing is said of the others.
    """
    found = installs.tracked(store.db, None if skill is None else skill.id)
    if not found:
        return []
    skills = {item.id: item for item in items(store, ItemType.SKILL)}
    done = []
    for install, project_id, path in found:
        item = skills.get(install.skill_id)
        moved = None if item is None else _moved(store, install, project_id, path, item)
        if item is not None and moved is not None:
            done.append(Followed(item.name, project_id, path, moved))
    for project_id in {each.project_id for each in done if each.moved}:
        _look_again(store, project_id)
    return done


def text_for_repositories(item: Item) -> bytes | None:
    """A skill's text as it stands in a repository; None where the registry has none."""
    side = read(item)
    if not isinstance(side, bytes):
        return None
    text = skillfolders.as_skill_file(side.decode("utf-8"), item.name, item.description)
    return text.encode()


def _moved(store: Store, install: Install, project_id: str, path: str, item: Item) -> bool | None:
    """Let one copy take the skill's text; None where there is nothing to take."""
    text = text_for_repositories(item)
    if text is None or content_hash(text) == install.content_hash:
        return None
    target = context_dir(store.home, project_id) / path
    there = files.read_side(target, inside=store.home)
    hash_there = content_hash(there) if isinstance(there, bytes) else None
    if hash_there == content_hash(text):
        with store.writing() as db:
            installs.took(db, install.context_file_id, hash_there)
        return None
    if not isinstance(there, bytes) or hash_there != install.content_hash:
        return False
    files.write_whole(
        target, adapt(text, there), inside=store.home, expected=there, lock=store.lock
    )
    with store.writing() as db:
        ledger.keep(store, there)
        installs.took(db, install.context_file_id, content_hash(text))
        activity.log(
            db,
            str(uuid.uuid4()),
            project_id,
            ActivityType.CONTEXT_UPDATED,
            title=f"{path} follows the skill {item.name}",
            reference_type="context_file",
            reference_id=install.context_file_id,
        )
    return True


def _look_again(store: Store, project_id: str) -> None:
    """Store how the clones of a project stand now, where they can be reached."""
    for repository in projects.repositories(store.db, project_id):
        try:
            place = gitio.locate(Path(repository.primary_worktree))
            workspace = enter(store, place)
            standings = look(store, workspace.repository, place)
            ledger.record(store, workspace.repository, place, standings)
            binding.forget_checks(place.common_dir)
        except (StudioError, OSError):
            continue  # moved or gone: it is looked at when somebody works there again
