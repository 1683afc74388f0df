"""Skills and prompts in the data model's form, and SKILL.md."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio_git.core import codes
from studio_git.core.registryfiles import ItemType, described
from studio_git.core.skillfile import Section, parse_prompt, parse_skill, with_description

SKILL = """# Python API Skill

## Description
FastAPI development patterns including request validation, error handling, 
async operations, dependency injection, and OpenAPI documentation.

A second paragraph.

## Patterns

### Request Validation
Use Pydantic for all request/response validation:
```python
# Not a heading
from pydantic import BaseModel
```

### Error Handling
...

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""  # noqa: W291 - as the data model has it


def test_the_data_models_example() -> None:
    found = parse_skill(SKILL)
    assert found.title == "Python API Skill"
    assert found.description == (
        "FastAPI development patterns including request validation, error handling, "
        "async operations, dependency injection, and OpenAPI documentation."
    )
    assert found.patterns == ("Request Validation", "Error Handling")
    assert found.compatibility == ("FastAPI", "Python 3.11+")
    assert found.sections[1] == Section("Description", 2, 2, 8)
    assert found.sections[-1] == Section("Tech Stack Compatibility", 2, 20, 24)
    assert found.problems == ()


def test_a_skill_md() -> None:
    text = (
        "---\nname: pdf-forms\ndescription: >-\n  Fill in forms,\n  and flatten: them.\n"
        "license: 'It''s free'  # really\nmetadata:\n  author: me\n---\n\nDo it so.\n"
    )
    found = parse_skill(text)
    assert (found.name, found.title) == ("pdf-forms", "")
    assert found.description == "Fill in forms, and flatten: them."
    assert found.problems == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("plain text", "plain text"),
        ("plain # comment", "plain"),
        ("no#comment", "no#comment"),
        ('"quoted: \\"x\\""  # comment', 'quoted: "x"'),
        ("'it''s'", "it's"),
        ("|\n  one\n  two", "one two"),
        ("first\n  second", "first second"),
        ('"', '"'),
    ],
)
def test_front_matter_values(value: str, said: str) -> None:
    assert parse_skill(f"---\nname: x\ndescription: {value}\n---\n").description == said


def test_the_section_goes_before_the_front_matter() -> None:
    text = "---\nname: x\ndescription: Front\n---\n# T\n\n## description\nSection\n"
    assert parse_skill(text).description == "Section"


@pytest.mark.parametrize(
    ("text", "code", "line", "message"),
    [
        ("", "missing-field", 0, "no title"),
        ("## Description\nx\n", "missing-field", 0, "no title"),
        ("# T\n", "missing-field", 0, "no description"),
        ("\n# T\n\n## Description\n\n## Patterns\n", "missing-field", 3, "no description"),
        ("# T\n## Description\nx\n## Tech Stack Compatibility\n", "wrong-value", 3, "nothing"),
        ("# T\n## Description\nx\n## Description\ny\n", "wrong-value", 3, "twice"),
        ("# T\n## Description\nx\n## Tech Stack Compatability\n- y\n", "unknown-field", 3, "read"),
        ("---\nname: x\n# T\n## Description\nx\n", "wrong-value", 0, "front matter"),
    ],
)
def test_what_is_told(text: str, code: str, line: int, message: str) -> None:
    found = [problem for problem in parse_skill(text).problems if message in problem.message]
    assert [(problem.code, problem.line) for problem in found] == [(f"registry/{code}", line)]
    assert f"registry/{code}" in codes.CODES
    assert found[0].hint


def test_code_that_is_never_closed_is_named() -> None:
    (problem,) = parse_skill("# T\n```\n## Description\nx\n").problems
    assert problem.hint == "The code that begins on line 2 is never closed."


def test_lists_of_any_kind_and_plain_lines() -> None:
    start = "# T\n\n## Description\nx\n\n## Tech Stack Compatibility\n"
    assert parse_skill(f"{start}Works with:\n1. A\n* B\n  + C\n").compatibility == ("A", "B", "C")
    assert parse_skill(f"{start}FastAPI\nPython\n").compatibility == ("FastAPI", "Python")


def test_only_the_mark_of_an_item_is_taken_away() -> None:
    said = parse_skill(
        "# T\n\n## Description\n- Tables - with 1) rows\n- and * notes\n"
    ).description
    assert said == "Tables - with 1) rows and * notes"


def test_a_prompt_needs_nothing() -> None:
    found = parse_prompt("# Review\n\nLook at it\nhard.\n\nMore.\n")
    assert (found.title, found.description) == ("Review", "Look at it hard.")
    assert parse_prompt("Just this.").description == "Just this."
    assert parse_prompt("").problems == parse_prompt("x").problems == ()
    assert parse_prompt("---\ndescription: Front\n---\n# T\nBody\n").description == "Front"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_another_description(end: str) -> None:
    text = SKILL.replace("\n", end)
    changed = with_description(text, parse_skill(text), "Shorter.")
    assert changed is not None
    assert parse_skill(changed).description == "Shorter."
    first, _, last = text.partition("FastAPI development")
    assert changed == first + "Shorter." + last[last.index(f"documentation.{end}") + 14 :]


def test_a_description_at_the_very_end_and_one_that_is_no_paragraph() -> None:
    text = "# T\n\n## Description\nold"
    assert with_description(text, parse_skill(text), "new") == "# T\n\n## Description\nnew"
    text = "# T\n\n## Description\n- one\n- two\n"
    assert parse_skill(text).description == "one two"
    assert with_description(text, parse_skill(text), "new") is None
    assert with_description("# T\n", parse_skill("# T\n"), "new") is None


@given(st.text(alphabet="#-` \n\r\tDescription:|>\"'ab12.\u2028\ufeff"))
@example("-\r1")
def test_nothing_makes_it_fail(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\n", f"# T\n## Description\n{text}"):
        found = parse_skill(whole)
        parse_prompt(whole)
        changed = described(ItemType.SKILL, whole, description=found.description, tool_type=None)
        if changed is not None:
            assert parse_skill(changed).description == found.description


def test_too_large() -> None:
    (problem,) = parse_skill("x" * (2 * 1024 * 1024 + 1)).problems
    assert problem.code == "registry/syntax"
    assert parse_prompt("x" * (2 * 1024 * 1024 + 1)).problems
