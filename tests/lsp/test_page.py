from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from studio_lsp.edits import text_of, whole_lines
from studio_lsp.lines import apply_changes, split
from studio_lsp.page import Page


def page(text: str, encoding: str = "utf-16") -> Page:
    return Page("file:///x.md", "markdown", 1, split(text), encoding)


def test_positions_count_what_the_client_counts() -> None:
    for encoding, character in (("utf-8", 5), ("utf-16", 3), ("utf-32", 2)):
        it = page("a🚀b\nc", encoding)
        assert it.position(0, 2) == types.Position(0, character)
        assert it.at(types.Position(0, character)) == (0, 2)
        assert it.range(0, 2, 3).start == types.Position(0, character)


def test_whole_lines_end_at_the_next_line_or_at_the_end() -> None:
    it = page("a\nb\nc")
    assert it.whole_lines(0, 2) == types.Range(types.Position(0, 0), types.Position(2, 0))
    assert it.whole_lines(2, 3) == types.Range(types.Position(2, 0), types.Position(2, 1))
    assert it.whole_lines(3, 3).start == types.Position(2, 0)


@pytest.mark.parametrize(
    ("first", "last", "selected"),
    [
        ((0, 1), (0, 2), "b"),
        ((0, 1), (2, 1), "bc\r\nd\ne"),
        ((1, 0), (0, 0), ""),
        ((9, 9), (9, 9), ""),
    ],
)
def test_the_text_of_a_selection(
    first: tuple[int, int], last: tuple[int, int], selected: str
) -> None:
    span = types.Range(types.Position(*first), types.Position(*last))
    assert page("abc\r\nd\nef").selected(span) == selected


def test_lines_of_the_core_end_at_newlines_alone() -> None:
    it = page("a\rb\nc\r\nd")
    assert [it.line_of(number) for number in range(4)] == [0, 2, 3, 4]
    plain = page("a\nb")
    assert [plain.line_of(number) for number in range(3)] == [0, 1, 2]


def test_a_line_that_is_not_there_is_empty() -> None:
    it = page("a\n")
    assert (it.line(0), it.line(1), it.line(7), it.line(-1)) == ("a", "", "", "")


TEXTS = st.text(st.sampled_from("ab🚀\n"), max_size=20) | st.text(
    st.sampled_from("ab\n\r"), max_size=20
)


@given(TEXTS, TEXTS)
def test_edits_turn_one_text_into_the_other(before: str, after: str) -> None:
    it = page(before)
    pieces = split(before)
    for edit in reversed(whole_lines(it, after)):
        assert edit.range.start.character == 0
        change = types.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text)
        pieces = apply_changes(pieces, [change], it.encoding)
    assert "".join(pieces) == after


def test_only_lines_that_differ_are_touched() -> None:
    (edit,) = whole_lines(page("a\nb\nc\n"), "a\nB\nc\n")
    assert edit.range == types.Range(types.Position(1, 0), types.Position(2, 0))
    assert edit.new_text == "B\n"


def test_an_editor_shows_no_byte_order_mark() -> None:
    assert text_of(b"\xef\xbb\xbfa\xff") == "a\ufffd"
