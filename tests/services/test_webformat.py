"""How the pages say times and texts."""

from __future__ import annotations

import time

import pytest

from studio_git.core.times import to_store
from studio_git.services import webformat


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (90, "1 minute ago"), (7300, "2 hours ago"), (86_400 * 3 + 60, "3 days ago")],
)
def test_ago(seconds: int, words: str) -> None:
    assert f">{words}</time>" in webformat.ago(to_store(int(time.time()) - seconds))


@pytest.mark.parametrize("odd", [None, "", "yesterday", "<b>", "0001-01-01 00:00:00"])
def test_what_is_no_time_is_shown_as_it_is(odd: str | None) -> None:
    for said in (webformat.ago(odd), webformat.when(odd)):
        assert "<b>" not in said
    assert isinstance(webformat.clock(odd), str)
    assert isinstance(webformat.day_in_words(webformat.day(odd)), str)


def test_days_in_words() -> None:
    assert webformat.day_in_words("2025-03-31") == "Monday, 31 March 2025"


def test_hidden_characters_are_spelt_out() -> None:
    said = webformat.spelled("a\u200bb\r<\u202e>\x1b")
    assert said.count('class="hidden-char"') == 3
    for shown in ("U+200B", "U+202E", "U+001B", "&lt;"):
        assert shown in said
    assert not {"\u200b", "\u202e", "\x1b"} & set(said)


def test_marks_stand_around_what_was_found() -> None:
    assert webformat.marked("a<b>c", [(1, 4)]) == "a<mark>&lt;b&gt;</mark>c"


@pytest.mark.parametrize(
    ("value", "found"), [(None, []), ("", []), ("no JSON", ["no JSON"]), (["a", 1], ["a", "1"])]
)
def test_lines_of_a_column(value: object, found: list[str]) -> None:
    assert webformat.lines(value) == found


def test_templates_escape_and_steer_nothing() -> None:
    env = webformat.environment("/base/")
    made = env.from_string("{{ text }} {{ to('session', id=text, none=None) }}")
    said = made.render(text="<i>\u202e&")
    assert said == "&lt;i&gt;\\u202e&amp; /base/session?id=%3Ci%3E%E2%80%AE%26"
