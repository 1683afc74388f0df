from __future__ import annotations

from lsprotocol import types

from studio_lsp.client import Client, options, resolve

OPTIONAL = ("pulls", "markdown", "applies_edits", "virtual_documents", "shows_documents")


def resolved(capabilities: types.ClientCapabilities, **more: object) -> Client:
    return resolve(types.InitializeParams(capabilities, **more))  # type: ignore[arg-type]


def test_nothing_declared_is_nothing_done() -> None:
    client = resolved(types.ClientCapabilities())
    assert not any(getattr(client, name) for name in OPTIONAL)
    assert client.refreshes == frozenset()
    assert client.label == "an unnamed editor"


def test_pulling_needs_a_way_to_be_told_to_pull_again() -> None:
    document = types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities())
    alone = types.ClientCapabilities(text_document=document)
    assert not resolved(alone).pulls
    workspace = types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    )
    both = types.ClientCapabilities(text_document=document, workspace=workspace)
    assert resolved(both).pulls
    assert resolved(both).refreshes == {"diagnostics"}


def test_odd_options_count_as_none() -> None:
    for said in (None, [], "x", {"client": "x"}, {"client": {"comparison": "yes"}}):
        params = types.InitializeParams(types.ClientCapabilities(), initialization_options=said)
        assert not resolve(params).compares
        assert isinstance(options(params)["client"], dict)
    params = types.InitializeParams(
        types.ClientCapabilities(), initialization_options={"client": {"comparison": True}}
    )
    assert resolve(params).compares


def test_the_label_names_the_version() -> None:
    info = types.ClientInfo("Neovim", "0.11")
    assert resolved(types.ClientCapabilities(), client_info=info).label == "Neovim 0.11"
