"""The server's life: it begins with `initialize` and ends when it is told to, or when nobody is left to tell it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from editor import PATIENCE, Client, Editor, codes
from lsprotocol import types
from starting import SERVE, profile, start

import hangup
from hangup.lsp.project import Report
from hangup.lsp.server import HangupServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"
AT_ONCE = 2.0
"""Seconds that the end may take: twice what is promised, as other programs run beside the tests."""


def busy_text() -> str:
    """A program that takes the analysis well over a second."""
    body = "def f{0}(url):\n    session = requests.Session()\n    print(session.get(url, timeout=3).text)\n\n\n"
    return "import requests\n\n\n" + "".join(body.format(n) for n in range(6000))


@contextlib.asynccontextmanager
async def process(process_id: int | None = None) -> AsyncIterator[Editor]:
    """A server whose end is the business of the test."""
    client = Client()
    await client.start_io(*SERVE)
    try:
        params = types.InitializeParams(capabilities=profile("neovim"), process_id=process_id)
        yield Editor(client, await client.initialize_session(params))
    finally:
        if client.process.returncode is None:
            client.process.kill()
        await client.stop()


async def end_of(editor: Editor, limit: float = AT_ONCE) -> int:
    """The exit code; fails if the process lives longer than that many seconds."""
    began = time.monotonic()
    code = await asyncio.wait_for(editor.client.process.wait(), PATIENCE)
    assert time.monotonic() - began < limit
    return code


async def begin_to_analyse(editor: Editor) -> None:
    """Give the server work for more than a second, and wait until it has begun."""
    editor.open("untitled:small", UNHANDLED)
    await editor.published("untitled:small", 1)
    editor.open("untitled:busy", busy_text())
    # A request that is answered without the worker: now the text has arrived.
    with contextlib.suppress(Exception):
        await editor.client.protocol.send_request_async("hangup/noSuchRequest", None)
    await asyncio.sleep(0.1)
    assert [p for p in editor.client.publications if p.uri == "untitled:busy"] == []


async def test_it_says_who_it_is_and_what_it_can() -> None:
    async with process() as editor:
        sync = editor.server.text_document_sync
        assert isinstance(sync, types.TextDocumentSyncOptions)
        assert sync.open_close is True
        assert sync.change == types.TextDocumentSyncKind.Incremental
        assert sync.save
        assert editor.server.hover_provider
        folders = editor.server.workspace.workspace_folders
        assert folders.supported
        assert folders.change_notifications


async def test_its_name_and_version() -> None:
    client = Client()
    await client.start_io(*SERVE)
    result = await client.initialize_session(types.InitializeParams(capabilities=types.ClientCapabilities()))
    assert result.server_info == types.ServerInfo(name="hangup", version=hangup.__version__)
    await client.shutdown_session()
    await client.stop()


async def test_shutdown_and_exit() -> None:
    async with process() as editor:
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        assert await end_of(editor) == 0


async def test_exit_without_shutdown() -> None:
    async with process() as editor:
        editor.client.exit(None)
        assert await end_of(editor) == 1


async def test_shutdown_does_not_wait_for_the_analysis() -> None:
    async with process() as editor:
        await begin_to_analyse(editor)
        began = time.monotonic()
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        assert await end_of(editor) == 0
        assert time.monotonic() - began < AT_ONCE


async def test_the_end_of_the_input_ends_it() -> None:
    async with process() as editor:
        assert editor.client.process.stdin is not None
        editor.client.process.stdin.close()
        assert await end_of(editor) == 1


async def test_the_end_of_the_input_ends_it_while_it_is_busy() -> None:
    async with process() as editor:
        await begin_to_analyse(editor)
        assert editor.client.process.stdin is not None
        editor.client.process.stdin.close()
        assert await end_of(editor) == 1


async def test_it_ends_with_the_editor_even_if_its_input_stays_open() -> None:
    """The editor is killed, and something else that it had started holds the pipe."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        async with process(process_id=other.pid) as editor:
            editor.open("untitled:one", UNHANDLED)
            assert codes(await editor.published("untitled:one", 1)) == ["HUP101"]
            assert editor.client.process.returncode is None
            other.kill()  # and nobody waits for it yet: its number stays in use
            assert await end_of(editor, limit=3) == 1
    finally:
        other.kill()
        other.wait()


async def test_it_ends_if_the_editor_is_gone_already() -> None:
    other = subprocess.Popen([sys.executable, "-c", ""])
    other.wait()
    client = Client()
    await client.start_io(*SERVE)
    params = types.InitializeParams(capabilities=types.ClientCapabilities(), process_id=other.pid)
    waiting = asyncio.ensure_future(client.initialize_session(params))
    assert await asyncio.wait_for(client.process.wait(), PATIENCE) == 1
    waiting.cancel()
    await client.stop()


async def test_nothing_is_left_when_the_editor_dies() -> None:
    """A whole chain: a program that starts a server, as an editor does, and is killed."""
    program = (
        "import json, os, subprocess, sys, time\n"
        f"server = subprocess.Popen({SERVE!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "params = {'processId': os.getpid(), 'rootUri': None, 'capabilities': {}}\n"
        "body = json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': params})\n"
        "server.stdin.write(f'Content-Length: {len(body)}\\r\\n\\r\\n{body}'.encode())\n"
        "server.stdin.flush()\n"
        "server.stdout.readline()\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    editor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert editor.stdout is not None
    server = int(await asyncio.wait_for(asyncio.to_thread(editor.stdout.readline), PATIENCE))
    os.kill(server, 0)
    editor.kill()
    editor.wait()
    editor.stdout.close()
    deadline = time.monotonic() + 3
    while _lives(server):
        assert time.monotonic() < deadline, "the server outlives its editor"
        await asyncio.sleep(0.05)


def _lives(process_id: int) -> bool:
    """Whether a process runs; one that has ended, but that nobody has waited for, does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_over_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = await asyncio.create_subprocess_exec(*SERVE, "--tcp", f"127.0.0.1:{port}")
    client = Client()
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                await client.start_tcp("127.0.0.1", port)
                break
            except OSError:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
        params = types.InitializeParams(capabilities=profile("neovim"))
        editor = Editor(client, await client.initialize_session(params))
        editor.open("untitled:one", UNHANDLED)
        assert codes(await editor.published("untitled:one", 1)) == ["HUP101"]
        await client.shutdown_async(None)
        client.exit(None)
        assert await asyncio.wait_for(server.wait(), PATIENCE) == 0
    finally:
        if server.returncode is None:
            server.kill()
        await client.stop()


async def test_what_is_printed_does_not_reach_the_client() -> None:
    """A print anywhere in our process or in what we use would be read as a message."""
    noisy = (
        "import hangup.lsp.features.hover as module\n"
        "real = module.hover_at\n"
        "module.hover_at = lambda *a: (print('noise'), real(*a))[1]\n"
        "from hangup.lsp.server import serve\n"
        "raise SystemExit(serve())\n"
    )
    async with start("neovim", command=[sys.executable, "-c", noisy]) as editor:
        editor.open("untitled:one", UNHANDLED)
        assert await editor.hover("untitled:one", "get(") is not None
        assert "noise" in editor.client.log


async def test_no_message_is_written_into_the_log() -> None:
    """Texts are private, and a log of all messages grows fast."""
    async with start("neovim") as editor:
        editor.open("untitled:one", UNHANDLED + "# secret\n")
        await editor.published("untitled:one", 1)
        await editor.hover("untitled:one", "get(")
    assert [line for line in editor.client.log if "secret" in line or "Sending data" in line] == []


async def test_it_starts_without_a_client() -> None:
    """The end of an empty input: no traceback, and soon."""
    done = await asyncio.to_thread(subprocess.run, SERVE, input=b"", capture_output=True, timeout=PATIENCE)
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


async def test_broken_frames_do_not_end_it() -> None:
    """Bytes that are no message, a message that is no JSON, JSON that is no message: then a proper one."""

    def frame(body: str) -> bytes:
        return f"Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def request(number: int, method: str, params: object) -> bytes:
        return frame(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

    sent = [
        b"GET / HTTP/1.1\r\n\r\n",
        frame("{not json"),
        frame("[1, 2]"),
        frame('{"jsonrpc": "1.0"}'),
        frame('{"jsonrpc": "2.0"}'),
        request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
        request(2, "shutdown", None),
        frame('{"jsonrpc": "2.0", "method": "exit"}'),
    ]
    everything = b"".join(sent)
    done = await asyncio.to_thread(subprocess.run, SERVE, input=everything, capture_output=True, timeout=PATIENCE)
    assert done.stdout.count(b"Content-Length") >= 2
    assert b'"id": 1, "result": {"capabilities"' in done.stdout
    assert b'"id": 2, "result": null' in done.stdout
    assert b"showMessage" not in done.stdout
    assert done.returncode == 0


class _Closing:
    """A writer as pygls closes it: what is written afterwards raises, as on a closed file."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        self.written.append(data)

    def close(self) -> None:
        self.closed = True


async def test_what_ends_after_the_end_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    server, writer = HangupServer(), _Closing()
    server.protocol.set_writer(writer)
    params = types.LogMessageParams(types.MessageType.Log, "early")
    server.window_log_message(params)
    assert len(writer.written) == 1
    with pytest.raises(SystemExit):
        server.protocol.handle_message(types.ExitNotification())
    server.window_log_message(params)
    assert (len(writer.written), writer.closed, caplog.messages) == (1, True, [])


async def test_no_diagnostics_of_its_own_accord_after_shutdown() -> None:
    server, writer = HangupServer(), _Closing()
    server.protocol.set_writer(writer)
    report = Report((), "1")
    server.diagnostics.told("untitled:a", report)
    server.diagnostics.closed("untitled:a")
    assert b"publishDiagnostics" in writer.written[0]
    server.diagnostics.told("untitled:a", report)
    server.diagnostics.stop()
    server.diagnostics.closed("untitled:a")
    assert len(writer.written) == 1
