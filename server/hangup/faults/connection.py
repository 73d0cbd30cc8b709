"""What happens on one connection: proper answers until the fault is due, then the fault.

It runs in the thread of the connection and returns when the connection is over. It accepts nothing and counts
nothing itself. HTTP and raw bytes are served here, every other protocol by `dialogue`.
"""

from __future__ import annotations

import time

from .dialogue import Dialogue
from .ending import SETTLE, Script, end, send_garbage, shake_hands
from .http1 import Http1
from .ledger import Ledger
from .raw import Raw
from .request import Exchange, Head, Request
from .speech import Speaker
from .wire import Wire

MAX_REQUESTS = 1_000
"""Requests that one connection may bring before it is closed."""
UPLOAD_READ = 1_024
"""Bytes of a request's body that are read before the fault strikes during an upload."""


def play(wire: Wire, script: Script, ledger: Ledger, connection: int, speaker: Speaker | None) -> None:
    """Serve one connection, number `connection`, to its end.

    speaker: of the connection's protocol; None for HTTP and raw bytes.
    Errors of the client's making end it in silence; an answer function that fails raises RuntimeError.
    """
    try:
        begins_with_tls = script.tls and (speaker is None or speaker.tls_begins == "at once")
        if begins_with_tls and not shake_hands(wire, script, ledger):
            return
        if speaker is None:
            _converse(wire, script, ledger, connection)
        else:
            Dialogue(wire, script, ledger, speaker, connection).run()
    except (OSError, ValueError):
        # The client left, or sent what is not the protocol, or the server is closing.
        pass
    finally:
        wire.finish()
        if speaker is not None:
            speaker.close()


def _converse(wire: Wire, script: Script, ledger: Ledger, connection: int) -> None:
    exchange = _exchange(wire, script)
    for number in range(MAX_REQUESTS):
        head = exchange.next_head()
        if head is None:
            return
        arrived = time.monotonic()
        strikes = _is_due(script, number) and ledger.take_fault()
        limit = UPLOAD_READ if strikes and script.fault.stage == "upload" else None
        request = _request(head, exchange.read_body(head, limit), connection, arrived)
        ledger.add_request(request)
        if strikes:
            _strike(wire, exchange, script, request)
            return
        if not exchange.answer(request):
            return
        if script.fault.stage == "idle" and number + 1 >= script.answered and ledger.take_fault():
            end(wire, script.fault.ending, script.hang)
            return


def _exchange(wire: Wire, script: Script) -> Exchange:
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


def _strike(wire: Wire, exchange: Exchange, script: Script, request: Request) -> None:
    fault = script.fault
    if fault.ending == "garbage":
        send_garbage(wire)
    if fault.stage == "body":
        exchange.answer_partly(request, fault.framing)
        if fault.ending == "reset":
            time.sleep(SETTLE)
    end(wire, fault.ending, script.hang)
