"""What happens to documents, settings and folders beside their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from studio_lsp import uris

if TYPE_CHECKING:
    from studio_lsp.server import StudioServer

_SECTION = "studio"


def register(server: StudioServer) -> None:
    """Listen to what is saved, configured, and opened as a folder."""

    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.spawn(_saved(server, params.text_document.uri))

    def configured(params: types.DidChangeConfigurationParams) -> None:
        server.spawn(server.configure(_section(params.settings)))

    def initialized(_: types.InitializedParams) -> None:
        if server.client.tells_settings:
            options = types.DidChangeConfigurationRegistrationOptions(section=_SECTION)
            method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
            server.spawn(
                server.editor.register(types.Registration("studio-settings", method, options))
            )

    def folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        found = (uris.path_of(uri) for uri in server.workspace.folders)
        server.roots[:] = [path for path in found if path is not None]
        server.spawn(server.changed())

    options = types.SaveOptions(include_text=False)
    server.listens(types.TEXT_DOCUMENT_DID_SAVE, saved, options)
    server.listens(types.WORKSPACE_DID_CHANGE_CONFIGURATION, configured)
    server.listens(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, folders)
    server.on_start.append(initialized)


async def _saved(server: StudioServer, uri: str) -> None:
    opened = server.documents.get(uri)
    if opened is None:
        return
    studio = await server.studio()
    await server.work.aside(studio.saved, opened)


def _section(settings: Any) -> Any:
    """The part of pushed settings that is ours; some clients send it alone."""
    if isinstance(settings, dict) and isinstance(settings.get(_SECTION), dict):
        return settings[_SECTION]
    return settings or None
