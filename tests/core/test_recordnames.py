"""Ids, codes and pieces that can be titles, at one place of a line."""

from __future__ import annotations

import pytest

from studio_git.core.recordnames import Place, is_one_word, named_at, phrases_at


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        ("see CYC-102 now", 5, Place(4, 11, number=102)),
        ("see cyc-7", 9, Place(4, 9, number=7)),
        ("XCYC-7 CYC-07 CYC-7x", 3, None),
        ("as 0123abcd says", 3, Place(3, 11, id_start="0123abcd")),
        ("as decision:0123ab says", 14, Place(3, 18, id_start="0123ab")),
        ("as 0123ab says", 4, None),
        ("0123abcd-1111-4222-8333-0123456789ab", 20,
         Place(0, 36, id_start="0123abcd-1111-4222-8333-0123456789ab")),
        ("0123456789abcdef0123456789abcdef01234567", 4, None),
        ("", 0, None),
    ],
)  # fmt: skip
def test_ids_and_codes(line: str, column: int, found: Place | None) -> None:
    assert named_at(line, column) == found


def test_pieces_begin_and_end_with_words_and_signs() -> None:
    found = phrases_at("- Use JWT (v2).", 4)
    assert "Use JWT (v2)" in found
    assert "Use JWT" in found
    assert found["Use JWT"] == (2, 9)
    assert next(iter(found)) == "- Use JWT (v2)."
    assert not {"se JWT", "Use J", "JWT"} & set(found)


def test_a_place_between_words_belongs_to_both() -> None:
    assert "one two" in phrases_at("one two", 3)
    assert phrases_at("", 0) == {}
    assert phrases_at("  ", 1) == {}


def test_a_long_line_is_not_looked_at_whole() -> None:
    assert len(phrases_at("a b, " * 10_000, 20_000)) <= 40 * 40


@pytest.mark.parametrize(
    ("phrase", "one"), [("Auth", True), ("(Auth)", True), ("Auth flow", False), ("a-b", False)]
)
def test_one_word(phrase: str, one: bool) -> None:
    assert is_one_word(phrase) is one
