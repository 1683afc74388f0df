"""TOML of others: the tables, or a ValueError that says why not."""

from __future__ import annotations

import pytest

from studio_git.core import tomltext


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = [", "end of document"),
        ("x = " + "[" * 3000, "nested too deeply"),
        ("x = " + "9" * 5000, "digits"),
        ("a." * 50_000 + "b = 1", "too many parts"),
        ("#" * (tomltext.LONGEST + 1), "longer than"),
        ("x = 1979-05-32", "line 1"),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_none(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        tomltext.parse(text)


def test_what_is_one() -> None:
    dots = "." * 50
    assert tomltext.parse(f'a.b = "{dots}"  # {dots}\n') == {"a": {"b": dots}}
