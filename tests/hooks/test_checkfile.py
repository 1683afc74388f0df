"""The check file: what is written is what sh and Python read back."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Repo
from hypothesis import given, settings
from hypothesis import strategies as st
from shimtools import SHELLS, know, old_file, shebang

from studio_hooks import checkfile
from studio_hooks.checkfile import CheckState


def some_state(**changes: object) -> CheckState:
    state = CheckState(("a.md",), "100644 0000 0\ta.md", None, None, ())
    return replace(state, **changes)  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    hostile = os.fsdecode(b"it's \n\xff `$x")
    state = CheckState(
        paths=(hostile, "-x"),
        clean="a\nb'c",
        told="",
        told_day=20000,
        inputs=(old_file(tmp_path / hostile), tmp_path / "absent"),
        told_key="what was\ntold",
    )
    assert checkfile.read(tmp_path) is None
    assert checkfile.write(tmp_path, state, seen=time.time())
    assert checkfile.read(tmp_path) == state
    assert checkfile.holds(tmp_path)


def test_inputs_that_change_are_noticed(tmp_path: Path) -> None:
    file, absent = tmp_path / "file", tmp_path / "absent"
    for change in (lambda: file.write_text("x"), file.unlink, absent.touch):
        absent.unlink(missing_ok=True)
        state = some_state(inputs=(old_file(file), absent))
        assert checkfile.write(tmp_path, state, seen=time.time())
        assert checkfile.holds(tmp_path)
        change()
        assert not checkfile.holds(tmp_path)


def test_what_was_written_just_before_it_was_read_is_not_believed(tmp_path: Path) -> None:
    file = old_file(tmp_path / "file")
    written = file.stat().st_mtime
    state = some_state(inputs=(file,), told_key="kept")
    assert not checkfile.write(tmp_path, state, seen=written + 1.9)
    assert not checkfile.holds(tmp_path)
    assert checkfile.read(tmp_path) == state, "what was told is still known"
    assert checkfile.write(tmp_path, state, seen=written + 2.1)
    assert checkfile.holds(tmp_path)


def test_only_the_last_twins_are_kept(tmp_path: Path) -> None:
    files = tuple(old_file(tmp_path / str(number)) for number in range(3))
    for _ in range(3):
        assert checkfile.write(tmp_path, some_state(inputs=files), seen=time.time())
    assert len(list((tmp_path / "studio" / "twins").iterdir())) == 3


def test_forget(tmp_path: Path) -> None:
    checkfile.forget(tmp_path)
    assert checkfile.write(tmp_path, some_state(), seen=time.time())
    checkfile.forget(tmp_path)
    assert checkfile.read(tmp_path) is None
    assert not checkfile.holds(tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"# studio-git check 1: derived", b"\xff\n#: {}\n"],
)
def test_a_file_that_is_none_of_ours(tmp_path: Path, data: bytes) -> None:
    checkfile.write(tmp_path, some_state(), seen=time.time())
    path = tmp_path / "studio" / "check"
    first = path.read_bytes().split(b"\n")[0]
    for text in (data, first + b"\n#: {", first + b"\n#: []\n", first + b"\n#: {}\n"):
        path.write_bytes(text)
        assert checkfile.read(tmp_path) is None
        assert not checkfile.holds(tmp_path)
    assert checkfile.write(tmp_path, some_state(), seen=time.time())


def test_the_index_that_is_asked(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.md", "one")
    repo.commit("first")
    place = repo.place
    found = checkfile.entries(place, ["a.md"], None)
    assert found == repo.git("ls-files", "-s", "a.md")
    other = tmp_path / "index"
    repo.git("read-tree", "--empty", env={"GIT_INDEX_FILE": str(other)})
    assert checkfile.entries(place, ["a.md"], other) == ""
    assert checkfile.entries(place, [], None) == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_told_answer_without_a_day_is_none(shell: str, tmp_path: Path) -> None:
    checkfile.write(tmp_path, some_state(told="x", told_day=None), seen=time.time())
    assert _sourced(shell, tmp_path)[2:4] == [b"", b"-1"]


def test_bytes_of_all_kinds_survive_sh(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = st.binary(min_size=1, max_size=30).map(
        lambda data: os.fsdecode(data.replace(b"\0", b"0"))
    )

    @settings(max_examples=60)
    @given(
        st.sampled_from(SHELLS), st.lists(text, max_size=3), text.map(lambda it: it.rstrip("\n"))
    )
    def survives(shell: str, paths: list[str], clean: str) -> None:
        folder = tmp_path_factory.mktemp("sh")
        state = CheckState(tuple(paths), clean, clean, 7, ())
        assert checkfile.write(folder, state, seen=time.time())
        assert checkfile.read(folder) == state
        answer = os.fsencode(f"={clean}")
        expected = [b"1", answer, answer, b"7", *map(os.fsencode, paths)]
        assert _sourced(shell, folder) == expected

    survives()


def _sourced(shell: str, git_dir: Path) -> list[bytes]:
    """What a shell knows after reading the check file."""
    script = (
        'studio_dir=$1; set --; hook() { command . "$studio_dir/studio/check"\n'
        'printf "%s\\0" "$studio_same" "$studio_clean" "$studio_told" "$studio_day"\n'
        '[ $# -eq 0 ] || printf "%s\\0" "$@"; }; hook\n'
    )
    words = shebang(shell).removeprefix("#!").split()
    done = subprocess.run(
        [*words, "-c", script, "sh", git_dir], capture_output=True, check=True, timeout=60
    )
    return done.stdout.removesuffix(b"\0").split(b"\0")


def test_know_writes_what_the_hook_will_find(repo: Repo) -> None:
    repo.write("a.md", "one")
    repo.commit("first")
    assert know(repo.place, ["a.md"]).clean == repo.git("ls-files", "-s", "a.md")
