"""The language server in Vim 9 through ALE.

ALE takes and gives columns as bytes, shows hovers as plain text, knows no versions of documents,
and never answers workspace/applyEdit: our plugin does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editors.driven import Driven
from editors.story import (
    AGENTS_IN_STUDIO,
    AGENTS_LINE,
    CLAUDE,
    EDITED_LINES,
    EDITS,
    MESSAGE,
    MESSAGE_LINE,
    SKILL,
    SKILL_LINE,
    SKILL_WORDS,
    Story,
    drifted,
)

pytestmark = pytest.mark.editor

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "vim"
VIM = Path("/usr/bin/vim.nox")
ALE = Path("/usr/share/vim-ale")
FIRST, LAST = (line + 1 for line in EDITED_LINES)
"""As ALE counts."""

Play = Callable[[str, Path], dict[str, Any]]


@pytest.fixture
def driven(story: Story, tmp_path: Path) -> Driven:
    """Vim with ALE, and the story in front of it."""
    for path in (VIM, ALE):
        assert path.exists(), f"{path} is missing: sh .ci/editors/vim installs it"
    words = [VIM, "-Nu", "NONE", "-i", "NONE", "-T", "dumb", "--not-a-term"]
    words += ["-S", HERE / "drive.vim"]
    variables = {"STUDIO_PLUGIN": str(ROOT / "lsp" / "editors" / "vim")}
    return Driven(story, [str(word) for word in words], variables, tmp_path, types=True)


@pytest.fixture
def play(driven: Driven) -> Play:
    """Plays a scenario on a file of the story; what it saw."""
    return lambda scenario, file: driven.play(HERE / f"{scenario}.vim", file)


def test_drift_stands_on_the_lines_that_differ(play: Play, story: Story) -> None:
    found = play("see", story.claude)["diagnostics"]
    assert [it["line"] for it in found] == [FIRST, LAST]
    assert {it["code"] for it in found} == {"drift/repo-ahead"}
    assert {it["col"] for it in found} == {1}


def test_what_is_typed_shows_and_is_not_stored(play: Play, story: Story) -> None:
    seen = play("type", story.claude)
    assert [it["line"] for it in seen["one"]] == [LAST]
    assert [it["line"] for it in seen["three"]] == [FIRST, FIRST + 5, LAST]
    assert story.canonical() == CLAUDE
    assert story.kind() == "repo-ahead"


def test_accepting_brings_the_file_into_studio(play: Play, story: Story) -> None:
    seen = play("accept", story.claude)
    assert "Use Studio's version (whole file)" in seen["titles"]
    assert story.canonical() == drifted()
    assert story.kind() is None
    assert story.resolutions() == ["accepted_repo"]


def test_one_change_is_accepted_alone(play: Play, story: Story) -> None:
    seen = play("accept_one", story.claude)
    assert [it["line"] for it in seen["left"]] == [LAST]
    old, new = EDITS[0]
    assert story.canonical() == CLAUDE.replace(old, new)
    assert story.kind() == "repo-ahead"


def test_studios_version_comes_into_the_buffer(play: Play, story: Story) -> None:
    seen = play("use", story.agents)
    assert [it["line"] for it in seen["before"]] == [AGENTS_LINE + 1]
    assert "\n".join([*seen["lines"], ""]) == AGENTS_IN_STUDIO
    assert story.agents.read_text() == AGENTS_IN_STUDIO
    assert story.kind("agents.md") is None
    assert story.resolutions("agents.md") == ["kept_studio"]


def test_one_change_is_taken_back_beside_emoji(play: Play, story: Story) -> None:
    seen = play("use_one", story.claude)
    old, new = EDITS[0]
    assert "\n".join([*seen["lines"], ""]) == drifted().replace(new, old)
    assert [it["line"] for it in seen["left"]] == [LAST]


def test_a_skill_is_explained_and_completed(play: Play, story: Story) -> None:
    seen = play("skill", story.claude)
    assert SKILL_WORDS in " ".join(seen["hover"])
    assert SKILL in seen["offered"]
    assert seen["line"] == f"See {SKILL}"
    assert seen["before"] == CLAUDE.splitlines()[SKILL_LINE]


def test_the_command_line_shows_without_a_save(play: Play, story: Story) -> None:
    seen = play("outside", story.claude)
    assert [it["line"] for it in seen["moved"]] == [FIRST + 1]
    assert {it["code"] for it in seen["moved"]} == {"drift/studio-ahead"}


def test_the_comparison_is_a_diff_of_two_windows(play: Play, story: Story) -> None:
    seen = play("compare", story.claude)
    assert seen["diff"] == [1, 1]
    assert "\n".join([*seen["left"], ""]) == CLAUDE
    assert "\n".join([*seen["right"], ""]) == drifted()


def test_commands_are_commands_of_the_editor(play: Play, story: Story) -> None:
    seen = play("commands", story.claude)
    assert seen["status"]
    assert "\n".join([*seen["used"], ""]) == CLAUDE
    assert story.canonical() == CLAUDE
    assert story.kind() == "repo-ahead"
    titles = [row["title"] for row in story.rows("SELECT title FROM decisions")]
    assert any("short" in title for title in titles)


def test_a_commit_message_is_checked(play: Play, story: Story) -> None:
    story.message.write_text(MESSAGE)
    seen = play("message", story.message)
    assert seen["filetype"] == "gitcommit"
    assert "message/unparsed" in {it["code"] for it in seen["diagnostics"]}
    assert seen["diagnostics"][0]["line"] == MESSAGE_LINE + 1


@pytest.mark.parametrize("how", ["quit", "kill"])
def test_the_server_ends_with_its_editor(how: str, driven: Driven, story: Story) -> None:
    driven.ends_with_its_server(HERE / "stay.vim", story.claude, how)
