"""The server ends with its editor, in every way that an editor can end.

An editor says ``exit``, closes the pipe, sends a signal, or is killed while some other process
still holds the pipe. Each of these begins the end once; what is left to be written gets a few
seconds, and then the process goes, whatever its threads are doing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

logger = logging.getLogger(__name__)

GRACE = 3.0
"""Seconds from the beginning of the end until the process is ended as it stands."""

PATIENCE = 60.0
"""Seconds that a client has for its first word."""

_INTERVAL = 1.0


class Ending:
    """Says once, from any thread, that the server has to end, and with which status."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, grace: float = GRACE) -> None:
        self._loop = loop
        self._grace = grace
        self._begun = asyncio.Event()
        self._lock = threading.RLock()  # a signal's handler may come in between
        self._status: int | None = None
        self._last_resort: threading.Timer | None = None

    def arm(self, status: int) -> None:
        """Let the process be ended by force after a while, should it not end by itself."""
        with self._lock:
            if self._last_resort is None:
                self._last_resort = threading.Timer(self._grace, os._exit, [status])
                self._last_resort.daemon = True
                self._last_resort.start()

    def begin(self, status: int, why: str) -> None:
        """Begin the end; a second reason changes nothing."""
        with self._lock:
            if self._status is not None:
                return
            self._status = status
        self.arm(status)
        logger.info("The server ends: %s", why)
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._begun.set)

    async def wait(self) -> int:
        """Wait for the beginning of the end; the exit status."""
        await self._begun.wait()
        return self._status or 0

    def done(self) -> None:
        """All is written: what would have ended the process by force is called off."""
        if self._last_resort is not None:
            self._last_resort.cancel()


class Watch:
    """Looks once a second whether the editor is still there.

    Until the client has named its process, and where it names none or one that is not of this
    machine, the process that started the server (``parent``) stands for it. That one may be gone
    before anybody could look: so a client has to say something within ``patience`` seconds.
    ``also`` is called each time as well, in the watch's own thread.
    """

    def __init__(
        self,
        gone: Callable[[str], None],
        *,
        parent: int | None = None,
        patience: float = PATIENCE,
        also: Callable[[], None] | None = None,
    ) -> None:
        self._gone = gone
        self._also = also
        self._parent = os.getppid() if parent is None else parent
        self._give_up: float | None = time.monotonic() + patience
        self._client: _Process | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def follow(self, process_id: int | None) -> bool:
        """Take the client's word for its process id; whether it is followed from here on.

        An id that is unknown here belongs to another machine or container: it is not followed.
        """
        self._give_up = None
        client = None if process_id is None else _Process(process_id)
        if client is None or not client.alive():
            logger.info("The client's process %s is not one of this machine", process_id)
            return False
        self._client = client
        return True

    def _run(self) -> None:
        while not self._stopped.wait(_INTERVAL):
            if self._also is not None:
                self._also()
            if self._client is not None:
                if not self._client.alive():
                    self._gone("the editor's process is gone")
                    return
            elif os.getppid() != self._parent:
                self._gone("the process that started the server is gone")
                return
            elif self._give_up is not None and time.monotonic() > self._give_up:
                self._gone("nobody said initialize")
                return


class _Process:
    """Another process, told apart from a later one of the same number where the system can."""

    def __init__(self, process_id: int) -> None:
        self._id = process_id
        self._handle: int | None = None
        if sys.platform == "linux":
            with suppress(OSError, OverflowError):  # an older kernel, or no such process
                self._handle = os.pidfd_open(process_id)

    def alive(self) -> bool:
        """Whether it still runs; one that has ended and was not waited for does not."""
        if self._id <= 0:
            return False
        if self._handle is not None:
            return not select.select([self._handle], [], [], 0)[0]
        if sys.platform == "win32":
            return _alive_on_windows(self._id)
        try:
            os.kill(self._id, 0)
        except PermissionError:
            return True
        except (OSError, OverflowError):
            return False
        return True


def _alive_on_windows(process_id: int) -> bool:
    """There ``os.kill`` with 0 would interrupt the process."""
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    synchronize, timed_out = 0x00100000, 0x00000102
    handle = kernel.OpenProcess(synchronize, False, process_id)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)


@contextmanager
def signals(loop: asyncio.AbstractEventLoop, ending: Ending) -> Iterator[None]:
    """Within the block, a signal that asks the process to end begins the end.

    The loop's handler wakes the loop, also where the system gives the signal to another thread;
    Python's own comes through where a handler of ours holds up the loop.
    """

    def begin(number: int, _frame: FrameType | None = None) -> None:
        ending.begin(128 + number, f"signal {number}")

    names = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        with suppress(NotImplementedError):  # Windows, whose loop is woken by each signal
            loop.add_signal_handler(number, begin, number)
        signal.signal(number, begin)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler or signal.SIG_DFL)


def leave(status: int) -> NoReturn:
    """End the process now: no thread that is still at work keeps it alive."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # closed, broken, or never there
            stream.flush()
    os._exit(status)
