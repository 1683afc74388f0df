from __future__ import annotations

import pytest

from studio_lsp.markdown import escaped, fenced, plain, quoted

HOSTILE = [
    "[x](command:evil)",
    "![x](https://example.org/track.png)",
    "<img src=x onerror=alert(1)>",
    "<https://example.org>",
    "[x]: javascript:alert(1)",
    "a\x1b]8;;https://example.org\x07b",
    "see WWW.example.org and www.example.org/x",
    "`code` **bold** # heading | table",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_others_do_nothing(text: str) -> None:
    shown = escaped(text)
    unescaped = shown.replace("\\\\", "").replace("\\[", "").replace("\\<", "").replace("\\!", "")
    assert "[" not in unescaped
    assert "<" not in unescaped
    assert "\x1b" not in shown
    assert "https://" not in shown
    assert "www." not in shown.lower()


@pytest.mark.parametrize("text", ["plain words", "*stars* and `ticks`", "a_b [c](d) <e>"])
def test_escaped_words_read_the_same_as_plain_text(text: str) -> None:
    assert plain(escaped(text)) == text


def test_a_longer_text_is_quoted_line_by_line() -> None:
    assert quoted("a\n[b](c)") == "> a  \n> \\[b\\]\\(c\\)  "


def test_nothing_ends_a_block_of_code() -> None:
    shown = fenced("a\n````\nb\x1b")
    assert shown.startswith("`````\na\n````\nb")
    assert shown.endswith("\n`````")
    assert "\x1b" not in shown


def test_our_own_marks_are_taken_out() -> None:
    assert plain("**Skill** `x`\n\n---\n\n# Title  \nline") == "Skill x\n\n\n\nTitle\nline"
