"""Runs cells: a peer that fails for each, and the library in processes of its own."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hangup.faults import FAULTS, FaultServer
from hangup.knowledge.schema import Drive, Pack
from hangup.measure.cells import Cell

_WORKER = Path(__file__).with_name("worker.py")
_SHORT, _LONG = 0.4, 5.0
"""Seconds of `timeout` for a peer that hangs, and for all others."""
_DEADLINE = 4.0
"""Seconds over `timeout` after which a program counts as waiting for ever."""
_START = 10.0
"""Seconds more for the imports of the library."""


@dataclass(frozen=True)
class Outcome:
    """What came of a cell.

    stage: "setup" if the measured statement was not reached. raised: the exception, by the file's own name for it; None
    for no exception. mro: its classes, nearest first. bases: those that its class statement names. returned: how the
    result is shown. waits: nothing came in time. reset: an expression on `e` for the ConnectionResetError inside.
    stated: whether one of the file's own expressions gives it; None without any. members: of an exception group.
    """

    cell: Cell
    stage: str
    raised: str | None = None
    mro: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    text: str = ""
    returned: str = ""
    waits: bool = False
    reset: str | None = None
    stated: bool | None = None
    members: tuple[str, ...] = ()


@dataclass
class Bench:
    """How cells are run. python: the interpreter that has the library. jobs: cells at the same time."""

    pack: Pack
    names: list[str]
    python: str = sys.executable
    jobs: int = 6
    resets: dict[str, list[str]] = field(default_factory=dict)

    def run(self, cells: Iterable[Cell], tell: Callable[[Outcome], object] = lambda _: None) -> list[Outcome]:
        """The outcomes, in the order of the cells. tell: called with each as soon as it is there."""
        waiting: queue.SimpleQueue[tuple[int, Cell] | None] = queue.SimpleQueue()
        found: dict[int, Outcome] = {}
        for numbered in enumerate(cells):
            waiting.put(numbered)

        def work() -> None:
            worker = _Worker(self)
            while (numbered := waiting.get()) is not None:
                number, cell = numbered
                found[number] = worker.outcome(cell)
                tell(found[number])
            worker.close()

        threads = [threading.Thread(target=work) for _ in range(self.jobs)]
        for thread in threads:
            waiting.put(None)
            thread.start()
        for thread in threads:
            thread.join()
        return [found[number] for number in sorted(found)]


class _Worker:
    """A process that runs one cell after another; a new one after each that had to be given up."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._process: subprocess.Popen[str] | None = None

    def outcome(self, cell: Cell) -> Outcome:
        if not cell.serves:
            return self._ask(cell, {"host": "127.0.0.1", "port": 0})
        drive = self._drive
        answer = {} if drive.answer is None else {"answer": drive.answer.encode(), "content_type": drive.content_type}
        with FaultServer(cell.served, protocol=cell.protocol, tls=cell.tls, **answer) as server:  # type: ignore[arg-type]
            place = {"host": server.host, "port": server.port, "url": server.url, "ca": server.ca_file}
            return self._ask(cell, place)

    @property
    def _drive(self) -> Drive:
        return self._bench.pack.library.drive or Drive()

    def _ask(self, cell: Cell, place: dict[str, Any]) -> Outcome:
        fault = FAULTS.get(cell.served)
        hangs = "hang" in cell.fault or (fault is not None and fault.ending == "hang")
        timeout = _SHORT if hangs else _LONG
        fresh = self._process is None
        process = self._running()
        deadline = timeout + _DEADLINE + (_START if fresh else 0.0)
        order = {
            "imports": self._bench.pack.library.imports,
            "setup": self._drive.setup,
            "make": cell.make,
            "drive": cell.drive,
            "fault": cell.fault,
            "runner": self._drive.runner,
            "resets": self._bench.resets,
            "deadline": deadline,
            "thread": False,
            "names": {**place, "timeout": timeout, "tls": cell.tls, "upload": "payload" in cell.drive + cell.make},
        }
        answer = _line(process, json.dumps(order), deadline + _DEADLINE)
        if answer is None or answer.get("hangs") or self._drive.isolated:
            self.close()
        return _outcome(cell, answer or {"stage": "setup", "text": "the interpreter ended"})

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [self._bench.python, str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            _write(self._process, json.dumps({"names": self._bench.names}))
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _write(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str], order: str, limit: float) -> dict[str, Any] | None:
    """The answer; None if the process ends without one or takes longer than `limit` seconds."""
    assert process.stdout is not None
    watch = threading.Timer(limit, process.kill)
    watch.start()
    try:
        _write(process, order)
        line = process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line else None
    except (OSError, ValueError):
        return None
    finally:
        watch.cancel()
    return answer


def _outcome(cell: Cell, answer: dict[str, Any]) -> Outcome:
    return Outcome(
        cell,
        stage=answer["stage"],
        raised=answer.get("raised"),
        mro=tuple(answer.get("mro", ())),
        bases=tuple(answer.get("bases", ())),
        text=answer.get("text", ""),
        returned=answer.get("returned", ""),
        waits=bool(answer.get("hangs")),
        reset=answer.get("reset"),
        stated=answer.get("stated"),
        members=tuple(answer.get("members", ())),
    )
