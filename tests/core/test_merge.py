from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.merge import ChunkKind, Merge, merge
from studio_git.core.text import BOM, normalise

lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n"]), max_size=8).map(b"".join)


def text(letters: str) -> bytes:
    return "".join(f"{letter}\n" for letter in letters).encode()


def kinds(merged: Merge) -> str:
    """One letter a chunk, capitals for conflicts."""
    letters = {"unchanged": ".", "studio": "s", "repo": "r", "both": "b", "conflict": "C"}
    return "".join(letters[chunk.kind] for chunk in merged.chunks)


@pytest.mark.parametrize(
    ("base", "canonical", "repo", "shape", "content"),
    [
        ("", "", "", "", ""),
        ("abc", "abc", "abc", ".", "abc"),
        ("abc", "aXc", "abc", ".s.", "aXc"),
        ("abc", "abc", "abY", ".r", "abY"),
        ("abcde", "Xbcde", "abcdY", "s.r", "XbcdY"),
        ("abc", "aXc", "aXc", ".b.", "aXc"),
        ("abc", "ac", "ac", ".b.", "ac"),
        ("", "a", "a", "b", "a"),
        ("abc", "aXbc", "abYc", ".s.r.", "aXbYc"),
        ("abcd", "bcd", "abcde", "s.r", "bcde"),
        # Conflicts: different words in one place, edit against deletion, touching changes.
        ("abc", "aXc", "aYc", ".C.", None),
        ("abc", "ac", "aYc", ".C.", None),
        ("abcd", "aXcd", "abYd", ".C.", None),
        ("ab", "aXb", "aYb", ".C.", None),
        ("ab", "aXb", "aY", ".C", None),
        ("", "a", "b", "C", None),
        # What both say the same within a conflict stands outside of it.
        ("abc", "apXqc", "apYqc", ".bCb.", None),
        ("az", "apX1qZ2z", "apY1qW2z", ".bCbCb.", None),
    ],
)
def test_table(base: str, canonical: str, repo: str, shape: str, content: str | None) -> None:
    merged = merge(text(base), text(canonical), text(repo))
    assert kinds(merged) == shape
    assert merged.clean is (content is not None)
    assert merged.conflicts == shape.count("C")
    if content is not None:
        assert merged.content() == text(content)


def test_a_conflict_has_no_content() -> None:
    with pytest.raises(ValueError, match="conflict"):
        merge(b"a", b"b", b"c").content()


def test_markers_stand_around_both_sides() -> None:
    merged = merge(text("abcde"), text("aXcde"), text("aYcdZ"))
    assert merged.with_markers("Studio", "CLAUDE.md").decode() == (
        "a\n<<<<<<< Studio\nX\n=======\nY\n>>>>>>> CLAUDE.md\nc\nd\nZ\n"
    )


def test_a_label_cannot_forge_a_line() -> None:
    marked = merge(b"a", b"b", b"c").with_markers("x\n=======\n\x1b[2J", "b\udcff")
    assert marked.decode().split("\n") == [
        r"<<<<<<< x\x0a=======\x0a\x1b[2J", "b", "=======", "c", r">>>>>>> b\xff", "",
    ]  # fmt: skip


def test_line_endings_bom_and_final_newline_are_no_change() -> None:
    merged = merge(b"a\nb\nc\n", BOM + b"a\r\nb\r\nX", b"Y\nb\nc")
    assert merged.content() == b"Y\nb\nX\n"


@settings(deadline=None)
@given(lines, lines)
def test_one_side_alone_decides(base: bytes, other: bytes) -> None:
    assert merge(base, other, base).content() == other
    assert merge(base, base, other).content() == other
    assert merge(base, other, other).content() == other


@settings(deadline=None, max_examples=300)
@given(lines, lines, lines)
def test_chunks_are_the_three_texts_and_the_sides_are_equal(
    base: bytes, canonical: bytes, repo: bytes
) -> None:
    merged, turned = merge(base, canonical, repo), merge(base, repo, canonical)
    assert b"".join(line for c in merged.chunks for line in c.base_lines) == base
    assert b"".join(line for c in merged.chunks for line in c.canonical_lines) == canonical
    assert b"".join(line for c in merged.chunks for line in c.repo_lines) == repo
    at = (0, 0, 0)
    for c in merged.chunks:
        assert (c.base_start, c.canonical_start, c.repo_start) == at
        lengths = (len(c.base_lines), len(c.canonical_lines), len(c.repo_lines))
        at = (at[0] + lengths[0], at[1] + lengths[1], at[2] + lengths[2])
        if c.kind is ChunkKind.UNCHANGED:
            assert c.base_lines == c.canonical_lines == c.repo_lines
        if c.kind is ChunkKind.BOTH:
            assert c.canonical_lines == c.repo_lines
        if c.kind is ChunkKind.STUDIO:
            assert c.base_lines == c.repo_lines != c.canonical_lines
        if c.kind is ChunkKind.REPO:
            assert c.base_lines == c.canonical_lines != c.repo_lines
        if c.kind is ChunkKind.CONFLICT:
            assert c.canonical_lines != c.repo_lines
    assert merged.clean is turned.clean
    if merged.clean:
        assert merged.content() == turned.content()


def edited(draw: st.DrawFn, base: list[bytes]) -> bytes:
    """An edit of base whose common lines are beyond doubt: new lines never occur in base.

    New lines come from two words for each place, so that both sides may say the same.
    """
    result = []
    for place, line in enumerate([*base, b""]):
        result += [b"new %d %d\n" % (place, n) for n in draw(new_words)]
        if draw(st.integers(0, 5)):
            result.append(line)
    return b"".join(result)


new_words = st.sampled_from([[], [], [], [], [0], [1], [0, 1]])


@st.composite
def plain_edits(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    base = [b"line %d\n" % number for number in range(draw(st.integers(0, 9)))]
    return b"".join(base), edited(draw, base), edited(draw, base)


def git_merge_file(base: bytes, canonical: bytes, repo: bytes) -> tuple[int, bytes]:
    """What git makes of it: the number of conflicts, and the text."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("base", base), ("canonical", canonical), ("repo", repo)):
            (Path(folder) / name).write_bytes(data)
        command = ["git", "merge-file", "-p", "-q", "canonical", "base", "repo"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode < 128, done.stderr
    return done.returncode, done.stdout


@settings(deadline=None, max_examples=150)
@given(plain_edits())
def test_git_says_the_same_where_common_lines_are_beyond_doubt(
    sides: tuple[bytes, bytes, bytes],
) -> None:
    """Where lines repeat, which of the equal ones stayed is a matter of taste, and so are touching
    changes: git and we then differ in one merge of a hundred. The tests above hold there too.
    """
    conflicts, content = git_merge_file(*sides)
    merged = merge(*sides)
    assert merged.clean is (conflicts == 0)
    if merged.clean:
        assert merged.content() == content


@settings(deadline=None, max_examples=60)
@given(plain_edits())
def test_no_line_that_one_side_added_is_lost(sides: tuple[bytes, bytes, bytes]) -> None:
    base, canonical, repo = (set(side.splitlines()) for side in sides)
    kept = set(merge(*sides).with_markers("Studio", "repository").splitlines())
    assert (canonical | repo) - base <= kept


def test_a_text_merged_again_with_itself_stays() -> None:
    base, canonical, repo = text("abcdef"), text("aXcdef"), text("abcdYf")
    once = merge(base, canonical, repo).content()
    assert merge(base, once, repo).content() == once
    assert merge(canonical, once, canonical).content() == once
    assert normalise(once) == once
