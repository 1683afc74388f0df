"""What reaches the screen, the pipe and the program that reads JSON."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from studio_git import output
from studio_git.errors import StudioError
from studio_git.output import styled

ESCAPE = "\x1b]0;title\x07\x1b[2J"


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def use_screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Make standard output a terminal of 40 columns."""
    stream = Screen()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    return stream


def on_terminal(code: str, *, answers: str = "", env: dict[str, str] | None = None) -> str:
    """What a person sees when this code runs on a terminal, after typing the answers."""
    child = pexpect.spawn(
        sys.executable,
        ["-c", f"from studio_git.output import *\n{code}"],
        env=os.environ | {"TERM": "xterm"} | (env or {}),
        encoding="utf-8",
        dimensions=(24, 40),
        timeout=60,
    )
    child.setecho(False)
    child.send(answers)
    child.expect(pexpect.EOF)
    return str(child.before)


class TestSay:
    def test_joins_its_parts(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.say("one ", styled("two", "good"), "!")
        assert capsys.readouterr() == ("one two!\n", "")

    def test_nothing_is_raw(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.say(ESCAPE, styled(ESCAPE, "bad"))
        output.warn("two\nlines")
        shown = capsys.readouterr()
        assert "\x1b" not in shown.out
        assert shown.err.count("\n") == 1

    def test_undecodable_names_and_narrow_encodings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
        output.say("caf\udce9 – ", styled("ü", "dim"))
        output.flush()
        assert raw.getvalue() == b"caf\\xe9 \\u2013 \\xfc\n"

    def test_closed_before_the_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stderr", None)
        output.warn("nobody hears this")
        output.flush()


class TestColour:
    @pytest.mark.parametrize(
        ("environment", "terminal", "expected"),
        [
            ({}, True, True),
            ({}, False, False),
            ({"TERM": "dumb"}, True, False),
            ({"NO_COLOR": "1"}, True, False),
            ({"NO_COLOR": ""}, True, True),
            ({"FORCE_COLOR": "1"}, False, True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ],
    )
    def test_who_decides(
        self,
        monkeypatch: pytest.MonkeyPatch,
        environment: dict[str, str],
        terminal: bool,
        expected: bool,
    ) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert output.colour(Screen() if terminal else io.StringIO()) is expected

    def test_styles_are_dropped_with_the_colour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = use_screen(monkeypatch)
        output.say(styled("plain", "good"))
        monkeypatch.delenv("NO_COLOR")
        output.say(styled("green", "good"), styled("", "bad"))
        assert screen.getvalue() == "plain\n\x1b[32mgreen\x1b[0m\n"


class TestError:
    def test_what_and_what_to_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.error(StudioError("it is gone.", "Look for it."))
        output.error(StudioError(f"bad name {ESCAPE}"))
        shown = capsys.readouterr()
        assert shown.out == ""
        lines = shown.err.splitlines()
        assert lines[:2] == ["git studio: it is gone.", "Look for it."]
        assert len(lines) == 3
        assert "\x1b" not in shown.err


class TestJson:
    def test_readable_and_in_order(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.json_out({"b": "ü", "a": [1, None]})
        assert capsys.readouterr().out == '{\n  "b": "ü",\n  "a": [\n    1,\n    null\n  ]\n}\n'

    @pytest.mark.parametrize(("encoding", "value"), [("ascii", "ü"), ("utf-8", "caf\udce9")])
    def test_always_encodable(
        self, monkeypatch: pytest.MonkeyPatch, encoding: str, value: str
    ) -> None:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
        output.json_out([value, ESCAPE])
        output.flush()
        assert json.loads(raw.getvalue()) == [value, ESCAPE]
        assert b"\x1b" not in raw.getvalue()


class TestColumns:
    def test_aligned_and_whole_through_a_pipe(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.columns(
            [("status", "long"), ("diff", "short"), ("x", "y" * 200)], headings=("name", "text")
        )
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "name    text"
        assert lines[2] == "diff    short"
        assert lines[3].endswith("y" * 200)

    def test_cut_to_the_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = use_screen(monkeypatch)
        output.columns([("n", "日本語" * 20, "end"), ("n", "short", "end")], shrink=1)
        first, second = screen.getvalue().splitlines()
        assert first == "n  " + "日本語" * 5 + "…   end"
        assert second == "n  short" + " " * 29 + "end"

    def test_wide_letters_take_two_cells(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.columns([("日本", "a"), ("abcd", "b"), ("é", "c")])
        assert capsys.readouterr().out == "日本  a\nabcd  b\né     c\n"

    def test_no_trailing_spaces_and_no_empty_table(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        output.columns([("a", "long one"), ("a", "b")])
        output.columns([], headings=("name",))
        assert capsys.readouterr().out == "a  long one\na  b\n"

    def test_nothing_is_raw(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.columns([(ESCAPE, "two\nlines")])
        shown = capsys.readouterr().out
        assert "\x1b" not in shown
        assert shown.count("\n") == 1


class TestTextBlock:
    def test_a_diff_is_coloured_by_its_signs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = use_screen(monkeypatch)
        monkeypatch.delenv("NO_COLOR")
        output.text_block(
            ["--- a\n", "@@ -1 +1 @@\n", "-old\r\n", "+\tnew\n", " same\n"], indent="  "
        )
        assert screen.getvalue().splitlines() == [
            "  \x1b[1m--- a\x1b[0m",
            "  \x1b[36m@@ -1 +1 @@\x1b[0m",
            "  \x1b[31m-old\x1b[0m",
            "  \x1b[32m+\tnew\x1b[0m",
            "   same",
        ]

    def test_other_text_stays_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        output.text_block(["- item", ESCAPE], diff=False)
        out = capsys.readouterr().out
        assert out.startswith("- item\n")
        assert "\x1b" not in out


class TestQuestions:
    def test_without_a_terminal_nothing_is_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert output.confirm("Go on?") is False
        assert output.confirm("Go on?", default=True) is True
        assert output.confirm("Go on?", yes=True) is True
        assert output.choose("Which?", ["a", "b"]) is None
        assert output.choose("Which?", ["a", "b"], default=1) == 1
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("answers", "result"),
        [("y\n", True), ("NO\n", False), ("\n", True), ("what\nn\n", False), ("\x04", True)],
    )
    def test_a_terminal_asks_until_it_knows(self, answers: str, result: bool) -> None:
        shown = on_terminal("print(confirm('Go on?', default=True))", answers=answers)
        assert "Go on? [Y/n] " in shown
        assert shown.endswith(f"{result}\r\n")

    @pytest.mark.parametrize(("answers", "result"), [("2\n", 1), ("\n", None), ("7\nx\n1\n", 0)])
    def test_a_terminal_offers_a_choice(self, answers: str, result: int | None) -> None:
        shown = on_terminal("print(choose('Which one?', ['left', 'right']))", answers=answers)
        assert "  1  left" in shown
        assert shown.endswith(f"{result}\r\n")


class TestProgress:
    CODE = "with progress('Reading [bold]', 3) as step:\n    step(); step(2)\nprint('done')"

    def test_silent_through_a_pipe(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys\nfrom studio_git.output import *\n{self.CODE}\n"
                "assert 'rich' not in sys.modules",
            ],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        assert (done.stdout, done.stderr) == ("done\n", "")

    def test_a_bar_on_a_terminal(self) -> None:
        shown = on_terminal(self.CODE)
        assert "Reading [bold]" in shown
        assert "100%" in shown
        assert shown.endswith("done\r\n")


def test_the_width_is_the_terminals() -> None:
    assert on_terminal("print(terminal_width())", env={"COLUMNS": ""}) == "40\r\n"
    assert on_terminal("print(terminal_width())", env={"COLUMNS": "72"}) == "72\r\n"
    assert output.terminal_width() is None


def test_json_steers_no_terminal_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a\x9b2J": ["\x1b[31m", "\x7f\u202e\u2066\u200f\u2028", "می\u200cشود", "é🚀"]}
    output.json_out(value)
    said = capsys.readouterr().out
    assert not set("\x1b\x7f\x9b\u202e\u2066\u200f\u2028") & set(said)
    assert "می\u200cشود" in said, "letters stay as they are"
    assert json.loads(said) == value


def test_a_filter_gives_its_bytes_to_a_pipe_and_shows_them_on_a_terminal(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    data = b"S\n\nDecision: \x1b[31m\xff\r\n"
    output.bytes_out(data)
    assert capfdbinary.readouterr().out == data
    shown = on_terminal(f"bytes_out({data!r})")
    assert "Decision: \\x1b[31m\\xff" in shown
    assert "\x1b[31m" not in shown
