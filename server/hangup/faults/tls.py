"""The server's side of TLS, with test certificates that come with the package.

The keys are public: nothing here protects anything. It makes contexts; it opens no connection.
"""

from __future__ import annotations

import functools
import ssl
from pathlib import Path

_CERTIFICATES = Path(__file__).parent / "certificates"

CA_FILE = _CERTIFICATES / "test-ca.pem"
"""The authority that a client must trust to get past the handshake."""


def trusted_context(alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A context whose certificate (localhost, 127.0.0.1) is signed by `CA_FILE`. alpn: protocols to agree to."""
    return _context("test-server.pem", alpn)


def untrusted_context(alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A context whose certificate has the right names and is signed by itself. alpn: protocols to agree to."""
    return _context("test-untrusted.pem", alpn)


@functools.cache
def _context(file: str, alpn: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATES / file)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context
