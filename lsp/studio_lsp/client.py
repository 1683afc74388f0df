"""What the editor at the other end can do: resolved once, from what it declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """One editor. What it did not declare is left out, but for what is known to work anyway.

    ``pulls``: it asks for diagnostics and can be told to ask again; everybody else is sent them.
    ``compares``: it shows the result of ``studio.compare`` itself.
    """

    name: str
    version: str
    pulls: bool
    markdown: bool
    markdown_items: bool
    applies_edits: bool
    document_changes: bool
    virtual_documents: bool
    shows_documents: bool
    shows_progress: bool
    configures: bool
    tells_settings: bool
    describes_codes: bool
    relates_diagnostics: bool
    snippets: bool
    nested_symbols: bool
    refreshes: frozenset[str]
    compares: bool

    @property
    def label(self) -> str:
        """Name and version, for people."""
        return f"{self.name} {self.version}".strip() or "an unnamed editor"


def resolve(params: types.InitializeParams) -> Client:
    """What an ``initialize`` request says of its client."""
    declared = params.capabilities
    workspace = declared.workspace or types.WorkspaceClientCapabilities()
    document = declared.text_document or types.TextDocumentClientCapabilities()
    window = declared.window or types.WindowClientCapabilities()
    pushed = document.publish_diagnostics or types.PublishDiagnosticsClientCapabilities()
    pulled = document.diagnostic
    hover = document.hover.content_format if document.hover else None
    item = document.completion.completion_item if document.completion else None
    info = params.client_info
    return Client(
        name=info.name if info else "",
        version=(info.version or "") if info else "",
        pulls=pulled is not None and _refreshes(workspace.diagnostics),
        markdown=types.MarkupKind.Markdown in (hover or ()),
        markdown_items=types.MarkupKind.Markdown in ((item and item.documentation_format) or ()),
        applies_edits=bool(workspace.apply_edit),
        document_changes=bool(
            workspace.workspace_edit and workspace.workspace_edit.document_changes
        ),
        virtual_documents=workspace.text_document_content is not None,
        shows_documents=bool(window.show_document and window.show_document.support),
        shows_progress=bool(window.work_done_progress),
        configures=bool(workspace.configuration),
        tells_settings=bool(
            workspace.did_change_configuration
            and workspace.did_change_configuration.dynamic_registration
        ),
        describes_codes=bool(pushed.code_description_support)
        or bool(pulled and pulled.code_description_support),
        relates_diagnostics=bool(pushed.related_information)
        or bool(pulled and pulled.related_information),
        snippets=bool(item and item.snippet_support),
        nested_symbols=bool(
            document.document_symbol
            and document.document_symbol.hierarchical_document_symbol_support
        ),
        refreshes=frozenset(
            name
            for name, said in (
                ("diagnostics", workspace.diagnostics),
                ("lenses", workspace.code_lens),
                ("hints", workspace.inlay_hint),
            )
            if _refreshes(said)
        ),
        compares=options(params).get("client", {}).get("comparison") is True,
    )


def options(params: types.InitializeParams) -> dict[str, Any]:
    """The initialization options, with ``client`` as a table; anything else counts as none."""
    said = params.initialization_options
    found = dict(said) if isinstance(said, dict) else {}
    if not isinstance(found.get("client"), dict):
        found["client"] = {}
    return found


def _refreshes(said: Any) -> bool:
    return bool(said is not None and said.refresh_support)
