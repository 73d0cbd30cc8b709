"""What has happened on a fault server, counted and timed, and whether the next fault is still due.

Safe to use from every thread of the server and from the test.
"""

from __future__ import annotations

import threading
import time

from .request import Request


class Ledger:
    """Counts and times.

    fail_first: how often the fault strikes before everything is answered properly; None for ever.
    """

    def __init__(self, fail_first: int | None) -> None:
        self._lock = threading.Lock()
        self._left = fail_first
        self._struck = 0
        self._connection_times: list[float] = []
        self._requests: list[Request] = []

    def take_fault(self) -> bool:
        """Return whether the fault strikes now, and count it if so."""
        with self._lock:
            if self._left == 0:
                return False
            if self._left is not None:
                self._left -= 1
            self._struck += 1
            return True

    def recover(self) -> None:
        """Let no fault strike from now on."""
        with self._lock:
            self._left = 0

    def add_connection(self) -> int:
        """Note a connection that was accepted now; return its number, from 0."""
        with self._lock:
            self._connection_times.append(time.monotonic())
            return len(self._connection_times) - 1

    def add_request(self, request: Request) -> None:
        """Note a request."""
        with self._lock:
            self._requests.append(request)

    @property
    def struck(self) -> int:
        """How often the fault has struck."""
        with self._lock:
            return self._struck

    @property
    def connection_times(self) -> tuple[float, ...]:
        """Monotonic seconds at which each connection was accepted."""
        with self._lock:
            return tuple(self._connection_times)

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request, in order of arrival."""
        with self._lock:
            return tuple(self._requests)
