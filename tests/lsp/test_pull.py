"""`textDocument/diagnostic` and `workspace/diagnostic/refresh`: for clients that ask, and can be told to ask again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from editor import Editor, codes
from lsprotocol import types

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("shared", ["vscode"], indirect=True, scope="session"),
]

FETCH = "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=3)\n"
MAIN = "import requests\nimport fetch\n\ntry:\n    fetch.get('')\nexcept requests.RequestException:\n    exit()\n"
UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"
Full, Unchanged = types.RelatedFullDocumentDiagnosticReport, types.RelatedUnchangedDocumentDiagnosticReport


async def test_what_is_offered(editor: Editor) -> None:
    offered = editor.server.diagnostic_provider
    assert isinstance(offered, types.DiagnosticOptions)
    assert offered.identifier == "hangup"
    assert offered.inter_file_dependencies is True
    assert offered.workspace_diagnostics is False


async def test_what_is_known_already_is_not_sent_again(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    first = await editor.pull(uri)
    assert isinstance(first, Full)
    assert codes(first.items) == ["HUP101"]
    assert first.result_id
    again = await editor.pull(uri, previous=first.result_id)
    assert isinstance(again, Unchanged)
    assert again.result_id == first.result_id
    editor.replace(uri, (len(UNHANDLED), len(UNHANDLED), "# nothing that matters\n"))
    assert isinstance(await editor.pull(uri, previous=first.result_id), Unchanged)
    editor.replace(uri, (0, 0, "\n"))
    moved = await editor.pull(uri, previous=first.result_id)
    assert isinstance(moved, Full)
    assert moved.result_id != first.result_id
    assert moved.items[0].range.start.line == first.items[0].range.start.line + 1


async def test_nothing_is_pushed(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    await editor.diagnostics(uri)
    editor.replace(uri, (0, 0, "\n"))
    editor.save(uri)
    await editor.diagnostics(uri)
    editor.close(uri)
    editor.open(uri, UNHANDLED)
    await editor.diagnostics(uri)
    assert editor.client.publications == []


async def test_files_that_are_not_open(editor: Editor, folder: Path) -> None:
    """Clients ask for all tabs, also those that are not loaded yet."""
    (folder / "program.py").write_text(UNHANDLED, "utf-8")
    editor.changed_on_disk(folder / "program.py", types.FileChangeType.Created)
    assert codes(await editor.diagnostics((folder / "program.py").as_uri())) == ["HUP101"]
    assert await editor.diagnostics((folder / "nowhere.py").as_uri()) == []
    assert await editor.diagnostics("untitled:Untitled-999") == []
    assert await editor.diagnostics("git:/some/where.py?HEAD") == []


async def test_a_closed_document_is_the_file_again(editor: Editor, folder: Path) -> None:
    file = folder / "program.py"
    file.write_text(UNHANDLED, "utf-8")
    editor.changed_on_disk(file, types.FileChangeType.Created)
    editor.open(file.as_uri(), "x = 1\n")
    assert await editor.diagnostics(file.as_uri()) == []
    editor.close(file.as_uri())
    assert codes(await editor.diagnostics(file.as_uri())) == ["HUP101"]


async def test_the_client_is_told_to_ask_again_when_another_file_decides(editor: Editor, folder: Path) -> None:
    fetch, main = (folder / "fetch.py").as_uri(), (folder / "main.py").as_uri()
    editor.open(fetch, FETCH)
    editor.open(main, MAIN)
    assert await editor.diagnostics(main) == []
    assert await editor.diagnostics(fetch) == []
    told = editor.client.diagnostic_refresh_count
    editor.substitute(main, "requests.RequestException", "ZeroDivisionError")
    await editor.diagnostics(main)
    await editor.client.until(lambda: editor.client.diagnostic_refresh_count > told, "a refresh")
    assert codes(await editor.diagnostics(fetch)) == ["HUP101"]


async def test_the_client_is_not_told_without_need(editor: Editor, folder: Path) -> None:
    """An edit that changes nothing elsewhere costs no question; one that does is answered after it, in order."""
    one, two = (folder / "one.py").as_uri(), (folder / "two.py").as_uri()
    editor.open(one, UNHANDLED)
    editor.open(two, UNHANDLED)
    await editor.diagnostics(one)
    await editor.diagnostics(two)
    await asyncio.sleep(1)  # what the editor did before, in another test, may still be on its way
    told = editor.client.diagnostic_refresh_count
    editor.replace(one, (0, 0, "\n"))
    await editor.diagnostics(one)
    (folder / "hangup.toml").write_text("", "utf-8")
    editor.changed_on_disk(folder / "hangup.toml", types.FileChangeType.Created)
    await editor.diagnostics(one)
    (folder / "hangup.toml").write_text('ignore = ["HUP101"]\n', "utf-8")
    editor.changed_on_disk(folder / "hangup.toml")
    await editor.client.until(lambda: editor.client.diagnostic_refresh_count > told, "a refresh")
    assert await editor.diagnostics(two) == []
    assert editor.client.diagnostic_refresh_count == told + 1
