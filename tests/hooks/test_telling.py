from __future__ import annotations

import sys

import pytest

from studio_git.errors import StudioError
from studio_hooks import telling


def test_nothing_reaches_a_terminal_raw(capsys: pytest.CaptureFixture[str]) -> None:
    telling.say(["plain", "\x1b[31mred"])
    assert capsys.readouterr().err == "plain\n\\x1b[31mred\n"


def test_a_client_without_standard_error_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    telling.say(["unheard"])


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StudioError("the disk is full.", "Free some space."), "the disk is full"),
        (ValueError("odd\nand long"), "ValueError: odd"),
    ],
)
def test_an_excuse_is_one_line(error: Exception, why: str) -> None:
    said = telling.excuse("it could not be checked", error)
    assert said == f"studio-git: it could not be checked ({why}); the commit goes on."
