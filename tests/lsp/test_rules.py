"""What editors really do, and what users file against language servers: a test for each.

The rules are numbered as in the notes that the server was designed from. Faults on the wire, URIs
that nobody may read and the ways in which an editor can end have tests of their own.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo, run
from drifttools import TEXT, bound, canonical, drift_rows, home, studio_text
from lspclients import CLIENTS, PULLS
from lsprotocol import types
from lsptools import Editor, editing

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("error::pytest_lsp.checks.LspSpecificationWarning"),
]

EMOJI = "# Project 🚀\n\nUse tabs 👩‍💻.\n\nRun make.\n\nAsk first 🧨.\n"
EDITED = EMOJI.replace("Use tabs", "Use spaces")
AHEAD = [(2, "drift/repo-ahead")]
ALL = {
    "studio.acceptIntoStudio",
    "studio.useStudioVersion",
    "studio.mergeBoth",
    "studio.dismiss",
    "studio.compare",
    "studio.syncContext",
    "studio.track",
    "studio.untrack",
    "studio.undo",
    "studio.status",
    "studio.why",
    "studio.recordDecision",
    "studio.recordLearning",
    "studio.recordQuestion",
    "studio.insertSkill",
    "studio.openSession",
    "studio.openDashboard",
    "studio.debugInformation",
}


@pytest.fixture
def ahead(repo: Repo) -> Repo:
    """A bound repository whose context file was edited on one line, and not committed."""
    bound(repo, EMOJI).write("CLAUDE.md", EDITED)
    return repo


def edit_in(repo: Repo, name: str = "neovim@0.7.0", **more: Any) -> Any:
    """An editor in a repository."""
    return editing(name, dict(os.environ), [repo.path], **more)


def open_claude(editor: Editor, repo: Repo) -> str:
    return editor.open(repo.path / "CLAUDE.md")


# Rule 1, and "duplicate or stale diagnostics"


@pytest.mark.parametrize("name", CLIENTS)
async def test_rule_01_push_or_pull_and_never_both(name: str, ahead: Repo) -> None:
    """Neovim 0.11 asks, but cannot be told to ask again: it would keep stale ones."""
    async with edit_in(ahead, name) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        editor.replace(uri, "spaces", "tabs")
        await editor.await_codes(uri, [])
        await editor.settle()
        assert editor.pulls is (name == PULLS)
        assert bool(editor.published) is not editor.pulls
        assert "textDocument/diagnostic" not in editor.registered


async def test_rule_01_a_client_that_pulls_is_told_to_ask_again(ahead: Repo) -> None:
    async with edit_in(ahead, PULLS) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        assert ahead.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
        await editor.await_codes(uri, [])
        assert editor.asked[types.WORKSPACE_DIAGNOSTIC_REFRESH]


async def test_rule_01_drift_of_files_that_are_not_open_where_the_client_asks(ahead: Repo) -> None:
    async with edit_in(ahead, PULLS) as editor:
        report = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
        found = {it.uri: it.items for it in report.items}  # type: ignore[union-attr]
        uri = (ahead.path / "CLAUDE.md").as_uri()
        assert [it.code for it in found[uri]] == ["drift/repo-ahead"]


async def test_filed_stale_and_doubled_diagnostics(ahead: Repo) -> None:
    """After each change what is shown is of that text, and nothing stands there twice."""
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        for _ in range(20):
            editor.replace(uri, "spaces", "tabs")
            editor.replace(uri, "tabs", "spaces")
        editor.replace(uri, "Run make", "Run make test")
        await editor.await_codes(uri, [*AHEAD, (4, "drift/repo-ahead")])
        for published in editor.published:
            places = [(it.range.start.line, it.code) for it in published.diagnostics]
            assert len(places) == len(set(places))
        versions = [it.version for it in editor.published if it.version is not None]
        assert versions == sorted(versions)


# Rules 2 and 5: what a client echoes

ODD = [
    {"range": {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": -4}}},
    {"severity": 0, "tags": [99, "new"], "message": None},
    {"message": "no range at all", "code": {"value": 1}},
    {"range": None, "message": "x", "data": {"deep": [[[]]]}},
]


def echo(**odd: Any) -> dict[str, Any]:
    place = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 3}}
    return {"range": place, "message": "of another server", "source": "other"} | odd


@pytest.mark.parametrize(
    "echoed",
    [
        [],
        [echo()],
        *[[echo(**odd)] for odd in ODD],
        [None],
        ["text"],
        [echo(code="drift/conflict")],
    ],
)
async def test_rules_02_and_05_what_the_client_echoes_changes_nothing(
    echoed: list[Any], ahead: Repo
) -> None:
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        wanted = [it.title for it in await editor.actions(uri, 2)]
        answer = await editor.raw(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": {
                    "start": {"line": 2, "character": 0},
                    "end": {"line": 2, "character": 9999},
                },
                "context": {"diagnostics": echoed, "triggerKind": 7},
            },
        )
        assert [field(it, "title") for it in answer] == wanted
        assert editor.messages == []


async def test_rule_02_actions_are_those_of_the_lines(ahead: Repo) -> None:
    """By overlap of lines, and not by what is underlined."""
    ahead.write("CLAUDE.md", EDITED.replace("Ask first", "Ask twice"))
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, [*AHEAD, (6, "drift/repo-ahead")])

        async def hunks(first: int, last: int) -> list[Any]:
            found = await editor.actions(uri, first, last=last)
            arguments = [
                it.command.arguments
                for it in found
                if it.command and it.title.startswith("Accept into Studio (this change")
            ]
            return [(argument or [{}])[0].get("hunks") for argument in arguments]

        assert len(await hunks(2, 2)) == 1
        assert await hunks(2, 2) != await hunks(6, 6)
        assert await hunks(4, 4) == []
        assert len(await hunks(2, 6)) == 2


# Rules 3 and 4, and "wrong columns on emoji"


@pytest.mark.parametrize("name", ["visual-studio-code", "neovim@0.11.0", "emacs@29.1"])
async def test_rule_03_edits_replace_whole_lines(name: str, ahead: Repo) -> None:
    async with edit_in(ahead, name) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        await editor.take(uri, 2, "Use Studio's version")
        (edit,) = editor.applied
        for _uri, _version, changes in editor.changes(edit):
            for change in changes:
                assert (change.range.start.character, change.range.end.character) == (0, 0)
                assert change.new_text.endswith("\n")
        assert editor.buffers[uri].text == EMOJI


@pytest.mark.parametrize("name", ["visual-studio-code", "neovim@0.11.0", "emacs@29.1"])
async def test_rule_03_the_last_line_without_an_end(name: str, ahead: Repo) -> None:
    async with edit_in(ahead, name) as editor:
        uri = editor.open(ahead.path / "CLAUDE.md", text=EMOJI.rstrip("\n") + " 🐍 And now")
        await editor.await_codes(uri, [(6, "drift/repo-ahead")])
        await editor.take(uri, 6, "Use Studio's version")
        assert editor.buffers[uri].text.rstrip("\n") == EMOJI.rstrip("\n")


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x0c", "\x85", "\r\n", "\r"])
async def test_rule_04_lines_are_those_of_the_protocol(separator: str, ahead: Repo) -> None:
    """Python and pygls also divide lines at characters that no editor divides them at."""
    text = EMOJI.replace("Run make.", f"Run{separator}make.") + "Behind it.\n"
    async with edit_in(ahead) as editor:
        uri = editor.open(ahead.path / "CLAUDE.md", text=text)
        found = await editor.until(lambda: editor.codes(uri), "the drift")
        behind = 7 + ("\r" in separator)
        assert found[-1] == (behind, "drift/repo-ahead")
        assert found[0] == (4, "drift/repo-ahead")


# Rule 6


@pytest.mark.parametrize("name", ["neovim@0.7.0", "neovim@0.11.0"])
async def test_rule_06_the_store_is_watched_by_the_server(name: str, ahead: Repo) -> None:
    """Neither of these can be asked to watch files."""
    async with edit_in(ahead, name) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        assert "workspace/didChangeWatchedFiles" not in editor.registered
        assert ahead.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
        await editor.await_codes(uri, [])
        assert ahead.studio("undo").status == 0
        await editor.await_codes(uri, AHEAD)
        canonical().write_text(EDITED)
        await editor.await_codes(uri, [])


async def test_rule_06_a_file_that_the_dashboard_replaces(ahead: Repo) -> None:
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        for text, codes in ((EDITED, []), (EMOJI + "More.\n", None), (EDITED, [])):
            fresh = canonical().with_name("fresh")
            fresh.write_text(text)
            fresh.replace(canonical())
            if codes is None:
                await editor.until(lambda: editor.codes(uri), "the drift")
            else:
                await editor.await_codes(uri, codes)


async def test_rule_06_a_skill_that_is_written_in_place(ahead: Repo) -> None:
    """Neither the store nor the folder changes, only the file."""
    skill = home().with_name("demo-skill.md")
    skill.write_text("# Demo Skill\n\n## Description\nThe first words.\n")
    assert ahead.studio("registry", "add", "skill", skill).status == 0
    (file,) = (home() / "registry" / "skills").glob("demo-skill*")
    async with edit_in(ahead) as editor:
        uri = editor.open(ahead.path / "CLAUDE.md", text=f"{EDITED}\nFollow demo-skill.\n")
        assert "The first words" in await editor.hover(uri, "Follow demo")
        file.write_text("# Demo Skill\n\n## Description\nOther words.\n")

        async def others() -> bool:
            return "Other words" in await editor.hover(uri, "Follow demo")

        await editor.until(others, "the other words")


async def test_rule_06_a_file_that_is_not_open_changes_on_disk(ahead: Repo) -> None:
    """A client that asks for the workspace is told to ask again, on systems with case as well."""
    async with edit_in(ahead, PULLS) as editor:
        await editor.settle()

        async def told() -> list[str]:
            params = types.WorkspaceDiagnosticParams([])
            report = await editor.client.workspace_diagnostic_async(params)
            return [
                str(found.code)
                for it in report.items
                if isinstance(it, types.WorkspaceFullDocumentDiagnosticReport)
                for found in it.items
            ]

        await editor.until(told, "the drift")
        before = editor.asked[types.WORKSPACE_DIAGNOSTIC_REFRESH]
        ahead.write("CLAUDE.md", EMOJI)
        await editor.until(
            lambda: editor.asked[types.WORKSPACE_DIAGNOSTIC_REFRESH] > before, "the word to ask"
        )
        assert await told() == []


# Rule 7


def with_documents(declared: types.ClientCapabilities) -> None:
    assert declared.workspace is not None
    declared.workspace.text_document_content = types.TextDocumentContentClientCapabilities(
        dynamic_registration=True
    )


async def test_rule_07_virtual_documents_are_registered(ahead: Repo) -> None:
    refreshed: list[str] = []
    async with edit_in(ahead, PULLS, changed=with_documents) as editor:
        editor.client.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH)(
            lambda params: refreshed.append(params.uri)
        )
        await editor.until(
            lambda: "workspace/textDocumentContent" in editor.registered, "the registration"
        )
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        compared = await editor.execute("studio.compare", [{"uri": uri}])
        left = field(compared, "left")
        assert left.startswith("studio:/")
        content = await editor.client.workspace_text_document_content_async(
            types.TextDocumentContentParams(left)
        )
        assert content.text == EMOJI
        canonical().write_text(EMOJI + "More.\n")
        await editor.until(lambda: left in refreshed, "the refreshment")


async def test_rule_07_others_are_shown_a_file(ahead: Repo) -> None:
    async with edit_in(ahead, "neovim@0.11.0", options={"client": {"comparison": True}}) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        assert "workspace/textDocumentContent" not in editor.registered
        left = field(await editor.execute("studio.compare", [{"uri": uri}]), "left")
        assert left.startswith(home().resolve().as_uri())
        assert Path(left.removeprefix("file://")).read_text() == EMOJI
        await editor.execute("studio.openDashboard")
        (shown,) = editor.client.shown_documents
        assert shown.uri.startswith(home().resolve().as_uri())


def field(answer: Any, name: str) -> str:
    """A field of a command's result, which pytest-lsp gives as an object or as a table."""
    found = answer[name] if isinstance(answer, dict) else getattr(answer, name)
    assert isinstance(found, str)
    return found


# Rule 8, and "command ids that clash"


async def test_filed_command_ids_that_clash(ahead: Repo) -> None:
    async with edit_in(ahead) as editor:
        offered = editor.capabilities.execute_command_provider
        assert offered is not None
        assert set(offered.commands) == ALL


@pytest.mark.parametrize("command", sorted(ALL))
async def test_rule_08_every_command_takes_no_arguments(command: str, ahead: Repo) -> None:
    """As Helix sends them: then the document that was used last is meant."""
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        await editor.execute(command, None)
        assert [it for it in editor.messages if "could not carry out" in it] == []
        await editor.execute(command, [])
        assert [it for it in editor.messages if "could not carry out" in it] == []


@pytest.mark.parametrize("arguments", [[None], [7], ["not a uri"], [{"uri": 5}], [{"hunks": "x"}]])
async def test_rule_08_odd_arguments_do_no_harm(arguments: list[Any], ahead: Repo) -> None:
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        for command in sorted(ALL):
            await editor.execute(command, arguments)
        assert await editor.codes(uri) is not None
        assert [it for it in editor.messages if "could not carry out" in it] == []


async def test_rule_08_actions_and_lenses_always_have_arguments(ahead: Repo) -> None:
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        actions = await editor.actions(uri, 2)
        lenses = await editor.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        assert actions
        assert lenses
        for command in [it.command for it in (*actions, *lenses) if it.command]:
            assert command.arguments, command
            assert command.command in ALL
            assert command.tooltip is None or isinstance(command.tooltip, str)


async def test_rule_08_each_lens_has_a_twin(ahead: Repo) -> None:
    """eglot and Helix have no lenses."""
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        lenses = await editor.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        actions = await editor.actions(uri, 2)
        twins = {it.command.command for it in actions if it.command} | {"studio.status"}
        assert {it.command.command for it in lenses or [] if it.command} <= twins


@pytest.mark.slow
async def test_rule_08_an_edit_that_is_never_answered_has_an_end(ahead: Repo) -> None:
    never = asyncio.Event()

    async def silent(params: Any) -> None:
        await never.wait()

    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        editor.client.protocol.fm.features.pop(types.WORKSPACE_APPLY_EDIT)
        editor.client.feature(types.WORKSPACE_APPLY_EDIT)(silent)
        waiting = asyncio.ensure_future(editor.execute("studio.useStudioVersion", [{"uri": uri}]))
        assert await editor.actions(uri, 2)
        assert await editor.codes(uri) == AHEAD
        await asyncio.wait_for(waiting, 60)
        assert editor.messages
        assert [row["resolution"] for row in drift_rows() if row["resolution"]] == []
        never.set()


# Rule 9


async def test_rule_09_nothing_that_was_not_declared(ahead: Repo) -> None:
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        await editor.take(uri, 2, "Use Studio's version")
        (edit,) = editor.applied
        assert edit.change_annotations is None
        assert edit.document_changes is None
        assert editor.registered == []
        for found in editor.published:
            assert all(it.code_description is None for it in found.diagnostics)
        assert editor.client.shown_documents == []


async def test_rule_09_bare_capabilities(ahead: Repo) -> None:
    """Who declares nothing is sent diagnostics; ALE takes edits and does not say so."""

    def nothing(declared: types.ClientCapabilities) -> None:
        declared.workspace = declared.text_document = declared.window = declared.general = None

    async with edit_in(ahead, "emacs@29.1", changed=nothing) as editor:
        assert editor.encoding == "utf-16"
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        assert editor.registered == []
        editor.refuses = True
        await editor.execute("studio.useStudioVersion", [{"uri": uri}])
        assert editor.messages
        assert [row["resolution"] for row in drift_rows() if row["resolution"]] == []


# Rule 10

UNPARSED = "Keep money in integers\n\nDecision: Amounts are integer cents\n\nAnd that is that.\n"


@pytest.mark.parametrize("language", ["gitcommit", "git-commit", "plaintext"])
async def test_rule_10_commit_messages_by_any_name(language: str, ahead: Repo) -> None:
    """Old releases of eglot have one language for all files of a server, so the name counts too."""
    path = ahead.write(".git/COMMIT_EDITMSG", UNPARSED)
    async with edit_in(ahead) as editor:
        uri = editor.open(path, language=language)
        await editor.await_codes(uri, [(2, "message/unparsed")])


async def test_rule_10_the_commit_box_of_vs_code(ahead: Repo) -> None:
    async with edit_in(ahead, "visual-studio-code") as editor:
        uri = f"vscode-scm:git/scm0/input?rootUri={ahead.path.as_uri().replace(':', '%3A')}"
        editor.client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(uri, "scminput", 1, "Keep money in integers\n\nDec")
            )
        )
        found = await editor.client.text_document_completion_async(
            types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(2, 3))
        )
        items = found.items if isinstance(found, types.CompletionList) else found or []
        assert any(it.label.startswith("Decision") for it in items)


# Rule 11


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_rule_11_what_was_answered_is_kept(end: int, ahead: Repo) -> None:
    async with edit_in(ahead, gentle=False) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        await editor.take(uri, 2, "Accept into Studio")
        server = editor.client._server
        assert server is not None
        server.send_signal(end)
        await asyncio.wait_for(server.wait(), 30)
    assert studio_text() == EDITED
    assert drift_rows()[-1]["resolution"] == "accepted_repo"
    assert ahead.studio("status").status == 0


async def test_rule_11_shutdown_without_exit(ahead: Repo) -> None:
    """As eglot ends: it closes the pipe instead."""
    async with edit_in(ahead, gentle=False) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        await editor.client.shutdown_async(None)
        server = editor.client._server
        assert server is not None
        assert server.stdin is not None
        server.stdin.close()
        assert await asyncio.wait_for(server.wait(), 30) == 0


# Rule 12, and "hangs in $HOME"

_OPENED = 0x20
_ONLY_A_FOLDER = 0x01000000


@contextmanager
def watched(folders: list[Path]) -> Iterator[Any]:
    """Tells which of some folders were opened, as whoever lists them has to do."""
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_NONBLOCK)
    assert queue >= 0
    names = {
        libc.inotify_add_watch(queue, os.fsencode(folder), _OPENED | _ONLY_A_FOLDER): folder
        for folder in folders
    }
    assert -1 not in names

    def seen() -> set[Path]:
        found = set()
        try:
            data = os.read(queue, 1 << 16)
        except BlockingIOError:
            return set()
        while data:
            watch, _mask, _cookie, length = struct.unpack_from("iIII", data)
            data = data[16 + length :]
            found.add(names[watch])
        return found

    try:
        yield seen
    finally:
        os.close(queue)


@pytest.mark.parametrize("name", ["neovim@0.7.0", PULLS])
async def test_filed_a_home_folder_as_the_workspace(name: str, ahead: Repo, own_home: Path) -> None:
    """Rule 12: nothing lists folders that no open file is in."""
    folders = [own_home / f"folder{n}" / "inner" for n in range(20)]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "CLAUDE.md").write_text(TEXT)
    loose = own_home / "CLAUDE.md"
    loose.write_text(TEXT)
    with watched(folders + [folder.parent for folder in folders]) as seen:
        async with editing(name, dict(os.environ), [own_home]) as editor:
            uri, other = open_claude(editor, ahead), editor.open(loose)
            await editor.await_codes(uri, AHEAD)
            await editor.settle()
            if editor.pulls:
                params = types.WorkspaceDiagnosticParams([])
                await editor.client.workspace_diagnostic_async(params)
            assert await editor.codes(other) == []
        assert seen() == set()
        list(folders[0].iterdir())
        assert folders[0] in seen(), "the watch itself does not work"


# "slow start", "cancelled work runs on", and one failure that takes all


async def test_filed_slow_start(tmp_path: Path, python: str) -> None:
    """What answers ``initialize`` loads nothing that only later work needs."""
    words = (
        "import sys; from studio_lsp.server import create_server; create_server(); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    answer = run(python, "-c", words, cwd=tmp_path)
    assert answer.status == 0, answer.err
    loaded = set(answer.out.split())
    assert loaded & {"click", "rich", "git", "sqlite_utils", "tomlkit", "sqlite3"} == set()


async def test_filed_cancelled_work(ahead: Repo) -> None:
    """A cancelled request is answered as cancelled, at once, and the next one is served."""
    async with edit_in(ahead, options={"hover": {"why": True}}) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        asked = editor.client.protocol.send_request(
            types.TEXT_DOCUMENT_HOVER,
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(4, 1)),
            msg_id="why",
        )
        editor.client.cancel_request(types.CancelParams("why"))
        outcome = await asyncio.wait_for(
            asyncio.gather(asyncio.wrap_future(asked), return_exceptions=True), 30
        )
        assert len(outcome) == 1
        assert await editor.actions(uri, 2)


async def test_a_store_that_breaks_takes_no_feature_along(ahead: Repo) -> None:
    """Requests are answered with nothing, the server lives, and is well again with the store."""
    async with edit_in(ahead) as editor:
        uri = open_claude(editor, ahead)
        await editor.await_codes(uri, AHEAD)
        away = home().with_name("away")
        home().rename(away)
        assert isinstance(await editor.actions(uri, 2), list)
        assert await editor.hover(uri, "Run") == ""
        editor.replace(uri, "Run make", "Run make test")
        await editor.settle()
        assert not home().exists()
        away.rename(home())
        await editor.await_codes(uri, [*AHEAD, (4, "drift/repo-ahead")])
