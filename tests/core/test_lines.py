from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core import lines
from studio_git.core.lines import Change, changes, split_lines

few_lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n"]), max_size=14)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [b"\n"]),
        (b"a", [b"a"]),
        (b"a\nb", [b"a\n", b"b"]),
        (b"a\r\nb\r\n", [b"a\r\n", b"b\r\n"]),
        (
            "a\u2028b\x0cc\x0bd\x1ce\x85f\rg\n".encode(),
            ["a\u2028b\x0cc\x0bd\x1ce\x85f\rg\n".encode()],
        ),
    ],
)
def test_only_a_newline_ends_a_line(data: bytes, expected: list[bytes]) -> None:
    assert split_lines(data) == expected


def text(letters: str) -> list[bytes]:
    return [letter.encode() for letter in letters]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("abc", "abc", []),
        ("", "ab", [Change(0, 0, 0, 2)]),
        ("ab", "", [Change(0, 2, 0, 0)]),
        ("abc", "axc", [Change(1, 2, 1, 2)]),
        ("abcd", "bcde", [Change(0, 1, 0, 0), Change(4, 4, 3, 4)]),
        ("abc", "xyz", [Change(0, 3, 0, 3)]),
        # An insertion that could stand in several places stands in the last one.
        ("aab", "aaab", [Change(2, 2, 2, 3)]),
        ("xabab", "xababab", [Change(5, 5, 5, 7)]),
        # A deletion that slides down to an insertion is one change with it.
        ("axxb", "axyb", [Change(2, 3, 2, 3)]),
    ],
)
def test_changes(old: str, new: str, expected: list[Change]) -> None:
    assert changes(text(old), text(new)) == expected


def assert_right(old: list[bytes], new: list[bytes], found: list[Change]) -> None:
    """The changes turn old into new, and a common line stands between any two."""
    i = j = 0
    for change in found:
        assert old[i : change.old_start] == new[j : change.new_start]
        assert change.old_start > i or change.new_start == j == 0
        assert change.old_end > change.old_start or change.new_end > change.new_start
        i, j = change.old_end, change.new_end
    assert old[i:] == new[j:]


def edits(found: list[Change]) -> int:
    return sum(c.old_end - c.old_start + c.new_end - c.new_start for c in found)


def smallest(old: list[bytes], new: list[bytes]) -> int:
    """The number of edits by the textbook's table."""
    row = list(range(len(new) + 1))
    for i, left in enumerate(old, start=1):
        above, row = row, [i]
        for j, right in enumerate(new, start=1):
            row.append(above[j - 1] if left == right else 1 + min(above[j], row[-1]))
    return row[-1]


@settings(deadline=None, max_examples=300)
@given(few_lines, few_lines)
def test_changes_are_right_and_the_fewest(old: list[bytes], new: list[bytes]) -> None:
    found = changes(old, new)
    assert_right(old, new, found)
    assert edits(found) == smallest(old, new)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_changes_are_right_where_the_budget_is_used_up(data: st.DataObject) -> None:
    """The same search, driven into its rounds and anchors by many more differences."""
    seed = data.draw(st.integers(0, 2**32))
    kinds = data.draw(st.sampled_from([2, 5, 400]))
    shuffle = random.Random(seed)
    old = [b"%d\n" % shuffle.randrange(kinds) for _ in range(120)]
    new = [b"%d\n" % shuffle.randrange(kinds) for _ in range(90)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_BUDGET", 1)
        patch.setattr(lines, "_FEWEST_EDITS", 3)
        assert_right(old, new, changes(old, new))


def numbered(count: int) -> list[bytes]:
    return [b"line %d\n" % number for number in range(count)]


def test_scattered_edits_in_a_long_file_are_found_one_by_one() -> None:
    old = numbered(50_000)
    new = [b"edited\n" if number % 500 == 250 else line for number, line in enumerate(old)]
    found = changes(old, new)
    assert found == [Change(n, n + 1, n, n + 1) for n in range(250, 50_000, 500)]


def test_a_long_insertion_of_known_lines_does_not_lose_the_thread() -> None:
    old = [b"again %d\n" % (n % 50) if n % 3 else b"once %d\n" % n for n in range(30_000)]
    inserted = [b"again %d\n" % (n * 7 % 50) for n in range(5_000)]
    new = [b"first\n", *old[1:15_000], *inserted, *old[15_000:-1], b"last\n"]
    found = changes(old, new)
    assert_right(old, new, found)
    assert edits(found) == 5_000 + 4


def adversary(name: str) -> tuple[list[bytes], list[bytes]]:
    count = 100_000
    dice = random.Random(7)
    long = numbered(count)
    x, y = b"x\n", b"y\n"
    match name:
        case "equal lines, others":
            return [x] * count, [y] * count
        case "equal lines, fewer":
            return [x] * count, [x] * (count // 2)
        case "equal lines, sprinkled":
            return [x] * count, [x, x, y] * (count // 3)
        case "taking turns":
            return [x, y] * (count // 2), [y, x, x, y] * (count // 4)
        case "reversed":
            return long, long[::-1]
        case "shuffled":
            return long, dice.sample(long, count)
        case "halves exchanged":
            return long, long[count // 2 :] + long[: count // 2]
        case _:
            few = long[: int(name.partition(" ")[0])]
            return dice.choices(few, k=count), dice.choices(few, k=count)


ADVERSARIES = [
    "equal lines, others",
    "equal lines, fewer",
    "equal lines, sprinkled",
    "taking turns",
    "reversed",
    "shuffled",
    "halves exchanged",
    "2 lines at random",
    "100 lines at random",
    "30000 lines at random",
]


@pytest.mark.parametrize("name", ADVERSARIES)
def test_bad_input_of_100_000_lines_ends(name: str) -> None:
    """A quadratic search would take hours here: that the test ends is what it shows."""
    old, new = adversary(name)
    assert_right(old, new, changes(old, new))
