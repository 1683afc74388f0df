"""Virtual documents (LSP 3.18): what has no file of its own, under the scheme ``studio``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.server import StudioServer

SCHEME = "studio"
_REGISTRATION = "studio-documents"


def register(server: StudioServer) -> None:
    """Offer the documents, where the client asks for such; pygls does not advertise them."""
    if not server.client.virtual_documents:
        return
    given: set[str] = set()

    async def content(
        params: types.TextDocumentContentParams,
    ) -> types.TextDocumentContentResult:
        studio = await server.studio()
        parts = urlsplit(params.uri)
        if parts.scheme != SCHEME:
            return types.TextDocumentContentResult("")
        given.add(params.uri)
        path = unquote(parts.path)
        text = await server.work.aside(studio.document, path)
        return types.TextDocumentContentResult(text)

    async def again() -> None:
        for uri in sorted(given):
            await server.editor.refresh_document(uri)

    def initialized(_: types.InitializedParams) -> None:
        options = types.TextDocumentContentRegistrationOptions(schemes=[SCHEME])
        method = types.WORKSPACE_TEXT_DOCUMENT_CONTENT
        server.spawn(server.editor.register(types.Registration(_REGISTRATION, method, options)))

    nothing = types.TextDocumentContentResult("")
    server.answers(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, content, nothing)
    server.on_change.append(again)
    server.on_start.append(initialized)
