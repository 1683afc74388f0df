"""Definition and references of what the registry and the store hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject


def register(server: StudioServer) -> None:
    """Lead to where things are written down, and to where they are named."""

    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        def about(subject: Subject, page: Page) -> list[types.Location]:
            return list(subject.definition(page, *page.at(params.position)))

        return await server.ask(params.text_document.uri, about)

    async def references(params: types.ReferenceParams) -> list[types.Location]:
        def about(subject: Subject, page: Page) -> list[types.Location]:
            return list(subject.references(page, *page.at(params.position)))

        return await server.ask(params.text_document.uri, about)

    server.answers(types.TEXT_DOCUMENT_DEFINITION, definition, [])
    server.answers(types.TEXT_DOCUMENT_REFERENCES, references, [])
