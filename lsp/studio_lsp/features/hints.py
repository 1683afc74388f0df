"""Inlay hints; off unless somebody wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject


def register(server: StudioServer) -> None:
    """Offer hints behind the lines that are shown."""

    async def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        def about(subject: Subject, page: Page) -> list[types.InlayHint]:
            first, _ = page.at(params.range.start)
            last, _ = page.at(params.range.end)
            return list(subject.hints(page, first, last))

        return await server.ask(params.text_document.uri, about, unasked=True)

    server.answers(types.TEXT_DOCUMENT_INLAY_HINT, hints, [])
