from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.frames import split
from studio_git.core.text import BOM, content_hash
from studio_git.errors import UsageError

BEGIN, END = b"<!-- studio:begin -->\n", b"<!-- studio:end -->\n"


@pytest.mark.parametrize(
    ("path", "data", "parts"),
    [
        ("CLAUDE.md", b"a\nb", (b"", b"a\nb", b"")),
        ("CLAUDE.md", b"---\nx: y\n---\na\n", (b"", b"---\nx: y\n---\na\n", b"")),
        ("r.mdc", b"---\nx: y\n---\na\n", (b"---\nx: y\n---\n", b"a\n", b"")),
        ("r.MDC", b"---\r\nx\r\n---  \r\n\r\na", (b"---\r\nx\r\n---  \r\n", b"\r\na", b"")),
        ("a.instructions.md", BOM + b"---\n---\na", (BOM + b"---\n---\n", b"a", b"")),
        ("r.mdc", b"---\nx: y\n---", (b"---\nx: y\n---", b"", b"")),
        ("r.mdc", b"---\nnever closed\n", (b"", b"---\nnever closed\n", b"")),
        ("r.mdc", b"\n---\nx\n---\n", (b"", b"\n---\nx\n---\n", b"")),
        ("r.mdc", b"---\na\n---\nb\n---\n", (b"---\na\n---\n", b"b\n---\n", b"")),
        ("r.mdc", b"", (b"", b"", b"")),
        ("README.md", b"top\n" + BEGIN + b"a\n" + END, (b"top\n" + BEGIN, b"a\n", END)),
        ("x.md", BEGIN + END + b"rest", (BEGIN, b"", END + b"rest")),
        (
            "x.md",
            BOM + b"\t<!-- studio:begin --> \r\na\r\n <!-- studio:end -->",
            (BOM + b"\t<!-- studio:begin --> \r\n", b"a\r\n", b" <!-- studio:end -->"),
        ),
        ("r.mdc", b"---\n---\n" + BEGIN + b"a\n" + END, (b"---\n---\n" + BEGIN, b"a\n", END)),
    ],
)
def test_split(path: str, data: bytes, parts: tuple[bytes, bytes, bytes]) -> None:
    frame = split(path, data)
    assert (frame.before, frame.body, frame.after) == parts


@pytest.mark.parametrize(
    "data",
    [
        BEGIN + b"a\n",
        b"a\n" + END,
        END + b"a\n" + BEGIN,
        BEGIN + BEGIN + b"a\n" + END,
        BEGIN + b"a\n" + END + END,
        BEGIN + b"a\n" + END + BEGIN + b"b\n" + END,
        b"say " + BEGIN + b"a\n" + END,
        b"<!-- studio:begin --><!-- studio:end -->\n",
    ],
)
def test_anything_but_one_pair_of_markers_is_no_region(data: bytes) -> None:
    assert split("CLAUDE.md", data).body == data


@pytest.mark.parametrize(
    ("path", "data", "body", "result"),
    [
        ("CLAUDE.md", b"old\n", b"new", b"new"),
        ("r.mdc", b"---\nx\n---\nold\n", b"new\n", b"---\nx\n---\nnew\n"),
        ("r.mdc", b"---\nx\n---", b"new\n", b"---\nx\n---\nnew\n"),
        ("r.mdc", b"---\nx\n---", b"", b"---\nx\n---"),
        ("x.md", BEGIN + b"old\n" + END + b"z", b"new", BEGIN + b"new\n" + END + b"z"),
        ("x.md", BEGIN + b"old\n" + END, b"", BEGIN + END),
    ],
)
def test_with_body(path: str, data: bytes, body: bytes, result: bytes) -> None:
    assert split(path, data).with_body(body) == result


@pytest.mark.parametrize(
    ("path", "data", "new", "result"),
    [
        ("a.md", b"old\r\n", b"x\ny\n", b"x\r\ny\r\n"),
        ("r.mdc", b"---\r\n---\r\n", b"x\n", b"---\r\n---\r\nx\r\n"),
        ("r.mdc", BOM + b"---\n---\n", BOM + b"x\r\n", BOM + b"---\n---\nx\n"),
        ("a.md", BOM + b"old\n", b"x\r\n", BOM + b"x\n"),
        ("a.md", b"", b"x\r\n", b"x\r\n"),
    ],
)
def test_adapted_follows_the_habit_of_the_file(
    path: str, data: bytes, new: bytes, result: bytes
) -> None:
    assert split(path, data).adapted(new) == result


@pytest.mark.parametrize(
    ("path", "data", "body"),
    [
        ("a.md", b"old\n", b"x\n" + BEGIN + b"y\n" + END),
        ("a.md", BEGIN + b"old\n" + END, b"x\n" + END),
        ("r.mdc", b"old\n", b"---\nglobs: '*'\n---\nnew\n"),
    ],
)
def test_a_body_that_would_move_the_frame_is_refused(path: str, data: bytes, body: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        split(path, data).with_body(body)
    assert caught.value.hint


pieces = st.lists(
    st.sampled_from([b"---\n", b"a\n", b"\r\n", BEGIN, END, b"end", BOM, b"<!-- studio:end -->"]),
    max_size=8,
).map(b"".join)


@settings(deadline=None)
@given(
    st.sampled_from(["a.md", "a.mdc"]), pieces, st.sampled_from([b"", b"x", b"x\r\ny\n", b"\n\n"])
)
def test_the_parts_are_the_file_and_a_new_body_is_found_again(
    path: str, data: bytes, body: bytes
) -> None:
    frame = split(path, data)
    assert frame.before + frame.body + frame.after == data
    assert frame.with_body(frame.body) == data
    assert content_hash(split(path, frame.with_body(body)).body) == content_hash(body)
