"""The language server: who it is, and what it is made of."""

from __future__ import annotations

from pygls.lsp.server import LanguageServer

from studio_git import __version__

NAME = "studio-lsp"


def create_server() -> LanguageServer:
    """A server that answers ``initialize``; features register themselves on it."""
    return LanguageServer(name=NAME, version=__version__)
