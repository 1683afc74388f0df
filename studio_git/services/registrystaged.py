"""Registry files that a repository carries, as the next commit would have them.

On the hook path. The names that agents can list are those of the repository and, where there is a
Studio home, of its registry; without one they are not looked for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from studio_git.core import registrylayout
from studio_git.core.registrytypes import ItemType
from studio_git.errors import StudioError
from studio_git.gitio import Git, Place
from studio_git.services import binding
from studio_git.services.registry import items
from studio_git.services.registryvalidate import Fault, Names, check, names_of
from studio_git.services.sides import Index
from studio_git.store.connection import DATABASE, open_store

_BUSY_SECONDS = 2.0


def faults(place: Place, index_file: Path | None, paths: Sequence[str] | None) -> list[Fault]:
    """What is wrong in the registry files among ``paths``, or among all that is staged.

    Raises StudioError where git cannot tell.
    """
    git = Git(place.top, git_dir=place.git_dir, work_tree=place.top, index_file=index_file)
    chosen = set(_staged(git) if paths is None else paths)
    if not any(map(registrylayout.is_item, chosen)):
        return []
    listed = [os.fsdecode(path) for path in git.records("ls-files", "-z", "--cached")]
    every = [
        it
        for it in registrylayout.find({*listed, *chosen})
        if it.path and registrylayout.is_item(it.path)
    ]
    wanted = [it for it in every if it.path in chosen]
    sides = Index(place, index_file).read([it.path for it in wanted])
    names = _names(place, [(it.type, it.name) for it in every])
    found: list[Fault] = []
    for it in wanted:
        found += check(it, sides[it.path].side, names) or ()
    return found


def _staged(git: Git) -> list[str]:
    """The paths that the next commit changes, but for those that it deletes."""
    head = git.text("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1))
    against = head or git.text("hash-object", "-t", "tree", "--stdin")
    words = ("diff-index", "--cached", "--name-only", "--no-renames", "--diff-filter=d", "-z")
    return [os.fsdecode(path) for path in git.records(*words, against, "--")]


def _names(place: Place, own: Sequence[tuple[ItemType, str]]) -> Names:
    home = binding.home_of(place)
    if not (home / DATABASE).is_file():
        return Names()
    try:
        with open_store(home, busy_seconds=_BUSY_SECONDS) as store:
            kept = names_of(items(store))
    except StudioError:
        return Names()
    return Names(
        {*(kept.skills or ()), *(name for kind, name in own if kind is ItemType.SKILL)},
        {*(kept.tools or ()), *(name for kind, name in own if kind is ItemType.TOOL)},
    )
