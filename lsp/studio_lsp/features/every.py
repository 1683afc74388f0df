"""All features, registered where the client's capabilities are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_lsp.features import (
    actions,
    completion,
    diagnostics,
    documents,
    execute,
    hints,
    hover,
    lenses,
    links,
    navigation,
    symbols,
    virtual,
)

if TYPE_CHECKING:
    from studio_lsp.server import StudioServer

FEATURES = (
    documents,
    diagnostics,
    actions,
    lenses,
    hover,
    completion,
    navigation,
    links,
    symbols,
    hints,
    virtual,
    execute,
)


def register(server: StudioServer) -> None:
    """Register every feature, diagnostics in the way that the client asks for."""
    for feature in FEATURES:
        feature.register(server)
