"""What a protocol with a dialogue of its own must be able to say: greetings, messages and their replies.

The interface between `dialogue`, which reads, writes and strikes, and the modules in `speakers`, which know one
protocol each and touch no connection (FTP alone listens, for its second one).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

Kind = Literal["setup", "step", "operation"]
"""`setup`: the handshake, log-in and questions about the server that a client library asks by itself before its user
gets to work. `step`: a part of an operation before the part that counts, or talk in the background (`MULTI`, `RCPT TO`,
heartbeats): answered properly whatever the fault, and not counted. `operation`: what the user asked for."""

Reply = bytes | Callable[[bytes], bytes]
"""The bytes that answer a message, or a function that makes them from the server's `answer`."""


@dataclass(frozen=True)
class Place:
    """Where the server listens, for protocols that say so in their messages. tls: whether behind TLS."""

    host: str
    port: int
    tls: bool


@dataclass(frozen=True)
class Transfer:
    """Bytes on a second connection, which the client makes to a port that it was told (FTP's data connection).

    listener: where it comes in; it listens already.
    uploads: the client sends and closes; else the server sends the message's reply and closes.
    opening, closing: what is said on the first connection before and after.
    tls: the second connection is behind TLS.
    """

    listener: socket.socket
    uploads: bool
    opening: bytes
    closing: bytes
    tls: bool


@dataclass(frozen=True)
class Message:
    """One complete message of a client.

    size: bytes that it takes at the beginning of what was received.
    name: what it is, as the protocol calls it ("SET", "Query", "basic.publish"): the request's method.
    argument: what it is about, if that is plain (a key, a statement, a subject): the request's path.
    kind: whether a fault may strike.
    reply: the proper answer; empty where none is due.
    then: what comes after the reply: more talk, the end of the connection, or the TLS handshake.
    transfer: where the reply goes when it is not said on this connection.
    """

    size: int
    name: str = ""
    argument: str = ""
    kind: Kind = "operation"
    reply: Reply = b""
    then: Literal["talk", "leave", "tls"] = "talk"
    transfer: Transfer | None = None


class Speaker:
    """One protocol on one connection; it keeps what the protocol needs to remember there.

    A module in `speakers` derives from it and names its class `SPEAKER`.
    """

    schemes: ClassVar[tuple[str, str]] = ("tcp", "tls")
    """Of the URL, without and with TLS."""
    has_setup: ClassVar[bool] = True
    """Whether the client says something, and waits for the reply, before its user's first operation."""
    tls_begins: ClassVar[Literal["at once", "after the greeting", "when asked", "never"]] = "at once"
    alpn: ClassVar[tuple[str, ...]] = ()
    """Protocols to agree to in the TLS handshake."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def greeting(self) -> bytes:
        """What is sent before the client says anything; empty for most."""
        return b""

    def next_message(self, received: bytearray) -> Message | None:
        """Return the message at the beginning of `received`; None while it is incomplete.

        What the speaker remembers may change only when a message is returned. Any exception means that the bytes are
        not the protocol, and ends the connection.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what the speaker holds; the connection is over."""
