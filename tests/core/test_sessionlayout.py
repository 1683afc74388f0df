from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.sessionlayout import (
    Kind,
    chunks,
    escape,
    join,
    lead,
    quote_path,
    split,
    unescape,
    unquote_path,
)

TEXTS = st.text(st.sampled_from("# -*`~ab\n1.:"), max_size=100)


@given(TEXTS)
def test_taking_a_file_apart_loses_nothing(text: str) -> None:
    sections = split(text)
    assert join(sections) == text
    assert len({section.key for section in sections}) == len(sections)
    for section in sections:
        parts = [line for chunk in chunks(section) for line in (*chunk.lines, *chunk.blank)]
        assert (*lead(section), *parts) == section.body


def test_sections_and_their_kinds() -> None:
    text = "# t\n\n## Notes\na\n## Decisions:\n```\n## Mood\n```\n\n## notes ##\nb\n## :\nc"
    assert [(*section.key, section.kind) for section in split(text)] == [
        ("", 0, Kind.PREAMBLE),
        ("notes", 0, Kind.PARAGRAPHS),
        ("decisions made", 0, Kind.ITEMS),
        ("notes", 1, Kind.WHOLE),
        ("## :", 0, Kind.WHOLE),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("- a\n- b", ["- a", "- b"]),
        ("- a\n  more\nlazy\n\n  still\n\nown", ["- a|  more|lazy||  still", "own"]),
        ("text\n1. a\n* b\n+ c", ["text", "1. a", "* b", "+ c"]),
        ("- a\n```\n- b\n\n- c\n```\n- d", ["- a|```|- b||- c|```", "- d"]),
        ("-5 is less\nthan 1.5", ["-5 is less|than 1.5"]),
    ],
)
def test_items(body: str, expected: list[str]) -> None:
    section = split(f"## Open Questions\n{body}\n")[1]
    assert ["|".join(chunk.lines) for chunk in chunks(section)] == expected


@given(st.text(st.sampled_from("#-+*=`~<>_\\ a1.!"), max_size=12))
def test_escapes_are_taken_back(line: str) -> None:
    assert unescape(escape(line)) == line


@given(st.text(st.one_of(st.characters(), st.sampled_from('`"\\\n\udc80\udcff07')), min_size=1))
def test_quoted_paths_are_taken_back(path: str) -> None:
    quoted = quote_path(path)
    quoted.encode()
    assert "`" not in quoted
    assert len(quoted.splitlines()) == 1
    again = unquote_path(quoted)
    # A path is bytes: what stands for the same bytes is the same path.
    assert quote_path(again) == quoted
    assert again == path or any("\ud800" <= character <= "\udfff" for character in path)


def test_a_person_may_write_any_quotes() -> None:
    assert unquote_path('"') == '"'
    assert unquote_path(r'"\8\777"') == "\\8\udcff"
