"""Whether what a context file refers to exists: on disk, in the index, in the store."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from studio_git.core import references
from studio_git.core.references import Kind, Reference
from studio_git.core.registrytypes import ItemType
from studio_git.gitio import Place
from studio_git.services import registry, registryitems
from studio_git.services.repocheck import is_skill
from studio_git.store import lookup
from studio_git.store.connection import Store
from studio_git.store.lookup import Table


@dataclass(frozen=True)
class Known:
    """Answers for one repository; without a place, or without a store, what that would know
    counts as existing. What the store and the index say is asked for once, so make a new one to
    look again.
    """

    place: Place | None
    store: Store | None

    def has(self, reference: Reference, path: str) -> bool:
        """Tell whether a reference of the repository's file ``path`` leads somewhere."""
        if reference.kind is Kind.FILE:
            return self._has_file(references.paths_of(reference, path))
        if reference.kind is Kind.SKILL:
            return self.store is None or self._has_skill(reference.target)
        return self.store is None or bool(
            lookup.by_id(self.store.db, Table.DECISIONS, reference.target)
        )

    def missing(self, text: str, path: str) -> list[Reference]:
        """The references of a text that surely name something, and name nothing that exists.

        ``path`` is where the text stands in the repository.
        """
        return [it for it in references.find(text) if it.certain and not self.has(it, path)]

    def _has_file(self, candidates: Sequence[str]) -> bool:
        if self.place is None or not candidates:
            return True
        top = self.place.top
        return any(os.path.exists(top / it) for it in candidates) or any(  # noqa: PTH110 - never raises
            it in self._listed for it in candidates
        )

    def _has_skill(self, name: str) -> bool:
        """Tell it of the registry's skills and of those that the repository carries."""
        if name in self._skills or self.place is None:
            return name in self._skills
        own = any(is_skill(path) and path.split("/")[-2] == name for path in self._listed)
        return own or any(self.place.top.glob(f".*/skills/{name}/SKILL.md"))  # git may ignore them

    @cached_property
    def _listed(self) -> frozenset[str]:
        """Every path that git knows, and the folders: a sparse checkout lacks some on disk."""
        assert self.place is not None  # noqa: S101 - for the type checker
        paths = listed(self.place)
        folders = set()
        for path in paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(paths) | folders

    @cached_property
    def _skills(self) -> frozenset[str]:
        assert self.store is not None  # noqa: S101 - for the type checker
        return registryitems.known(registry.items(self.store), ItemType.SKILL)


def listed(place: Place, below: str = ".") -> list[str]:
    """Paths of a repository, below one of them, that git knows or would add."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    records = place.git.records("--literal-pathspecs", *words, "--", below)
    return [os.fsdecode(record) for record in records]


def say_missing(reference: Reference) -> str:
    """What is said of a reference that leads nowhere."""
    return f"there is no {reference.kind.value} {reference.target}"
