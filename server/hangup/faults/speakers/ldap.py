"""LDAP version 3: any simple bind, and a directory that answers each search with one entry, the one that was searched.

Its attribute `description` is the server's answer. It changes nothing and refuses extended operations, so StartTLS too.
"""

from __future__ import annotations

from collections.abc import Callable

from ..speech import Message, Reply, Speaker

_BIND, _UNBIND, _SEARCH, _ABANDON, _EXTENDED = 0x60, 0x42, 0x63, 0x50, 0x77
_NAMES = {
    _BIND: ("bind", 0x61),
    _UNBIND: ("unbind", 0),
    _SEARCH: ("search", 0x65),
    0x66: ("modify", 0x67),
    0x68: ("add", 0x69),
    0x4A: ("delete", 0x6B),
    0x6C: ("modifyDN", 0x6D),
    0x6E: ("compare", 0x6F),
    _ABANDON: ("abandon", 0),
    _EXTENDED: ("extended", 0x78),
}
_ENTRY = 0x64
_SUCCESS, _PROTOCOL_ERROR, _COMPARE_TRUE = 0, 2, 6
_INTEGER, _STRING, _ENUMERATED, _SEQUENCE, _SET = 0x02, 0x04, 0x0A, 0x30, 0x31
_MAX_MESSAGE = 1 << 26


class Ldap(Speaker):
    """LDAP on one connection."""

    schemes = ("ldap", "ldaps")

    def next_message(self, received: bytearray) -> Message | None:
        """Read a message: a sequence of its number and an operation. Questions about the server are of the set-up."""
        head = _head(received, 0)
        if head is None:
            return None
        start, size = head
        if received[0] != _SEQUENCE or size > _MAX_MESSAGE:
            raise ValueError("not a message")
        if len(received) < size:
            return None
        message = received[:size]
        number, at = _value(message, start)
        tag = message[at]
        name, answer = _NAMES[tag]
        if not answer:
            return Message(size, name, kind="step", then="leave" if tag == _UNBIND else "talk")
        content, _ = _value(message, at)
        if tag == _BIND:
            return Message(size, name, kind="setup", reply=_said(number, _result(answer, _SUCCESS)))
        if tag == _EXTENDED:
            return Message(size, name, kind="step", reply=_said(number, _result(answer, _PROTOCOL_ERROR)))
        subject = _subject(tag, content)
        if tag == _SEARCH:
            kind_is_setup = subject == b"" or subject.lower() in (b"cn=schema", b"cn=subschema")
            reply = _search(number, subject)
            return Message(size, name, subject.decode(), "setup" if kind_is_setup else "operation", reply)
        code = _COMPARE_TRUE if name == "compare" else _SUCCESS
        return Message(size, name, subject.decode("utf-8", "replace"), reply=_said(number, _result(answer, code)))


SPEAKER = Ldap


def _search(number: bytes, base: bytes) -> Reply:
    def reply(payload: bytes) -> bytes:
        values = _coded(_SET, _coded(_STRING, payload)) if base else _coded(_SET, _coded(_STRING, b"3"))
        attribute = _coded(_SEQUENCE, _coded(_STRING, b"description" if base else b"supportedLDAPVersion") + values)
        entry = _coded(_ENTRY, _coded(_STRING, base) + _coded(_SEQUENCE, attribute))
        return _said(number, entry) + _said(number, _result(0x65, _SUCCESS))

    made: Callable[[bytes], bytes] = reply
    return made


def _subject(tag: int, content: bytes) -> bytes:
    """The name that an operation is about: its content itself for a deletion, else its first part."""
    return content if tag == 0x4A else _value(bytearray(content), 0)[0]


def _result(tag: int, code: int) -> bytes:
    return _coded(tag, _coded(_ENUMERATED, bytes([code])) + _coded(_STRING, b"") * 2)


def _said(number: bytes, operation: bytes) -> bytes:
    return _coded(_SEQUENCE, _coded(_INTEGER, number) + operation)


def _coded(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    told = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(told)]) + told + content


def _head(received: bytearray, at: int) -> tuple[int, int] | None:
    """Return where the content of the value at `at` starts and where it ends; None while that cannot be told."""
    if len(received) < at + 2:
        return None
    length, start = received[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        if not 0 < width <= 4:
            raise ValueError("not a length")
        if len(received) < start + width:
            return None
        length, start = int.from_bytes(received[start : start + width], "big"), start + width
    return start, start + length


def _value(message: bytearray, at: int) -> tuple[bytes, int]:
    """Return the content of the value at `at`, and where the next begins."""
    head = _head(message, at)
    if head is None or head[1] > len(message):
        raise ValueError("the value is cut off")
    return bytes(message[head[0] : head[1]]), head[1]
