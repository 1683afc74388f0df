from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.drift import Base, Remembered, choose_base, judge
from studio_git.core.models import DriftKind, Side, SyncStatus, Unreadable, Verdict
from studio_git.core.text import BOM, content_hash

OLD = b"one\ntwo\nthree\nfour\nfive\n"
TOP = b"ONE\ntwo\nthree\nfour\nfive\n"
END = b"one\ntwo\nthree\nfour\nFIVE\n"
BOTH = b"ONE\ntwo\nthree\nfour\nFIVE\n"
TOP2 = b"1\ntwo\nthree\nfour\nfive\n"
BAD = Unreadable("binary (NUL at byte 3)")

NEVER, GONE = "never in", "deleted from"
NO_BASE = "nothing is known that both sides once had in common"
UNKNOWN, STALE, DIVERGED = SyncStatus.UNKNOWN, SyncStatus.STALE, SyncStatus.DIVERGED
MISSING_REPO, MISSING_STUDIO = DriftKind.MISSING_IN_REPO, DriftKind.MISSING_IN_STUDIO
AHEAD, EDITED = DriftKind.STUDIO_AHEAD, DriftKind.REPO_AHEAD
SYNCED = Verdict(SyncStatus.SYNCED)
ABSENT = Verdict(UNKNOWN, MISSING_STUDIO, "absent on both sides, in Studio and in the repository")
ONE_CONFLICT = "both sides changed the same place"
PLUS, MINUS, SWAP = "+5 lines, -0 lines", "+0 lines, -5 lines", "+1 lines, -1 lines"


def bad(*whose: str) -> Verdict:
    reason = "; ".join(f"{side} copy: binary (NUL at byte 3)" for side in whose)
    return Verdict(UNKNOWN, DriftKind.UNREADABLE, reason)


# Every combination of the sides: absent, unreadable, the base's text (OLD), moved (TOP), and
# moved otherwise (END, in another place; TOP2, in the same place).
TABLE: list[tuple[Side, Side, bytes | None, Verdict]] = [
    (None, None, None, ABSENT),
    (None, None, OLD, ABSENT),
    (None, OLD, None, Verdict(UNKNOWN, MISSING_STUDIO, "never in Studio", PLUS)),
    (None, OLD, OLD, Verdict(UNKNOWN, MISSING_STUDIO, "deleted from Studio", PLUS)),
    (
        None,
        TOP,
        OLD,
        Verdict(
            UNKNOWN,
            MISSING_STUDIO,
            "deleted from Studio, and changed in the repository since",
            PLUS,
        ),
    ),
    (OLD, None, None, Verdict(UNKNOWN, MISSING_REPO, "never in the repository", MINUS)),
    (OLD, None, OLD, Verdict(UNKNOWN, MISSING_REPO, "deleted from the repository", MINUS)),
    (
        TOP,
        None,
        OLD,
        Verdict(
            UNKNOWN,
            MISSING_REPO,
            "deleted from the repository, and changed in Studio since",
            MINUS,
        ),
    ),
    (OLD, OLD, None, SYNCED),
    (OLD, OLD, OLD, SYNCED),
    (TOP, TOP, OLD, SYNCED),
    (TOP, OLD, None, Verdict(UNKNOWN, DriftKind.NO_BASE, NO_BASE, SWAP)),
    (TOP, OLD, OLD, Verdict(STALE, AHEAD, "", SWAP)),
    (OLD, TOP, OLD, Verdict(STALE, EDITED, "", SWAP)),
    (TOP, END, OLD, Verdict(DIVERGED, DriftKind.MERGEABLE, "", "+2 lines, -2 lines", BOTH)),
    (TOP, BOTH, OLD, Verdict(DIVERGED, DriftKind.MERGEABLE, "", SWAP, BOTH)),
    (TOP, TOP2, OLD, Verdict(DIVERGED, DriftKind.CONFLICT, ONE_CONFLICT, SWAP)),
    (b"x\n", b"y\n", b"", Verdict(DIVERGED, DriftKind.CONFLICT, ONE_CONFLICT, SWAP)),
]
TABLE += [
    (BAD, repo, base, bad("Studio's")) for repo, base in product([None, OLD, TOP], [None, OLD])
]
TABLE += [
    (canonical, BAD, base, bad("the repository's"))
    for canonical, base in product([None, OLD, TOP], [None, OLD])
]
TABLE += [(BAD, BAD, base, bad("Studio's", "the repository's")) for base in (None, OLD)]


@pytest.mark.parametrize(("canonical", "repo", "base", "verdict"), TABLE)
def test_table(canonical: Side, repo: Side, base: bytes | None, verdict: Verdict) -> None:
    assert judge(canonical, repo, base) == verdict


def shape(side: Side, base: bytes | None) -> str:
    if side is None:
        return "absent"
    if isinstance(side, Unreadable):
        return "unreadable"
    return "base" if side == base else "moved"


def test_the_table_leaves_no_combination_out() -> None:
    seen = {(shape(c, base), shape(r, base), base is not None, c == r) for c, r, base, _ in TABLE}
    kinds = ("absent", "unreadable", "base", "moved")
    expected = {
        (canonical, repo, known, equal)
        for canonical, repo, known in product(kinds, kinds, (False, True))
        if known or "base" not in {canonical, repo}
        for equal in ({True, False} if canonical == repo == "moved" else {canonical == repo})
    }
    assert seen == expected


@pytest.mark.parametrize("form", [OLD.replace(b"\n", b"\r\n"), BOM + OLD, OLD.rstrip(b"\n")])
def test_the_form_of_a_text_is_no_drift(form: bytes) -> None:
    assert judge(OLD, form, None) == SYNCED
    assert judge(form, TOP, OLD).kind is EDITED
    assert judge(TOP, OLD, form).kind is AHEAD
    assert judge(TOP, form, form).kind is AHEAD


def test_several_conflicts_are_counted() -> None:
    verdict = judge(b"a\nb\nc\n", b"A\nb\nC\n", b"1\nb\n2\n")
    assert verdict.reason == "both sides changed the same 2 places"


sides = st.one_of(
    st.none(),
    st.just(BAD),
    st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n"]), max_size=5).map(b"".join),
)
bases = st.none() | st.lists(st.sampled_from([b"a\n", b"b\n"]), max_size=5).map(b"".join)
MIRRORED = {
    AHEAD: EDITED,
    EDITED: AHEAD,
    MISSING_REPO: MISSING_STUDIO,
    MISSING_STUDIO: MISSING_REPO,
}


@settings(deadline=None)
@given(sides, sides, bases)
def test_the_two_sides_are_judged_alike(canonical: Side, repo: Side, base: bytes | None) -> None:
    verdict, mirrored = judge(canonical, repo, base), judge(repo, canonical, base)
    assert verdict.status is mirrored.status
    assert (verdict.kind is None) is (verdict.status is SyncStatus.SYNCED)
    assert (verdict.merged is None) is (verdict.kind is not DriftKind.MERGEABLE)
    assert verdict.merged == mirrored.merged
    if verdict.kind is not None and not (canonical is None and repo is None):
        assert mirrored.kind is MIRRORED.get(verdict.kind, verdict.kind)
    if verdict.merged is not None and isinstance(repo, bytes):
        # Once Studio has the merge, the repository is at most behind.
        assert judge(verdict.merged, repo, repo).kind in {AHEAD, None}


def synced(content: str, **how: bool) -> Remembered:
    return Remembered(content, how.get("from_repo", False), how.get("pending", False))


V1, V2, V3 = synced("v1"), synced("v2"), synced("v3")
TAKEN2, PENDING2 = synced("v2", from_repo=True), synced("v2", pending=True)
JUST_TAKEN2 = synced("v2", from_repo=True, pending=True)
PENDING3 = synced("v3", pending=True)


@pytest.mark.parametrize(
    ("remembered", "history", "repo_hash", "index", "elsewhere"),
    [
        pytest.param([], [], None, None, False, id="nothing is remembered"),
        pytest.param([], ["v1"], "v1", None, False, id="never synced"),
        pytest.param([V2, V1], ["v1", "v2"], "v2", 0, False, id="at the newest"),
        pytest.param([V2, V1], ["v1", "v2"], "edit", 0, False, id="edited since"),
        pytest.param([V2, V1], ["v1", "v2", "v3"], "v3", 0, False, id="ahead"),
        pytest.param([V2, V1], ["v1"], "v1", 1, False, id="behind"),
        pytest.param([V2, V1], ["v1"], "edit", 1, False, id="behind and edited"),
        pytest.param([TAKEN2, V1], ["v1"], "v1", 1, True, id="accepted on another branch"),
        pytest.param([TAKEN2, V1], ["v1"], "edit", 1, True, id="accepted there, edited here"),
        pytest.param([V3, TAKEN2, V1], ["v1"], "v1", 2, True, id="accepted there, then more"),
        pytest.param([V3, TAKEN2, V1], ["v1", "v2"], "v2", 1, False, id="accepted here, then more"),
        pytest.param([V2, V1], ["v1", "v2"], "v1", 0, False, id="reverted after a sync"),
        pytest.param([V2, V1], [], None, None, False, id="a branch without the file"),
        pytest.param([TAKEN2], [], None, None, True, id="without the file, accepted elsewhere"),
        pytest.param([V2, V1], ["v1"], None, 1, False, id="deleted on an old branch"),
        pytest.param([V1], [], "v1", 0, False, id="equal to the file, whatever the history"),
        pytest.param([PENDING2, V1], ["v1"], "v2", 0, False, id="synced, not committed"),
        pytest.param([PENDING2, V1], ["v1"], "edit", 0, False, id="synced, then edited"),
        pytest.param([PENDING2, V1], ["v1"], None, 0, False, id="synced, then deleted"),
        pytest.param([PENDING2, V1], ["v1"], "v1", 1, False, id="synced, then thrown away"),
        pytest.param([JUST_TAKEN2, V1], ["v1"], "v1", 1, True, id="accepted, then thrown away"),
        pytest.param([JUST_TAKEN2, V1], ["v1"], "edit", 0, False, id="accepted, then edited"),
        pytest.param([PENDING3, PENDING2, V1], ["v1"], "v2", 1, False, id="one of two thrown away"),
        pytest.param([PENDING3, PENDING2, V1], ["v1"], "v1", 2, False, id="two thrown away"),
        pytest.param([JUST_TAKEN2], [], "v2", 0, False, id="adopted, not committed"),
        pytest.param([JUST_TAKEN2], [], "edit", 0, False, id="adopted and edited, not committed"),
        pytest.param([PENDING2, V1, V2], ["v1"], "v2", 0, False, id="remembered twice"),
    ],
)
def test_base_follows_history(
    remembered: list[Remembered],
    history: list[str],
    repo_hash: str | None,
    index: int | None,
    elsewhere: bool,
) -> None:
    assert choose_base(remembered, set(history), repo_hash) == Base(index, elsewhere)


def story(
    versions: list[bytes], remembered: list[Remembered], history: list[bytes], file: bytes
) -> Verdict:
    """Choose the base and judge by it; canonical is the newest version."""
    by_hash = {content_hash(version): version for version in versions}
    base = choose_base(remembered, {content_hash(v) for v in history}, content_hash(file))
    known = None if base.index is None else by_hash[remembered[base.index].content_hash]
    return judge(versions[0], file, known)


NEW, NEWER = synced(content_hash(TOP)), synced(content_hash(OLD))


def test_an_old_branch_is_behind_and_never_pushes_old_text() -> None:
    assert story([TOP, OLD], [NEW, NEWER], [OLD], OLD).kind is AHEAD


def test_a_revert_after_a_sync_is_an_edit() -> None:
    assert story([TOP, OLD], [NEW, NEWER], [OLD, TOP], OLD).kind is EDITED


def test_an_accepted_change_that_was_thrown_away_leaves_the_file_behind() -> None:
    accepted = Remembered(content_hash(TOP), from_repo=True, pending=True)
    assert story([TOP, OLD], [accepted, NEWER], [OLD], OLD).kind is AHEAD


def test_an_edit_on_an_old_branch_is_merged() -> None:
    verdict = story([TOP, OLD], [NEW, NEWER], [OLD], END)
    assert (verdict.kind, verdict.merged) == (DriftKind.MERGEABLE, BOTH)
