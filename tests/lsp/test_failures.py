"""What the server does when something goes wrong inside of it, or when it is asked what makes no sense."""

from __future__ import annotations

import asyncio
import sys

import pytest
from editor import PATIENCE, Editor, codes
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams, JsonRpcMethodNotFound
from starting import start

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"
ONE = "untitled:one"


def broken(*names: str) -> list[str]:
    """The command of a server in which some functions always fail."""
    lines = ["import importlib", "def fail(*_, **__): raise RuntimeError('broken on purpose')"]
    for name in names:
        module, _, function = name.rpartition(".")
        lines.append(f"importlib.import_module({module!r}).{function} = fail")
    lines += ["from hangup.lsp.server import serve", "raise SystemExit(serve())"]
    return [sys.executable, "-c", "\n".join(lines)]


@pytest.mark.parametrize("name", ["vscode", "neovim"])
async def test_failing_requests_are_answered_with_nothing(name: str) -> None:
    """Logged, not shown: nobody can do anything about a message window while they type."""
    command = broken(
        "hangup.lsp.features.hover.hover_at",
        "hangup.lsp.features.code_actions.actions",
        "hangup.lsp.features.code_actions.source_actions",
        "hangup.lsp.project.to_diagnostic",
    )
    async with start(name, command=command, clean=False) as editor:
        editor.open(ONE, UNHANDLED)
        assert await editor.hover(ONE, "get(") is None
        assert await editor.actions(ONE, "requests.get") == []
        data = {"uri": ONE, "version": 1, "code": "HUP101", "start": 0, "end": 5, "fix": "f", "title": "T"}
        chosen = types.CodeAction("T", data=data)
        assert await editor.client.code_action_resolve_async(chosen) == chosen
        report = await editor.pull(ONE)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert list(report.items) == []
        assert editor.client.messages == []
        assert any("broken on purpose" in line for line in editor.client.log)


async def test_failing_notifications_are_only_logged() -> None:
    """And the next ones are heard."""
    async with start("neovim", command=broken("hangup.lsp.documents.apply_changes"), clean=False) as editor:
        editor.open(ONE, UNHANDLED)
        await editor.published(ONE, 1)
        editor.replace(ONE, (0, 0, "\n"))
        editor.open("untitled:two", UNHANDLED)
        assert codes(await editor.published("untitled:two", 1)) == ["HUP101"]
        assert editor.client.messages == []
        assert any("broken on purpose" in line for line in editor.client.log)


async def test_unknown_requests_are_refused(editor: Editor) -> None:
    with pytest.raises(JsonRpcMethodNotFound):
        await editor.client.protocol.send_request_async("hangup/noSuchRequest", None)


async def test_unknown_notifications_are_passed_over(editor: Editor, uri: str) -> None:
    editor.send("hangup/noSuchNotification", {"a": 1})
    editor.send("$/noSuchNotification", None)
    editor.send("$/setTrace", {"value": "verbose"})
    editor.open(uri, UNHANDLED)
    assert codes(await editor.diagnostics(uri)) == ["HUP101"]


async def test_requests_that_cannot_be_read_are_refused() -> None:
    """pygls only logs them, and the client would wait for ever."""
    requests = [
        ("textDocument/hover", {"textDocument": {"uri": ONE}}),
        ("textDocument/hover", {"textDocument": {}, "position": {"line": 0, "character": 0}}),
        ("textDocument/codeAction", None),
        ("textDocument/diagnostic", {"textDocument": 3}),
    ]
    async with start("neovim", clean=False) as editor:
        for method, params in requests:
            with pytest.raises(JsonRpcInvalidParams):
                await asyncio.wait_for(editor.request(method, params), PATIENCE)
        editor.open(ONE, UNHANDLED)
        assert codes(await editor.diagnostics(ONE)) == ["HUP101"]


async def test_odd_but_readable_requests(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    backwards = types.Range(types.Position(2, 5), types.Position(2, 2))
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), backwards, types.CodeActionContext([]))
    assert await editor.client.text_document_code_action_async(params)
    resolved = await editor.client.code_action_resolve_async(types.CodeAction("T", data={"any": "thing"}))
    assert resolved.edit is None
    resolved = await editor.client.code_action_resolve_async(types.CodeAction("T"))
    assert resolved == types.CodeAction("T")
    huge = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(2**31 - 1, 2**31 - 1))
    assert await editor.client.text_document_hover_async(huge) is None
