"""Settling drift where something comes in between: typing, other commands, a second copy."""

from __future__ import annotations

import asyncio
import select
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from conftest import Repo
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bound,
    context_row,
    dashboard_writes,
    edited,
    home,
    ok,
    rows,
    studio_text,
)
from lsp.scripted import FULL, Scripted, editing
from lsprotocol import types

from studio_lsp import client
from studio_lsp.editor import Editor
from studio_lsp.server import create_server

ACCEPT, USE = "Accept into Studio", "Use Studio's version"
AHEAD = "drift/repo-ahead"
BEHIND = "drift/studio-ahead"

UNVERSIONED = FULL | {"workspace": {"applyEdit": True}}
"""An editor that does not look at the version that an edit was made for."""


@contextmanager
def opened(repo: Repo, text: str | None = None) -> Iterator[tuple[Scripted, str]]:
    """An editor with CLAUDE.md of a bound repository, in step but for ``text`` on disk."""
    bound(repo)
    if text is not None:
        repo.write("CLAUDE.md", text)
    with editing(repo.path) as editor:
        yield editor, editor.open(repo.path / "CLAUDE.md")


def test_the_document_that_is_meant_counts_where_its_file_is_open_twice(repo: Repo) -> None:
    repo.write("CLAUDE.md", TEXT)
    (repo.path / "AGENTS.md").symlink_to("CLAUDE.md")
    repo.commit("Begin")
    ok(repo, "init", "--yes", "--no-hooks")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, AHEAD)
        other = editor.open(repo.path / "AGENTS.md")
        editor.codes(other)
        assert editor.command("studio.acceptIntoStudio", {"uri": uri}), editor.said
    assert studio_text() == edited(MIDDLE)


def test_a_change_is_not_taken_for_another_that_came_before_it(repo: Repo) -> None:
    with opened(repo, edited(LAST)) as (editor, uri):
        editor.codes(uri, AHEAD)
        editor.type(uri, edited(MIDDLE, LAST))
        editor.codes(uri, AHEAD, AHEAD)
        actions = editor.actions(uri, 2)
        dashboard_writes(edited(FIRST))  # now that one is the first change
        editor.told(uri, lambda found: len(found) == 3)
        assert editor.does(actions, f"{ACCEPT} (this change)") is None
        assert "changed" in editor.said[-1]
    assert studio_text() == edited(FIRST)


def test_an_edit_is_not_sent_for_a_text_that_was_typed_in_meanwhile() -> None:
    server = create_server()
    written: list[object] = []
    server.protocol._send_data = written.append  # type: ignore[method-assign]
    server.client = client.resolve(types.InitializeParams(types.ClientCapabilities()))
    item = types.TextDocumentItem("file:///claude.md", "markdown", 2, TEXT)
    server.documents.open(item)
    start = types.Position(0, 0)
    edit = types.TextEdit(types.Range(start, start), "x")
    editor = Editor(server, server.client, server.work)
    assert not asyncio.run(editor.apply({item.uri: (1, [edit])}, "a label"))
    assert written == []


def test_what_was_typed_stays_where_studio_refuses_after_the_editor(repo: Repo) -> None:
    with opened(repo, edited(FIRST)) as (editor, uri):
        dashboard_writes(edited(LAST))
        editor.codes(uri, "drift/mergeable", "drift/mergeable")
        actions = editor.actions(uri, 0)

        apply = editor._apply

        def apply_and_type(edit: object) -> None:
            editor._apply = apply  # type: ignore[method-assign]
            dashboard_writes(edited(LAST, MIDDLE))
            apply(edit)
            editor.type(uri, f"New line.\n\n{editor.texts[uri]}")

        editor._apply = apply_and_type  # type: ignore[method-assign]
        assert editor.does(actions, "Merge both (whole file)") is None
        assert editor.texts[uri] == f"New line.\n\n{edited(FIRST)}"


def test_cancelling_leaves_neither_side_behind(repo: Repo) -> None:
    with opened(repo, edited(FIRST)) as (editor, uri):
        dashboard_writes(edited(LAST))
        editor.codes(uri, "drift/mergeable", "drift/mergeable")
        db = sqlite3.connect(home() / "studio.db", isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        number = editor.wire.post(
            "workspace/executeCommand",
            {"command": "studio.mergeBoth", "arguments": [{"uri": uri}]},
        )
        editor.until(lambda it: it.get("method") == "workspace/applyEdit")
        editor.ask("textDocument/hover", at(uri))  # the answer to the edit was read before it
        select.select([], [], [], 0.8)
        editor.wire.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}})
        editor.ask("textDocument/hover", at(uri))
        db.execute("ROLLBACK")
        db.close()
        if not [it for it in editor.wire.received if it.get("id") == number]:
            editor.until(lambda it: "method" not in it and it.get("id") == number)
        editor.command("studio.status")
        select.select([], [], [], 1)
        editor.command("studio.status")
        assert editor.texts[uri] == studio_text() == edited(FIRST, LAST)


def at(uri: str) -> dict[str, object]:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


def test_two_commands_at_once_take_turns(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(MIDDLE, (LAST[0], f"{LAST[0]}One more.\n")))
    with editing(repo.path, capabilities=UNVERSIONED) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.codes(uri, BEHIND, BEHIND)
        asked = {
            "command": "studio.useStudioVersion",
            "arguments": [{"uri": uri}],
        }
        numbers = {editor.wire.post("workspace/executeCommand", asked) for _ in range(2)}
        while numbers:
            it = editor.until(lambda it: "method" not in it and it.get("id") in numbers)
            numbers.discard(it["id"])
        assert editor.texts[uri] == studio_text()


def test_undo_takes_back_what_was_planned_and_nothing_newer(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        dashboard_writes(edited(MIDDLE))
        editor.codes(uri, BEHIND)
        editor.does(editor.actions(uri, 2), USE)
        editor.codes(uri)
        editor.save(uri, repo.path / "CLAUDE.md")

        def meanwhile() -> None:
            editor.before_applying = lambda: None
            dashboard_writes(edited(MIDDLE, FIRST))
            ok(repo, "resolve", "CLAUDE.md", "--dismiss")

        editor.before_applying = meanwhile
        editor.command("studio.undo", {"uri": uri})
    undone = rows("SELECT title FROM git_operations WHERE undone_at IS NOT NULL")
    assert not [it for it in undone if it["title"].startswith("dismissing")]


def test_undo_passes_over_a_final_newline_that_the_editor_adds(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        dashboard_writes(edited(MIDDLE).rstrip("\n"))
        editor.codes(uri, BEHIND)
        editor.does(editor.actions(uri, 2), USE)
        editor.type(uri, edited(MIDDLE))  # as Vim has every text
        editor.codes(uri)
        assert editor.command("studio.undo", {"uri": uri}), editor.said
        assert editor.texts[uri] == TEXT


def test_undo_on_the_command_line_passes_over_a_byte_order_mark(repo: Repo) -> None:
    bound(repo, b"\xef\xbb\xbf" + TEXT.encode())
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md", text=TEXT)  # editors do not show the mark
        dashboard_writes(edited(MIDDLE))
        editor.codes(uri, BEHIND)
        editor.does(editor.actions(uri, 2), USE)
        editor.codes(uri)
        repo.write("CLAUDE.md", b"\xef\xbb\xbf" + editor.texts[uri].encode())
    ok(repo, "undo")
    assert (repo.path / "CLAUDE.md").read_bytes() == b"\xef\xbb\xbf" + TEXT.encode()


def test_what_is_typed_in_another_file_is_not_stored(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT.replace("Project", "Agents"))
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        other = editor.open(repo.path / "AGENTS.md")
        editor.type(other, "# Something else\n")
        editor.told(other, bool)
        editor.codes(uri, AHEAD)
        editor.does(editor.actions(uri, 2), ACCEPT)
        editor.codes(uri)
    assert context_row("agents.md")["sync_status"] == "synced"


def test_a_text_too_long_to_be_looked_at_is_never_taken_for_an_empty_one(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.codes(uri)
        editor.type(uri, "x" * 79 + "\n" + TEXT + ("y" * 79 + "\n") * 110_000)
        editor.codes(uri, "drift/unreadable")
        assert editor.command("studio.acceptIntoStudio", {"uri": uri}) is None
        assert studio_text() == TEXT
        editor.command("studio.syncContext")
        assert studio_text() == TEXT
        # As after taking back what was pasted: all of it goes but for the first line.
        end = editor.texts[uri].count("\n")
        change = {
            "range": {
                "start": {"line": 1 + TEXT.count("\n"), "character": 0},
                "end": {"line": end, "character": 0},
            },
            "text": "",
        }
        editor.wire.send(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didChange",
                "params": {
                    "textDocument": {"uri": uri, "version": 3},
                    "contentChanges": [change],
                },
            }
        )
        (found,) = editor.codes(uri, AHEAD)
        assert "+1 -0 lines" in found["message"]


def test_without_an_argument_the_document_in_use_is_meant(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT.replace("Project", "Agents"))
    with opened(repo) as (editor, uri):
        other = editor.open(repo.path / "AGENTS.md")
        editor.type(other, edited(MIDDLE).replace("Project", "Agents"))
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, AHEAD)
        editor.about(other, "codeLens")  # as editors ask of whatever is on the screen
        result = editor.command("studio.acceptIntoStudio")
        assert result["message"] == "CLAUDE.md: accepted into Studio."


def test_lenses_are_of_the_text_that_is_open_now(repo: Repo) -> None:
    bound(repo)
    pulling = FULL | {
        "workspace": FULL["workspace"] | {"diagnostics": {"refreshSupport": True}},
        "textDocument": FULL["textDocument"] | {"diagnostic": {}},
    }
    with editing(repo.path, capabilities=pulling) as editor:
        uri = editor.open(repo.path / "CLAUDE.md", text=edited(MIDDLE))
        editor.about(uri, "diagnostic")
        editor.close(uri)
        editor.open(repo.path / "CLAUDE.md")
        lenses = editor.about(uri, "codeLens")
        assert lenses[0]["command"]["title"] == "Studio: synced"


def test_settings_that_cannot_be_read_are_not_taken_for_an_unbound_repository(
    repo: Repo,
) -> None:
    bound(repo)
    proposal = repo.path / ".studio.toml"
    proposal.write_text(proposal.read_text() + "\n[drift\n")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, AHEAD)
        assert editor.command("studio.acceptIntoStudio", {"uri": uri}) is None
        (said,) = editor.said
        assert ".studio.toml" in said


def test_accepting_a_deletion_takes_the_file_out_of_what_is_proposed(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT.replace("Project", "Agents"))
    bound(repo)
    proposed = repo.read(".studio.toml")
    (repo.path / "AGENTS.md").unlink()
    meant = {"uri": (repo.path / "AGENTS.md").as_uri()}
    with editing(repo.path) as editor:
        result = editor.command("studio.acceptIntoStudio", meant)
        assert result["message"] == "AGENTS.md: no longer tracked."
        assert "AGENTS.md" not in repo.read(".studio.toml")
        editor.command("studio.undo", meant)
        assert repo.read(".studio.toml") == proposed


def test_what_is_being_written_in_the_proposal_stays(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT.replace("Project", "Agents"))
    bound(repo)
    (repo.path / "AGENTS.md").unlink()
    with editing(repo.path) as editor:
        proposal = editor.open(repo.path / ".studio.toml", language="toml")
        editor.type(proposal, editor.texts[proposal] + "# more\n")
        meant = {"uri": (repo.path / "AGENTS.md").as_uri()}
        assert editor.command("studio.acceptIntoStudio", meant)
        assert editor.texts[proposal].endswith("# more\n")
