"""A peer on 127.0.0.1 that resets, closes, stalls and truncates, to see what a program does about it.

    with FaultServer("rst_after_request", fail_first=2) as server:
        fetch_with_retry(server.url)
        assert server.connections == 3

It speaks HTTP/1.1, and enough of every protocol in `speakers` for a client library to get through its set-up:

    with FaultServer("rst_after_request", protocol="redis") as server:
        redis.Redis.from_url(server.url).get("key")

Standard library only. It is apart from the rest of hangup: neither imports the other.
"""

from __future__ import annotations

from .catalogue import FAULT_NAMES, FAULTS, PROTOCOLS, Fault, Protocol
from .request import Answer, Request
from .server import FaultServer

__all__ = ["FAULTS", "FAULT_NAMES", "PROTOCOLS", "Answer", "Fault", "FaultServer", "Protocol", "Request"]
