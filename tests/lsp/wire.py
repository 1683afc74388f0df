"""A client that says exactly the bytes it is told to, and waits for answers with a deadline."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import SCRIPTS

STUDIO_LSP = (str(SCRIPTS / "studio-lsp"),)
ODD_SERVER = (sys.executable, str(Path(__file__).with_name("odd_server.py")))
SECONDS = 30.0
"""How long anything is waited for; a test that has to wait so long has failed."""

Message = dict[str, Any]


def frame(message: Any) -> bytes:
    """A message as it stands on the wire; bytes are taken as a body as they are."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def request(number: Any, method: str, params: Any = None) -> Message:
    message = {"jsonrpc": "2.0", "id": number, "method": method}
    return message if params is None else message | {"params": params}


def notification(method: str, params: Any = None) -> Message:
    message = {"jsonrpc": "2.0", "method": method}
    return message if params is None else message | {"params": params}


class Wire:
    """A server's process and its pipes; what it says is read by a thread, as an editor does."""

    def __init__(self, process: subprocess.Popen[bytes], *, reading: bool) -> None:
        self.process = process
        self.received: list[Message] = []
        self.stderr = b""
        self._queue: queue.Queue[Message | None] = queue.Queue()
        self._number = 1000
        targets = (self._read, self._listen) if reading else (self._listen,)
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    def send(self, *parts: Any) -> None:
        """Send frames; bytes go out as they are."""
        assert self.process.stdin is not None
        data = b"".join(part if isinstance(part, bytes) else frame(part) for part in parts)
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self, wanted: Callable[[Message], bool] = lambda _: True) -> Message:
        """The next message that is wanted; others are kept in ``received``."""
        until = time.monotonic() + SECONDS
        while True:
            try:
                message = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing came; before it {self.received}") from None
            if message is None:
                raise AssertionError(f"the server closed its output; it said {self.stderr!r}")
            self.received.append(message)
            if wanted(message):
                return message

    def answer(self, number: Any) -> Message:
        """The response to a request."""
        return self.receive(lambda message: "method" not in message and message["id"] == number)

    def ask(self, method: str, params: Any = None) -> Message:
        """Send a request, and wait for its response."""
        return self.answer(self.post(method, params))

    def post(self, method: str, params: Any = None) -> int:
        """Send a request; its number."""
        self._number += 1
        self.send(request(self._number, method, params))
        return self._number

    def initialize(self, **params: Any) -> Message:
        """Open the conversation; the server's capabilities."""
        params = {"processId": None, "rootUri": None, "capabilities": {}} | params
        result = self.ask("initialize", params)["result"]
        self.send(notification("initialized", {}))
        return result["capabilities"]

    def goodbye(self) -> int:
        """Close the conversation as the protocol wants it; the exit status."""
        assert self.ask("shutdown")["result"] is None
        self.send(notification("exit"))
        return self.ended()

    def ended(self) -> int:
        """Wait until the process has ended; the exit status."""
        status = self.process.wait(SECONDS)
        for thread in self._threads:
            thread.join(SECONDS)
        return status

    def close(self) -> None:
        """Close the server's input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = None
            while (header := out.readline()).strip():
                name, _, value = header.partition(b":")
                assert name.lower() == b"content-length", header
                length = int(value)
            if length is None:
                break
            data = out.read(length)
            if len(data) < length:  # it was killed while it wrote
                break
            self._queue.put(json.loads(data))
        self._queue.put(None)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr += line


@contextmanager
def connected(
    words: Sequence[str] = STUDIO_LSP, *, env: dict[str, str] | None = None, reading: bool = True
) -> Iterator[Wire]:
    """A server of its own for the length of the block; what it says is read, unless told not."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | (env or {}),
    )
    wire = Wire(process, reading=reading)
    try:
        yield wire
    finally:
        process.kill()
        wire.ended()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                pass
