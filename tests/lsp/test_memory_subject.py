"""Decisions and the like in an editor: hover, navigation, symbols, recording, documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from drifttools import await_row, bound, database, home, ok, rows
from lsp.scripted import FULL, Scripted, editing

DECISION = "Keep limits in one table"
BY_HAND = "Refuse limits below zero"
TEXT = f"# Project\n\n🚀 We {DECISION.lower()}, see CYC-1 (Auth flow).\n\nDraw the screens. Last.\n"
VIRTUAL = FULL | {
    "workspace": FULL["workspace"]
    | {"textDocumentContent": {"dynamicRegistration": True}, "symbol": {}}
}


@pytest.fixture
def filled(repo: Repo) -> Repo:
    """A bound repository with a captured decision, one added by hand, a cycle and a task."""
    bound(repo, TEXT)
    ok(repo, "cycle", "start", "Auth flow", "--intent", "Let people <b>in</b>")
    ok(repo, "task", "add", "Draw the screens", "--cycle", "CYC-1")
    repo.write("limits.py", "LIMITS = {}\n")
    repo.commit(
        f"Look limits up\n\nDecision: {DECISION}\n"
        "Rationale: Two tables [disagreed](command:evil)\nAlternative: A table each\n"
    )
    ok(repo, "capture")
    await_row("SELECT title FROM decisions WHERE title = ?", DECISION)
    ok(repo, "decision", "add", BY_HAND, "--rationale", "They switch checks off")
    ok(repo, "learning", "add", "Slow tests", "--problem", "Many stores", "--solution", "Share one")
    return repo


@contextmanager
def opened(repo: Repo, **params: Any) -> Iterator[tuple[Scripted, str]]:
    with editing(repo.path, **params) as editor:
        yield editor, editor.open(repo.path / "CLAUDE.md")


def place(editor: Scripted, uri: str, words: str) -> tuple[int, int]:
    """Inside the first place of some words."""
    before, found, _ = editor.texts[uri].partition(words)
    assert found
    return before.count("\n"), len(before.rpartition("\n")[2]) + 1


def hovered(editor: Scripted, uri: str, words: str) -> str:
    found = editor.about(uri, "hover", *place(editor, uri, words))
    return "" if found is None else str(found["contents"]["value"])


def decision(title: str) -> dict[str, Any]:
    (row,) = rows("SELECT * FROM decisions WHERE title = ?", title)
    return row


def session_file() -> Path:
    (path,) = (home() / "projects").glob("*/sessions/*.md")
    return path


def test_hover_by_title_code_and_id(filled: Repo) -> None:
    with opened(filled) as (editor, uri):
        said = hovered(editor, uri, "limits in one")
        assert said.startswith(f"**{DECISION}** (decision)")
        assert "> Two tables" in said
        assert "](command:" not in said
        assert "- A table each" in said
        cycle = hovered(editor, uri, "YC-1")
        assert cycle.startswith("**Auth flow** (cycle CYC-1)")
        assert "<b>" not in cycle
        assert "Tasks: 0 of 1 done" in cycle
        assert hovered(editor, uri, "uth flow") == cycle
        task = hovered(editor, uri, "raw the screens")
        assert "(task)" in task
        assert "Status: pending" in task
        assert hovered(editor, uri, "Last") == ""
        start = decision(BY_HAND)["id"][:8]
        editor.type(uri, f"{TEXT}As {start} and decision:{start[:6]} say\n")
        assert "They switch checks off" in hovered(editor, uri, start)
        assert "They switch checks off" in hovered(editor, uri, "decision:")


def test_hover_in_session_files_and_commit_messages(filled: Repo) -> None:
    filled.write("notes.txt", TEXT)
    message = filled.write(".git/COMMIT_EDITMSG", f"Change\n\nSupersedes: {BY_HAND}\n")
    with opened(filled) as (editor, _):
        session = editor.open(session_file())
        assert "(decision)" in hovered(editor, session, DECISION)
        commit = editor.open(message, "gitcommit")
        assert "They switch checks off" in hovered(editor, commit, BY_HAND)
        notes = editor.open(filled.path / "notes.txt", "plaintext")
        assert hovered(editor, notes, "limits in one") == ""


def test_a_superseded_decision_says_so(filled: Repo) -> None:
    ok(filled, "decision", "supersede", DECISION, BY_HAND)
    with opened(filled) as (editor, uri):
        assert f"Superseded by: {BY_HAND}" in hovered(editor, uri, "limits in one")


def test_definition(filled: Repo) -> None:
    with opened(filled) as (editor, uri):
        (found,) = editor.about(uri, "definition", *place(editor, uri, "limits in one"))
        assert found["uri"] == session_file().as_uri()
        line = session_file().read_text().splitlines()[found["range"]["start"]["line"]]
        assert DECISION in line
        editor.type(uri, f"{TEXT}{BY_HAND}\n")
        (made,) = editor.about(uri, "definition", *place(editor, uri, BY_HAND))
        path = Path(made["uri"].removeprefix("file://"))
        assert path.is_relative_to(home().resolve())
        assert "They switch checks off" in path.read_text()


def test_definition_in_a_client_with_virtual_documents(filled: Repo) -> None:
    with opened(filled, capabilities=VIRTUAL) as (editor, uri):
        editor.type(uri, f"{TEXT}{BY_HAND}\n")
        (made,) = editor.about(uri, "definition", *place(editor, uri, BY_HAND))
        assert made["uri"] == f"studio:/decision/{decision(BY_HAND)['id']}.md"
        document = editor.ask("workspace/textDocumentContent", {"uri": made["uri"]})
        assert document["text"].startswith(f"# {BY_HAND}\n")
        (session,) = rows("SELECT id FROM sessions")
        for uri_, text in (
            (f"studio:/session/{session['id']}.md", session_file().read_text()),
            ("studio:/session/none.md", ""),
            ("studio:/session/..%2F..%2Fx.md", ""),
        ):
            said = editor.ask("workspace/textDocumentContent", {"uri": uri_})
            assert said["text"] == text


def test_references(filled: Repo) -> None:
    with opened(filled) as (editor, uri):
        found = editor.about(
            uri,
            "references",
            *place(editor, uri, "limits in one"),
            context={"includeDeclaration": True},
        )
        files = [it["uri"].rpartition("/")[2] for it in found]
        assert files == ["CLAUDE.md", session_file().name]
        begin = TEXT.splitlines()[2].index(DECISION.lower())
        assert found[0]["range"]["start"] == {"line": 2, "character": begin}


@pytest.mark.parametrize("capabilities", [FULL, VIRTUAL])
def test_symbols(filled: Repo, capabilities: dict[str, Any]) -> None:
    with opened(filled, capabilities=capabilities) as (editor, _):
        wanted = {
            "limits": {DECISION, BY_HAND, "Look limits up"},
            "slow": {"Slow tests"},
            "auth": {"Auth flow"},
            "screens": {"Draw the screens"},
        }
        for query, names in wanted.items():
            found = editor.ask("workspace/symbol", {"query": query})
            assert {it["name"] for it in found} == names
            for it in found:
                uri = it["location"]["uri"]
                assert uri.startswith("studio:/") or Path(uri.removeprefix("file://")).is_file()
                assert "repo" in it["containerName"]
        assert len(editor.ask("workspace/symbol", {"query": ""})) >= 6


def test_an_id_that_fits_into_no_path(filled: Repo) -> None:
    with database() as db:
        db.execute(
            "INSERT INTO decisions (id, project_id, title) "
            "SELECT '../../../evil', id, 'Evil one' FROM projects"
        )
    with opened(filled) as (editor, uri):
        assert editor.ask("workspace/symbol", {"query": "Evil"}) == []
        editor.type(uri, "The Evil one\n")
        assert "(decision)" in hovered(editor, uri, "Evil one")
        assert editor.about(uri, "definition", 0, 5) == []


SELECTED = "- Use spaces 🚀\n- They cost nothing\n"


def selection(editor: Scripted, uri: str, first: int, last: int) -> list[Any]:
    found: list[Any] = editor.actions(uri, first, last)
    return [it for it in found if it["title"].endswith("from the selection")]


def test_recording_from_the_selection(filled: Repo) -> None:
    with opened(filled) as (editor, uri):
        editor.type(uri, f"{TEXT}{SELECTED}\nTests were slow.\n\nShare one store.\n")
        assert selection(editor, uri, 5, 5) == []
        found = selection(editor, uri, 5, 7)
        assert [it.get("kind") for it in found] == [None] * 3
        answer = editor.does(found, "Record a decision from the selection")
        assert answer["message"] == "Recorded the decision: Use spaces 🚀"
        assert answer["message"] in editor.said
        assert decision("Use spaces 🚀")["rationale"] == "- They cost nothing"
        editor.does(selection(editor, uri, 8, 11), "Record a learning from the selection")
        (learned,) = rows("SELECT * FROM learnings WHERE title = 'Tests were slow.'")
        assert (learned["problem"], learned["solution"]) == ("Tests were slow.", "Share one store.")
        editor.does(selection(editor, uri, 5, 7), "Record an open question from the selection")
        asked = [row["question"] for row in rows("SELECT question FROM git_questions")]
        assert asked == ["Use spaces 🚀", "They cost nothing"]
        assert "Use spaces 🚀" in session_file().read_text()


def test_recording_in_source_is_a_source_action(filled: Repo) -> None:
    with opened(filled) as (editor, _):
        uri = editor.open(
            filled.path / "limits.py", "python", text="# Use one table\n# It is fast\n"
        )
        found = selection(editor, uri, 0, 2)
        assert [it["kind"] for it in found] == ["source"] * 3
        assert editor.actions(uri, 0, 2, only=["quickfix"]) == []
        editor.does(found, "Record a decision from the selection")
        assert decision("Use one table")["rationale"] == "It is fast"


def test_what_cannot_be_recorded_is_said(filled: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("Use tabs\n")
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    with opened(filled) as (editor, uri):
        for name in ("Decision", "Learning", "Question"):
            assert editor.command(f"studio.record{name}") is None
            assert "nothing is selected" in editor.said[-1]
        assert editor.command("studio.recordDecision", {"uri": uri, "range": {"start": 7}}) is None
        assert "nothing is selected" in editor.said[-1]
        assert editor.command("studio.recordLearning", {"uri": uri, "range": span}) is None
        assert "a problem and a solution" in editor.said[-1]
        other = editor.open(outside)
        assert selection(editor, other, 0, 1) == []
        assert editor.command("studio.recordDecision", {"uri": other, "range": span}) is None
        assert "belongs to no project" in editor.said[-1]


def test_opening_a_session(filled: Repo) -> None:
    with opened(filled) as (editor, _):
        editor.command("studio.openSession")
        assert editor.shown == [session_file().as_uri()]
        (session,) = rows("SELECT id FROM sessions")
        editor.command("studio.openSession", {"id": session["id"]})
        assert len(editor.shown) == 2
        assert editor.command("studio.openSession", {"id": "none"}) is None
        assert "there is no session none" in editor.said[-1]
        session_file().unlink()
        editor.command("studio.openSession")
        assert editor.shown[-1].endswith(f"/editor/session-{session['id']}.md")


def test_opening_a_session_where_documents_cannot_be_shown(filled: Repo) -> None:
    able = {key: it for key, it in FULL.items() if key != "window"}
    with opened(filled, capabilities=able) as (editor, _):
        answer = editor.command("studio.openSession")
        assert str(session_file()) in answer["message"]
        assert answer["message"] in editor.said


def test_the_dashboard(filled: Repo) -> None:
    filled.write("CLAUDE.md", f"{TEXT}More.\n")
    filled.studio("status")
    with opened(filled) as (editor, _):
        editor.command("studio.openDashboard")
        (shown,) = editor.shown
        text = Path(shown.removeprefix("file://")).read_text()
    assert "- **repo**: claude.md is stale" in text
    assert "**repo**: Auth flow (CYC-1), feature, brainstorm" in text
    assert f"**repo**: {BY_HAND}" in text
    assert "decision recorded: " in text


def test_without_a_store_there_is_nothing_to_open(repo: Repo) -> None:
    repo.write("CLAUDE.md", TEXT)
    with opened(repo) as (editor, uri):
        for name in ("studio.openDashboard", "studio.openSession"):
            assert editor.command(name) is None
            assert "no Studio home" in editor.said[-1]
        assert hovered(editor, uri, "limits in one") == ""
        assert editor.ask("workspace/symbol", {"query": "limits"}) == []


def test_files_for_clients_without_virtual_documents_do_not_pile_up(filled: Repo) -> None:
    folder = home() / "editor"
    folder.mkdir(mode=0o700)
    for number in range(2001):
        file = folder / f"decision-{number}.md"
        file.write_text("old")
        os.utime(file, (number, number))
    with opened(filled) as (editor, _):
        found = editor.ask("workspace/symbol", {"query": BY_HAND})
        (path,) = {Path(it["location"]["uri"].removeprefix("file://")) for it in found}
        assert path.is_file()
        assert len(list(folder.iterdir())) == 1001
        assert not (folder / "decision-1000.md").exists()
        assert (folder / "decision-2000.md").exists()
