"""Commits that hold what several others did, which are there still."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio_git.core.models import Commit
from studio_git.services.evidence import Evidence
from studio_git.services.origins import Grounds, Origins
from studio_git.store import commits

_SQUASHED = re.compile(r"^commit ([0-9a-f]{40,64})$", re.MULTILINE)
_SQUASH_SUBJECT = "Squashed commit of the following:"
_LATE = 200


def by_merge(sources: Grounds, batch: Sequence[Commit], origins: Origins) -> None:
    """What ``merge --squash`` made one commit of: by the message that git offered for it, or by
    what the hook noted and the content shows.
    """
    for commit in batch:
        if len(commit.parents) != 1 or commit.oid in origins.replaced:
            continue
        said = commit.subject.startswith(_SQUASH_SUBJECT)
        listed = (
            _SQUASHED.findall(commit.message)
            if said
            else sources.squashes.get(commit.parents[0], ())
        )
        if not listed:
            continue
        project_id = sources.repository.project_id
        found = commits.by_oid(sources.store.db, project_id, listed)
        present = {one.oid: one for one in batch}
        olds = [  # git names the latest first
            present[oid] if oid in present else found[oid].commit
            for oid in reversed(listed)
            if oid in present or (oid in found and found[oid].rewritten_to is None)
        ]
        if said or _holds(sources.evidence, commit, olds):
            origins.squashed[commit.oid] = [one.oid for one in olds]


def _holds(evidence: Evidence, new: Commit, olds: Sequence[Commit]) -> bool:
    work = [old for old in olds if len(old.parents) == 1]
    return bool(work) and (
        evidence.joined(work, new.oid) or all(evidence.covers(new.oid, old.oid) for old in work)
    )


def by_rebase(
    sources: Grounds, new: Commit, first: Sequence[Commit], batch: Sequence[Commit]
) -> list[str]:
    """The oids of those that a rebase squashed into ``new`` and that are there still, where no
    hook told.

    Git gives it the author's time of the first of them, and the messages of all. ``first`` are the
    commits by the same author at the same second, lost ones included.
    """
    if len(new.parents) != 1 or new.committer_time <= new.author_time:
        return []
    if not any(_says(new, one) and new.message.startswith(one.message.strip()) for one in first):
        return []
    db, project_id = sources.store.db, sources.repository.project_id
    late = commits.latest(db, project_id, new.author_email, new.committer_time, _LATE)
    before = batch[: [one.oid for one in batch].index(new.oid)]
    known = {one.oid: one for one in (*before, *(old.commit for old in late if not old.gone))}
    return [
        one.oid
        for one in known.values()
        if one.author_email == new.author_email and _says(new, one)
    ]


def _says(new: Commit, old: Commit) -> bool:
    """True if a message has another one in it, as paragraphs of its own, and more."""
    text, part = f"\n\n{new.message.strip()}\n\n", old.message.strip()
    return bool(part) and f"\n\n{part}\n\n" in text and part != new.message.strip()
