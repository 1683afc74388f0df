from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.models import FileChange
from studio_git.core.sessionfile import SessionDocument, merge_person, parse, render
from studio_git.core.sessionlayout import superseded

EXAMPLE = SessionDocument(
    title="Auth middleware implementation",
    date="2024-12-22 10:42 AM",
    duration_minutes=45,
    cycle="Auth Flow (CYC-102)",
    summary="Implemented JWT validation middleware with refresh token rotation logic.",
    files=(FileChange("src/auth/middleware.ts", 45, 12), FileChange("src/config/schema.ts", 8, 0)),
    decisions=("Use JWT for stateless authentication", "Set token expiration to 15 minutes"),
    questions=(
        "Should we support multiple concurrent sessions?",
        "Token revocation strategy for logout?",
    ),
    notes=("Major changes to the JWT validation logic to support multi-tenant schemas.",),
)

EXAMPLE_TEXT = """# Auth middleware implementation

**Date:** 2024-12-22 10:42 AM
**Duration:** 45 minutes
**Cycle:** Auth Flow (CYC-102)

## Summary
Implemented JWT validation middleware with refresh token rotation logic.

## Files Changed
- `src/auth/middleware.ts` (+45 -12)
- `src/config/schema.ts` (+8 -0)

## Decisions Made
- Use JWT for stateless authentication
- Set token expiration to 15 minutes

## Open Questions
- Should we support multiple concurrent sessions?
- Token revocation strategy for logout?

## Notes
Major changes to the JWT validation logic to support multi-tenant schemas.
"""

EMPTY_TEXT = """# Untitled session

## Summary

## Files Changed

## Decisions Made

## Open Questions

## Notes
"""

LATER = replace(
    EXAMPLE,
    title="Auth flow",
    duration_minutes=130,
    summary="Implemented more.",
    files=(FileChange("a.ts", 1, 0), FileChange("src/auth/middleware.ts", 50, 13)),
    decisions=("Use JWT for stateless authentication", "Keep keys in a file"),
    questions=(*EXAMPLE.questions, "Who rotates the keys?"),
    notes=(*EXAMPLE.notes, "Keys come from the environment."),
)


def test_the_data_models_example() -> None:
    assert render(EXAMPLE) == EXAMPLE_TEXT
    assert parse(EXAMPLE_TEXT) == EXAMPLE


def test_every_heading_is_written_over_nothing() -> None:
    assert render(SessionDocument("", "")) == EMPTY_TEXT
    assert parse(EMPTY_TEXT) == SessionDocument("Untitled session", "")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("a b.py", "a b.py"),
        ("ünï/設.py", "ünï/設.py"),
        ('say "hi".py', 'say "hi".py'),
        ("back\\slash", "back\\slash"),
        ("tick`.py", r'"tick\140.py"'),
        ("new\nline", r'"new\012line"'),
        ("new\r\n## Notes", r'"new\015\012## Notes"'),
        ("not-utf8-\udcff", r'"not-utf8-\377"'),
        ('"quoted"', r'"\"quoted\""'),
        ('`"\\', r'"\140\"\\"'),
        ("bell\x07 \u2028", r'"bell\007 \342\200\250"'),
    ],
)
def test_paths(path: str, written: str) -> None:
    text = render(
        SessionDocument("t", "", files=(FileChange(path, 1, 2), FileChange("z", 0, None)))
    )
    assert f"\n- `{written}` (+1 -2)\n- `z` (binary)\n" in text
    assert parse(text).files == (FileChange(path, 1, 2), FileChange("z", None, None))


@pytest.mark.parametrize(
    "text",
    [
        "## Notes",
        "a\n## Open Questions\n- forged",
        "a\r\n## Open Questions\r\n- forged",
        "a\r## Open Questions\r- forged",
        "a\u2028## Open Questions",
        "# title",
        "   ## Notes",
        "```\nswallow",
        "~~~",
        "heading\n=====",
        "heading\n---",
        "<!-- hidden",
        "<script>",
        "\\## Notes",
        "> quote",
        "- - item",
        "* * *",
        "**Date:** forged",
    ],
)
def test_text_forges_nothing(text: str) -> None:
    document = SessionDocument(
        text, text, 1, text, text, (FileChange(text, 1, 1),), (text,), (text,), (text, "last")
    )
    lines = render(document).split("\n")
    assert [line for line in lines if line.startswith(("#", "="))] == [
        lines[0],
        "## Summary",
        "## Files Changed",
        "## Decisions Made",
        "## Open Questions",
        "## Notes",
    ]
    assert not [line for line in lines if line.startswith(("```", "~~~", "---", "<", ">", "* "))]
    assert len([line for line in lines if line.startswith("- ")]) == 3
    read = parse(render(document))
    assert len(read.decisions) == len(read.questions) == len(read.files) == 1
    assert read.notes[-1] == "last"
    assert read.files[0].path == text


def test_plain_markdown_in_a_line_is_left_alone() -> None:
    text = "Use `a` and **b**, not _c_; -5 and #12 stay"
    assert f"- {text}\n" in render(SessionDocument("t", "", decisions=(text,)))


def test_parse_takes_what_people_write() -> None:
    text = """\ufeffSome words first.
# A title

An introduction.
**duration**: 1h30
**Date:** yesterday

## Notes:
Mine.

## Mood
- fine

## decisions
* One
  that goes on
  - with details
+ Two
1. Three

Four, without a marker
### A heading of the person's own

## Files
- `a.py`
- b.py
- `c.py` (+1 -2) the main change

## Notes
```
## Summary
not a heading
```
""".replace("\n", "\r\n")
    assert parse(text) == SessionDocument(
        title="A title",
        date="yesterday",
        duration_minutes=90,
        files=(FileChange("a.py", 0, 0), FileChange("b.py", 0, 0), FileChange("c.py", 1, 2)),
        decisions=(
            "One that goes on - with details",
            "Two",
            "Three",
            "Four, without a marker ### A heading of the person's own",
        ),
        notes=("Mine.", "```\n## Summary\nnot a heading\n```"),
    )


@pytest.mark.parametrize(
    "text", ["", "\n\n", "## Notes", "## \n##\n##x", "```\n## Notes\n", "**Duration:** long"]
)
def test_parse_reads_anything(text: str) -> None:
    assert parse(text).title == "Untitled session"


def test_what_nobody_touched_becomes_what_is_generated() -> None:
    assert merge_person(EXAMPLE_TEXT, EXAMPLE_TEXT, render(LATER)) == render(LATER)


def test_a_persons_words_survive() -> None:
    person = (
        EXAMPLE_TEXT.replace("# Auth middleware implementation", "# My title")
        .replace("- Use JWT for stateless authentication", "- Use JWT (because it is simple)")
        .replace("- Set token expiration to 15 minutes\n", "")
        .replace("logout?\n", "logout?\n- Mine?\n")
        .replace("- `src/config/schema.ts` (+8 -0)", "- `src/config/schema.ts` (+8 -0) the schema")
        .replace("## Decisions Made", "## Mood\nGood.\n\n## Decisions Made")
        .replace("multi-tenant schemas.", "many tenants.\n\nA paragraph of mine.")
    )
    assert (
        merge_person(EXAMPLE_TEXT, person, render(LATER))
        == """# My title

**Date:** 2024-12-22 10:42 AM
**Duration:** 2 hours 10 minutes
**Cycle:** Auth Flow (CYC-102)

## Summary
Implemented more.

## Files Changed
- `src/auth/middleware.ts` (+50 -13)
- `src/config/schema.ts` (+8 -0) the schema
- `a.ts` (+1 -0)

## Mood
Good.

## Decisions Made
- Use JWT (because it is simple)
- Keep keys in a file

## Open Questions
- Should we support multiple concurrent sessions?
- Token revocation strategy for logout?
- Mine?
- Who rotates the keys?

## Notes
Major changes to the JWT validation logic to support many tenants.

A paragraph of mine.

Keys come from the environment.
"""
    )


def test_a_changed_or_removed_summary_stays_so() -> None:
    for words in ("Mine.\n", ""):
        person = EXAMPLE_TEXT.replace(f"{EXAMPLE.summary}\n", words)
        merged = merge_person(EXAMPLE_TEXT, person, render(LATER))
        assert parse(merged).summary == words.strip()


def test_a_removed_section_comes_back_only_for_what_is_new() -> None:
    start, end = EXAMPLE_TEXT.index("## Open"), EXAMPLE_TEXT.index("## Notes")
    person = EXAMPLE_TEXT[:start] + EXAMPLE_TEXT[end:]
    same = replace(LATER, questions=EXAMPLE.questions)
    assert "## Open Questions" not in merge_person(EXAMPLE_TEXT, person, render(same))
    merged = merge_person(EXAMPLE_TEXT, person, render(LATER))
    assert "\n\n## Open Questions\n- Who rotates the keys?\n\n## Notes\n" in merged


def test_header_lines_come_go_and_stay() -> None:
    without = render(replace(EXAMPLE, cycle=None, duration_minutes=None))
    person = without.replace("\n## Summary", "\nMy words.\n\n## Summary")
    merged = merge_person(without, person, EXAMPLE_TEXT)
    assert merged == EXAMPLE_TEXT.replace("\n## Summary", "\nMy words.\n\n## Summary")
    assert merge_person(EXAMPLE_TEXT, merged, without) == person
    removed = EXAMPLE_TEXT.replace("**Duration:** 45 minutes\n", "").replace("# Auth mid", "# Mid")
    assert "Duration" not in merge_person(EXAMPLE_TEXT, removed, render(LATER))


def test_line_ends_and_byte_order_mark_are_the_persons() -> None:
    saved = "\ufeff" + EXAMPLE_TEXT.replace("\n", "\r\n")
    expected = "\ufeff" + render(LATER).replace("\n", "\r\n")
    assert merge_person(EXAMPLE_TEXT, saved, render(LATER)) == expected
    assert merge_person(EXAMPLE_TEXT, saved, EXAMPLE_TEXT) == saved


def test_a_formatter_that_adds_blank_lines_changes_no_words() -> None:
    person = "\n".join(
        f"{line}\n" if line.startswith("## ") else line for line in EXAMPLE_TEXT.split("\n")
    )
    merged = merge_person(EXAMPLE_TEXT, person, render(LATER))
    assert "## Summary\n\nImplemented more.\n" in merged
    found = parse(merged)
    assert set(found.files) == set(LATER.files)
    assert replace(found, files=LATER.files) == LATER


def test_without_a_base_nothing_is_lost_and_what_is_missing_is_added() -> None:
    person = "# Mine\n\n## Decisions Made\n- Ours\n- Use JWT for stateless authentication\n"
    merged = merge_person("", person, EXAMPLE_TEXT)
    found = parse(merged)
    assert merged.startswith("# Mine\n\n**Date:** 2024-12-22 10:42 AM\n**Duration:** 45 minutes\n")
    assert found.decisions == (
        "Ours",
        "Use JWT for stateless authentication",
        "Set token expiration to 15 minutes",
    )
    assert replace(found, title=EXAMPLE.title, decisions=EXAMPLE.decisions) == EXAMPLE


FOREIGN = st.one_of(
    st.text(st.sampled_from("ab #-*>`~=\\<\n\r\u2028\x00\udcff1.)"), max_size=12),
    st.text(max_size=10),
    st.sampled_from(["one", "two", "three", "## Notes", "- item", "```", "---"]),
)
COUNT = st.one_of(st.none(), st.integers(0, 999))
DOCUMENTS = st.builds(
    SessionDocument,
    title=FOREIGN,
    date=st.sampled_from(["", "2024-12-22 10:42 AM", "2024-12-22 11:42 AM"]),
    duration_minutes=st.one_of(st.none(), st.integers(0, 300)),
    cycle=st.one_of(st.none(), FOREIGN),
    summary=FOREIGN,
    files=st.lists(
        st.builds(FileChange, FOREIGN.filter(bool), COUNT, COUNT),
        max_size=3,
        unique_by=lambda change: change.path,
    ).map(tuple),
    decisions=st.lists(FOREIGN, max_size=3).map(tuple),
    questions=st.lists(FOREIGN, max_size=3).map(tuple),
    notes=st.lists(FOREIGN, max_size=3).map(tuple),
)
TYPED = st.sampled_from(
    [
        "", "", "words", "more words", "- item", "- one", "* two", "  continued", "### Sub",
        "## Notes", "## Decisions", "## Mine", "# Other", "**Date:** never", "```", "~~~ x",
        "- `a` (+1 -1)", "1. first", "\\# escaped", "    code", "title", "##", "- ", "---",
    ]
)  # fmt: skip


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """What was generated last, and what a person made of it line by line."""
    base = render(draw(DOCUMENTS))
    lines = base.split("\n")
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(lines)))
        if draw(st.booleans()):
            lines.insert(place, draw(TYPED))
        else:
            del lines[place : place + draw(st.integers(1, 3))]
    return base, "\n".join(lines)


@given(DOCUMENTS)
def test_what_is_rendered_is_read_and_rendered_again(document: SessionDocument) -> None:
    text = render(document)
    text.encode()
    assert text == render(document)
    assert render(parse(text)) == text
    again = parse(text)
    assert parse(render(again)) == again
    assert len(again.files) == len(document.files)
    assert {change.path for change in again.files} == {change.path for change in document.files}


@settings(max_examples=250)
@given(edited(), DOCUMENTS)
def test_merging(case: tuple[str, str], later: SessionDocument) -> None:
    base, person = case
    generated = render(later)
    assert merge_person(base, base, generated) == generated
    assert merge_person(base, person, base) == person
    merged = merge_person(base, person, generated)
    assert merge_person(base, merged, generated) == merged
    assert merge_person(generated, merged, generated) == merged
    added = Counter(filter(str.strip, person.split("\n"))) - Counter(base.split("\n"))
    lost = added - Counter(merged.split("\n"))
    assert not lost


@settings(max_examples=150)
@given(edited(), DOCUMENTS)
def test_merging_without_a_base_loses_no_line(
    case: tuple[str, str], later: SessionDocument
) -> None:
    person, generated = case[1], render(later)
    merged = merge_person("", person, generated)
    lost = Counter(filter(str.strip, person.split("\n"))) - Counter(merged.split("\n"))
    assert not lost
    assert merge_person("", merged, generated) == merged


@given(st.text(st.sampled_from("#- `~*ab\n\r>1."), max_size=80), DOCUMENTS)
def test_any_file_is_read_and_merged(text: str, later: SessionDocument) -> None:
    parse(text)
    merge_person(render(later), text, EXAMPLE_TEXT)


SUPERSEDED = replace(
    EXAMPLE,
    decisions=(
        f"{EXAMPLE.decisions[0]}{superseded('Use sessions')}",
        EXAMPLE.decisions[1],
    ),
)


def test_a_superseded_decision_stays_in_its_place_and_comes_back() -> None:
    person = EXAMPLE_TEXT.replace("## Open", "- One of mine\n\n## Open", 1)
    merged = merge_person(EXAMPLE_TEXT, person, render(SUPERSEDED))
    assert parse(merged).decisions == (
        "Use JWT for stateless authentication (superseded by: Use sessions)",
        "Set token expiration to 15 minutes",
        "One of mine",
    )
    assert merge_person(render(SUPERSEDED), merged, EXAMPLE_TEXT) == person


def test_a_superseded_decision_that_a_person_reworded_or_removed_stays_so() -> None:
    for words in ("- Use JWT, for now\n", ""):
        person = EXAMPLE_TEXT.replace("- Use JWT for stateless authentication\n", words)
        assert merge_person(EXAMPLE_TEXT, person, render(SUPERSEDED)) == person


def test_an_item_without_a_word_is_no_file() -> None:
    assert parse("# T\n\n## Files Changed\n-\n- `a.py` (+1 -2)\n").files == (
        FileChange("a.py", 1, 2),
    )
