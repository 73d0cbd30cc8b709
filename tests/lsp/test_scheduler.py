"""The worker: what is urgent goes first, what is old or cancelled is not done, and nothing is lost."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest

from hangup.lsp.scheduler import Scheduler, Urgency, Work, call_on

PATIENCE = 5.0


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler()
    yield made
    made.close(PATIENCE)


class Gate:
    """Work that holds the worker until it is let go."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def work(self) -> Work[None]:
        self.begun.set()
        assert self.opened.wait(PATIENCE)
        yield


def noting(log: list[str], name: str, units: int = 1) -> Work[str]:
    """Work that notes each of its units."""
    for unit in range(units):
        log.append(f"{name}{unit}")
        yield
    return name


def failing() -> Work[str]:
    yield
    raise ZeroDivisionError("as it should")


async def behind(scheduler: Scheduler) -> Gate:
    """A worker that is held; what is given to it now waits."""
    gate = Gate()
    scheduler.post(gate.work(), Urgency.INTERACTIVE)
    assert await asyncio.to_thread(gate.begun.wait, PATIENCE)
    return gate


def run(test: object) -> None:
    asyncio.run(asyncio.wait_for(test, PATIENCE * 2))


def test_results_and_errors_reach_the_one_who_asked(scheduler: Scheduler) -> None:
    async def test() -> None:
        assert await scheduler.result(noting([], "a", units=3), Urgency.ASKED) == "a"
        with pytest.raises(ZeroDivisionError):
            await scheduler.result(failing(), Urgency.ASKED)
        assert await scheduler.result(noting([], "b"), Urgency.ASKED) == "b"

    run(test())


def test_the_urgent_goes_first_and_the_rest_in_order(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = await behind(scheduler)
        urgencies = [Urgency.LATER, Urgency.TYPED, Urgency.ASKED, Urgency.ASKED, Urgency.INTERACTIVE]
        asked = [
            asyncio.ensure_future(scheduler.result(noting(log, name), urgency))
            for name, urgency in zip("abcde", urgencies, strict=True)
        ]
        await asyncio.sleep(0)
        gate.opened.set()
        assert await asyncio.gather(*asked) == list("abcde")
        assert log == ["e0", "c0", "d0", "b0", "a0"]

    run(test())


def test_the_urgent_comes_in_between_two_units(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = Gate()

        def long() -> Work[str]:
            log.append("long begins")
            yield from gate.work()
            log.append("long ends")
            return "long"

        slow = asyncio.ensure_future(scheduler.result(long(), Urgency.LATER))
        assert await asyncio.to_thread(gate.begun.wait, PATIENCE)
        quick = asyncio.ensure_future(scheduler.result(noting(log, "quick"), Urgency.INTERACTIVE))
        await asyncio.sleep(0)
        gate.opened.set()
        assert await asyncio.gather(slow, quick) == ["long", "quick"]
        assert log == ["long begins", "quick0", "long ends"]

    run(test())


def test_what_is_cancelled_before_it_begins_is_never_begun(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = await behind(scheduler)
        asked = [asyncio.ensure_future(scheduler.result(noting(log, str(n)), Urgency.ASKED)) for n in range(50)]
        await asyncio.sleep(0)
        for each in asked[:-1]:
            each.cancel()
        await asyncio.sleep(0)  # the loop tells the worker in its next turn
        gate.opened.set()
        assert await asked[-1] == "49"
        assert log == ["490"]

    run(test())


def test_what_is_cancelled_while_it_runs_ends_at_its_next_unit(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = Gate()

        def long() -> Work[None]:
            try:
                yield from gate.work()
                log.append("too far")
            finally:
                log.append("closed")

        asked = asyncio.ensure_future(scheduler.result(long(), Urgency.ASKED))
        assert await asyncio.to_thread(gate.begun.wait, PATIENCE)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked  # at once: the worker is still held
        assert not gate.opened.is_set()
        gate.opened.set()
        await scheduler.result(noting(log, "next"), Urgency.ASKED)
        assert log == ["closed", "next0"]

    run(test())


def test_of_one_key_only_the_latest_is_done(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = await behind(scheduler)

        def noted(name: str) -> Work[None]:
            yield from noting(log, name)

        for number in range(20):
            scheduler.post(noted(f"a{number}."), Urgency.TYPED, key="a")
            scheduler.post(noted(f"b{number}."), Urgency.TYPED, key="b")
            scheduler.post(noted(f"free{number}."), Urgency.LATER)
        gate.opened.set()
        await scheduler.result(noting(log, "end"), Urgency.LATER)
        assert log == ["a19.0", "b19.0", *(f"free{n}.0" for n in range(20)), "end0"]
        scheduler.post(noted("again"), Urgency.TYPED, key="a")
        await scheduler.result(noting(log, "end"), Urgency.LATER)
        assert log[-2:] == ["again0", "end0"]

    run(test())


def test_posted_work_that_fails_is_logged(scheduler: Scheduler, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        def fails() -> Work[None]:
            yield from failing()

        scheduler.post(fails(), Urgency.TYPED)
        await scheduler.result(noting([], "end"), Urgency.LATER)

    with caplog.at_level(logging.ERROR, "hangup.lsp.scheduler"):
        run(test())
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


def test_closing_begins_nothing_more(scheduler: Scheduler) -> None:
    async def test() -> None:
        log: list[str] = []
        gate = await behind(scheduler)
        waiting = asyncio.ensure_future(scheduler.result(noting(log, "never"), Urgency.INTERACTIVE))
        await asyncio.sleep(0)
        scheduler.close()  # does not wait for the one that runs
        gate.opened.set()
        scheduler.close(PATIENCE)
        assert not scheduler._thread.is_alive()
        assert log == []
        assert not waiting.done()
        waiting.cancel()

    run(test())


def test_a_loop_that_has_ended_is_not_called() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    call_on(loop, pytest.fail, "it was called")
