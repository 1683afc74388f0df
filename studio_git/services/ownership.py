"""Whose work a commit is, as far as capture is concerned.

Captured is what the user wrote, and what was committed in this clone under whatever name: an
agent's, a pair's, another of one's own. What a pull, a pick or a rebase brought of others is
theirs to capture.
"""

from __future__ import annotations

from collections.abc import Collection

from studio_git.core.models import Commit
from studio_git.gitio import Git
from studio_git.services import history


class Ownership:
    """Answers for one capture; the reflogs are read when the first stranger's commit is met.

    ``emails`` are the user's addresses in lower case, mapped ones included; None where git knows
    none: then everything counts that is asked about. ``heads`` are the names of all worktrees'
    HEADs. With ``everyone`` each commit counts, whoever wrote it.
    """

    def __init__(
        self,
        git: Git,
        emails: frozenset[str] | None,
        heads: Collection[str],
        *,
        everyone: bool = False,
    ) -> None:
        self.emails = emails
        self.everyone = everyone
        self._git = git
        self._heads = heads
        self._here: set[str] | None = None

    def mine(self, commit: Commit) -> bool:
        """True for a commit that is to be captured here."""
        if (
            self.everyone
            or self.emails is None
            or commit.author_email.strip().lower() in self.emails
        ):
            return True
        # One time for both: made at once, and neither picked nor rebased nor applied.
        at_once = commit.author_time == commit.committer_time
        if at_once and commit.committer_email.strip().lower() in self.emails:
            return True
        if self._here is None:
            self._here = {
                oid for head in self._heads for oid in history.committed_here(self._git, head)
            }
        return commit.oid in self._here
