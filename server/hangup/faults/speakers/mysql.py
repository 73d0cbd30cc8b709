"""MySQL and MariaDB, protocol 10: log-in with any password, queries, prepared statements, TLS when asked.

It knows no SQL beyond a statement's first words: a query has one row with one text column, the server's answer.
"""

from __future__ import annotations

import re
import struct

from ..speech import Kind, Message, Place, Reply, Speaker

_CAPABILITIES = 0x1 | 0x2 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x10000 | 0x20000 | 0x80000 | 0x100000 | 0x200000
_TLS = 0x800
_WHOLE = 0xFFFFFF
"""The length of a packet that is continued by the next."""
_SALT = b"salt-of-a-test-server"[:20]
_VERSION = "8.0.36"
_AUTOCOMMIT = 0x0002
_VAR_STRING = 253

_COMMANDS = {
    1: "COM_QUIT",
    2: "COM_INIT_DB",
    3: "COM_QUERY",
    9: "COM_STATISTICS",
    14: "COM_PING",
    17: "COM_CHANGE_USER",
    22: "COM_STMT_PREPARE",
    23: "COM_STMT_EXECUTE",
    24: "COM_STMT_SEND_LONG_DATA",
    25: "COM_STMT_CLOSE",
    26: "COM_STMT_RESET",
    27: "COM_SET_OPTION",
    31: "COM_RESET_CONNECTION",
}
_SILENT = {"COM_STMT_CLOSE", "COM_STMT_SEND_LONG_DATA"}
_STEPS = {"COM_PING", "COM_INIT_DB", "COM_STMT_RESET", "COM_SET_OPTION", "COM_RESET_CONNECTION", "COM_CHANGE_USER"}
_STEP_VERBS = {"SET", "SHOW", "USE", "BEGIN", "START", "ROLLBACK", "SAVEPOINT", "RELEASE"}
_ROWS = re.compile(r"\s*\(?\s*(SELECT|WITH|VALUES|SHOW|DESC|DESCRIBE|EXPLAIN|CALL)\b|.*\bRETURNING\b", re.I | re.DOTALL)
_ASKED_BY_LIBRARIES = re.compile(r"\s*SELECT\s+(@@|VERSION\(\)|DATABASE\(\)|CONNECTION_ID\(\))", re.IGNORECASE)
_KNOWN = {
    "version": _VERSION,
    "transaction_isolation": "REPEATABLE-READ",
    "tx_isolation": "REPEATABLE-READ",
    "sql_mode": "STRICT_TRANS_TABLES",
    "database": "test",
    "autocommit": "1",
    "default_storage_engine": "InnoDB",
    "max_allowed_packet": "67108864",
}


class MySql(Speaker):
    """MySQL on one connection."""

    schemes = ("mysql", "mysql")
    tls_begins = "when asked"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._logged_in = False
        self._statements: list[str] = []

    def greeting(self) -> bytes:
        """The first packet of the handshake."""
        offered = _CAPABILITIES | (_TLS if self.place.tls else 0)
        body = b"\x0a" + _VERSION.encode() + b"\0" + struct.pack("<I", 1) + _SALT[:8] + b"\0"
        body += struct.pack("<HBHH", offered & 0xFFFF, 45, _AUTOCOMMIT, offered >> 16)
        body += bytes([21]) + bytes(10) + _SALT[8:20] + b"\0" + b"mysql_native_password\0"
        return _packets(0, body)

    def next_message(self, received: bytearray) -> Message | None:
        """Read a packet with its continuations."""
        read = _read_packet(received)
        if read is None:
            return None
        body, size, number = read
        first = number + 1
        if not self._logged_in:
            return self._log_in(body, size, first)
        name = _COMMANDS.get(body[0], f"COM_{body[0]}")
        if name == "COM_QUIT":
            return Message(size, name, kind="step", then="leave")
        if name in _SILENT:
            return Message(size, name, kind="step")
        if name in _STEPS:
            return Message(size, name, kind="step", reply=_packets(first, _OK))
        if name == "COM_STMT_PREPARE":
            return Message(size, name, kind="step", reply=self._prepare(body[1:].decode("utf-8", "replace"), first))
        if name == "COM_STMT_EXECUTE":
            statement = self._statements[struct.unpack_from("<I", body, 1)[0] - 1]
            return Message(size, name, statement, reply=_result(statement, first, binary=True))
        if name == "COM_QUERY":
            return _query(body[1:].decode("utf-8", "replace"), size, first)
        if name == "COM_STATISTICS":
            return Message(size, name, reply=_packets(first, b"Uptime: 1"))
        return Message(size, name, reply=_packets(first, _OK))

    def _log_in(self, body: bytes, size: int, first: int) -> Message:
        wanted = struct.unpack_from("<I", body)[0]
        if wanted & _TLS and len(body) == 32:
            return Message(size, "SSLRequest", kind="step", then="tls")
        self._logged_in = True
        return Message(size, "HandshakeResponse", kind="setup", reply=_packets(first, _OK))

    def _prepare(self, statement: str, first: int) -> bytes:
        self._statements.append(statement)
        parameters = statement.count("?")
        columns = 1 if _ROWS.match(statement) else 0
        head = b"\0" + struct.pack("<IHHBH", len(self._statements), columns, parameters, 0, 0)
        told = [_column("?")] * parameters + ([_EOF] if parameters else [])
        told += [_column("answer"), _EOF] if columns else []
        return _packets(first, head, *told)


SPEAKER = MySql

_OK = b"\0\0\0" + struct.pack("<HH", _AUTOCOMMIT, 0)
_CHANGED = b"\0\1\1" + struct.pack("<HH", _AUTOCOMMIT, 0)
_EOF = b"\xfe" + struct.pack("<HH", 0, _AUTOCOMMIT)


def _query(statement: str, size: int, first: int) -> Message:
    words = re.sub(r"/\*.*?\*/", " ", statement, flags=re.DOTALL).split(None, 1)
    verb = words[0].upper().strip(";(") if words else ""
    if verb == "SHOW" or _ASKED_BY_LIBRARIES.match(statement):
        return Message(size, "COM_QUERY", statement, "step", _facts(statement, verb, first))
    kind: Kind = "step" if verb in _STEP_VERBS else "operation"
    return Message(size, "COM_QUERY", statement, kind, _result(statement, first, binary=False))


def _result(statement: str, first: int, binary: bool) -> Reply:
    """Answer a statement: a row of the server's answer, or that something was changed."""
    if not _ROWS.match(statement):
        changes = re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", statement, re.IGNORECASE)
        return _packets(first, _CHANGED if changes else _OK)

    def reply(payload: bytes) -> bytes:
        row = (b"\0\0" if binary else b"") + _string(payload)
        return _packets(first, b"\x01", _column("answer"), _EOF, row, _EOF)

    return reply


def _facts(statement: str, verb: str, first: int) -> bytes:
    """What libraries ask about the server: variables, its version, the database. `SHOW VARIABLES` names one a row."""
    if verb == "SHOW":
        match = re.search(r"LIKE\s+'([^']*)'", statement, re.IGNORECASE)
        name = match[1] if match else "version"
        row = _string(name.encode()) + _string(_KNOWN.get(name, "0").encode())
        return _packets(first, b"\x02", _column("Variable_name"), _column("Value"), _EOF, row, _EOF)
    names = [part.strip() for part in re.sub(r"^\s*SELECT", "", statement, flags=re.I).split(",")]
    plain = [re.sub(r"@@(session\.|global\.)?|\(.*|\s.*|;", "", name, flags=re.I).lower() for name in names]
    row = b"".join(_string(_KNOWN.get(name, "0").encode()) for name in plain)
    return _packets(first, bytes([len(names)]), *(_column(name) for name in names), _EOF, row, _EOF)


def _column(name: str) -> bytes:
    named = b"".join(map(_string, (b"def", b"", b"", b"", name.encode(), name.encode())))
    return named + b"\x0c" + struct.pack("<HIBHBH", 45, 1_024, _VAR_STRING, 0, 0, 0)


def _string(value: bytes) -> bytes:
    if len(value) < 251:
        return bytes([len(value)]) + value
    if len(value) < 0x10000:
        return b"\xfc" + struct.pack("<H", len(value)) + value
    return b"\xfe" + struct.pack("<Q", len(value)) + value


def _packets(number: int, *bodies: bytes) -> bytes:
    """Frame each body as packets, numbered from `number`."""
    framed = b""
    for body in bodies:
        while True:
            part, body = body[:_WHOLE], body[_WHOLE:]
            framed += struct.pack("<I", len(part))[:3] + bytes([number & 0xFF]) + part
            number += 1
            if len(part) < _WHOLE:
                break
    return framed


def _read_packet(received: bytearray) -> tuple[bytes, int, int] | None:
    """Return a packet's body, its size on the wire and its number; None while it is incomplete."""
    bounds: list[tuple[int, int]] = []
    at = 0
    while True:
        if len(received) < at + 4:
            return None
        length = int.from_bytes(received[at : at + 3], "little")
        if len(received) < at + 4 + length:
            return None
        bounds.append((at + 4, at + 4 + length))
        number = received[at + 3]
        at += 4 + length
        if length < _WHOLE:
            return b"".join(bytes(received[start:end]) for start, end in bounds), at, number
