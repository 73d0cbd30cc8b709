"""What happens on a connection whose protocol has a dialogue: set-up and steps as they should be, then the fault.

For the protocols of `speakers`. It knows none of them: it reads, writes, counts operations and strikes.
"""

from __future__ import annotations

import time

from .catalogue import Stage
from .ending import SETTLE, Script, end, send_garbage, shake_hands
from .ledger import Ledger
from .request import KEPT_BODY, Request, answer_to
from .speech import Message, Speaker
from .transfer import Carrier
from .wire import Wire

MAX_MESSAGES = 1_000_000
"""Messages that one connection may bring before it is closed."""
MAX_MESSAGE = 64 * 1024 * 1024
"""Bytes of one message that are waited for before the connection is closed."""
UPLOAD_PART = 65_536
"""Bytes of an operation that are read before the fault strikes during an upload; a smaller one is read whole."""


class Dialogue:
    """One connection of a client that speaks `speaker`'s protocol.

    connection: its number, from 0.
    """

    def __init__(self, wire: Wire, script: Script, ledger: Ledger, speaker: Speaker, connection: int) -> None:
        self._wire = wire
        self._script = script
        self._ledger = ledger
        self._speaker = speaker
        self._connection = connection
        self._received = bytearray()
        self._operations = 0
        self._asks_for_tls = script.tls and speaker.tls_begins == "when asked"
        # Bytes of messages since the last reply: they belong to an operation that is still arriving.
        self._unanswered = 0

    def run(self) -> None:
        """Talk until the connection is over. Raises OSError and ValueError for what the client does wrong."""
        self._wire.send(self._speaker.greeting())
        if self._script.tls and self._speaker.tls_begins == "after the greeting" and not self._secure():
            return
        for _ in range(MAX_MESSAGES):
            message = self._next_message()
            if message is None or not self._respond(message):
                return

    def _next_message(self) -> Message | None:
        """Read on until a message is complete; None when the connection is over."""
        while True:
            message = self._parse()
            if message is not None:
                return message
            if self._unanswered + len(self._received) >= UPLOAD_PART and self._strikes("upload"):
                self._note(Message(len(self._received)), time.monotonic())
                self._end()
                return None
            if len(self._received) > MAX_MESSAGE:
                raise ValueError("the message is too long")
            # What follows a request for TLS may be the handshake already, which is not ours to read.
            more = self._wire.receive(1) if self._asks_for_tls else self._wire.receive()
            if not more:
                return None
            self._received += more

    def _parse(self) -> Message | None:
        if not self._received:
            return None
        try:
            return self._speaker.next_message(self._received)
        except Exception as error:
            # Whatever a client sends, it must not look like a fault of the server's.
            raise ValueError("not the protocol") from error

    def _respond(self, message: Message) -> bool:
        """Answer, or strike; return whether there is anything left to say."""
        if message.kind == "operation":
            return self._operate(message)
        if message.kind == "setup" and self._strikes("setup"):
            self._end()
            return False
        self._drop(message)
        return self._answer(message, self._reply(message, None))

    def _operate(self, message: Message) -> bool:
        self._asks_for_tls = False
        request = self._note(message, time.monotonic())
        self._drop(message)
        if message.transfer is not None and self._script.fault.stage in ("upload", "body"):
            # These strike while the bytes are on their way, not before.
            if self._strikes("upload", "body"):
                carrier = Carrier(self._wire, message.transfer, self._script)
                carrier.fail(self._reply(message, request), UPLOAD_PART)
                return False
        elif self._strikes("upload", "request", "body"):
            self._strike(message, request)
            return False
        self._operations += 1
        open_still = self._answer(message, self._reply(message, request))
        if open_still and self._strikes("idle"):
            self._end()
            return False
        return open_still

    def _strike(self, message: Message, request: Request) -> None:
        fault = self._script.fault
        if fault.ending == "garbage":
            send_garbage(self._wire)
        if fault.stage == "body":
            reply = self._reply(message, request)
            self._wire.send(reply[: len(reply) // 2])
            if fault.ending == "reset":
                time.sleep(SETTLE)
        self._end()

    def _answer(self, message: Message, reply: bytes) -> bool:
        if message.transfer is not None:
            Carrier(self._wire, message.transfer, self._script).carry(reply)
        elif reply:
            self._wire.send(reply)
        self._unanswered = 0 if reply else self._unanswered + message.size
        if message.kind == "operation":
            self._unanswered = 0
        return message.then == "talk" or (message.then == "tls" and self._secure())

    def _reply(self, message: Message, request: Request | None) -> bytes:
        if isinstance(message.reply, bytes):
            return message.reply
        payload = b"" if request is None else answer_to(request, self._script.answer)
        try:
            return message.reply(payload)
        except Exception as error:
            raise ValueError("not the protocol") from error

    def _secure(self) -> bool:
        """Go on behind TLS; return whether there is anything left to say."""
        self._asks_for_tls = False
        return shake_hands(self._wire, self._script, self._ledger)

    def _strikes(self, *stages: Stage) -> bool:
        """Whether the fault strikes at one of these stages, now."""
        due = self._operations >= (0 if stages == ("setup",) else self._script.answered)
        return due and self._script.fault.stage in stages and self._ledger.take_fault()

    def _note(self, message: Message, arrived: float) -> Request:
        request = Request(
            connection=self._connection,
            time=arrived,
            method=message.name,
            path=message.argument,
            headers={},
            body=bytes(self._received[: min(message.size, KEPT_BODY)]),
            body_size=self._unanswered + message.size,
        )
        self._ledger.add_request(request)
        return request

    def _drop(self, message: Message) -> None:
        if message.size < 1:
            raise ValueError("a message takes at least a byte")
        del self._received[: message.size]

    def _end(self) -> None:
        end(self._wire, self._script.fault.ending, self._script.hang)
