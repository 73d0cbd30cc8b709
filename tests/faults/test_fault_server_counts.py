"""How often a fault strikes, and what the server remembers of its clients."""

from __future__ import annotations

import http.client
import itertools
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from verdict import TIMEOUT, outcome

from hangup.faults import FaultServer, Request

PROPER = b"a proper answer\n"


def fetch(server: FaultServer) -> object:
    with urllib.request.urlopen(server.url + "/x", timeout=TIMEOUT) as response:
        return response.read()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("rst_after_request", "ConnectionResetError"),
        ("rst_mid_body", "ConnectionResetError"),
        ("fin_on_accept", "RemoteDisconnected"),
        ("fin_mid_chunked", "IncompleteRead"),
        ("garbage", "BadStatusLine"),
    ],
)
def test_fails_twice_then_answers(fault: str, expected: str) -> None:
    with FaultServer(fault, fail_first=2) as server:
        seen = [outcome(lambda: fetch(server)) for _ in range(4)]
        assert seen == [expected, expected, f"returned {PROPER!r}", f"returned {PROPER!r}"]
        assert (server.connections, server.struck) == (4, 2)
        assert len(server.requests) == (2 if fault == "fin_on_accept" else 4)


def test_reset_on_accept_strikes_as_often_as_it_is_told() -> None:
    with FaultServer("rst_on_accept", fail_first=3) as server:
        seen = [outcome(lambda: fetch(server)) for _ in range(4)]
        assert set(seen[:3]) <= {"ConnectionResetError", "URLError(ConnectionResetError)"}
        assert seen[3] == f"returned {PROPER!r}"
        assert (server.connections, len(server.requests), server.struck) == (4, 1, 3)


def test_never_fails() -> None:
    with FaultServer("rst_after_request", fail_first=0) as server:
        assert fetch(server) == PROPER
        assert server.struck == 0


def test_always_fails() -> None:
    with FaultServer("rst_after_request") as server:
        assert {outcome(lambda: fetch(server)) for _ in range(20)} == {"ConnectionResetError"}
        assert server.struck == 20


def test_reuse_fails_once_then_connections_are_kept() -> None:
    with FaultServer("rst_on_reuse", fail_first=1) as server:
        seen: list[str] = []
        for _ in range(2):
            connection = http.client.HTTPConnection(*server.address, timeout=TIMEOUT)
            for _ in range(3):
                connection.request("GET", "/")
                seen.append(outcome(lambda: connection.getresponse().read()))  # noqa: B023 - called at once
                if seen[-1] == "ConnectionResetError":
                    break
            connection.close()
        proper = f"returned {PROPER!r}"
        assert seen == [proper, "ConnectionResetError", proper, proper, proper]
        assert [request.connection for request in server.requests] == [0, 0, 1, 1, 1]


def test_an_idle_connection_is_closed_and_found_so_on_its_next_use() -> None:
    with FaultServer("fin_on_reuse", fail_first=1) as server:
        connection = http.client.HTTPConnection(*server.address, timeout=TIMEOUT)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.read(), response.headers["connection"]) == (PROPER, "keep-alive")
        time.sleep(0.05)
        connection.request("GET", "/")
        assert outcome(connection.getresponse) == "RemoteDisconnected"
        connection.close()
        assert [fetch(server), fetch(server)] == [PROPER, PROPER]
        assert (server.connections, len(server.requests), server.struck) == (3, 3, 1)


def test_any_fault_can_wait_for_some_requests() -> None:
    with FaultServer("fin_before_response", answered=2) as server:
        connection = http.client.HTTPConnection(*server.address, timeout=TIMEOUT)
        seen: list[str] = []
        for _ in range(3):
            connection.request("GET", "/")
            seen.append(outcome(lambda: connection.getresponse().read()))
        connection.close()
        assert seen == [f"returned {PROPER!r}", f"returned {PROPER!r}", "RemoteDisconnected"]
        assert (server.connections, server.struck) == (1, 1)


def test_many_clients_at_once_share_the_failures() -> None:
    with FaultServer("rst_after_request", fail_first=10) as server, ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: outcome(lambda: fetch(server)), range(30)))
        assert sorted(seen) == ["ConnectionResetError"] * 10 + [f"returned {PROPER!r}"] * 20
        assert (server.connections, len(server.requests), server.struck) == (30, 30, 10)


def test_waits_between_tries_are_measured() -> None:
    pauses = [0.05, 0.1, 0.2]
    with FaultServer("rst_after_request", fail_first=3) as server:
        before = time.monotonic()
        for pause in [*pauses, 0.0]:
            outcome(lambda: fetch(server))
            time.sleep(pause)
        after = time.monotonic()
        assert len(server.waits) == 3
        for wait, pause in zip(server.waits, pauses, strict=True):
            assert pause * 0.95 <= wait < pause + 1.0
        times = [before, *server.connection_times, after]
        assert times == sorted(times)
        for accepted, request in zip(server.connection_times, server.requests, strict=True):
            assert accepted <= request.time <= after


def test_requests_are_kept() -> None:
    with FaultServer("rst_after_request", fail_first=0) as server:
        connection = http.client.HTTPConnection(*server.address, timeout=TIMEOUT)
        connection.request("PUT", "/a?b=c", body=b"the body", headers={"X-One": "1", "Idempotency-Key": "k"})
        assert connection.getresponse().read() == PROPER
        connection.request("HEAD", "/h")
        response = connection.getresponse()
        assert (response.read(), response.headers["content-length"]) == (b"", str(len(PROPER)))
        connection.request("POST", "/c", body=iter([b"in ", b"chunks"]), encode_chunked=True)
        assert connection.getresponse().read() == PROPER
        connection.close()
        put, head, post = server.requests
        assert (put.method, put.path, put.body, put.body_size) == ("PUT", "/a?b=c", b"the body", 8)
        assert (put.headers["x-one"], put.headers["idempotency-key"]) == ("1", "k")
        assert (head.method, head.path, head.body) == ("HEAD", "/h", b"")
        assert (post.headers["transfer-encoding"], post.body, post.body_size) == ("chunked", b"in chunks", 9)


def test_of_a_large_body_only_the_beginning_is_kept() -> None:
    with FaultServer("fin_before_response") as server:
        url = urllib.request.Request(server.url, data=b"u" * 3_000_000)
        assert outcome(lambda: urllib.request.urlopen(url, timeout=TIMEOUT)) == "RemoteDisconnected"
        (request,) = server.requests
        assert (len(request.body), request.body_size) == (65_536, 3_000_000)


def test_a_client_that_expects_100_continue_is_told_to() -> None:
    with (
        FaultServer("rst_after_request", fail_first=0) as server,
        socket.create_connection(server.address, TIMEOUT) as connected,
    ):
        connected.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert connected.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connected.sendall(b"body")
        assert connected.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
        assert server.requests[0].body == b"body"


@pytest.mark.parametrize(
    ("version", "header", "stays"),
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.0", "", False),
        ("1.0", "Connection: keep-alive\r\n", True),
    ],
)
def test_connections_are_kept_as_http_says(version: str, header: str, stays: bool) -> None:
    with (
        FaultServer("rst_after_request", fail_first=0, answer=b"") as server,
        socket.create_connection(server.address, TIMEOUT) as connected,
    ):
        for number in itertools.count(1):
            connected.sendall(f"GET / HTTP/{version}\r\n{header}\r\n".encode())
            if not connected.recv(4_096) or number == 3:
                break
        assert len(server.requests) == (3 if stays else 1)


def test_the_answer_can_be_chosen() -> None:
    def answer(request: Request) -> bytes:
        return b'{"path": "%s"}' % request.path.encode()

    with FaultServer("rst_after_request", fail_first=0, answer=answer, content_type="application/json") as server:
        response = urllib.request.urlopen(server.url + "/y", timeout=TIMEOUT)
        assert (response.headers["content-type"], response.read()) == ("application/json", b'{"path": "/y"}')


def test_an_answer_function_that_fails_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)

    def answer(request: Request) -> bytes:
        raise OSError("no answer today")

    with FaultServer("rst_after_request", fail_first=0, answer=answer) as server:
        assert outcome(lambda: fetch(server)) == "RemoteDisconnected"
    assert [args.exc_type for args in heard] == [RuntimeError]


def test_what_is_not_http_is_hung_up_on() -> None:
    with (
        FaultServer("rst_after_request", fail_first=0) as server,
        socket.create_connection(server.address, TIMEOUT) as connected,
    ):
        connected.sendall(b"what is this\r\n\r\n")
        assert connected.recv(100) == b""
        assert (server.connections, server.requests) == (1, ())
