"""Completion, with documentation when an item is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from studio_lsp.markdown import plain

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject

_OPTIONS = types.CompletionOptions(
    trigger_characters=["@", ":", "/", '"', " "], resolve_provider=True
)

LIMIT = 200
"""Items in one answer; with more the client asks again as the word grows."""


def register(server: StudioServer) -> None:
    """Complete what the subjects know."""

    async def completion(params: types.CompletionParams) -> types.CompletionList:
        def about(subject: Subject, page: Page) -> list[types.CompletionItem]:
            if not subject.desk.settings(page.clone).on("completion.enabled"):
                return []
            return list(subject.completion(page, *page.at(params.position)))

        found = await server.ask(params.text_document.uri, about)
        return types.CompletionList(is_incomplete=len(found) > LIMIT, items=found[:LIMIT])

    async def resolve(item: types.CompletionItem) -> types.CompletionItem:
        studio = await server.studio()

        def about(subject: Subject) -> list[types.CompletionItem]:
            found = subject.resolve(item)
            return [] if found is None else [found]

        resolved = next(iter(await server.work.aside(studio.gather, about)), item)
        documentation = resolved.documentation
        if isinstance(documentation, types.MarkupContent) and not server.client.markdown_items:
            resolved.documentation = plain(documentation.value)
        return resolved

    nothing = types.CompletionList(is_incomplete=False, items=[])
    server.answers(types.TEXT_DOCUMENT_COMPLETION, completion, nothing, _OPTIONS)
    server.answers(types.COMPLETION_ITEM_RESOLVE, resolve)
