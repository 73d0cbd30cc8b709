"""What a client says, and must hear, in each protocol of the fault server: bytes, written from the specifications.

Nothing here is shared with the server: a protocol that it gets wrong is wrong against this.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from hangup.faults import FaultServer

ANSWER = b"a proper answer\n"


@dataclass(frozen=True)
class Talk:
    """One client's talk.

    setup: what it says until its user can work, each with the end of what it then hears; nothing where it waits
        for nothing. The first is the one that faults in the set-up strike.
    before: what precedes each operation, in the same form.
    operation, reply: what its user asks, and all of what comes back.
    named: the name and the subject under which the server notes the operation.
    upload: a beginning of an operation of 200,000 bytes; empty where the protocol has none on this connection.
    greeting: the end of what the server says first.
    """

    setup: tuple[tuple[bytes, bytes], ...]
    operation: bytes
    reply: bytes
    named: tuple[str, str]
    before: tuple[tuple[bytes, bytes], ...] = ()
    upload: bytes = b""
    greeting: bytes = b""


LARGE = b"x" * 200_000


def connect(server: FaultServer, timeout: float) -> socket.socket:
    return socket.create_connection(server.address, timeout)


def begin(connected: socket.socket, talk: Talk) -> None:
    """Get through the set-up. Raises what the socket raises, and EOFError when the server closes."""
    hear(connected, talk.greeting)
    for said, end in talk.setup:
        say(connected, said, end)


def ask(connected: socket.socket, talk: Talk, patience: float | None = None) -> bytes:
    """Do one operation; return as much of the reply as comes, `patience` being the seconds to wait for it."""
    for said, end in talk.before:
        say(connected, said, end)
    if patience is not None:
        connected.settimeout(patience)
    connected.sendall(talk.operation)
    return take(connected, len(talk.reply))


def say(connected: socket.socket, said: bytes, end: bytes) -> bytes:
    connected.sendall(said)
    return hear(connected, end)


def hear(connected: socket.socket, end: bytes) -> bytes:
    """Read until what has come ends with `end`."""
    heard = b""
    while end and not heard.endswith(end):
        more = connected.recv(65_536)
        if not more:
            raise EOFError(heard)
        heard += more
    return heard


def take(connected: socket.socket, size: int) -> bytes:
    """Read `size` bytes, fewer when the server closes."""
    heard = b""
    while len(heard) < size:
        more = connected.recv(size - len(heard))
        if not more:
            break
        heard += more
    return heard


def pg(letter: bytes, body: bytes) -> bytes:
    return letter + struct.pack(">I", len(body) + 4) + body


def my(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def mongo(number: int, answers: int, document: bytes) -> bytes:
    body = bytes(5) + struct.pack("<i", len(document) + 5) + document + b"\0"
    return struct.pack("<iiii", 16 + len(body), number, answers, 2013) + body


def amqp(kind: int, channel: int, body: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(body)) + body + b"\xce"


def masked(first: int, content: bytes) -> bytes:
    length = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xff" + struct.pack(">Q", len(content))
    return bytes([first]) + length + bytes(4) + content


def http2(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body


def kafka(key: int, version: int, body: bytes) -> bytes:
    request = struct.pack(">hhih", key, version, 7, 2) + b"me" + body
    return struct.pack(">I", len(request)) + request


def cql(version: int, opcode: int, body: bytes) -> bytes:
    return struct.pack(">BBhBI", version, 0, 1, opcode, len(body)) + body


def long(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def short(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


_COLUMN = b"\3def\0\0\0\6answer\6answer\x0c" + struct.pack("<HIBHBH", 45, 1_024, 253, 0, 0, 0)
_MY_END = b"\xfe\0\0\2\0"
MY_OK = my(2, b"\0\0\0\2\0\0\0")
_LOG_IN = (
    struct.pack("<IIB", 0x0200 | 0x8000 | 0x80000, 1 << 24, 45) + bytes(23) + b"me\0\0" + b"mysql_native_password\0"
)
_PRODUCED = struct.pack(">i", 7) + struct.pack(">i", 1) + short(b"t") + struct.pack(">iihqqi", 1, 0, 0, 0, -1, 0)
_DISCONNECT = b"\1" + struct.pack(">I", 11) + long(b"this server has no keys") + bytes(4)

TALKS: dict[str, Talk] = {
    "redis": Talk(
        setup=((b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n", b"$7\r\nmodules\r\n*0\r\n"),),
        operation=b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n",
        reply=b"$16\r\na proper answer\n\r\n",
        named=("GET", "key"),
        upload=b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$200000\r\n" + LARGE,
    ),
    "postgresql": Talk(
        setup=((struct.pack(">II", 17, 196_608) + b"user\0me\0\0", b"Z\0\0\0\5I"),),
        operation=pg(b"Q", b"SELECT 1\0"),
        reply=(
            pg(b"T", b"\0\1answer\0" + struct.pack(">IhIhih", 0, 0, 25, -1, -1, 0))
            + pg(b"D", b"\0\1" + long(ANSWER))
            + pg(b"C", b"SELECT 1\0")
            + pg(b"Z", b"I")
        ),
        named=("Query", "SELECT 1"),
        upload=pg(b"Q", b"INSERT " + LARGE + b"\0")[:-1],
    ),
    "mysql": Talk(
        greeting=b"mysql_native_password\0",
        setup=((my(1, _LOG_IN), MY_OK),),
        operation=my(0, b"\3SELECT 1"),
        reply=my(1, b"\1") + my(2, _COLUMN) + my(3, _MY_END) + my(4, bytes([len(ANSWER)]) + ANSWER) + my(5, _MY_END),
        named=("COM_QUERY", "SELECT 1"),
        upload=my(0, b"\3INSERT " + LARGE)[:-1],
    ),
    "mongodb": Talk(
        setup=(
            (mongo(1, 0, b"\x10hello\0\1\0\0\0\2$db\0\6\0\0\0admin\0"), b"\1ok\0" + struct.pack("<d", 1.0) + b"\0"),
        ),
        operation=mongo(7, 0, b"\x10ping\0\1\0\0\0\2$db\0\6\0\0\0admin\0"),
        reply=mongo(7, 7, b"\1ok\0" + struct.pack("<d", 1.0)),
        named=("ping", "admin"),
        upload=mongo(8, 0, b"\2insert\0\5\0\0\0coll\0\5x\0" + struct.pack("<i", 200_000) + b"\0" + LARGE)[:-1],
    ),
    "amqp": Talk(
        setup=(
            (b"AMQP\0\0\x09\1", b"en_US\xce"),
            (
                amqp(1, 0, b"\0\x0a\0\x0b" + bytes(4) + b"\5PLAIN" + long(b"\0me\0pw") + b"\5en_US"),
                amqp(1, 0, b"\0\x0a\0\x1e\x07\xff\0\2\0\0\0\x3c"),
            ),
            (
                amqp(1, 0, b"\0\x0a\0\x1f\x07\xff\0\2\0\0\0\x3c") + amqp(1, 0, b"\0\x0a\0\x28\1/\0\0"),
                amqp(1, 0, b"\0\x0a\0\x29\0"),
            ),
            (amqp(1, 1, b"\0\x14\0\x0a\0"), amqp(1, 1, b"\0\x14\0\x0b" + bytes(4))),
        ),
        operation=amqp(1, 1, b"\0\x3c\0\x46\0\0\1q\0"),
        reply=(
            amqp(1, 1, b"\0\x3c\0\x47" + struct.pack(">QB", 1, 0) + b"\0\1q" + bytes(4))
            + amqp(2, 1, struct.pack(">HHQH", 60, 0, len(ANSWER), 0))
            + amqp(3, 1, ANSWER)
        ),
        named=("basic.get", "q"),
        upload=(
            amqp(1, 1, b"\0\x3c\0\x28\0\0\0\1q\0")
            + amqp(2, 1, struct.pack(">HHQH", 60, 0, 200_000, 0))
            + amqp(3, 1, LARGE[:100_000])
        ),
    ),
    "websocket": Talk(
        setup=(
            (
                b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            ),
        ),
        operation=masked(0x81, b"a question"),
        reply=b"\x81\x10" + ANSWER,
        named=("text", "/chat"),
        upload=masked(0x82, LARGE)[:-1],
    ),
    "grpc": Talk(
        setup=((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2(4, 0, 0, b""), http2(4, 1, 0, b"")),),
        operation=http2(1, 4, 1, b"\x83\x86\x44\x05/S/Go") + http2(0, 1, 1, bytes(5)),
        reply=(
            http2(1, 4, 1, b"\x88\0\x0ccontent-type\x10application/grpc")
            + http2(0, 0, 1, bytes(5))
            + http2(1, 5, 1, b"\0\x0bgrpc-status\x010")
        ),
        named=("call", "/S/Go"),
        upload=http2(1, 4, 1, b"\x83\x86\x44\x05/S/Up") + http2(0, 0, 1, LARGE[:16_384]) * 12,
    ),
    "smtp": Talk(
        greeting=b"220 fault.invalid ESMTP\r\n",
        setup=((b"EHLO me\r\n", b"250 AUTH PLAIN LOGIN\r\n"),),
        before=((b"MAIL FROM:<a@b>\r\n", b"\r\n"), (b"RCPT TO:<c@d>\r\n", b"\r\n"), (b"DATA\r\n", b"354 go on\r\n")),
        operation=b"Subject: s\r\n\r\n..\r\ntext\r\n.\r\n",
        reply=b"250 mail taken\r\n",
        named=("DATA", "c@d"),
        upload=b"Subject: s\r\n\r\n" + LARGE,
    ),
    "ftp": Talk(
        greeting=b"220 ready\r\n",
        setup=((b"USER me\r\n", b"331 and the password?\r\n"), (b"PASS pw\r\n", b"230 logged in\r\n")),
        operation=b"CWD folder\r\n",
        reply=b"250 done\r\n",
        named=("CWD", "folder"),
    ),
    "imap": Talk(
        greeting=b"] ready\r\n",
        setup=((b"a1 LOGIN me pw\r\n", b"a1 OK done\r\n"),),
        operation=b"a2 FETCH 1 (BODY.PEEK[])\r\n",
        reply=b"* 1 FETCH (UID 1 BODY[] {16}\r\na proper answer\n)\r\na2 OK done\r\n",
        named=("FETCH", "1 (BODY.PEEK[])"),
        upload=b"a3 APPEND INBOX {200000+}\r\n" + LARGE,
    ),
    "pop3": Talk(
        greeting=b"+OK ready\r\n",
        setup=((b"USER me\r\n", b"+OK\r\n"), (b"PASS pw\r\n", b"+OK\r\n")),
        operation=b"RETR 1\r\n",
        reply=b"+OK\r\na proper answer\r\n.\r\n",
        named=("RETR", "1"),
    ),
    "memcached": Talk(
        setup=(),
        operation=b"get key\r\n",
        reply=b"VALUE key 0 16\r\na proper answer\n\r\nEND\r\n",
        named=("get", "key"),
        upload=b"set key 0 0 200000\r\n" + LARGE,
    ),
    "nats": Talk(
        greeting=b"}\r\n",
        setup=((b"CONNECT {}\r\nPING\r\n", b"PONG\r\n"),),
        operation=b"SUB topic 1\r\n",
        reply=b"MSG topic 1 16\r\na proper answer\n\r\n",
        named=("SUB", "topic"),
        upload=b"PUB topic 200000\r\n" + LARGE,
    ),
    "mqtt": Talk(
        setup=((b"\x10\x0e\0\4MQTT\4\2\0\x3c\0\2me", b"\x20\2\0\0"),),
        operation=b"\x82\x0a\0\1\0\5topic\0",
        reply=b"\x90\3\0\1\0" + b"\x30\x17\0\5topic" + ANSWER,
        named=("SUBSCRIBE", "topic"),
        upload=b"\x30\xc7\x9a\x0c\0\5topic" + LARGE[:-1],
    ),
    "kafka": Talk(
        setup=((kafka(18, 0, b""), struct.pack(">hhh", 22, 0, 0)), (kafka(3, 1, bytes(4)), struct.pack(">ii", 1, 0))),
        operation=kafka(
            0, 3, struct.pack(">hhii", -1, 1, 1_000, 1) + short(b"t") + struct.pack(">ii", 1, 0) + long(b"r")
        ),
        reply=struct.pack(">I", len(_PRODUCED)) + _PRODUCED,
        named=("Produce", "t"),
        upload=kafka(
            0, 3, struct.pack(">hhii", -1, 1, 1_000, 1) + short(b"t") + struct.pack(">ii", 1, 0) + long(LARGE)
        )[:-1],
    ),
    "ldap": Talk(
        setup=((b"\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0", b"\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"),),
        operation=b"\x30\x22\2\1\2\x63\x1d\4\4dc=x\x0a\1\2\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\1a\x30\3\4\1b",
        reply=(
            b"\x30\x30\2\1\2\x64\x2b\4\4dc=x\x30\x23\x30\x21\4\x0bdescription\x31\x12\4\x10"
            + ANSWER
            + b"\x30\x0c\2\1\2\x65\7\x0a\1\0\4\0\4\0"
        ),
        named=("search", "dc=x"),
        upload=b"\x30\x83\3\x0d\x60\2\1\3\x68\x83\3\x0d\x50\4\4dc=y\x30\x83\3\x0d\x40" + LARGE,
    ),
    "ssh": Talk(
        greeting=b"SSH-2.0-fault\r\n",
        setup=((b"SSH-2.0-test\r\n", b""),),
        operation=struct.pack(">IB", 28, 10) + b"\x14" + bytes(27),
        reply=struct.pack(">IB", 44, 7) + _DISCONNECT + bytes(7),
        named=("KEXINIT", ""),
    ),
    "cassandra": Talk(
        setup=(
            (cql(4, 5, b""), b"\0\5" + b"3.4.5" + short(b"COMPRESSION") + b"\0\0"),
            (cql(4, 1, b"\0\1" + short(b"CQL_VERSION") + short(b"3.4.5")), cql(0x84, 2, b"")),
        ),
        operation=cql(4, 7, long(b"SELECT a FROM t") + b"\0\1\0"),
        reply=cql(
            0x84,
            8,
            struct.pack(">iii", 2, 1, 1)
            + short(b"test")
            + short(b"answers")
            + short(b"answer")
            + b"\0\x0d"
            + struct.pack(">i", 1)
            + long(ANSWER),
        ),
        named=("QUERY", "SELECT a FROM t"),
        upload=cql(4, 7, long(b"INSERT " + LARGE) + b"\0\1\0")[:-1],
    ),
    "nntp": Talk(
        greeting=b"200 ready\r\n",
        setup=((b"MODE READER\r\n", b"200 ready\r\n"),),
        operation=b"ARTICLE 1\r\n",
        reply=b"220 1 <1@fault.invalid>\r\na proper answer\r\n.\r\n",
        named=("ARTICLE", "1"),
        upload=b"POST\r\n" + LARGE,
    ),
}
"""One talk for every protocol of `hangup.faults.speakers`."""
