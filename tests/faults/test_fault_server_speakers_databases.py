"""What databases' clients do beyond one question: transactions, pipelines, prepared statements, TLS when asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator

import pytest
from talks import ANSWER, MY_OK, TALKS, ask, begin, connect, cql, hear, long, mongo, my, pg, say, short, take
from verdict import TIMEOUT, outcome

from hangup.faults import FaultServer

VALUE = b"$16\r\na proper answer\n\r\n"


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


def command(*words: str) -> bytes:
    return f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words)


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        (("SET", "k", "v"), b"+OK\r\n"),
        (("INCR", "k"), b":1\r\n"),
        (("MGET", "a", "b"), b"*2\r\n" + VALUE * 2),
        (("LRANGE", "k", "0", "-1"), b"*1\r\n" + VALUE),
        (("BLPOP", "k", "0"), b"*2\r\n$1\r\nk\r\n" + VALUE),
        (("SCAN", "0"), b"*2\r\n$1\r\n0\r\n*0\r\n"),
        (("HGETALL", "k"), b"%1\r\n$5\r\nfield\r\n" + VALUE),
        (("ZSCORE", "k", "m"), b"_\r\n"),
        (("SUBSCRIBE", "c"), b">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n" + VALUE),
    ],
)
def test_redis_answers_in_the_shape_of_each_command(words: tuple[str, ...], reply: bytes) -> None:
    with talking("redis") as (server, connected):
        connected.sendall(command(*words))
        assert take(connected, len(reply)) == reply
        assert operations(server) == [(words[0], words[1])]


def test_redis_before_version_3() -> None:
    with FaultServer("garbage", protocol="redis", fail_first=0) as server, connect(server, TIMEOUT) as connected:
        assert say(connected, command("SELECT", "1"), b"\r\n") == b"+OK\r\n"
        assert say(connected, command("ZSCORE", "k", "m"), b"\r\n") == b"$-1\r\n"
        assert say(connected, b"PING\r\n", b"\r\n") == b"+PONG\r\n"
        assert say(connected, command("QUIT"), b"\r\n") == b"+OK\r\n"
        assert connected.recv(1) == b""
        assert operations(server) == [("ZSCORE", "k"), ("PING", "")]


def test_redis_a_pipeline_is_answered_up_to_the_fault() -> None:
    with FaultServer("rst_on_reuse", protocol="redis") as server, connect(server, TIMEOUT) as connected:
        connected.sendall(command("GET", "a") + command("GET", "b") + command("GET", "c"))
        assert take(connected, len(VALUE)) == VALUE
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("GET", "a"), ("GET", "b")]


def test_redis_a_transaction_is_one_operation() -> None:
    whole = command("MULTI") + command("SET", "k", "v") + command("GET", "k") + command("EXEC")
    queued = b"+OK\r\n+QUEUED\r\n+QUEUED\r\n"
    with talking("redis", failures=1) as (server, connected):
        connected.sendall(whole)
        assert take(connected, len(queued)) == queued
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        with connect(server, TIMEOUT) as again:
            again.sendall(whole)
            reply = queued + b"*2\r\n+OK\r\n" + VALUE
            assert take(again, len(reply)) == reply
        assert operations(server) == [("EXEC", ""), ("EXEC", "")]


def secured(server: FaultServer, plain: socket.socket) -> ssl.SSLSocket:
    return ssl.create_default_context(cafile=server.ca_file).wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("fault", ["rst_after_request", "tls_fin", "tls_plain"])
def test_postgresql_begins_tls_when_asked(fault: str) -> None:
    talk = TALKS["postgresql"]
    with FaultServer(fault, protocol="postgresql", fail_first=0, tls=True) as server, connect(server, TIMEOUT) as plain:
        plain.sendall(struct.pack(">II", 8, 80_877_103))
        assert take(plain, 1) == b"S"
        with secured(server, plain) as connected:
            begin(connected, talk)
            assert ask(connected, talk) == talk.reply
    if fault != "rst_after_request":
        with FaultServer(fault, protocol="postgresql") as server, connect(server, TIMEOUT) as plain:
            plain.sendall(struct.pack(">II", 8, 80_877_103))
            assert take(plain, 1) == b"S"
            expected = "SSLEOFError" if fault == "tls_fin" else "SSLError"
            assert outcome(lambda: secured(server, plain)) == expected


def test_postgresql_without_tls_says_so() -> None:
    with FaultServer("rst_in_setup", protocol="postgresql", fail_first=0) as server:
        assert server.url.startswith("postgresql://")
        with connect(server, TIMEOUT) as connected:
            for code in (80_877_103, 80_877_104):
                connected.sendall(struct.pack(">II", 8, code))
                assert take(connected, 1) == b"N"
            begin(connected, TALKS["postgresql"])
        with connect(server, TIMEOUT) as cancelling:
            cancelling.sendall(struct.pack(">IIII", 16, 80_877_102, 1, 1))
            assert cancelling.recv(1) == b""


PARSE = pg(b"P", b"\0SELECT $1::int, $2\0\0\0")
REST = pg(b"B", b"\0\0" + bytes(6)) + pg(b"D", b"P\0") + pg(b"E", bytes(5)) + pg(b"S", b"")


def test_postgresql_an_extended_query_is_one_operation() -> None:
    with talking("postgresql", failures=1) as (server, connected):
        # What a statement needs is told first, as drivers ask that prepare: no operation yet.
        connected.sendall(PARSE + pg(b"D", b"S\0") + pg(b"H", b""))
        told = pg(b"1", b"") + pg(b"t", struct.pack(">HII", 2, 23, 25))
        assert take(connected, len(told)) == told
        hear(connected, struct.pack(">hihih", 0, 25, -1, -1, 0)[2:])
        connected.sendall(REST)
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        with connect(server, TIMEOUT) as again:
            begin(again, TALKS["postgresql"])
            said = say(again, PARSE + REST, b"Z\0\0\0\5I")
            assert said.startswith(pg(b"1", b"") + pg(b"2", b"") + b"T")
            assert said.endswith(pg(b"D", b"\0\1" + long(ANSWER)) + pg(b"C", b"SELECT 1\0") + pg(b"Z", b"I"))
        assert operations(server) == [("Query", "SELECT $1::int, $2")] * 2


def test_postgresql_what_a_driver_says_by_itself_is_no_operation() -> None:
    with talking("postgresql", fault="rst_on_reuse", failures=1) as (server, connected):
        for statement in (b"BEGIN", b"SET x TO y", b"SHOW transaction isolation level"):
            say(connected, pg(b"Q", statement + b"\0"), b"Z\0\0\0\5T")
        assert b"PostgreSQL 16" in say(connected, pg(b"Q", b"select pg_catalog.version()\0"), b"Z\0\0\0\5T")
        assert b"INSERT 0 1" in say(connected, pg(b"Q", b"INSERT INTO t VALUES (1)\0"), b"Z\0\0\0\5T")
        connected.sendall(pg(b"Q", b"COMMIT\0"))
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("Query", "INSERT INTO t VALUES (1)"), ("Query", "COMMIT")]


def test_postgresql_copies_in_and_out() -> None:
    with talking("postgresql") as (server, connected):
        assert say(connected, pg(b"Q", b"COPY t FROM STDIN\0"), b"\0\0")[:1] == b"G"
        assert b"COPY 1" in say(connected, pg(b"d", b"1\n") * 3 + pg(b"c", b""), b"Z\0\0\0\5I")
        assert pg(b"d", ANSWER) in say(connected, pg(b"Q", b"COPY t TO STDOUT\0"), b"Z\0\0\0\5I")
        notified = pg(b"A", struct.pack(">I", 1) + b"channel\0a proper answer\0")
        assert say(connected, pg(b"Q", b"LISTEN channel\0"), notified)
        assert server.requests[0].body_size == 3 * 7 + 5


def test_mysql_prepared_statements_and_what_libraries_ask() -> None:
    with talking("mysql", failures=1) as (server, connected):
        version = say(connected, my(0, b"\3SELECT @@version, @@sql_mode"), my(6, b"\xfe\0\0\2\0"))
        assert my(5, b"\x068.0.36\x13STRICT_TRANS_TABLES") in version
        assert say(connected, my(0, b"\x0e"), my(1, MY_OK[4:])) == my(1, MY_OK[4:])
        prepared = say(connected, my(0, b"\x16SELECT a FROM t WHERE b = ?"), my(5, b"\xfe\0\0\2\0"))
        assert prepared[4:13] == b"\0\1\0\0\0\1\0\1\0"
        execute = my(0, b"\x17\1\0\0\0\0\1\0\0\0\0\1\xfd\0\1x")
        connected.sendall(execute)
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        with connect(server, TIMEOUT) as again:
            begin(again, TALKS["mysql"])
            say(again, my(0, b"\x16SELECT a FROM t WHERE b = ?"), my(5, b"\xfe\0\0\2\0"))
            assert my(4, b"\0\0\x10" + ANSWER) in say(again, execute, my(5, b"\xfe\0\0\2\0"))
        assert operations(server) == [("COM_STMT_EXECUTE", "SELECT a FROM t WHERE b = ?")] * 2


def test_mysql_begins_tls_when_asked() -> None:
    talk = TALKS["mysql"]
    wanted = struct.pack("<IIB", 0x0200 | 0x0800 | 0x8000 | 0x80000, 1 << 24, 45) + bytes(23)
    with (
        FaultServer("rst_after_request", protocol="mysql", fail_first=0, tls=True) as server,
        connect(server, TIMEOUT) as plain,
    ):
        hear(plain, talk.greeting)
        plain.sendall(my(1, wanted))
        with secured(server, plain) as connected:
            assert say(connected, my(2, talk.setup[0][0][4:]), my(3, MY_OK[4:])) == my(3, MY_OK[4:])
            assert ask(connected, talk) == talk.reply


def bson(*elements: bytes) -> bytes:
    body = b"".join(elements)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def text(name: bytes, value: bytes) -> bytes:
    return b"\2" + name + b"\0" + struct.pack("<i", len(value) + 1) + value + b"\0"


def test_mongodb_finds_in_batches_and_writes_without_reply() -> None:
    document = bson(b"\x10_id\0\1\0\0\0", b"\x10n\0\1\0\0\0", text(b"answer", ANSWER))
    base = text(b"$db", b"db")
    with talking("mongodb", fault="rst_on_reuse", failures=1) as (server, connected):
        connected.sendall(mongo(3, 0, text(b"find", b"coll") + b"\x10batchSize\0\1\0\0\0" + base))
        length = take(connected, 4)
        found = take(connected, struct.unpack("<i", length)[0] - 4)
        assert document in found
        assert b"\x12id\0" + struct.pack("<q", 1) in found
        connected.sendall(mongo(4, 0, b"\x12getMore\0" + struct.pack("<q", 1) + text(b"collection", b"coll") + base))
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("find", "coll"), ("getMore", "db")]
    with talking("mongodb") as (server, connected):
        unacknowledged = bytearray(mongo(5, 0, text(b"insert", b"coll") + base))
        unacknowledged[16] = 2
        connected.sendall(bytes(unacknowledged))
        assert ask(connected, TALKS["mongodb"]) == TALKS["mongodb"].reply
        assert operations(server) == [("insert", "coll"), ("ping", "admin")]


def test_mongodb_counts_the_documents_of_a_sequence() -> None:
    documents = b"documents\0" + bson(b"\x10a\0\1\0\0\0") * 3
    command = bson(text(b"insert", b"coll"), text(b"$db", b"db"))
    body = bytes(4) + b"\0" + command + b"\1" + struct.pack("<i", len(documents) + 4) + documents
    with talking("mongodb") as (_, connected):
        connected.sendall(struct.pack("<iiii", 16 + len(body), 9, 0, 2013) + body)
        reply = mongo(9, 9, b"\x10n\0\3\0\0\0\1ok\0" + struct.pack("<d", 1.0))
        assert take(connected, len(reply)) == reply


def test_mongodb_the_first_question_of_a_driver() -> None:
    body = bytes(4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + bson(b"\x10ismaster\0\1\0\0\0")
    with FaultServer("garbage", protocol="mongodb", fail_first=0) as server, connect(server, TIMEOUT) as connected:
        connected.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2004) + body)
        said = hear(connected, b"\1ok\0" + struct.pack("<d", 1.0) + b"\0")
        assert struct.unpack_from("<iii", said, 4) == (1, 1, 1)
        assert b"\x08ismaster\0\1" in said
        assert server.requests == ()


def test_cassandra_prepares_and_tells_of_itself() -> None:
    with talking("cassandra", failures=1) as (server, connected):
        said = say(connected, cql(5, 5, b""), b"(5)")
        assert struct.unpack_from(">i", said, 9)[0] == 0x000A
        local = say(
            connected, cql(4, 7, long(b"SELECT * FROM system.local WHERE key='local'") + b"\0\1\0"), b"\0\1" + b"0"
        )
        assert b"Murmur3Partitioner" in local
        prepared = say(connected, cql(4, 9, long(b"SELECT a FROM t WHERE b = ?")), short(b"answer") + b"\0\x0d")
        number = prepared[13:19]
        assert struct.unpack_from(">i", prepared, 9)[0] == 4
        connected.sendall(cql(4, 10, number + bytes(3)))
        assert outcome(lambda: connected.recv(1)) == "ConnectionResetError"
        assert operations(server) == [("EXECUTE", "SELECT a FROM t WHERE b = ?")]


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (b"set key 0 0 5\r\nvalue\r\n", b"STORED\r\n"),
        (b"gets a b\r\n", b"VALUE a 0 16 1\r\na proper answer\n\r\nVALUE b 0 16 1\r\na proper answer\n\r\nEND\r\n"),
        (b"incr key 1\r\n", b"1\r\n"),
        (b"delete key noreply\r\nversion\r\n", b"VERSION 1.6.0\r\n"),
        (b"mg key v\r\n", b"VA 16\r\na proper answer\n\r\n"),
        (b"nonsense\r\n", b"ERROR\r\n"),
    ],
)
def test_memcached_commands(said: bytes, reply: bytes) -> None:
    with talking("memcached") as (_, connected):
        connected.sendall(said)
        assert take(connected, len(reply)) == reply


def test_ldap_changes_and_questions_about_the_server() -> None:
    with talking("ldap") as (server, connected):
        root = b"\x30\x1e\2\1\2\x63\x19\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\1a\x30\3\4\1b"
        assert b"supportedLDAPVersion" in say(connected, root, b"\x65\7\x0a\1\0\4\0\4\0")
        done = {0x4A: 0x6B, 0x6E: 0x6F}
        for tag, content in ((0x4A, b"dc=x"), (0x6E, b"\4\4dc=x\x30\6\4\1a\4\1b")):
            body = b"\2\1\5" + bytes([tag, len(content)]) + content
            code = 6 if tag == 0x6E else 0
            reply = b"\x30\x0c\2\1\5" + bytes([done[tag], 7, 0x0A, 1, code]) + b"\4\0\4\0"
            connected.sendall(b"\x30" + bytes([len(body)]) + body)
            assert take(connected, len(reply)) == reply
        assert operations(server) == [("delete", "dc=x"), ("compare", "dc=x")]
