"""What can be written at a place of a commit message."""

from __future__ import annotations

import pytest

from studio_git.core.messages import SCISSORS
from studio_git.core.messagetyping import Typing, typing_at


def at(text: str, comment: str = "#") -> Typing | None:
    """What is typed where ``|`` stands."""
    before, _, after = text.partition("|")
    line = before.count("\n")
    return typing_at((before + after).split("\n"), line, len(before.split("\n")[-1]), comment)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Keep money in cents\n\n|", ""),
        ("Keep money in cents\n\nDec|", "Dec"),
        ("Keep money in cents\n\nDec|\n\n# Please enter\n", "Dec"),
        ("Keep money in cents\n\n|\n# Please enter\n# the message\n", ""),
        ("Keep money in cents\n\nSome prose.\n\nopen-q|", "open-q"),
        ("Keep money in cents\n\nDecision: Cents\n  and no floats\nRat|\n", "Rat"),
        ("Keep money in cents\n\n|\nSigned-off-by: A <a@b.c>\n", ""),
        ("Keep money in cents\n\n(cherry picked from commit abc)\n|", ""),
        ("Keep money in cents\n\nDecision: Cents\n# a comment\nT|", "T"),
        (f"Keep money in cents\n\nD|\n# {SCISSORS}\ndiff\n", "D"),
    ],
)
def test_a_trailer_begins(text: str, typed: str) -> None:
    found = at(text)
    assert found is not None
    assert (found.key, found.typed, found.start, found.end) == ("", typed, 0, len(typed))
    assert not found.has_colon


@pytest.mark.parametrize(
    "text",
    [
        "|",
        "\n\nDec|",
        "Keep|",
        "Keep money in cents\n|",
        "Keep money in cents\nDec|",
        "Keep money in cents\n\nSome prose.\nDec|",
        "Keep money in cents\n\nDec|\n\nSome prose.\n",
        "Keep money in cents\n\nDec|\nSome prose.\n",
        "Keep money in cents\n\n  Dec|",
        "Keep money in cents\n\nA word|",
        "Keep money in cents\n\nDec| ision",
        "Keep money in cents\n\n# Dec|",
        "Keep money in cents\n\n# Please enter\n\n|",
        "Keep money in cents\n\n```\nDec|\n```\n",
        "Keep money in cents\n\nDecision: Cents\n  an|",
        f"Keep money in cents\n\n# {SCISSORS}\nCycle: a|",
        "Cycle: A|",
    ],
)
def test_nothing_of_ours_can_stand_there(text: str) -> None:
    assert at(text) is None


def test_the_comment_character_counts() -> None:
    assert at("Keep\n\n;Dec|", ";") is None
    assert at("Keep\n\n|\n; Please enter\n", ";") is not None


def test_a_word_within_which_somebody_types() -> None:
    found = at("Keep\n\nDe|c: x\n")
    assert found is not None
    assert (found.typed, found.start, found.end, found.has_colon) == ("De", 0, 3, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Keep\n\nCycle:|", Typing("cycle", "", 6, 6, True)),
        ("Keep\n\nCYCLE : Auth f|low", Typing("cycle", "Auth f", 8, 17, True)),
        ("Keep\n\nTask: Wri|\nCycle: CYC-1", Typing("task", "Wri", 6, 9, True, "CYC-1")),
        ("Keep\n\nTags: auth, ti| zone", Typing("tags", "ti", 12, 14, True)),
        ("Keep\n\nTags: |", Typing("tags", "", 6, 6, True)),
        ("Keep\n\nSupersedes: |  ", Typing("supersedes", "", 12, 12, True)),
        ("Keep\n\nProse.\nCycle: |", Typing("cycle", "", 7, 7, True)),
    ],
)
def test_a_value(text: str, expected: Typing) -> None:
    assert at(text) == expected
