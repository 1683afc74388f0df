"""A server on our wire, whose handlers do what handlers ought not to do."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from studio_lsp.lifetime import leave
from studio_lsp.protocol import StudioProtocol
from studio_lsp.transport import private_streams, serve

server = LanguageServer("odd", "1", protocol_cls=StudioProtocol)
SECRET = "what stands in a file"


def note(text: str) -> None:
    """Leave word for the test, where it asked for that."""
    path = os.environ.get("ODD_NOTES")
    if path:
        with Path(path).open("a") as file:
            file.write(f"{text}\n")


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def hover(params: types.HoverParams) -> types.Hover:
    position = params.position
    return types.Hover(contents=f"{position.line}:{position.character}")


@server.feature(types.TEXT_DOCUMENT_DEFINITION)
def failing(params: types.DefinitionParams) -> None:
    raise KeyError(SECRET)


@server.feature(types.TEXT_DOCUMENT_DECLARATION)
def refusing(params: types.DeclarationParams) -> None:
    raise JsonRpcException("content modified", -32801, data={"traceback": [SECRET]})


@server.feature(types.TEXT_DOCUMENT_IMPLEMENTATION)
def unserialisable(params: types.ImplementationParams) -> Any:
    return {"number": float("nan"), "what": object}


@server.feature(types.TEXT_DOCUMENT_REFERENCES)
async def slow(params: types.ReferenceParams) -> None:
    await until_cancelled("references")


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def printing(params: types.DocumentSymbolParams) -> list[Any]:
    print("this is not for the client")  # noqa: T201
    os.write(1, b"nor is this\n")
    os.system("echo nor that; cat")
    return []


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
    return [types.CodeAction(title=found.message) for found in params.context.diagnostics]


@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
def failing_notification(params: types.DidSaveTextDocumentParams) -> None:
    raise ValueError(SECRET)


@server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
def configured(params: types.DidChangeConfigurationParams) -> None:
    note("configured")


@server.command("odd.echo")
def echo(ls: LanguageServer, argument: Any) -> Any:
    return {"argument": argument}


@server.command("odd.slow")
async def slow_command(ls: LanguageServer, argument: Any) -> None:
    await until_cancelled("command")


@server.command("odd.apply")
async def apply(ls: LanguageServer, argument: Any) -> Any:
    """Ask the client for an edit, and say what came of it."""
    edit = types.ApplyWorkspaceEditParams(edit=types.WorkspaceEdit(), label="odd")
    try:
        answer = await ls.workspace_apply_edit_async(edit)
    except JsonRpcException as error:
        return f"refused: {error.code}"
    return f"applied: {answer.applied}"


@server.command("odd.threads")
def threads(ls: LanguageServer, argument: Any) -> None:
    """Send from many threads at once, in messages that do not fit into a pipe."""

    def say(number: int) -> None:
        for turn in range(20):
            text = f"{number}:{turn}:" + "x" * 20_000
            ls.window_log_message(types.LogMessageParams(types.MessageType.Log, text))

    for number in range(8):
        threading.Thread(target=say, args=(number,)).start()


@server.command("odd.flood")
def flood(ls: LanguageServer, argument: Any) -> None:
    """Say more than any client reads."""
    text = "x" * (1 << 20)
    for _ in range(argument):
        ls.window_log_message(types.LogMessageParams(types.MessageType.Log, text))


@server.command("odd.busy")
def busy(ls: LanguageServer, argument: Any) -> None:
    """Start a thread that never ends."""
    threading.Thread(target=time.sleep, args=(3600,)).start()


@server.command("odd.block")
def block(ls: LanguageServer, argument: Any) -> None:
    """Say so, and never give the event loop back."""
    ls.window_log_message(types.LogMessageParams(types.MessageType.Log, "blocking"))
    while True:
        time.sleep(0.01)


@server.feature(types.SHUTDOWN)
async def shut_down(params: Any) -> None:
    if "ODD_SLOW_SHUTDOWN" in os.environ:
        await asyncio.sleep(0.3)
    note("shut down")


async def until_cancelled(name: str) -> None:
    note(f"{name} begun")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        note(f"{name} cancelled")
        raise


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    server.protocol.at_end.append(lambda: note("at the end"))
    leave(serve(server, *private_streams()))
