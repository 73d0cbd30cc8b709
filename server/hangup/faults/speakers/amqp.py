"""AMQP 0-9-1 as RabbitMQ speaks it: any log-in, queues, publishing with and without confirms, getting, consuming.

Every queue holds one message, the server's answer. It keeps and routes nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ..speech import Kind, Message, Place, Reply, Speaker

_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD, _CONTENT, _BODY, _HEARTBEAT = 1, 2, 3, 8
_FRAME_MAX = 131_072
_END = b"\xce"

_NAMES = {
    (10, 11): "connection.start-ok",
    (10, 31): "connection.tune-ok",
    (10, 40): "connection.open",
    (10, 50): "connection.close",
    (10, 51): "connection.close-ok",
    (20, 10): "channel.open",
    (20, 20): "channel.flow",
    (20, 40): "channel.close",
    (20, 41): "channel.close-ok",
    (40, 10): "exchange.declare",
    (40, 20): "exchange.delete",
    (40, 30): "exchange.bind",
    (40, 40): "exchange.unbind",
    (50, 10): "queue.declare",
    (50, 20): "queue.bind",
    (50, 30): "queue.purge",
    (50, 40): "queue.delete",
    (50, 50): "queue.unbind",
    (60, 10): "basic.qos",
    (60, 20): "basic.consume",
    (60, 30): "basic.cancel",
    (60, 40): "basic.publish",
    (60, 70): "basic.get",
    (60, 80): "basic.ack",
    (60, 90): "basic.reject",
    (60, 110): "basic.recover",
    (60, 120): "basic.nack",
    (85, 10): "confirm.select",
    (90, 10): "tx.select",
    (90, 20): "tx.commit",
    (90, 30): "tx.rollback",
}
_SETUP = {"connection.start-ok", "connection.tune-ok", "connection.open"}
_OPERATIONS = {name for name in _NAMES.values() if name.startswith(("exchange.", "queue.", "tx.commit", "basic.get"))}
_OPERATIONS |= {"basic.consume"}
_SILENT = {"connection.close-ok", "channel.close-ok", "basic.ack", "basic.reject", "basic.nack"}


class Amqp(Speaker):
    """AMQP on one connection."""

    schemes = ("amqp", "amqps")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._started = False
        self._confirming: set[int] = set()
        # By channel: the key of a message that is being published, the bytes of it that are missing, the last tag.
        self._keys: dict[int, str] = {}
        self._missing: dict[int, int] = {}
        self._tags: dict[int, int] = {}

    def next_message(self, received: bytearray) -> Message | None:
        """Read the protocol's header, then frames. What is published is an operation when its last frame is there."""
        if not self._started:
            if len(received) < 8:
                return None
            if received[:8] != _HEADER:
                raise ValueError("not AMQP 0-9-1")
            self._started = True
            return Message(8, "protocol-header", kind="setup", reply=_start())
        if len(received) < 7:
            return None
        frame, channel, length = struct.unpack_from(">BHI", received)
        if frame not in (_METHOD, _CONTENT, _BODY, _HEARTBEAT) or length > _FRAME_MAX:
            raise ValueError("not a frame")
        size = length + 8
        if len(received) < size:
            return None
        body = bytes(received[7 : size - 1])
        if frame == _METHOD:
            return self._method(channel, body, size)
        if frame == _HEARTBEAT:
            return Message(size, "heartbeat", kind="step", reply=_frame(_HEARTBEAT, 0, b""))
        if frame == _CONTENT:
            self._missing[channel] = struct.unpack_from(">Q", body, 4)[0]
        else:
            self._missing[channel] -= len(body)
        if self._missing[channel] > 0:
            return Message(size, kind="step")
        return self._published(channel, size)

    def _published(self, channel: int, size: int) -> Message:
        key = self._keys.pop(channel, "")
        if channel not in self._confirming:
            return Message(size, "basic.publish", key)
        self._tags[channel] = self._tags.get(channel, 0) + 1
        ack = _method(channel, 60, 80, struct.pack(">QB", self._tags[channel], 0))
        return Message(size, "basic.publish", key, reply=ack)

    def _method(self, channel: int, body: bytes, size: int) -> Message:
        class_id, method_id = struct.unpack_from(">HH", body)
        name = _NAMES.get((class_id, method_id), "")
        if not name:
            raise ValueError("not a method of a client's")
        if name == "basic.publish":
            exchange = _short(body, 6)
            self._keys[channel] = _short(body, 7 + len(exchange)).decode("utf-8", "replace")
            return Message(size, kind="step")
        if name == "confirm.select":
            self._confirming.add(channel)
        if name in _SILENT:
            return Message(size, name, kind="step")
        kind: Kind = "setup" if name in _SETUP else "operation" if name in _OPERATIONS else "step"
        named = class_id in (40, 50) or name in ("basic.consume", "basic.get")
        subject = _short(body, 6).decode("utf-8", "replace") if named else ""
        reply = _reply(channel, class_id, method_id, name, body)
        return Message(size, name, subject, kind, reply, "leave" if name == "connection.close" else "talk")


SPEAKER = Amqp


def _reply(channel: int, class_id: int, method_id: int, name: str, body: bytes) -> Reply:
    if name == "connection.start-ok":
        return _method(0, 10, 30, struct.pack(">HIH", 2_047, _FRAME_MAX, 60))
    if name == "connection.tune-ok":
        return b""
    if name == "basic.get":
        return lambda payload: (
            _method(channel, 60, 71, struct.pack(">QB", 1, 0) + _shortly(b"") + _shortly(_short(body, 6)) + bytes(4))
            + _content(channel, payload)
        )
    if name == "basic.consume":
        queue = _short(body, 6)
        tag = _short(body, 7 + len(queue)) or b"amq.ctag-1"
        head = _shortly(tag) + struct.pack(">QB", 1, 0) + _shortly(b"") + _shortly(queue)
        ok = _method(channel, 60, 21, _shortly(tag))
        return lambda payload: ok + _method(channel, 60, 60, head) + _content(channel, payload)
    arguments = {
        "connection.open": b"\0",
        "channel.open": bytes(4),
        "channel.flow": b"\1",
        "queue.purge": bytes(4),
        "queue.delete": bytes(4),
    }.get(name, b"")
    if name == "queue.declare":
        arguments = _shortly(_short(body, 6) or b"amq.gen-1") + struct.pack(">II", 1, 0)
    if name == "basic.cancel":
        arguments = _shortly(_short(body, 4))
    # The reply to a method has the next number, but for one.
    return _method(channel, class_id, 51 if name == "exchange.unbind" else method_id + 1, arguments)


def _start() -> bytes:
    capable = ("publisher_confirms", "basic.nack", "consumer_cancel_notify", "exchange_exchange_bindings")
    capabilities = _table(dict.fromkeys((*capable, "connection.blocked", "authentication_failure_close"), b"t\1"))
    properties = _table(
        {"capabilities": b"F" + capabilities, "product": _long(b"RabbitMQ"), "version": _long(b"3.13.0")}
    )
    mechanisms = struct.pack(">I", 14) + b"PLAIN AMQPLAIN"
    locales = struct.pack(">I", 5) + b"en_US"
    return _method(0, 10, 10, b"\0\x09" + properties + mechanisms + locales)


def _content(channel: int, payload: bytes) -> bytes:
    """The header and the body of a message, in frames."""
    most = _FRAME_MAX - 8
    parts = [payload[start : start + most] for start in range(0, len(payload), most)]
    header = _frame(_CONTENT, channel, struct.pack(">HHQH", 60, 0, len(payload), 0))
    return header + b"".join(_frame(_BODY, channel, part) for part in parts)


def _method(channel: int, class_id: int, method_id: int, arguments: bytes) -> bytes:
    return _frame(_METHOD, channel, struct.pack(">HH", class_id, method_id) + arguments)


def _frame(kind: int, channel: int, body: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(body)) + body + _END


def _table(values: Mapping[str, bytes]) -> bytes:
    body = b"".join(_shortly(name.encode()) + value for name, value in values.items())
    return struct.pack(">I", len(body)) + body


def _long(text: bytes) -> bytes:
    return b"S" + struct.pack(">I", len(text)) + text


def _shortly(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _short(body: bytes, at: int) -> bytes:
    return body[at + 1 : at + 1 + body[at]]
