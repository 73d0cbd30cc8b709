"""HTTP/1.1, the server's side: enough to read any client's request and to answer it, wholly or in part.

No routing, no HTTP/2, no content coding. It never ends a connection itself.
"""

from __future__ import annotations

from .catalogue import Framing
from .request import KEPT_BODY, Answer, Head, Request, answer_to
from .wire import Wire

MAX_HEAD = 65_536
ANNOUNCED = 100_000
"""Bytes that a partial answer promises."""
PART = b"x" * 1_000
"""Bytes that it delivers."""

_FRAMED_PART: dict[Framing, bytes] = {
    "length": f"Content-Length: {ANNOUNCED}\r\n\r\n".encode() + PART,
    "chunked": f"Transfer-Encoding: chunked\r\n\r\n{len(PART):x}\r\n".encode() + PART + b"\r\n",
    "open": b"Connection: close\r\n\r\n" + PART,
}


class Http1:
    """HTTP/1.1 on one wire.

    answer: the body of a proper answer. content_type: its media type.
    """

    def __init__(self, wire: Wire, answer: Answer, content_type: str) -> None:
        self._wire = wire
        self._answer = answer
        self._content_type = content_type
        self._buffer = b""
        self._keep_alive = False

    def next_head(self) -> Head | None:
        """Read a request line and its headers. Raises ValueError when they are not HTTP."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > MAX_HEAD:
                raise ValueError("the request's head is too long")
            if not self._fill():
                return None
        raw, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        head = _parse_head(raw)
        connection = head.headers.get("connection", "").lower()
        self._keep_alive = connection != "close" if head.version == "HTTP/1.1" else connection == "keep-alive"
        return head

    def read_body(self, head: Head, limit: int | None) -> tuple[bytes, int]:
        """Read a body of announced length or in chunks. Raises ValueError when it is neither."""
        if head.headers.get("expect", "").lower() == "100-continue":
            self._wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if head.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks(limit)
        length = int(head.headers.get("content-length", "0"))
        return self._take(length if limit is None else min(length, limit))

    def answer(self, request: Request) -> bool:
        """Send status 200 with the whole body."""
        body = answer_to(request, self._answer)
        head = (
            "HTTP/1.1 200 OK\r\n"
            f"Content-Type: {self._content_type}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if self._keep_alive else 'close'}\r\n\r\n"
        )
        self._wire.send(head.encode("latin-1") + (b"" if request.method == "HEAD" else body))
        return self._keep_alive

    def answer_partly(self, request: Request, framing: Framing) -> None:
        """Send status 200 and `PART`: of `ANNOUNCED` bytes, as one whole chunk, or without length."""
        status = f"HTTP/1.1 200 OK\r\nContent-Type: {self._content_type}\r\n"
        self._wire.send(status.encode("latin-1") + _FRAMED_PART[framing])

    def _fill(self) -> bool:
        more = self._wire.receive()
        self._buffer += more
        return bool(more)

    def _take(self, size: int) -> tuple[bytes, int]:
        """Take `size` bytes off the stream, fewer if it ends; return the first `KEPT_BODY` and the count."""
        kept, taken = b"", 0
        while taken < size:
            if not self._buffer and not self._fill():
                break
            part, self._buffer = self._buffer[: size - taken], self._buffer[size - taken :]
            kept += part[: KEPT_BODY - len(kept)]
            taken += len(part)
        return kept, taken

    def _read_line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > MAX_HEAD or not self._fill():
                raise ValueError("the request's body stops inside a chunk header")
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _read_chunks(self, limit: int | None) -> tuple[bytes, int]:
        kept, taken = b"", 0
        while size := int(self._read_line().split(b";")[0], 16):
            wanted = size if limit is None else min(size, limit - taken)
            part, count = self._take(wanted)
            kept += part[: KEPT_BODY - len(kept)]
            taken += count
            if limit is not None and taken >= limit:
                return kept, taken
            self._read_line()
        while self._read_line():  # trailers, up to the empty line
            pass
        return kept, taken


def _parse_head(raw: bytes) -> Head:
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, path, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not HTTP/1: {version!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(method, path, version, headers)
