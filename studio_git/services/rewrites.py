"""Where a new commit's work comes from: the captured commits that it replaced or copied.

Post-rewrite's pairs say so where the hook ran, and are believed where the content agrees.
Elsewhere content alone does: the patch, the tree, and who wrote it when. A commit that a branch
or a HEAD still reaches was not replaced but copied. Where the evidence is not clear, nothing is
moved and nothing is linked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from studio_git.core.models import Commit
from studio_git.services import history, squashes
from studio_git.services.evidence import Evidence, only
from studio_git.services.hints import AMEND, Hint, captured_before, final_pairs
from studio_git.services.origins import Grounds, Origins
from studio_git.store import commits
from studio_git.store.commits import Captured

COPY = "copy"
SQUASH = "squash"

_FOLDED = ("fixup! ", "squash! ", "amend! ")
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40,64})\)\s*$", re.MULTILINE)
_FEW = 20
"""Of a portion that small each commit is compared with what its author did of late."""
_LATE = 200


def find(sources: Grounds, batch: Sequence[Commit], said: Iterable[Hint]) -> Origins:
    """Where the commits of a batch come from; the batch has parents before their children."""
    origins = Origins()
    _by_hints(sources, batch, said, origins)
    _by_content(sources, batch, origins)
    squashes.by_merge(sources, batch, origins)
    return origins


def _by_hints(
    sources: Grounds, batch: Sequence[Commit], said: Iterable[Hint], origins: Origins
) -> None:
    """What post-rewrite said of commits that are in the batch or captured already.

    An amend is believed. A rebase's pairs are not: ``rebase --skip`` pairs what was skipped with
    the commit before it.
    """
    pairs = final_pairs(said)
    before = captured_before(sources.store, sources.repository.project_id, pairs)
    present = {commit.oid: commit for commit in batch}
    groups: dict[str, list[tuple[Captured, str]]] = {}
    for old, (new, kind) in pairs.items():
        taken = before.get(old)
        if taken is None or taken.rewritten_to not in (None, new):
            continue
        if new in present or new in before:
            groups.setdefault(new, []).append((taken, kind))
    if not groups:
        return
    evidence = sources.evidence
    evidence.remember(before.values())
    evidence.learn([*groups, *(old.commit.oid for group in groups.values() for old, _ in group)])
    named = {old.commit.oid for group in groups.values() for old, _ in group}
    lost = history.unreachable(sources.git, named, sources.tips)
    for new, group in groups.items():
        commit = present[new] if new in present else before[new].commit
        olds = [old for old, _ in group]
        if any(kind != AMEND for _, kind in group):
            olds = _shown(evidence, olds, commit, settled=new in before)
        for one in olds:
            if one.rewritten_to is not None:  # heard of in two parts
                continue
            if one.commit.oid in lost:
                origins.replaced.setdefault(new, []).append(one)
            else:
                origins.copied.setdefault(new, []).append(one.commit.oid)


def _shown(
    evidence: Evidence, olds: Sequence[Captured], new: Commit, *, settled: bool
) -> list[Captured]:
    """Those of the commits that a rebase is said to have made into ``new`` that it holds.

    ``settled`` says that the new commit was captured before: then its content alone counts.
    """
    folded_in = [
        old
        for old in olds
        if old.commit.subject.startswith(_FOLDED) and not evidence.patch(old.commit.oid)
    ]
    same = [old for old in olds if evidence.same_patch(old.commit.oid, new.oid)]
    if same:
        own = next((old for old in same if _same_work(old.commit, new)), same[0])
        return [own, *(old for old in folded_in if old is not own)]
    own_work = [] if settled else [old for old in olds if _same_work(old.commit, new)]
    if len(olds) == 1:
        old = olds[0].commit.oid
        shown = own_work or evidence.covers(new.oid, old) or evidence.covers(old, new.oid)
        return list(olds) if shown else []
    if evidence.joined([old.commit for old in olds], new.oid):
        return list(olds)
    return [
        old
        for old in olds
        if old in own_work[:1]
        or (not settled and old.commit.subject.startswith(_FOLDED))
        or evidence.covers(new.oid, old.commit.oid)
    ]


def _by_content(sources: Grounds, batch: Sequence[Commit], origins: Origins) -> None:
    db, project_id = sources.store.db, sources.repository.project_id
    left = [commit for commit in batch if commit.oid not in origins.replaced]
    present = {commit.oid for commit in batch}  # reached, though lost until now
    twins = {
        commit.oid: commits.twins(db, project_id, sources.repository.id, commit) for commit in left
    }
    doubtful = {twin.commit.oid for found in twins.values() for twin in found} - present
    lost = history.unreachable(sources.git, doubtful, sources.tips) if doubtful else set()
    dead = [
        one
        for one in commits.gone(db, sources.repository.id, _LATE)
        if one.commit.oid not in present
    ]
    evidence = sources.evidence
    evidence.remember(dead)
    for found in twins.values():
        evidence.remember(found)
    asked = [commit.oid for commit in left if dead or twins[commit.oid]]
    earlier = _of_one_second(left)
    if asked or earlier:
        asked += [oid for oid, found in earlier.items() for oid in (oid, *(c.oid for c in found))]
        listed = [twin.commit.oid for found in twins.values() for twin in found]
        evidence.learn([*asked, *listed, *(one.commit.oid for one in dead)])
    used = origins.taken()
    for commit in left:
        gone = [
            twin for twin in twins[commit.oid] if twin.commit.oid in lost and twin.id not in used
        ]
        olds = _replaced_twin(evidence, gone, commit) or (
            _replaced_other(sources, commit, batch, dead, used) if dead else []
        )
        if olds:
            origins.replaced[commit.oid] = olds
            used |= {old.id for old in olds}
        live = [
            *(twin.commit for twin in twins[commit.oid] if twin.commit.oid not in lost),
            *earlier.get(commit.oid, ()),
        ]
        source = None if olds else _copied(sources, commit, live, batch, origins.copied)
        first = [*live, *(old.commit for old in olds)]
        found_in = [source] if source else squashes.by_rebase(sources, commit, first, batch)
        if found_in and commit.oid not in origins.copied:
            origins.copied[commit.oid] = found_in


def _of_one_second(batch: Sequence[Commit]) -> dict[str, list[Commit]]:
    """For commits of a batch the earlier ones in it by the same author at the same second."""
    made: dict[tuple[str, int], list[Commit]] = {}
    found: dict[str, list[Commit]] = {}
    for commit in batch:
        same = made.setdefault((commit.author_email, commit.author_time), [])
        if same:
            found[commit.oid] = list(same)
        same.append(commit)
    return found


def _replaced_twin(evidence: Evidence, gone: Sequence[Captured], new: Commit) -> list[Captured]:
    """The lost commit by the same author at the same second that ``new`` took the place of.

    Amended: the same parents. Reworded or reordered: the same tree. Rebased: the same patch. Taken
    through a filter: the same words.
    """
    for match in (
        [old for old in gone if old.commit.parents == new.parents],
        [old for old in gone if old.commit.tree == new.tree],
        [old for old in gone if evidence.same_patch(old.commit.oid, new.oid)],
        [old for old in gone if old.commit.message == new.message],
    ):
        if match:
            better = [old for old in match if evidence.same_patch(old.commit.oid, new.oid)]
            found = only(match) or only(better)
            return [] if found is None else [found]
    return []


def _replaced_other(
    sources: Grounds,
    new: Commit,
    batch: Sequence[Commit],
    dead: Sequence[Captured],
    used: Collection[int],
) -> list[Captured]:
    """The lost work of the same author that was committed again at another time.

    Either as it was, or several commits as one, or one as several, of which this is the last.
    """
    evidence = sources.evidence
    if len(new.parents) > 1:
        return []
    mine = [
        old for old in dead if old.id not in used and old.commit.author_email == new.author_email
    ]
    same = only([old for old in mine if evidence.same_patch(old.commit.oid, new.oid)])
    if same is not None:
        return [same]
    if not evidence.patch(new.oid):
        again = [
            old
            for old in mine
            if (old.commit.parents, old.commit.tree, old.commit.message)
            == (new.parents, new.tree, new.message)
        ]
        return again[:1]
    last = only([old for old in mine if old.commit.tree == new.tree])
    if last is None:
        return []
    by_oid = {old.commit.oid: old for old in mine}
    chain = [last]
    while chain[-1].commit.parents != new.parents:
        before = by_oid.get(next(iter(chain[-1].commit.parents), ""))
        if before is None:
            break
        chain.append(before)
    else:
        return chain[::-1]
    return [last] if _ends_in_pieces(sources, new, batch, last.commit) else []


def _ends_in_pieces(sources: Grounds, new: Commit, batch: Sequence[Commit], whole: Commit) -> bool:
    """True if a row of commits that ends in ``new`` began where ``whole`` did."""
    present = {commit.oid: commit for commit in batch}
    step: Commit | None = new
    while step is not None and len(step.parents) == 1 and step.parents != whole.parents:
        parent = step.parents[0]
        step = present.get(parent)
        if step is None:
            found = commits.by_oid(sources.store.db, sources.repository.project_id, [parent])
            step = found[parent].commit if parent in found else None
    return step is not None and step.parents == whole.parents


def _copied(
    sources: Grounds,
    new: Commit,
    live: Sequence[Commit],
    batch: Sequence[Commit],
    copied: Mapping[str, Sequence[str]],
) -> str | None:
    """The commit that is still there and whose work ``new`` has once more, as a pick makes it.

    ``live`` are those by the same author at the same second, ``copied`` what is known of the
    batch. A pick without a commit (``cherry-pick -n``) has a time of its own, and is known by its
    words and its patch.
    """
    evidence = sources.evidence
    picked = _PICKED.findall(new.message)
    if picked and _known(sources, picked[-1], batch):
        return str(picked[-1])
    same = [one for one in live if evidence.same_patch(one.oid, new.oid)]
    if same:
        return min(same, key=lambda one: one.committer_time).oid
    if new.committer_time > new.author_time:  # with a conflict that was resolved
        words = _words(new)
        same = [one for one in live if _words(one) == words]
        first = [one for one in same if one.committer_time == one.author_time]
        first = first or _firsthand(sources, same, copied)
        if len(first) == 1:
            return first[0].oid
    return None if live or len(new.parents) != 1 else _copied_lately(sources, new, batch)


def _firsthand(
    sources: Grounds, alike: Sequence[Commit], copied: Mapping[str, Sequence[str]]
) -> list[Commit]:
    """Those of some commits that are not known as copies of another one of them."""
    oids = {one.oid for one in alike}
    known = commits.by_oid(sources.store.db, sources.repository.project_id, oids)
    return [
        one
        for one in alike
        if not oids.intersection(
            commits.sources(sources.store.db, known[one.oid].id)
            if one.oid in known
            else copied.get(one.oid, ())
        )
    ]


def _copied_lately(sources: Grounds, new: Commit, batch: Sequence[Commit]) -> str | None:
    if len(batch) > _FEW:
        return None
    words, evidence = _words(new), sources.evidence
    late = commits.latest(
        sources.store.db, sources.repository.project_id, new.author_email, new.author_time, _LATE
    )
    before = batch[: [one.oid for one in batch].index(new.oid)]
    evidence.remember(late)
    alike = [
        one
        for one in (*before, *(one.commit for one in late))
        if one.oid != new.oid and one.author_email == new.author_email and _words(one) == words
    ]
    if alike:
        evidence.learn([new.oid, *(one.oid for one in alike)])
    return next((one.oid for one in alike if evidence.same_patch(one.oid, new.oid)), None)


def _known(sources: Grounds, oid: str, batch: Sequence[Commit]) -> bool:
    if any(commit.oid == oid for commit in batch):
        return True
    found = commits.by_oid(sources.store.db, sources.repository.project_id, [oid])
    return oid in found and found[oid].rewritten_to is None


def _words(commit: Commit) -> str:
    """A commit's message without what git adds to it when it is picked."""
    return _PICKED.sub("", commit.message.partition("\n# Conflicts:")[0]).strip()


def _same_work(old: Commit, new: Commit) -> bool:
    return (old.author_email, old.author_time) == (new.author_email, new.author_time)
