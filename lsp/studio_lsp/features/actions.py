"""Code actions. What the client echoes of diagnostics is not looked at: it is often wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from studio_lsp.page import Page
    from studio_lsp.server import StudioServer
    from studio_lsp.subject import Subject

SYNC_KIND = "source.syncContext.studio"

_OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Source, SYNC_KIND]
)


def register(server: StudioServer) -> None:
    """Offer what can be done about the selected lines."""

    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        only = tuple(_word(it) for it in params.context.only or ())

        from studio_lsp.subject import Asked  # it is loaded behind "initialize"

        def about(subject: Subject, page: Page) -> list[types.CodeAction]:
            first, _ = page.at(params.range.start)
            last, _ = page.at(params.range.end)
            asked = Asked(params.range, first, max(first, last), only)
            return [
                action
                for action in subject.actions(page, asked)
                if asked.wants(_word(action.kind or ""))
            ]

        return await server.ask(params.text_document.uri, about)

    server.answers(types.TEXT_DOCUMENT_CODE_ACTION, actions, [], _OPTIONS)


def _word(kind: types.CodeActionKind | str) -> str:
    """A kind as the protocol writes it; ``str`` of a known one is its name in Python."""
    return kind.value if isinstance(kind, types.CodeActionKind) else kind
