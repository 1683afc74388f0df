"""Front matter: taken apart and put together byte for byte, and changed key by key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import frontmatter
from studio_git.core.frontmatter import changed, read, split_list
from studio_git.core.registrytypes import SYNTAX

TEXT = """---
name: reviewer   # short
# what it is for
description: >-
  Looks at changes
  before they are merged.

tools: Read, Bash(git add, git commit)
skills:
  - a
  - b
metadata:
  author: ada
  version: 1.0
color: blue
---

# Body
---
more
"""


def test_the_parts() -> None:
    found = read(TEXT)
    assert found.head + found.body == TEXT
    assert found.body.startswith("\n# Body")
    assert found.text("name") == "reviewer"
    assert found.text("description") == "Looks at changes before they are merged."
    assert found.texts("tools") == ("Read", "Bash(git add, git commit)")
    assert found.texts("skills") == ("a", "b")
    assert found.get("metadata") == {"author": "ada", "version": "1.0"}
    assert found.get("none") is None
    assert found.texts("none") is None
    assert found.texts("metadata") == ()
    assert found.text("skills") == ""


@pytest.mark.parametrize(
    "text", ["", "# No front matter\n", "---\nname: x\n", " ---\nname: x\n---\n", "----\n---\n"]
)
def test_none(text: str) -> None:
    found = read(text)
    assert (found.head, found.body, dict(found.entries)) == ("", text, {})


@pytest.mark.parametrize(
    ("inner", "line", "said"),
    [
        ("description: a: b", 1, "mapping values"),
        ("a: 1\nb: [", 2, "is no YAML"),
        ("- a\n- b", 1, "keys with values"),
        ("a: \x07", 1, "is no YAML"),
        ("a: " + "[" * 3000, 1, "is no YAML"),
    ],
)
def test_no_yaml(inner: str, line: int, said: str) -> None:
    found = read(f"---\n{inner}\n---\nbody\n")
    assert found.fault is not None
    assert found.fault.code == SYNTAX
    assert said in found.fault.message
    assert abs(found.fault.line - line) <= 1
    assert found.body == "body\n"


def test_too_long_is_not_read() -> None:
    found = read(f"---\na: {'x' * frontmatter.MAX_LENGTH}\n---\n")
    assert found.fault is not None
    assert "longer" in found.fault.message


def test_aliases_are_not_followed_far() -> None:
    """A few lines that would be billions of words."""
    lines = ["a: &a [x, x]"]
    lines += [
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)
    ]
    found = read("---\n" + "\n".join(lines) + "\n---\n")
    assert found.texts("a") == ("x", "x")
    assert found.texts("j") == ()


def test_changing_one_key_leaves_the_rest() -> None:
    text = changed(read(TEXT), {"description": "Short: now."})
    assert text == TEXT.replace(
        "description: >-\n  Looks at changes\n  before they are merged.\n",
        'description: "Short: now."\n',
    )
    text = changed(read(TEXT), {"skills": ["a", "c"], "model": "opus"})
    assert "skills: a, c\nmetadata" in text
    assert "color: blue\nmodel: opus\n---\n" in text
    assert read(text).texts("skills") == ("a", "c")


def test_line_ends_and_marks_stay() -> None:
    text = "\ufeff---\r\nname: a\r\n---\r\nbody\r\n"
    assert changed(read(text), {"name": "b", "x": "z"}) == (
        "\ufeff---\r\nname: b\r\nx: z\r\n---\r\nbody\r\n"
    )
    assert changed(read("\ufeff# T\n"), {"name": "b"}) == "\ufeff---\nname: b\n---\n\n# T\n"
    assert changed(read(""), {"name": "b"}) == "---\nname: b\n---\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("Read", ("Read",)),
        (" Read ,, Write,", ("Read", "Write")),
        ("Bash(a, b), Agent(x)", ("Bash(a, b)", "Agent(x)")),
        ("a), b(, c", ("a)", "b(, c")),
    ],
)
def test_lists(text: str, parts: tuple[str, ...]) -> None:
    assert split_list(text) == parts


@given(st.text())
def test_nothing_is_lost(text: str) -> None:
    found = read(text)
    assert found.head + found.body == text


@given(st.text(alphabet="ab:-#'\"[]{}&*!|>%@`,\n\r \t\x00é", max_size=80))
def test_any_inner_text_is_survived(inner: str) -> None:
    text = f"---\n{inner}\n---\nbody"
    found = read(text)
    assert found.head + found.body == text
    for entry in found.entries.values():
        assert 0 < entry.start < entry.end <= len(found.head)


PLAIN = st.text(
    alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co")),
    min_size=1,
    max_size=30,
)


@given(PLAIN, PLAIN)
def test_what_is_written_is_read(value: str, other: str) -> None:
    text = changed(read("---\nkey: old\nrest: stays\n---\n"), {"key": value, "new": other})
    found = read(text)
    assert found.fault is None
    assert (found.get("key"), found.get("new"), found.get("rest")) == (value, other, "stays")
