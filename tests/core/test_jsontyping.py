"""What stands at a place of JSON that is being typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.jsontyping import Context, Slot, context_at, mentions


def at(marked: str) -> Context | None:
    """The context at the ``|`` of a text."""
    before, _, after = marked.partition("|")
    line = before.count("\n")
    return context_at(before + after, line, len(before) - (before.rfind("\n") + 1))


@pytest.mark.parametrize(
    ("marked", "slot", "prefix", "word", "quoted"),
    [
        ('{"skills": ["py|"]}', Slot.SKILLS, "py", "py", True),
        ('{"skills": ["py|', Slot.SKILLS, "py", "py", True),
        ('{"skills": ["py|]}', Slot.SKILLS, "py", "py", True),
        ('{"skills": ["|"]}', Slot.SKILLS, "", "", True),
        ('{"skills": ["a|b"]}', Slot.SKILLS, "a", "ab", True),
        ('{"skills": [|', Slot.SKILLS, "", "", False),
        ('{"skills": [|]}', Slot.SKILLS, "", "", False),
        ('{"skills": [\n  |\n]}', Slot.SKILLS, "", "", False),
        ('{"skills": ["a", |]}', Slot.SKILLS, "", "", False),
        ('{"skills": [py|', Slot.SKILLS, "py", "py", False),
        ('{"skills": [|py', Slot.SKILLS, "", "py", False),
        ('{"skills": ["a", "x|"\n  "tools": ["b"]}', Slot.SKILLS, "x", "x", True),
        ('{"skills": ["a"\n  "tools": ["b|"]}', Slot.TOOLS, "b", "b", True),
        ('{"skills": ["a", "b\n  "tools": ["c|', Slot.TOOLS, "c", "c", True),
        ('{"skills": ["a"],\n "tools": ["x", "|"]}', Slot.TOOLS, "", "", True),
        ('{|}', Slot.KEY, "", "", False),
        ('{\n  "na|', Slot.KEY, "na", "na", True),
        ('{"name": "x", "sk|"}', Slot.KEY, "sk", "sk", True),
        ('{"name": "x",\n  |\n}', Slot.KEY, "", "", False),
        ('{"name": "x"\n  "de|": 1}', Slot.KEY, "de", "de", True),
        ('{"constraints": {"a": [1]}, "t|', Slot.KEY, "t", "t", True),
        ('{"tool_type": "|"}', Slot.TOOL_TYPE, "", "", True),
        ('{"tool_type": "m|c"', Slot.TOOL_TYPE, "m", "mc", True),
        ('{"tool_type": |', Slot.TOOL_TYPE, "", "", False),
        ('{"sk\\u0069lls": ["a|"]}', Slot.SKILLS, "a", "a", True),
    ],
)  # fmt: skip
def test_what_a_place_is_for(marked: str, slot: Slot, prefix: str, word: str, quoted: bool) -> None:
    found = at(marked)
    assert found is not None
    assert (found.slot, found.prefix, found.word, found.quoted) == (slot, prefix, word, quoted)
    line = marked.replace("|", "").split("\n")[found.line]
    assert line[found.start : found.end] == word


@pytest.mark.parametrize(
    "marked",
    [
        "|", "[|]", '["|"]', '{"name": "|"}', '{"name": |}', '{"skills": ["a" |]}',
        '{"skills"|: []}', '{"skills": |[]}', '{"skills": {"a": ["|"]}}', '{"skills": [["|"]]}',
        '{"constraints": {"|": 1}}', '{"constraints": {"skills": ["|"]}}', '{"x": {|}}',
        '{"skills": []}|', '{"name": "skills", "other": ["|"]}',
    ],
)  # fmt: skip
def test_where_nothing_of_ours_can_stand(marked: str) -> None:
    assert at(marked) is None


def test_what_is_in_the_list_already() -> None:
    found = at('{"skills": ["a", "|", "b"], "tools": ["c"]}')
    assert found is not None
    assert found.taken == {"a", "b"}
    found = at('{"name": "x", "|", "skills": ["c"]}')
    assert found is not None
    assert found.taken == {"name", "skills"}


def test_columns_are_code_points_and_any_line_end_counts() -> None:
    text = '{"name": "😀",\r\n "description": "e\u0301",\r "skills": ["😀-x"]}'
    found = context_at(text, 2, 14)
    assert found is not None
    assert (found.prefix, found.start, found.end) == ("😀", 13, 16)
    assert context_at(text, 99, 99) is None
    assert context_at(text, 0, -5) is None


def test_mentions() -> None:
    text = '{\n "skills": ["a", "b"],\n "tools": ["c", 1, d],\n "x": {"skills": ["no"]}\n}'
    assert [(each.slot, each.name, each.line, each.column, each.end_column)
            for each in mentions(text)] == [
        (Slot.SKILLS, "a", 1, 13, 14),
        (Slot.SKILLS, "b", 1, 18, 19),
        (Slot.TOOLS, "c", 2, 12, 13),
    ]  # fmt: skip


@given(
    st.text(alphabet='{}[]",:\\ \n\rskiltoa_ype\U0001f600'), st.integers(-2, 9), st.integers(-2, 60)
)
def test_nothing_makes_it_fail(text: str, line: int, column: int) -> None:
    text = '{"skills": ["a", ' + text
    found = context_at(text, line, column)
    if found is not None:
        assert 0 <= found.start <= found.end
        assert found.word.startswith(found.prefix) or "\\" in text
    mentions(text)


@pytest.mark.parametrize("text", ["[" * 500_000, '"' * 500_001, '{"skills": ["' + "\\" * 500_000])
def test_hostile_texts_take_no_time(text: str) -> None:
    context_at(text, 0, len(text))
    assert mentions("x" * (2 * 1024 * 1024 + 1)) == []
    assert context_at("x" * (2 * 1024 * 1024 + 1), 0, 0) is None
