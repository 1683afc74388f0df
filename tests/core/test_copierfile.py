"""``copier.yml``: the type of a template, and what it would run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.copierfile import CopierFile, read, with_type

TEXT = """# a template
_template_type: doc  # ours
_tasks:
  - git init
  - [echo, "hi"]
  - command: make
    when: "{{ x }}"
  - command: [ls, -l]
name:
  type: str
---
_jinja_extensions: [a.b:C]
_migrations:
  - version: v1
    before: [touch a]
  - touch b
"""


def test_read() -> None:
    found = read(TEXT)
    assert found == CopierFile(
        type="doc",
        runs=("git init", "echo hi", "make", "ls -l"),
        migrations=("touch a", "touch b"),
        extensions=("a.b:C",),
    )
    assert found.needs_trust


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", CopierFile()),
        ("_tasks: []", CopierFile()),
        ("_tasks:", CopierFile()),
        ("- a", CopierFile()),
        ("_tasks: !include x.yml", CopierFile(runs=("x.yml",))),
        ("!include x.yml", CopierFile()),
        ("_tasks: [{when: x}]", CopierFile(runs=("(a command)",))),
        ("_tasks: [{command: [[a]]}]", CopierFile(runs=("(a command)",))),
    ],
)
def test_odd(text: str, expected: CopierFile) -> None:
    assert read(text) == expected


def test_faults() -> None:
    assert read("a: [").fault
    assert read("_template_type: web").fault == "_template_type can be project, doc, cycle"
    assert "longer" in read("#" * 70_000).fault


def test_another_type() -> None:
    assert with_type(TEXT, "cycle") == TEXT.replace("type: doc", "type: cycle")
    assert with_type("a: b", "cycle") is None
    assert with_type("a: [", "cycle") is None
    assert with_type(TEXT, "other") is None


@given(st.text(max_size=100))
def test_any_text_is_survived(text: str) -> None:
    read(text)
    with_type(text, "doc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("_template_type:", "_template_type: doc"),
        ("_template_type:  # none yet\na: b\n", "_template_type: doc  # none yet\na: b\n"),
        ("_template_type: |\n  cycle\na: b\n", None),
    ],
)
def test_another_type_is_read_again_or_not_written(text: str, expected: str | None) -> None:
    assert with_type(text, "doc") == expected
