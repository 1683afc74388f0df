"""Hover: what is known of the word, or of the line, under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from studio_lsp.markdown import plain

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject

_RULE = "\n\n---\n\n"


def register(server: StudioServer) -> None:
    """Tell what is known of a place, in Markdown where the client shows it."""

    async def hover(params: types.HoverParams) -> types.Hover | None:
        def about(subject: Subject, page: Page) -> list[str]:
            return list(subject.hover(page, *page.at(params.position)))

        found = _RULE.join(await server.ask(params.text_document.uri, about))
        if not found:
            return None
        if server.client.markdown:
            return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found))
        return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, plain(found)))

    server.answers(types.TEXT_DOCUMENT_HOVER, hover)
