from __future__ import annotations

import asyncio
import threading

import pytest

from studio_lsp.work import StoppedError, Work, go_on, to_the_end


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


def test_what_is_kept_is_waited_for_at_the_end() -> None:
    done: list[str] = []
    begun, gate = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        gate.wait(30)
        done.append("written")

    async def end() -> None:
        work = Work()
        task = asyncio.ensure_future(work.kept(write))
        await asyncio.to_thread(begun.wait, 30)
        work.close()
        work.finish(0.01)  # only so long
        assert done == []
        threading.Timer(0.05, gate.set).start()
        work.finish(30)
        assert done == ["written"]
        await task

    asyncio.run(end())


def test_what_has_to_come_to_its_end_does_so_when_nobody_waits() -> None:
    done: list[str] = []

    async def both() -> str:
        await asyncio.sleep(0.05)
        done.append("both")
        return "done"

    async def cancel() -> None:
        task = asyncio.ensure_future(to_the_end(both()))
        await asyncio.sleep(0.01)
        task.cancel()
        assert await task == "done"

    asyncio.run(cancel())
    assert done == ["both"]
