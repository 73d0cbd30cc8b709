"""Fixes as behaviour: programs are fixed by the tool, then run against a server that really fails.

By default some of the cells of `fire.plan`, of the libraries that are installed; with `EVERY_LIBRARY=1` all of those.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fire
import msgspec
import pytest

from hangup.faults import FaultServer
from hangup.ide.actions import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

REQUESTS = """\
import sys

import requests


def main():
    response = requests.get(sys.argv[1], timeout=0.4)
    print(response.text)


main()
"""
URLLIB = """\
import sys
from urllib.request import urlopen


def main():
    print(urlopen(sys.argv[1], timeout=0.4).read().decode())


main()
"""
SOCKET = """\
import socket
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
with socket.create_connection((url.hostname, url.port), timeout=0.4) as s:
    s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    while part := s.recv(1024):
        print(part.decode())
"""
ASYNCIO = """\
import asyncio
import sys
from urllib.parse import urlsplit


async def main():
    url = urlsplit(sys.argv[1])
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    print(await reader.read())


asyncio.run(main())
"""
HTTPX_ASYNC = """\
import asyncio
import sys

import httpx


async def main():
    async with httpx.AsyncClient(timeout=0.4) as client:
        response = await client.get(sys.argv[1])
        print(response.text)


asyncio.run(main())
"""
TUTORIAL = """\
import sys

import requests

try:
    response = requests.get(sys.argv[1], timeout=5)
    print(response.text)
except requests.exceptions.ConnectionError as e:
    if isinstance(e, requests.exceptions.ConnectionResetError):
        print("Connection was reset by peer.")
"""
BUILTIN_CLASS = """\
import sys

import requests

try:
    print(requests.get(sys.argv[1], timeout=0.4).text)
except ConnectionError:
    print("handled")
"""
PROGRAMS = {"requests": REQUESTS, "urllib": URLLIB, "socket": SOCKET, "asyncio": ASYNCIO}


def fixed(text: str, code: str, words: str) -> str:
    """The program after the first fix for a code whose title holds `words`, until none is left to apply."""
    source = Source.from_text(text)
    for _ in range(10):
        workspace = Workspace()
        workspace.update("main.py", source)
        findings = [finding for finding in workspace.findings("main.py") if finding.code == code]
        every = [fix for finding in findings for fix in fixes_for(workspace, "main.py", finding)]
        offered = [fix for fix in every if words in fix.title]
        if not offered:
            assert findings == [] or source.data.decode() != text, "no such fix"
            return source.data.decode()
        source = apply(source, offered[0].edits)
    raise AssertionError("the fixes do not come to an end")


def run(text: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = folder / "main.py"
    program.write_text(text, "utf-8")
    return subprocess.run([sys.executable, str(program), url], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("fault", ["rst_after_request", "fin_before_response", "hang_before_response", "rst_mid_body"])
@pytest.mark.parametrize("name", ["requests", "urllib"])
def test_a_wrapped_program_ends_by_its_handler(name: str, fault: str, tmp_path: Path) -> None:
    with FaultServer(fault, hang=5) as server:
        before = run(PROGRAMS[name], server.url, tmp_path)
        after = run(fixed(PROGRAMS[name], "HUP101", "Wrap in try"), server.url, tmp_path)
    assert "Traceback" in before.stderr
    assert "Traceback" not in after.stderr
    assert "failed: " in after.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_wrapped_program_survives_a_closed_port(name: str, tmp_path: Path) -> None:
    with FaultServer("refused") as server:
        before = run(PROGRAMS[name], server.url, tmp_path)
        after = run(fixed(PROGRAMS[name], "HUP101", "Wrap in try"), server.url, tmp_path)
    assert "ConnectionRefusedError" in before.stderr
    assert "Traceback" not in after.stderr
    assert "failed: " in after.stderr


@pytest.mark.parametrize("fault", ["rst_after_request", "fin_before_response", "hang_before_response"])
@pytest.mark.parametrize("name", ["requests", "urllib"])
def test_a_retried_program_succeeds_when_the_server_recovers(name: str, fault: str, tmp_path: Path) -> None:
    with FaultServer(fault, fail_first=2, answer=b"recovered", hang=5) as server:
        after = run(fixed(PROGRAMS[name], "HUP101", "Retry"), server.url, tmp_path)
        requests_made, waits = len(server.requests), list(server.waits)
    assert after.stdout.strip() == "recovered"
    assert requests_made == 3
    # Full jitter: anything between nothing and the cap of each attempt, over the timeout of a hang.
    slack = 1.5 if fault == "hang_before_response" else 0.5
    assert all(wait <= 0.5 * 2**attempt + slack for attempt, wait in enumerate(waits))


@pytest.mark.parametrize("fault", ["rst_after_request", "fin_before_response", "rst_mid_body"])
def test_a_retried_coroutine_succeeds_when_the_server_recovers(fault: str, tmp_path: Path) -> None:
    text = fixed(HTTPX_ASYNC, "HUP101", "Retry")
    assert "await asyncio.sleep(random.uniform(" in text
    with FaultServer(fault, fail_first=2, answer=b"recovered") as server:
        after = run(text, server.url, tmp_path)
        made = len(server.requests)
    assert (after.stdout.strip(), made) == ("recovered", 3)


def test_an_idempotency_key_is_the_same_for_every_attempt(tmp_path: Path) -> None:
    text = fixed(REQUESTS.replace("requests.get(", "requests.post("), "HUP101", "with one idempotency key")
    with FaultServer("rst_after_request", fail_first=2, answer=b"recovered") as server:
        after = [run(text, server.url, tmp_path) for _ in range(2)]
        keys = [request.headers.get("idempotency-key", "") for request in server.requests]
    assert [each.stdout.strip() for each in after] == ["recovered", "recovered"]
    assert len(keys) == 4
    assert len(set(keys[:3])) == 1
    assert len(keys[0]) == len(keys[3]) == 36
    assert keys[3] != keys[0], "the next run asks for something else"


def test_a_retried_program_gives_up_with_the_last_error_intact(tmp_path: Path) -> None:
    with FaultServer("rst_after_request") as server:
        after = run(fixed(REQUESTS, "HUP101", "Retry"), server.url, tmp_path)
        made = len(server.requests)
    assert made == 4
    assert "requests.exceptions.ConnectionError" in after.stderr.splitlines()[-1]


def test_the_tutorial_finds_the_reset_after_the_fix(tmp_path: Path) -> None:
    """The popular `isinstance(e, requests.exceptions.ConnectionResetError)` dies in its own handler; fixed, it
    works."""
    with FaultServer("rst_after_request") as server:
        before = run(TUTORIAL, server.url, tmp_path)
        after = run(fixed(TUTORIAL, "HUP204", "Look for"), server.url, tmp_path)
    assert "AttributeError" in before.stderr
    assert after.stdout.strip() == "Connection was reset by peer."
    assert after.stderr == ""


def test_the_namesake_catches_after_the_fix(tmp_path: Path) -> None:
    with FaultServer("rst_after_request") as server:
        before = run(BUILTIN_CLASS, server.url, tmp_path)
        after = run(fixed(BUILTIN_CLASS, "HUP202", "Catch "), server.url, tmp_path)
    assert "requests.exceptions.ConnectionError" in before.stderr
    assert after.stdout.strip() == "handled"


def test_a_timeout_that_was_added_ends_the_wait(tmp_path: Path) -> None:
    text = REQUESTS.replace(", timeout=0.4", "")
    changed = fixed(text, "HUP401", "Add timeout")
    assert "timeout=10" in changed
    with FaultServer("hang_before_response", hang=20) as server:
        after = run(changed.replace("timeout=10", "timeout=0.5"), server.url, tmp_path)
    assert "ReadTimeout" in after.stderr


EVERY = os.environ.get("EVERY_LIBRARY") == "1"
_FEW = {"requests", "urllib.request"}


def chosen() -> list[fire.Cell]:
    """Each fix of each library against a reset and a closed port, and a few against everything."""
    installed = [cell for cell in fire.plan() if fire.is_installed(cell)]
    if EVERY:
        return installed
    return [
        cell
        for cell in installed
        if (cell.fault in ("rst_after_request", "refused") or cell.program.library in _FEW)
        and ("deadline" not in cell.fix or cell.recovers or cell.program.library == "requests")
        and (not fire.library_of(cell.fix) or cell.program.library in ("requests", "httpx (async)"))
        and (
            cell.program.library != "requests"
            or cell.fix in ("wrap-in-try", "retry-with-backoff")
            or "rst" in cell.fault
        )
    ]


@pytest.fixture(scope="module")
def runners() -> Iterator[dict[str, fire.Runner]]:
    """A process for each library."""
    found: dict[str, fire.Runner] = {}
    yield found
    for runner in found.values():
        runner.close()


@pytest.mark.parametrize("cell", chosen(), ids=lambda cell: cell.name)
def test_the_plan(cell: fire.Cell, runners: dict[str, fire.Runner]) -> None:
    library = cell.program.library
    runner = runners[library] = runners.get(library) or fire.Runner()
    try:
        seen = fire.play(cell, runner)
    except RuntimeError:
        runners.pop(library).close()
        raise
    if cell.fix == "wrap-in-try":
        assert seen.error[:1] in ((), ("builtins.SystemExit",))
        assert "failed: " in seen.err
    elif cell.recovers:
        assert (seen.out.strip(), seen.error) == ("recovered", ())
        assert seen.requests == (1 if cell.fault == "refused" else 3)
    else:
        before = fire.play(replace(cell, fix="none"), runner)
        assert seen.error
        assert seen.error == before.error, "the last error is another than the only one was"
        wanted = fire.ATTEMPTS * (1 if "hang" in cell.fault else cell.program.each)
        assert seen.requests > wanted if "deadline" in cell.fix else seen.requests == wanted
    slow = 0.3 if "hang" in cell.fault else 0
    assert "client" in cell.fix or all(wait < fire.CAP + slow + 1 for wait in seen.waits)


def test_the_suite_proves_something_of_every_kind() -> None:
    cells = chosen()
    assert {"wrap-in-try", "retry-with-backoff", "retry-with-backoff (deadline)"} <= {cell.fix for cell in cells}
    assert {cell.recovers for cell in cells} == {True, False}
    assert {"requests", "httpx", "httpx (async)", "urllib3", "urllib.request", "socket"} <= {
        cell.program.library for cell in cells
    }


def test_the_waits_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without chance in them: each is at least so long, and twice the one before, up to the cap."""
    retry = msgspec.structs.replace(fire.SETTINGS.retry, jitter=False, base=0.1, cap=0.25)
    monkeypatch.setattr(fire, "SETTINGS", msgspec.structs.replace(fire.SETTINGS, retry=retry))
    [cell] = [cell for cell in fire.plan() if cell.name == "urllib.request-retry-with-backoff-rst_after_request-stays"]
    runner = fire.Runner()
    try:
        seen = fire.play(cell, runner)
    finally:
        runner.close()
    assert len(seen.waits) == 3
    for wait, least in zip(seen.waits, (0.1, 0.2, 0.25), strict=True):
        assert least <= wait < least + 1


def test_the_table_is_current() -> None:
    """`python tests/faults/fire.py --write` writes it."""
    text = fire.PAGE.read_text("utf-8")
    assert fire.page(text) == text
