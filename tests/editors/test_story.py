"""The story itself, before an editor is blamed for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from editors.story import (
    AGENTS,
    AGENTS_IN_STUDIO,
    CLAUDE,
    EDITED_LINES,
    SKILL,
    SKILL_LINE,
    SOURCE,
    Story,
    drifted,
)

pytestmark = pytest.mark.editor


def test_both_sides_are_where_they_should_be(story: Story) -> None:
    assert story.claude.read_text() == drifted()
    assert story.canonical() == CLAUDE
    assert story.agents.read_text() == AGENTS
    assert story.canonical("agents.md") == AGENTS_IN_STUDIO
    pairs = zip(CLAUDE.splitlines(), drifted().splitlines(), strict=True)
    assert tuple(n for n, (old, new) in enumerate(pairs) if old != new) == EDITED_LINES
    assert SKILL in CLAUDE.splitlines()[SKILL_LINE]


def test_the_source_has_reasons_and_the_skill_is_known(story: Story) -> None:
    why = story.studio("why", f"{SOURCE}:5")
    assert why.status == 0
    assert "Refuse limits below zero" in why.out
    assert [row["name"] for row in story.rows("SELECT name FROM registry_skills")] == [SKILL]
    assert story.servers() == []


def test_what_a_server_forks_is_no_other_server(story: Story, tmp_path: Path) -> None:
    """As it does to start git; two that were started beside each other are two."""
    fake = tmp_path / "studio-lsp"
    # It waits to be ended below, and not for ever where this test is killed.
    fake.write_text("import os, time\nos.fork()\nprint(flush=True)\ntime.sleep(60)\n")
    environment = os.environ | {"STUDIO_HOME": str(story.home)}
    started = [
        subprocess.Popen(
            [sys.executable, fake], env=environment, stdout=subprocess.PIPE, process_group=0
        )
        for _ in range(2)
    ]
    try:
        for each in started:
            assert each.stdout is not None
            assert [each.stdout.readline() for _ in range(2)] == [b"\n"] * 2  # both say it
        assert story.servers() == sorted(each.pid for each in started)
    finally:
        for each in started:
            os.killpg(each.pid, signal.SIGKILL)
            each.communicate()
