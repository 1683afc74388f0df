"""Emacs with eglot and with lsp-mode, driven without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from editors.story import (
    AGENTS,
    AGENTS_IN_STUDIO,
    AGENTS_LINE,
    CLAUDE,
    EDITED_LINES,
    LATER_DECISION,
    SKILL,
    SKILL_LINE,
    SKILL_WORDS,
    Story,
    drifted,
    wait_until,
)

pytestmark = pytest.mark.editor

DRIVES = Path(__file__).parent / "emacs"
CLIENT = Path(__file__).resolve().parents[2] / "lsp" / "editors" / "emacs"
ELPA = "/usr/share/emacs/site-lisp/elpa"
CLIENTS = ("eglot", "lsp-mode")
LINES = {"edited": EDITED_LINES, "skill": SKILL_LINE, "agents": AGENTS_LINE}
OFFERED = {"Compare with Studio's version"} | {
    f"{title} ({what})"
    for title in ("Accept into Studio", "Use Studio's version", "Dismiss")
    for what in ("this change", "whole file")
}


def emacs() -> str:
    """Where Emacs is."""
    found = shutil.which("emacs")
    assert found, "Emacs is not installed: run .ci/editors/emacs"
    return found


def start(story: Story, client: str, name: str) -> subprocess.Popen[str]:
    """Begin a drive."""
    words = {
        "DRIVE": name,
        "DRIVE_LINES": json.dumps(LINES),
        "DRIVE_NOTES": str(story.home.parent / "notes.json"),
        "DRIVE_REPO": str(story.repo.path),
        "DRIVE_STUDIO_EL": str(CLIENT),
    }
    return subprocess.Popen(
        [emacs(), "--batch", "-Q", "-l", DRIVES / f"{client}.el"],
        env=story.env | words,
        cwd=story.home.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def drive(story: Story, client: str, name: str) -> dict[str, Any]:
    """Play one drive to its end, and give what it noted."""
    with start(story, client, name) as process:
        try:
            said, _ = process.communicate(timeout=240)
        finally:
            process.kill()
    assert process.returncode == 0, said
    noted: dict[str, Any] = json.loads((story.home.parent / "notes.json").read_text())
    return noted


@pytest.mark.parametrize("client", CLIENTS)
def test_whole_story(story: Story, client: str) -> None:
    noted = drive(story, client, "whole-story")
    assert set(noted["titles"]) >= OFFERED
    assert noted["accepted"]
    assert noted["shown"]
    assert story.canonical() == drifted()
    assert story.resolutions() == ["accepted_repo"]
    assert noted["agents"] == AGENTS_IN_STUDIO
    assert story.canonical("agents.md") == AGENTS_IN_STUDIO
    assert "kept_studio" in story.resolutions("agents.md")


@pytest.mark.parametrize("client", CLIENTS)
def test_skills_are_explained_and_completed(story: Story, client: str) -> None:
    noted = drive(story, client, "skills")
    assert SKILL_WORDS in noted["hover"]
    assert SKILL in noted["completions"]
    assert noted["line"] == f"🚀 Follow {SKILL}"
    if client == "lsp-mode":
        assert noted["lenses"][0].startswith("Studio: ")
        assert set(noted["lenses"]) >= {"Accept into Studio", "Use Studio's version", "Compare"}


@pytest.mark.parametrize("client", CLIENTS)
def test_commands_have_names(story: Story, client: str) -> None:
    noted = drive(story, client, "commands")
    assert "2 of 2 context files differ" in noted["status"]
    assert noted["claude"] == CLAUDE
    assert story.canonical() == CLAUDE


@pytest.mark.parametrize("client", CLIENTS)
def test_settings_reach_the_server(story: Story, client: str) -> None:
    drive(story, client, "settings")


@pytest.mark.parametrize("client", CLIENTS)
def test_a_commit_message_is_checked(story: Story, client: str) -> None:
    story.repo.write(".git/COMMIT_EDITMSG", "")
    noted = drive(story, client, "message")
    if client == "lsp-mode":
        assert noted["language"] == "gitcommit"


def test_a_buffer_counts_before_it_is_saved(story: Story) -> None:
    noted = drive(story, "eglot", "edit")
    assert noted["modified"] is True
    assert story.claude.read_text() == drifted()


def test_comparison_opens_in_ediff(story: Story) -> None:
    noted = drive(story, "eglot", "comparison")
    assert noted["studio"] == CLAUDE
    assert noted["repo"] == os.path.realpath(story.claude)
    assert noted["differences"] == 2


def test_any_file_says_why(story: Story) -> None:
    assert LATER_DECISION in drive(story, "eglot", "why")["why"]


def test_records_and_what_is_no_file(story: Story) -> None:
    noted = drive(story, "eglot", "records")
    found = [row["title"] for row in story.rows("SELECT title FROM decisions")]
    assert any(title.startswith("Use four spaces, dear") for title in found), found
    assert noted["end"] == f"🚀 @skill:{SKILL}"
    assert "studio-git" in noted["debug"]
    assert noted["studio-open-dashboard"] == [str(story.home / "editor" / "dashboard.md")]
    (session,) = noted["studio-open-session"]
    assert session.startswith(f"{story.home}/projects/")


def test_the_server_ends_with_an_emacs_that_is_killed(story: Story) -> None:
    with start(story, "eglot", "wait") as process:
        wait_until(story.servers, "the server")
        process.kill()
    story.await_no_server()


def test_a_refused_edit_leaves_both_sides_alone(story: Story) -> None:
    noted = drive(story, "eglot", "refusal")
    assert noted["agents"] == AGENTS
    assert story.agents.read_text() == AGENTS
    assert story.canonical("agents.md") == AGENTS_IN_STUDIO
    assert story.resolutions("agents.md") == []
    assert story.kind("agents.md") == "studio-ahead"


@pytest.mark.parametrize("name", ["studio.el", "studio-eglot.el"])
def test_the_client_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.elc"
    paths = " ".join(f'"{it}"' for it in (CLIENT, *Path(ELPA).glob("*")))
    strict = (
        "(setq byte-compile-error-on-warn t "
        f"load-path (append (list {paths}) load-path) "
        f'byte-compile-dest-file-function (lambda (_) "{compiled}"))'
    )
    done = subprocess.run(
        [
            *(emacs(), "--batch", "-Q", "--eval", strict),
            *("-f", "batch-byte-compile", CLIENT / name),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert compiled.exists()
