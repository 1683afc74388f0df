"""Document links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject


def register(server: StudioServer) -> None:
    """Offer the parts of a text that lead somewhere."""

    def about(subject: Subject, page: Page) -> list[types.DocumentLink]:
        return list(subject.links(page))

    async def links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        return await server.ask(params.text_document.uri, about, unasked=True)

    server.answers(types.TEXT_DOCUMENT_DOCUMENT_LINK, links, [], types.DocumentLinkOptions())
