"""The faults that the server can play: their names, and when and how each one ends a connection.

Data. It opens no socket and knows no library; what a client makes of a fault is measured elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .speakers import find_speakers

Protocol = str
"""The name of a protocol: one of `PROTOCOLS`."""
Stage = Literal["unreachable", "accept", "handshake", "setup", "upload", "request", "body", "idle"]
Ending = Literal["reset", "close", "hang", "garbage", "plain", "untrusted", "refuse", "unresolved"]
Framing = Literal["length", "chunked", "open"]

PROTOCOLS: tuple[Protocol, ...] = ("http", "raw", *find_speakers())
"""HTTP/1.1, bytes without a protocol, and every protocol that has a module in `speakers`."""


def can_be_secured(protocol: Protocol) -> bool:
    """Whether the protocol can be spoken over TLS."""
    speaker = find_speakers().get(protocol)
    return speaker is None or speaker.tls_begins != "never"


@dataclass(frozen=True)
class Fault:
    """One way in which the other side fails.

    name: as users write it (`rst_after_request`).
    stage: when it strikes. `unreachable` before a connection exists; `accept` as soon as it exists;
        `handshake` while TLS is agreed; `setup` after the first message of the protocol's own set-up was read;
        `upload` while the request's body arrives; `request` after the whole request was read; `body` in the middle
        of the answer; `idle` after an answer, while nothing is asked.
    ending: how it strikes. `reset` is an RST segment, `close` a FIN (over TLS: without close_notify).
    summary: one line for a person.
    framing: for `body` over HTTP, how the answer's length is told: Content-Length, chunked, or not at all.
    tls: the fault needs TLS.
    answered: requests of a connection that are answered properly before the fault.
    http_only: the fault has no meaning for raw bytes.
    """

    name: str
    stage: Stage
    ending: Ending
    summary: str
    framing: Framing = "length"
    tls: bool = False
    answered: int = 0
    http_only: bool = False

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The protocols in which the fault can be played."""
        if self.http_only:
            return ("http",)
        speakers = find_speakers()
        able = PROTOCOLS if self.stage != "setup" else [name for name in speakers if speakers[name].has_setup]
        return tuple(name for name in able if not self.tls or can_be_secured(name))

    @property
    def listens(self) -> bool:
        """Whether a connection can be made."""
        return self.stage != "unreachable"


_ALL = (
    Fault("refused", "unreachable", "refuse", "nobody listens on the port"),
    Fault("dns", "unreachable", "unresolved", "the host name does not resolve"),
    Fault("connect_hang", "unreachable", "hang", "never answers the attempt to connect"),
    Fault("rst_on_accept", "accept", "reset", "resets each connection as soon as it is made"),
    Fault("fin_on_accept", "accept", "close", "closes each connection as soon as it is made"),
    Fault("hang_on_accept", "accept", "hang", "accepts each connection and never says anything on it"),
    Fault("rst_in_setup", "setup", "reset", "reads the first message of the protocol's set-up, then resets"),
    Fault("fin_in_setup", "setup", "close", "reads the first message of the protocol's set-up, then closes"),
    Fault("hang_in_setup", "setup", "hang", "reads the first message of the protocol's set-up and never answers"),
    Fault("rst_after_request", "request", "reset", "reads the request, then resets"),
    Fault("rst_mid_body", "body", "reset", "sends a part of the announced body, then resets"),
    Fault("rst_mid_chunked", "body", "reset", "sends one chunk, then resets", framing="chunked", http_only=True),
    Fault(
        "rst_mid_nolen",
        "body",
        "reset",
        "sends a part of a body without length, then resets",
        framing="open",
        http_only=True,
    ),
    Fault("rst_during_upload", "upload", "reset", "reads a little of the request's body, then resets"),
    Fault("rst_on_reuse", "request", "reset", "answers one request, resets on the next", answered=1),
    Fault("fin_on_reuse", "idle", "close", "answers one request, then closes the idle connection", answered=1),
    Fault("fin_before_response", "request", "close", "reads the request, then closes"),
    Fault("fin_mid_body", "body", "close", "sends a part of the announced body, then closes"),
    Fault("fin_mid_chunked", "body", "close", "sends one chunk, then closes", framing="chunked", http_only=True),
    Fault("hang_before_response", "request", "hang", "reads the request and never answers"),
    Fault("hang_mid_body", "body", "hang", "sends a part of the announced body and no more"),
    Fault("garbage", "request", "garbage", "answers with bytes that are no protocol, then closes"),
    Fault("tls_plain", "handshake", "plain", "answers the TLS handshake in plain text", tls=True),
    Fault("tls_rst", "handshake", "reset", "resets during the TLS handshake", tls=True),
    Fault("tls_fin", "handshake", "close", "closes during the TLS handshake", tls=True),
    Fault("tls_hang", "handshake", "hang", "never answers the TLS handshake", tls=True),
    Fault("tls_selfsigned", "handshake", "untrusted", "shows a certificate that nobody trusts", tls=True),
    Fault("https_rst_after_request", "request", "reset", "over TLS: reads the request, then resets", tls=True),
    Fault("https_rst_mid_body", "body", "reset", "over TLS: sends a part of the body, then resets", tls=True),
    Fault("https_fin_before_response", "request", "close", "over TLS: reads the request, then closes", tls=True),
    Fault("https_fin_mid_body", "body", "close", "over TLS: sends a part of the body, then closes", tls=True),
)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every fault by name."""

FAULT_NAMES: dict[Protocol, tuple[str, ...]] = {
    protocol: tuple(fault.name for fault in _ALL if protocol in fault.protocols) for protocol in PROTOCOLS
}
"""The names that each protocol supports, to iterate over."""


def find_fault(name: str, protocol: Protocol = "http") -> Fault:
    """Return the fault called `name`.

    Raises ValueError when there is none, or when `protocol` cannot play it.
    """
    if protocol not in FAULT_NAMES:
        raise ValueError(f"unknown protocol {protocol!r}: one of {', '.join(PROTOCOLS)}")
    if name not in FAULTS:
        raise ValueError(f"unknown fault {name!r}: one of {', '.join(FAULTS)}")
    if name not in FAULT_NAMES[protocol]:
        raise ValueError(f"the fault {name!r} has no meaning for protocol {protocol!r}")
    return FAULTS[name]
