"""Every protocol, against every fault: the set-up gets through, then the fault strikes at the operation.

The clients are bytes (`talks`), so that nothing but the standard library is needed.
"""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest
from talks import LARGE, TALKS, Talk, ask, begin, connect, hear, take
from verdict import SHORT, TIMEOUT, outcome

from hangup.faults import FAULT_NAMES, FAULTS, PROTOCOLS, FaultServer, Request
from hangup.faults.speakers import find_speakers

SPEAKERS = find_speakers()
STAYING = [protocol for protocol in TALKS if protocol != "ssh"]  # where the connection outlives an operation
WITH_SETUP = [protocol for protocol in TALKS if SPEAKERS[protocol].has_setup]
UPLOADING = [protocol for protocol, talk in TALKS.items() if talk.upload]
SECURED = [protocol for protocol in TALKS if SPEAKERS[protocol].tls_begins == "at once"]

GARBAGE = b"\x00\xff\xfe\x99"


def at_the_operation(fault: str, protocol: str) -> str:
    """What comes of one operation of a fresh client, up to its end."""
    talk = TALKS[protocol]
    patience = SHORT if FAULTS[fault].ending == "hang" else None
    with FaultServer(fault, protocol=protocol) as server, connect(server, TIMEOUT) as connected:
        begin(connected, talk)
        seen = outcome(lambda: ask(connected, talk, patience))
        assert [(request.method, request.path) for request in server.requests] == [talk.named]
        assert (server.connections, server.struck) == (1, 1)
    return seen


def test_every_protocol_is_tried() -> None:
    assert ("http", "raw", *sorted(TALKS)) == PROTOCOLS


@pytest.mark.parametrize("protocol", TALKS)
def test_a_good_talk(protocol: str) -> None:
    talk = TALKS[protocol]
    with (
        FaultServer("rst_after_request", protocol=protocol, fail_first=0) as server,
        connect(server, TIMEOUT) as connected,
    ):
        begin(connected, talk)
        for _ in range(2 if protocol in STAYING else 1):
            assert ask(connected, talk) == talk.reply
        assert {(request.method, request.path) for request in server.requests} == {talk.named}
        assert server.requests[0].body.endswith(talk.operation[-4:])
        assert server.url == f"{SPEAKERS[protocol].schemes[0]}://127.0.0.1:{server.port}"


@pytest.mark.parametrize("protocol", TALKS)
def test_a_talk_in_single_bytes(protocol: str) -> None:
    """However the bytes are cut up on their way, they are the same messages."""
    talk = TALKS[protocol]
    with (
        FaultServer("rst_after_request", protocol=protocol, fail_first=0) as server,
        connect(server, TIMEOUT) as connected,
    ):
        hear(connected, talk.greeting)
        for said, end in (*talk.setup, *talk.before):
            for byte in said:
                connected.send(bytes([byte]))
            hear(connected, end)
        for byte in talk.operation:
            connected.send(bytes([byte]))
        assert take(connected, len(talk.reply)) == talk.reply


@pytest.mark.parametrize("protocol", TALKS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("rst_after_request", "ConnectionResetError"),
        ("fin_before_response", "returned b''"),
        ("hang_before_response", "TimeoutError"),
        ("rst_mid_body", "ConnectionResetError"),
        ("hang_mid_body", "TimeoutError"),
    ],
)
def test_the_fault_strikes_at_the_operation(protocol: str, fault: str, expected: str) -> None:
    assert at_the_operation(fault, protocol) == expected


@pytest.mark.parametrize("protocol", TALKS)
def test_half_of_the_reply_arrives(protocol: str) -> None:
    reply = TALKS[protocol].reply
    assert at_the_operation("fin_mid_body", protocol) == f"returned {reply[: len(reply) // 2]!r}"


@pytest.mark.parametrize("protocol", TALKS)
def test_garbage_in_place_of_the_reply(protocol: str) -> None:
    talk = TALKS[protocol]
    with FaultServer("garbage", protocol=protocol) as server, connect(server, TIMEOUT) as connected:
        begin(connected, talk)
        assert ask(connected, talk)[:4] == GARBAGE
        take(connected, 10_000)
        assert connected.recv(1) == b""


@pytest.mark.parametrize("protocol", STAYING)
@pytest.mark.parametrize(
    ("fault", "expected"), [("rst_on_reuse", "ConnectionResetError"), ("rst_after_request", "ConnectionResetError")]
)
def test_the_first_operation_is_answered(protocol: str, fault: str, expected: str) -> None:
    talk = TALKS[protocol]
    with FaultServer(fault, protocol=protocol, answered=1) as server, connect(server, TIMEOUT) as connected:
        begin(connected, talk)
        assert ask(connected, talk) == talk.reply
        assert outcome(lambda: ask(connected, talk)) == expected
        assert len(server.requests) == 2


@pytest.mark.parametrize("protocol", STAYING)
def test_the_idle_connection_is_closed(protocol: str) -> None:
    talk = TALKS[protocol]
    with FaultServer("fin_on_reuse", protocol=protocol) as server, connect(server, TIMEOUT) as connected:
        begin(connected, talk)
        assert ask(connected, talk) == talk.reply
        assert connected.recv(1) == b""
        assert (len(server.requests), server.struck) == (1, 1)


@pytest.mark.parametrize("protocol", WITH_SETUP)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [("rst_in_setup", "ConnectionResetError"), ("fin_in_setup", "returned b''"), ("hang_in_setup", "TimeoutError")],
)
def test_the_fault_strikes_in_the_set_up(protocol: str, fault: str, expected: str) -> None:
    talk = TALKS[protocol]
    with FaultServer(fault, protocol=protocol, fail_first=1) as server:
        with connect(server, TIMEOUT) as connected:
            hear(connected, talk.greeting)
            connected.settimeout(SHORT if expected == "TimeoutError" else TIMEOUT)
            connected.sendall(talk.setup[0][0])
            assert outcome(lambda: connected.recv(1)) == expected
            assert server.requests == ()
        with connect(server, TIMEOUT) as connected:
            begin(connected, talk)
            assert ask(connected, talk) == talk.reply
        assert (server.connections, server.struck) == (2, 1)


@pytest.mark.parametrize("protocol", TALKS)
def test_not_even_a_greeting(protocol: str) -> None:
    with FaultServer("hang_on_accept", protocol=protocol, fail_first=1) as server:
        with connect(server, SHORT) as connected:
            connected.sendall(TALKS[protocol].operation)
            assert outcome(lambda: connected.recv(1)) == "TimeoutError"
        with connect(server, TIMEOUT) as connected:
            begin(connected, TALKS[protocol])
            assert ask(connected, TALKS[protocol]) == TALKS[protocol].reply
        assert (server.connections, server.struck) == (2, 1)


@pytest.mark.parametrize("protocol", UPLOADING)
def test_a_large_operation_is_cut_before_it_is_read(protocol: str) -> None:
    talk = TALKS[protocol]

    def upload(connected: socket.socket) -> None:
        begin(connected, talk)
        for said, end in talk.before:
            connected.sendall(said)
            hear(connected, end)
        connected.sendall(talk.upload)
        while connected.recv(65_536):
            pass
        for _ in range(100):
            connected.sendall(LARGE)

    with FaultServer("rst_during_upload", protocol=protocol) as server, connect(server, TIMEOUT) as connected:
        assert outcome(lambda: upload(connected)) in ("ConnectionResetError", "BrokenPipeError")
        (request,) = server.requests
        assert 65_536 <= request.body_size < 65_536 * 3
        assert server.struck == 1


@pytest.mark.parametrize("protocol", SECURED)
def test_behind_tls(protocol: str) -> None:
    talk = TALKS[protocol]
    with FaultServer("rst_after_request", protocol=protocol, fail_first=0, tls=True) as server:
        context = ssl.create_default_context(cafile=server.ca_file)
        context.set_alpn_protocols(["h2", "http/1.1"])
        with (
            connect(server, TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connected,
        ):
            assert connected.selected_alpn_protocol() == ("h2" if protocol == "grpc" else None)
            begin(connected, talk)
            assert ask(connected, talk) == talk.reply
        assert server.url.startswith(f"{SPEAKERS[protocol].schemes[1]}://")


@pytest.mark.parametrize("fault", ["tls_rst", "tls_fin", "tls_plain", "tls_selfsigned"])
def test_faults_in_the_handshake_need_no_protocol(fault: str) -> None:
    with FaultServer(fault, protocol="redis") as server:
        context = ssl.create_default_context(cafile=server.ca_file)
        with connect(server, TIMEOUT) as plain:
            seen = outcome(lambda: context.wrap_socket(plain, server_hostname="localhost"))
        expected = {"tls_rst": "ConnectionResetError", "tls_fin": "SSLEOFError", "tls_plain": "SSLError"}
        assert seen == expected.get(fault, "SSLCertVerificationError")


def test_ssh_is_not_spoken_over_tls() -> None:
    assert not [name for name in FAULT_NAMES["ssh"] if FAULTS[name].tls]
    with pytest.raises(ValueError, match="not spoken over TLS"):
        FaultServer("rst_after_request", protocol="ssh", tls=True)


def test_the_answer_may_be_a_function_of_the_operation() -> None:
    def answer(request: Request) -> bytes:
        return f"{request.method} {request.path}".encode()

    talk = TALKS["redis"]
    with (
        FaultServer("rst_after_request", protocol="redis", fail_first=0, answer=answer) as server,
        connect(server, TIMEOUT) as connected,
    ):
        begin(connected, talk)
        connected.sendall(talk.operation)
        assert hear(connected, b"key\r\n") == b"$7\r\nGET key\r\n"


def everything(talk: Talk) -> bytes:
    said = [said for said, _ in (*talk.setup, *talk.before)]
    return b"".join([*said, talk.operation, talk.operation])


def mutations(protocol: str) -> Callable[[], bytes]:
    chance = random.Random(protocol)
    whole = everything(TALKS[protocol])

    def mutate() -> bytes:
        said = bytearray(whole[: chance.randrange(len(whole) + 1)])
        for _ in range(chance.randrange(6)):
            if said:
                said[chance.randrange(len(said))] = chance.randrange(256)
        return bytes(said) + chance.randbytes(chance.choice((0, 0, 1, 40)))

    return mutate


@pytest.mark.parametrize("protocol", TALKS)
def test_junk_never_raises_and_never_keeps_the_server(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    mutate = mutations(protocol)
    server = FaultServer("rst_mid_body", protocol=protocol, fail_first=5)
    server.start()
    clients = [connect(server, TIMEOUT) for _ in range(40)]
    try:
        for connected in clients:
            # The server may have hung up already.
            outcome(lambda: connected.sendall(mutate()))  # noqa: B023 - called at once
        started = time.monotonic()
        server.close()
        assert time.monotonic() - started < 1.0
    finally:
        for connected in clients:
            connected.close()
    assert heard == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fault-")]


def test_an_answer_function_that_fails_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)

    def answer(request: Request) -> bytes:
        raise OSError("no answer today")

    talk = TALKS["memcached"]
    with (
        FaultServer("rst_after_request", protocol="memcached", fail_first=0, answer=answer) as server,
        connect(server, TIMEOUT) as connected,
    ):
        assert ask(connected, talk) == b""
    assert [args.exc_type for args in heard] == [RuntimeError]
