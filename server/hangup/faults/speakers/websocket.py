"""WebSocket (RFC 6455): the upgrade from HTTP/1.1, then every data message is answered with one.

It takes the first subprotocol that is offered and no extension, so nothing is compressed.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from itertools import cycle

from ..speech import Message, Place, Speaker

_MAX_HEAD = 65_536
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10


class WebSocket(Speaker):
    """WebSocket on one connection."""

    schemes = ("ws", "wss")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._path = ""
        self._upgraded = False
        self._opcode = _TEXT

    def next_message(self, received: bytearray) -> Message | None:
        """Read the request to upgrade, then frames; a message in fragments is an operation with its last."""
        if not self._upgraded:
            return self._upgrade(received)
        head = _frame_head(received)
        if head is None:
            return None
        final, opcode, start, length = head
        size = start + length
        if len(received) < size:
            return None
        if opcode in (_CLOSE, _PING):
            body = _unmasked(received[start - 4 : start], received[start:size])
            if opcode == _PING:
                return Message(size, "ping", kind="step", reply=_frame(_PONG, body))
            return Message(size, "close", kind="step", reply=_frame(_CLOSE, body[:2]), then="leave")
        if opcode == _PONG:
            return Message(size, "pong", kind="step")
        if opcode != _CONTINUED:
            self._opcode = opcode
        if not final:
            return Message(size, kind="step")
        opcode = self._opcode
        name = "text" if opcode == _TEXT else "binary"
        return Message(size, name, self._path, reply=lambda payload: _frame(opcode, payload))

    def _upgrade(self, received: bytearray) -> Message | None:
        end = received.find(b"\r\n\r\n")
        if end < 0:
            if len(received) > _MAX_HEAD:
                raise ValueError("the request's head is too long")
            return None
        first, *lines = received[:end].decode("latin-1").split("\r\n")
        method, self._path, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if method != "GET" or headers["upgrade"].lower() != "websocket":
            raise ValueError("not a request to upgrade")
        key = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + _ACCEPT).digest()).decode()
        offered = headers.get("sec-websocket-protocol", "").split(",")[0].strip()
        self._upgraded = True
        reply = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {key}\r\n" + (f"Sec-WebSocket-Protocol: {offered}\r\n" if offered else "") + "\r\n"
        )
        return Message(end + 4, "upgrade", self._path, "setup", reply.encode("latin-1"))


SPEAKER = WebSocket


def _frame_head(received: bytearray) -> tuple[bool, int, int, int] | None:
    """Return whether a frame is the last of its message, its opcode, where its content starts, and the length."""
    if len(received) < 2:
        return None
    opcode, length, start = received[0] & 0x0F, received[1] & 0x7F, 2
    if received[0] & 0x70 or not received[1] & 0x80 or opcode not in (0, 1, 2, 8, 9, 10):
        raise ValueError("not a client's frame")
    if length > 125:
        start = 4 if length == 126 else 10
        if len(received) < start:
            return None
        length = int(struct.unpack_from(">H" if start == 4 else ">Q", received, 2)[0])
    return bool(received[0] & 0x80), opcode, start + 4, length


def _unmasked(mask: bytearray, content: bytearray) -> bytes:
    return bytes(byte ^ key for byte, key in zip(content, cycle(mask)))


def _frame(opcode: int, content: bytes) -> bytes:
    length = len(content)
    if length < 126:
        head = struct.pack(">BB", 0x80 | opcode, length)
    elif length < 0x10000:
        head = struct.pack(">BBH", 0x80 | opcode, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, length)
    return head + content
