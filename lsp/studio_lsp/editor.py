"""What the server asks of the editor. On the event loop alone, and never waited for in vain."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from studio_git.core.names import printable

if TYPE_CHECKING:
    from studio_lsp.client import Client
    from studio_lsp.server import StudioServer
    from studio_lsp.work import Work

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that an editor has to answer what it does by itself."""

_SOON = 0.5
"""Seconds after which work is shown as going on."""

A_PERSON = 600.0
"""Seconds that a person has to answer."""

Edits = Mapping[str, tuple[int | None, Sequence[types.TextEdit]]]
"""Edits by document, each with the version that they are for."""


class Editor:
    """The editor at the other end."""

    def __init__(self, server: StudioServer, client: Client, work: Work) -> None:
        self._server = server
        self.client = client
        self.work = work

    async def apply(self, edits: Edits, label: str) -> bool:
        """Let the editor change documents; True where it did.

        Edits for a text that is not there any more are not sent: not every editor would see.
        """
        if not any(parts for _, parts in edits.values()):
            return True
        if any(self._outdated(uri, version) for uri, (version, _) in edits.items()):
            return False
        edit = self.workspace_edit(edits)
        params = types.ApplyWorkspaceEditParams(edit, label=label)
        answer = await self._answer(self._server.workspace_apply_edit_async(params))
        return bool(answer and answer.applied)

    def _outdated(self, uri: str, version: int | None) -> bool:
        opened = self._server.documents.get(uri)
        return version is not None and opened is not None and opened.version != version

    def workspace_edit(self, edits: Edits) -> types.WorkspaceEdit:
        """Edits in the form that the client declared."""
        if not self.client.document_changes:
            return types.WorkspaceEdit(changes={uri: list(it) for uri, (_, it) in edits.items()})
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version),
                    list(parts),
                )
                for uri, (version, parts) in edits.items()
            ]
        )

    def say(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Tell the user something in passing."""
        self._server.window_show_message(types.ShowMessageParams(kind, printable(message)))

    def complain(self, message: str, hint: str = "") -> None:
        """Tell the user what went wrong, and what to do."""
        self.say(f"{message} {hint}".strip(), types.MessageType.Error)

    async def ask(self, message: str, choices: Sequence[str]) -> str | None:
        """Let the user choose; None where nobody did."""
        params = types.ShowMessageRequestParams(
            types.MessageType.Info,
            printable(message),
            actions=[types.MessageActionItem(title) for title in choices],
        )
        sent = self._server.window_show_message_request_async(params)
        answer = await self._answer(sent, A_PERSON)
        return answer.title if answer else None

    async def show(self, uri: str, *, line: int | None = None, focus: bool = True) -> bool:
        """Open a document in the editor; True where it did."""
        if not self.client.shows_documents:
            return False
        selection = None
        if line is not None:
            place = types.Position(line, 0)
            selection = types.Range(place, place)
        params = types.ShowDocumentParams(uri, take_focus=focus, selection=selection)
        answer = await self._answer(self._server.window_show_document_async(params))
        return bool(answer and answer.success)

    async def configuration(self, section: str) -> Any:
        """The user's settings under a section; None where the editor has none to give."""
        if not self.client.configures:
            return None
        items = [types.ConfigurationItem(section=section)]
        sent = self._server.workspace_configuration_async(types.ConfigurationParams(items))
        answer = await self._answer(sent)
        return answer[0] if answer else None

    async def register(self, *registrations: types.Registration) -> bool:
        """Register what is registered while the server runs; True where the client took it."""
        params = types.RegistrationParams(list(registrations))
        sent = self._server.client_register_capability_async(params)
        return await self._answer(sent, failed=_FAILED) is not _FAILED

    async def refresh(self) -> None:
        """Let the editor ask again for what it asks for itself."""
        server, said = self._server, self.client.refreshes
        waiting = []
        if "diagnostics" in said and self.client.pulls:
            waiting.append(server.workspace_diagnostic_refresh_async(None))
        if "lenses" in said:
            waiting.append(server.workspace_code_lens_refresh_async(None))
        if "hints" in said:
            waiting.append(server.workspace_inlay_hint_refresh_async(None))
        await asyncio.gather(*(self._answer(it) for it in waiting))

    async def refresh_document(self, uri: str) -> None:
        """Let the editor ask again for a virtual document."""
        params = types.TextDocumentContentRefreshParams(uri)
        await self._answer(self._server.workspace_text_document_content_refresh_async(params))

    async def while_working(self, title: str, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work, with progress shown where it takes longer; the user may cancel it."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=_SOON)
        if done or not self.client.shows_progress:
            return await task
        progress = self._server.work_done_progress
        token = str(uuid.uuid4())
        if await self._answer(progress.create_async(token), failed=_FAILED) is _FAILED:
            return await task
        progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
        cancelled = progress.tokens[token]
        cancelled.add_done_callback(lambda it: task.cancel() if it.cancelled() else None)
        try:
            return await task
        finally:
            progress.end(token, types.WorkDoneProgressEnd())

    async def _answer(
        self, sent: Awaitable[T], patience: float = PATIENCE, failed: Any = None
    ) -> T | Any:
        try:
            return await asyncio.wait_for(sent, patience)
        except TimeoutError:
            log.warning("the editor did not answer in %s seconds", patience)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # whatever the client says in its error, and however
            log.warning("the editor refused: %s", error)
        return failed


_FAILED = object()
