"""What changes behind the editor's back is seen, and nothing that a text says can hinder it."""

from __future__ import annotations

import select
from functools import partial

from conftest import Repo
from drifttools import MIDDLE, TEXT, bound, dashboard_writes, edited, ok
from lsp.scripted import Diagnostic, editing

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
