"""`textDocument/hover`: the page of an exception, in Markdown or as plain text, in any file."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, index_at, without
from lsprotocol import types
from starting import profile, start

from hangup.ide.hover import hover
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROGRAM = """\
import requests
\f
label = "é😀 \u2028"
try:
    print("😀", requests.get("http://127.0.0.1", timeout=3).text)
except (ConnectionResetError, requests.Timeout) as error:
    print(error)
"""


def expected(text: str, place: str) -> str:
    """The engine's Markdown."""
    workspace, source = Workspace(), Source.from_text(text)
    workspace.update("program.py", source)
    found = hover(workspace, "program.py", source.data.index(place.encode()))
    assert found is not None
    return found.markdown


@pytest.mark.parametrize("place", ["ConnectionResetError", "get(", "Timeout)"])
async def test_what_the_engine_knows_is_shown(editor: Editor, uri: str, place: str) -> None:
    editor.open(uri, PROGRAM)
    shown = await editor.hover(uri, place)
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind is types.MarkupKind.Markdown
    assert shown.contents.value == expected(PROGRAM, place)
    assert shown.range is not None
    start, end = (index_at(PROGRAM, each, editor.unit) for each in (shown.range.start, shown.range.end))
    assert place.rstrip("()") in PROGRAM[start:end]
    assert PROGRAM[start:end].replace(".", "").isidentifier()


async def test_both_ends_of_a_name_belong_to_it(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAM)
    assert await editor.hover(uri, "ConnectionResetError") == await editor.hover(uri, "ConnectionResetError", after=19)


async def test_nothing_is_said_about_the_rest(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAM)
    assert await editor.hover(uri, "label") is None
    assert await editor.hover(uri, "\u2028") is None
    beyond = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(4000, 7))
    assert await editor.client.text_document_hover_async(beyond) is None
    unknown = types.HoverParams(types.TextDocumentIdentifier(uri + "x.py"), types.Position(0, 0))
    assert await editor.client.text_document_hover_async(unknown) is None


async def test_it_works_where_nothing_is_reported(editor: Editor, folder: Path, loose_uri: str) -> None:
    """Tests, libraries, documents that were never saved."""
    library = folder / ".venv" / "lib" / "python3.12" / "site-packages" / "lib.py"
    library.parent.mkdir(parents=True)
    library.write_text(PROGRAM, "utf-8")
    for uri in ((folder / "test_it.py").as_uri(), library.as_uri(), loose_uri):
        editor.open(uri, PROGRAM)
        shown = await editor.hover(uri, "ConnectionResetError")
        assert shown is not None, uri
        assert isinstance(shown.contents, types.MarkupContent)
        assert shown.contents.value == expected(PROGRAM, "ConnectionResetError")


async def test_it_is_about_the_text_as_it_is_now(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAM)
    editor.substitute(uri, "ConnectionResetError", "BrokenPipeError")
    shown = await editor.hover(uri, "BrokenPipeError")
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.value == expected(editor.texts[uri], "BrokenPipeError")


async def test_it_survives_broken_code(editor: Editor, uri: str) -> None:
    editor.open(uri, "try:\n    x = (\nexcept ConnectionResetError")
    shown = await editor.hover(uri, "ConnectionResetError")
    assert shown is not None


@pytest.mark.parametrize("formats", [[types.MarkupKind.PlainText], None])
async def test_plain_text_for_those_who_show_no_markdown(formats: list[types.MarkupKind] | None) -> None:
    async with start(without(profile("emacs"), "text_document.hover.content_format", formats)) as editor:
        editor.open("untitled:one", PROGRAM)
        shown = await editor.hover("untitled:one", "ConnectionResetError")
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind is types.MarkupKind.PlainText
    assert "- **" not in shown.contents.value
    assert "`" not in shown.contents.value
    assert "\n## " not in shown.contents.value
    assert "What it means" in shown.contents.value
    assert "except ConnectionResetError" in shown.contents.value


async def test_it_does_not_wait_until_a_large_folder_is_read(tmp_path: Path) -> None:
    body = "".join(f"\n\ndef f{n}(x):\n    return [y for y in range(x) if y > {n}]\n" for n in range(120))
    for number in range(150):
        (tmp_path / f"module{number}.py").write_text("import requests\n" + body, "utf-8")
    async with start("neovim", folders=[tmp_path]) as editor:
        uri = (tmp_path / "program.py").as_uri()
        editor.open(uri, PROGRAM)
        assert await editor.hover(uri, "ConnectionResetError") is not None
        assert editor.client.publications == [], "all was read before, or the folder is too small"
        await editor.published(uri, 1)
        assert await editor.hover(uri, "ConnectionResetError") is not None
