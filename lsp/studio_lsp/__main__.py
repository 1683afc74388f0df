"""``studio-lsp``: the language server, spoken to over standard input and output."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from studio_git import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client says ``exit`` or its end of the pipe closes; the exit status."""
    parser = argparse.ArgumentParser(
        prog="studio-lsp",
        description="The language server of Project Studio. An editor starts it and speaks the "
        "Language Server Protocol with it over standard input and output.",
    )
    parser.add_argument("--version", action="version", version=f"studio-lsp {__version__}")
    parser.add_argument(
        "--stdio",
        action="store_true",
        help="speak over standard input and output (it always does; many editors say so)",
    )
    parser.parse_args(arguments)
    from studio_lsp.server import create_server

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    create_server().start_io()
    return 0


if __name__ == "__main__":
    sys.exit(main())
