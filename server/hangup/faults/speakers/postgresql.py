"""PostgreSQL, protocol 3.0: log-in without a password, simple and extended queries, COPY, LISTEN, TLS when asked.

It knows no SQL beyond a statement's first words: a query has one row with one text column, the server's answer.
"""

from __future__ import annotations

import re
import struct

from ..speech import Kind, Message, Place, Reply, Speaker

_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_STEPS = {"BEGIN", "START", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "SHOW", "RESET", "DISCARD"}
_STEPS |= {"DEALLOCATE", "CLOSE", "UNLISTEN"}
_ROWS = re.compile(r"\s*(SELECT|WITH|VALUES|SHOW|TABLE|FETCH|EXPLAIN)\b|.*\bRETURNING\b", re.IGNORECASE | re.DOTALL)
_ASKED_BY_LIBRARIES = re.compile(r"\b(pg_type|to_regtype|pg_advisory_unlock_all|pg_catalog\.version|current_schema)\b")
_TEXT = 25
_CASTS = {"int": 23, "integer": 23, "int4": 23, "bigint": 20, "int8": 20, "bytea": 17, "bool": 16, "boolean": 16}
_SETTINGS = {
    "server_version": "16.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
    "default_transaction_read_only": "off",
    "in_hot_standby": "off",
}


class PostgreSql(Speaker):
    """PostgreSQL on one connection."""

    schemes = ("postgresql", "postgresql")
    tls_begins = "when asked"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._started = False
        self._status = b"I"
        self._statements: dict[str, str] = {}
        self._portals: dict[str, str] = {}
        # Of extended queries, until Sync or Flush: what is to be said, and the statements that were executed.
        self._held: list[bytes | str] = []
        self._executed: list[str] = []

    def next_message(self, received: bytearray) -> Message | None:
        """Read a start-up packet, then messages with a letter and a length."""
        if not self._started:
            return self._start(received)
        if len(received) < 5:
            return None
        size = 1 + int(struct.unpack_from(">I", received, 1)[0])
        if size < 5:
            raise ValueError("a message has a length of 4 at least")
        if len(received) < size:
            return None
        return self._message(chr(received[0]), bytes(received[5:size]), size)

    def _start(self, received: bytearray) -> Message | None:
        if len(received) < 8:
            return None
        size, code = struct.unpack_from(">II", received)
        if size < 8 or size > 65_536:
            raise ValueError("not a start-up packet")
        if len(received) < size:
            return None
        if code == _SSL and self.place.tls:
            return Message(size, "SSLRequest", kind="step", reply=b"S", then="tls")
        if code in (_SSL, _GSS):
            return Message(size, "SSLRequest", kind="step", reply=b"N")
        if code == _CANCEL:
            return Message(size, "CancelRequest", kind="step", then="leave")
        if code >> 16 != 3:
            raise ValueError("not version 3 of the protocol")
        self._started = True
        said = _packet("v", struct.pack(">II", 0, 0)) if code & 0xFFFF else b""
        said += _packet("R", struct.pack(">I", 0))
        said += b"".join(_packet("S", _text(name) + _text(value)) for name, value in _SETTINGS.items())
        said += _packet("K", struct.pack(">II", 1, 1)) + self._ready()
        return Message(size, "StartupMessage", kind="setup", reply=said)

    def _message(self, letter: str, body: bytes, size: int) -> Message:
        if letter == "Q":
            return self._query(_string(body), size)
        if letter in "SH":
            return self._flush(letter, size)
        if letter == "X":
            return Message(size, "Terminate", kind="step", then="leave")
        if letter == "c":
            return Message(size, "CopyDone", reply=_packet("C", _text("COPY 1")) + self._ready())
        if letter == "f":
            failed = _packet("E", b"SERROR\0VERROR\0C57014\0MCOPY was given up\0\0")
            return Message(size, "CopyFail", kind="step", reply=failed + self._ready())
        if letter == "p":
            return Message(size, "Password", kind="setup")
        if letter in "PBDEC":
            self._hold(letter, body)
        return Message(size, kind="step")

    def _query(self, statement: str, size: int) -> Message:
        before, kind = self._status, _kind(statement)
        parts = self._results(statement, True)
        copies_in = b"G" in [part[:1] for part in parts if isinstance(part, bytes)]
        ready = b"" if copies_in else self._ready()
        parts.append(ready)
        if _verb(statement) == "LISTEN":
            parts.append("notification")
        if copies_in:
            self._status = before
            return Message(size, "Query", statement, "step", parts[0] if isinstance(parts[0], bytes) else b"")
        return Message(size, "Query", statement, kind, _reply(parts))

    def _hold(self, letter: str, body: bytes) -> None:
        """Remember what the answer to a part of an extended query is, until it may be sent."""
        if letter == "P":
            name, statement = _string(body), _string(body[body.index(0) + 1 :])
            self._statements[name] = statement
            self._held.append(_packet("1", b""))
        elif letter == "B":
            portal, name = _string(body), _string(body[body.index(0) + 1 :])
            self._portals[portal] = self._statements.get(name, "")
            self._held.append(_packet("2", b""))
        elif letter == "D":
            of_statement = body[:1] == b"S"
            statement = (self._statements if of_statement else self._portals).get(_string(body[1:]), "")
            if of_statement:
                self._held.append(_parameters(statement))
            self._held.append(_columns() if _ROWS.match(statement) else _packet("n", b""))
        elif letter == "C":
            self._held.append(_packet("3", b""))
        else:
            statement = self._portals.get(_string(body), "")
            self._executed.append(statement)
            self._held += self._results(statement, False)

    def _flush(self, letter: str, size: int) -> Message:
        parts, self._held = self._held, []
        executed, self._executed = self._executed, []
        if letter == "S":
            parts.append(self._ready())
        # A BEGIN or ROLLBACK of the library's is not what was asked for.
        asked = [statement for statement in executed if _kind(statement) == "operation"]
        kind: Kind = "operation" if asked else "step"
        return Message(size, "Query" if asked else "", asked[-1] if asked else "", kind, _reply(parts))

    def _results(self, statement: str, described: bool) -> list[bytes | str]:
        """What is said of a statement that has run; `described`: the columns too."""
        verb = _verb(statement)
        if verb in ("BEGIN", "START"):
            self._status = b"T"
        if verb in ("COMMIT", "END", "ROLLBACK", "ABORT") and " TO " not in statement.upper():
            self._status = b"I"
        if not verb:
            return [_packet("I", b"")]
        if verb == "COPY":
            if "STDIN" in statement.upper():
                return [_packet("G", struct.pack(">bhh", 0, 1, 0))]
            return [_packet("H", struct.pack(">bhh", 0, 1, 0)), "copied", _packet("c", b"") + _complete("COPY 1")]
        if not _ROWS.match(statement):
            count = {"INSERT": " 0 1", "UPDATE": " 1", "DELETE": " 1"}.get(verb, "")
            return [_complete(verb + count)]
        head = _columns() if described else b""
        known = _known(statement)
        if known is not None:
            return [head, *([_row(known)] if known else []), _complete("SELECT 1" if known else "SELECT 0")]
        tag = {"INSERT": "INSERT 0 1", "UPDATE": "UPDATE 1", "DELETE": "DELETE 1", "SHOW": "SHOW"}.get(verb, "SELECT 1")
        return [head, "row", _complete(tag)]

    def _ready(self) -> bytes:
        return _packet("Z", self._status)


SPEAKER = PostgreSql


def _kind(statement: str) -> Kind:
    is_step = _verb(statement) in _STEPS or _ASKED_BY_LIBRARIES.search(statement)
    return "step" if is_step else "operation"


def _known(statement: str) -> bytes | None:
    """The value of a query that libraries make by themselves; empty for no row, None when the query is the user's."""
    if _verb(statement) == "SHOW":
        name = statement.split()[1].strip(" ;").lower() if len(statement.split()) > 1 else ""
        return {"standard_conforming_strings": b"on", "transaction": b"read committed"}.get(name, b"on")
    if "version()" in statement:
        return b"PostgreSQL 16.0"
    if "current_schema" in statement:
        return b"public"
    return b"" if _ASKED_BY_LIBRARIES.search(statement) else None


def _reply(parts: list[bytes | str]) -> Reply:
    """Join what is said; the words stand for what is made of the server's answer."""

    def reply(payload: bytes) -> bytes:
        made = {
            "row": _row(payload),
            "copied": _packet("d", payload),
            "notification": _packet("A", struct.pack(">I", 1) + _text("channel") + payload.rstrip(b"\0\n") + b"\0"),
        }
        return b"".join(made[part] if isinstance(part, str) else part for part in parts)

    return reply


def _parameters(statement: str) -> bytes:
    """Say the types of a statement's parameters, as casts in it tell."""
    found = {int(number): cast for number, cast in re.findall(r"\$(\d+)(?:::(\w+))?", statement)}
    types = [_CASTS.get(found.get(number, ""), _TEXT) for number in range(1, max(found, default=0) + 1)]
    return _packet("t", struct.pack(f">H{len(types)}I", len(types), *types))


def _columns() -> bytes:
    return _packet("T", struct.pack(">H", 1) + _text("answer") + struct.pack(">IhIhih", 0, 0, _TEXT, -1, -1, 0))


def _row(value: bytes) -> bytes:
    return _packet("D", struct.pack(">HI", 1, len(value)) + value)


def _complete(tag: str) -> bytes:
    return _packet("C", _text(tag))


def _packet(letter: str, body: bytes) -> bytes:
    return letter.encode() + struct.pack(">I", len(body) + 4) + body


def _verb(statement: str) -> str:
    words = re.sub(r"/\*.*?\*/|--[^\n]*", " ", statement, flags=re.DOTALL).split(None, 1)
    return words[0].strip(";(").upper() if words else ""


def _text(text: str) -> bytes:
    return text.encode() + b"\0"


def _string(body: bytes) -> str:
    return body[: body.index(0)].decode("utf-8", "replace")
