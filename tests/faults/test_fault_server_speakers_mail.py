"""The standard library's own clients for mail and files, against the fault server: real clients of four protocols."""

from __future__ import annotations

import contextlib
import ftplib
import imaplib
import io
import poplib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest
from verdict import TIMEOUT, outcome

from hangup.faults import FAULTS, FaultServer

TEXT = b"Subject: s\r\n\r\n.a dot\r\ntext\r\n"


def timeout_for(fault: str) -> float:
    # Not too short for all that comes before the hang.
    return 0.5 if FAULTS[fault].ending == "hang" else TIMEOUT


def trusting(server: FaultServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def send_mail(server: FaultServer, timeout: float = TIMEOUT) -> object:
    with contextlib.ExitStack() as closing:
        if server.tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", server.port, timeout=timeout, context=trusting(server))
        else:
            client = smtplib.SMTP(*server.address, timeout=timeout)
        closing.callback(client.close)
        client.login("me", "pw")
        refused = [client.sendmail("a@b", ["c@d", "e@f"], TEXT) for _ in range(2)]
        return refused, client.quit()[0]


def read_mail(server: FaultServer, timeout: float = TIMEOUT) -> object:
    with contextlib.ExitStack() as closing:
        if server.tls:
            client: poplib.POP3 = poplib.POP3_SSL("localhost", server.port, timeout=timeout, context=trusting(server))
        else:
            client = poplib.POP3(*server.address, timeout=timeout)
        closing.callback(client.close)
        client.user("me")
        client.pass_("pw")
        number, size = client.stat()
        return number, size, client.retr(number)[1], client.quit()


def search_mail(server: FaultServer, timeout: float = TIMEOUT) -> object:
    with contextlib.ExitStack() as closing:
        if server.tls:
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                "localhost", server.port, timeout=timeout, ssl_context=trusting(server)
            )
        else:
            client = imaplib.IMAP4(*server.address, timeout=timeout)
        closing.callback(client.sock.close)
        closing.callback(client.file.close)
        client.login("me", "pw")
        seen = [client.select(), client.search(None, "ALL"), client.fetch("1", "(RFC822)")]
        seen.append(client.append("INBOX", "", "", TEXT))
        return [status for status, _ in seen], seen[2][1][0], client.logout()[0]


def connect_ftp(server: FaultServer, timeout: float) -> ftplib.FTP:
    if server.tls:
        client = ftplib.FTP_TLS(context=trusting(server), timeout=timeout)
        client.connect("localhost", server.port)
        client.login("me", "pw")
        client.prot_p()
        return client
    plain = ftplib.FTP(timeout=timeout)
    plain.connect(*server.address)
    plain.login("me", "pw")
    return plain


def download(server: FaultServer, timeout: float = TIMEOUT) -> object:
    client = connect_ftp(server, timeout)
    with contextlib.closing(client):
        files = [io.BytesIO(), io.BytesIO()]
        for file in files:
            client.retrbinary("RETR file", file.write)
        return [file.getvalue() for file in files]


def upload(server: FaultServer, timeout: float = TIMEOUT) -> object:
    client = connect_ftp(server, timeout)
    with contextlib.closing(client):
        return [client.storbinary("STOR file", io.BytesIO(bytes(5_000_000))) for _ in range(2)]


PROPER = b"a proper answer\n"
CLIENTS: dict[str, tuple[str, Callable[..., object], object]] = {
    "smtplib": ("smtp", send_mail, ([{}, {}], 221)),
    "poplib": ("pop3", read_mail, (1, len(PROPER), [PROPER[:-1]], b"+OK bye")),
    "imaplib": ("imap", search_mail, (["OK"] * 4, (b"1 (UID 1 RFC822 {16}", PROPER), "BYE")),
    "ftplib download": ("ftp", download, [PROPER, PROPER]),
    "ftplib upload": ("ftp", upload, ["226 all of it"] * 2),
}

DISCONNECTED = ("SMTPServerDisconnected",)
RESET = ("ConnectionResetError",)
HUNG = ("TimeoutError",)
# client: after a reset, a close and a hang before the reply, and after the same in the set-up
EXPECTED = {
    "smtplib": (DISCONNECTED, DISCONNECTED, DISCONNECTED),
    "poplib": (RESET, ("error_proto",), HUNG),
    "imaplib": (RESET, ("abort",), HUNG),
    "ftplib download": (RESET, ("EOFError",), HUNG),
    "ftplib upload": (RESET, ("EOFError",), HUNG),
}


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("tls", [False, True])
def test_a_client_gets_what_it_wants(name: str, tls: bool) -> None:
    protocol, work, wanted = CLIENTS[name]
    with FaultServer("rst_after_request", protocol=protocol, fail_first=0, tls=tls) as server:
        assert work(server) == wanted
        assert (server.connections, server.struck) == (1, 0)


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("place", ["{}_in_setup", "{}_{}"])
@pytest.mark.parametrize("ending", ["rst", "fin", "hang"])
def test_a_client_is_failed_once_and_then_served(name: str, place: str, ending: str) -> None:
    when = {"rst": "after_request", "fin": "before_response", "hang": "before_response"}[ending]
    fault = place.format(ending, when)
    protocol, work, wanted = CLIENTS[name]
    with FaultServer(fault, protocol=protocol, fail_first=1) as server:
        expected = EXPECTED[name][("rst", "fin", "hang").index(ending)]
        assert outcome(lambda: work(server, timeout_for(fault))) in expected
        assert work(server) == wanted
        assert (server.connections, server.struck) == (2, 1)


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("fault", ["rst_on_reuse", "fin_on_reuse"])
def test_the_second_operation_fails(name: str, fault: str) -> None:
    protocol, work, _ = CLIENTS[name]
    with FaultServer(fault, protocol=protocol) as server:
        assert outcome(lambda: work(server)) in EXPECTED[name][fault.startswith("fin")]
        assert len(server.requests) == (2 if fault == "rst_on_reuse" else 1)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("rst_mid_body", "ConnectionResetError"), ("fin_mid_body", "EOFError"), ("hang_mid_body", "TimeoutError")],
)
@pytest.mark.parametrize("work", [download, upload])
def test_a_transfer_is_cut_off(fault: str, expected: str, work: Callable[..., object]) -> None:
    with FaultServer(fault, protocol="ftp") as server:
        assert outcome(lambda: work(server, timeout_for(fault))) == expected


def test_half_of_a_file_arrives() -> None:
    with FaultServer("fin_mid_body", protocol="ftp", answer=bytes(100_000)) as server:
        client = connect_ftp(server, TIMEOUT)
        with contextlib.closing(client):
            file = io.BytesIO()
            assert outcome(lambda: client.retrbinary("RETR file", file.write)) == "EOFError"
            assert len(file.getvalue()) == 50_000


def test_an_upload_of_a_file_is_cut_off() -> None:
    with FaultServer("rst_during_upload", protocol="ftp") as server:
        assert outcome(lambda: upload(server)) in ("ConnectionResetError", "BrokenPipeError")
        assert [(request.method, request.path) for request in server.requests] == [("STOR", "file")]


def test_an_upload_of_a_mail_is_cut_off() -> None:
    with FaultServer("rst_during_upload", protocol="smtp") as server, smtplib.SMTP(*server.address) as client:
        seen = outcome(lambda: client.sendmail("a@b", "c@d", b"x\r\n" * 3_000_000))
        assert seen in ("SMTPServerDisconnected", "ConnectionResetError", "BrokenPipeError")
        client.close()


def test_listings_and_the_like() -> None:
    with FaultServer("rst_after_request", protocol="ftp", fail_first=0) as server:
        client = connect_ftp(server, TIMEOUT)
        with contextlib.closing(client):
            lines: list[str] = []
            client.dir(lines.append)
            assert [line.split()[-1] for line in lines] == ["file"]
            assert (client.nlst(), [name for name, _ in client.mlsd()]) == (["file"], ["file"])
            assert (client.pwd(), client.mkd("folder"), client.size("file")) == ("/", "/folder", len(PROPER))
            assert client.rename("a", "b").startswith("250")
            assert client.quit().startswith("221")


@pytest.mark.parametrize(("command", "comes"), [("RETR file", False), ("STOR file", True)])
def test_close_interrupts_a_transfer(command: str, comes: bool) -> None:
    """The client never makes the second connection, or makes it and sends nothing."""
    server = FaultServer("rst_after_request", protocol="ftp", fail_first=0)
    server.start()
    with contextlib.ExitStack() as closing:
        client = connect_ftp(server, TIMEOUT)
        closing.callback(client.close)
        place = client.makepasv()
        client.putcmd(command)
        assert client.getresp().startswith("150")
        if comes:
            closing.enter_context(socket.create_connection(place, TIMEOUT))
        time.sleep(0.1)
        started = time.monotonic()
        server.close()
        assert time.monotonic() - started < 1.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fault-")]
