"""POP3: greeting, any log-in, and a mailbox with one mail, the server's answer.

It deletes nothing. No STLS: with `tls` the whole connection is behind TLS.
"""

from __future__ import annotations

from ..lines import dotted, read_line
from ..speech import Message, Reply, Speaker

_SETUP = {"CAPA", "USER", "PASS", "APOP", "AUTH", "UTF8"}


class Pop3(Speaker):
    """POP3 on one connection."""

    schemes = ("pop3", "pop3s")

    def greeting(self) -> bytes:
        """The server is ready."""
        return b"+OK ready\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command."""
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        words = text.decode("utf-8", "replace").split()
        name = words[0].upper() if words else ""
        argument = words[1] if len(words) > 1 else ""
        if name == "QUIT":
            return Message(size, name, kind="step", reply=b"+OK bye\r\n", then="leave")
        if name == "CAPA":
            return Message(size, name, kind="setup", reply=b"+OK\r\nUSER\r\nTOP\r\nUIDL\r\n.\r\n")
        if name in _SETUP:
            return Message(size, name, kind="setup", reply=b"+OK\r\n")
        return Message(size, name, argument, reply=_reply(name, argument))


SPEAKER = Pop3


def _reply(name: str, argument: str) -> Reply:
    if name in ("RETR", "TOP"):
        return lambda payload: b"+OK\r\n" + dotted(payload)
    if name == "STAT":
        return lambda payload: b"+OK 1 %d\r\n" % len(payload)
    if name in ("LIST", "UIDL"):
        return lambda payload: _listed(b"%d" % len(payload) if name == "LIST" else b"unique", argument)
    return b"+OK\r\n" if name in ("DELE", "NOOP", "RSET") else b"-ERR no such command\r\n"


def _listed(value: bytes, argument: str) -> bytes:
    return b"+OK 1 " + value + b"\r\n" if argument else b"+OK\r\n1 " + value + b"\r\n.\r\n"
