"""gRPC over HTTP/2 with prior knowledge: every call is answered with one empty message and status 0.

That answers unary calls and streams of either direction, once the client has said all. A stream on which both talk in
turn gets nothing before the client has finished. Of HPACK it reads what is not Huffman-coded, and writes literals.
Behind TLS, BoringSSL does not take the test authority with its constraint to an IP address: such a client trusts the
certificate in `certificates/test-server.pem` itself.
"""

from __future__ import annotations

import struct

from ..speech import Kind, Message, Place, Speaker

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING, _WINDOW_UPDATE, _CONTINUATION = 0, 1, 4, 6, 8, 9
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _PRIORITY = 1, 1, 4, 8, 32
_MAX_FRAME = 1 << 20
_MAX_BLOCK = 1 << 16
_WINDOW = 0x7FFFFFFF
_PATH = (4, 5)
"""Places of ":path" in HPACK's static table, which has 61."""
_STATIC = 61


class Grpc(Speaker):
    """HTTP/2 on one connection."""

    schemes = ("grpc", "grpcs")
    alpn = ("h2",)

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._started = False
        # A header block that is not complete, and whether its stream ends with it.
        self._block = b""
        self._block_ends = False
        self._paths: dict[int, str] = {}
        self._hpack = _Hpack()

    def next_message(self, received: bytearray) -> Message | None:
        """Read the preface, then frames; a call is an operation when its stream ends."""
        if not self._started:
            if received[: len(_PREFACE)] != _PREFACE[: len(received)]:
                raise ValueError("not HTTP/2")
            if len(received) < len(_PREFACE):
                return None
            self._started = True
            return Message(len(_PREFACE), "preface", kind="setup", reply=_greet())
        if len(received) < 9:
            return None
        length = int.from_bytes(received[:3], "big")
        if length > _MAX_FRAME:
            raise ValueError("the frame is too long")
        if len(received) < 9 + length:
            return None
        kind, flags = received[3], received[4]
        stream = struct.unpack_from(">I", received, 5)[0] & 0x7FFFFFFF
        return self._frame(kind, flags, stream, bytes(received[9 : 9 + length]), 9 + length)

    def _frame(self, kind: int, flags: int, stream: int, body: bytes, size: int) -> Message:
        if kind in (_HEADERS, _CONTINUATION):
            return self._headers(kind, flags, stream, body, size)
        if kind == _DATA and flags & _END_STREAM:
            return self._call(stream, size)
        if kind in (_SETTINGS, _PING) and not flags & _ACK:
            said: Kind = "setup" if kind == _SETTINGS else "step"
            answer = _frame(kind, _ACK, 0, b"" if kind == _SETTINGS else body)
            return Message(size, kind=said, reply=answer)
        return Message(size, kind="step")

    def _headers(self, kind: int, flags: int, stream: int, body: bytes, size: int) -> Message:
        if kind == _HEADERS:
            self._block, self._block_ends = _fragment(body, flags), bool(flags & _END_STREAM)
        else:
            self._block += body
        if len(self._block) > _MAX_BLOCK:
            raise ValueError("the headers are too long")
        if flags & _END_HEADERS:
            self._paths[stream] = self._hpack.read_path(self._block)
            if self._block_ends:
                return self._call(stream, size)
        return Message(size, kind="step")

    def _call(self, stream: int, size: int) -> Message:
        head = b"\x88" + _literal(b"content-type", b"application/grpc")
        reply = _frame(_HEADERS, _END_HEADERS, stream, head)
        reply += _frame(_DATA, 0, stream, struct.pack(">BI", 0, 0))
        reply += _frame(_HEADERS, _END_HEADERS | _END_STREAM, stream, _literal(b"grpc-status", b"0"))
        return Message(size, "call", self._paths.pop(stream, ""), reply=reply)


SPEAKER = Grpc


class _Hpack:
    """The client's header compression, as far as it takes to find the path.

    The settings forbid the client to fill its table; what it put there before it knew is kept.
    """

    def __init__(self) -> None:
        self._table: list[tuple[bool, str]] = []

    def read_path(self, block: bytes) -> str:
        """Return the value of ":path"; empty when it is Huffman-coded or not there."""
        path, at = "", 0
        while at < len(block):
            first = block[at]
            if first & 0x80:
                place, at = _integer(block, at, 7)
                is_path, value = (place in _PATH, "/") if place <= _STATIC else self._table[place - _STATIC - 1]
            elif first & 0xE0 == 0x20:
                _, at = _integer(block, at, 5)
                continue
            else:
                place, at = _integer(block, at, 6 if first & 0x40 else 4)
                is_path = place in _PATH or (place > _STATIC and self._table[place - _STATIC - 1][0])
                if place == 0:
                    name, at = _string(block, at)
                    is_path = name == ":path"
                value, at = _string(block, at)
                if first & 0x40:
                    self._table.insert(0, (is_path, value))
            path = value if is_path else path
        return path


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    most = (1 << bits) - 1
    value = block[at] & most
    at += 1
    if value < most:
        return value, at
    shift = 0
    while True:
        value += (block[at] & 0x7F) << shift
        at += 1
        shift += 7
        if not block[at - 1] & 0x80:
            return value, at
        if shift > 28:
            raise ValueError("the number is too long")


def _string(block: bytes, at: int) -> tuple[str, int]:
    is_coded = block[at] & 0x80
    length, at = _integer(block, at, 7)
    return "" if is_coded else block[at : at + length].decode("latin-1"), at + length


def _literal(name: bytes, value: bytes) -> bytes:
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def _fragment(body: bytes, flags: int) -> bytes:
    """The header block in a HEADERS frame, without padding and priority."""
    start, end = 0, len(body)
    if flags & _PADDED:
        start, end = 1, end - body[0]
    if flags & _PRIORITY:
        start += 5
    return body[start:end]


def _greet() -> bytes:
    """Settings (no table of headers, a wide window, large frames), and the same window for the connection."""
    settings = struct.pack(">HIHIHI", 1, 0, 4, _WINDOW, 5, _MAX_FRAME)
    return _frame(_SETTINGS, 0, 0, settings) + _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", _WINDOW - 65_535))


def _frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body
