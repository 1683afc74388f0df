"""Drift in an editor: told from the buffer, settled by both sides or by neither."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from conftest import Repo
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bound,
    canonical,
    context_row,
    dashboard_writes,
    database,
    edited,
    ok,
    rows,
    studio_text,
)
from lsp.scripted import FULL, Diagnostic, Scripted, editing

ACCEPT, USE = "Accept into Studio", "Use Studio's version"
AHEAD = "drift/repo-ahead"
BEHIND = "drift/studio-ahead"


@contextmanager
def opened(repo: Repo, text: str | None = None) -> Iterator[tuple[Scripted, str]]:
    """An editor with CLAUDE.md of a bound repository, in step but for ``text`` on disk."""
    bound(repo)
    if text is not None:
        repo.write("CLAUDE.md", text)
    with editing(repo.path) as editor:
        yield editor, editor.open(repo.path / "CLAUDE.md")


def lines(found: list[Diagnostic]) -> list[tuple[int, int]]:
    return [(it["range"]["start"]["line"], it["range"]["end"]["line"]) for it in found]


def titles(actions: list[dict[str, object]]) -> list[object]:
    return [it["title"] for it in actions]


def test_each_difference_is_told_on_its_lines_while_it_is_typed(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.codes(uri)
        editor.type(uri, edited(("Use tabs.\n", "Use 🚀 spaces.\n"), LAST))
        first, last = editor.codes(uri, AHEAD, AHEAD)
        assert first["range"] == {
            "start": {"line": 2, "character": 0},
            "end": {"line": 2, "character": len("Use 🚀 spaces.")},
        }
        assert lines([last]) == [(6, 6)]
        assert first["source"] == "studio"
        assert first["message"] == (
            "This was edited here; Studio's copy was not (change 1 of 2, +1 -1 lines)."
        )
        (related,) = first["relatedInformation"]
        assert related["location"]["uri"] == canonical().as_uri()
        assert related["location"]["range"]["start"]["line"] == 2
        assert first["codeDescription"]["href"].endswith("diagnostics.md#drift-repo-ahead")
        editor.type(uri, TEXT)
        editor.codes(uri)
    assert repo.read("CLAUDE.md") == TEXT
    assert rows("SELECT * FROM drift_records") == []


def test_lines_that_are_missing_here_are_told_where_they_were(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.type(uri, edited((MIDDLE[0], "")))
        (found,) = editor.codes(uri, AHEAD)
        assert "+0 -1 lines" in found["message"]
        assert lines([found]) == [(3, 3)]  # it was on an empty line, where nothing would show
        assert ACCEPT in titles(editor.actions(uri, 3))
        assert ACCEPT in titles(editor.actions(uri, 2))


def test_lines_that_are_missing_at_the_end_are_told_where_something_shows(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.type(uri, edited((LAST[0], ""), ("Run make.\n\n", "Run make.\n")))
        (found,) = editor.codes(uri, AHEAD)
        assert lines([found]) == [(4, 4)]
        (fix,) = [it for it in editor.actions(uri, 4) if it["title"] == ACCEPT]
        assert [it["code"] for it in fix["diagnostics"]] == [AHEAD]


def test_studio_moved_while_the_file_is_open_and_it_shows(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.codes(uri)
        dashboard_writes(edited(MIDDLE))
        (found,) = editor.codes(uri, BEHIND)
        assert "Studio's copy was changed here" in found["message"]
        ok(repo, "sync")
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri)


def test_a_change_by_the_command_line_shows_within_a_second(repo: Repo) -> None:
    """A deadline of seconds in the test, because machines are slow; the interval is a quarter."""
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        editor.codes(uri, AHEAD)
        ok(repo, "resolve", "CLAUDE.md", "--dismiss")
        editor.codes(uri)


def test_both_moved_and_it_merges(repo: Repo) -> None:
    with opened(repo, edited(FIRST)) as (editor, uri):
        dashboard_writes(edited(LAST))
        found = editor.codes(uri, "drift/mergeable", "drift/mergeable")
        assert lines(found) == [(0, 0), (6, 6)]
        editor.does(editor.actions(uri, 0), "Merge both (whole file)")
        editor.codes(uri)
        assert editor.texts[uri] == studio_text() == edited(FIRST, LAST)
        assert repo.read("CLAUDE.md") == edited(FIRST)


def test_accepting_moves_studio_and_leaves_the_text_alone(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        editor.codes(uri, AHEAD)
        actions = editor.actions(uri, 2)
        assert titles(actions)[:3] == [ACCEPT, USE, "Dismiss"]
        assert actions[0]["kind"] == "quickfix"
        assert actions[0]["isPreferred"] is True
        assert [it["code"] for it in actions[0]["diagnostics"]] == [AHEAD]
        result = editor.does(actions, ACCEPT)
        assert result["message"] == "CLAUDE.md: accepted into Studio."
        editor.codes(uri)
        assert editor.applied == []
    assert studio_text() == edited(MIDDLE)
    assert context_row()["sync_status"] == "synced"
    (drift,) = rows("SELECT resolution FROM drift_records")
    assert drift["resolution"] == "accepted_repo"


def test_an_unsaved_text_can_be_accepted(repo: Repo) -> None:
    with opened(repo) as (editor, uri):
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, AHEAD)
        editor.does(editor.actions(uri, 2), ACCEPT)
        editor.codes(uri)
        assert (studio_text(), repo.read("CLAUDE.md")) == (edited(MIDDLE), TEXT)
        editor.save(uri, repo.path / "CLAUDE.md")
        editor.command("studio.status")
    assert '"synced"' in ok(repo, "status", "--json")


def test_studios_version_comes_into_the_text_as_whole_lines(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE, LAST)) as (editor, uri):
        editor.codes(uri, AHEAD, AHEAD)
        editor.does(editor.actions(uri, 2), f"{USE} (whole file)")
        editor.codes(uri)
        assert editor.texts[uri] == TEXT
        (edit,) = editor.applied
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": uri, "version": 1}
        ends = {
            part["range"][end]["character"] for part in change["edits"] for end in ("start", "end")
        }
        assert ends == {0}
        assert repo.read("CLAUDE.md") == edited(MIDDLE, LAST)
        editor.save(uri, repo.path / "CLAUDE.md")
        editor.command("studio.status")
    assert "in step" in ok(repo, "status")


def test_one_change_of_several(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE, LAST)) as (editor, uri):
        editor.codes(uri, AHEAD, AHEAD)
        actions = editor.actions(uri, 6)
        assert titles(actions)[:6] == [
            f"{ACCEPT} (this change)",
            f"{USE} (this change)",
            "Dismiss (this change)",
            f"{ACCEPT} (whole file)",
            f"{USE} (whole file)",
            "Dismiss (whole file)",
        ]
        editor.does(actions, f"{ACCEPT} (this change)")
        assert lines(editor.codes(uri, AHEAD)) == [(2, 2)]
        assert studio_text() == edited(LAST)
        editor.does(editor.actions(uri, 2), "Dismiss")
        editor.codes(uri)
        assert editor.texts[uri] == edited(MIDDLE, LAST)


def test_what_the_editor_refuses_has_not_happened(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        editor.codes(uri, AHEAD)
        editor.refuses = True
        assert editor.does(editor.actions(uri, 2), USE) is None
        assert "nothing was changed in Studio" in editor.said[-1]
    assert studio_text() == TEXT
    assert rows("SELECT * FROM git_operations") == []


def test_what_studio_refuses_is_taken_back_in_the_editor(repo: Repo) -> None:
    with opened(repo, edited(FIRST)) as (editor, uri):
        dashboard_writes(edited(LAST))
        editor.codes(uri, "drift/mergeable", "drift/mergeable")
        actions = editor.actions(uri, 0)
        editor.before_applying = lambda: dashboard_writes(edited(MIDDLE))
        assert editor.does(actions, "Merge both (whole file)") is None
        assert "changed while it was being worked on" in editor.said[-1]
        assert editor.texts[uri] == edited(FIRST)
        assert len(editor.applied) == 2
    assert studio_text() == edited(MIDDLE)


def test_a_store_that_is_only_read_leaves_the_text_alone(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        editor.codes(uri, AHEAD)
        with database() as db, db:
            db.execute("UPDATE git_meta SET value = '99' WHERE key = 'min_writer'")
        assert editor.does(editor.actions(uri, 2), USE) is None
        assert "a later release" in editor.said[-1]
        assert (editor.applied, editor.texts[uri]) == ([], edited(MIDDLE))


def test_undo_brings_both_sides_back(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        editor.codes(uri, AHEAD)
        assert "Undo the last resolution" not in titles(editor.actions(uri, 0))
        editor.does(editor.actions(uri, 2), USE)
        editor.codes(uri)
        actions = editor.actions(uri, 0)
        assert "Undo the last resolution" in titles(actions)
        result = editor.does(actions, "Undo the last resolution")
        assert result["message"].startswith("Undone: keeping Studio's CLAUDE.md")
        editor.codes(uri, AHEAD)
        assert editor.texts[uri] == edited(MIDDLE)


def test_syncing_brings_what_is_clear_and_tells_the_rest(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT.replace("Project", "Agents"))
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    dashboard_writes(edited(("Use tabs.\n", "Use both.\n")))
    repo.write("AGENTS.md", "# Agents, edited\n")
    with editing(repo.path) as editor:
        claude = editor.open(repo.path / "CLAUDE.md")
        agents = editor.open(repo.path / "AGENTS.md")
        editor.codes(claude, "drift/conflict")
        kinds = [it["kind"] for it in editor.actions(agents, only=["source.syncContext"])]
        assert kinds == ["source.syncContext.studio"]
        assert editor.actions(claude, only=["source.syncContext"]) == []
        assert editor.actions(claude, only=["source.fixAll"]) == []
        result = editor.command("studio.syncContext")
        assert (result["moved"], result["left"]) == (["AGENTS.md"], ["CLAUDE.md"])
        assert "CLAUDE.md" in editor.said[-1]
        editor.codes(agents)
    assert studio_text("agents.md") == "# Agents, edited\n"


def test_comparing_shows_both_sides_or_gives_them_to_who_can(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        result = editor.command("studio.compare")
        assert result["right"] == uri
        assert result["left"] == canonical().as_uri()
        (shown,) = editor.shown
        assert shown.endswith(".diff")
    with editing(
        repo.path, initializationOptions={"client": {"comparison": True}},
        capabilities={**FULL, "workspace": {**FULL["workspace"], "textDocumentContent": {}}},
    ) as editor:  # fmt: skip
        uri = editor.open(repo.path / "CLAUDE.md")
        result = editor.command("studio.compare", {"uri": uri})
        assert result["left"].startswith("studio:/canonical/")
        assert editor.shown == []
        content = editor.ask("workspace/textDocumentContent", {"uri": result["left"]})
        assert content["text"] == TEXT
        missing = editor.ask("workspace/textDocumentContent", {"uri": "studio:/none/x"})
        assert missing["text"] == ""


def test_tracking_and_untracking(repo: Repo) -> None:
    bound(repo)
    repo.write("AGENTS.md", "# Agents\n")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "AGENTS.md")
        lens = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        assert [it["command"]["title"] for it in lens] == ["Studio: not tracked"]
        editor.does(editor.actions(uri), "Track this file in Studio")
        assert studio_text("agents.md") == "# Agents\n"
        editor.type(uri, "# Agents, edited\n")
        editor.codes(uri, AHEAD)
        editor.does(editor.actions(uri), "Untrack this file")
        editor.codes(uri)


def test_lenses_say_how_it_stands_and_what_can_be_done(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        lens = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        said = [it["command"]["title"] for it in lens]
        assert said[0].startswith("Studio: the repository's copy was edited, Studio's was not")
        assert "(+1 lines, -1 lines)" in said[0]
        assert said[1:-1] == [ACCEPT, USE, "Dismiss", "Compare"]
        assert said[-1].startswith("Last in step 20")
        assert all(it["command"]["arguments"] == [{"uri": uri}] for it in lens)
        assert {it["range"]["start"]["line"] for it in lens} == {0}
        editor.type(uri, TEXT)
        editor.codes(uri)
        lens = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        first, last = [it["command"]["title"] for it in lens]
        assert first == "Studio: synced"
        assert last.startswith("Last in step 20")


def test_hover_shows_what_studio_has_and_nothing_active(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(("Use tabs.\n", "```\n[x](command:evil) <img src=x>\n")))
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        said = editor.about(uri, "hover", 2)["contents"]
        assert said["kind"] == "markdown"
        assert "````\n```\n[x](command:evil) <img src=x>\n````" in said["value"]
        assert editor.about(uri, "hover", 0) is None


def test_status_of_a_clone(repo: Repo) -> None:
    with opened(repo, edited(MIDDLE)) as (editor, uri):
        result = editor.command("studio.status")
        assert result["kind"] == "repo-ahead"
        assert result["message"].endswith("1 of 1 context files differ from Studio's.")
        (file,) = result["files"]
        assert (file["uri"], file["path"], file["kind"]) == (uri, "CLAUDE.md", "repo-ahead")


def test_severities_are_the_users_to_choose(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    options = {"drift": {"severity": {"repo-ahead": "error"}}}
    with editing(repo.path, initializationOptions=options) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        assert [it["severity"] for it in editor.codes(uri, AHEAD)] == [1]
        editor.settings = {"drift": {"severity": {"repo-ahead": "off"}}}
        editor.wire.send(
            {
                "jsonrpc": "2.0",
                "method": "workspace/didChangeConfiguration",
                "params": {"settings": None},
            }
        )
        editor.codes(uri)


def test_a_team_proposes_severities(repo: Repo) -> None:
    bound(repo)
    toml = repo.read(".studio.toml") + '\n[editor.drift.severity]\n"repo-ahead" = "hint"\n'
    repo.write(".studio.toml", toml)
    repo.write("CLAUDE.md", edited(MIDDLE))
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        assert [it["severity"] for it in editor.codes(uri, AHEAD)] == [4]


def test_the_last_sync_shows_behind_the_first_line_for_who_wants_it(repo: Repo) -> None:
    bound(repo)
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    for wanted in (False, True):
        options = {"inlayHints": {"lastSync": wanted}}
        with editing(repo.path, initializationOptions=options) as editor:
            uri = editor.open(repo.path / "CLAUDE.md")
            asked = {"textDocument": {"uri": uri}, "range": span}
            hints = editor.ask("textDocument/inlayHint", asked)
            assert len(hints) == wanted
            if wanted:
                assert hints[0]["label"].startswith("Studio: synced")
                assert hints[0]["position"] == {"line": 0, "character": len("# Project")}


def test_an_unbound_repository_is_hinted_at_once(repo: Repo) -> None:
    bound(repo)
    other = repo.path.parent / "other"
    other.mkdir()
    repo.git("init", "-q", str(other))
    for name in ("CLAUDE.md", "AGENTS.md", "notes.md"):
        (other / name).write_text("# Other\n")
    with editing(other) as editor:
        for name in ("notes.md", "CLAUDE.md", "AGENTS.md"):
            uri = editor.open(other / name)
            editor.codes(uri)
            assert editor.actions(uri) == []
        assert len(editor.said) == 1
        assert "git studio init" in editor.said[0]


def test_a_link_and_the_file_behind_it_are_one(repo: Repo) -> None:
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    bound(repo, path="AGENTS.md")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.codes(uri)
        editor.type(uri, edited(MIDDLE))
        editor.codes(uri, AHEAD)
        editor.does(editor.actions(uri, 2), ACCEPT)
        editor.codes(uri)
    assert studio_text("agents.md") == edited(MIDDLE)


def test_front_matter_of_a_rule_file_moves_the_lines(repo: Repo) -> None:
    rule = "---\nalwaysApply: true\n---\n"
    bound(repo, rule + TEXT, path=".cursor/rules/all.mdc")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / ".cursor/rules/all.mdc")
        editor.type(uri, rule + edited(MIDDLE))
        assert lines(editor.codes(uri, AHEAD)) == [(5, 5)]
        editor.does(editor.actions(uri, 5), USE)
        editor.codes(uri)
        assert editor.texts[uri] == rule + TEXT


def test_a_file_that_is_not_open_is_settled_on_disk(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    uri = (repo.path / "CLAUDE.md").as_uri()
    with editing(repo.path) as editor:
        result = editor.command("studio.useStudioVersion", {"uri": uri})
        assert result["message"] == "CLAUDE.md: Studio's version taken."
        assert repo.read("CLAUDE.md") == TEXT
        (repo.path / "CLAUDE.md").unlink()
        editor.command("studio.useStudioVersion", {"uri": uri})
        assert repo.read("CLAUDE.md") == TEXT
        assert editor.command("studio.useStudioVersion", {"uri": "untitled:x"}) is None
        assert "no document was meant" in editor.said[-1]
