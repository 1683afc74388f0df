"""The pictures of the documentation, taken in VS Code; STUDIO_PICTURES=1 writes them there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from editors.story import Story
from editors.vscode.window import ROOT, Window, open_window, what_is_missing
from editors.vscode.workbench import REASONED, SOURCE, make_workbench, studio_moves

pytestmark = pytest.mark.editor

IMAGES = ROOT / "docs" / "images"
SIZE = (1200, 750, 2)
LOOKS = {
    "diffEditor.useInlineViewWhenSpaceIsLimited": False,
    "editor.fontSize": 13,
    "editor.hover.above": False,
    "editor.lineHeight": 21,
    "editor.lightbulb.enabled": "off",
    "editor.overviewRulerBorder": False,
    "editor.scrollBeyondLastLine": False,
    "editor.scrollbar.vertical": "hidden",
    "editor.stickyScroll.enabled": False,
    "git.blame.statusBarItem.enabled": False,
    "scm.diffDecorations": "none",
    "workbench.activityBar.location": "hidden",
    "workbench.colorTheme": "Default Light Modern",
}

Open = Callable[..., AbstractContextManager[Window]]


@pytest.fixture
def workbench(make_repo: Callable[..., Repo], tmp_path: Path) -> Iterator[Open]:
    """Opens the repository of the pictures in VS Code."""
    assert not what_is_missing(), what_is_missing()
    repo = make_repo("risk-workbench")
    make_workbench(repo)
    story = Story(repo, Path(os.environ["STUDIO_HOME"]), dict(os.environ))

    def start(**settings: Any) -> AbstractContextManager[Window]:
        place = tmp_path / "vscode"
        return open_window(repo.path, story.env, place, settings=LOOKS | settings, size=SIZE)

    yield start
    story.await_no_server()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Window, str], None]:
    """Takes a picture; into the documentation only where that was asked for."""
    folder = IMAGES if os.environ.get("STUDIO_PICTURES") else tmp_path

    def take(window: Window, name: str) -> None:
        file = folder / f"vscode-{name}.png"
        window.picture(str(file))
        assert file.stat().st_size > 20_000

    return take


def test_diagnostics_with_their_lens(workbench: Open, picture: Any) -> None:
    studio_moves()
    with workbench() as window:
        window.press("Control+B")
        window.open("CLAUDE.md")
        window.squiggles("warning", 3)
        window.problem("drift/mergeable")
        window.goTo(7, 1)
        window.lens("Merge both")
        picture(window, "drift")


def test_the_comparison(workbench: Open, picture: Any) -> None:
    with workbench() as window:
        window.press("Control+B")
        window.open("CLAUDE.md")
        window.lens("Compare")
        window.command("Studio: Compare with Studio's version")
        window.comparison("`make test` before each commit", "`make check` before each commit")
        picture(window, "comparison")


def test_why_on_hover(workbench: Open, picture: Any) -> None:
    with workbench(**{"studio.hover.why": True}) as window:
        window.press("Control+B")
        window.open(SOURCE)
        window.goTo(*REASONED)
        window.hover("A limit below zero stops the request")
        picture(window, "why")
