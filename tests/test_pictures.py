"""The pictures of the dashboard show what the commands say, of the store of their story."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from conftest import Repo
from rich.cells import cell_len
from rich.text import Text
from situated import Here

import pictures
from stage import Stage


def words_of(picture: Path) -> str:
    """All that is written in a picture."""
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", picture.read_text())
    return html.unescape("".join(texts)).replace("\xa0", " ")


def steady(text: str) -> set[str]:
    """The words of a text, without those that hold times, dates, versions and rules."""
    return {word for word in text.split() if not re.search(r"\d[:.-]\d|─", word)}


def test_they_are_as_the_commands_are_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = tmp_path / "images"
    drawn.mkdir()
    kept = pictures.IMAGES
    monkeypatch.setattr(pictures, "IMAGES", drawn)
    folder = tmp_path / "stage"
    folder.mkdir()
    stage = Stage(folder, pictures.WIDE)
    pictures.draw_dashboard(stage)
    for name in ("dashboard.svg", "dashboard-project.svg"):
        assert steady(words_of(drawn / name)) ^ steady(words_of(kept / name)) == set(), name
    for line in stage.screen(("git-studio", "dashboard")).splitlines():
        assert cell_len(Text.from_ansi(line).plain) <= pictures.WIDE
    for repo in ("risk-api", "risk-web"):
        Here(Repo(folder / repo), folder / "home").settle()
