"""Which captured commits a new one has taken the place of.

Post-rewrite's pairs say so where the hook ran. Elsewhere content does: a captured commit that
no branch and no HEAD reaches any more, by the same author at the same second, and with the same
parents (it was amended), the same tree (reworded, reordered) or the same patch (rebased). Where
the evidence is not clear, nothing is moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from studio_git.core.models import Commit
from studio_git.gitio import Git
from studio_git.services import history
from studio_git.services.hints import AMEND, Hint, captured_before, final_pairs
from studio_git.store import commits
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

_FOLDED = ("fixup! ", "squash! ", "amend! ")

Replaced = Mapping[str, Sequence[Captured]]
"""For each new commit's oid the captured ones whose place it took, oldest first."""


def by_hints(
    store: Store, repository: Repository, batch: Sequence[Commit], said: Iterable[Hint]
) -> dict[str, list[Captured]]:
    """What post-rewrite said of commits that are in the batch or captured already.

    An amend is believed; a rebase's pair only if author and author's date are the same, because
    ``rebase --skip`` pairs what was skipped with the commit before it, or if the old commit was
    one to be folded into another.
    """
    pairs = final_pairs(said)
    before = captured_before(store, repository.project_id, pairs)
    present = {commit.oid: commit for commit in batch}
    found: dict[str, list[Captured]] = {}
    for old, (new, kind) in pairs.items():
        taken = before.get(old)
        commit = present.get(new) or (before[new].commit if new in before else None)
        if taken is None or commit is None or taken.rewritten_to is not None:
            continue
        if kind == AMEND or _same_work(taken.commit, commit) or _to_be_folded(taken.commit):
            found.setdefault(new, []).append(taken)
    return {
        new: sorted(
            olds,
            key=lambda old: (
                not _same_work(old.commit, _of(new, present, before)),
                old.commit.author_time,
                old.id,
            ),
        )
        for new, olds in found.items()
    }


def by_content(
    store: Store,
    repository: Repository,
    git: Git,
    batch: Sequence[Commit],
    *,
    tips: Collection[str],
    taken: Collection[int],
) -> dict[str, list[Captured]]:
    """What the batch's commits replaced as far as their content shows; ``taken`` are ids of
    captured commits whose place is known already. ``tips`` are all that is reachable from.
    """
    candidates = {
        commit.oid: twins
        for commit in batch
        if (
            twins := [
                twin
                for twin in commits.live_twins(
                    store.db, repository.project_id, repository.id, commit
                )
                if twin.id not in taken
            ]
        )
    }
    if not candidates:
        return {}
    lost = history.unreachable(
        git, {twin.commit.oid for twins in candidates.values() for twin in twins}, tips
    )
    open_ = {
        oid: [twin for twin in twins if twin.commit.oid in lost]
        for oid, twins in candidates.items()
    }
    return _matched(git, batch, open_)


def _matched(
    git: Git, batch: Sequence[Commit], candidates: Mapping[str, Sequence[Captured]]
) -> dict[str, list[Captured]]:
    found: dict[str, list[Captured]] = {}
    used: set[int] = set()
    patches: dict[str, str] | None = None
    for commit in batch:
        twins = [twin for twin in candidates.get(commit.oid, ()) if twin.id not in used]
        if not twins:
            continue
        match = [twin for twin in twins if twin.commit.parents == commit.parents]
        match = match or [twin for twin in twins if twin.commit.tree == commit.tree]
        if not match:
            if patches is None:
                patches = _patches(git, candidates)
            own = patches.get(commit.oid)
            match = [twin for twin in twins if own and patches.get(twin.commit.oid) == own]
        if len(match) == 1:
            used.add(match[0].id)
            found[commit.oid] = match
    return found


def _patches(git: Git, candidates: Mapping[str, Sequence[Captured]]) -> dict[str, str]:
    wanted = {oid for oid, twins in candidates.items() if twins}
    wanted |= {twin.commit.oid for twins in candidates.values() for twin in twins}
    return history.patch_ids(git, history.existing(git, sorted(wanted)))


def _of(oid: str, present: Mapping[str, Commit], before: Mapping[str, Captured]) -> Commit:
    return present[oid] if oid in present else before[oid].commit


def _same_work(old: Commit, new: Commit) -> bool:
    return (old.author_email, old.author_time) == (new.author_email, new.author_time)


def _to_be_folded(commit: Commit) -> bool:
    return commit.subject.startswith(_FOLDED)
