"""A bare language client for benchmarks: the same few lines of JSON-RPC for every server, so that only servers
differ."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from typing import Any

Message = dict[str, Any]


class Server:
    """A language server as a child process. Use it as a context manager.

    command: how it is started. root: the workspace. pull: ask for diagnostics instead of waiting for them.
    """

    def __init__(self, command: list[str], root: Path, *, pull: bool = False) -> None:
        self._command = command
        self._root = root
        self._pull = pull
        self._inbox: Queue[Message] = Queue()
        self._id = 0

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self._root
        )
        threading.Thread(target=self._read, daemon=True).start()
        document: Message = {"synchronization": {}, "publishDiagnostics": {"versionSupport": True}}
        if self._pull:
            document["diagnostic"] = {"dynamicRegistration": False}
        folder = {"uri": self._root.as_uri(), "name": "bench"}
        capabilities = {"textDocument": document, "workspace": {"workspaceFolders": True}}
        options = {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder]}
        self.request("initialize", {**options, "capabilities": capabilities})
        self.notify("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self._process.wait(5)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()

    def request(self, method: str, params: object, seconds: float = 60) -> Any:
        """The result of a request. Raises TimeoutError."""
        self._id += 1
        self._send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == self._id and "method" not in message, seconds)
        return answer.get("result")

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def open(self, uri: str, text: str) -> float:
        """Open a document; seconds until its diagnostics are there."""
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        return self._timed("textDocument/didOpen", {"textDocument": item}, uri, 1)

    def edit(self, uri: str, version: int, line: int, text: str) -> float:
        """Insert a text at the start of a line; seconds until the diagnostics of that version are there."""
        place = {"line": line, "character": 0}
        change = {"range": {"start": place, "end": place}, "text": text}
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        return self._timed("textDocument/didChange", params, uri, version)

    def memory(self) -> float:
        """Resident megabytes of the server."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * 4096 / 1e6

    def _timed(self, method: str, params: Message, uri: str, version: int) -> float:
        start = time.perf_counter()
        self.notify(method, params)
        if self._pull:
            self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        else:
            self._wait(lambda message: _is_for(message, uri, version), 60)
        return time.perf_counter() - start

    def _wait(self, wanted: Any, seconds: float) -> Message:
        end = time.monotonic() + seconds
        while True:
            try:
                message = self._inbox.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                raise TimeoutError(f"{self._command[0]} did not answer within {seconds} s") from None
            if "method" in message and "id" in message:  # the server asks: configuration, registration, progress
                many = message["method"] == "workspace/configuration"
                result = [None] * len(message["params"]["items"]) if many else None
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            elif wanted(message):
                return message

    def _send(self, message: Message) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while header := self._process.stdout.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = self._process.stdout.readline()
            self._inbox.put(json.loads(self._process.stdout.read(length)))


def _is_for(message: Message, uri: str, version: int) -> bool:
    params = message.get("params") or {}
    if message.get("method") != "textDocument/publishDiagnostics" or params.get("uri") != uri:
        return False
    return params.get("version") in (None, version)
