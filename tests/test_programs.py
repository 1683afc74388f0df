"""The other programs: looked for, left running on their own, and the user's editor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio_git import programs
from studio_git.errors import StudioError


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


class TestSucceeds:
    def test_by_the_status(self) -> None:
        assert programs.succeeds([sys.executable, "-c", ""], seconds=60)
        assert not programs.succeeds([sys.executable, "-c", "raise SystemExit(3)"], seconds=60)

    def test_what_cannot_be_started_does_not(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert not programs.succeeds([str(tmp_path / "none")], seconds=60)
        assert not programs.succeeds([str(tmp_path / "file")], seconds=60)
        assert not programs.succeeds(["nul\0"], seconds=60)

    def test_nor_does_what_takes_too_long(self) -> None:
        forever = [sys.executable, "-c", "import time; time.sleep(600)"]
        assert not programs.succeeds(forever, seconds=0.2)

    def test_it_does_not_see_gits_variables_and_says_nothing(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GIT_DIR", "/nowhere")
        check = "import os, sys; print('loud'); sys.exit('GIT_DIR' in os.environ)"
        assert programs.succeeds([sys.executable, "-c", check], seconds=60)
        assert capfd.readouterr() == ("", "")


class TestAskVersion:
    def ask(
        self, tmp_path: Path, text: str, *, seconds: float = 60, words: tuple[str, ...] = ()
    ) -> programs.Said:
        path = script(tmp_path / "program", text)
        return programs.ask_version(path, words, folders=[Path("/bin")], seconds=seconds)

    def test_what_it_says_and_complains_of(self, tmp_path: Path) -> None:
        said = self.ask(tmp_path, 'echo "one $1"; echo two >&2; exit 3', words=("--version",))
        assert said == programs.Said(3, "one --version\ntwo\n")

    def test_it_sees_nothing_of_the_shell_and_stands_in_the_root_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("NODE_OPTIONS", "RUBYOPT", "GIT_DIR", "PYTHONPATH", "LD_PRELOAD_X", "MINE"):
            monkeypatch.setenv(name, "hostile")
        monkeypatch.setenv("PYENV_ROOT", "/kept")
        said = self.ask(tmp_path, "/bin/pwd; /usr/bin/env; cat").text.splitlines()
        assert said[0] == "/"
        assert "PATH=/bin" in said
        assert "PYENV_ROOT=/kept" in said
        assert "GOTOOLCHAIN=local" in said
        assert [line for line in said if "hostile" in line] == []

    def test_one_that_hangs_is_ended_with_all_that_it_started(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            said = self.ask(tmp_path, f'exec 3>"{pipe}"; echo 1.2; sleep 600 & wait', seconds=1)
            assert said == programs.Said(None, "1.2\n")
            os.set_blocking(held, True)
            assert os.read(held, 1) == b""  # nobody holds the other end any more
        finally:
            os.close(held)

    def test_one_that_closes_its_output_and_goes_on_is_ended(self, tmp_path: Path) -> None:
        said = self.ask(tmp_path, "echo 1.2; exec >&- 2>&-; sleep 600", seconds=1)
        assert said == programs.Said(None, "1.2\n")

    def test_one_that_leaves_something_behind_is_not_waited_for(self, tmp_path: Path) -> None:
        said = self.ask(tmp_path, "echo 1.2; sleep 600 & exit 0", seconds=1)
        assert said == programs.Said(None, "1.2\n")

    def test_of_ten_megabytes_the_beginning_is_enough(self, tmp_path: Path) -> None:
        said = self.ask(tmp_path, "echo 1.2; exec head -c 10000000 /dev/zero")
        assert said.status is None
        assert said.text.startswith("1.2\n")
        assert len(said.text) < 200_000

    def test_garbage(self, tmp_path: Path) -> None:
        said = self.ask(tmp_path, r"printf '\377\376\000'")
        assert said == programs.Said(0, "\ufffd\ufffd\x00")

    def test_what_cannot_be_started(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        for name in ("none", "file", "nul\0"):
            said = programs.ask_version(tmp_path / name, (), folders=[], seconds=60)
            assert said == programs.Said(None, "")


class TestDetached:
    def test_it_outlives_us_and_is_nobodys_child(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        child = script(tmp_path / "child", f'echo "$PWD|$1|$(cat)" > "{pipe}"')
        starter = (
            "import sys; from pathlib import Path; from studio_git import programs\n"
            "programs.start_detached([sys.argv[1], 'two words; $HOME'], Path(sys.argv[2]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", starter, child, tmp_path],
            check=True, capture_output=True, input=b"not for the child",
        )  # fmt: skip
        assert (done.stdout, done.stderr) == (b"", b"")
        assert pipe.read_text() == f"{tmp_path}|two words; $HOME|\n"

    def test_a_program_that_is_missing_goes_unnoticed(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        programs.start_detached([str(tmp_path / "none")], tmp_path)
        assert capfd.readouterr() == ("", "")

    def test_a_folder_that_is_gone_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            programs.start_detached(["true"], tmp_path / "none")


class TestEditor:
    @pytest.fixture(autouse=True)
    def _alone(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in ("GIT_EDITOR", "VISUAL", "EDITOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.chdir(tmp_path)

    def test_it_is_gits_choice_with_its_options(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        editor = script(tmp_path / "my editor", 'test "$1" = --wait && echo more >> "$2"')
        monkeypatch.setenv("EDITOR", f"'{editor}' --wait")
        assert programs.edit(b"text\n", suffix=".md") == b"text\nmore\n"

    def test_git_editor_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        editor = script(tmp_path / "editor", 'echo first > "$1"')
        monkeypatch.setenv("EDITOR", "false")
        monkeypatch.setenv("GIT_EDITOR", str(editor))
        assert programs.edit(b"text\n", suffix=".md") == b"first\n"

    @pytest.mark.parametrize(
        ("editor", "says"),
        [
            ("false", "status 1"),
            ("/nowhere/editor", "cannot be started"),
            ("'unclosed", "cannot be understood"),
            ("rm", "left no text behind"),
        ],
    )
    def test_one_that_fails_changes_nothing(
        self, monkeypatch: pytest.MonkeyPatch, editor: str, says: str
    ) -> None:
        monkeypatch.setenv("EDITOR", editor)
        with pytest.raises(StudioError, match=says) as caught:
            programs.edit(b"text\n", suffix=".md")
        assert caught.value.hint
