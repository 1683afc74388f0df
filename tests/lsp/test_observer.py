"""What changes behind the editor's back is seen, and nothing that a text says can hinder it."""

from __future__ import annotations

import select
from functools import partial

from conftest import Repo
from drifttools import MIDDLE, TEXT, bound, dashboard_writes, edited, ok
from lsp.scripted import FULL, Diagnostic, editing

from studio_git.services import binding
from studio_lsp.clones import Clones

BEHIND = "drift/studio-ahead"


def misses(name: str, found: list[Diagnostic]) -> bool:
    return any(name in it["message"] for it in found)


def test_a_reference_that_no_file_can_have_does_not_blind_the_server(repo: Repo) -> None:
    text = f"{TEXT}\nSee [this]({'a' * 300}.md).\n"
    bound(repo, text)
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.codes(uri, "reference/missing")
        dashboard_writes(edited(MIDDLE, text=text))
        editor.told(uri, lambda found: BEHIND in [it["code"] for it in found])


def test_a_file_that_was_missed_is_seen_after_a_lot_of_typing(repo: Repo) -> None:
    bound(repo)
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        for number in range(210):
            name = f"docs/{number}.md"
            editor.type(uri, f"{TEXT}\nSee [this]({name}).\n")
            editor.told(uri, partial(misses, name))
        repo.write("docs/209.md", "# There\n")
        editor.told(uri, lambda found: "reference/missing" not in [it["code"] for it in found])


def test_a_copy_that_another_program_writes_is_seen(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    assert ok(repo, "status", "--json").count("AGENTS.md")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.codes(uri)
        select.select([], [], [], 1.5)  # behind the looks of the start
        editor.command("studio.status")
        repo.write("AGENTS.md", edited(MIDDLE))
        editor.told(uri, bool)


def test_typing_in_a_copy_is_told_in_the_other(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        other = editor.open(repo.path / "AGENTS.md")
        editor.codes(uri)
        editor.codes(other)
        editor.command("studio.status")
        editor.type(other, edited(MIDDLE))
        editor.told(uri, bool)
        editor.type(other, TEXT)
        editor.codes(uri)


def test_a_text_that_the_editor_could_not_read_is_not_offered_to_studio(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", TEXT.replace("tabs", "tébs").encode("latin-1"))
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md", text=TEXT.replace("tabs", "t\ufffdbs"))
        editor.codes(uri, "drift/unreadable")


def test_an_open_file_is_known_however_its_address_is_written(repo: Repo) -> None:
    bound(repo, path="(app)/CLAUDE.md")
    pulling = FULL | {
        "workspace": FULL["workspace"] | {"diagnostics": {"refreshSupport": True}},
        "textDocument": FULL["textDocument"] | {"diagnostic": {}},
    }
    repo.studio("track", "(app)/CLAUDE.md")
    repo.write("(app)/CLAUDE.md", edited(MIDDLE))
    with editing(repo.path, capabilities=pulling) as editor:
        first = editor.ask("workspace/diagnostic", {"previousResultIds": []})
        assert [it["uri"] for it in first["items"]] == [(repo.path / "(app)/CLAUDE.md").as_uri()]
        uri = (repo.path / "(app)/CLAUDE.md").as_uri().replace("%28", "(").replace("%29", ")")
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": TEXT}
        editor.wire.send(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didOpen",
                "params": {"textDocument": item},
            }
        )
        found = editor.ask("workspace/diagnostic", {"previousResultIds": []})
        assert [it for it in found["items"] if it["items"]] == []


def test_a_chain_of_links_ends_in_the_text_that_is_open(repo: Repo) -> None:
    repo.write("docs/all.md", TEXT)
    (repo.path / "AGENTS.md").symlink_to("docs/all.md")
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    repo.commit("Begin")
    ok(repo, "init", "--yes", "--no-hooks")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.codes(uri)
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, "drift/repo-ahead")
        assert editor.command("studio.acceptIntoStudio", {"uri": uri}), editor.said
        editor.codes(uri)


def test_clones_are_watched_on_while_they_are_looked_at_anew(repo: Repo) -> None:
    """Else every change would look like another one, as long as looking takes."""
    bound(repo)
    clones = Clones()
    file = repo.path / "CLAUDE.md"
    before = clones.of(file)
    assert before is not None
    clones.forget()
    assert clones.known() == [before]
    binding.note_path(before.place.common_dir).unlink()
    assert clones.of(file) is None
    assert clones.known() == []
