"""The language server in VS Code, through our extension."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from editors.story import (
    AGENTS_IN_STUDIO,
    AGENTS_LINE,
    CLAUDE,
    DECISION,
    EDITED_LINES,
    EDITS,
    LATER_DECISION,
    SKILL,
    SKILL_LINE,
    SKILL_WORDS,
    Story,
    drifted,
    wait_until,
)
from editors.vscode.window import Window, open_window, what_is_missing

pytestmark = pytest.mark.editor

Open = Callable[..., AbstractContextManager[Window]]


@pytest.fixture
def vscode(story: Story, tmp_path: Path) -> Open:
    """Opens the story's repository in VS Code; keyword arguments are those of the window."""
    assert not what_is_missing(), what_is_missing()

    def start(**options: Any) -> AbstractContextManager[Window]:
        env = story.env | options.pop("env", {})
        return open_window(story.repo.path, env, tmp_path / "vscode", **options)

    return start


def test_without_a_server_it_says_what_to_do(vscode: Open, story: Story, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "studio-lsp"
    with vscode(settings={"studio.server.path": str(missing)}) as window:
        assert "names no program" in window.message("studio.server.path")
        assert "no server" in window.status("no server")
        window.answer("studio.server.path", "What to do")
        window.tab("help.md")
        assert not [row for row in window.palette("Studio:") if "Accept into Studio" in row]
    assert story.servers() == []
