"""MQTT 3.1.1 and 5: CONNECT, publishing at every quality of service; a subscription gets the answer as its one message.

It routes nothing from one client to another and keeps no sessions.
"""

from __future__ import annotations

import struct

from ..speech import Message, Place, Speaker

_CONNECT, _PUBLISH, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP = 1, 3, 4, 5, 6, 7
_SUBSCRIBE, _UNSUBSCRIBE, _PINGREQ, _DISCONNECT, _AUTH = 8, 10, 12, 14, 15
_CONNACK, _SUBACK, _UNSUBACK, _PINGRESP = 0x20, 0x90, 0xB0, 0xD0


class Mqtt(Speaker):
    """MQTT on one connection."""

    schemes = ("mqtt", "mqtts")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._connected = False
        self._properties = b""
        self._unreleased: dict[bytes, str] = {}

    def next_message(self, received: bytearray) -> Message | None:
        """Read a packet."""
        read = _remaining(received)
        if read is None:
            return None
        start, length = read
        size = start + length
        kind, flags = received[0] >> 4, received[0] & 0x0F
        if (kind == _CONNECT) == self._connected or kind in (0, _AUTH):
            raise ValueError("not a packet that can come here")
        if len(received) < size:
            return None
        body = bytes(received[start:size])
        if kind == _CONNECT:
            return self._connect(body, size)
        if kind == _PUBLISH:
            return self._publish(flags, body, size)
        if kind == _SUBSCRIBE:
            return self._subscribe(body, size)
        if kind == _UNSUBSCRIBE:
            codes = bytes(len(self._filters(body, 0))) if self._properties else b""
            return Message(size, "UNSUBSCRIBE", reply=_packet(_UNSUBACK, body[:2] + self._properties + codes))
        if kind == _PUBREL:
            # Of the four packets of "exactly once", the third is the one that completes the publishing.
            topic = self._unreleased.pop(body[:2], "")
            return Message(size, "PUBREL", topic, reply=_packet(_PUBCOMP << 4, body[:2]))
        if kind == _PINGREQ:
            return Message(size, "PINGREQ", kind="step", reply=_packet(_PINGRESP, b""))
        return Message(size, kind="step", then="leave" if kind == _DISCONNECT else "talk")

    def _connect(self, body: bytes, size: int) -> Message:
        protocol, at = _text(body, 0)
        if protocol not in ("MQTT", "MQIsdp"):
            raise ValueError("not MQTT")
        self._connected = True
        # Version 5 has properties in nearly every packet; there are none.
        self._properties = b"\0" if body[at] == 5 else b""
        return Message(size, "CONNECT", kind="setup", reply=_packet(_CONNACK, b"\0\0" + self._properties))

    def _publish(self, flags: int, body: bytes, size: int) -> Message:
        topic, at = _text(body, 0)
        quality, number = flags >> 1 & 3, body[at : at + 2]
        if quality == 2:
            self._unreleased[number] = topic
            return Message(size, "PUBLISH", topic, "step", _packet(_PUBREC << 4, number))
        return Message(size, "PUBLISH", topic, reply=_packet(_PUBACK << 4, number) if quality else b"")

    def _subscribe(self, body: bytes, size: int) -> Message:
        filters = self._filters(body, 1)
        granted = _packet(_SUBACK, body[:2] + self._properties + bytes(len(filters)))
        topics = [topic.replace("+", "any").replace("#", "any").encode() for topic in filters]
        properties = self._properties

        def reply(payload: bytes) -> bytes:
            named = [struct.pack(">H", len(topic)) + topic for topic in topics]
            return granted + b"".join(_packet(_PUBLISH << 4, topic + properties + payload) for topic in named)

        return Message(size, "SUBSCRIBE", filters[0], reply=reply)

    def _filters(self, body: bytes, options: int) -> list[str]:
        """The topics that are named, each with `options` bytes after it."""
        at = 2
        if self._properties:
            read = _remaining(bytearray(body[1:]))
            at = 3 if read is None else 1 + sum(read)
        found: list[str] = []
        while at < len(body):
            topic, at = _text(body, at)
            at += options
            found.append(topic)
        return found


SPEAKER = Mqtt


def _remaining(received: bytearray) -> tuple[int, int] | None:
    """Return where a packet's content starts and its length, which is told after the first byte, 7 bits in each."""
    length = 0
    for place in range(4):
        if len(received) < place + 2:
            return None
        length |= (received[place + 1] & 0x7F) << (7 * place)
        if not received[place + 1] & 0x80:
            return place + 2, length
    raise ValueError("the length is too long")


def _packet(first: int, body: bytes) -> bytes:
    length, told = len(body), b""
    while True:
        length, byte = length >> 7, length & 0x7F
        told += bytes([byte | (0x80 if length else 0)])
        if not length:
            return bytes([first]) + told + body


def _text(body: bytes, at: int) -> tuple[str, int]:
    length = int(struct.unpack_from(">H", body, at)[0])
    end = at + 2 + length
    if len(body) < end:
        raise ValueError("the text is cut off")
    return body[at + 2 : end].decode("utf-8"), end
