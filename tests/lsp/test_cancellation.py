"""`$/cancelRequest`: the client hears so at once, and what nobody waits for any more is not done."""

from __future__ import annotations

import asyncio
import time

import pytest
from editor import PATIENCE, codes
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled
from starting import start

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"


def long_text(functions: int) -> str:
    body = "def f{0}(url):\n    session = requests.Session()\n    print(session.get(url, timeout=3).text)\n\n\n"
    return "import requests\n\n\n" + "".join(body.format(n) for n in range(functions))


async def test_a_request_can_be_cancelled() -> None:
    async with start("vscode") as editor:
        editor.open("untitled:long", long_text(1500))
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier("untitled:long"))
        waiting = await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params, "77")
        began = time.monotonic()
        editor.client.cancel_request(types.CancelParams(id="77"))
        with pytest.raises(JsonRpcRequestCancelled):
            await asyncio.wait_for(waiting, PATIENCE)
        cancelled = time.monotonic() - began
        report = await editor.pull("untitled:long")
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert len(report.items) == 1500
        assert cancelled < time.monotonic() - began


async def test_cancelled_requests_do_not_pile_up() -> None:
    """Thirty questions about thirty long documents; all but the last are withdrawn. The last need not wait for them."""
    async with start("vscode") as editor:
        uris = [f"untitled:long{number}" for number in range(30)]
        for uri in uris:
            editor.open(uri, long_text(300))
        waiting = []
        for number, uri in enumerate(uris):
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            waiting.append(await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params, str(number)))
        for number in range(29):
            editor.client.cancel_request(types.CancelParams(id=str(number)))
        began = time.monotonic()
        last = await asyncio.wait_for(waiting[-1], PATIENCE)
        took = time.monotonic() - began
        assert len(last.items) == 300
        results = await asyncio.gather(*waiting[:-1], return_exceptions=True)
        refused = [each for each in results if isinstance(each, JsonRpcRequestCancelled)]
        # Those answered before the withdrawals arrived depend on the machine; most cannot have been.
        assert len(refused) > 15
        # All thirty, to compare.
        began = time.monotonic()
        for uri in uris:
            editor.replace(uri, (0, 0, "\n"))
            await editor.pull(uri)
        assert took < time.monotonic() - began


async def test_cancelling_what_is_over_or_was_never_asked() -> None:
    async with start("vscode") as editor:
        editor.open("untitled:one", UNHANDLED)
        editor.client.cancel_request(types.CancelParams(id="never"))
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier("untitled:one"))
        report = await (await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params, "5"))
        editor.client.cancel_request(types.CancelParams(id="5"))
        assert codes(report.items) == ["HUP101"]
        assert codes(await editor.diagnostics("untitled:one")) == ["HUP101"]
    assert [line for line in editor.client.log if "ancel" in line] == []
