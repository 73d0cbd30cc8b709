"""MongoDB: `OP_MSG` commands, and the `OP_QUERY` with which drivers begin; a server on its own, without log-in.

Every collection has one document, `{_id: 1, answer: ...}` with the server's answer. It keeps and filters nothing.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Mapping

from ..speech import Message, Reply, Speaker

_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_MORE_TO_COME = 2
_MAX_MESSAGE = 48_000_000
_SETUP = {"hello", "ismaster", "isMaster", "buildInfo", "buildinfo", "saslStart", "saslContinue"}
_STEPS = {"endSessions", "killCursors", "getnonce", "logout"}

Value = str | int | float | bool | None | list["Value"] | Mapping[str, "Value"]


class MongoDb(Speaker):
    """MongoDB on one connection."""

    schemes = ("mongodb", "mongodb")

    def next_message(self, received: bytearray) -> Message | None:
        """Read a message with its header."""
        if len(received) < 16:
            return None
        size, number, _, code = struct.unpack_from("<iiii", received)
        if not 16 < size <= _MAX_MESSAGE:
            raise ValueError("the message's length is out of bounds")
        if code not in (_OP_QUERY, _OP_MSG):
            raise ValueError(f"no such message: {code}")
        if len(received) < size:
            return None
        message = bytes(received[:size])
        if code == _OP_QUERY:
            command = _read_document(message, message.index(0, 20) + 9)
            return self._message(size, command, lambda answer: _op_reply(number, answer))
        flags = struct.unpack_from("<I", message, 16)[0]
        command, count = _sections(message[20 : size - (4 if flags & 1 else 0)])
        if flags & _MORE_TO_COME:
            return Message(size, next(iter(command)), _subject(command))
        return self._message(size, command, lambda answer: _op_msg(number, answer), count)

    def _message(
        self, size: int, command: dict[str, Value], framed: Callable[[dict[str, Value]], bytes], count: int = 1
    ) -> Message:
        name = next(iter(command))
        subject = _subject(command)
        if name in _SETUP:
            return Message(size, name, subject, "setup", framed(_hello() if "uild" not in name else _build()))
        if name in _STEPS:
            return Message(size, name, subject, "step", framed({"ok": 1.0}))

        def reply(payload: bytes) -> bytes:
            text = payload.decode("utf-8", "replace")
            return framed({**_answer(name, command, count, {"_id": 1, "n": 1, "answer": text}), "ok": 1.0})

        made: Reply = reply
        return Message(size, name, subject, reply=made)


SPEAKER = MongoDb


def _answer(name: str, command: Mapping[str, Value], count: int, document: dict[str, Value]) -> dict[str, Value]:
    """What a command returns, without `ok`."""
    space = f"{command.get('$db')}.{_subject(command)}"
    if name in ("find", "aggregate", "listCollections", "listIndexes"):
        # With a size of batches asked for, there is a second batch to come.
        more = int("batchSize" in command and "singleBatch" not in command)
        return {"cursor": {"id": more, "ns": space, "firstBatch": [document]}}
    if name == "getMore":
        return {"cursor": {"id": 0, "ns": f"{command.get('$db')}.{command.get('collection')}", "nextBatch": [document]}}
    if name in ("findAndModify", "findandmodify"):
        return {"value": document, "lastErrorObject": {"n": 1, "updatedExisting": True}}
    known: dict[str, dict[str, Value]] = {
        "insert": {"n": count},
        "update": {"n": count, "nModified": count},
        "delete": {"n": count},
        "count": {"n": 1},
        "distinct": {"values": [document["answer"]]},
        "listDatabases": {"databases": [{"name": "test", "sizeOnDisk": 1, "empty": False}], "totalSize": 1},
        "createIndexes": {"numIndexesBefore": 1, "numIndexesAfter": 2},
        "serverStatus": {"version": "7.0.0"},
    }
    return known.get(name, {})


def _hello() -> dict[str, Value]:
    return {
        "helloOk": True,
        "ismaster": True,
        "isWritablePrimary": True,
        "maxBsonObjectSize": 16_777_216,
        "maxMessageSizeBytes": _MAX_MESSAGE,
        "maxWriteBatchSize": 100_000,
        "localTime": _Moment(time.time() * 1_000),
        "logicalSessionTimeoutMinutes": 30,
        "connectionId": 1,
        "minWireVersion": 0,
        "maxWireVersion": 21,
        "readOnly": False,
        "ok": 1.0,
    }


def _build() -> dict[str, Value]:
    return {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "maxBsonObjectSize": 16_777_216, "ok": 1.0}


def _subject(command: Mapping[str, Value]) -> str:
    value = next(iter(command.values()))
    return value if isinstance(value, str) else str(command.get("$db", ""))


def _sections(body: bytes) -> tuple[dict[str, Value], int]:
    """Return the command of an `OP_MSG`, and how many documents come with it."""
    command: dict[str, Value] = {}
    count = at = 0
    while at < len(body):
        kind, size = body[at], struct.unpack_from("<i", body, at + 1)[0]
        if kind == 0:
            command = _read_document(body, at + 1)
        else:
            inner = body.index(0, at + 5) + 1
            while inner < at + 1 + size:
                inner += max(5, struct.unpack_from("<i", body, inner)[0])
                count += 1
        at += 1 + max(5, size)
    return command, count or 1


def _op_msg(number: int, document: Mapping[str, Value]) -> bytes:
    body = struct.pack("<I", 0) + b"\0" + _document(document)
    return struct.pack("<iiii", 16 + len(body), number, number, _OP_MSG) + body


def _op_reply(number: int, document: Mapping[str, Value]) -> bytes:
    body = struct.pack("<Iqii", 8, 0, 0, 1) + _document(document)
    return struct.pack("<iiii", 16 + len(body), number, number, _OP_REPLY) + body


class _Moment(float):
    """Milliseconds since 1970, as BSON's date."""


def _document(values: Mapping[str, Value]) -> bytes:
    body = b"".join(_element(name, value) for name, value in values.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _element(name: str, value: Value) -> bytes:
    key = name.encode() + b"\0"
    if isinstance(value, _Moment):
        return b"\x09" + key + struct.pack("<q", int(value))
    if isinstance(value, bool):
        return b"\x08" + key + bytes([value])
    if isinstance(value, int):
        # Cursors are 64 bits wide.
        return (
            (b"\x12" + key + struct.pack("<q", value)) if name == "id" else (b"\x10" + key + struct.pack("<i", value))
        )
    if isinstance(value, float):
        return b"\x01" + key + struct.pack("<d", value)
    if isinstance(value, str):
        text = value.encode()
        return b"\x02" + key + struct.pack("<i", len(text) + 1) + text + b"\0"
    if isinstance(value, list):
        return b"\x04" + key + _document({str(place): item for place, item in enumerate(value)})
    if isinstance(value, Mapping):
        return b"\x03" + key + _document(value)
    return b"\x0a" + key


_WIDTHS = {1: 8, 7: 12, 8: 1, 9: 8, 16: 4, 17: 8, 18: 8, 19: 16, 10: 0, 6: 0, 127: 0, 255: 0}


def _read_document(data: bytes, start: int) -> dict[str, Value]:
    """Read a document's names in order, with the values that are text; of the others only that they are there."""
    found: dict[str, Value] = {}
    end = start + int(struct.unpack_from("<i", data, start)[0])
    at = start + 4
    while at < end - 1:
        kind = data[at]
        stop = data.index(0, at + 1)
        name = data[at + 1 : stop].decode("utf-8", "replace")
        at = stop + 1
        found[name] = None
        if kind in _WIDTHS:
            at += _WIDTHS[kind]
            continue
        length = int(struct.unpack_from("<i", data, at)[0])
        if kind == 2:
            found[name] = data[at + 4 : at + 3 + length].decode("utf-8", "replace")
        at += {2: 4 + length, 13: 4 + length, 14: 4 + length, 5: 5 + length}.get(kind, max(5, length))
    return found
