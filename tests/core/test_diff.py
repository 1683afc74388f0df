from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.diff import Hunk, diff_summary, hunks, take_hunks, unified
from studio_git.core.text import BOM, normalise

texts = st.tuples(
    st.sampled_from([b"", BOM]),
    st.lists(
        st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"a\r\n", b"\n", b"d\r\r\n"]), max_size=9
    ).map(b"".join),
    st.sampled_from([b"", b"end", b"e\r"]),
).map(b"".join)


def text(letters: str) -> bytes:
    return "".join(f"{letter}\n" for letter in letters).encode()


def test_hunks_say_where_and_what() -> None:
    assert hunks(BOM + b"a\r\nb\r\nc\r\nd", b"a\nX\nY\nc\n") == (
        Hunk(1, 1, (b"b\n",), 1, (b"X\n", b"Y\n")),
        Hunk(2, 3, (b"d\n",), 4, ()),
    )


def test_equal_texts_have_no_hunks() -> None:
    assert hunks(b"a\nb", BOM + b"a\r\nb\r\n", b"c") == ()


@pytest.mark.parametrize(
    ("base", "canonical", "repo", "moved"),
    [
        ("abcde", "aXcde", "abcYe", ["studio", "repo"]),
        ("abcde", "aXcde", "abcde", ["studio"]),
        ("abcde", "abcde", "Xabcde", ["repo"]),
        ("abc", "aXc", "aYc", ["both"]),
        ("abcde", "Xbcde", "abYde", ["studio", "repo"]),
        ("abcdefg", "aXcdefg", "aXcdeYg", ["repo"]),
        ("abcdefg", "Abcdefg", "AbcdefG", ["repo"]),
        ("ab", "aXb", "ab", ["studio"]),
        ("", "a", "b", ["both"]),
        ("abcd", "acd", "abc", ["studio", "repo"]),
        ("abcdefg", "acdXYfg", "abcdXZfW", ["studio", "both", "repo"]),
    ],
)
def test_a_hunk_says_who_moved(base: str, canonical: str, repo: str, moved: list[str]) -> None:
    found = hunks(text(canonical), text(repo), text(base))
    assert [hunk.moved for hunk in found] == moved


def test_without_a_base_nobody_is_said_to_have_moved() -> None:
    assert [hunk.moved for hunk in hunks(b"a", b"b")] == [None]


def test_many_hunks_with_a_base_are_found_in_reasonable_time() -> None:
    base = [b"line %d\n" % n for n in range(20_000)]
    canonical = b"".join(b"studio\n" if n % 6 == 0 else line for n, line in enumerate(base))
    repo = b"".join(b"repo\n" if n % 6 == 3 else line for n, line in enumerate(base))
    found = hunks(canonical, repo, b"".join(base))
    assert {hunk.moved for hunk in found[::2]} == {"studio"}
    assert {hunk.moved for hunk in found[1::2]} == {"repo"}


@pytest.mark.parametrize(
    ("canonical", "repo", "summary"),
    [
        (b"a\n", b"a", "+0 lines, -0 lines"),
        (b"", b"a\nb\n", "+2 lines, -0 lines"),
        (b"a\nb\n", b"", "+0 lines, -2 lines"),
        (b"a\nb\nc\n", b"a\nx\nc\nd\n", "+2 lines, -1 lines"),
        (b"a\r\n", b"b", "+1 lines, -1 lines"),
    ],
)
def test_the_summary_counts_from_canonical_to_repo(
    canonical: bytes, repo: bytes, summary: str
) -> None:
    assert diff_summary(canonical, repo) == summary


def test_unified_gives_each_hunk_its_number() -> None:
    assert unified(text("abcdefghij"), text("abXdefghiYZj"), "Studio", "CLAUDE.md") == [
        "--- Studio",
        "+++ CLAUDE.md",
        "@@ -1,6 +1,6 @@ hunk 1",
        " a",
        " b",
        "-c",
        "+X",
        " d",
        " e",
        " f",
        "@@ -7,4 +7,6 @@ hunk 2",
        " g",
        " h",
        " i",
        "+Y",
        "+Z",
        " j",
    ]


def test_unified_shares_out_what_stands_between_two_hunks() -> None:
    lines = unified(text("abc"), text("XbY"), "s", "r", base=text("Xbc"))
    assert lines[2:] == [
        "@@ -1,2 +1,2 @@ hunk 1, Studio moved",
        "-a",
        "+X",
        " b",
        "@@ -3 +3 @@ hunk 2, the repository moved",
        "-c",
        "+Y",
    ]


def test_unified_of_an_empty_side() -> None:
    assert unified(b"", b"a\n", "s", "r")[2:] == ["@@ -0,0 +1 @@ hunk 1", "+a"]
    assert unified(b"a\nb\n", b"", "s", "r")[2:] == ["@@ -1,2 +0,0 @@ hunk 1", "-a", "-b"]
    assert unified(b"a\r\n", b"a", "s", "r") == []


def test_unified_shows_bytes_that_are_no_text_and_keeps_labels_on_their_line() -> None:
    lines = unified(b"\xff\n", "a\u2028b\n".encode(), "x\ny", "z")
    assert lines == [r"--- x\x0ay", "+++ z", "@@ -1 +1 @@ hunk 1", r"-\xff", "+a\u2028b"]


numbered_edits = st.lists(st.sampled_from(["keep", "keep", "keep", "drop", "add"]), max_size=30)


@settings(deadline=None, max_examples=30)
@given(numbered_edits, st.integers(0, 4))
def test_git_applies_what_unified_gives(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str], context: int
) -> None:
    old = [b"line %d\n" % n for n in range(len(edits))]
    new: list[bytes] = []
    for line, edit in zip(old, edits, strict=True):
        new += {"keep": [line], "drop": [], "add": [line, b"after " + line]}[edit]
    canonical, repo = b"".join(old), b"".join(new)
    if not old or not new or old == new:
        return
    folder: Path = tmp_path_factory.mktemp("apply")
    (folder / "f").write_bytes(canonical)
    patch = "\n".join(unified(canonical, repo, "a/f", "b/f", context=context)) + "\n"
    command = ["git", "apply", "--unidiff-zero", "-"]
    subprocess.run(command, cwd=folder, input=patch.encode(), check=True)
    assert (folder / "f").read_bytes() == repo


def test_the_repositorys_text_for_two_hunks_goes_into_canonical() -> None:
    canonical = BOM + b"a\r\nb\r\nc\r\nd\r\ne"
    found = hunks(canonical, b"A\nb\nC\nC\nd\nE\n")
    chosen = [found[0], found[2]]
    assert take_hunks(canonical, True, chosen) == BOM + b"A\r\nb\r\nc\r\nd\r\nE"
    assert take_hunks(canonical, True, chosen[::-1]) == BOM + b"A\r\nb\r\nc\r\nd\r\nE"


def test_studios_text_for_one_hunk_goes_into_the_repository() -> None:
    canonical, repo = b"a\nx\ny\nc\nd\n", b"a\r\nB\r\nc\r\nD\r\n"
    assert take_hunks(repo, False, hunks(canonical, repo)[:1]) == b"a\r\nx\r\ny\r\nc\r\nD\r\n"


@pytest.mark.parametrize(
    ("destination", "source", "result"),
    [
        (b"", b"a\nb\n", b"a\nb\n"),
        (b"\n", b"a\n", b"a\n"),
        (BOM, b"a\n", BOM + b"a\n"),
        (b"a", b"", b""),
        (b"a\nb", b"a\nb\nc\n", b"a\nb\nc"),
        (b"a\nb", b"a\n", b"a"),
        (b"a\nb", b"a\nb\n\n", b"a\nb\n\n"),
        (b"a\nb\n", b"a\nb\nc", b"a\nb\nc\n"),
        # Mixed line ends: what stays keeps its own, what comes gets the most usual.
        (b"a\r\nb\r\nc\nd\n", b"a\nx\nb\nc\nd\n", b"a\r\nx\nb\r\nc\nd\n"),
        (b"a\r\nb\r\nc\n", b"a\nx\nb\nc\n", b"a\r\nx\r\nb\r\nc\n"),
    ],
)
def test_every_other_byte_of_the_destination_stays(
    destination: bytes, source: bytes, result: bytes
) -> None:
    assert take_hunks(destination, True, hunks(destination, source)) == result
    assert take_hunks(destination, False, hunks(source, destination)) == result


def test_hunks_of_another_text_are_refused() -> None:
    found = hunks(b"a\nb\n", b"a\nc\n")
    with pytest.raises(ValueError, match="hunk 1"):
        take_hunks(b"a\nx\n", True, found)
    with pytest.raises(ValueError, match="hunk 1"):
        take_hunks(b"", False, found)


@settings(deadline=None, max_examples=300)
@given(texts, texts, st.integers(min_value=0))
def test_taking_hunks(canonical: bytes, repo: bytes, bits: int) -> None:
    found = hunks(canonical, repo)
    assert take_hunks(canonical, True, ()) == canonical
    assert take_hunks(repo, False, ()) == repo
    assert normalise(take_hunks(canonical, True, found)) == normalise(repo)
    assert normalise(take_hunks(repo, False, found)) == normalise(canonical)
    chosen = [hunk for hunk in found if bits >> hunk.number & 1]
    others = [hunk for hunk in found if hunk not in chosen]
    # Taking some into one side, or the others into the other, makes the two texts one.
    one, other = take_hunks(canonical, True, chosen), take_hunks(repo, False, others)
    assert normalise(one) == normalise(other)
    assert one.startswith(BOM) is canonical.startswith(BOM)
