"""Code lenses. Each has a twin among the code actions: some editors have no lenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject


def register(server: StudioServer) -> None:
    """Offer lenses, where they are wanted."""

    def about(subject: Subject, page: Page) -> list[types.CodeLens]:
        if not subject.desk.settings(page.clone).on("codeLens.enabled"):
            return []
        return list(subject.lenses(page))

    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        return await server.ask(params.text_document.uri, about, unasked=True)

    server.answers(types.TEXT_DOCUMENT_CODE_LENS, lenses, [], types.CodeLensOptions())
