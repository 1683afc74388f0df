from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.models import Unreadable
from studio_git.core.text import (
    BOM,
    MAX_BYTES,
    adapt,
    content_hash,
    line_ending,
    normalise,
    readable,
    usual_line_ending,
)

# Pieces that make line ends, marks and stray carriage returns meet in every order.
texts = st.lists(
    st.sampled_from([b"a", b"b", b"\r", b"\n", b"\r\n", BOM, "é\u2028".encode()]), max_size=12
).map(b"".join)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", b""),
        (b"\n", b""),
        (b"\r\n", b""),
        (BOM, b""),
        (BOM + b"\r\n", b""),
        (b"a", b"a\n"),
        (b"a\n", b"a\n"),
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\r\nb\n", b"a\nb\n"),
        (BOM + b"a", b"a\n"),
        (b"a\n\n", b"a\n\n"),
        (b"\n\n", b"\n\n"),
        (b"a \t\n", b"a \t\n"),
        (b"a\rb", b"a\rb\n"),
        (b"a" + BOM, b"a" + BOM + b"\n"),
        (BOM + BOM, BOM + b"\n"),
        (b"a\x0c\xc2\x85b", b"a\x0c\xc2\x85b\n"),
    ],
)
def test_normalise(data: bytes, expected: bytes) -> None:
    assert normalise(data) == expected


def test_the_hash_is_that_of_the_normalised_text() -> None:
    assert content_hash(BOM + b"a\r\nb") == hashlib.sha256(b"a\nb\n").hexdigest()


@pytest.mark.parametrize(("one", "other"), [(b"a", b"a\n\n"), (b"a", b" a"), (b"a", b"a ")])
def test_what_counts_changes_the_hash(one: bytes, other: bytes) -> None:
    assert content_hash(one) != content_hash(other)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0b", "binary (NUL at byte 1)"),
        (b"ab\xff", "not valid UTF-8 (byte 2)"),
        (b"\xed\xa0\x80", "not valid UTF-8 (byte 0)"),
        ("text".encode("utf-16"), "binary (NUL at byte 3)"),
        (b"a" * (MAX_BYTES + 1), "larger than 2,097,152 bytes (2,097,153 bytes)"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
            "a git-lfs pointer, not the text itself",
        ),
    ],
)
def test_what_is_not_text_says_why(data: bytes, reason: str) -> None:
    assert readable(data) == Unreadable(reason)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a\r\n",
        BOM + b"a",
        "你好 🏳️\u200d🌈".encode(),
        b"a" * MAX_BYTES,
        b"see version https://git-lfs.github.com/spec/v1\n",
        b"version https://git-lfs.github.com/spec/v1 explained\n" * 30,
    ],
)
def test_text_is_given_back_as_it_is(data: bytes) -> None:
    assert readable(data) is data


@pytest.mark.parametrize(
    ("data", "ending", "usual"),
    [
        (b"", None, b"\n"),
        (b"a", None, b"\n"),
        (b"a\n", b"\n", b"\n"),
        (b"a\r\nb", b"\r\n", b"\r\n"),
        (b"a\r\nb\n", None, b"\n"),
        (b"a\r\nb\r\nc\n", None, b"\r\n"),
    ],
)
def test_line_endings(data: bytes, ending: bytes | None, usual: bytes) -> None:
    assert line_ending(data) == ending
    assert usual_line_ending(data) == usual


@pytest.mark.parametrize(
    ("new", "like", "expected"),
    [
        (b"a\nb", b"x\r\n", b"a\r\nb"),
        (b"a\r\nb\r\n", b"x\n", b"a\nb\n"),
        (b"a\r\nb\n", b"x\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"x\r\ny\n", b"a\nb\n"),
        (b"a\r\n", None, b"a\r\n"),
        (BOM + b"a\r\n", b"", BOM + b"a\r\n"),
        (b"a\r\n", b"no line end", b"a\r\n"),
        (b"a\n", BOM + b"x\n", BOM + b"a\n"),
        (BOM + b"a\n", b"x\n", b"a\n"),
        (BOM + b"a\n", BOM + b"x\r\n", BOM + b"a\r\n"),
        (BOM + BOM + b"a", b"x", BOM + BOM + b"a"),
        (b"a\r\r\nb\r\n", b"x\n", b"a\r\r\nb\r\n"),
        (b"a\rb\n", b"x\r\n", b"a\rb\r\n"),
    ],
)
def test_adapt(new: bytes, like: bytes | None, expected: bytes) -> None:
    assert adapt(new, like) == expected


@settings(deadline=None)
@given(texts, texts)
def test_adapting_changes_nothing_that_counts(new: bytes, like: bytes) -> None:
    adapted = adapt(new, like)
    assert normalise(adapted) == normalise(new)
    assert adapt(adapted, like) == adapted
    assert adapt(like, like) == like
