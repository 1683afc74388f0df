from __future__ import annotations

import asyncio
import threading

import pytest

from studio_lsp.work import StoppedError, Work, go_on


def test_what_is_live_is_not_held_up_by_what_is_aside() -> None:
    async def both() -> str:
        work = Work()
        gate = threading.Event()
        slow = [asyncio.ensure_future(work.aside(gate.wait, 30)) for _ in range(20)]
        answer = await work.live(lambda: "quick")
        gate.set()
        assert all(await asyncio.gather(*slow))
        work.close()
        return answer

    assert asyncio.run(both()) == "quick"


def test_work_is_told_when_nobody_waits_for_it() -> None:
    told = threading.Event()
    begun = threading.Event()

    def long() -> None:
        begun.set()
        try:
            while True:
                go_on()
        except StoppedError:
            told.set()
            raise

    async def cancel() -> None:
        work = Work()
        task = asyncio.ensure_future(work.aside(long))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(told.wait, 30)
        await work.aside(go_on)  # the same thread is free of it afterwards
        work.close()

    asyncio.run(cancel())


def test_outside_a_lane_work_goes_on() -> None:
    go_on()


def test_after_the_end_nothing_begins() -> None:
    async def late() -> None:
        work = Work()
        work.close()
        with pytest.raises(asyncio.CancelledError):
            await work.live(go_on)

    asyncio.run(late())
