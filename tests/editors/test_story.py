"""The story itself, before an editor is blamed for it."""

from __future__ import annotations

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
