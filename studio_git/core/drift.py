"""The three-way rule: what canonical, repo and base say of each other, and which base counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from studio_git.core.diff import diff_summary
from studio_git.core.merge import merge
from studio_git.core.models import DriftKind, Side, SyncStatus, Unreadable, Verdict
from studio_git.core.text import normalise

ACCEPTED_ELSEWHERE = "accepted-elsewhere"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A content that the two sides once had in common.

    ``from_repo``: Studio took it from a repository. ``pending``: it was synced in this worktree
    on a commit that HEAD still contains, and may not be committed itself yet.
    """

    content_hash: str
    from_repo: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class Base:
    """Which remembered content is the base (None: none is).

    ``elsewhere``: Studio has since accepted something from a line of history that this HEAD does
    not contain, so the difference is not this worktree's to settle.
    """

    index: int | None
    elsewhere: bool


def judge(canonical: Side, repo: Side, base: bytes | None) -> Verdict:
    """Compare the three sides of a context file; every pair of sides has its answer.

    Where both sides are absent the kind is ``missing-in-studio``, and the reason says it.
    """
    if isinstance(canonical, Unreadable) or isinstance(repo, Unreadable):
        return _unreadable(canonical, repo)
    if canonical is None or repo is None:
        return _missing(canonical, repo, base)
    studio_text, repo_text = normalise(canonical), normalise(repo)
    if studio_text == repo_text:
        return Verdict(SyncStatus.SYNCED)
    summary = diff_summary(canonical, repo)
    if base is None:
        return Verdict(
            SyncStatus.UNKNOWN,
            DriftKind.NO_BASE,
            "nothing is known that both sides once had in common",
            summary,
        )
    base_text = normalise(base)
    if repo_text == base_text:
        return Verdict(SyncStatus.STALE, DriftKind.STUDIO_AHEAD, diff_summary=summary)
    if studio_text == base_text:
        return Verdict(SyncStatus.STALE, DriftKind.REPO_AHEAD, diff_summary=summary)
    merged = merge(base, canonical, repo)
    if merged.clean:
        return Verdict(
            SyncStatus.DIVERGED,
            DriftKind.MERGEABLE,
            diff_summary=summary,
            merged=merged.content(),
        )
    places = "place" if merged.conflicts == 1 else f"{merged.conflicts} places"
    reason = f"both sides changed the same {places}"
    return Verdict(SyncStatus.DIVERGED, DriftKind.CONFLICT, reason, summary)


def choose_base(
    remembered: Sequence[Remembered], history: Collection[str], repo_hash: str | None
) -> Base:
    """Choose the base for a worktree: it follows history, not the clock.

    ``remembered`` is in order, the newest first. ``history`` holds the content hashes of the
    versions of the path that HEAD's history contains; ``repo_hash`` is that of the file as it
    stands, None where it is absent. The base is the newest remembered content that is in
    the history or equals the file. A pending one counts as in the history, unless the file
    equals an older one: then its change was thrown away, and the file is behind and not edited.
    """
    for index, one in enumerate(remembered):
        equal = one.content_hash == repo_hash
        if equal or one.content_hash in history or _awaits_commit(remembered, index, repo_hash):
            return Base(index, _accepted(remembered[:index]))
    return Base(None, _accepted(remembered))


def _awaits_commit(remembered: Sequence[Remembered], index: int, repo_hash: str | None) -> bool:
    thrown_away = any(one.content_hash == repo_hash for one in remembered[index + 1 :])
    return remembered[index].pending and not thrown_away


def _accepted(newer: Sequence[Remembered]) -> bool:
    """Tell whether Studio took one of these from a repository; none is in this history."""
    return any(one.from_repo for one in newer)


def _unreadable(canonical: Side, repo: Side) -> Verdict:
    reasons = [
        f"{whose} copy: {side.reason}"
        for whose, side in (("Studio's", canonical), ("the repository's", repo))
        if isinstance(side, Unreadable)
    ]
    return Verdict(SyncStatus.UNKNOWN, DriftKind.UNREADABLE, "; ".join(reasons))


def _missing(canonical: bytes | None, repo: bytes | None, base: bytes | None) -> Verdict:
    if canonical is None and repo is None:
        return Verdict(
            SyncStatus.UNKNOWN,
            DriftKind.MISSING_IN_STUDIO,
            "absent on both sides, in Studio and in the repository",
        )
    if canonical is None:
        kind, whose, other, left = DriftKind.MISSING_IN_STUDIO, "Studio", "the repository", repo
    else:
        kind, whose, other, left = DriftKind.MISSING_IN_REPO, "the repository", "Studio", canonical
    reason = f"never in {whose}"
    if base is not None:
        reason = f"deleted from {whose}"
        if normalise(left or b"") != normalise(base):
            reason += f", and changed in {other} since"
    return Verdict(SyncStatus.UNKNOWN, kind, reason, diff_summary(canonical or b"", repo or b""))
