"""A listening queue that is kept full, so that the system leaves every further attempt to connect unanswered.

Linux and macOS drop such an attempt and the client tries again and again; Windows refuses it, so there a full queue
is no silence.
"""

from __future__ import annotations

import contextlib
import socket

MAX_FILLERS = 64
_PATIENCE = 0.1
"""Seconds after which a connection over the loopback is taken to be left unanswered."""


def fill(listener: socket.socket) -> list[socket.socket]:
    """Let `listener`, which is bound, listen with a queue that is full; return the connections that fill it.

    Raises OSError when the system answers all the same.
    """
    listener.listen(0)
    fillers: list[socket.socket] = []
    for _ in range(MAX_FILLERS):
        filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        filler.settimeout(_PATIENCE)
        try:
            filler.connect(listener.getsockname())
        except TimeoutError:
            filler.close()
            return fillers
        except OSError:
            filler.close()
            break
        fillers.append(filler)
    empty(listener, fillers)
    raise OSError("this system does not leave a connection unanswered when the listening queue is full")


def empty(listener: socket.socket, fillers: list[socket.socket]) -> None:
    """Take what `fill` left out of the queue again."""
    listener.setblocking(False)
    with contextlib.suppress(OSError):
        for _ in fillers:
            listener.accept()[0].close()
    for filler in fillers:
        filler.close()
    fillers.clear()
