"""Hidden characters in an editor: flagged where agents read, taken out on request."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound, ok
from lsp.scripted import editing

from studio_git.core import hidden
from studio_lsp.subjects.lint import followed

CODE = "lint/hidden-unicode"
TITLE = "Remove the hidden characters"
ZWSP, RLO, TAG = "\u200b", "\u202e", "\U000e0041"
EVIL = f"# Rules 🚀\n\nUse{ZWSP} 🚀 tabs.\n\nRun{RLO} make.\nAsk{TAG}{TAG}{TAG} first.\n"
CLEAN = "# Rules 🚀\n\nUse 🚀 tabs.\n\nRun make.\nAsk first.\n"


def codes(found: list[dict[str, object]]) -> bool:
    return [it["code"] for it in found if str(it["code"]).startswith("lint/")] == [CODE] * 3


def test_each_is_flagged_and_taken_out(repo: Repo) -> None:
    bound(repo)
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md", text=EVIL)
        found = [it for it in editor.told(uri, codes) if it["code"] == CODE]
        assert found[0]["range"] == {
            "start": {"line": 2, "character": 3},
            "end": {"line": 2, "character": 4},
        }
        assert found[0]["message"].startswith("U+200B ZERO WIDTH SPACE")
        assert 'these say "AAA"' in found[2]["message"]
        assert found[2]["range"]["end"] == {"line": 5, "character": 6}
        actions = editor.actions(uri, 2, only=["quickfix"])
        mine = [it for it in actions if it["title"].startswith(TITLE)]
        assert [it["title"] for it in mine] == [TITLE, f"{TITLE} (whole file)"]
        assert not any(it.get("isPreferred") for it in mine)
        assert editor.actions(uri, 2, only=["source.fixAll"]) == []
        (edit,) = mine[0]["edit"]["documentChanges"][0]["edits"]
        assert edit["range"]["start"] == {"line": 2, "character": 0}
        assert edit["range"]["end"] == {"line": 3, "character": 0}
        editor.does(mine, TITLE)
        assert editor.texts[uri] == EVIL.replace(ZWSP, "")
        editor.does(editor.actions(uri, 4), f"{TITLE} (whole file)")
        assert editor.texts[uri] == CLEAN
        editor.told(uri, lambda found: CODE not in [it["code"] for it in found])
        assert not [it for it in editor.actions(uri, 2) if it["title"].startswith(TITLE)]


@pytest.mark.parametrize(
    "path",
    ["AGENTS.md", ".claude/skills/api/SKILL.md", "docs/GEMINI.md", ".cursor/rules/style.mdc"],
)
def test_agents_read_it_in_a_repository_that_nobody_bound(path: str, repo: Repo) -> None:
    file = repo.write(path, EVIL)
    with editing(repo.path) as editor:
        uri = editor.open(file)
        if path.startswith("docs/"):  # nested only where an agent looks for it there
            editor.told(uri, lambda found: found == [])
        else:
            editor.told(uri, codes)


def test_other_texts_are_nobodys_business(repo: Repo) -> None:
    bound(repo)
    notes = repo.write("notes.md", EVIL)
    context = repo.write("AGENTS.md", EVIL)
    with editing(repo.path) as editor:
        uri = editor.open(notes)
        editor.told(uri, lambda found: found == [])
        assert editor.actions(uri, 2) == []
        tracked = editor.open(context)
        editor.told(tracked, codes)
        repo.git("config", "studio.lint.hiddenUnicode", "off")
        editor.told(tracked, lambda found: CODE not in [it["code"] for it in found])
    ok(repo, "lint", "AGENTS.md")


def test_a_repository_cannot_hide_what_it_brings_along(repo: Repo) -> None:
    repo.write(".studio.toml", '[lint]\nhidden-unicode = "off"\n[editor.lint]\nseverity = "off"\n')
    file = repo.write("AGENTS.md", EVIL)
    with editing(repo.path) as editor:
        editor.told(editor.open(file), codes)


def test_skills_of_the_registry(repo: Repo, studio_home: Path) -> None:
    bound(repo)
    skill = studio_home / "registry" / "skills" / "api.md"
    skill.parent.mkdir(parents=True, exist_ok=True)
    skill.write_text(EVIL)
    with editing(repo.path) as editor:
        editor.told(editor.open(skill), codes)


def test_the_setting_counts(repo: Repo) -> None:
    file = repo.write("AGENTS.md", EVIL)
    with editing(repo.path, initializationOptions={"lint": {"severity": "error"}}) as editor:
        found = editor.told(editor.open(file), codes)
        assert {it["severity"] for it in found} == {1}
    with editing(repo.path, initializationOptions={"lint": {"severity": "off"}}) as editor:
        uri = editor.open(file)
        editor.told(uri, lambda found: found == [])


def pieces_of(choose: Callable[[list[str]], str]) -> list[str]:
    words = ["a", "é", ZWSP, RLO, "\ufeff", "🚀", "\u200d", "👩", "\ufe0f", "\u200c", "می"]
    words += [TAG, "\u200f", "\u00ad", "1", "\u20e3", "\u3164", "\u1160"]
    return ["".join(choose(words) for _ in range(5)) + "\n" for _ in range(6)]


def test_a_change_is_looked_at_as_the_whole_text_would_be() -> None:
    chosen = random.Random(4)
    for _ in range(3000):
        old = pieces_of(chosen.choice)
        new = list(old)
        begin, end = sorted(chosen.choices(range(len(old) + 1), k=2))
        new[begin:end] = pieces_of(chosen.choice)[: chosen.randrange(4)]
        before = hidden.find("".join(old))
        assert followed(old, before, new) == list(hidden.find("".join(new)))
