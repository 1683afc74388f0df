"""An editor of ours, as far as a language server sees one: on pytest-lsp, with the capabilities
that real editors declare, a buffer for each open file, and the answers that an editor gives.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from editors.story import SERVER
from lspclients import capabilities, converter
from lsprotocol import types
from pygls.protocol.json_rpc import JsonRPCResponseMessage
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

SECONDS = 20.0
"""The deadline of everything that is waited for."""

LANGUAGES = {
    ".md": "markdown",
    ".mdc": "markdown",
    ".json": "json",
    ".py": "python",
    ".txt": "plaintext",
}
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def characters(text: str, encoding: str) -> int:
    """How long a text is, in the units of an encoding."""
    codec, size = CODECS[encoding]
    return len(text.encode(codec)) // size


def offset(text: str, position: types.Position, encoding: str) -> int:
    """Where in a text a position is. Fails for one that is not in it, as an editor may."""
    codec, size = CODECS[encoding]
    lines = text.split("\n")
    assert position.line < len(lines), f"line {position.line} of {len(lines)}"
    data = lines[position.line].encode(codec)
    end = position.character * size
    assert end <= len(data), f"{position} is behind the end of its line"
    before = sum(len(line) + 1 for line in lines[: position.line])
    return before + len(data[:end].decode(codec))


@dataclass
class Buffer:
    """An open file."""

    uri: str
    text: str
    version: int = 1
    stale: bool = True
    result: str | None = None


@dataclass
class Editor:
    """One editor with its server.

    ``published`` has every push as it came, ``applied`` the edits that the server had applied,
    ``asked`` how often each request and notification of the server's came.
    """

    name: str
    client: LanguageClient
    declared: types.ClientCapabilities
    capabilities: types.ServerCapabilities = field(default_factory=types.ServerCapabilities)
    buffers: dict[str, Buffer] = field(default_factory=dict)
    published: list[types.PublishDiagnosticsParams] = field(default_factory=list)
    pulled: dict[str, list[types.Diagnostic]] = field(default_factory=dict)
    applied: list[types.WorkspaceEdit] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    refuses: bool = False

    def __post_init__(self) -> None:
        own: dict[str, Callable[[Any], Any]] = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: self._published,
            types.WORKSPACE_DIAGNOSTIC_REFRESH: self._refreshed,
            types.WORKSPACE_APPLY_EDIT: self._asked_to_apply,
            types.CLIENT_REGISTER_CAPABILITY: self._asked_to_register,
            types.WORKSPACE_CODE_LENS_REFRESH: lambda params: None,
            types.WORKSPACE_INLAY_HINT_REFRESH: lambda params: None,
            types.WINDOW_SHOW_MESSAGE_REQUEST: lambda params: None,
        }
        features = {method: self._counted(method, answer) for method, answer in own.items()}
        register_lsp_features(self.client, dict(DEFAULT_CLIENT_FEATURES) | features)

    def _counted(self, method: str, answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def feature(params: Any) -> Any:  # a plain function: pygls puts marks on it
            self.asked[method] += 1
            return answer(params)

        return feature

    def _published(self, params: types.PublishDiagnosticsParams) -> None:
        self.client.diagnostics[params.uri] = params.diagnostics
        self.published.append(params)

    def _refreshed(self, params: None) -> None:
        for buffer in self.buffers.values():
            buffer.stale = True

    def _asked_to_apply(
        self, params: types.ApplyWorkspaceEditParams
    ) -> types.ApplyWorkspaceEditResult:
        self.applied.append(params.edit)
        if self.refuses:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason="refused")
        self.apply(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    def _asked_to_register(self, params: types.RegistrationParams) -> None:
        self.registered += [it.method for it in params.registrations]

    @property
    def encoding(self) -> str:
        """How the server counts columns."""
        found = self.capabilities.position_encoding
        return str(getattr(found, "value", found) or "utf-16")

    @property
    def pulls(self) -> bool:
        """Whether this editor asks for diagnostics."""
        return self.capabilities.diagnostic_provider is not None

    @property
    def messages(self) -> list[str]:
        """What was shown to the user."""
        return [it.message for it in self.client.messages]

    def open(self, path: Path, *, text: str | None = None, language: str = "") -> str:
        """Open a file with what it has, or with a text that nobody saved; its URI."""
        uri = path.as_uri()
        said = path.read_bytes().decode() if text is None else text
        self.buffers[uri] = Buffer(uri, said)
        language = language or LANGUAGES.get(path.suffix, "plaintext")
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, said))
        )
        return uri

    def close(self, uri: str) -> None:
        """Close a file."""
        del self.buffers[uri]
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    def place(self, uri: str, words: str) -> types.Position:
        """The position behind the first occurrence of some words."""
        before = self.buffers[uri].text.partition(words)[0] + words
        line = before.count("\n")
        return types.Position(line, characters(before.rpartition("\n")[2], self.encoding))

    def replace(self, uri: str, old: str, new: str) -> None:
        """Type over some words: an incremental change in the columns of this editor."""
        start = self.place(uri, old)
        start.character -= characters(old.rpartition("\n")[2], self.encoding)
        assert "\n" not in old
        self.edit(uri, types.Range(start, self.place(uri, old)), new)

    def edit(self, uri: str, span: types.Range, text: str) -> None:
        """Change a range of a buffer and tell the server."""
        buffer = self.buffers[uri]
        begin, end = (offset(buffer.text, at, self.encoding) for at in (span.start, span.end))
        buffer.text = buffer.text[:begin] + text + buffer.text[end:]
        buffer.version += 1
        buffer.stale = True
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=buffer.version, uri=uri),
                [types.TextDocumentContentChangePartial(range=span, text=text)],
            )
        )

    def save(self, uri: str) -> None:
        """Write a buffer to its file."""
        Path(unquote(urlsplit(uri).path)).write_bytes(self.buffers[uri].text.encode())
        self.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    async def diagnostics(self, uri: str) -> Sequence[types.Diagnostic]:
        """What this editor shows for a file: what it was sent, or what it asked for."""
        if not self.pulls:
            return self.client.diagnostics.get(uri, [])
        buffer = self.buffers[uri]
        if buffer.stale:
            buffer.stale = False
            report = await self.client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(
                    types.TextDocumentIdentifier(uri), previous_result_id=buffer.result
                )
            )
            if isinstance(report, types.RelatedFullDocumentDiagnosticReport):
                self.pulled[uri] = list(report.items)
            buffer.result = report.result_id
        return self.pulled.get(uri, [])

    async def codes(self, uri: str) -> list[tuple[int, str]]:
        """The lines and codes of what is shown, in the order of the lines."""
        found = await self.diagnostics(uri)
        assert all(it.source == "studio" for it in found)
        return sorted((it.range.start.line, str(it.code)) for it in found)

    async def await_codes(self, uri: str, expected: list[tuple[int, str]]) -> None:
        """Wait until exactly these are shown."""
        deadline = time.monotonic() + SECONDS
        while (found := await self.codes(uri)) != expected:
            assert time.monotonic() < deadline, f"{found} instead of {expected}"
            await asyncio.sleep(0.02)

    async def settle(self) -> None:
        """Wait until everything that was sent so far is done with: a later request is answered."""
        await self.client.workspace_symbol_async(types.WorkspaceSymbolParams("nothing at all"))

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        """Wait for a true answer, of a function or of a coroutine function."""
        deadline = time.monotonic() + SECONDS
        while True:
            answer = found()
            if isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"
            await asyncio.sleep(0.02)

    async def actions(
        self, uri: str, line: int, *, last: int | None = None, **context: Any
    ) -> list[types.CodeAction]:
        """The code actions on a line, or on several."""
        end = line if last is None else last
        width = characters(self.buffers[uri].text.split("\n")[end], self.encoding)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                types.Range(types.Position(line, 0), types.Position(end, width)),
                types.CodeActionContext(**({"diagnostics": []} | context)),
            )
        )
        assert all(isinstance(it, types.CodeAction) for it in found or []), found
        return [it for it in found or [] if isinstance(it, types.CodeAction)]

    async def take(self, uri: str, line: int, title: str) -> Any:
        """Take the code action of this title, as an editor does; what its command answers."""
        found = {it.title: it for it in await self.actions(uri, line)}
        assert title in found, f"{title} is none of {sorted(found)}"
        action = found[title]
        if action.edit is not None:
            self.apply(action.edit)
        if action.command is None:
            return None
        return await self.execute(action.command.command, action.command.arguments or [])

    async def execute(self, command: str, arguments: Sequence[Any] | None = None) -> Any:
        """Have the server execute a command; None sends no arguments at all."""
        given = None if arguments is None else list(arguments)
        return await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command, given)
        )

    async def raw(self, method: str, params: Any) -> Any:
        """The plain result of a request whose parameters no library would put together."""
        protocol = self.client.protocol
        name = f"raw {self.asked['raw requests']}"
        self.asked["raw requests"] += 1
        answer: Future[Any] = Future()
        protocol._request_futures[name] = answer
        protocol._result_types[name] = JsonRPCResponseMessage
        protocol._send_data({"jsonrpc": "2.0", "id": name, "method": method, "params": params})
        return await asyncio.wrap_future(answer)

    async def hover(self, uri: str, words: str) -> str:
        """What a hover behind some words shows; empty where it shows nothing."""
        found = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), self.place(uri, words))
        )
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        formats = self.declared.text_document.hover.content_format  # type: ignore[union-attr]
        assert found.contents.kind in (formats or [types.MarkupKind.PlainText])
        return found.contents.value

    async def complete(self, uri: str, words: str) -> list[types.CompletionItem]:
        """What completes some words."""
        found = await self.client.text_document_completion_async(
            types.CompletionParams(types.TextDocumentIdentifier(uri), self.place(uri, words))
        )
        return list(found.items if isinstance(found, types.CompletionList) else found or [])

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """Apply an edit to the buffers, if it is one that this editor can take."""
        for uri, version, changes in self.changes(edit):
            assert version in (None, self.buffers[uri].version), "an edit of another version"
            for change in sorted(
                changes, key=lambda it: (it.range.start.line, it.range.start.character)
            )[::-1]:
                self.edit(uri, change.range, change.new_text)

    def changes(
        self, edit: types.WorkspaceEdit
    ) -> list[tuple[str, int | None, list[types.TextEdit]]]:
        """The text edits of an edit by URI and version; versions only where they are declared."""
        declared = self.declared.workspace and self.declared.workspace.workspace_edit
        if not edit.document_changes:
            return [(uri, None, list(it)) for uri, it in (edit.changes or {}).items()]
        assert declared, "no document changes were declared"
        assert declared.document_changes, "no document changes were declared"
        found = []
        for change in edit.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            edits = [it for it in change.edits if isinstance(it, types.TextEdit)]
            assert len(edits) == len(change.edits)
            found.append((change.text_document.uri, change.text_document.version, edits))
        return found


@asynccontextmanager
async def editing(
    name: str,
    env: Mapping[str, str],
    folders: Sequence[Path],
    *,
    options: Any = None,
    configuration: dict[str, Any] | None = None,
    changed: Callable[[types.ClientCapabilities], None] = lambda _: None,
    gentle: bool = True,
) -> AsyncIterator[Editor]:
    """An editor of a name in some folders, from the start of its server to the end.

    ``configuration`` is what it answers to ``workspace/configuration``; ``changed`` may change
    what it declares. Without ``gentle`` the test ends the server; else it has to end by itself
    with status 0.
    """
    declared = capabilities(name)
    changed(declared)
    client = LanguageClient(converter_factory=converter, configuration={"": configuration or {}})
    editor = Editor(name, client, declared)
    await client.start_io(str(SERVER), env=dict(env))
    answered = await client.initialize_session(
        types.InitializeParams(
            capabilities=declared,
            client_info=types.ClientInfo(*name.split("@")),
            root_uri=folders[0].as_uri() if folders else None,
            workspace_folders=[types.WorkspaceFolder(it.as_uri(), it.name) for it in folders],
            initialization_options=options,
        )
    )
    editor.capabilities = answered.capabilities
    try:
        yield editor
    finally:
        if gentle:
            await client.shutdown_session()
        await client.stop()
    assert client._server is not None
    assert client._server.returncode is not None
    assert not gentle or client._server.returncode == 0
