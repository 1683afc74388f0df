"""Commands: every one works without arguments, for the document that was used last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from studio_git.errors import StudioError
from studio_lsp import commands

if TYPE_CHECKING:
    from studio_lsp.server import StudioServer

log = logging.getLogger(__name__)


def register(server: StudioServer) -> None:
    """Offer all commands by their ids."""
    for name in commands.ALL:
        server.command(name)(_runner(server, name))


def _runner(server: StudioServer, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def run(*arguments: Any) -> Any:
        argument = _table(arguments, server.documents.last)
        try:
            studio = await server.studio()
            command = studio.commands[name](argument)
            result = await server.editor.while_working(name, command)
            if name not in commands.READING:
                await server.changed()
            return result
        except asyncio.CancelledError:
            raise
        except StudioError as error:
            server.editor.complain(error.message, error.hint)
        except Exception:
            log.exception("%s failed", name)
            server.editor.complain(
                f"Project Studio could not carry out {name}.",
                "What went wrong is in its log file; see studio.debugInformation.",
            )
        return None

    return run


def _table(arguments: tuple[Any, ...], last: str) -> Mapping[str, Any]:
    """The one argument: a table, or the URI alone; without one, the document used last."""
    first = arguments[0] if arguments else None
    if isinstance(first, str):
        first = {"uri": first}
    table = dict(first) if isinstance(first, dict) else {}
    if not isinstance(table.get("uri"), str):
        table["uri"] = last
        table["implied"] = True
    return table
