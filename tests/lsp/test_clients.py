"""The server with the capabilities of real editors, against the repository of the story."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from conftest import Repo
from drifttools import TEXT, bound, rows
from editors.story import (
    AGENTS,
    AGENTS_IN_STUDIO,
    AGENTS_LINE,
    CLAUDE,
    DECISION,
    EDITED_LINES,
    EDITS,
    LATER_DECISION,
    SKILL,
    SKILL_WORDS,
    Story,
    drifted,
    make_story,
)
from lspclients import CLIENTS, ENCODINGS, PULLS
from lsprotocol import types
from lsptools import Editor, characters, editing, offset

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("error::pytest_lsp.checks.LspSpecificationWarning"),
]

EDITED = [(line, "drift/repo-ahead") for line in EDITED_LINES]
BEHIND = [(AGENTS_LINE, "drift/studio-ahead")]
ROCKET = "🚀👩‍💻 Follow "
"""Eight code points, eleven UTF-16 units and twenty-three bytes before the blank and the word."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A story that no test changes, with a home of its own."""
    top = tmp_path_factory.mktemp("shared")
    home = top / "home"
    home.mkdir()
    config = home / ".gitconfig"
    config.write_text("[user]\n\tname = Ada Example\n\temail = ada@example.org\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("STUDIO_HOME", str(home / "studio"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        path = top / "repo"
        path.mkdir()
        repo = Repo(path)
        repo.git("init", "-q", "-b", "main")
        yield make_story(repo)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=CLIENTS)
async def reader(request: pytest.FixtureRequest, shared: Story) -> AsyncIterator[Editor]:
    """Each kind of editor in the repository of the story; for tests that change nothing."""
    async with editing(request.param, shared.env, [shared.repo.path]) as editor:
        yield editor


@pytest.fixture
def story(repo: Repo) -> Story:
    """A story for a test that changes it."""
    return make_story(repo)


def whole_lines(editor: Editor, edit: types.WorkspaceEdit) -> None:
    """Each change begins and ends at the beginning of a line, or ends at the end of the text."""
    for uri, _version, changes in editor.changes(edit):
        text = editor.buffers[uri].text
        for change in changes:
            assert change.range.start.character == 0
            end = offset(text, change.range.end, editor.encoding)
            assert change.range.end.character == 0 or end == len(text)


# What is read only


async def test_columns_are_counted_as_the_client_counts(reader: Editor) -> None:
    assert reader.encoding == ENCODINGS[reader.name]


async def test_drift_is_shown_one_way_only(reader: Editor, shared: Story) -> None:
    before = len(reader.published)
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    await reader.settle()
    pushed = [it for it in reader.published[before:] if it.uri == uri]
    assert bool(pushed) is (reader.name != PULLS)
    assert reader.pulls is (reader.name == PULLS)
    assert types.TEXT_DOCUMENT_DIAGNOSTIC not in reader.registered
    if not reader.pulls:
        assert reader.asked[types.WORKSPACE_DIAGNOSTIC_REFRESH] == 0
    reader.close(uri)


async def test_what_was_pushed_is_cleared_on_close(reader: Editor, shared: Story) -> None:
    if reader.pulls:
        return
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    reader.close(uri)
    await reader.until(lambda: not reader.client.diagnostics[uri], "no diagnostics")


async def test_a_diagnostic_says_what_and_where(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    first = (await reader.diagnostics(uri))[0]
    assert first.range.start.character == 0
    assert first.severity is types.DiagnosticSeverity.Information
    pushed = reader.declared.text_document.publish_diagnostics  # type: ignore[union-attr]
    if pushed is not None and pushed.code_description_support:
        assert first.code_description is not None
        assert first.code_description.href.endswith("diagnostics.md#drift-repo-ahead")
    else:
        assert first.code_description is None
    if pushed is not None and pushed.related_information:
        assert first.related_information
        assert "claude.md" in first.related_information[0].location.uri
    else:
        assert not first.related_information
    reader.close(uri)


async def test_columns_behind_an_emoji(reader: Editor, shared: Story) -> None:
    hidden = f"{ROCKET}a\u200bb 🧨.\n"
    uri = reader.open(shared.claude, text=drifted() + hidden)
    line = drifted().count("\n")
    await reader.await_codes(uri, [*EDITED, (line, "lint/hidden-unicode")])
    (found,) = [it for it in await reader.diagnostics(uri) if it.code == "lint/hidden-unicode"]
    begin = characters(f"{ROCKET}a", reader.encoding)
    assert found.range.start == types.Position(line, begin)
    assert found.range.end == types.Position(line, begin + characters("\u200b", reader.encoding))
    reader.close(uri)


async def test_typing_behind_an_emoji_keeps_the_text(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    (old, new), _ = EDITS
    for before, after in (("four spaces", "tabs 🎉"), ("tabs 🎉", "tabs everywhere")):
        reader.replace(uri, before, after)
    assert old in reader.buffers[uri].text
    assert new not in reader.buffers[uri].text
    await reader.await_codes(uri, EDITED[1:])
    reader.close(uri)


async def test_hover_tells_of_a_skill(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude, text=f"{drifted()}{ROCKET}{SKILL} 🐍.\n")
    assert SKILL_WORDS in await reader.hover(uri, f"{ROCKET}{SKILL[:4]}")
    assert await reader.hover(uri, "Run ma") == ""
    reader.close(uri)


async def test_hover_in_plain_text_where_markdown_is_not_shown(shared: Story) -> None:
    def plain(declared: types.ClientCapabilities) -> None:
        assert declared.text_document is not None
        assert declared.text_document.hover is not None
        declared.text_document.hover.content_format = [types.MarkupKind.PlainText]

    async with editing("emacs@29.1", shared.env, [shared.repo.path], changed=plain) as editor:
        uri = editor.open(shared.claude)
        shown = await editor.hover(uri, SKILL[:6])
    assert SKILL_WORDS in shown
    assert not {"**", "`", "](", "##"} & {it for it in ("**", "`", "](", "##") if it in shown}


async def test_completion_of_a_skill(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude, text=f"# Notes\n\n{ROCKET}pyth\n")
    found = {it.label: it for it in await reader.complete(uri, f"{ROCKET}pyth")}
    assert SKILL in found
    item = found[SKILL]
    assert item.documentation is None
    assert isinstance(item.text_edit, types.TextEdit | types.InsertReplaceEdit)
    resolved = await reader.client.completion_item_resolve_async(item)
    said = resolved.documentation
    assert SKILL_WORDS in (said.value if isinstance(said, types.MarkupContent) else said or "")
    assert isinstance(item.text_edit, types.TextEdit)
    reader.edit(uri, item.text_edit.range, item.text_edit.new_text)
    assert reader.buffers[uri].text == f"# Notes\n\n{ROCKET}{SKILL}\n"
    reader.close(uri)


async def test_actions_on_a_hunk_and_on_the_file(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    found = await reader.actions(uri, EDITED_LINES[0])
    titles = {it.title for it in found}
    for each in ("Accept into Studio", "Use Studio's version", "Dismiss"):
        assert {f"{each} (whole file)", f"{each} (this change)"} <= titles
    assert "Compare with Studio's version" in titles
    for action in found:
        assert action.command is None or action.command.arguments
        assert action.command is None or action.command.command.startswith("studio.")
        assert not str(action.kind or "").startswith("source.fixAll")
    reader.close(uri)


async def test_only_the_wanted_kind_of_action(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    kind = "source.syncContext.studio"
    found = await reader.actions(uri, 0, only=[kind])
    assert {it.kind for it in found} == {kind}
    fixes = await reader.actions(uri, EDITED_LINES[0], only=[types.CodeActionKind.QuickFix])
    assert {it.kind for it in fixes} == {types.CodeActionKind.QuickFix}
    assert await reader.actions(uri, EDITED_LINES[0], only=["source.fixAll"]) == []
    reader.close(uri)


async def test_lenses_stand_above_the_file(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    await reader.await_codes(uri, EDITED)
    found = await reader.client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri))
    )
    commands = [it.command for it in found or []]
    titles = [it.title for it in commands if it]
    assert titles[0].startswith("Studio: ")
    assert {"Accept into Studio", "Use Studio's version", "Compare"} <= set(titles)
    assert all(it is not None and it.arguments is not None for it in commands)
    assert {it.range.start.line for it in found or []} == {0}
    reader.close(uri)


async def test_definition_leads_to_the_skills_file(reader: Editor, shared: Story) -> None:
    uri = reader.open(shared.claude)
    found: Any = await reader.client.text_document_definition_async(
        types.DefinitionParams(
            types.TextDocumentIdentifier(uri), reader.place(uri, f"Follow {SKILL[:4]}")
        )
    )
    (place,) = found if isinstance(found, list) else [found]
    target = getattr(place, "uri", None) or place.target_uri
    assert target.endswith(f"/{SKILL}.md")
    reader.close(uri)


async def test_symbols_of_the_workspace(reader: Editor) -> None:
    for query, name in (("limits below", LATER_DECISION), ("python-api", SKILL)):
        found = await reader.client.workspace_symbol_async(types.WorkspaceSymbolParams(query))
        assert name in [it.name for it in found or []]


async def test_symbols_of_a_skills_file(reader: Editor, shared: Story) -> None:
    (path,) = (shared.home / "registry" / "skills").glob("*.md")
    uri = reader.open(path)
    found = await reader.client.text_document_document_symbol_async(
        types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    )
    names = [it.name for it in every(found or [])]
    assert {"Description", "Patterns", "Request Validation"} <= set(names)
    reader.close(uri)


def every(symbols: Any) -> Iterator[Any]:
    """Symbols and what is in them."""
    for symbol in symbols:
        yield symbol
        yield from every(getattr(symbol, "children", None) or [])


# What changes the store


@pytest.mark.parametrize("name", CLIENTS)
async def test_whole_story(name: str, story: Story) -> None:
    async with editing(name, story.env, [story.repo.path]) as editor:
        claude = editor.open(story.claude)
        await editor.await_codes(claude, EDITED)
        await editor.take(claude, EDITED_LINES[0], "Accept into Studio (this change)")
        await editor.await_codes(claude, EDITED[1:])
        assert story.canonical() == CLAUDE.replace(*EDITS[0])
        await editor.take(claude, EDITED_LINES[1], "Accept into Studio")
        await editor.await_codes(claude, [])
        assert story.canonical() == drifted()
        assert story.kind() is None
        assert story.resolutions()[-1] == "accepted_repo"

        assert story.studio("undo").status == 0
        await editor.await_codes(claude, EDITED[1:])

        agents = editor.open(story.agents)
        await editor.await_codes(agents, BEHIND)
        await editor.take(agents, AGENTS_LINE, "Use Studio's version")
        await editor.await_codes(agents, [])
        assert editor.buffers[agents].text == AGENTS_IN_STUDIO
        for edit in editor.applied:
            assert editor.changes(edit)
        assert story.canonical("agents.md") == AGENTS_IN_STUDIO
        editor.save(agents)
        await editor.settle()
        assert story.kind("agents.md") is None
        assert editor.messages == [] or all("agents" in it.lower() for it in editor.messages)


@pytest.mark.parametrize("name", ["neovim@0.7.0", "emacs@29.1", PULLS])
async def test_a_refused_edit_leaves_both_sides_as_they_were(name: str, story: Story) -> None:
    async with editing(name, story.env, [story.repo.path]) as editor:
        agents = editor.open(story.agents)
        await editor.await_codes(agents, BEHIND)
        editor.refuses = True
        action = {it.title: it for it in await editor.actions(agents, AGENTS_LINE)}[
            "Use Studio's version"
        ]
        assert action.edit is None, "the store would not hear of an edit that is refused"
        assert action.command is not None
        await editor.execute(action.command.command, action.command.arguments)
        assert editor.applied
        assert editor.buffers[agents].text == AGENTS
        assert story.resolutions("agents.md") == []
        assert await editor.codes(agents) == BEHIND
        assert story.agents.read_text() == AGENTS
        assert editor.messages


@pytest.mark.parametrize("name", CLIENTS)
async def test_edits_are_whole_lines_of_the_version_that_is_open(name: str, story: Story) -> None:
    async with editing(name, story.env, [story.repo.path]) as editor:
        editor.refuses = True
        agents = editor.open(story.agents)
        editor.replace(agents, "Cite", "🐍 Cite")
        await editor.execute("studio.mergeBoth", [{"uri": agents}])
        (edit,) = editor.applied
        whole_lines(editor, edit)
        ((uri, version, _changes),) = editor.changes(edit)
        assert uri == agents
        declared = editor.declared.workspace.workspace_edit  # type: ignore[union-attr]
        assert version == (2 if declared and declared.document_changes else None)


@pytest.mark.parametrize("name", [PULLS, "neovim@0.7.0"])
async def test_what_the_dashboard_writes_shows_without_an_edit(name: str, story: Story) -> None:
    async with editing(name, story.env, [story.repo.path]) as editor:
        claude, agents = editor.open(story.claude), editor.open(story.agents)
        await editor.await_codes(claude, EDITED)
        await editor.await_codes(agents, BEHIND)
        story.studio_writes(drifted())
        await editor.await_codes(claude, [])
        story.studio_writes(AGENTS, "agents.md")
        await editor.await_codes(agents, [])


@pytest.mark.parametrize("name", ["neovim@0.7.0", PULLS])
async def test_undo_and_dismiss_by_command_without_an_argument(name: str, story: Story) -> None:
    async with editing(name, story.env, [story.repo.path]) as editor:
        claude = editor.open(story.claude)
        await editor.await_codes(claude, EDITED)
        await editor.execute("studio.dismiss")
        await editor.await_codes(claude, [])
        assert story.resolutions()[-1] == "dismissed"
        await editor.execute("studio.undo")
        await editor.await_codes(claude, EDITED)


async def test_a_decision_is_recorded_from_the_selection(story: Story) -> None:
    async with editing("neovim@0.11.0", story.env, [story.repo.path]) as editor:
        uri = editor.open(story.claude)
        line = EDITED_LINES[0]
        titles = [it.title for it in await editor.actions(uri, line)]
        assert "Record a decision from the selection" in titles
        await editor.take(uri, line, "Record a decision from the selection")
    found = [row["title"] for row in rows("SELECT title FROM decisions")]
    assert any("four spaces" in title for title in found), found
    assert DECISION in found


async def test_why_a_line_is_so(story: Story) -> None:
    async with editing(
        "neovim@0.11.0", story.env, [story.repo.path], options={"hover": {"why": True}}
    ) as editor:
        uri = editor.open(story.source)
        assert LATER_DECISION in await editor.hover(uri, "return max")
        said = await editor.execute("studio.why", [{"uri": uri, "line": 4}])
    assert LATER_DECISION in str(said)


# Where an editor stands


@pytest.mark.parametrize("name", ["neovim@0.7.0", PULLS])
async def test_several_workspace_folders(name: str, story: Story, make_repo: Any) -> None:
    other = bound(make_repo("other"), path="CLAUDE.md")
    other.write("CLAUDE.md", TEXT.replace("Use tabs", "Use spaces"))
    env = dict(story.env)
    async with editing(name, env, [story.repo.path, other.path]) as editor:
        first = editor.open(story.claude)
        second = editor.open(other.path / "CLAUDE.md")
        await editor.await_codes(first, EDITED)
        await editor.await_codes(second, [(2, "drift/repo-ahead")])
        assert other.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
        await editor.await_codes(second, [])
        assert await editor.codes(first) == EDITED


async def test_no_workspace_folder(story: Story) -> None:
    async with editing("emacs@29.1", story.env, []) as editor:
        uri = editor.open(story.claude)
        await editor.await_codes(uri, EDITED)
        assert SKILL_WORDS in await editor.hover(uri, SKILL[:6])


async def test_a_nested_repository_is_its_own(story: Story, make_repo: Any) -> None:
    """An unbound repository within the bound one, such as a vendored checkout."""
    inner = make_repo("repo/vendor/inner")
    inner.write("CLAUDE.md", CLAUDE)
    inner.commit("Begin")
    inner.write("CLAUDE.md", drifted())
    async with editing("neovim@0.7.0", story.env, [story.repo.path]) as editor:
        outer, within = editor.open(story.claude), editor.open(inner.path / "CLAUDE.md")
        await editor.await_codes(outer, EDITED)
        await editor.settle()
        assert await editor.codes(within) == []
        titles = [it.title for it in await editor.actions(within, 0)]
        assert "Accept into Studio" not in titles


async def test_a_linked_worktree_has_its_own_state(story: Story, tmp_path: Path) -> None:
    story.repo.git("worktree", "add", "-q", tmp_path / "linked")
    path = tmp_path / "linked" / "AGENTS.md"
    async with editing("neovim@0.7.0", story.env, [tmp_path / "linked"]) as editor:
        await editor.await_codes(editor.open(path), BEHIND)
        claude = editor.open(tmp_path / "linked" / "CLAUDE.md")
        assert await editor.codes(claude) == []


async def test_an_unbound_project_hears_one_hint(repo: Repo, make_repo: Any) -> None:
    """Where Studio is used at all. Then silence: its other context files say nothing more."""
    bound(make_repo("other"))
    for name in ("CLAUDE.md", "AGENTS.md", "GEMINI.md"):
        repo.write(name, CLAUDE)
    repo.commit("Begin")
    async with editing("visual-studio-code", dict(os.environ), [repo.path]) as editor:
        uris = [editor.open(repo.path / name) for name in ("CLAUDE.md", "AGENTS.md", "GEMINI.md")]
        await editor.until(lambda: editor.messages, "the hint")
        for uri in uris:
            editor.replace(uri, "Keep", "Do keep")
            assert await editor.actions(uri, 4) is not None
        await editor.settle()
        assert len(editor.messages) == 1
        assert "git studio init" in editor.messages[0]
        assert [await editor.codes(uri) for uri in uris] == [[], [], []]


# Settings: the same keys wherever they are put


async def severity(editor: Editor, story: Story) -> types.DiagnosticSeverity | None:
    """How the drift of CLAUDE.md is shown."""
    uri = editor.open(story.claude)
    await editor.await_codes(uri, EDITED)
    return (await editor.diagnostics(uri))[0].severity


SHOUT = {"drift": {"severity": {"repo-ahead": "error"}}}
DOTTED = {"drift.severity.repo-ahead": "error"}


@pytest.mark.parametrize("options", [SHOUT, DOTTED, SHOUT | {"nonsense": 1, "hover": 7}])
async def test_settings_by_initialization_options(options: Any, shared: Story) -> None:
    async with editing("neovim@0.7.0", shared.env, [shared.repo.path], options=options) as editor:
        assert await severity(editor, shared) is types.DiagnosticSeverity.Error


@pytest.mark.parametrize("name", ["neovim@0.11.0", "visual-studio-code", "emacs@29.1"])
async def test_settings_by_workspace_configuration(name: str, shared: Story) -> None:
    async with editing(
        name, shared.env, [shared.repo.path], configuration={"studio": SHOUT}
    ) as editor:
        uri = editor.open(shared.claude)
        await editor.await_codes(uri, EDITED)

        async def shown() -> types.DiagnosticSeverity | None:
            return (await editor.diagnostics(uri))[0].severity

        async def shouting() -> bool:
            return await shown() is types.DiagnosticSeverity.Error

        async def calm() -> bool:
            return await shown() is types.DiagnosticSeverity.Information

        await editor.until(shouting, "an error")
        editor.client.set_configuration({}, section="studio")
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams(settings=None)
        )
        await editor.until(calm, "information")


async def test_settings_by_a_change_that_brings_them(shared: Story) -> None:
    """Neovim 0.7 cannot be asked; it says its settings with the notification."""
    async with editing("neovim@0.7.0", shared.env, [shared.repo.path]) as editor:
        uri = editor.open(shared.claude)
        await editor.await_codes(uri, EDITED)
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams(
                settings={"studio": {"drift": {"severity": {"repo-ahead": "off"}}}}
            )
        )
        await editor.await_codes(uri, [])


async def test_settings_without_a_folder(shared: Story) -> None:
    async with editing("emacs@29.1", shared.env, [], options=SHOUT) as editor:
        assert await severity(editor, shared) is types.DiagnosticSeverity.Error


async def test_an_empty_configuration_leaves_the_options_standing(shared: Story) -> None:
    """What eglot sends by itself as soon as it is connected."""
    async with editing("emacs@29.1", shared.env, [shared.repo.path], options=SHOUT) as editor:
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams(settings={})
        )
        assert await severity(editor, shared) is types.DiagnosticSeverity.Error


async def test_settings_by_the_teams_file(story: Story) -> None:
    team = story.repo.read(".studio.toml")
    story.repo.write(".studio.toml", team + '\n[editor]\n"drift.severity.repo-ahead" = "warning"\n')
    async with editing("emacs@29.1", story.env, [story.repo.path]) as editor:
        assert await severity(editor, story) is types.DiagnosticSeverity.Warning
    async with editing("emacs@29.1", story.env, [story.repo.path], options=SHOUT) as editor:
        assert await severity(editor, story) is types.DiagnosticSeverity.Error, "a user's wins"


async def test_switched_off_features_answer_with_nothing(shared: Story) -> None:
    off = {
        "codeLens": {"enabled": False},
        "completion": {"enabled": False},
        "symbols": {"enabled": False},
        "drift": {"severity": {"repo-ahead": "off"}},
    }
    async with editing("neovim@0.11.0", shared.env, [shared.repo.path], options=off) as editor:
        uri = editor.open(shared.claude, text=f"{drifted()}\npyth\n")
        document = types.TextDocumentIdentifier(uri)
        assert not await editor.client.text_document_code_lens_async(types.CodeLensParams(document))
        assert await editor.complete(uri, "\npyth") == []
        symbols = types.WorkspaceSymbolParams("limits")
        assert not await editor.client.workspace_symbol_async(symbols)
        assert await editor.codes(uri) == []
