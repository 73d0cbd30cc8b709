"""How a fault ends a connection, and what the server plays on every one of them.

It does not know when a fault is due: `connection` and `dialogue` do.
"""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue import Ending, Fault, Protocol
from .ledger import Ledger
from .request import Answer
from .tls import trusted_context, untrusted_context
from .wire import Wire

SETTLE = 0.02
"""Seconds between a partial answer and the RST: some systems drop unread bytes when an RST comes."""

_GARBAGE = b"\x00\xff\xfe\x99 these bytes are not the protocol that you expect \x01\x02\x03\r\n" * 4
_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Script:
    """What the server plays on every connection.

    tls: speak TLS. alpn: protocols to agree to in its handshake.
    answered: operations of a connection that are answered before the fault.
    answer, content_type, speaks_first: of the protocol. hang: seconds after which a hang ends.
    """

    fault: Fault
    protocol: Protocol
    tls: bool
    alpn: tuple[str, ...]
    answered: int
    answer: Answer
    content_type: str
    speaks_first: bool
    hang: float


def end(wire: Wire, ending: Ending, hang: float) -> None:
    """End the connection in the fault's way; a hang lasts `hang` seconds and ends with a FIN."""
    if ending == "reset":
        wire.reset()
        return
    if ending == "hang":
        wire.hang(hang)
    wire.finish()


def send_garbage(wire: Wire) -> None:
    """Send bytes that are no protocol."""
    wire.send(_GARBAGE)


def shake_hands(wire: Wire, script: Script, ledger: Ledger) -> bool:
    """Agree on TLS, or play the fault; return whether there is anything left to say."""
    fault = script.fault
    if fault.stage != "handshake" or not ledger.take_fault():
        wire.start_tls(trusted_context(script.alpn))
        return True
    if fault.ending == "untrusted":
        # A client that does not verify gets through, and is answered.
        wire.start_tls(untrusted_context(script.alpn))
        return True
    wire.receive()  # the client's hello: from here on it waits for ours
    if fault.ending == "plain":
        wire.send(_PLAIN)
    end(wire, fault.ending, script.hang)
    return False
