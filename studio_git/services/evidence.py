"""What shows that two commits are the same work: patch-ids and the lines that they change.

Everything is read when it is first asked for, many commits by one process. A clone that lacks an
object shows nothing of the commits that need it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from studio_git.core.models import Commit
from studio_git.errors import GitError
from studio_git.gitio import Git
from studio_git.services import history
from studio_git.store.commits import Captured

_HUNK = re.compile(rb"@@ -[0-9]+(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@")
_MOST = 2000
"""Commits whose patches are read for one capture."""


class Evidence:
    """Answers for one batch of commits."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._patches: dict[str, str] = {}
        self._lines: dict[str, frozenset[bytes]] = {}
        self.computed: dict[str, str] = {}
        """What was not known before: patch-ids by oid, empty for a commit without a change."""

    def remember(self, captured: Iterable[Captured]) -> None:
        """Take over what the store knows."""
        for one in captured:
            if one.patch_id is not None:
                self._patches[one.commit.oid] = one.patch_id

    def learn(self, oids: Iterable[str]) -> None:
        """Compute the patch-ids of those that are not known, in one go."""
        asked = [oid for oid in dict.fromkeys(oids) if oid not in self._patches][:_MOST]
        present = history.existing(self._git, asked)
        try:
            found: Mapping[str, str] = history.patch_ids(self._git, present)
        except GitError:
            found, present = {}, []
        self.computed |= {oid: found.get(oid, "") for oid in present}
        self._patches |= {oid: found.get(oid, "") for oid in asked}

    def patch(self, oid: str) -> str:
        """A commit's stable patch-id; empty for merges, empty commits and unreadable ones."""
        if oid not in self._patches:
            self.learn([oid])
        return self._patches.get(oid, "")

    def same_patch(self, one: str, other: str) -> bool:
        """True for two commits that make the same change, if they make one."""
        return bool(self.patch(one)) and self.patch(one) == self.patch(other)

    def covers(self, whole: str, part: str) -> bool:
        """True if each line that ``part`` adds or removes is one that ``whole`` does, too."""
        lines = self._changed(part)
        return bool(lines) and lines <= self._changed(whole)

    def joined(self, olds: Sequence[Commit], new: str) -> bool:
        """True if the change of a row of commits, each the next one's parent, is that of one."""
        chain = all(after.parents[:1] == (before.oid,) for before, after in pairwise(olds))
        if not chain or not olds[0].parents or not self.patch(new):
            return False
        return self._between(olds[0].parents[0], olds[-1].oid) == self.patch(new)

    def _between(self, base: str, tip: str) -> str:
        try:
            return history.patch_id_between(self._git, base, tip)
        except GitError:
            return ""

    def _changed(self, oid: str) -> frozenset[bytes]:
        if oid not in self._lines:
            try:
                self._lines[oid] = frozenset(_lines(history.patch(self._git, oid)))
            except GitError:
                self._lines[oid] = frozenset()
        return self._lines[oid]


def only(found: Collection[Captured]) -> Captured | None:
    """The one that was found; None where there is none, or where it is not clear which."""
    return next(iter(found)) if len(found) == 1 else None


def _lines(patch: bytes) -> Iterator[bytes]:
    """Each changed line of a patch without context, with its sign and its path; blank ones not."""
    path = b""
    left = 0
    for line in patch.split(b"\n"):
        if left:
            left -= 1
            if line[1:].strip():
                yield path + b"\0" + line
            continue
        hunk = _HUNK.match(line)
        if hunk is not None:
            left = sum(int(count) if count is not None else 1 for count in hunk.groups())
        elif line.startswith(b"diff --git "):
            path = line
        elif line.startswith(b"Binary files "):
            yield path + b"\0" + line
