"""pygls' protocol, with its own text keeping taken out and a faster way to write what is large.

Overrides five of its handlers by the names pygls gives them. Knows no features.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    lsp_method,
)

from hangup.lsp.documents import read_change

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

Handling = Generator[Any, Any, Any]


class Protocol(LanguageServerProtocol):
    """The conversation with one client."""

    _server: HangupServer
    _ended = False

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Handling:
        """As in pygls; the server has the last word on what it says that it can do."""
        result = yield from super().lsp_initialize(params)
        self._server.adapt(result.capabilities)
        return result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Handling:
        """As in pygls; the writer is closed from here on."""
        self._ended = True
        yield from super().lsp_exit(*args)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Handling:
        """Only our own handler: pygls would keep a text of its own."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> Handling:
        """Only our own handler, which is given a `wire.DidChange`."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Handling:
        """Only our own handler."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message. Called for each JSON object, also for those inside of others.

        A change that pygls cannot read must not be lost unnoticed, so we read them. A request that it cannot read is
        answered: pygls only logs it, and the client would wait for ever.
        """
        if data.get("method") == types.TEXT_DOCUMENT_DID_CHANGE and "jsonrpc" in data:
            return JsonRPCNotification(data["method"], data["jsonrpc"], read_change(data.get("params")))
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def _send_data(self, data: Any) -> None:
        """Nothing after `exit`: requests that end then are for nobody, and the writer is closed.

        What holds one of our structs is written by msgspec as a whole; pygls would go through it object by object.
        """
        if self._ended:
            return
        message = _envelope(data) if self._include_headers else None
        if message is None or self.writer is None:
            super()._send_data(data)
            return
        try:
            body = msgspec.json.encode(message)
        except UnicodeEncodeError:  # a lone surrogate, which only `json` can write
            super()._send_data(data)
        else:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _serialize_message(self, data: Any) -> dict[str, Any]:
        """Called by the JSON encoder for each object that it does not know; our structs are written by msgspec."""
        if isinstance(data, msgspec.Struct):
            written: dict[str, Any] = msgspec.to_builtins(data)
            return written
        if isinstance(data, JsonRPCResponseMessage):
            return {"jsonrpc": data.jsonrpc, "id": data.id, "result": data.result}
        return _envelope(data) or super()._serialize_message(data)


def _envelope(data: Any) -> dict[str, Any] | None:
    """A message whose parameters or result are one of our structs, as it is to be written; None for any other."""
    params, result = getattr(data, "params", None), getattr(data, "result", None)
    if isinstance(params, msgspec.Struct):
        return {"jsonrpc": data.jsonrpc, "method": data.method, "params": params}
    if isinstance(result, msgspec.Struct):
        return {"jsonrpc": data.jsonrpc, "id": data.id, "result": result}
    return None
