"""What the standard library's HTTP clients make of each fault: the server fails as its name says.

The expected classes were measured with another server on CPython 3.11; they hold from 3.10 on.
"""

from __future__ import annotations

import http.client
import urllib.request

import pytest
from verdict import SHORT, TIMEOUT, outcome

from hangup.faults import FAULT_NAMES, FAULTS, FaultServer

UPLOAD = b"u" * 20_000_000

# fault: urlopen(...).read(); getresponse() and read() of http.client; the same in pieces with read(n)
EXPECTED = {
    "refused": ("URLError(ConnectionRefusedError)", "ConnectionRefusedError", "ConnectionRefusedError"),
    "dns": ("URLError(gaierror)", "gaierror", "gaierror"),
    "connect_hang": ("URLError(TimeoutError)", "TimeoutError", "TimeoutError"),
    "fin_on_accept": ("RemoteDisconnected",) * 3,
    "hang_on_accept": ("TimeoutError",) * 3,
    "rst_after_request": ("ConnectionResetError",) * 3,
    "rst_mid_body": ("ConnectionResetError",) * 3,
    "rst_mid_chunked": ("ConnectionResetError",) * 3,
    "rst_mid_nolen": ("ConnectionResetError",) * 3,
    "rst_during_upload": ("URLError(ConnectionResetError)", "ConnectionResetError", "ConnectionResetError"),
    "fin_before_response": ("RemoteDisconnected",) * 3,
    "fin_mid_body": ("IncompleteRead", "IncompleteRead", "returned 1000"),
    "fin_mid_chunked": ("IncompleteRead",) * 3,
    "hang_before_response": ("TimeoutError",) * 3,
    "hang_mid_body": ("TimeoutError",) * 3,
    "garbage": ("BadStatusLine",) * 3,
}


def upload_for(fault: str) -> bytes | None:
    return UPLOAD if fault == "rst_during_upload" else None


def timeout_for(fault: str) -> float:
    return SHORT if FAULTS[fault].ending == "hang" else TIMEOUT


def connect(server: FaultServer, timeout: float = TIMEOUT) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(*server.address, timeout=timeout)


def fetch(connection: http.client.HTTPConnection, upload: bytes | None = None) -> bytes:
    connection.request("POST" if upload else "GET", "/", body=upload)
    return connection.getresponse().read()


def read_in_pieces(response: http.client.HTTPResponse) -> int:
    total = 0
    while piece := response.read(64):
        total += len(piece)
    return total


def test_every_plain_fault_is_in_the_table() -> None:
    plain = {name for name in FAULT_NAMES["http"] if not FAULTS[name].tls}
    assert plain == {*EXPECTED, "rst_on_accept", "rst_on_reuse", "fin_on_reuse"}


@pytest.mark.parametrize("fault", EXPECTED)
def test_urlopen(fault: str) -> None:
    with FaultServer(fault) as server:
        request = urllib.request.Request(server.url, data=upload_for(fault))

        def read() -> object:
            with urllib.request.urlopen(request, timeout=timeout_for(fault)) as response:
                return response.read()

        assert outcome(read) == EXPECTED[fault][0]


@pytest.mark.parametrize("fault", EXPECTED)
def test_http_client(fault: str) -> None:
    with FaultServer(fault) as server:
        connection = connect(server, timeout_for(fault))
        assert outcome(lambda: fetch(connection, upload_for(fault))) == EXPECTED[fault][1]
        connection.close()


@pytest.mark.parametrize("fault", EXPECTED)
def test_http_client_in_pieces(fault: str) -> None:
    with FaultServer(fault) as server:
        connection = connect(server, timeout_for(fault))

        def read() -> int:
            connection.request("POST", "/", body=upload_for(fault))
            return read_in_pieces(connection.getresponse())

        assert outcome(read) == EXPECTED[fault][2]
        connection.close()


@pytest.mark.parametrize("attempt", range(5))
def test_reset_on_accept_may_be_met_at_any_step(attempt: int) -> None:
    with FaultServer("rst_on_accept") as server:
        seen = outcome(lambda: urllib.request.urlopen(server.url, timeout=TIMEOUT))
        assert seen in {"ConnectionResetError", "URLError(ConnectionResetError)"}
        assert server.requests == ()


def test_reset_on_reuse_spares_the_first_request() -> None:
    with FaultServer("rst_on_reuse") as server:
        connection = connect(server)
        assert fetch(connection) == b"a proper answer\n"
        assert outcome(lambda: fetch(connection)) == "ConnectionResetError"
        connection.close()
        assert (server.connections, len(server.requests), server.struck) == (1, 2, 1)


@pytest.mark.parametrize("fault", ["rst_mid_body", "rst_mid_chunked", "rst_mid_nolen", "fin_mid_body"])
def test_the_beginning_of_a_cut_body_arrives(fault: str) -> None:
    with FaultServer(fault) as server:
        connection = connect(server)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert response.status == 200
        assert response.read(1_000) == b"x" * 1_000
        connection.close()


def test_an_upload_is_cut_before_it_is_read() -> None:
    with FaultServer("rst_during_upload") as server:
        connection = connect(server)
        assert outcome(lambda: connection.request("POST", "/in", body=UPLOAD)) == "ConnectionResetError"
        connection.close()
        (request,) = server.requests
        assert request.path == "/in"
        assert 0 < request.body_size < 100_000
