"""Where work is done: what is live in one lane, all else aside, and never on the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_ASIDE = 4
_current = threading.local()


class StoppedError(Exception):
    """Nobody waits for this work any more."""


class Work:
    """Two places to work: ``live`` is one thread, in order; ``aside`` is several.

    What happens in the live lane answers to typing and is short. Slow work goes aside, where it
    cannot hold up the other, and is told when nobody waits for it any more.
    """

    def __init__(self) -> None:
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._pool = ThreadPoolExecutor(_ASIDE, thread_name_prefix="aside")
        self._keeping = 0
        self._kept = threading.Condition()

    async def live(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something in the live lane."""
        return await _waited_for(self._lane, do, *args, **kwargs)

    async def aside(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something slow."""
        return await _waited_for(self._pool, do, *args, **kwargs)

    async def kept(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something that must not be left half done: the server's end waits for it."""

        def run() -> T:
            with self._kept:
                self._keeping += 1
            try:
                return do(*args, **kwargs)
            finally:
                with self._kept:
                    self._keeping -= 1
                    self._kept.notify_all()

        return await _waited_for(self._pool, run)

    def finish(self, seconds: float) -> None:
        """Wait for what is kept, so long at most; for the end."""
        with self._kept:
            self._kept.wait_for(lambda: not self._keeping, seconds)

    def close(self) -> None:
        """Begin nothing more; what is running is not waited for."""
        self._lane.shutdown(wait=False, cancel_futures=True)
        self._pool.shutdown(wait=False, cancel_futures=True)


def go_on() -> None:
    """Raise StoppedError where nobody waits for the work of this thread any more.

    Long work calls it now and then.
    """
    event = getattr(_current, "stopped", None)
    if event is not None and event.is_set():
        raise StoppedError


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait for work that is not to be cancelled with who waits for it."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()


async def _waited_for(
    pool: ThreadPoolExecutor, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    stopped = threading.Event()

    def run() -> T:
        _current.stopped = stopped
        go_on()
        return do(*args, **kwargs)

    try:
        waiting = asyncio.get_running_loop().run_in_executor(pool, run)
    except RuntimeError:  # it was closed: the server is about to end
        raise asyncio.CancelledError from None
    try:
        return await waiting
    except asyncio.CancelledError:
        stopped.set()
        raise
