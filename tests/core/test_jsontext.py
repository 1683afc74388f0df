"""JSON of others: the value, or a ValueError; nothing that could not be written again."""

from __future__ import annotations

import json

import pytest

from studio_git.core import jsontext


@pytest.mark.parametrize(
    "text",
    ["", "{", "NaN", "-Infinity", "1e999", "[" * 100_000, '{"a":' * 5000, "9" * 5000, b"\xff"],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_none(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsontext.loads(text)


def test_halves_of_characters_are_made_whole() -> None:
    text = '{"\\ud800": ["\\udfff x", "\\ud83d\\ude00", {"a": 1}]}'
    assert jsontext.loads(text) == {"\ufffd": ["\ufffd x", "😀", {"a": 1}]}


@pytest.mark.parametrize("value", [None, 1.5, 10**300, {"a": [True, "\U0001f600"]}, 1e308])
def test_what_is_one(value: object) -> None:
    assert jsontext.loads(json.dumps(value)) == value
    assert jsontext.loads(json.dumps(value).encode()) == value
