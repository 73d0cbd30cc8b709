"""Bytes without a protocol: what one read returns is a request, and the answer is sent as it is.

For clients that do not speak HTTP. A function as the answer can speak just enough of a protocol to get
the client to the place where the fault strikes.
"""

from __future__ import annotations

from .catalogue import Framing
from .request import KEPT_BODY, Answer, Head, Request, answer_to
from .wire import Wire


class Raw:
    """Raw bytes on one wire.

    answer: what is sent back.
    speaks_first: the server opens the talk: the first request is taken to be empty, so the first answer is a
        greeting (SMTP, FTP, MySQL).
    """

    def __init__(self, wire: Wire, answer: Answer, speaks_first: bool) -> None:
        self._wire = wire
        self._answer = answer
        self._greeting_due = speaks_first
        self._received = b""

    def next_head(self) -> Head | None:
        """Wait for bytes; None when the client has closed. Raises OSError on failure."""
        if self._greeting_due:
            self._greeting_due = False
            return Head()
        self._received = self._wire.receive()
        return Head() if self._received else None

    def read_body(self, head: Head, limit: int | None) -> tuple[bytes, int]:
        """Return what `next_head` read; raw bytes tell no length, so there is nothing to wait for."""
        return self._received[:KEPT_BODY], len(self._received)

    def answer(self, request: Request) -> bool:
        """Send the whole answer."""
        self._wire.send(answer_to(request, self._answer))
        return True

    def answer_partly(self, request: Request, framing: Framing) -> None:
        """Send the first half of the answer."""
        whole = answer_to(request, self._answer)
        self._wire.send(whole[: (len(whole) + 1) // 2])
