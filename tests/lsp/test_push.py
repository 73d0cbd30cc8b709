"""`textDocument/publishDiagnostics`: to clients that wait for diagnostics, of the version that they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, codes
from lsprotocol import types

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("shared", ["vscode-2022", "neovim", "emacs"], indirect=True, scope="session"),
]

FETCH = "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=3)\n"
MAIN = "import requests\nimport fetch\n\ntry:\n    fetch.get('')\nexcept requests.RequestException:\n    exit()\n"
UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"


async def test_they_are_sent_and_not_offered(editor: Editor, uri: str) -> None:
    assert editor.server.diagnostic_provider is None
    editor.open(uri, UNHANDLED, version=7)
    assert codes(await editor.published(uri, 7)) == ["HUP101"]


async def test_each_version_is_answered_even_if_nothing_changes(editor: Editor, uri: str) -> None:
    """Editors move what they show while a person types: only a new answer puts it right."""
    editor.open(uri, UNHANDLED)
    first = await editor.published(uri, 1)
    editor.replace(uri, (len(UNHANDLED), len(UNHANDLED), "# end\n"))
    assert await editor.published(uri, 2) == first


async def test_the_newest_version_comes_last(editor: Editor, uri: str) -> None:
    """Sixty edits without a pause. Some are never answered; the last is, and nothing older after it."""
    editor.open(uri, UNHANDLED)
    before = len(editor.client.publications)
    for number in range(60):
        handled = number % 2 == 0
        text = f"try:\n    {UNHANDLED.splitlines()[2]}\nexcept requests.RequestException:\n    raise SystemExit(1)\n"
        editor.rewrite(uri, "import requests\n" + text if handled else UNHANDLED)
    assert editor.versions[uri] == 61
    assert codes(await editor.published(uri, 61)) == ["HUP101"]
    # Something that comes later by a way that all answers take.
    editor.replace(uri, (0, 0, "\n"))
    await editor.published(uri, 62)
    versions = [p.version for p in editor.client.publications[before:] if p.uri == uri]
    assert versions == sorted(set(versions))
    assert versions[-2:] == [61, 62]


async def test_closing_clears_them(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    await editor.published(uri, 1)
    editor.close(uri)
    assert await editor.published(uri, None) == []


async def test_nothing_comes_after_closing(editor: Editor, folder: Path) -> None:
    """Not even when a document is closed while it is looked at."""
    uris = [(folder / f"program{n}.py").as_uri() for n in range(10)]
    for uri in uris:
        editor.open(uri, UNHANDLED * 20)
        editor.close(uri)
    last = (folder / "last.py").as_uri()
    editor.open(last, UNHANDLED)
    await editor.published(last, 1)
    shown = {p.uri: p.diagnostics for p in editor.client.publications if p.uri in uris}
    assert {uri: found for uri, found in shown.items() if found} == {}


async def test_an_edit_reaches_the_documents_around_it(editor: Editor, folder: Path) -> None:
    """Whether a call is handled may be decided in another file."""
    fetch, main = (folder / "fetch.py").as_uri(), (folder / "main.py").as_uri()
    editor.open(fetch, FETCH)
    editor.open(main, MAIN)
    await editor.published(main, 1)
    await editor.client.until(
        lambda: [p for p in editor.client.publications if p.uri == fetch and not p.diagnostics], "the call is handled"
    )
    count = len(editor.client.publications)
    editor.substitute(main, "requests.RequestException", "ZeroDivisionError")
    [diagnostic] = await editor.published(fetch, 1, after=count)
    assert diagnostic.code == "HUP101"


async def test_asking_works_as_well(editor: Editor, uri: str) -> None:
    """It is not offered to clients that cannot be told to ask again, but does not fail."""
    editor.open(uri, UNHANDLED)
    pushed = await editor.published(uri, 1)
    report = await editor.pull(uri)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert list(report.items) == pushed
