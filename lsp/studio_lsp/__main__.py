"""``studio-lsp``: the language server, spoken to over standard input and output."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import NoReturn

from studio_git import __version__


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until the client says ``exit`` or goes away; ends the process."""
    parent = os.getppid()  # now: an editor that is gone before we are up is noticed
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
    from studio_lsp.startup import load

    load()
    from studio_lsp.lifetime import leave
    from studio_lsp.logs import begin_log
    from studio_lsp.server import create_server
    from studio_lsp.transport import private_streams, serve

    stdin, stdout = private_streams()
    log_file = begin_log()
    leave(serve(create_server(log_file), stdin, stdout, parent=parent))


if __name__ == "__main__":
    main()
