"""Diagnostics as any editor sees them, pushed or pulled: when it opens, edits and closes documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, codes
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNHANDLED = 'import requests\n\nrequests.get("http://127.0.0.1:9/", timeout=3)\n'
HANDLED = """\
import requests

try:
    requests.get("http://127.0.0.1:9/", timeout=3)
except requests.RequestException as error:
    print(error)
"""


async def test_an_unhandled_call_is_underlined(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    [diagnostic] = await editor.diagnostics(uri)
    assert diagnostic.code == "HUP101"
    assert diagnostic.severity is types.DiagnosticSeverity.Warning
    assert editor.underlined(uri, diagnostic) == "requests.get"
    assert "requests.exceptions.ConnectionError" in diagnostic.message


async def test_handled_code_has_none(editor: Editor, uri: str) -> None:
    editor.open(uri, HANDLED)
    assert await editor.diagnostics(uri) == []


async def test_they_follow_the_edits(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    assert codes(await editor.diagnostics(uri)) == ["HUP101"]
    editor.substitute(uri, ", timeout=3", "")
    assert codes(await editor.diagnostics(uri)) == ["HUP101", "HUP401"]
    editor.rewrite(uri, HANDLED)
    assert await editor.diagnostics(uri) == []
    editor.substitute(uri, "requests.RequestException", "ZeroDivisionError")
    assert "HUP101" in codes(await editor.diagnostics(uri))
    editor.rewrite(uri, "")
    assert await editor.diagnostics(uri) == []


async def test_lines_above_move_them(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    [before] = await editor.diagnostics(uri)
    editor.replace(uri, (0, 0, "# one\n# two\n"))
    [after] = await editor.diagnostics(uri)
    assert after.range.start.line == before.range.start.line + 2
    assert editor.underlined(uri, after) == "requests.get"


async def test_broken_code_keeps_what_can_be_read(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED + "\n\ndef broken(:\n    x = [1,\n")
    assert "HUP101" in codes(await editor.diagnostics(uri))
    editor.rewrite(uri, "def (((\n\x00\n'''")
    assert await editor.diagnostics(uri) == []


async def test_related_places_carry_the_address_of_their_file(editor: Editor, folder: Path) -> None:
    (folder / "main.py").write_text("import fetch\n\nfetch.get()\n", "utf-8")
    (folder / "fetch.py").write_text("")
    fetch = (folder / "fetch.py").as_uri()
    editor.changed_on_disk(folder / "main.py", types.FileChangeType.Created)
    editor.changed_on_disk(folder / "fetch.py", types.FileChangeType.Created)
    editor.open(fetch, "import requests\n\n\ndef get():\n    return requests.get('http://127.0.0.1', timeout=3)\n")
    [diagnostic] = await editor.diagnostics(fetch)
    known = editor.capabilities.text_document.publish_diagnostics.related_information
    if not known:
        assert diagnostic.related_information is None
        return
    [related] = diagnostic.related_information
    assert related.location.uri == (folder / "main.py").as_uri()
    assert related.location.range == types.Range(types.Position(2, 0), types.Position(2, len("fetch.get()")))


async def test_a_rule_has_a_page(editor: Editor, uri: str) -> None:
    editor.open(uri, UNHANDLED)
    [diagnostic] = await editor.diagnostics(uri)
    document = editor.capabilities.text_document
    if document.publish_diagnostics.code_description_support:
        assert diagnostic.code_description.href.endswith("/rules/unhandled-network-call")
    if document.publish_diagnostics.data_support:
        assert diagnostic.data == {"path": "program.py", "code": "HUP101"}


async def test_documents_in_no_folder_have_them_too(editor: Editor, loose_uri: str) -> None:
    editor.open(loose_uri, UNHANDLED)
    assert codes(await editor.diagnostics(loose_uri)) == ["HUP101"]


async def test_a_single_file_uses_the_settings_near_it(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "hangup.toml").write_text('ignore = ["HUP101"]\n', "utf-8")
    single = (tmp_path / "tool" / "single.py").as_uri()
    editor.open(single, UNHANDLED.replace(", timeout=3", ""))
    assert codes(await editor.diagnostics(single)) == ["HUP401"]


async def test_a_cell_of_a_notebook_is_a_document(editor: Editor, tmp_path: Path) -> None:
    cells = [f"vscode-notebook-cell:{(tmp_path / 'nb.ipynb').as_posix()}#W{n}" for n in range(2)]
    editor.open(cells[0], UNHANDLED)
    editor.open(cells[1], HANDLED)
    assert codes(await editor.diagnostics(cells[0])) == ["HUP101"]
    assert await editor.diagnostics(cells[1]) == []


async def test_tests_and_excluded_files_have_none_unless_asked_for(editor: Editor, folder: Path) -> None:
    settings = folder / "pyproject.toml"
    settings.write_text('[tool.hangup]\nexclude = ["generated"]\n', "utf-8")
    editor.changed_on_disk(settings, types.FileChangeType.Created)
    uris = {name: (folder / name).as_uri() for name in ("test_it.py", "generated/stubs.py", "program.py")}
    for each in uris.values():
        editor.open(each, UNHANDLED)
    found = {name: codes(await editor.diagnostics(each)) for name, each in uris.items()}
    assert found == {"test_it.py": [], "generated/stubs.py": [], "program.py": ["HUP101"]}
    settings.write_text("[tool.hangup]\ninclude-tests = true\n", "utf-8")
    editor.changed_on_disk(settings)
    for name, each in uris.items():
        editor.replace(each, (0, 0, "\n"))
        assert codes(await editor.diagnostics(each)) == ["HUP101"], name


@pytest.mark.parametrize("place", [".venv/lib/python3.12/site-packages/lib.py", "node_modules/x/lib.py"])
async def test_library_code_has_none(editor: Editor, folder: Path, place: str) -> None:
    library, own = folder / place, (folder / "program.py").as_uri()
    library.parent.mkdir(parents=True)
    library.write_text(UNHANDLED, "utf-8")
    editor.open(library.as_uri(), UNHANDLED)
    editor.open(own, UNHANDLED)
    assert await editor.diagnostics(library.as_uri()) == []
    assert codes(await editor.diagnostics(own)) == ["HUP101"]


async def test_other_languages_are_left_alone(editor: Editor, folder: Path) -> None:
    other, own = (folder / "pyproject.toml").as_uri(), (folder / "program.py").as_uri()
    editor.open(other, UNHANDLED, language="toml")
    editor.substitute(other, ", timeout=3", "")
    editor.open(own, UNHANDLED)
    assert codes(await editor.diagnostics(own)) == ["HUP101"]
    assert [p for p in editor.client.publications if p.uri == other] == []
