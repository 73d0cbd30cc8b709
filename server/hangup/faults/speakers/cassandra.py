"""Cassandra's native protocol, version 4: no log-in, one node, statements plain, prepared and in batches.

A query has one row with one text column, the server's answer. Tables of the system are empty but for the node itself.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from collections.abc import Sequence

from ..speech import Message, Place, Reply, Speaker

_VERSION, _RESPONSE = 4, 0x84
_ERROR, _STARTUP, _READY, _OPTIONS, _SUPPORTED, _QUERY, _RESULT = 0x00, 0x01, 0x02, 0x05, 0x06, 0x07, 0x08
_PREPARE, _EXECUTE, _REGISTER, _BATCH = 0x09, 0x0A, 0x0B, 0x0D
_PROTOCOL_ERROR = 0x000A
_VOID, _ROWS, _KEYSPACE, _PREPARED = 1, 2, 3, 4
_TEXT, _UUID, _INET, _SET = 0x0D, 0x0C, 0x10, 0x22
_MAX_MESSAGE = 1 << 28

_SYSTEM = re.compile(r"\s*SELECT\b.*\bFROM\s+system(_\w+)?\.(\w+)", re.IGNORECASE | re.DOTALL)
_SELECT = re.compile(r"\s*(SELECT|LIST)\b", re.IGNORECASE)
_USE = re.compile(r"\s*USE\s+\"?(\w+)", re.IGNORECASE)

Column = tuple[str, int, bytes]
"""A column's name, its type's number, and the value."""


class Cassandra(Speaker):
    """Cassandra on one connection."""

    schemes = ("cassandra", "cassandras")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._statements: list[str] = []

    def next_message(self, received: bytearray) -> Message | None:
        """Read a frame. A client that begins with another version of the protocol is told of this one."""
        if len(received) < 9:
            return None
        version, flags, stream, opcode, length = struct.unpack_from(">BBhBI", received)
        if not 1 <= version <= 0x7F or length > _MAX_MESSAGE:
            raise ValueError("not a request")
        size = 9 + length
        if len(received) < size:
            return None
        if version != _VERSION:
            said = struct.pack(">i", _PROTOCOL_ERROR) + _string(f"Invalid or unsupported protocol version ({version})")
            return Message(size, "OPTIONS", kind="setup", reply=_frame(stream, _ERROR, said))
        if flags & 1:
            raise ValueError("nothing was said of compression")
        return self._message(stream, opcode, bytes(received[9:size]), size)

    def _message(self, stream: int, opcode: int, body: bytes, size: int) -> Message:
        if opcode == _OPTIONS:
            told = (
                struct.pack(">H", 2) + _string("CQL_VERSION") + _strings("3.4.5") + _string("COMPRESSION") + _strings()
            )
            return Message(size, "OPTIONS", kind="setup", reply=_frame(stream, _SUPPORTED, told))
        if opcode in (_STARTUP, _REGISTER):
            name = "STARTUP" if opcode == _STARTUP else "REGISTER"
            return Message(size, name, kind="setup", reply=_frame(stream, _READY, b""))
        if opcode == _QUERY:
            return self._query(stream, _long_string(body), size)
        if opcode == _PREPARE:
            statement = _long_string(body)
            self._statements.append(statement)
            told = _prepared(len(self._statements), statement)
            return Message(size, "PREPARE", statement, "step", _frame(stream, _RESULT, told))
        if opcode == _EXECUTE:
            number = int(struct.unpack_from(">I", body, 2)[0])
            # A statement may have been prepared on another connection.
            known = 0 < number <= len(self._statements)
            statement = self._statements[number - 1] if known else "SELECT"
            return Message(size, "EXECUTE", statement, reply=_answered(stream, statement))
        if opcode == _BATCH:
            return Message(size, "BATCH", reply=_frame(stream, _RESULT, struct.pack(">i", _VOID)))
        raise ValueError("not a request that is known")

    def _query(self, stream: int, statement: str, size: int) -> Message:
        used = _USE.match(statement)
        if used:
            told = struct.pack(">i", _KEYSPACE) + _string(used[1])
            return Message(size, "QUERY", statement, "setup", _frame(stream, _RESULT, told))
        system = _SYSTEM.match(statement)
        if system:
            columns = self._node() if system[2].lower() == "local" else [("key", _TEXT, b"")]
            rows = _rows(columns, 1 if system[2].lower() == "local" else 0)
            return Message(size, "QUERY", statement, "setup", _frame(stream, _RESULT, rows))
        return Message(size, "QUERY", statement, reply=_answered(stream, statement))

    def _node(self) -> list[Column]:
        """What a node says of itself."""
        host = ipaddress.ip_address(self.place.host).packed
        token = b"0"
        texts = {
            "key": "local",
            "cluster_name": "fault",
            "data_center": "datacenter1",
            "rack": "rack1",
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
            "release_version": "3.11.0",
            "cql_version": "3.4.5",
            "native_protocol_version": "4",
        }
        columns = [(name, _TEXT, text.encode()) for name, text in texts.items()]
        columns += [(name, _INET, host) for name in ("rpc_address", "broadcast_address", "listen_address")]
        columns += [(name, _UUID, bytes(15) + b"\1") for name in ("host_id", "schema_version")]
        return [*columns, ("tokens", _SET, struct.pack(">ii", 1, len(token)) + token)]


SPEAKER = Cassandra


def _answered(stream: int, statement: str) -> Reply:
    if not _SELECT.match(statement):
        return _frame(stream, _RESULT, struct.pack(">i", _VOID))
    return lambda payload: _frame(stream, _RESULT, _rows([("answer", _TEXT, payload)], 1))


def _rows(columns: Sequence[Column], count: int) -> bytes:
    values = b"".join(struct.pack(">i", len(value)) + value for _, _, value in columns)
    return struct.pack(">i", _ROWS) + _described(columns) + struct.pack(">i", count) + values * count


def _described(columns: Sequence[Column]) -> bytes:
    """Rows' metadata: one table for all columns, and each one's name and type; a set's elements are text."""
    told = struct.pack(">ii", 1, len(columns)) + _string("test") + _string("answers")
    for name, kind, _ in columns:
        told += _string(name) + struct.pack(">H", kind) + (struct.pack(">H", _TEXT) if kind == _SET else b"")
    return told


def _prepared(number: int, statement: str) -> bytes:
    """A prepared statement's number, its parameters, which are all text, and its columns."""
    parameters = statement.count("?")
    told = struct.pack(">iHI", _PREPARED, 4, number) + struct.pack(">iii", 1, parameters, 0)
    told += _string("test") + _string("answers")
    for place in range(parameters):
        told += _string(f"p{place}") + struct.pack(">H", _TEXT)
    if _SELECT.match(statement):
        return told + _described([("answer", _TEXT, b"")])
    return told + struct.pack(">ii", 4, 0)


def _frame(stream: int, opcode: int, body: bytes) -> bytes:
    return struct.pack(">BBhBI", _RESPONSE, 0, stream, opcode, len(body)) + body


def _long_string(body: bytes) -> str:
    length = int(struct.unpack_from(">I", body)[0])
    return body[4 : 4 + length].decode("utf-8", "replace")


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def _strings(*texts: str) -> bytes:
    return struct.pack(">H", len(texts)) + b"".join(map(_string, texts))
