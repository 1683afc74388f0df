"""A record as a text for the editor, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import recordtext
from studio_git.core.prose import many_lines, one_line
from studio_git.core.recordtext import Sheet

NAMES = ("Rationale", "Alternatives")


def test_the_form() -> None:
    sheet = Sheet("Use JWT", {"Rationale": "No state.\n\n    code", "Alternatives": ""})
    text = "# Use JWT\n\n## Rationale\n\nNo state.\n\n    code\n\n## Alternatives\n"
    assert recordtext.render(sheet) == text
    assert recordtext.parse(text, NAMES) == sheet


@pytest.mark.parametrize(
    ("text", "title", "rationale"),
    [
        ("", "", ""),
        ("no title", "", ""),
        ("\ufeff# T\r\n## RATIONALE\r\nx\r\n", "T", "x"),
        ("# T\n# U\n##  Rationale \nx\n# V\n## Other\ny", "T", "x\n# V\n## Other\ny"),
        ("# T\n## Rationale\n\\## Rationale\n\\\\## alternatives", "T",
         "## Rationale\n\\## alternatives"),
        ("# T\n## Rationale\na\n## Alternatives\n## Rationale\nb", "T", "a\nb"),
    ],
)  # fmt: skip
def test_what_people_leave(text: str, title: str, rationale: str) -> None:
    found = recordtext.parse(text, NAMES)
    assert (found.title, found.texts["Rationale"]) == (title, rationale)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- a\n- b", ("a", "b")),
        ("* a\n  goes on\n\n+ b", ("a goes on", "b")),
        ("a\nb", ("a b",)),
        ("-\n- ", ("- -",)),
        ("", ()),
    ],
)
def test_items(text: str, found: tuple[str, ...]) -> None:
    assert recordtext.items(text) == found


@given(st.text(), st.text(), st.lists(st.text()))
def test_every_text_comes_back(title: str, rationale: str, alternatives: list[str]) -> None:
    sheet = Sheet(title, {"Rationale": rationale, "Alternatives": recordtext.listed(alternatives)})
    found = recordtext.parse(recordtext.render(sheet), NAMES)
    assert found.title == one_line(title)
    assert found.texts["Rationale"] == many_lines(rationale)
    wanted = tuple(one_line(each) for each in alternatives if one_line(each))
    assert recordtext.items(found.texts["Alternatives"]) == wanted


@given(st.text())
def test_no_text_raises(text: str) -> None:
    recordtext.items(recordtext.parse(text, NAMES).texts["Rationale"])
