"""Differences as rows: what stands beside what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.diffrows import Block, Row, blocks

TEXTS = st.lists(st.sampled_from(["one", "two", "three", "", "four five"]), max_size=30).map(
    lambda lines: "".join(f"{line}\n" for line in lines).encode()
)


def text_of(row: Row) -> tuple[str | None, str | None]:
    sides = (row.canonical, row.repo)
    old, new = ("".join(text for text, _ in side[1]) if side else None for side in sides)
    return old, new


def test_changed_words_are_marked() -> None:
    ((block,), whole) = blocks(b"a\nUse tabs here.\nb\n", b"a\nUse spaces here.\nb\n")
    assert whole
    assert [row.mark for row in block.rows] == ["same", "changed", "same"]
    changed = block.rows[1]
    assert changed.canonical == (2, (("Use ", False), ("tabs", True), (" here.", False)))
    assert changed.repo == (2, (("Use ", False), ("spaces", True), (" here.", False)))


def test_lines_without_a_likeness_are_not_marked() -> None:
    ((block,), _) = blocks(b"completely other words\n", b"12345 67890\n")
    assert all(not differs for _, differs in block.rows[0].canonical[1])  # type: ignore[index]


def test_one_below_the_other() -> None:
    ((block,), _) = blocks(b"a\nb\nc\n", b"a\nB\nC\nd\n")
    marks = [row.mark for row in block.one_below_the_other()]
    assert marks == ["same", "removed", "removed", "added", "added", "added"]


def test_far_hunks_are_blocks_of_their_own() -> None:
    lines = [b"%d\n" % number for number in range(40)]
    other = [*lines]
    other[3], other[30] = b"x\n", b"y\n"
    found, _ = blocks(b"".join(lines), b"".join(other))
    assert [(block.first, block.last) for block in found] == [(1, 1), (2, 2)]


def test_a_side_that_is_missing() -> None:
    ((block,), _) = blocks(b"", b"a\nb\n")
    assert [row.mark for row in block.rows] == ["added", "added"]


def test_only_so_much_is_shown() -> None:
    found, whole = blocks(b"", b"line\n" * 5000, most=100)
    assert not whole
    assert sum(len(block.rows) for block in found) == 100


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_rows(old: bytes, new: bytes) -> None:
    old_lines, new_lines = old.decode().split("\n"), new.decode().split("\n")
    found, whole = blocks(old, new)
    assert whole
    for block in found:
        for row in block.rows:
            before, after = text_of(row)
            if row.canonical:
                assert before == old_lines[row.canonical[0] - 1]
            if row.repo:
                assert after == new_lines[row.repo[0] - 1]
            assert not row.same or before == after
        assert _lines(block, 0) == sorted(_lines(block, 0))
        assert _lines(block, 1) == sorted(_lines(block, 1))


def _lines(block: Block, side: int) -> list[int]:
    return [each[0] for row in block.rows if (each := (row.canonical, row.repo)[side])]
