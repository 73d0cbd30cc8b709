"""Asks jedi, in a process beside this one, for the types that our own resolution could not find.

Bounded: so many questions a file, so long an answer, so long altogether; then it is left at that. Answers are kept by
the text, the environment and what was asked, so that the command line and the editor have the same.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import msgspec

from hangup.flow.unresolved import Question
from hangup.syntax.source import Source
from hangup.workspace.installed.environment import Environment
from hangup.workspace.installed.jedi_messages import Answer, Request
from hangup.workspace.store import Store, key_of

logger = logging.getLogger(__name__)

Inferred = dict[tuple[str, str], list[str]]
"""The unit and path of a question, to the dotted names of classes."""

_WORKER = "hangup.workspace.installed.jedi_worker"
_MOST_QUESTIONS = 30
_PATIENCE = 5.0
"""Seconds for the questions of one file."""
_BLINK = 0.005
"""Seconds between two looks whether the answer is there."""
_BUDGET = 15.0
"""Seconds for all files of one run or session that were not answered before."""


class Inference:
    """For one workspace. Starts its process when it is first asked something new."""

    def __init__(self, root: Path, environment: Environment | None, store: Store) -> None:
        self._root = root
        self._folders = [str(each) for each in environment.libraries] if environment is not None else []
        self._store = store
        self._process: subprocess.Popen[bytes] | None = None
        self._spent = 0.0
        self._thread = ThreadPoolExecutor(1, "jedi")

    def infer(self, path: str, source: Source, questions: Iterable[Question]) -> Generator[None, None, Inferred]:
        """What the receivers in a module may be; those of which nothing was found are left out. Yields while it waits.

        path: of the module, from the workspace's root.
        """
        asked = list(questions)[:_MOST_QUESTIONS]
        if not asked:
            return {}
        folders = "\0".join([str(self._root), *self._folders])
        key = key_of("inferred", path.encode(), source.data, folders.encode(), repr(asked).encode())
        answer = self._store.find(key, Answer)
        if answer is None and self._spent < _BUDGET:
            asking = self._thread.submit(self._ask, path, source, asked)
            while not asking.done():
                time.sleep(_BLINK)
                yield
            answer = asking.result()
            if answer is not None:
                self._store.put(key, answer)
        if answer is None or len(answer.found) != len(asked):
            return {}
        return {(each.unit, each.path): names for each, names in zip(asked, answer.found, strict=True) if names}

    def close(self) -> None:
        """End the process; a question that it is asked at the moment gets no answer."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _ask(self, path: str, source: Source, asked: list[Question]) -> Answer | None:
        text = source.data.decode("utf-8", "replace")
        places = [_place(source, each.offset) for each in asked]
        request = Request(text, str(self._root / path), str(self._root), self._folders, places)
        began = time.monotonic()
        try:
            return msgspec.json.decode(self._exchange(msgspec.json.encode(request)), type=Answer)
        except (OSError, msgspec.MsgspecError) as error:
            logger.info("jedi gave no answer about %s: %s", path, error)
            self.close()
            return None
        finally:
            self._spent += time.monotonic() - began
            if self._spent >= _BUDGET:
                logger.info("jedi has been asked for %d s and is not asked any more", _BUDGET)
                self.close()

    def _exchange(self, request: bytes) -> bytes:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        if process.stdin is None or process.stdout is None:
            return b""
        timer = Timer(_PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write(request + b"\n")
            process.stdin.flush()
            return process.stdout.readline()
        finally:
            timer.cancel()


def _place(source: Source, offset: int) -> tuple[int, int]:
    """A line, from 1, and a column, from 0 and in code points."""
    before = source.data[:offset].decode("utf-8", "replace")
    lines = before.split("\n")
    return len(lines), len(lines[-1])
