"""Symbols: the parts of our own files, and everything of the store by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject

LIMIT = 300


def register(server: StudioServer) -> None:
    """Offer symbols, where they are wanted."""

    def about(subject: Subject, page: Page) -> list[types.DocumentSymbol]:
        if not subject.desk.settings(page.clone).on("symbols.enabled"):
            return []
        return list(subject.symbols(page))

    async def symbols(
        params: types.DocumentSymbolParams,
    ) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
        uri = params.text_document.uri
        found = await server.ask(uri, about, unasked=True)
        return found if server.client.nested_symbols else list(_flat(found, uri, None))

    async def everything(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        studio = await server.studio()
        if not studio.desk.settings().on("symbols.enabled"):
            return []
        found = await server.work.aside(
            studio.gather, lambda subject: subject.workspace_symbols(params.query)
        )
        return found[:LIMIT]

    server.answers(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, symbols, [])
    server.answers(types.WORKSPACE_SYMBOL, everything, [])


def _flat(
    found: list[types.DocumentSymbol], uri: str, container: str | None
) -> Iterator[types.SymbolInformation]:
    for symbol in found:
        place = types.Location(uri, symbol.range)
        yield types.SymbolInformation(place, symbol.name, symbol.kind, container_name=container)
        yield from _flat(list(symbol.children or ()), uri, symbol.name)
