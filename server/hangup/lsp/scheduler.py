"""One thread that does the work: the thread that talks to the client never analyses anything.

Work is a generator that yields between its units. Between two units the most urgent work goes on, so that a hover need
not wait for a workspace to be read, and cancelled work ends. Work of one urgency is done in the order it came.
This module does not know what the work is.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import threading
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from enum import IntEnum
from functools import partial
from itertools import count
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
Work = Generator[None, None, T]

logger = logging.getLogger(__name__)


class Urgency(IntEnum):
    """What goes first."""

    INTERACTIVE = 0  # a person waits for it
    ASKED = 1  # an editor waits for it
    TYPED = 2  # the document that is being edited
    LATER = 3  # the documents around it


class _Job:
    """Work, its place in the queue, and where its result goes."""

    def __init__(self, urgency: Urgency, number: int, work: Work[Any]) -> None:
        self.order = (urgency, number)
        self.work = work
        self.future: Future[Any] = Future()

    def __lt__(self, other: _Job) -> bool:
        return self.order < other.order

    def step(self) -> bool:
        """Do one unit; whether there may be more to do."""
        if self.future.cancelled():
            self.work.close()
            return False
        try:
            next(self.work)
        except StopIteration as end:
            with suppress(InvalidStateError):  # cancelled while its last unit ran
                self.future.set_result(end.value)
        except Exception as error:
            with suppress(InvalidStateError):
                self.future.set_exception(error)
        else:
            return True
        return False


class Scheduler:
    """The queue and its thread, which begins with the first work and ends with `close`."""

    def __init__(self) -> None:
        self._queue: list[_Job] = []
        self._latest: dict[Hashable, _Job] = {}
        self._numbers = count()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="hangup analysis", daemon=True)

    async def result(self, work: Work[T], urgency: Urgency) -> T:
        """What the work returns. Cancelling the caller cancels the work; what the work raises is raised here."""
        future: asyncio.Future[T] = asyncio.wrap_future(self._add(work, urgency).future)
        return await future

    def post(self, work: Work[None], urgency: Urgency, key: Hashable | None = None) -> None:
        """Do the work some time, and not what was posted under the same key before. What it raises is logged."""
        job = self._add(work, urgency, key)
        job.future.add_done_callback(_log_failure)

    def close(self, wait: float = 0.0) -> None:
        """Begin no further unit. wait: seconds to wait for the one that runs."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(wait)

    def _add(self, work: Work[Any], urgency: Urgency, key: Hashable | None = None) -> _Job:
        job = _Job(urgency, next(self._numbers), work)
        with self._wake:
            if key is not None:
                old = self._latest.get(key)
                if old is not None:
                    old.future.cancel()
                self._latest[key] = job
                job.future.add_done_callback(lambda _: self._forget(key, job))
            heapq.heappush(self._queue, job)
            if not self._closed and self._thread.ident is None:
                self._thread.start()
            self._wake.notify()
        return job

    def _forget(self, key: Hashable, job: _Job) -> None:
        with self._wake:
            if self._latest.get(key) is job:
                del self._latest[key]

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                job = heapq.heappop(self._queue)
            if job.step():
                with self._wake:
                    heapq.heappush(self._queue, job)


def call_on(loop: asyncio.AbstractEventLoop, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call a function on the thread of an event loop, unless that has ended in the meantime."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(partial(function, *args, **kwargs))


def _log_failure(future: Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.error("background work failed", exc_info=error)
