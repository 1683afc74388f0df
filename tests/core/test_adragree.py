"""Which side of a decision moved: every case of the three-way rule, field by field."""

from __future__ import annotations

import pytest

from studio_git.core import adragree
from studio_git.core.adragree import ALTERNATIVES, RATIONALE, STATUS, TITLE, Move, compare
from studio_git.core.models import DriftKind

ALL = {TITLE: "T", RATIONALE: "R", ALTERNATIVES: "A\nB", STATUS: "accepted"}


@pytest.mark.parametrize(
    ("base", "studio", "repo", "move"),
    [
        ("R", "R", "R", Move.NONE),
        ("Q", "R", "R", Move.NONE),
        (None, "R", "R", Move.NONE),
        ("R", "R", "S", Move.REPO),
        ("R", "S", "R", Move.STUDIO),
        ("R", "S", "U", Move.BOTH),
        (None, "", "S", Move.REPO),
        (None, "S", "", Move.STUDIO),
        (None, "S", "U", Move.BOTH),
        (None, "use x", "Use X", Move.REPO),
        ("R", "a\n  b", "a b", Move.NONE),
    ],
)
def test_a_field(base: str | None, studio: str, repo: str, move: Move) -> None:
    known = None if base is None else ALL | {RATIONALE: base}
    found = compare(known, ALL | {RATIONALE: studio}, dict(ALL | {RATIONALE: repo}))
    assert found.moves[RATIONALE] is move
    assert {found.moves[name] for name in (TITLE, ALTERNATIVES, STATUS)} == {Move.NONE}


@pytest.mark.parametrize(
    ("base", "studio", "repo", "kind"),
    [
        (ALL, ALL, ALL, None),
        (None, ALL, ALL, None),
        (ALL, ALL, ALL | {TITLE: "U"}, DriftKind.REPO_AHEAD),
        (ALL, ALL | {TITLE: "U", RATIONALE: ""}, ALL, DriftKind.STUDIO_AHEAD),
        (ALL, ALL | {TITLE: "U"}, ALL | {RATIONALE: "S"}, DriftKind.MERGEABLE),
        (ALL, ALL | {TITLE: "U"}, ALL | {TITLE: "V"}, DriftKind.CONFLICT),
        (None, ALL | {TITLE: "U"}, ALL, DriftKind.NO_BASE),
        (None, ALL, ALL | {STATUS: "proposed"}, DriftKind.REPO_AHEAD),
        (None, ALL | {STATUS: "superseded by x"}, ALL, DriftKind.STUDIO_AHEAD),
        (None, ALL | {STATUS: "superseded"}, ALL | {STATUS: "superseded by x"},
         DriftKind.REPO_AHEAD),
        (None, ALL | {STATUS: "superseded by x"}, ALL | {STATUS: "superseded"},
         DriftKind.STUDIO_AHEAD),
        (None, ALL | {STATUS: "superseded"}, ALL | {STATUS: "rejected"}, DriftKind.NO_BASE),
    ],
)  # fmt: skip
def test_kinds(
    base: dict[str, str] | None,
    studio: dict[str, str],
    repo: dict[str, str],
    kind: DriftKind | None,
) -> None:
    assert compare(base, studio, dict(repo)).kind is kind


def test_what_the_file_does_not_say_in_a_way_that_is_read_is_passed_over() -> None:
    found = compare(ALL, ALL | {ALTERNATIVES: "C"}, ALL | {ALTERNATIVES: None})
    assert (found.kind, ALTERNATIVES in found.moves) == (None, False)


def test_the_fields_that_moved_come_in_order() -> None:
    found = compare(ALL, ALL, {TITLE: "U", RATIONALE: "R", ALTERNATIVES: "A", STATUS: "accepted"})
    assert found.moved(Move.REPO) == (TITLE, ALTERNATIVES)
    assert adragree.same(ALTERNATIVES, "a  b\n\nc", "a b\nc")
