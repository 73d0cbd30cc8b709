"""What clients of brokers, sockets and calls do beyond one question: publishing, consuming, fragments, streams."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import zlib
from collections.abc import Iterator

import pytest
from talks import ANSWER, TALKS, amqp, ask, begin, connect, hear, http2, kafka, long, masked, say, short, take
from verdict import TIMEOUT, outcome

from hangup.faults import FaultServer


@contextlib.contextmanager
def talking(
    protocol: str, fault: str = "rst_after_request", failures: int = 0
) -> Iterator[tuple[FaultServer, socket.socket]]:
    """A server that fails `failures` times, and a client past its set-up."""
    with FaultServer(fault, protocol=protocol, fail_first=failures) as server, connect(server, TIMEOUT) as connected:
        begin(connected, TALKS[protocol])
        yield server, connected


def operations(server: FaultServer) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in server.requests]


def published(body: bytes) -> bytes:
    head = amqp(1, 1, b"\0\x3c\0\x28\0\0\0\1q\0") + amqp(2, 1, struct.pack(">HHQH", 60, 0, len(body), 0))
    return head + b"".join(amqp(3, 1, body[at : at + 4]) for at in range(0, len(body), 4))


CONFIRM = amqp(1, 1, b"\0\x55\0\x0a\0")


def test_amqp_publishes_with_confirms_and_the_second_is_lost() -> None:
    with talking("amqp", fault="rst_on_reuse", failures=1) as (server, connected):
        say(connected, CONFIRM, amqp(1, 1, b"\0\x55\0\x0b"))
        confirmed = amqp(1, 1, b"\0\x3c\0\x50" + struct.pack(">QB", 1, 0))
        assert say(connected, published(b"ten bytes!"), b"\xce") == confirmed
        connected.sendall(published(b""))
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("basic.publish", "q")] * 2
        assert server.requests[0].body_size == len(published(b"ten bytes!"))


def test_amqp_without_confirms_a_publishing_has_no_reply() -> None:
    with talking("amqp") as (server, connected):
        connected.sendall(published(b"text") + amqp(8, 0, b""))
        assert hear(connected, b"\xce") == amqp(8, 0, b"")
        assert operations(server) == [("basic.publish", "q")]


def test_amqp_declares_consumes_and_closes() -> None:
    with talking("amqp") as (server, connected):
        declared = amqp(1, 1, b"\0\x32\0\x0b\1q" + struct.pack(">II", 1, 0))
        assert say(connected, amqp(1, 1, b"\0\x32\0\x0a\0\0\1q\0" + bytes(4)), b"\xce") == declared
        consumed = (
            amqp(1, 1, b"\0\x3c\0\x15\4ctag")
            + amqp(1, 1, b"\0\x3c\0\x3c\4ctag" + struct.pack(">QB", 1, 0) + b"\0\1q")
            + amqp(2, 1, struct.pack(">HHQH", 60, 0, len(ANSWER), 0))
            + amqp(3, 1, ANSWER)
        )
        assert say(connected, amqp(1, 1, b"\0\x3c\0\x14\0\0\1q\4ctag\0" + bytes(4)), ANSWER + b"\xce") == consumed
        connected.sendall(amqp(1, 1, b"\0\x3c\0\x50" + struct.pack(">QB", 1, 0)))
        assert say(connected, amqp(1, 1, b"\0\x14\0\x28" + bytes(7)), b"\xce") == amqp(1, 1, b"\0\x14\0\x29")
        assert say(connected, amqp(1, 0, b"\0\x0a\0\x32" + bytes(7)), b"\xce") == amqp(1, 0, b"\0\x0a\0\x33")
        assert connected.recv(1) == b""
        assert operations(server) == [("queue.declare", "q"), ("basic.consume", "q")]


def test_websocket_fragments_pings_and_the_goodbye() -> None:
    with talking("websocket") as (server, connected):
        assert say(connected, masked(0x89, b"still?"), b"still?") == b"\x8a\6still?"
        assert say(connected, masked(0x02, b"one") + masked(0x80, b"two"), ANSWER) == b"\x82\x10" + ANSWER
        # The mask is taken off what is sent back.
        assert say(connected, b"\x89\x82\1\2\3\4" + bytes([ord("h") ^ 1, ord("i") ^ 2]), b"hi") == b"\x8a\2hi"
        assert say(connected, masked(0x88, struct.pack(">H", 1_000)), b"\3\xe8") == b"\x88\2\3\xe8"
        assert connected.recv(1) == b""
        assert operations(server) == [("binary", "/chat")]


def test_websocket_takes_the_first_subprotocol_and_long_answers() -> None:
    asked = TALKS["websocket"].setup[0][0].replace(b"Host: x", b"Host: x\r\nSec-WebSocket-Protocol: chat, talk")
    for length, head in ((300, b"\x81\x7e\1\x2c"), (70_000, b"\x81\x7f" + struct.pack(">Q", 70_000))):
        with (
            FaultServer("garbage", protocol="websocket", fail_first=0, answer=b"a" * length) as server,
            connect(server, TIMEOUT) as connected,
        ):
            assert b"Sec-WebSocket-Protocol: chat\r\n" in say(connected, asked, b"\r\n\r\n")
            connected.sendall(masked(0x81, b"a question"))
            assert take(connected, len(head) + length) == head + b"a" * length


@pytest.mark.parametrize("said", [b"\x81\5hello", b"\xc1\x80\0\0\0\0", b"\x83\x80\0\0\0\0"])
def test_websocket_what_is_no_clients_frame_is_hung_up_on(said: bytes) -> None:
    """Without a mask; with a bit that no extension was agreed for; of a kind that does not exist."""
    with talking("websocket") as (server, connected):
        connected.sendall(said)
        assert connected.recv(1) == b""
        assert server.requests == ()


PATH = b"\x44\5/S/Go"


def test_grpc_a_header_block_in_parts_and_one_from_the_table() -> None:
    reply = TALKS["grpc"].reply
    with talking("grpc") as (server, connected):
        # Padded, with a priority, ended by a CONTINUATION; the path goes into the client's table as its first entry.
        padded = b"\2" + bytes(5) + b"\x83\x86" + bytes(2)
        connected.sendall(http2(1, 0x29, 1, padded) + http2(9, 4, 1, b"\x40\5:path\6/S/Two"))
        assert take(connected, len(reply)) == reply
        connected.sendall(http2(1, 5, 1, b"\x83\xbe"))
        assert take(connected, len(reply)) == reply
        assert operations(server) == [("call", "/S/Two")] * 2


def test_grpc_pings_and_streams() -> None:
    with talking("grpc", failures=1) as (server, connected):
        ponged = http2(6, 1, 0, b"12345678")
        assert say(connected, http2(6, 0, 0, b"12345678"), b"12345678") == ponged
        connected.sendall(http2(1, 4, 1, b"\x83\x86" + PATH) + http2(0, 0, 1, bytes(5)) + http2(8, 0, 0, b"\0\0\1\0"))
        assert say(connected, http2(6, 0, 0, b"87654321"), b"87654321")
        assert server.requests == ()
        connected.sendall(http2(0, 1, 1, b""))
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("call", "/S/Go")]


def test_mqtt_of_exactly_once_the_release_counts() -> None:
    with talking("mqtt", failures=1) as (server, connected):
        assert say(connected, b"\x34\x0a\0\5topic\0\7x", b"\0\7") == b"\x50\2\0\7"
        connected.sendall(b"\x62\2\0\7")
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        with connect(server, TIMEOUT) as again:
            begin(again, TALKS["mqtt"])
            say(again, b"\x34\x0a\0\5topic\0\7x", b"\0\7")
            assert say(again, b"\x62\2\0\7", b"\0\7") == b"\x70\2\0\7"
            assert say(again, b"\x32\x0a\0\5topic\0\x08x", b"\0\x08") == b"\x40\2\0\x08"
            assert say(again, b"\xc0\0", b"\0") == b"\xd0\0"
            assert say(again, b"\xa2\x09\0\2\0\5topic", b"\0\2") == b"\xb0\2\0\2"
            again.sendall(b"\xe0\0")
            assert again.recv(1) == b""
        assert operations(server)[:3] == [("PUBREL", "topic"), ("PUBREL", "topic"), ("PUBLISH", "topic")]


def test_mqtt_version_5() -> None:
    with FaultServer("garbage", protocol="mqtt", fail_first=0) as server, connect(server, TIMEOUT) as connected:
        assert say(connected, b"\x10\x0f\0\4MQTT\5\2\0\x3c\0\0\2me", b"\0\0\0") == b"\x20\3\0\0\0"
        granted = b"\x90\5\0\1\0\0\0" + b"\x30\x14\0\1a\0" + ANSWER + b"\x30\x16\0\3any\0" + ANSWER
        connected.sendall(b"\x82\x0b\0\1\0\0\1a\0\0\1#\0")
        assert take(connected, len(granted)) == granted
        assert say(connected, b"\xa2\6\0\2\0\0\1a", b"\0\2\0\0") == b"\xb0\4\0\2\0\0"


def test_nats_answers_a_request_in_its_inbox() -> None:
    with talking("nats", failures=1) as (server, connected):
        say(connected, b"SUB _INBOX.me.* 3\r\nPING\r\n", b"PONG\r\n")
        connected.sendall(b"PUB service _INBOX.me.1 1\r\n?\r\n")
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        with connect(server, TIMEOUT) as again:
            begin(again, TALKS["nats"])
            answered = b"MSG _INBOX.me.1 3 16\r\na proper answer\n\r\n"
            again.sendall(b"SUB _INBOX.me.* 3\r\nHPUB service _INBOX.me.1 12 13\r\nNATS/1.0\r\n\r\n?\r\n")
            assert take(again, len(answered)) == answered
            assert say(again, b"PUB service 1\r\n?\r\nPONG\r\nPING\r\n", b"\r\n") == b"PONG\r\n"
        assert operations(server) == [("PUB", "service"), ("HPUB", "service"), ("PUB", "service")]


def test_nats_begins_tls_after_its_greeting() -> None:
    talk = TALKS["nats"]
    with (
        FaultServer("rst_after_request", protocol="nats", fail_first=0, tls=True) as server,
        connect(server, TIMEOUT) as plain,
    ):
        assert b'"tls_required": true' in hear(plain, talk.greeting)
        context = ssl.create_default_context(cafile=server.ca_file)
        with context.wrap_socket(plain, server_hostname="localhost") as connected:
            for said, end in talk.setup:
                say(connected, said, end)
            assert ask(connected, talk) == talk.reply


def test_kafka_serves_a_message_wherever_one_reads() -> None:
    body = struct.pack(">bbqi", 1, 0, 0, -1) + long(ANSWER)
    message = struct.pack(">qiI", 41, len(body) + 4, zlib.crc32(body)) + body
    fetched = struct.pack(">iii", 7, 0, 1) + short(b"t") + struct.pack(">iihqqi", 1, 0, 0, 42, 42, -1) + long(message)
    asked = struct.pack(">iiiib", -1, 500, 1, 1_000, 0) + struct.pack(">i", 1) + short(b"t")
    with talking("kafka") as (server, connected):
        connected.sendall(kafka(1, 4, asked + struct.pack(">iiqi", 1, 0, 41, 1_000)))
        assert take(connected, len(fetched) + 4) == long(fetched)
        assert operations(server) == [("Fetch", "t")]


def test_kafka_agrees_on_versions_and_names_itself() -> None:
    with FaultServer("garbage", protocol="kafka", fail_first=0) as server, connect(server, TIMEOUT) as connected:
        refused = say(connected, kafka(18, 4, b"\0\2me\0"), struct.pack(">hhh", 22, 0, 0))
        assert struct.unpack_from(">ih", refused, 4) == (7, 35)
        told = say(connected, kafka(3, 1, struct.pack(">i", 1) + short(b"t")), struct.pack(">iiii", 1, 1, 1, 1))
        assert short(b"127.0.0.1") + struct.pack(">i", server.port) in told
        found = say(connected, kafka(10, 0, short(b"group")), struct.pack(">i", server.port))
        assert struct.unpack_from(">ihi", found, 4) == (7, 0, 1)
        connected.sendall(kafka(1, 11, bytes(40)))
        assert connected.recv(1) == b""
        assert server.requests == ()


def test_kafka_a_group_of_one() -> None:
    member = short(b"member")
    joining = short(b"g") + struct.pack(">i", 1_000) + short(b"") + short(b"consumer") + struct.pack(">i", 1)
    with talking("kafka") as (server, connected):
        joined = say(connected, kafka(11, 0, joining + short(b"range") + long(b"topics")), long(b"topics"))
        assert joined[8:] == struct.pack(">hi", 0, 1) + short(b"range") + member * 2 + struct.pack(
            ">i", 1
        ) + member + long(b"topics")
        syncing = short(b"g") + struct.pack(">i", 1) + member + struct.pack(">i", 1) + member + long(b"mine")
        assert say(connected, kafka(14, 0, syncing), long(b"mine"))[8:] == b"\0\0" + long(b"mine")
        committing = short(b"g") + struct.pack(">i", 1) + member + struct.pack(">qi", -1, 1) + short(b"t")
        committed = struct.pack(">i", 1) + short(b"t") + struct.pack(">iih", 1, 0, 0)
        offset = struct.pack(">iiq", 1, 0, 42) + short(b"")
        assert say(connected, kafka(8, 2, committing + offset), committed)[8:] == committed
        assert operations(server) == [("OffsetCommit", "t")]


def test_ssh_takes_its_leave_properly() -> None:
    with talking("ssh") as (_, connected):
        assert ask(connected, TALKS["ssh"]) == TALKS["ssh"].reply
        assert connected.recv(1) == b""
