"""What the standard library sees of the faults in the TLS handshake and after it.

Up to Python 3.12.1 a synchronous client sees a reset after the handshake as a clean end; 3.13.0 raises
ConnectionResetError. In between both are accepted, for lack of a measurement.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import sys
import urllib.request

import pytest
from verdict import SHORT, TIMEOUT, outcome

from hangup.faults import FAULT_NAMES, FAULTS, FaultServer

HANDSHAKE = {
    "tls_plain": "SSLError",
    "tls_rst": "ConnectionResetError",
    "tls_fin": "SSLEOFError",
    "tls_hang": "TimeoutError",
    "tls_selfsigned": "SSLCertVerificationError",
}


def after_reset(hidden: str, shown: str = "ConnectionResetError") -> set[str]:
    """What a synchronous client may see of a reset over TLS on this Python."""
    if sys.version_info <= (3, 12, 1, "final", 0):
        return {hidden}
    return {shown} if sys.version_info >= (3, 13) else {hidden, shown}


# fault: getresponse() and read() of http.client; the same in pieces with read(n)
AFTER_HANDSHAKE = {
    "https_rst_after_request": (after_reset("RemoteDisconnected"), after_reset("RemoteDisconnected")),
    "https_rst_mid_body": (after_reset("IncompleteRead"), after_reset("returned 1000")),
    "https_fin_before_response": ({"RemoteDisconnected"}, {"RemoteDisconnected"}),
    "https_fin_mid_body": ({"IncompleteRead"}, {"returned 1000"}),
}

RAW_AFTER_HANDSHAKE = {
    "https_rst_after_request": after_reset("returned 0"),
    "https_rst_mid_body": after_reset("returned 8"),
    "https_fin_before_response": {"returned 0"},
    "https_fin_mid_body": {"returned 8"},
}


def trusting(server: FaultServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def shake_hands(server: FaultServer, timeout: float = TIMEOUT) -> ssl.SSLSocket:
    connected = socket.create_connection(server.address, timeout)
    try:
        return trusting(server).wrap_socket(connected, server_hostname="localhost")
    except Exception:
        connected.close()
        raise


def receive_all(connected: socket.socket) -> int:
    total = 0
    while piece := connected.recv(4_096):
        total += len(piece)
    return total


def test_every_tls_fault_is_in_a_table() -> None:
    for protocol in ("http", "raw"):
        secured = {name for name in FAULT_NAMES[protocol] if FAULTS[name].tls}
        assert secured == {*HANDSHAKE, *AFTER_HANDSHAKE}
    assert set(RAW_AFTER_HANDSHAKE) == set(AFTER_HANDSHAKE)


@pytest.mark.parametrize("fault", HANDSHAKE)
def test_handshake(fault: str) -> None:
    timeout = SHORT if fault == "tls_hang" else TIMEOUT
    with FaultServer(fault, protocol="raw") as server:
        assert outcome(lambda: shake_hands(server, timeout)) == HANDSHAKE[fault]


@pytest.mark.parametrize("fault", HANDSHAKE)
def test_handshake_of_urlopen(fault: str) -> None:
    timeout = SHORT if fault == "tls_hang" else TIMEOUT
    with FaultServer(fault) as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = trusting(server)
        seen = outcome(lambda: urllib.request.urlopen(server.url, timeout=timeout, context=context))
        assert seen == f"URLError({HANDSHAKE[fault]})"


@pytest.mark.parametrize("fault", HANDSHAKE)
def test_handshake_that_fails_once(fault: str) -> None:
    timeout = SHORT if fault == "tls_hang" else TIMEOUT
    with FaultServer(fault, fail_first=1) as server:
        context = trusting(server)
        first = outcome(lambda: urllib.request.urlopen(server.url, timeout=timeout, context=context))
        assert first == f"URLError({HANDSHAKE[fault]})"
        with urllib.request.urlopen(server.url, timeout=TIMEOUT, context=context) as response:
            assert response.read() == b"a proper answer\n"
        assert (server.connections, server.struck) == (2, 1)


@pytest.mark.parametrize("fault", AFTER_HANDSHAKE)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_http_client(fault: str, in_pieces: bool) -> None:
    with FaultServer(fault) as server:
        connection = http.client.HTTPSConnection(*server.address, timeout=TIMEOUT, context=trusting(server))

        def read() -> int:
            connection.request("GET", "/")
            response = connection.getresponse()
            if not in_pieces:
                return len(response.read())
            total = 0
            while piece := response.read(64):
                total += len(piece)
            return total

        assert outcome(read) in AFTER_HANDSHAKE[fault][in_pieces]
        connection.close()


@pytest.mark.parametrize("fault", RAW_AFTER_HANDSHAKE)
def test_ssl_socket(fault: str) -> None:
    with FaultServer(fault, protocol="raw", answer=b"0123456789abcdef") as server:
        assert server.url.startswith("tls://")
        with shake_hands(server) as connected:
            connected.sendall(b"a question\n")
            assert outcome(lambda: receive_all(connected)) in RAW_AFTER_HANDSHAKE[fault]


def test_the_end_comes_without_close_notify() -> None:
    with FaultServer("https_fin_before_response", protocol="raw") as server:
        context = trusting(server)
        with (
            socket.create_connection(server.address, TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as connected,
        ):
            connected.sendall(b"a question\n")
            assert outcome(lambda: connected.recv(1)) == "SSLEOFError"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("https_rst_after_request", "ConnectionResetError"), ("https_fin_before_response", "returned b''")],
)
def test_asyncio_sees_the_reset_on_every_python(fault: str, expected: str) -> None:
    async def talk(server: FaultServer) -> bytes:
        reader, writer = await asyncio.open_connection(*server.address, ssl=trusting(server))
        try:
            writer.write(b"a question\n")
            return await asyncio.wait_for(reader.read(), TIMEOUT)
        finally:
            writer.close()

    with FaultServer(fault, protocol="raw") as server:
        assert outcome(lambda: asyncio.run(talk(server))) == expected


def test_a_client_that_does_not_verify_gets_past_the_untrusted_certificate() -> None:
    with FaultServer("tls_selfsigned") as server:
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        with urllib.request.urlopen(server.url, timeout=TIMEOUT, context=unverified) as response:
            assert response.read() == b"a proper answer\n"
        assert server.struck == 1
        assert ssl.get_server_certificate(server.address).startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_certificate_passes_strict_checks(name: str) -> None:
    with FaultServer("https_rst_after_request", fail_first=0, protocol="raw") as server:
        context = trusting(server)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        with (
            socket.create_connection(server.address, TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=name) as connected,
        ):
            certificate = connected.getpeercert()
        assert certificate is not None
        assert int(str(certificate["notAfter"]).split()[-2]) > 2100
        (authority,) = context.get_ca_certs()
        assert int(str(authority["notAfter"]).split()[-2]) > 2100


def test_any_fault_can_be_played_behind_tls() -> None:
    with FaultServer("rst_mid_chunked", tls=True) as server:
        context = trusting(server)
        response = urllib.request.urlopen(server.url, timeout=TIMEOUT, context=context)
        assert outcome(response.read) in after_reset("IncompleteRead")
    with FaultServer("refused", tls=True) as server:
        assert server.url.startswith("https://")
