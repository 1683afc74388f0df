"""``SKILL.md`` as the specification of agentskills.io asks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import frontmatter
from studio_git.core.registrytypes import MISSING_FIELD, SYNTAX, WRONG_VALUE
from studio_git.core.skillfolders import as_skill_file, check, renamed

GOOD = "name: pdf-forms\ndescription: Fills forms."


def text(front: str, body: str = "# PDF\n") -> str:
    return f"---\n{front}\n---\n\n{body}"


def codes(front: str, folder: str | None = "pdf-forms") -> list[tuple[str, int]]:
    return [(it.code, it.line) for it in check(text(front), folder)]


@pytest.mark.parametrize(
    "front",
    [
        GOOD,
        GOOD + "\nlicense: MIT\ncompatibility: git\nmetadata:\n  a: b\nallowed-tools: Read",
        GOOD + "\nallowed-tools:\n  - Read\n  - Bash(git:*)",
        GOOD + "\nmodel: opus\nhooks: {}\n",
        GOOD + "\nlicense:\nmetadata:",
        f"name: pdf-forms\ndescription: {'x' * 1024}",
    ],
)
def test_good(front: str) -> None:
    assert codes(front) == []


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("name: pdf-forms", [(MISSING_FIELD, 0)]),
        ("description: x", [(MISSING_FIELD, 0)]),
        ("name:\ndescription: ''", [(MISSING_FIELD, 0)] * 2),
        ("description: x\nname: PDF-Forms", [(WRONG_VALUE, 2)]),
        ("name: -pdf\ndescription: x", [(WRONG_VALUE, 1)]),
        ("name: pdf--forms\ndescription: x", [(WRONG_VALUE, 1)]),
        ("name: pdf_forms\ndescription: x", [(WRONG_VALUE, 1)]),
        (f"name: {'x' * 65}\ndescription: x", [(WRONG_VALUE, 1)]),
        ("name: other\ndescription: x", [(WRONG_VALUE, 1)]),
        (f"name: pdf-forms\ndescription: {'x' * 1025}", [(WRONG_VALUE, 2)]),
        (GOOD + f"\ncompatibility: {'x' * 501}", [(WRONG_VALUE, 3)]),
        (GOOD + "\nmetadata: x", [(WRONG_VALUE, 3)]),
        (GOOD + "\nlicense: [a]", [(WRONG_VALUE, 3)]),
        (GOOD + "\nallowed-tools: {a: b}", [(WRONG_VALUE, 3)]),
        ("name: pdf-forms\ndescription: Use when: forms", [(SYNTAX, 2)]),
    ],
)
def test_wrong(front: str, expected: list[tuple[str, int]]) -> None:
    assert codes(front) == expected


def test_the_folder_is_not_always_known() -> None:
    assert codes("name: other\ndescription: x", None) == []
    assert [it.code for it in check("# Only a title\n", "x")] == [MISSING_FIELD]


def test_the_hint_names_what_would_do() -> None:
    (problem,) = check(text("name: PDF Forms\ndescription: x"), None)
    assert "pdf-forms" in problem.hint


def test_a_skill_of_the_registry_becomes_one() -> None:
    made = as_skill_file("# Python API\n\n## Description\nX: y.\n", "python-api", "X: y.")
    assert made == (
        '---\nname: python-api\ndescription: "X: y."\n---\n\n'
        "# Python API\n\n## Description\nX: y.\n"
    )
    assert check(made, "python-api") == []
    assert as_skill_file(made, "other", "other") == made
    half = text("name: pdf-forms\nlicense: MIT")
    assert as_skill_file(half, "pdf-forms", "Forms.") == text(
        "name: pdf-forms\nlicense: MIT\ndescription: Forms."
    )
    broken = text("description: a: b")
    assert as_skill_file(broken, "x", "y") == broken


def test_renaming() -> None:
    assert renamed(text(GOOD), "x") == text(GOOD.replace("pdf-forms", "x"))
    assert renamed("# T\n", "x") == "# T\n"


@given(st.text(max_size=200))
def test_any_text_is_survived(any_text: str) -> None:
    check(any_text, "x")
    made = as_skill_file(any_text, "a-name", "What it is for.")
    document = frontmatter.read(made)
    if document.fault is None:
        assert document.text("name").strip()
        assert document.text("description").strip()
        assert as_skill_file(made, "b", "c") == made
