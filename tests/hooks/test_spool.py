"""The spool: nothing is lost, nothing that is no record gets through."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_hooks import spool
from studio_hooks.spool import Record

GIT_DIR = Path("/a repo/.git")
BEHIND = rb".1\t(post-(commit|merge|rewrite|checkout|applypatch)|blocked)\t"
PARTS = (b"1\tpost-commit\t/r/.git\ts1\t", b"1\tblocked\t", b"1\tpost-", b"1", b"\t/r", b"\n")


@pytest.fixture
def common(tmp_path: Path) -> Path:
    (tmp_path / "studio").mkdir()
    return tmp_path


def names(common: Path) -> set[str]:
    return {path.name for path in (common / "studio").iterdir()}


def test_what_is_noted_is_drained_once(common: Path) -> None:
    assert not spool.waiting(common)
    spool.append(common, "post-commit", GIT_DIR, "session-1")
    spool.append(common, "blocked", GIT_DIR)
    assert spool.waiting(common)
    batch = spool.drain(common)
    assert batch.records == (
        Record("post-commit", GIT_DIR, ("session-1",)),
        Record("blocked", GIT_DIR, ()),
    )
    assert spool.waiting(common), "not settled yet"
    spool.done(common, batch)
    assert not spool.waiting(common)
    assert names(common) == set()
    assert spool.drain(common).files == ()


def test_a_worker_that_died_loses_nothing(common: Path) -> None:
    spool.append(common, "post-commit", GIT_DIR)
    spool.drain(common)
    spool.append(common, "post-merge", GIT_DIR, "0")
    batch = spool.drain(common)
    assert [record.stage for record in batch.records] == ["post-commit", "post-merge"]
    spool.done(common, batch)
    assert names(common) == set()


def test_a_note_that_comes_while_its_file_is_taken(common: Path) -> None:
    spool.append(common, "post-commit", GIT_DIR)
    handle = os.open(common / "studio" / "spool", os.O_WRONLY | os.O_APPEND)
    batch = spool.drain(common)
    os.write(handle, b"1\tpost-merge\t/r/.git\t0\n")
    os.close(handle)
    spool.done(common, batch)
    assert spool.waiting(common)
    assert spool.drain(common).records[-1] == Record("post-merge", Path("/r/.git"), ("0",))


def test_what_is_no_file_holds_nothing_up(common: Path) -> None:
    for name in ("spool", "spool.1.1"):
        (common / "studio" / name).mkdir()
    (common / "studio" / "spool.2.2").symlink_to("spool.3.3")
    assert not spool.waiting(common)
    assert spool.drain(common).files == ()
    (common / "studio" / "spool").rmdir()
    spool.append(common, "post-commit", GIT_DIR)
    batch = spool.drain(common)
    assert [record.stage for record in batch.records] == ["post-commit"]
    spool.done(common, batch)
    assert names(common) == {"spool.1.1", "spool.2.2"}


def test_what_is_no_record_is_set_aside(common: Path) -> None:
    bad = (
        b"garbage",
        b"2\tpost-commit\t/r/.git",
        b"1\tpost-commit",
        b"1\t../x\t/r/.git",
        b"1\tpost-commit\trelative",
        b"\xff\xfe\t\t",
        b"1\tpost-co1\tpost-nothing\t/r/.git\t",
        b"1\tpost-rew",
    )
    good = b"1\tpost-commit\t/r\xff/.git\t\t"
    (common / "studio" / "spool").write_bytes(b"\n".join([good, *bad[:-1], good, b"", bad[-1]]))
    batch = spool.drain(common)
    assert batch.records == (Record("post-commit", Path(os.fsdecode(b"/r\xff/.git")), ()),) * 2
    spool.done(common, batch)
    assert (common / "studio" / "spool.bad").read_bytes() == b"\n".join(bad) + b"\n"
    assert not spool.waiting(common)


def test_what_is_set_aside_has_an_end(common: Path) -> None:
    for _ in range(3):
        (common / "studio" / "spool").write_bytes(b"x" * 999 + b"\n" + (b"y" * 99 + b"\n") * 1000)
        spool.done(common, spool.drain(common))
    assert (common / "studio" / "spool.bad").stat().st_size <= spool.KEPT_OF_THE_BAD


def test_many_pairs_go_into_a_file(common: Path) -> None:
    pairs = [f"{number:040x} {number + 1:040x}" for number in range(1000)]
    spool.append(common, "post-rewrite", GIT_DIR, "rebase", *pairs)
    spool.append(common, "post-rewrite", GIT_DIR, "amend", pairs[0])
    assert (common / "studio" / "spool").stat().st_size < 4096
    batch = spool.drain(common)
    assert batch.records == (
        Record("post-rewrite", GIT_DIR, ("rebase", *pairs)),
        Record("post-rewrite", GIT_DIR, ("amend", pairs[0])),
    )
    assert spool.drain(common).records == batch.records, "kept until it is settled"
    spool.done(common, batch)
    assert names(common) == set()


def test_a_record_names_no_file_elsewhere(common: Path) -> None:
    (common / "secret").write_text("a b\n")
    line = "1\tpost-rewrite\t/r/.git\tamend\t@{}\n"
    named = ("../secret", "rewrite.1/../../secret", "rewrite.1.0", "spool")
    (common / "studio" / "spool").write_text("".join(line.format(name) for name in named))
    batch = spool.drain(common)
    assert [record.details for record in batch.records] == [
        ("amend", "@../secret"),
        ("amend", "@rewrite.1/../../secret"),
        ("amend",),
        ("amend", "@spool"),
    ]
    spool.done(common, batch)
    assert (common / "secret").exists()


def test_a_record_that_names_what_no_folder_could_hold_holds_nothing_up(common: Path) -> None:
    line = f"1\tpost-rewrite\t/r/.git\tamend\t@rewrite.{'9' * 400}\n"
    (common / "studio" / "spool").write_text(line + line)
    batch = spool.drain(common)
    assert len(batch.records) == 2
    spool.done(common, batch)
    assert names(common) == set()


def test_details_cannot_break_the_line(common: Path) -> None:
    spool.append(common, "post-commit", GIT_DIR, "a\nb", "c\td", "fine")
    spool.append(common, "post-commit", Path("/a\nb"), os.fsdecode(b"\xff"))
    spool.append(common, "post-commit", Path(os.fsdecode(b"/\xff")))
    assert spool.drain(common).records == (
        Record("post-commit", GIT_DIR, ("fine",)),
        Record("post-commit", None, ()),
        Record("post-commit", None, ()),
    )


def test_a_record_behind_one_that_was_cut_short(common: Path) -> None:
    good = b"1\tpost-commit\t/r/.git\ts1\t\n"
    (common / "studio" / "spool").write_bytes(good[:9] + good[:20] + good + good + good[:-1])
    batch = spool.drain(common)
    assert batch.records == (Record("post-commit", Path("/r/.git"), ("s1",)),) * 2
    assert batch.bad == (good[:9] + good[:20], good[:-1])


@settings(max_examples=200)
@given(
    st.binary(max_size=200)
    | st.text("1\tpost-cmi/@\n", max_size=60).map(str.encode)
    | st.lists(st.sampled_from(PARTS), max_size=9).map(b"".join)
)
def test_any_bytes_are_records_or_bad(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    common = tmp_path_factory.mktemp("any")
    (common / "studio").mkdir()
    (common / "studio" / "spool").write_bytes(data)
    batch = spool.drain(common)
    *ended, cut = data.split(b"\n")
    lines = [line for line in ended if line]
    both = sum(bool(re.search(BEHIND, line)) for line in lines)
    assert len(batch.records) + len(batch.bad) - both == len(lines) + bool(cut)
    spool.done(common, batch)
    assert not spool.waiting(common)
