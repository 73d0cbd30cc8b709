"""What happens on one connection: proper answers until the fault is due, then the fault.

It runs in the thread of the connection and returns when the connection is over. It accepts nothing and counts
nothing itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from .catalogue import Ending, Fault, Protocol
from .http1 import Http1
from .ledger import Ledger
from .raw import Raw
from .request import Answer, Head, Request, Speaker
from .tls import trusted_context, untrusted_context
from .wire import Wire

MAX_REQUESTS = 1_000
"""Requests that one connection may bring before it is closed."""
UPLOAD_READ = 1_024
"""Bytes of a request's body that are read before the fault strikes during an upload."""
SETTLE = 0.02
"""Seconds between a partial answer and the RST: some systems drop unread bytes when an RST comes."""

_GARBAGE = b"\x00\xff\xfe\x99 these bytes are not the protocol that you expect \x01\x02\x03\r\n" * 4
_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Script:
    """What the server plays on every connection.

    tls: speak TLS. answered: requests of a connection that are answered before the fault.
    answer, content_type, speaks_first: of the protocol. hang: seconds after which a hang ends.
    """

    fault: Fault
    protocol: Protocol
    tls: bool
    answered: int
    answer: Answer
    content_type: str
    speaks_first: bool
    hang: float


def play(wire: Wire, script: Script, ledger: Ledger, connection: int) -> None:
    """Serve one connection, number `connection`, to its end.

    Errors of the client's making end it in silence; an answer function that fails raises RuntimeError.
    """
    try:
        if script.tls and not _shake_hands(wire, script, ledger):
            return
        _converse(wire, script, ledger, connection)
    except (OSError, ValueError):
        # The client left, or sent what is not the protocol, or the server is closing.
        pass
    finally:
        wire.finish()


def end(wire: Wire, ending: Ending, hang: float) -> None:
    """End the connection in the fault's way; a hang lasts `hang` seconds and ends with a FIN."""
    if ending == "reset":
        wire.reset()
        return
    if ending == "hang":
        wire.hang(hang)
    wire.finish()


def _shake_hands(wire: Wire, script: Script, ledger: Ledger) -> bool:
    """Agree on TLS, or play the fault; return whether there is anything left to say."""
    fault = script.fault
    if fault.stage != "handshake" or not ledger.take_fault():
        wire.start_tls(trusted_context())
        return True
    if fault.ending == "untrusted":
        # A client that does not verify gets through, and is answered.
        wire.start_tls(untrusted_context())
        return True
    wire.receive()  # the client's hello: from here on it waits for ours
    if fault.ending == "plain":
        wire.send(_PLAIN)
    end(wire, fault.ending, script.hang)
    return False


def _converse(wire: Wire, script: Script, ledger: Ledger, connection: int) -> None:
    speaker = _speaker(wire, script)
    for number in range(MAX_REQUESTS):
        head = speaker.next_head()
        if head is None:
            return
        arrived = time.monotonic()
        strikes = _is_due(script, number) and ledger.take_fault()
        limit = UPLOAD_READ if strikes and script.fault.stage == "upload" else None
        request = _request(head, speaker.read_body(head, limit), connection, arrived)
        ledger.add_request(request)
        if strikes:
            _strike(wire, speaker, script, request)
            return
        if not speaker.answer(request):
            return


def _speaker(wire: Wire, script: Script) -> Speaker:
    if script.protocol == "raw":
        return Raw(wire, script.answer, script.speaks_first)
    return Http1(wire, script.answer, script.content_type)


def _is_due(script: Script, number: int) -> bool:
    return script.fault.stage in ("upload", "request", "body") and number >= script.answered


def _request(head: Head, body: tuple[bytes, int], connection: int, arrived: float) -> Request:
    kept, size = body
    return Request(
        connection=connection,
        time=arrived,
        method=head.method,
        path=head.path,
        headers=head.headers,
        body=kept,
        body_size=size,
    )


def _strike(wire: Wire, speaker: Speaker, script: Script, request: Request) -> None:
    fault = script.fault
    if fault.ending == "garbage":
        wire.send(_GARBAGE)
    if fault.stage == "body":
        speaker.answer_partly(request, fault.framing)
        if fault.ending == "reset":
            time.sleep(SETTLE)
    end(wire, fault.ending, script.hang)
