"""IMAP4rev1: greeting, any log-in, literals, IDLE, and mailboxes with one mail, the server's answer.

It keeps and changes nothing. No STARTTLS: with `tls` the whole connection is behind TLS.
"""

from __future__ import annotations

import re

from ..lines import read_line
from ..speech import Message, Place, Reply, Speaker

_CAPABLE = b"CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE LITERAL+ UIDPLUS NAMESPACE"
_SETUP = {"CAPABILITY", "LOGIN", "AUTHENTICATE", "ID", "ENABLE", "NAMESPACE"}
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\Z")
_SELECTED = (
    b"* FLAGS (\\Seen \\Deleted)\r\n* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 2] next\r\n"
)


class Imap(Speaker):
    """IMAP on one connection."""

    schemes = ("imap", "imaps")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        # The part of a command before a literal, and the bytes of that.
        self._begun = b""
        self._literal = 0
        # The tag of a command that waits for a line without one, and what it is.
        self._waiting: tuple[bytes, str] | None = None

    def greeting(self) -> bytes:
        """The server is ready."""
        return b"* OK [" + _CAPABLE + b"] ready\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command; the part of one before a literal is a step, which is answered with `+`."""
        line = read_line(received, self._literal) if len(received) >= self._literal else None
        if line is None:
            return None
        end, size = line
        command = self._begun + bytes(received[: self._literal]) + end
        literal = _LITERAL.search(end)
        if literal:
            self._begun, self._literal = command, int(literal[1])
            return Message(size, kind="step", reply=b"" if literal[2] else b"+ go on\r\n")
        self._begun, self._literal = b"", 0
        if self._waiting is not None:
            (tag, name), self._waiting = self._waiting, None
            return Message(size, name, kind="step" if name == "IDLE" else "setup", reply=_done(tag))
        return self._command(command, size)

    def _command(self, command: bytes, size: int) -> Message:
        tag, name, rest = _split(command)
        if name == "UID":
            _, name, rest = _split(tag + b" " + rest)
        subject = rest.partition(b"{")[0].decode("utf-8", "replace").strip()
        if name == "LOGOUT":
            return Message(size, name, kind="step", reply=b"* BYE bye\r\n" + _done(tag), then="leave")
        if name == "IDLE":
            self._waiting = (tag, name)
            return Message(size, name, reply=b"+ idling\r\n* 2 EXISTS\r\n")
        if name == "AUTHENTICATE" and b" " not in rest:
            self._waiting = (tag, name)
            return Message(size, name, kind="setup", reply=b"+ \r\n")
        if name in _SETUP:
            told = {"CAPABILITY": b"* " + _CAPABLE + b"\r\n", "NAMESPACE": b'* NAMESPACE (("" "/")) NIL NIL\r\n'}
            return Message(size, name, kind="setup", reply=told.get(name, b"") + _done(tag))
        return Message(size, name, subject, reply=_reply(tag, name, rest))


SPEAKER = Imap


def _reply(tag: bytes, name: str, rest: bytes) -> Reply:
    if name == "FETCH":
        return lambda payload: _fetched(rest, payload) + _done(tag)
    mailbox = rest.split()[0] if rest.split() else b"INBOX"
    told = {
        "SELECT": _SELECTED,
        "EXAMINE": _SELECTED,
        "SEARCH": b"* SEARCH 1\r\n",
        "SORT": b"* SORT 1\r\n",
        "STORE": b"* 1 FETCH (FLAGS (\\Seen))\r\n",
        "LIST": b'* LIST () "/" "INBOX"\r\n',
        "LSUB": b'* LSUB () "/" "INBOX"\r\n',
        "STATUS": b"* STATUS " + mailbox + b" (MESSAGES 1 UNSEEN 1)\r\n",
        "EXPUNGE": b"* 1 EXPUNGE\r\n",
    }
    return told.get(name, b"") + _done(tag)


def _fetched(rest: bytes, payload: bytes) -> bytes:
    """What is fetched of the one mail: flags and the like as they are asked for, else its text."""
    asked = rest.partition(b" ")[2].strip(b"() ").upper()
    item = asked.replace(b".PEEK", b"").split(b" ")[-1] or b"RFC822"
    if item in (b"FLAGS", b"UID", b"ALL", b"FAST"):
        return b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"
    return b"* 1 FETCH (UID 1 %b {%d}\r\n%b)\r\n" % (item, len(payload), payload)


def _split(command: bytes) -> tuple[bytes, str, bytes]:
    tag, _, rest = command.partition(b" ")
    name, _, rest = rest.partition(b" ")
    if not tag or not name:
        raise ValueError("not a command")
    return tag, name.decode("ascii").upper(), rest


def _done(tag: bytes) -> bytes:
    return tag + b" OK done\r\n"
