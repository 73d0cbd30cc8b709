"""Corners of the protocols made of lines that the standard library's clients do not reach."""

from __future__ import annotations

import pytest
from talks import TALKS, begin, connect, say
from verdict import TIMEOUT

from hangup.faults import FaultServer
from hangup.faults.__main__ import main

Exchange = tuple[bytes, bytes]

DIALOGUES: dict[str, tuple[str, list[Exchange], list[tuple[str, str]]]] = {
    "a log-in in questions": (
        "smtp",
        [
            (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
            (b"bWU=\r\n", b"334 UGFzc3dvcmQ6\r\n"),
            (b"cHc=\r\n", b"235 logged in\r\n"),
            (b"AUTH PLAIN\r\n", b"334 \r\n"),
            (b"AG1lAHB3\r\n", b"235 logged in\r\n"),
            (b"NOOP\r\n", b"250 done\r\n"),
            (b"FLY\r\n", b"502 no such command\r\n"),
            (b"QUIT\r\n", b"221 bye\r\n"),
        ],
        [("NOOP", "")],
    ),
    "waiting for mail": (
        "imap",
        [
            (b"a1 AUTHENTICATE PLAIN\r\n", b"+ \r\n"),
            (b"AG1lAHB3\r\n", b"a1 OK done\r\n"),
            (b"a2 IDLE\r\n", b"+ idling\r\n* 2 EXISTS\r\n"),
            (b"DONE\r\n", b"a2 OK done\r\n"),
            (b"a3 UID FETCH 1 (FLAGS)\r\n", b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\na3 OK done\r\n"),
            (b"a4 LOGIN {2}\r\n", b"+ go on\r\n"),
            (b"me {2+}\r\npw\r\n", b"a4 OK done\r\n"),
            (b"a5 LOGOUT\r\n", b"* BYE bye\r\na5 OK done\r\n"),
        ],
        [("IDLE", ""), ("FETCH", "1 (FLAGS)")],
    ),
    "lists of mails": (
        "pop3",
        [
            (b"LIST\r\n", b"+OK\r\n1 16\r\n.\r\n"),
            (b"UIDL 1\r\n", b"+OK 1 unique\r\n"),
            (b"FLY\r\n", b"-ERR no such command\r\n"),
            (b"QUIT\r\n", b"+OK bye\r\n"),
        ],
        [("LIST", ""), ("UIDL", "1"), ("FLY", "")],
    ),
    "news": (
        "nntp",
        [
            (b"GROUP g\r\n", b"211 1 1 1 g\r\n"),
            (b"LIST OVERVIEW.FMT\r\n", b":bytes\r\n:lines\r\n.\r\n"),
            (b"POST\r\n", b"340 go on\r\n"),
            (b"Subject: s\r\n\r\n..\r\ntext\r\n.\r\n", b"240 posted\r\n"),
            (b"QUIT\r\n", b"205 bye\r\n"),
        ],
        [("GROUP", "g"), ("POST", "")],
    ),
    "files without a second connection": (
        "ftp",
        [
            (b"AUTH TLS\r\n", b"502 no such command\r\n"),
            (b"RETR file\r\n", b"425 PASV first\r\n"),
            (b"EPSV\r\n", b"|)\r\n"),
            (b"SYST\r\n", b"215 UNIX Type: L8\r\n"),
            (b"SIZE file\r\n", b"213 16\r\n"),
            (b"QUIT\r\n", b"221 bye\r\n"),
        ],
        [("SIZE", "file")],
    ),
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue(name: str) -> None:
    protocol, exchanges, noted = DIALOGUES[name]
    with FaultServer("garbage", protocol=protocol, fail_first=0) as server, connect(server, TIMEOUT) as connected:
        begin(connected, TALKS[protocol])
        for said, reply in exchanges:
            assert say(connected, said, reply).endswith(reply)
        assert connected.recv(1) == b""
        assert [(request.method, request.path) for request in server.requests] == noted


@pytest.mark.parametrize("protocol", ["smtp", "ftp", "imap", "pop3", "nntp", "nats", "memcached"])
def test_a_line_without_end_is_hung_up_on(protocol: str) -> None:
    with FaultServer("garbage", protocol=protocol, fail_first=0) as server, connect(server, TIMEOUT) as connected:
        begin(connected, TALKS[protocol])
        connected.sendall(b"A" * 70_000)
        assert connected.recv(100) == b""
        assert server.requests == ()


def test_the_command_speaks_the_protocols(capsys: pytest.CaptureFixture[str]) -> None:
    for protocol, scheme in (("redis", "redis"), ("nats", "nats"), ("websocket", "ws")):
        assert main(["rst_in_setup", "--protocol", protocol, "--seconds", "0"]) == 0
        assert capsys.readouterr().out.startswith(f"{scheme}://127.0.0.1:")
    assert main(["https_rst_after_request", "--protocol", "imap", "--seconds", "0"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("imaps://127.0.0.1:")
    assert "test-ca.pem" in said.err
    with pytest.raises(SystemExit):
        main(["rst_in_setup", "--protocol", "memcached"])
    assert "no meaning" in capsys.readouterr().err
