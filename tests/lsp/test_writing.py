"""How messages are written: our structs by msgspec, everything else by pygls, and nobody can tell which."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types

from hangup.lsp import wire
from hangup.lsp.server import HangupServer


class _Writer:
    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        pass


def sent(uri: str, message: str) -> dict[str, object]:
    """What arrives when a diagnostic is published."""
    server, writer = HangupServer(), _Writer()
    server.protocol.set_writer(writer)
    place = wire.Range(wire.Position(0, 1), wire.Position(0, 2))
    publication = wire.Publication(uri, (wire.Diagnostic(place, 2, "HUP101", "hangup", message),), 7)
    server.protocol.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, publication)
    head, _, body = writer.written.partition(b"\r\n\r\n")
    [length] = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
    assert int(length.partition(b": ")[2]) == len(body)
    decoded: dict[str, object] = json.loads(body)
    return decoded


@pytest.mark.parametrize("uri", ["file:///a.py", "file:///é😀.py", "file:///\udcff.py"])
def test_a_publication_arrives_as_it_is(uri: str) -> None:
    """Also one with a lone surrogate, which JSON can carry and UTF-8 cannot."""
    place = {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 2}}
    diagnostic = {"range": place, "severity": 2, "code": "HUP101", "source": "hangup", "message": "é\n\u2028"}
    params = {"uri": uri, "diagnostics": [diagnostic], "version": 7}
    wanted = {"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params}
    assert sent(uri, "é\n\u2028") == wanted


def test_an_answer_without_a_struct_is_left_to_pygls() -> None:
    server, writer = HangupServer(), _Writer()
    server.protocol.set_writer(writer)
    server.protocol._send_response(3, None)
    server.protocol._send_response(4, wire.UnchangedReport("x"))
    bodies = [json.loads(part[: part.rindex(b"}") + 1]) for part in writer.written.split(b"\r\n\r\n")[1:]]
    assert bodies == [
        {"jsonrpc": "2.0", "id": 3, "result": None},
        {"jsonrpc": "2.0", "id": 4, "result": {"kind": "unchanged", "resultId": "x"}},
    ]
