from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.prose import fences, many_lines, one_line, shorten


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("  a\t b\r\nc  ", "a b c"),
        ("a\x00b\x1b[31mc\x9bd", "a b [31mc d"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\ud800b", "a\ufffdb"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(st.characters()))
def test_one_line_can_be_written_and_is_stable(text: str) -> None:
    line = one_line(text)
    line.encode()
    assert one_line(line) == line
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("short enough", "short enough"),
        ("exactly twenty chars", "exactly twenty chars"),
        ("exactly twenty chars, no", "exactly twenty…"),
        ("one two three four fivesix", "one two three four…"),
        ("one two three, fourteen", "one two three…"),
        ("x" * 30, "x" * 19 + "…"),
        ("-" * 30, "-" * 19 + "…"),
        ("設" * 30, "設" * 19 + "…"),
    ],
)
def test_shorten(text: str, short: str) -> None:
    assert shorten(text, 20) == short


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_shorten_keeps_to_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert bool(short) == bool(one_line(text))


@pytest.mark.parametrize(
    ("text", "inside", "open_from"),
    [
        ("a\n```\nb\n```\nc", "01110", None),
        ("~~~ py\nb\n~~~~", "111", None),
        ("````\n```\n````", "111", None),
        ("```\n~~~\n```", "111", None),
        ("``` a`b\nc", "00", None),
        ("    ```\nb\n    ```", "000", None),
        ("   ```\nb\n   ```", "111", None),
        ("a\n```\nb", "000", 1),
        ("```\nb\n``` not closed", "000", 0),
        ("```\na\n```\n~~~\nb", "11100", 3),
    ],
)
def test_fences(text: str, inside: str, open_from: int | None) -> None:
    found = fences(text.split("\n"))
    assert "".join(str(int(flag)) for flag in found.inside) == inside
    assert found.open_from == open_from


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\n\n  a  \n\n    b\t\n\n", "  a\n\n    b"),
        ("a\x1b[31m\u2028b\tc", "a [31m b\tc"),
        ("\ud800", "\ufffd"),
        (" \n\t", ""),
    ],
)
def test_many_lines(text: str, lines: str) -> None:
    assert many_lines(text) == lines


@given(st.text())
def test_many_lines_again_changes_nothing(text: str) -> None:
    lines = many_lines(text)
    assert many_lines(lines) == lines
    lines.encode("utf-8")
