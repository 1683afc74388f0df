"""What is asked and found when it is looked for where new commits come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from studio_git.gitio import Git
from studio_git.services.evidence import Evidence
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository


@dataclass(frozen=True, slots=True)
class Origins:
    """For new commits, by oid: what each took the place of, oldest first, and the oids of those
    whose work it has once more.
    """

    replaced: dict[str, list[Captured]] = field(default_factory=dict)
    copied: dict[str, list[str]] = field(default_factory=dict)
    squashed: dict[str, list[str]] = field(default_factory=dict)

    def taken(self) -> set[int]:
        """Ids of the commits whose place is taken."""
        return {old.id for olds in self.replaced.values() for old in olds}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What origins are found from. ``tips`` are all that is reachable from; ``squashes`` gives
    the oids that a ``merge --squash`` onto a commit was to bring in.
    """

    store: Store
    repository: Repository
    git: Git
    tips: Collection[str]
    evidence: Evidence
    squashes: Mapping[str, Sequence[str]]
