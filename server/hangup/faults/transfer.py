"""A transfer on a second connection, whole or cut off in the middle: FTP's files and listings.

It neither decides when a fault is due nor knows the protocol.
"""

from __future__ import annotations

import time

from .ending import SETTLE, Script, end
from .speech import Transfer
from .tls import trusted_context
from .wire import Wire

MAX_UPLOAD = 256 * 1024 * 1024
"""Bytes of an upload that are read before it is given up."""


class Carrier:
    """One transfer. wire: the first connection."""

    def __init__(self, wire: Wire, transfer: Transfer, script: Script) -> None:
        self._wire = wire
        self._transfer = transfer
        self._script = script

    def carry(self, content: bytes) -> None:
        """Send `content`, or read all that comes, and say so. Raises OSError when the client gives up."""
        second = self._open()
        try:
            if self._transfer.uploads:
                self._read(second, MAX_UPLOAD)
            else:
                second.send(content)
            second.say_goodbye()
        finally:
            second.finish()
        self._wire.send(self._transfer.closing)

    def fail(self, content: bytes, part: int) -> None:
        """Cut the transfer off, both connections in the fault's way: after half of `content`; of an upload, after
        `part` bytes or, if the fault is one of the answer's, in the middle of the word that all has arrived.
        """
        fault = self._script.fault
        second = self._open()
        try:
            if self._transfer.uploads:
                self._read(second, part if fault.stage == "upload" else MAX_UPLOAD)
                if fault.stage == "body":
                    self._wire.send(self._transfer.closing[: len(self._transfer.closing) // 2])
            else:
                second.send(content[: len(content) // 2])
            if fault.ending == "reset":
                time.sleep(SETTLE)
                second.reset()
            elif fault.ending == "close":
                second.finish()
            end(self._wire, fault.ending, self._script.hang)
        finally:
            second.finish()

    def _open(self) -> Wire:
        self._wire.send(self._transfer.opening)
        second = self._wire.accept_beside(self._transfer.listener)
        if self._transfer.tls:
            second.start_tls(trusted_context())
        return second

    def _read(self, second: Wire, most: int) -> None:
        taken = 0
        while taken < most:
            more = second.receive()
            if not more:
                return
            taken += len(more)
