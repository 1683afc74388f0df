"""Bytes in, bytes out: the pipes of the server, read and written by threads of their own.

So a slow handler delays no message, and a client that does not read delays no handler. The
process's own standard input and output are put out of the way: what anything prints goes to
standard error, and a program that is started cannot read the client's messages.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from pygls.lsp.server import LanguageServer

from studio_lsp.frames import Broken, Frame, Frames
from studio_lsp.lifetime import Ending, Watch, signals
from studio_lsp.protocol import StudioProtocol

logger = logging.getLogger(__name__)

MAX_UNREAD = 64 * 1024 * 1024
"""Bytes that may wait for a client that does not read; with more, the server gives it up."""

_CHUNK = 1 << 18
_MAX_WAITING = 256
_FLUSH_SECONDS = 1.0


class Writer:
    """Writes messages in the order in which they were given; any thread may give one."""

    def __init__(self, descriptor: int, broken: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._broken = broken
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unread = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Give a whole message, headers and all; never waits."""
        with self._lock:
            if self._unread > MAX_UNREAD:
                self._broken("the client does not read")
                return
            self._unread += len(data)
        self._queue.put(data)

    def close(self) -> None:
        """Write what was given, as far as the client takes it within a second."""
        self._queue.put(None)
        self._thread.join(_FLUSH_SECONDS)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            rest = memoryview(data)
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except OSError as error:
                    self._broken(f"the client closed its end: {error.strerror}")
                    return
            with self._lock:
                self._unread -= len(data)


class Reader:
    """Reads messages and hands them to the loop, in order; says from its thread when all are."""

    def __init__(
        self,
        descriptor: int,
        loop: asyncio.AbstractEventLoop,
        received: Callable[[Frame | Broken], None],
        ended: Callable[[], None],
    ) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._received = received
        self._ended = ended
        self._room = threading.Semaphore(_MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def _run(self) -> None:
        frames = Frames()
        try:
            while data := os.read(self._descriptor, _CHUNK):
                for found in frames.feed(data):
                    self._hand_over(found)
            cut = frames.close()
            if cut is not None:
                self._hand_over(cut)
        except OSError as error:
            logger.warning("The client's messages cannot be read: %s", error.strerror)
        except RuntimeError:  # the loop is closed: the server has ended
            return
        self._ended()

    def _hand_over(self, found: Frame | Broken) -> None:
        self._room.acquire()
        self._loop.call_soon_threadsafe(self._receive, found)

    def _receive(self, found: Frame | Broken) -> None:
        self._room.release()
        self._received(found)


def private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The client's two streams, and nobody else's from here on.

    Standard input becomes empty, and standard output leads to standard error, for this process
    and for the programs that it starts.
    """
    sys.stdout.flush()
    to_server, to_client = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDWR)
    os.dup2(empty, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # there is no standard error
        os.dup2(empty, 1)
    os.close(empty)
    sys.stdout = sys.stderr
    return os.fdopen(to_server, "rb", buffering=0), os.fdopen(to_client, "wb", buffering=0)


def serve(
    server: LanguageServer, stdin: BinaryIO, stdout: BinaryIO, *, parent: int | None = None
) -> int:
    """Serve until the editor ends, in whichever way it does; the exit status.

    ``stdin`` and ``stdout`` are files of the system (as :func:`private_streams` gives them). The
    server's protocol has to be :class:`StudioProtocol`. ``parent`` is the process that started
    this one, as it was known first: an editor may be gone before all is loaded. The caller ends
    the process with :func:`studio_lsp.lifetime.leave`, since threads may still be at work.
    """
    protocol = server.protocol
    if not isinstance(protocol, StudioProtocol):
        raise TypeError("the server has to be made with StudioProtocol")
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_serve(protocol, stdin.fileno(), stdout.fileno(), parent))
    finally:
        loop.close()


async def _serve(protocol: StudioProtocol, stdin: int, stdout: int, parent: int | None) -> int:
    loop = asyncio.get_running_loop()
    ending = Ending(loop)
    watch = Watch(lambda why: ending.begin(1, why), parent=parent)
    writer = Writer(stdout, lambda why: ending.begin(1, why))

    def ended() -> None:
        # In its turn, since an "exit" may wait before it; but the loop may never come to it.
        ending.arm(1)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(protocol.closed)

    reader = Reader(stdin, loop, protocol.receive, ended)
    protocol.connect(writer, ending.begin, watch.follow)
    with signals(loop, ending):
        watch.start()
        reader.start()
        status = await ending.wait()
        watch.stop()
        protocol.finish()
        await _cancel_tasks()
        writer.close()
    ending.done()
    return status


async def _cancel_tasks() -> None:
    """Let handlers that still wait see that they are cancelled; none is waited for."""
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_FLUSH_SECONDS / 2)
