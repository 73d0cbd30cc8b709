"""Kafka: one broker that leads every topic's one partition; producing, fetching, groups of one member, topics.

It speaks one old version of each request, without the compact encoding. It keeps nothing: wherever a consumer reads,
there is one message, the server's answer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import TypeVar

from ..speech import Kind, Message, Reply, Speaker

Item = TypeVar("Item")

_MAX_MESSAGE = 1 << 26
_NODE = 1
_UNSUPPORTED_VERSION = 35
_API_VERSIONS = 18

# By request key: name, the version that is spoken, kind.
_REQUESTS: dict[int, tuple[str, int, Kind]] = {
    0: ("Produce", 3, "operation"),
    1: ("Fetch", 4, "operation"),
    2: ("ListOffsets", 1, "step"),
    3: ("Metadata", 1, "setup"),
    8: ("OffsetCommit", 2, "operation"),
    9: ("OffsetFetch", 1, "step"),
    10: ("FindCoordinator", 0, "step"),
    11: ("JoinGroup", 0, "step"),
    12: ("Heartbeat", 0, "step"),
    13: ("LeaveGroup", 0, "step"),
    14: ("SyncGroup", 0, "step"),
    _API_VERSIONS: ("ApiVersions", 0, "setup"),
    19: ("CreateTopics", 0, "operation"),
    20: ("DeleteTopics", 0, "operation"),
    22: ("InitProducerId", 0, "step"),
}


class Kafka(Speaker):
    """Kafka on one connection."""

    schemes = ("kafka", "kafkas")

    def next_message(self, received: bytearray) -> Message | None:
        """Read a request."""
        if len(received) < 4:
            return None
        length = int(struct.unpack_from(">I", received)[0])
        if not 8 <= length <= _MAX_MESSAGE:
            raise ValueError("not a request")
        size = 4 + length
        if len(received) < size:
            return None
        key, version, number = struct.unpack_from(">hhi", received, 4)
        name, spoken, kind = _REQUESTS[key]
        if key == _API_VERSIONS:
            error = _UNSUPPORTED_VERSION if version > spoken else 0
            return Message(size, name, kind=kind, reply=_framed(number, _short(error) + _versions()))
        if version != spoken:
            raise ValueError("not the version that was agreed on")
        reader = _Reader(bytes(received[12:size]))
        reader.text()  # the client's name
        topic, body = self._respond(name, reader)
        if isinstance(body, bytes):
            return Message(size, name, topic, kind, _framed(number, body) if body else b"")
        made = body
        return Message(size, name, topic, kind, lambda payload: _framed(number, made(payload)))

    def _respond(self, name: str, reader: _Reader) -> tuple[str, Reply]:
        """Return the first topic that a request names, and what answers it; nothing where no answer is wanted."""
        if name in ("Produce", "Fetch"):
            return _produced(reader) if name == "Produce" else _fetched(reader)
        if name in ("ListOffsets", "OffsetCommit", "OffsetFetch"):
            return _offsets(name, reader)
        if name in ("CreateTopics", "DeleteTopics"):
            topics = reader.array(_new_topic if name == "CreateTopics" else _Reader.text)
            return topics[0], _array(topics, lambda topic: _text(topic) + _short(0))
        place = _text(self.place.host) + struct.pack(">i", self.place.port)
        if name == "Metadata":
            topics = reader.array(_Reader.text)
            broker = struct.pack(">ii", 1, _NODE) + place + _short(-1) + struct.pack(">i", _NODE)
            return "", broker + _array(topics, _described)
        if name == "FindCoordinator":
            return "", _short(0) + struct.pack(">i", _NODE) + place
        if name == "JoinGroup":
            reader.text(), reader.integer(">i"), reader.text(), reader.text(), reader.integer(">i")
            protocol, offered, member = reader.text(), reader.content(), "member"
            told = _short(0) + struct.pack(">i", 1) + _text(protocol) + _text(member) * 2
            return "", told + struct.pack(">i", 1) + _text(member) + _content(offered)
        if name == "SyncGroup":
            reader.text(), reader.integer(">i"), reader.text()
            parts = reader.array(lambda item: (item.text(), item.content()))
            return "", _short(0) + _content(parts[0][1] if parts else b"")
        if name == "InitProducerId":
            return "", struct.pack(">ihqh", 0, 0, 1, 0)
        return "", _short(0)


SPEAKER = Kafka


class _Reader:
    """A request's fields, one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def integer(self, form: str) -> int:
        value = int(struct.unpack_from(form, self._data, self._at)[0])
        self._at += struct.calcsize(form)
        return value

    def text(self) -> str:
        return self._take(self.integer(">h")).decode("utf-8", "replace")

    def content(self) -> bytes:
        return self._take(self.integer(">i"))

    def array(self, read: Callable[[_Reader], Item]) -> list[Item]:
        count = self.integer(">i")
        if count > len(self._data):
            raise ValueError("the list is longer than the request")
        return [read(self) for _ in range(count)]

    def topics(self, read: Callable[[_Reader], Item]) -> list[tuple[str, list[Item]]]:
        return self.array(lambda topic: (topic.text(), topic.array(read)))

    def _take(self, length: int) -> bytes:
        start = self._at
        self._at += max(0, length)
        return self._data[start : self._at]


def _produced(reader: _Reader) -> tuple[str, bytes]:
    reader.text()
    wanted = reader.integer(">h")
    reader.integer(">i")
    topics = reader.topics(lambda item: (item.integer(">i"), item.content())[0])
    if not wanted:
        return topics[0][0], b""
    told = _per_topic(topics, lambda partition: struct.pack(">ihqq", partition, 0, 0, -1))
    return topics[0][0], told + struct.pack(">i", 0)


def _fetched(reader: _Reader) -> tuple[str, Reply]:
    for form in (">i", ">i", ">i", ">i", ">b"):
        reader.integer(form)
    topics = reader.topics(lambda item: (item.integer(">i"), item.integer(">q"), item.integer(">i")))

    def reply(payload: bytes) -> bytes:
        def one(item: tuple[int, int, int]) -> bytes:
            partition, offset, _ = item
            told = struct.pack(">ihqqi", partition, 0, offset + 1, offset + 1, -1)
            return told + _content(_message(offset, payload))

        return struct.pack(">i", 0) + _per_topic(topics, one)

    return (topics[0][0] if topics else ""), reply


def _offsets(name: str, reader: _Reader) -> tuple[str, bytes]:
    if name == "ListOffsets":
        reader.integer(">i")
        topics = reader.topics(lambda item: (item.integer(">i"), item.integer(">q"))[0])
        return "", _per_topic(topics, lambda partition: struct.pack(">ihqq", partition, 0, -1, 0))
    reader.text()
    if name == "OffsetFetch":
        topics = reader.topics(lambda item: item.integer(">i"))
        return "", _per_topic(topics, lambda partition: struct.pack(">iqhh", partition, -1, -1, 0))
    reader.integer(">i"), reader.text(), reader.integer(">q")
    topics = reader.topics(lambda item: (item.integer(">i"), item.integer(">q"), item.text())[0])
    return topics[0][0], _per_topic(topics, lambda partition: struct.pack(">ih", partition, 0))


def _new_topic(reader: _Reader) -> str:
    name = reader.text()
    reader.integer(">i"), reader.integer(">h")
    reader.array(lambda item: (item.integer(">i"), item.array(lambda inner: inner.integer(">i"))))
    reader.array(lambda item: (item.text(), item.text()))
    return name


def _described(topic: str) -> bytes:
    """A topic's metadata: partition 0, led by the one broker."""
    return _short(0) + _text(topic) + b"\0" + struct.pack(">ihiiiiii", 1, 0, 0, _NODE, 1, _NODE, 1, _NODE)


def _versions() -> bytes:
    return _array(list(_REQUESTS.items()), lambda item: struct.pack(">hhh", item[0], item[1][1], item[1][1]))


def _message(offset: int, value: bytes) -> bytes:
    """A message in the format before record batches, whose checksum the standard library has."""
    body = struct.pack(">bbqi", 1, 0, 0, -1) + _content(value)
    return struct.pack(">qiI", offset, len(body) + 4, zlib.crc32(body)) + body


def _per_topic(topics: list[tuple[str, list[Item]]], write: Callable[[Item], bytes]) -> bytes:
    return _array(topics, lambda topic: _text(topic[0]) + _array(topic[1], write))


def _array(items: list[Item], write: Callable[[Item], bytes]) -> bytes:
    return struct.pack(">i", len(items)) + b"".join(map(write, items))


def _framed(number: int, body: bytes) -> bytes:
    return struct.pack(">Ii", len(body) + 4, number) + body


def _short(value: int) -> bytes:
    return struct.pack(">h", value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _short(len(encoded)) + encoded


def _content(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content
