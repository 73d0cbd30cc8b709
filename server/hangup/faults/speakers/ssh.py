"""SSH's beginning: the banners, then the client's offer of algorithms, which counts as the operation.

A server that does not fail takes its leave there, with a proper message: keys are never exchanged.
"""

from __future__ import annotations

import struct

from ..lines import read_line
from ..speech import Message, Place, Speaker

_DISCONNECT = 1
_BY_APPLICATION = 11
_MAX_PACKET = 1 << 18


class Ssh(Speaker):
    """SSH on one connection, until keys would be exchanged."""

    schemes = ("ssh", "ssh")
    tls_begins = "never"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._introduced = False

    def greeting(self) -> bytes:
        """The server's banner."""
        return b"SSH-2.0-fault\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read the client's banner, then a packet."""
        if not self._introduced:
            line = read_line(received)
            if line is None:
                return None
            if not line[0].startswith(b"SSH-"):
                raise ValueError("not SSH")
            self._introduced = True
            return Message(line[1], "banner", kind="setup")
        if len(received) < 4:
            return None
        size = 4 + int(struct.unpack_from(">I", received)[0])
        if not 12 <= size <= _MAX_PACKET:
            raise ValueError("not a packet")
        if len(received) < size:
            return None
        reason = b"this server has no keys"
        body = struct.pack(">BII", _DISCONNECT, _BY_APPLICATION, len(reason)) + reason + struct.pack(">I", 0)
        # At least four bytes of padding, up to a multiple of eight.
        padding = 4 + -(len(body) + 9) % 8
        packet = struct.pack(">IB", 1 + len(body) + padding, padding) + body + bytes(padding)
        return Message(size, "KEXINIT", reply=packet, then="leave")


SPEAKER = Ssh
