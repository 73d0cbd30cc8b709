"""builtins.toml and errnos.toml against the running interpreter; pages/*.md against their format and real peers.

Every example of a page is compiled; all but two are run, against a peer on loopback that does what the page says,
and must print what the page says.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import errno
import os
import platform
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import tomli

from hangup.knowledge import schema

KNOWLEDGE = Path(schema.__file__).parent
PACK = msgspec.convert(tomli.loads((KNOWLEDGE / "builtins.toml").read_text("utf-8")), schema.Pack)
ERRNOS = msgspec.convert(tomli.loads((KNOWLEDGE / "errnos.toml").read_text("utf-8"))["errnos"], dict[str, schema.Errno])
PAGES = {path.stem: path.read_text("utf-8") for path in sorted((KNOWLEDGE / "pages").glob("*.md"))}
SECTIONS = ["What it means", "When it occurs", "What catches it", "Pitfalls", "Example", "Summary"]
BEYOND_BUILTINS = {
    "http.client": ["IncompleteRead", "RemoteDisconnected"],
    "socket": ["gaierror", "herror"],
    "ssl": [
        f"SSL{kind}Error" for kind in ("", "CertVerification", "EOF", "Syscall", "WantRead", "WantWrite", "ZeroReturn")
    ],
    "urllib.error": ["HTTPError", "URLError"],
}


def family(base: str) -> set[str]:
    """The names in the pack that descend from `base`, itself included."""
    found = {base}
    while more := {name for name, entry in PACK.exceptions.items() if found & set(entry.bases)} - found:
        found |= more
    return found


def here(entry: schema.ExceptionClass) -> bool:
    """Whether this interpreter is new enough to have the class."""
    since = tuple(map(int, entry.since.split("."))) if entry.since else (3, 10)
    return sys.version_info[:2] >= since


def interpreter_classes() -> dict[str, type[BaseException]]:
    """The public exception classes of builtins under their own name, without aliases."""
    return {
        name: value
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
        if value.__name__ == name and not name.startswith("_")
    }


# builtins.toml


def test_names_and_bases_are_those_of_the_interpreter() -> None:
    assert (PACK.library.name, PACK.library.imports) == ("builtins", [])
    classes = interpreter_classes()
    theirs = {name: [base.__name__ for base in cls.__bases__ if base is not object] for name, cls in classes.items()}
    ours = {name: entry.bases for name, entry in PACK.exceptions.items() if here(entry)}
    assert ours == theirs
    assert len(ours) >= 65


def test_newer_classes_say_since_when() -> None:
    assert {name: entry.since for name, entry in PACK.exceptions.items() if entry.since} == {
        "BaseExceptionGroup": "3.11",
        "ExceptionGroup": "3.11",
        "PythonFinalizationError": "3.13",
    }


def test_aliases_are_deprecated_and_the_same_object() -> None:
    assert set(PACK.aliases) == {"EnvironmentError", "IOError", "WindowsError"}
    for name, alias in PACK.aliases.items():
        assert isinstance(alias, schema.Alias)
        assert alias.deprecated
        if name != "WindowsError" or sys.platform == "win32":
            assert getattr(builtins, name) is getattr(builtins, alias.target)


@pytest.mark.parametrize("name", sorted(family("OSError")))
def test_the_oserror_family_is_described(name: str) -> None:
    entry = PACK.exceptions[name]
    assert entry.documentation == f"https://docs.python.org/3/library/exceptions.html#{name}"
    assert entry.retry is not None
    assert PAGES[name].splitlines()[0] == entry.summary
    assert set(entry.errno) == {symbol for symbol, fact in ERRNOS.items() if fact.exception == name}


# errnos.toml


def test_oserror_yields_the_class_and_the_number_on_this_platform() -> None:
    system: schema.Platform = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")  # type: ignore[assignment]
    known = {name: fact for name, fact in ERRNOS.items() if hasattr(errno, name)}
    assert len(known) > 40
    for name, fact in known.items():
        number = getattr(errno, name)
        assert type(OSError(number, "")).__name__ == fact.exception, name
        assert fact.value[system] == number, name


def test_messages_are_those_of_glibc() -> None:
    if platform.libc_ver()[0] == "glibc":
        assert {name: os.strerror(fact.value["linux"]) for name, fact in ERRNOS.items()} == {
            name: fact.message for name, fact in ERRNOS.items()
        }
    assert all(fact.message and fact.summary.endswith(".") for fact in ERRNOS.values())


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_no_number_is_given_twice(system: schema.Platform) -> None:
    numbers: dict[int, str] = {}
    for name, fact in ERRNOS.items():
        number = fact.value.get(system)
        twin = numbers.get(number) if number is not None else None
        assert twin is None or {twin, name} == {"EAGAIN", "EWOULDBLOCK"}, (name, twin)
        if number is not None:
            numbers[number] = name
    assert len(numbers) > 40


def test_winsock_numbers_and_only_they_have_a_winsock_name() -> None:
    for name, fact in ERRNOS.items():
        assert fact.windows_name == (f"WSA{name}" if fact.value.get("windows", 0) >= 10000 else None)
    assert ERRNOS["ECONNRESET"].value == {"linux": 104, "macos": 54, "windows": 10054}
    assert ERRNOS["EPIPE"].value["windows"] == 32


# pages/*.md


def example(page: str) -> str | None:
    """The Python block of a page, or None."""
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) <= 1
    return blocks[0] if blocks else None


EXAMPLES = {name: code for name, page in PAGES.items() if (code := example(page)) is not None}


def test_every_class_of_the_family_has_a_page_and_no_page_is_astray() -> None:
    beyond = {f"{module}.{name}" for module, names in BEYOND_BUILTINS.items() for name in names}
    assert len(beyond) == 13
    assert set(PAGES) == family("OSError") | beyond


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_has_the_fixed_format(name: str) -> None:
    page = PAGES[name]
    lines = page.splitlines()
    assert re.fullmatch(r"[^#].{19,108}\.", lines[0])
    assert lines[1] == ""
    outside = re.sub(r"^```python\n.*?^```$", "```", page, flags=re.MULTILINE | re.DOTALL)
    headings = [line for line in outside.splitlines() if line.startswith("#")]
    assert [f"## {title}" for title in SECTIONS if f"## {title}" in headings] == headings
    assert {"## When it occurs", "## Summary"} <= set(headings)
    assert ("## Example" in headings) == ("```" in outside)
    assert re.fullmatch(r".+\.\n", page.split("## Summary\n")[1])
    assert "|" not in outside, "no tables in a hover"
    limit = 60 if name == "ConnectionResetError" else 31
    assert sum(1 for line in lines if line) <= limit


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_example_compiles_and_fits(name: str) -> None:
    ast.parse(EXAMPLES[name])
    assert max(map(len, EXAMPLES[name].splitlines())) <= 88
    assert "# Output" in EXAMPLES[name]


# the examples, run against a peer

Act = Callable[[socket.socket], None]


def reset(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)


def read_and_hang_up(connection: socket.socket) -> None:
    connection.recv(65536)


def say_nothing(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.settimeout(10)
    connection.recv(1)  # returns when the client gives up


def answer(reply: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(reply)

    return act


@contextlib.contextmanager
def peer(acts: list[Act], delay: float = 0.0) -> Iterator[int]:
    """A port on loopback where each connection meets the next act; without acts nobody listens.

    delay: seconds before it listens; until then connections are refused.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)

        def serve() -> None:
            time.sleep(delay)
            listener.listen()
            for act in acts:
                connection, _ = listener.accept()
                with connection:
                    act(connection)

        thread = threading.Thread(target=serve, daemon=True)
        if acts:
            if not delay:
                listener.listen()
            thread.start()
        yield listener.getsockname()[1]
        if acts:
            thread.join(10)
            assert not thread.is_alive(), "the example did not make all its connections"


BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
PLAIN = b"HTTP/1.1 400 Bad Request\r\n\r\n"
PEERS: dict[str, list[Act]] = {
    "BrokenPipeError": [hang_up],
    "ConnectionError": [reset],
    "ConnectionResetError": [reset, reset, answer(b"pong\n")],
    "TimeoutError": [say_nothing],
    "http.client.IncompleteRead": [answer(SHORT)],
    "http.client.RemoteDisconnected": [read_and_hang_up],
    "ssl.SSLEOFError": [read_and_hang_up],
    "ssl.SSLError": [answer(PLAIN)],
    "urllib.error.HTTPError": [answer(BUSY)],
    "urllib.error.URLError": [],
}
# These would ask a name server, and need a certificate.
NOT_RUN = {"socket.gaierror", "ssl.SSLCertVerificationError"}
ALONE = {name for name, code in EXAMPLES.items() if ":8080" not in code and ", 8080" not in code} - NOT_RUN


def check_output(name: str, port: int) -> None:
    """Run a page's example with its port replaced, and compare what it prints."""
    code = EXAMPLES[name]
    expected = code.partition("# Output")[2].splitlines()[1:]
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code.replace("8080", str(port))],
        capture_output=True, text=True, timeout=30, check=False, env=environment,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.splitlines() == [line.removeprefix("# ") for line in expected]
    assert expected


def test_every_example_is_run_or_named_as_not_run() -> None:
    assert set(EXAMPLES) == set(PEERS) | ALONE | NOT_RUN | {"ConnectionRefusedError"}
    assert len(ALONE) >= 10


@pytest.mark.parametrize("name", sorted(PEERS))
def test_example_prints_what_it_says_against_a_peer(name: str) -> None:
    with peer(PEERS[name]) as port:
        check_output(name, port)


def test_example_of_refused_waits_for_a_late_server() -> None:
    with peer([hang_up], delay=0.5) as port:
        check_output("ConnectionRefusedError", port)


@pytest.mark.parametrize("name", sorted(ALONE))
def test_example_prints_what_it_says_alone(name: str) -> None:
    check_output(name, 0)
