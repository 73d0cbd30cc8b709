"""What a bare socket sees of each fault when the server speaks no protocol.

The expected classes were measured with another server on CPython 3.11; they hold from 3.10 on.
"""

from __future__ import annotations

import errno
import select
import socket
import time

import pytest
from verdict import SHORT, TIMEOUT, outcome

from hangup.faults import FAULT_NAMES, FAULTS, FaultServer, Request

ANSWER = b"0123456789" * 20
HALF = len(ANSWER) // 2

# fault: connect, send a line, receive until the end
EXPECTED = {
    "refused": {"ConnectionRefusedError"},
    "dns": {"gaierror"},
    "connect_hang": {"TimeoutError"},
    "rst_on_accept": {"ConnectionResetError"},
    "fin_on_accept": {"returned 0"},
    "hang_on_accept": {"TimeoutError"},
    "rst_after_request": {"ConnectionResetError"},
    "rst_mid_body": {"ConnectionResetError"},
    "rst_during_upload": {"ConnectionResetError"},
    "fin_before_response": {"returned 0"},
    "fin_mid_body": {f"returned {HALF}"},
    "hang_before_response": {"TimeoutError"},
    "hang_mid_body": {"TimeoutError"},
}


def connect(server: FaultServer, timeout: float = TIMEOUT) -> socket.socket:
    return socket.create_connection(server.address, timeout)


def receive_all(connected: socket.socket) -> int:
    total = 0
    while piece := connected.recv(4_096):
        total += len(piece)
    return total


def ask(connected: socket.socket) -> bytes:
    connected.sendall(b"a question\n")
    return connected.recv(4_096)


def test_every_plain_fault_is_in_the_table() -> None:
    plain = {name for name in FAULT_NAMES["raw"] if not FAULTS[name].tls}
    assert plain == {*EXPECTED, "garbage", "rst_on_reuse", "fin_on_reuse"}


@pytest.mark.parametrize("fault", EXPECTED)
def test_receive(fault: str) -> None:
    with FaultServer(fault, protocol="raw", answer=ANSWER) as server:
        timeout = SHORT if FAULTS[fault].ending == "hang" else TIMEOUT

        def talk() -> int:
            with connect(server, timeout) as connected:
                connected.sendall(b"a question\n")
                return receive_all(connected)

        assert outcome(talk) in EXPECTED[fault]


def test_garbage_ends_with_a_close() -> None:
    with FaultServer("garbage", protocol="raw") as server, connect(server) as connected:
        assert ask(connected).startswith(b"\x00\xff\xfe\x99")
        assert receive_all(connected) == 0


def test_reset_on_reuse_spares_the_first_request() -> None:
    with FaultServer("rst_on_reuse", protocol="raw") as server, connect(server) as connected:
        assert ask(connected) == b"a proper answer\n"
        assert outcome(lambda: ask(connected)) == "ConnectionResetError"


def test_close_on_reuse_answers_the_first_request_and_closes_unasked() -> None:
    with FaultServer("fin_on_reuse", protocol="raw") as server, connect(server) as connected:
        assert ask(connected) == b"a proper answer\n"
        assert connected.recv(1) == b""
        assert (len(server.requests), server.struck) == (1, 1)


def test_the_first_half_of_a_cut_answer_arrives() -> None:
    with FaultServer("rst_mid_body", protocol="raw", answer=ANSWER) as server, connect(server) as connected:
        assert ask(connected) == ANSWER[:HALF]
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"


def test_sending_after_a_reset() -> None:
    with FaultServer("rst_after_request", protocol="raw") as server, connect(server) as connected:
        connected.sendall(b"a question\n")
        select.select([connected], [], [], TIMEOUT)
        assert outcome(lambda: connected.send(b"x")) == "ConnectionResetError"
        assert outcome(lambda: connected.send(b"x")) == "BrokenPipeError"
        with pytest.raises(OSError, match="not connected") as caught:
            connected.shutdown(socket.SHUT_RDWR)
        assert (caught.type, caught.value.errno) == (OSError, errno.ENOTCONN)


def test_sending_after_a_close() -> None:
    with FaultServer("fin_before_response", protocol="raw") as server, connect(server) as connected:
        assert ask(connected) == b""
        # The first is accepted by this side's system; the peer's refusal makes a later one fail.
        seen: list[str] = []
        while len(seen) < 100 and (not seen or seen[-1].startswith("returned")):
            seen.append(outcome(lambda: connected.send(b"x")))
            time.sleep(0.01)
        assert seen[0] == "returned 1"
        assert seen[-1] == "BrokenPipeError"


def test_an_upload_into_a_hang_is_swallowed() -> None:
    with FaultServer("hang_before_response", protocol="raw") as server, connect(server) as connected:
        connected.sendall(b"u" * 20_000_000)


def test_an_answer_function_speaks_a_protocol_up_to_the_fault() -> None:
    def answer(request: Request) -> bytes:
        return {b"": b"220 ready\r\n", b"EHLO me\r\n": b"250 ok\r\n"}[request.body]

    with (
        FaultServer("rst_after_request", protocol="raw", answer=answer, speaks_first=True, answered=2) as server,
        connect(server) as connected,
    ):
        assert connected.recv(100) == b"220 ready\r\n"
        connected.sendall(b"EHLO me\r\n")
        assert connected.recv(100) == b"250 ok\r\n"
        connected.sendall(b"MAIL FROM:<me@localhost>\r\n")
        assert outcome(lambda: connected.recv(100)) == "ConnectionResetError"
        assert [request.body for request in server.requests] == [
            b"",
            b"EHLO me\r\n",
            b"MAIL FROM:<me@localhost>\r\n",
        ]


def test_a_server_that_speaks_first_may_fail_first() -> None:
    with (
        FaultServer("fin_mid_body", protocol="raw", answer=ANSWER, speaks_first=True) as server,
        connect(server) as connected,
    ):
        assert receive_all(connected) == HALF
