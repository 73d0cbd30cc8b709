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


@functools.cache
def trusted_context() -> ssl.SSLContext:
    """A context whose certificate (localhost, 127.0.0.1) is signed by `CA_FILE`."""
    return _context("test-server.pem")


@functools.cache
def untrusted_context() -> ssl.SSLContext:
    """A context whose certificate has the right names and is signed by itself."""
    return _context("test-untrusted.pem")


def _context(file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATES / file)
    return context
