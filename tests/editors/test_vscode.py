"""The language server in VS Code, through our extension."""

from __future__ import annotations

import json
import os
import re
import signal
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


FIRST, LAST = (line + 1 for line in EDITED_LINES)  # VS Code counts from 1
WHY = {"studio.hover.why": True}


def test_drift_is_seen_and_accepted(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        window.lens("Accept into Studio")
        assert "CLAUDE.md" in "".join(window.problem("drift/repo-ahead"))
        window.status("2 files differ")
        window.goTo(LAST, 1)
        titles = window.codeActions("Accept into Studio (whole file)")
        assert {"Use Studio's version (this change)", "Dismiss (whole file)"} <= set(titles)
        window.codeAction("Accept into Studio (whole file)")
        window.squiggles("info", 0)
        window.status("AGENTS.md differs")
        window.goTo(1, 1)
        window.lens("Studio: synced")
    assert story.canonical() == drifted()
    assert story.kind() is None
    assert story.resolutions() == ["accepted_repo"]


def test_one_change_is_accepted_from_its_lens_or_quick_fix(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        window.goTo(FIRST, 1)
        window.codeAction("Accept into Studio (this change)")
        window.squiggles("info", 1)
        window.clickLens("Accept into Studio")
        window.squiggles("info", 0)
    assert story.canonical() == drifted()


def test_studios_version_comes_into_the_editor(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("AGENTS.md")
        window.squiggles("info", 1)
        window.goTo(AGENTS_LINE + 1, 1)
        window.codeAction("Use Studio's version")
        window.shows("Answer in plain English.")
        window.squiggles("info", 0)
        window.press("Control+S")
        wait_until(lambda: story.agents.read_text() == AGENTS_IN_STUDIO, "the file")
        window.status("CLAUDE.md differs")
    assert story.kind("agents.md") is None
    assert story.resolutions("agents.md") == ["kept_studio"]


def test_a_comparison_has_both_sides_and_follows_the_store(vscode: Open, story: Story) -> None:
    (_, edited), (old, _) = EDITS[0], EDITS[0]
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        window.command("Studio: Compare with Studio's version")
        seen = window.comparison(old.strip(), edited.strip())
        assert "CLAUDE.md" in seen["title"]
        story.studio_writes(CLAUDE + "Written elsewhere.\n")
        window.comparison("Written elsewhere.", edited.strip())


def test_a_skill_is_explained_and_completed(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.lens("Studio:")
        window.goTo(SKILL_LINE + 1, len("Follow py"))
        assert SKILL_WORDS in window.hover(SKILL_WORDS)
        window.goTo(SKILL_LINE, 1)
        window.type("See pyth")
        window.complete(SKILL)
        window.shows(f"See {SKILL}")


def test_why_is_told_on_hover_where_it_is_switched_on(vscode: Open, story: Story) -> None:
    with vscode(settings=WHY) as window:
        window.open("limits.py")
        window.goTo(5, 5)
        assert LATER_DECISION in window.hover(LATER_DECISION)
        window.goTo(1, 1)
        assert DECISION in window.hover(DECISION)


def test_what_happens_elsewhere_shows_without_a_save(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        accepted = story.studio("resolve", "CLAUDE.md", "--accept-repo")
        assert accepted.status == 0, accepted.err
        window.squiggles("info", 0)
        window.lens("Studio: synced")
        window.status("AGENTS.md differs")
        story.studio_writes(drifted().replace("Run make test", "Run make lint"))
        window.squiggles("info", 1)
        window.status("2 files differ")


def test_the_status_bar_offers_what_can_be_done(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.status("2 files differ")
        window.clickStatus()
        assert any("Compare" in row for row in window.choices())
        window.choose("Dismiss", "AGENTS.md")
        window.tab("AGENTS.md")
        window.status("CLAUDE.md differs")
        assert story.resolutions("agents.md") == ["dismissed"]
        window.clickStatus()
        window.choose("Sync what is unambiguous")
        window.status("synced")
        assert story.canonical() == drifted()
        (first,) = story.servers()
        window.command("Studio: Restart the language server")
        wait_until(lambda: story.servers() not in ([], [first]), "another server")
        window.status("synced")


def test_a_setting_counts_as_soon_as_it_is_made(vscode: Open, story: Story) -> None:
    def write(**settings: str) -> None:
        story.repo.write(".vscode/settings.json", json.dumps(settings))

    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        write(**{"studio.drift.severity.repo-ahead": "error"})
        window.squiggles("error", len(EDITS))
        write()
        window.squiggles("info", len(EDITS))
        write(**{"studio.drift.severity.repo-ahead": "off"})
        window.squiggles("info", 0)


def test_a_team_proposes_and_the_editor_has_the_last_word(vscode: Open, story: Story) -> None:
    team = '\n[editor]\n"drift.severity.repo-ahead" = "warning"\n'
    story.repo.write(".studio.toml", story.repo.read(".studio.toml") + team)
    with vscode(settings={"studio.drift.severity.studio-ahead": "error"}) as window:
        window.open("CLAUDE.md")
        window.squiggles("warning", len(EDITS))
        window.open("AGENTS.md")
        window.squiggles("error", 1)


def test_a_repository_does_not_choose_what_runs(vscode: Open, story: Story) -> None:
    trap = story.repo.write("trap", "#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    story.repo.write(".vscode/settings.json", json.dumps({"studio.server.path": str(trap)}))
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
    assert not list(story.home.parent.parent.rglob("sprung"))


def test_a_server_that_died_is_started_again(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        (first,) = story.servers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: story.servers() not in ([], [first]), "another server")
        accepted = story.studio("resolve", "CLAUDE.md", "--accept-repo")
        assert accepted.status == 0, accepted.err
        window.squiggles("info", 0)
        window.status("AGENTS.md differs")


def test_a_server_ends_with_a_killed_editor(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.squiggles("info", len(EDITS))
        (first,) = story.servers()
        status = Path(f"/proc/{first}/status").read_text()
        (host,) = re.findall(r"^PPid:\s*(\d+)$", status, re.MULTILINE)
        os.kill(int(host), signal.SIGKILL)
        wait_until(lambda: first not in story.servers(), "the end of the server")


def test_documents_open_that_are_no_files(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.open("CLAUDE.md")
        window.command("Studio: Show debug information")
        window.preview("Project Studio: debug information")
        window.command("Studio: Open the dashboard")
        window.preview("Drift alerts")
        assert story.studio("decision", "add", "Ask twice").status == 0
        window.preview("Ask twice")


def test_a_commit_message_is_helped_with(vscode: Open, story: Story) -> None:
    with vscode() as window:
        window.commitBox()
        window.type("Check limits\n\nDecision: Check once\n\nMore words.")
        window.commitBoxSquiggle()
        window.type("\n\nDecis")
        window.complete("Decision")


def test_without_a_server_it_says_what_to_do(vscode: Open, story: Story, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "studio-lsp"
    with vscode(settings={"studio.server.path": str(missing)}) as window:
        assert "names no program" in window.message("studio.server.path")
        assert "no server" in window.status("no server")
        window.answer("studio.server.path", "What to do")
        window.tab("help.md")
        assert not [row for row in window.palette("Studio:") if "Accept into Studio" in row]
    assert story.servers() == []
