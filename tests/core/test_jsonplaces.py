"""JSON with places: what the standard library reads is read, and what it refuses is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.jsonplaces import MAX_DEPTH, JsonError, Node, parse, replaced


def plain(node: Node) -> Any:
    """The value of a node, as ``json.loads`` has it."""
    match node.kind:
        case "object":
            return {key.text: plain(value) for key, value in node.members}
        case "array":
            return [plain(item) for item in node.items]
        case "string":
            return node.text
        case _:
            return json.loads(node.text)


def _no_constant(word: str) -> None:
    raise ValueError(word)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_reads_what_json_writes(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(parse(text)) == value


@given(st.text(alphabet='{}[]",:\\ntrue0.1-eE /\n\x00\u00a0x', max_size=40))
def test_refuses_what_json_refuses(text: str) -> None:
    try:
        expected = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        with pytest.raises(JsonError) as caught:
            parse(text)
        assert 0 <= caught.value.start <= caught.value.end <= len(text)
        assert caught.value.message.endswith(".")
    else:
        assert plain(parse(text)) == expected


@given(VALUES)
def test_each_value_stands_where_it_is_said_to(value: Any) -> None:
    text = json.dumps(value, indent=2)

    def look(node: Node) -> None:
        assert json.loads(text[node.start : node.end]) == plain(node)
        for inner in [*node.items, *(value for _, value in node.members)]:
            look(inner)

    look(parse(text))


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("", 0, "too early"),
        ('{"a": 1', 7, "too early"),
        ('{"a": 1,}', 7, "No comma"),
        ("[1, 2,]", 5, "No comma"),
        ('{"a": 1 "b": 2}', 8, "comma is missing"),
        ('{a: 1}', 1, "double quotes"),
        ("{'a': 1}", 1, "double quotes"),
        ('{"a" 1}', 5, "colon"),
        ('{"a": "x\n"}', 6, "not closed"),
        ('{"a": "\\x"}', 7, "JSON has no \\x"),
        ("// x\n{}", 0, "comments"),
        ("{} {}", 3, "more behind"),
        ("NaN", 0, "value has to stand"),
        ("01", 0, "value has to stand"),
    ],
)  # fmt: skip
def test_says_where_and_what(text: str, start: int, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert caught.value.start == start
    assert message in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2),
        "[" + "1," * 200_000 + "1]",
        '"' + "\\\\" * 1_000_000,
        " " * (2 * 1024 * 1024 + 1),
    ],
    ids=["open lists", "open objects", "deep", "many", "open text", "large"],
)
def test_hostile_texts_are_refused(text: str) -> None:
    with pytest.raises(JsonError):
        parse(text)


def test_a_hundred_levels_and_a_byte_order_mark_are_read() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH).kind == "array"
    assert parse("\ufeff{}").kind == "object"


def test_another_text_in_the_place_of_a_value() -> None:
    text = '{ "a": "x" , "b": [1] }'
    node = parse(text).get("a")
    assert node is not None
    assert replaced(text, node, 'y"\n') == '{ "a": "y\\"\\n" , "b": [1] }'


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    found = parse('{"a": 1, "a": 2}').get("a")
    assert found is not None
    assert found.text == "2"
