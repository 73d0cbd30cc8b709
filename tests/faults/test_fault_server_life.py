"""Starting, stopping, limits: a fault server leaves nothing behind and never waits for ever."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from verdict import TIMEOUT, outcome

import hangup.faults
from hangup.faults import FAULT_NAMES, FAULTS, PROTOCOLS, FaultServer, Protocol

HANGING = [name for name in FAULT_NAMES["http"] if FAULTS[name].ending == "hang" and FAULTS[name].listens]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@contextlib.contextmanager
def under_a_second() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 1.0


def connect(server: FaultServer) -> socket.socket:
    return socket.create_connection(server.address, TIMEOUT)


def wait_until_requested(server: FaultServer) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not server.struck and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.struck


@pytest.mark.parametrize("fault", HANGING)
def test_close_ends_a_hang_at_once(fault: str) -> None:
    server = FaultServer(fault)
    server.start()
    with connect(server) as connected:
        connected.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_until_requested(server)
        with under_a_second():
            server.close()
        while connected.recv(4_096):
            pass


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_fault_starts_and_closes_at_once(protocol: Protocol) -> None:
    for name in FAULT_NAMES[protocol]:
        with under_a_second(), FaultServer(name, protocol=protocol) as server:
            assert server.port > 0


def test_close_may_be_called_again_and_before_start() -> None:
    server = FaultServer("rst_after_request")
    server.close()
    server.close()
    with pytest.raises(RuntimeError, match="once"):
        server.start()
    with FaultServer("rst_after_request") as other:
        other.close()


def test_close_frees_the_port_and_refuses() -> None:
    with FaultServer("hang_before_response") as server:
        address = server.address
    assert outcome(lambda: socket.create_connection(address, TIMEOUT)) == "ConnectionRefusedError"
    assert server.address == address


def test_close_ends_more_clients_than_are_served() -> None:
    with contextlib.ExitStack() as clients:
        server = FaultServer("hang_before_response")
        server.start()
        for _ in range(100):
            clients.enter_context(connect(server))
        with under_a_second():
            server.close()
        assert server.connections <= 100


def test_close_interrupts_an_unfinished_handshake_and_request() -> None:
    for fault in ("https_rst_after_request", "rst_after_request"):
        server = FaultServer(fault)
        server.start()
        with connect(server) as connected:
            connected.sendall(b"\x16\x03\x01" if FAULTS[fault].tls else b"GET / HT")
            while not server.connections:
                time.sleep(0.005)
            with under_a_second():
                server.close()


def test_a_hang_ends_by_itself() -> None:
    with FaultServer("hang_before_response", protocol="raw", hang=0.2) as server, connect(server) as client:
        client.sendall(b"a question\n")
        started = time.monotonic()
        assert client.recv(1) == b""
        assert 0.1 < time.monotonic() - started < 2.0


def test_a_silent_client_is_dropped() -> None:
    with FaultServer("rst_after_request", hang=0.2) as server, connect(server) as client:
        assert client.recv(1) == b""
        assert server.struck == 0


def test_the_number_of_connections_is_bounded() -> None:
    with FaultServer("fin_on_accept", protocol="raw", max_connections=3) as server:
        for _ in range(3):
            with connect(server) as connected:
                assert connected.recv(1) == b""
        deadline = time.monotonic() + TIMEOUT
        while (seen := outcome(lambda: connect(server).close())) == "returned None":
            assert time.monotonic() < deadline
        assert seen in {"ConnectionRefusedError", "ConnectionResetError"}
        assert server.connections == 3


def test_a_refused_port_is_held_and_can_recover() -> None:
    with FaultServer("refused") as server:
        for _ in range(3):
            assert outcome(lambda: connect(server)) == "ConnectionRefusedError"
        with socket.socket() as rival:
            assert outcome(lambda: rival.bind(server.address)) == "OSError"
        server.recover()
        server.recover()
        with urllib.request.urlopen(server.url, timeout=TIMEOUT) as response:
            assert response.read() == b"a proper answer\n"
        assert server.connections == 1


def test_an_unanswered_connection_can_recover() -> None:
    with FaultServer("connect_hang") as server:
        started = time.monotonic()
        assert outcome(lambda: socket.create_connection(server.address, 0.3)) == "TimeoutError"
        assert time.monotonic() - started >= 0.3
        server.recover()
        with urllib.request.urlopen(server.url, timeout=TIMEOUT) as response:
            assert response.read() == b"a proper answer\n"
        assert server.connections == 1


def test_a_server_can_recover() -> None:
    with FaultServer("rst_after_request", protocol="raw") as server:
        for expected in ("ConnectionResetError", r"returned b'a proper answer\n'"):
            with connect(server) as connected:
                connected.sendall(b"a question\n")
                assert outcome(lambda: connected.recv(100)) == expected
            server.recover()


def test_a_name_that_does_not_resolve() -> None:
    with FaultServer("dns") as server:
        assert server.host.endswith(".invalid")
        assert server.url == f"http://{server.host}:{server.port}"
        assert outcome(lambda: connect(server)) == "gaierror"
        with pytest.raises(ValueError, match="cannot recover"):
            server.recover()


def test_only_the_loopback_address_is_served() -> None:
    with FaultServer("hang_before_response") as server:
        assert server.address == ("127.0.0.1", server.port)
        assert server.url == f"http://127.0.0.1:{server.port}"
        with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable: it depends on the system
            socket.create_connection(("127.0.0.2", server.port), TIMEOUT)


def test_a_port_can_be_asked_for_again_and_again() -> None:
    with FaultServer("rst_after_request") as server:
        port = server.port
        with pytest.raises(OSError, match="in use"):
            FaultServer("rst_after_request", port=port).start()
        with connect(server) as connected:
            connected.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
    with FaultServer("rst_after_request", port=port) as server:
        assert server.port == port


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fault": "rst_at_noon"}, "unknown fault"),
        ({"fault": "refused", "protocol": "gopher"}, "unknown protocol"),
        ({"fault": "rst_in_setup", "protocol": "http"}, "no meaning"),
        ({"fault": "rst_mid_chunked", "protocol": "raw"}, "no meaning"),
        ({"fault": "refused", "fail_first": 1}, "makes no sense"),
        ({"fault": "dns", "fail_first": 1}, "makes no sense"),
        ({"fault": "connect_hang", "fail_first": 1}, "makes no sense"),
        ({"fault": "garbage", "fail_first": -1}, "makes no sense"),
        ({"fault": "garbage", "hang": 0}, "must be positive"),
        ({"fault": "garbage", "max_connections": 0}, "must be positive"),
        ({"fault": "garbage", "answered": -1}, "not be negative"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaultServer(**arguments)  # type: ignore[arg-type]


def test_nothing_is_known_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        _ = FaultServer("garbage").url
    with FaultServer("garbage") as server, pytest.raises(RuntimeError, match="once"):
        server.start()


def test_nothing_but_the_standard_library_is_imported() -> None:
    program = (
        "import sys\n"
        "sys.path[:0] = sys.argv[1:]\n"
        "before = set(sys.modules)\n"
        "import hangup.faults, hangup.faults.__main__\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    # Without site-packages, and from where this very package was found.
    root = str(Path(hangup.faults.__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-S", "-I", "-c", program, root], capture_output=True, text=True, check=True, timeout=20
    )
    loaded = ran.stdout.split()
    assert "hangup.faults.server" in loaded
    foreign = [name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names]
    assert all(name == "hangup" or name.startswith("hangup.faults") for name in foreign)
