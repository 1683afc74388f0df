"""Which clients the server is tried with: what real editors declare, as pytest-lsp recorded it."""

from __future__ import annotations

from typing import Any, Union

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities

PULLS = "visual-studio-code, as it is now"
"""The one of the clients that asks for diagnostics; the recorded ones are from before that."""

CLIENTS = ("visual-studio-code", "neovim@0.11.0", "neovim@0.7.0", "emacs@29.1", PULLS)
"""Whose capabilities the tests take: of each kind of encoding, edit and markup there is one."""

ENCODINGS = {
    "visual-studio-code": "utf-16",
    "neovim@0.11.0": "utf-8",
    "neovim@0.7.0": "utf-16",
    "emacs@29.1": "utf-32",
    PULLS: "utf-16",
}
"""How each counts columns: the first that it offers, UTF-16 where it offers nothing."""


def capabilities(name: str) -> types.ClientCapabilities:
    """What a client declares."""
    if name != PULLS:
        return client_capabilities(name)
    declared = client_capabilities("visual-studio-code")
    assert declared.text_document is not None
    assert declared.workspace is not None
    declared.text_document.diagnostic = types.DiagnosticClientCapabilities(
        dynamic_registration=True, related_document_support=False
    )
    declared.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(
        refresh_support=True
    )
    return declared


def converter() -> Any:
    """pygls's converter; lsprotocol's takes an action with a command for a bare command."""

    def action(value: Any, _: Any) -> types.Command | types.CodeAction:
        bare = isinstance(value.get("command"), str)
        return found.structure(value, types.Command if bare else types.CodeAction)

    found = default_converter()
    found.register_structure_hook(Union[types.Command, types.CodeAction], action)  # noqa: UP007
    return found
