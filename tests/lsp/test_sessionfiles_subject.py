"""The file of a session in an editor: its parts, its commits and the files that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from drifttools import await_row, bound, ok, rows
from lsp.scripted import FULL, Scripted, editing

DECISION = "Refuse limits below zero"
SHOW = "Show the commits and decisions of this session"
NESTED = FULL | {
    "textDocument": FULL["textDocument"]
    | {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}
}
WRITTEN = """# Limits 🚀

**Date:** 2024-12-22 10:42 AM

## Summary
Some words.

## Files Changed
- `src/limits.py` (+1 -0)
- `src/gone.py` (+0 -1)
- `../../etc/passwd` (+1 -0)
- `/etc/passwd` (+1 -0)
- `"src/b\\303\\251b\\303\\251.py"` (+1 -0)

## Decisions Made
- Refuse limits
  below zero
- Keep one table

## Notes
Nothing.

```
## No heading
```
"""


@pytest.fixture
def history(repo: Repo) -> Repo:
    """A bound repository with a captured session of two commits and a decision."""
    repo.write("src/bébé.py", "a\n")
    bound(repo)
    repo.write("src/limits.py", "LIMITS = {}\n")
    repo.commit(f"Check *limits*\n\nDecision: {DECISION}\n")
    ok(repo, "capture")
    await_row("SELECT title FROM decisions WHERE title = ?", DECISION)
    return repo


@pytest.fixture
def path(history: Repo, studio_home: Path) -> Path:
    """The file of the session."""
    (session,) = rows("SELECT id, project_id FROM sessions ORDER BY created_at DESC LIMIT 1")
    return studio_home / "projects" / session["project_id"] / "sessions" / f"{session['id']}.md"


def symbols(editor: Scripted, uri: str) -> list[Any]:
    return editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})


def names(found: list[Any]) -> list[str]:
    return [it["name"] for it in found]


def span(symbol: Any) -> tuple[int, int]:
    return symbol["range"]["start"]["line"], symbol["range"]["end"]["line"]


def test_symbols_by_section(history: Repo, path: Path) -> None:
    with editing(history.path, capabilities=NESTED) as editor:
        uri = editor.open(path, text=WRITTEN)
        (session,) = symbols(editor, uri)
        assert session["name"] == "Limits 🚀"
        sections = session["children"]
        assert names(sections) == ["Summary", "Files Changed", "Decisions Made", "Notes"]
        assert [span(it) for it in sections] == [(4, 6), (7, 13), (14, 18), (19, 25)]
        assert names(sections[1]["children"])[0] == "src/limits.py"
        assert names(sections[1]["children"])[4] == "src/bébé.py"
        decisions = sections[2]["children"]
        assert names(decisions) == ["Refuse limits below zero", "Keep one table"]
        assert [span(it) for it in decisions] == [(15, 16), (17, 17)]
        assert sections[3]["children"] == []
        editor.type(uri, WRITTEN.replace("\n", "\r\n"))
        assert symbols(editor, uri) == [session]
        editor.type(uri, "")
        assert len(symbols(editor, uri)) == 1
        notes = editor.open(history.write("notes.md", WRITTEN))
        assert symbols(editor, notes) == []
    with editing(history.path) as editor:
        flat = symbols(editor, editor.open(path, text=WRITTEN))
        assert flat[3]["containerName"] == "Files Changed"


def test_the_lens_and_its_twin_show_the_commits(history: Repo, path: Path) -> None:
    with editing(history.path) as editor:
        uri = editor.open(path)
        (lens,) = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        count = len(rows("SELECT 1 FROM git_commits WHERE session_id = ?", path.stem))
        assert lens["command"]["title"] == f"Studio: {count} commits, 1 decision"
        called = lens["command"]
        answer = editor.command(called["command"], *called["arguments"])
        assert answer["message"].endswith(f": {count} commits, 1 decision")
        assert DECISION in Path(editor.shown[0].removeprefix("file://")).read_text()
        (action,) = editor.actions(uri, 0, only=["source"])
        assert editor.does([action], SHOW) == answer
        assert editor.actions(uri, 0, only=["quickfix"]) == []
        stranger = path.with_name("stranger.md")
        stranger.write_text(WRITTEN)
        other = editor.open(stranger)
        assert editor.ask("textDocument/codeLens", {"textDocument": {"uri": other}}) == []


def test_a_commit_on_hover(history: Repo, path: Path) -> None:
    oid = history.git("rev-parse", "HEAD")
    history.write("later.py", "a\n")
    later = history.commit("Later")
    text = f"# S\n\n## Notes\nSee {oid[:9]} and {later}, not {'0' * 12}, nor x{oid}.\n"
    with editing(history.path) as editor:
        editor.open(history.path / "CLAUDE.md")
        uri = editor.open(path, text=text)

        def hover(words: str) -> str:
            found = editor.about(uri, "hover", 3, text.split("\n")[3].index(words) + 2)
            return found["contents"]["value"] if found else ""

        assert hover(oid[:9]) == (
            f"`{oid[:10]}` Check \\*limits\\*  \nby Ada Example, {today(history)}"
        )
        assert hover(later).startswith(f"`{later[:10]}` Later")
        assert hover("0" * 12) == hover("nor x") == hover("x" + oid) == hover("See") == ""
        notes = editor.open(history.write("notes.md", text))
        assert editor.about(notes, "hover", 3, 6) is None


def today(repo: Repo) -> str:
    return repo.git("log", "-1", "--date=format-local:%Y-%m-%d", "--format=%ad", env={"TZ": "UTC"})


def test_links_to_the_files_that_are_there(history: Repo, path: Path) -> None:
    with editing() as editor:  # no folder is open: the primary worktree counts
        uri = editor.open(path, text=WRITTEN)
        found = editor.ask("textDocument/documentLink", {"textDocument": {"uri": uri}})
        assert [it["target"] for it in found] == [
            (history.path / "src/limits.py").as_uri(),
            (history.path / "src/bébé.py").as_uri(),
        ]
        assert found[0]["range"] == {
            "start": {"line": 8, "character": 3},
            "end": {"line": 8, "character": 16},
        }
        notes = editor.open(history.write("notes.md", WRITTEN))
        assert editor.ask("textDocument/documentLink", {"textDocument": {"uri": notes}}) == []
