"""What a client asked, and what a protocol must be able to say back.

Plain data and one interface; it reads and writes nothing.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass, field

from .catalogue import Framing

KEPT_BODY = 65_536
"""Bytes of a request's body that are kept for inspection; the rest is read, counted and dropped."""


@dataclass(frozen=True)
class Head:
    """The beginning of a request; raw bytes have an empty one."""

    method: str = ""
    path: str = ""
    version: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One request as it arrived.

    connection: the number of its connection, from 0.
    time: monotonic seconds (`time.monotonic`) at which its head was read.
    method, path, headers: of HTTP; header names are in lower case, repeated ones joined by ", ".
        Empty for raw bytes. Of another protocol: the operation's name, and what it is about ("GET" and a key,
        "Query" and a statement).
    body: its first `KEPT_BODY` bytes; for raw bytes, what one read returned; of another protocol, the whole message.
    body_size: bytes of the body, or of all messages of the operation, that were read. Less than was sent when the
        fault struck during the upload.
    """

    connection: int
    time: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    body_size: int


Answer = bytes | Callable[[Request], bytes]
"""The body of a proper answer, or a function of the request that returns it, called in a server thread."""


def answer_to(request: Request, answer: Answer) -> bytes:
    """Return the bytes with which `request` is answered. Raises RuntimeError when the function fails."""
    if isinstance(answer, bytes):
        return answer
    try:
        return answer(request)
    except Exception as error:
        # Else an OSError in it would look like a client that has left, and vanish.
        raise RuntimeError("the answer function of the fault server failed") from error


class Exchange(typing.Protocol):
    """Requests and answers on one connection, for HTTP and raw bytes: what comes in one by one is answered so."""

    def next_head(self) -> Head | None:
        """Read the beginning of the next request; None when the client is gone."""

    def read_body(self, head: Head, limit: int | None) -> tuple[bytes, int]:
        """Read the rest of the request, about `limit` bytes at most; return what is kept and its size."""

    def answer(self, request: Request) -> bool:
        """Answer properly; return whether the connection stays open."""

    def answer_partly(self, request: Request, framing: Framing) -> None:
        """Send the beginning of an answer."""
