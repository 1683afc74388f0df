"""Bytes in, bytes out: the pipes of the server.

No thread stands between a message and its handler, and none between an answer and the pipe,
unless the client does not read: a change of threads costs most where slow work goes on beside
it. The process's own standard input and output are put out of the way: what anything prints goes to
standard error, and a program that is started cannot read the client's messages.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import select
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import BinaryIO

from pygls.lsp.server import LanguageServer

from studio_lsp.frames import Broken, Frame, Frames
from studio_lsp.lifetime import Ending, Watch, signals
from studio_lsp.protocol import StudioProtocol

logger = logging.getLogger(__name__)

MAX_UNREAD = 64 * 1024 * 1024
"""Bytes that may wait for a client that does not read; with more, the server gives it up."""

_AT_ONCE = getattr(select, "PIPE_BUF", 512)
_CHUNK = 1 << 18
_FLUSH_SECONDS = 1.0

_TURN_SECONDS = 0.0005
"""How long slow work may keep the interpreter from a thread that has a client waiting.

With Python's own 5 ms, each file looked at and each query cost a change's diagnostics so much.
"""


class Writer:
    """Writes messages in the order in which they were given; any thread may give one.

    What the pipe takes at once is written at once, as long as nothing waits before it; the rest
    is left to a thread. So the usual answer passes no thread on its way, and none ever waits.
    """

    def __init__(self, descriptor: int, broken: Callable[[str], None]) -> None:
        self._descriptor = descriptor
        self._broken = broken
        self._poll = _poll(descriptor, getattr(select, "POLLOUT", 0))
        self._queue: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unread = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Give a whole message, headers and all; never waits."""
        with self._lock:
            problem = self._give(memoryview(data))
        if problem:
            self._broken(problem)

    def _give(self, rest: memoryview) -> str:
        if self._unread > MAX_UNREAD:
            return "the client does not read"
        try:
            while not self._unread and rest and self._poll(0):
                rest = rest[os.write(self._descriptor, rest[:_AT_ONCE]) :]
        except OSError as error:
            return _closed(error)
        if rest:
            self._unread += len(rest)
            self._queue.put(rest)
        return ""

    def close(self) -> None:
        """Write what was given, as far as the client takes it within a second."""
        self._queue.put(None)
        self._thread.join(_FLUSH_SECONDS)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            rest = data
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except OSError as error:
                    self._broken(_closed(error))
                    return
            with self._lock:
                self._unread -= len(data)


class Reader:
    """Reads messages and hands them on in order, on the loop.

    The loop itself waits for them where it can; for what it cannot wait for, which is files and
    everything on Windows, a thread does.
    """

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
        self._frames = Frames()

    def start(self) -> None:
        """Begin to read."""
        try:
            self._loop.add_reader(self._descriptor, self._read)
        except (OSError, NotImplementedError):
            threading.Thread(target=self._run, name="reader", daemon=True).start()

    def _read(self) -> None:
        if not self._take(self._chunk()):
            self._loop.remove_reader(self._descriptor)

    def _run(self) -> None:
        going = True
        while going:
            taken: Future[bool] = Future()
            with suppress(RuntimeError):  # the loop is closed: the server has ended
                self._loop.call_soon_threadsafe(self._take_for, taken, self._chunk())
            going = taken.result()

    def _take_for(self, waiting: Future[bool], data: bytes) -> None:
        waiting.set_result(self._take(data))

    def _chunk(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK)
        except OSError as error:
            logger.warning("The client's messages cannot be read: %s", error.strerror)
            return b""

    def _take(self, data: bytes) -> bool:
        """Hand on what has come to its end; False where nothing more comes."""
        for found in self._frames.feed(data):
            self._received(found)
        if data:
            return True
        cut = self._frames.close()
        if cut is not None:
            self._received(cut)
        self._ended()
        return False


def _closed(error: OSError) -> str:
    return f"the client closed its end: {error.strerror}"


def _poll(descriptor: int, events: int) -> Callable[[int], object]:
    """Asks for events, or that the other end was closed, within so many milliseconds.

    A pipe that is ready for writing takes ``PIPE_BUF`` bytes at once (POSIX). Where the system
    cannot be asked, the answer is always no.
    """
    if not hasattr(select, "poll"):
        return lambda _: None
    asked = select.poll()
    asked.register(descriptor, events)
    return asked.poll


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
    sys.setswitchinterval(_TURN_SECONDS)
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_serve(protocol, stdin.fileno(), stdout.fileno(), parent))
    finally:
        loop.close()


async def _serve(protocol: StudioProtocol, stdin: int, stdout: int, parent: int | None) -> int:
    loop = asyncio.get_running_loop()
    ending = Ending(loop)
    hung_up = _poll(stdin, 0)

    def look() -> None:
        # The loop sees the end of its input by itself, unless a handler never gives it back.
        if hung_up(0):
            ending.arm(1)

    watch = Watch(lambda why: ending.begin(1, why), parent=parent, also=look)
    writer = Writer(stdout, lambda why: ending.begin(1, why))
    reader = Reader(stdin, loop, protocol.receive, protocol.closed)
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
