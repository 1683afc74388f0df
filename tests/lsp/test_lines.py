from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from studio_lsp.lines import apply_changes, column, split, units

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("ab🚀é\n\r\u2028\x0c\x85"), max_size=30)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a\n", ""]),
        ("a\r\nb\rc\n\nd", ["a\r\n", "b\r", "c\n", "\n", "d"]),
        ("a\r\n", ["a\r\n", ""]),
        ("a\u2028b\x0cc\x85d", ["a\u2028b\x0cc\x85d"]),
    ],
)
def test_lines_end_where_the_protocol_says(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


@given(TEXTS)
def test_splitting_loses_nothing(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert len(pieces) == len(re.findall("\r\n|\n|\r", text)) + 1


@pytest.mark.parametrize(("encoding", "length"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_units(encoding: str, length: int) -> None:
    assert units("a🚀é", encoding) == length


@given(st.text(st.sampled_from("ab🚀é"), max_size=9), st.sampled_from(ENCODINGS))
def test_a_column_and_its_units_lead_to_each_other(line: str, encoding: str) -> None:
    for place in range(len(line) + 1):
        assert column(line, units(line[:place], encoding), encoding) == place


@given(TEXTS, st.integers(-3, 60), st.sampled_from(ENCODINGS))
def test_a_column_out_of_the_line_or_inside_a_character_is_brought_into_it(
    text: str, character: int, encoding: str
) -> None:
    line = split(text)[0]
    assert 0 <= column(line, character, encoding) <= len(line.rstrip("\r\n"))


def by_offsets(text: str, span: types.Range, new: str, encoding: str) -> str:
    """The same change on the text as a whole."""

    def offset(position: types.Position) -> int:
        pieces = split(text)
        if position.line >= len(pieces):
            return len(text)
        before = sum(map(len, pieces[: position.line]))
        return before + column(pieces[position.line], position.character, encoding)

    start, end = offset(span.start), offset(span.end)
    return text[:start] + new + text[max(start, end) :]


POSITIONS = st.builds(types.Position, st.integers(0, 6), st.integers(0, 9))


@given(
    TEXTS, st.lists(st.tuples(POSITIONS, POSITIONS, TEXTS), max_size=4), st.sampled_from(ENCODINGS)
)
def test_changes_are_as_on_the_whole_text(
    text: str, edits: list[tuple[types.Position, types.Position, str]], encoding: str
) -> None:
    pieces = split(text)
    for start, end, new in edits:
        span = types.Range(start, end)
        change = types.TextDocumentContentChangePartial(range=span, text=new)
        pieces = apply_changes(pieces, [change], encoding)
        text = by_offsets(text, span, new, encoding)
        assert "".join(pieces) == text
        assert pieces == split(text)


def test_a_whole_text_may_come_instead() -> None:
    change = types.TextDocumentContentChangeWholeDocument(text="x\ny")
    assert apply_changes(["a"], [change], "utf-8") == ["x\n", "y"]
