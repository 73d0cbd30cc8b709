"""One accepted connection: reads, writes, TLS, and the ways to end it.

It knows nothing of protocols. One thread uses it; `cut` alone may come from another.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
import time

READ_SIZE = 65_536
_POLL = 0.05
"""Seconds between looks at whether a wire was cut, while a second connection is waited for."""

# On Windows the two fields of struct linger are 16 bits wide.
_LINGER_ZERO = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Wire:
    """A connected socket.

    patience: seconds that one read or write may wait before it raises TimeoutError.
    """

    def __init__(self, connected: socket.socket, patience: float) -> None:
        connected.settimeout(patience)
        # Some systems refuse it on a connection that the peer has reset already.
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._was_cut = False
        self._patience = patience
        self._beside: Wire | None = None
        # Keeps `cut` away from the socket while it is being exchanged or closed.
        self._lock = threading.Lock()

    def accept_beside(self, listener: socket.socket) -> Wire:
        """Accept a second connection of the same peer; `cut` is for both from now on.

        Raises OSError when none comes, or when this wire has been cut.
        """
        deadline = time.monotonic() + self._patience
        listener.settimeout(_POLL)
        while not self._was_cut and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                beside = Wire(listener.accept()[0], self._patience)
                with self._lock:
                    self._beside = beside
                    if self._was_cut:
                        beside.cut()
                return beside
        raise TimeoutError("the second connection did not come")

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Do the server's part of the handshake. Raises OSError (which ssl.SSLError is) when it fails."""
        with self._lock:
            if self._was_cut:
                raise ConnectionAbortedError("the fault server is closing")
            secured = context.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
            self._socket = secured
        secured.do_handshake()

    def receive(self, size: int = READ_SIZE) -> bytes:
        """Return the bytes that have arrived, at most `size`; empty when the peer has closed."""
        return self._socket.recv(size)

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self._socket.sendall(data)

    def reset(self) -> None:
        """End with an RST: a zero linger time makes close() drop the connection instead of finishing it."""
        with self._lock, contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._close()

    def finish(self) -> None:
        """End with a FIN; over TLS without close_notify, as a process that dies does. May be called again.

        The FIN goes out before close(), because close() with unread bytes sends an RST in its place.
        """
        with self._lock, contextlib.suppress(OSError):
            # Not SSLSocket.shutdown, which forgets the TLS state first.
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
        self._close()

    def say_goodbye(self) -> None:
        """Over TLS, send close_notify and wait for the peer's, as one that does not fail does before `finish`."""
        with contextlib.suppress(OSError):
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.unwrap()

    def hang(self, seconds: float) -> None:
        """Say nothing for `seconds`, or until the peer leaves or the wire is cut; drop what arrives."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while (left := deadline - time.monotonic()) > 0:
                self._socket.settimeout(left)
                if not self._socket.recv(READ_SIZE):
                    return

    def cut(self) -> None:
        """From another thread: make every read and write on this wire return at once."""
        with self._lock, contextlib.suppress(OSError):
            self._was_cut = True
            if self._beside is not None:
                self._beside.cut()
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _close(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._socket.close()
