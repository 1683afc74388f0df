"""What a person types as parts, how good a find is, and what of a text is shown."""

from __future__ import annotations

import sqlite3
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.searchquery import (
    MAX_GRAMS,
    SEPARATOR,
    clean,
    document,
    fitted,
    fold,
    match_all,
    match_any,
    parse,
    parts_in,
    score,
    since,
    snippet,
)
from studio_git.errors import UsageError

NOW = 1_700_000_000  # 2023-11-14 22:13:20 UTC


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("token", ("token",)),
        ("JWT token", ("token", "jwt")),
        ('"JWT  token" auth', ("jwt token", "auth")),
        ("auth auth", ("auth",)),
        ('say "hello', ('"hello', "say")),
        ('a"b c"', ('a"b', 'c"')),
        ('"', ('"',)),
        ('" "', ('"',)),
        ('""', ('""',)),
        ("a\0b", ("a", "b")),
        ("NEAR(a b)", ("near(a", "b)")),
        ("ÉCOLE", ("e\u0301cole",)),
        ("ＡＰＩ", ("api",)),
        ("\udcff", ("?",)),
    ],
)
def test_any_text_is_parts(text: str, parts: tuple[str, ...]) -> None:
    assert parse(text).parts == parts


@pytest.mark.parametrize("text", ["", " \t\n", "\0", "\x1f"])
def test_nothing_is_no_query(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


@given(st.text())
def test_a_query_never_fails_but_where_nothing_is_asked(text: str) -> None:
    try:
        query = parse(text)
    except UsageError:
        assert not text.replace("\0", " ").strip()
        return
    assert all(query.parts)
    assert not any(SEPARATOR in part for part in query.parts)
    assert all(len(gram) == 3 for gram in query.grams)


def test_no_letter_becomes_nothing() -> None:
    """Else a place in a folded text would not say where in the text it is."""
    for code in range(sys.maxunicode + 1):
        assert fold(chr(code))


@given(st.text(), st.text(min_size=1), st.text())
def test_what_like_finds_is_found(before: str, word: str, after: str) -> None:
    """The whole text as one phrase, or the words of it, as SQLite compares them."""
    text = before + word + after
    if "\0" in text or not word.strip() or any(map(unicodedata.combining, text)):
        return
    db = sqlite3.connect(":memory:")
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    (found,) = db.execute("SELECT ? LIKE ? ESCAPE '\\'", [text, f"%{escaped}%"]).fetchone()
    db.close()
    assert found
    query = parse(word)
    indexed, _ = document("", [text])
    assert all(part in indexed for part in query.parts)


def test_few_tokens_stand_for_a_long_query() -> None:
    long = parse(" ".join(f"word{number}" for number in range(5000)))
    assert len(long.grams) <= MAX_GRAMS
    assert parse("x" * 60_000).grams == ["xxx"]
    assert parse("ab 数据").grams == []
    assert parse("abcd").grams == ["abc", "bcd"]


def test_tokens_are_strings_to_the_index() -> None:
    assert match_all(['a"b', "OR "]) == '"a""b" AND "OR "'
    assert match_any(["abc", "abd"]) == '"abc" OR "abd"'


def test_a_document_says_nothing_twice() -> None:
    text, end = document("Auth  Flow", ["one", "# File\nsaid one ", "two", "two", ""])
    assert text == " \x1f auth flow \x1f # file said one \x1f two \x1f  "
    assert text[:end] == " \x1f auth flow \x1f "


def test_better_finds_score_more() -> None:
    def of(title: str, body: str = "", words: str = "auth") -> float:
        return score(parse(words), *document(title, [body]))

    assert of("auth") > of("auth flow") > of("authors") > of("unauthorised")
    assert of("unauthorised") > of("x", "auth") > of("x", "authors") > of("x", "unauthorised")
    assert of("x", "auth and auth") > of("x", "auth")
    assert of("auth flow", words="auth flow") > of("flow of auth", words="auth flow")
    assert of("x", "auth flow", "auth flow") > of("x", "flow of auth", "auth flow")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2 days", NOW - 2 * 86_400),
        ("1 Week ago", NOW - 7 * 86_400),
        ("3 months", NOW - 90 * 86_400),
        ("2023-11-14", 1_699_916_400),
        ("2023-11-14 22:13:20+00:00", NOW),
        ("2023-11-14 23:13:20", NOW),
        ("today", 1_699_916_400),
        ("yesterday", 1_699_830_000),
    ],
)
def test_times(text: str, time: int) -> None:
    assert since(text, NOW, 3600) == time


@pytest.mark.parametrize("text", ["", "soon", "2 moons", "99", "2023-13-01", "9999999 days"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError):
        since(text, NOW, 0)


def test_a_snippet_marks_what_was_found() -> None:
    found = snippet(parse("jwt"), "Use JWT, and only\njwt", 80)
    assert found.text == "Use JWT, and only jwt"
    assert [found.text[a:b] for a, b in found.marks] == ["JWT", "jwt"]


def test_a_snippet_is_where_most_parts_are() -> None:
    text = "alpha " + "x " * 200 + "alpha and beta " + "y " * 200
    found = snippet(parse("beta alpha"), text, 60)
    assert len(found.text) <= 60
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert [found.text[a:b] for a, b in found.marks] == ["alpha", "beta"]


def test_a_snippet_without_a_find_is_the_beginning() -> None:
    found = snippet(parse("none"), "word " * 50, 20)
    assert (found.text, found.marks) == ("word word word word…", ())


def test_a_snippet_counts_in_the_text_as_it_is() -> None:
    for text in ("Łódź École", "ﬁn ÉCOLE", "e\u0301cole", "한국 École", "K École" + "é" * 600):
        found = snippet(parse("école"), text, 1000)
        ((begin, end),) = found.marks[:1]
        assert fold(found.text[begin:end]) == fold("école"), text


def test_wide_letters_take_two_cells() -> None:
    found = snippet(parse("据"), "数据" * 30, 21)
    assert sum(2 if ord(letter) > 0x2FFF else 1 for letter in found.text) <= 21
    assert found.marks


@given(st.text(), st.text(min_size=1), st.integers(20, 100))
def test_snippets_hold(text: str, words: str, room: int) -> None:
    try:
        query = parse(words)
    except UsageError:
        return
    found = snippet(query, text, room)
    assert len(found.text) <= max(room, 1)
    last = 0
    for begin, end in found.marks:
        assert last <= begin < end <= len(found.text)
        last = end
    if parts_in(query, text):
        assert found.marks


def test_a_title_is_cut_with_its_marks() -> None:
    assert fitted("Use JWT here", [(4, 7)], 12) == ("Use JWT here", ((4, 7),))
    assert fitted("Use JWT here", [(4, 7), (8, 12)], 7) == ("Use JW…", ((4, 6),))
    assert fitted("数据库", [(0, 3)], 5) == ("数据…", ((0, 2),))


def test_clean_is_one_line() -> None:
    assert clean(" a\r\n\tb\0c\x1fd ") == "a b c d"
