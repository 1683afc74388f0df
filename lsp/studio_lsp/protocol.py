"""JSON-RPC as the Language Server Protocol has it, where pygls leaves something open.

Every request gets one answer: before ``initialize`` and after ``shutdown``, with parameters that
cannot be structured, and when its handler raises. No answer carries a traceback or anything of a
file's content; those stand in the server's log. Nothing that a client sends pops up a message.
"""

from __future__ import annotations

import asyncio
import contextvars
import enum
import inspect
import json
import logging
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from studio_lsp import sanitise
from studio_lsp.frames import Broken, Frame

logger = logging.getLogger(__name__)

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
REQUEST_CANCELLED = -32800
NOT_INITIALIZED = -32002

SHUTDOWN_SECONDS = 2.0
"""How long ``exit`` waits for a ``shutdown`` that is still being answered."""

_MAX_NAME = 100

MsgId = int | str


class Writes(Protocol):
    """Where whole messages go."""

    def write(self, data: bytes) -> None:
        """Give a message; never waits."""

    def close(self) -> None:
        """Write what was given."""


class _Phase(enum.Enum):
    BEFORE = "before initialize"
    RUNNING = "running"
    STOPPING = "after shutdown"


class StudioProtocol(LanguageServerProtocol):
    """The protocol of one client, from ``initialize`` to ``exit``.

    ``at_end`` holds what has to be done before the server ends, in whichever way it does: it is
    done once, before ``shutdown`` is answered or else when the client is gone.
    """

    def __init__(self, server: Any, converter: Any) -> None:
        self.at_end: list[Callable[[], None]] = []
        self._phase = _Phase.BEFORE
        self._end: Callable[[int, str], None] | None = None
        self._follow: Callable[[int | None], object] | None = None
        self._finished = False
        self._exit_asked = False
        super().__init__(server, converter)

    def connect(
        self,
        writer: Writes,
        end: Callable[[int, str], None],
        follow: Callable[[int | None], object],
    ) -> None:
        """Say where messages go, how the server ends (status, why), and who follows a process."""
        self.set_writer(writer)
        self._end = end
        self._follow = follow

    def receive(self, found: Frame | Broken) -> None:
        """Take what was read; on the loop's thread. Raises nothing."""
        try:
            if isinstance(found, Broken):
                raise sanitise.UnreadableError(found.reason, sanitise.find_id(found.body))
            self._take(sanitise.parse(found.body))
        except sanitise.UnreadableError as error:
            logger.warning("A message was not read: %s", error.reason)
            self._refuse(error.id, PARSE_ERROR, f"Parse error: {error.reason}")
        except Exception:
            logger.exception("A message could not be handled")

    def closed(self) -> None:
        """End, because the client closed its end of the pipe."""
        self._leave("the client closed its end")

    def finish(self) -> None:
        """Do what has to be done before the end, unless it was done already."""
        if self._finished:
            return
        self._finished = True
        for work in self.at_end:
            try:
                work()
            except Exception:
                logger.exception("Something could not be brought to its end")

    def _take(self, message: Any) -> None:
        """Tell requests, notifications and responses apart."""
        if not isinstance(message, dict):
            self._refuse(None, INVALID_REQUEST, "Invalid request: a message is one object")
            return
        method, known = message.get("method"), sanitise.is_id(message.get("id"))
        if method is None and "id" in message:
            if known:
                self._take_response(message)
            else:
                logger.warning("The client reports an error without saying in what")
            return
        answer = message["id"] if known else None
        if message.get("jsonrpc") != self.VERSION:
            self._refuse(answer, INVALID_REQUEST, "Invalid request: jsonrpc has to be 2.0")
        elif not isinstance(method, str):
            self._refuse(answer, INVALID_REQUEST, "Invalid request: method has to be a string")
        elif "id" not in message:
            self._take_notification(method, message)
        elif not known:
            self._refuse(None, INVALID_REQUEST, "Invalid request: id has to be a number or string")
        else:
            self._take_request(message["id"], method, message)

    def _take_request(self, msg_id: MsgId, method: str, message: dict[str, Any]) -> None:
        problem = self._out_of_turn(method)
        if problem is None and msg_id in self._request_futures:
            problem = INVALID_REQUEST, "Invalid request: the id is in use"
        if problem is None and not self._has_handler(method, request=True):
            problem = METHOD_NOT_FOUND, f"Method not found: {method[:_MAX_NAME]}"
        if problem is None:
            try:
                params = self._params(method, message)
            except Exception:
                logger.warning("Parameters of %s are malformed", method, exc_info=True)
                problem = INVALID_PARAMS, f"Invalid parameters of {method}"
        if problem is not None:
            self._refuse(msg_id, *problem)
            return
        if method == types.INITIALIZE:
            self._phase = _Phase.RUNNING
        elif method == types.SHUTDOWN:
            self._phase = _Phase.STOPPING
        contextvars.copy_context().run(self._handle_request, msg_id, method, params)

    def _take_notification(self, method: str, message: dict[str, Any]) -> None:
        if method == types.EXIT:
            self.lsp_exit()
        elif self._phase is not _Phase.RUNNING:
            logger.info("Ignored %s %s", method[:_MAX_NAME], self._phase.value)
        elif not self._has_handler(method, request=False):
            logger.info("Ignored %s, which nothing here is interested in", method[:_MAX_NAME])
        else:
            try:
                params = self._params(method, message)
            except Exception:
                logger.warning("Parameters of %s are malformed", method, exc_info=True)
                return
            contextvars.copy_context().run(self._handle_notification, method, params)

    def _take_response(self, message: dict[str, Any]) -> None:
        """Hand a response to whoever waits for it; a malformed one is an error to them."""
        msg_id = message["id"]
        if msg_id not in self._result_types:
            logger.info("A response to nothing that was asked")
            return
        kind = self._result_types.pop(msg_id)
        future = self._request_futures.pop(msg_id, None)
        if future is None:
            return
        message.setdefault("result", None)
        result, failure = None, None
        try:
            if message.get("error") is not None:
                error = self._converter.structure(message["error"], types.ResponseError)
                failure = JsonRpcException.from_error(error)
            elif kind is None:
                result = message["result"]
            else:
                result = self._converter.structure(message, kind).result
        except Exception:
            failure = JsonRpcInternalError("the client's response is malformed")
        with suppress(InvalidStateError):  # nobody waits for it any more
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _out_of_turn(self, method: str) -> tuple[int, str] | None:
        """The error of a request that comes too early, too late or once too often."""
        if self._phase is _Phase.STOPPING:
            return INVALID_REQUEST, "Invalid request: the server is shutting down"
        if self._phase is _Phase.BEFORE and method != types.INITIALIZE:
            return NOT_INITIALIZED, "The server is not initialized"
        if self._phase is _Phase.RUNNING and method == types.INITIALIZE:
            return INVALID_REQUEST, "Invalid request: the server is initialized already"
        return None

    def _has_handler(self, method: str, *, request: bool) -> bool:
        """Whether there is one, and the method is what it was sent as."""
        known = types.METHOD_TO_TYPES.get(method)
        if known is not None and (known[1] is not None) is not request:
            return False
        return (
            method == types.CANCEL_REQUEST
            or method in self.fm.builtin_features
            or method in self.fm.features
        )

    def _params(self, method: str, message: dict[str, Any]) -> Any:
        """The structured parameters; raises anything where they are malformed."""
        kind = self.get_message_type(method)
        if kind is None:
            return message.get("params")
        sanitise.fill_in(message)
        sanitise.clamp_positions(message)
        structured = sanitise.structure_leniently(
            message, partial(self._converter.structure, cl=kind)
        )
        return structured.params

    def _handle_request(self, msg_id: MsgId, method_name: str, params: Any) -> None:
        self._ctx_msg_id.set(msg_id)
        self._execute_handler(
            msg_id=msg_id,
            handler=self._get_handler(method_name),
            callback=partial(self._send_handler_result, msg_id=msg_id),
            args=(params,),
        )

    def _handle_notification(self, method_name: str, params: Any) -> None:
        if method_name == types.CANCEL_REQUEST:
            self._handle_cancel_notification(params.id)
            return
        self._execute_handler(
            msg_id=str(uuid.uuid4()),
            handler=self._get_handler(method_name),
            callback=self._check_handler_result,
            args=(params,),
        )

    def _handle_cancel_notification(self, msg_id: MsgId) -> None:
        """Cancel a request of the client's; its handler's end sends the answer."""
        future = self._request_futures.get(msg_id)
        if future is not None and msg_id not in self._result_types:
            future.cancel()

    def _send_handler_result(self, future: Future[Any], *, msg_id: MsgId) -> None:
        self._request_futures.pop(msg_id, None)
        try:
            self._send_response(msg_id, future.result())
        except (CancelledError, asyncio.CancelledError):
            self._refuse(msg_id, REQUEST_CANCELLED, "Request cancelled")
        except JsonRpcException as error:
            logger.info("A request was refused", exc_info=True)
            self._refuse(msg_id, error.code, error.message)
        except Exception:
            logger.exception("A request could not be answered")
            self._refuse(msg_id, INTERNAL_ERROR, "Internal error: the server's log has the details")
        if self._exit_asked and self._shutdown:
            self._stop(0, "exit")

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            logger.error("A notification could not be handled", exc_info=error)

    def _refuse(self, msg_id: MsgId | None, code: int, message: str) -> None:
        error = {"code": code, "message": message}
        self._send_data({"jsonrpc": self.VERSION, "id": msg_id, "error": error})

    def _send_data(self, data: Any) -> None:
        """Send a message; from any thread. Raises where it cannot be serialised."""
        body = json.dumps(
            data, default=self._serialize_message, allow_nan=False, separators=(",", ":")
        ).encode()
        if self.writer is None:
            logger.error("A message was sent before there was a client")
            return
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _leave(self, why: str) -> None:
        """End; a ``shutdown`` that is still being answered gets a little time."""
        if self._phase is _Phase.STOPPING and not self._shutdown:
            self._exit_asked = True
            asyncio.get_running_loop().call_later(SHUTDOWN_SECONDS, self._stop, 0, why)
        else:
            self._stop(0 if self._shutdown else 1, why)

    def _stop(self, status: int, why: str) -> None:
        if self._end is not None:
            self._end(status, why)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Answer ``initialize``, and end with the process that the client names."""
        if self._follow is not None:
            self._follow(params.process_id)
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Bring to its end what has to be, and give up what is still being worked on."""
        handler = self.fm.features.get(types.SHUTDOWN)
        if handler is not None:
            yield handler, args, None
        self.finish()
        mine = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != mine:
                future.cancel()
        self._shutdown = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # pygls' one is a generator
        """End the server."""
        self._leave("exit")

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # as above
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command with its one argument, None where the client sent none.

        Cancelling the request cancels the command, which pygls would let run on.
        """
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"Unknown command: {params.command[:_MAX_NAME]}")
        answer = handler(params.arguments[0] if params.arguments else None)
        return await answer if inspect.isawaitable(answer) else answer
