"""The server's text is the editor's text, whatever is in it and however it is edited.

What the server found is compared with what the engine finds in the text that the editor holds: one character of
difference moves or loses a finding.
"""

from __future__ import annotations

import random

import pytest
from editor import WIDTH, Editor, codes, plain, position_at
from lsprotocol import types

from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Each of these ends a line for `str.splitlines` or is wider in one encoding than in another; only \n, \r\n and \r end
# lines for the protocol and for Python.
ODD = "\f \v \x1c \x85 \u2028 é あ 😀 \t"
PROGRAM = (
    "import requests\n\f\n"
    f"label = '{ODD}'\n"
    "def one():\n\tprint('😀é', requests.get('http://127.0.0.1/é😀', timeout=3).text)\n"
    "# \u2028 \v \x1c\r\n"
    "def two(s):\r\n    return requests.post('http://127.0.0.1', data='あ')\r\n"
    "one()  # call\n"
)


def expected(text: str, path: str = "program.py") -> list[tuple[str, str, str, int]]:
    """Code, message, underlined text and line of what the engine finds in a text."""
    workspace = Workspace()
    source = Source.from_text(text)
    workspace.update(path, source)
    return [
        (f.code, f.message, source.slice(f.start, f.end), source.lines.line_of(f.start))
        for f in workspace.findings(path)
    ]


async def seen(editor: Editor, uri: str) -> list[tuple[str, str, str, int]]:
    """The same of what the server says of the editor's document."""
    return [
        (str(d.code), d.message, editor.underlined(uri, d), d.range.start.line) for d in await editor.diagnostics(uri)
    ]


async def assert_in_step(editor: Editor, uri: str) -> None:
    assert await seen(editor, uri) == expected(editor.texts[uri])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
async def test_odd_characters_do_not_shift_anything(editor: Editor, uri: str, newline: str) -> None:
    text = PROGRAM.replace("\r\n", "\n").replace("\n", newline)
    editor.open(uri, text)
    assert len(expected(text)) >= 2
    await assert_in_step(editor, uri)
    # Below the form feed and the other characters, where pygls would be a line off.
    editor.substitute(uri, "data='あ'", "data='😀', timeout=3")
    await assert_in_step(editor, uri)
    editor.substitute(uri, "one()  # call", "one(); two(0)")
    await assert_in_step(editor, uri)
    assert len(expected(editor.texts[uri])) >= 2


async def test_random_edits_keep_the_texts_equal(editor: Editor, uri: str) -> None:
    """Insertions, deletions and replacements anywhere, several in one notification, each after the one before."""
    chance = random.Random(20260714)
    pieces = [*ODD.split(" "), "\n", "\r\n", "\r", "requests.get(u)\n", "    ", "(", "'", "try:\n  ", "x", "", "#"]
    editor.open(uri, PROGRAM)
    for _ in range(25):
        edits, text = [], editor.texts[uri]
        for _ in range(chance.randint(1, 4)):
            start = chance.randint(0, len(text))
            end = min(len(text), start + chance.choice([0, 0, 1, 2, 30]))
            # A position inside of \r\n does not exist.
            start, end = (i - (text[i - 1 : i + 1] == "\r\n") for i in (start, end))
            new = chance.choice(pieces)
            edits.append((start, end, new))
            text = text[:start] + new + text[end:]
        editor.replace(uri, *edits)
    await assert_in_step(editor, uri)
    editor.replace(uri, (0, 0, "import requests\nrequests.get('http://127.0.0.1')\n# "))
    assert "HUP101" in {code for code, *_ in expected(editor.texts[uri])}
    await assert_in_step(editor, uri)


async def test_many_cursors(editor: Editor, uri: str) -> None:
    """As editors send them: one notification, from the last place to the first. And then the other way round."""
    count, line = 150, "requests.get(url)  # é\n"
    editor.open(uri, "import requests\n" + line * count)
    places = [len("import requests\n") + n * len(line) + len("requests.get(url") for n in range(count)]
    editor.replace(uri, *((at, at, ", timeout=3") for at in reversed(places)))
    assert editor.texts[uri].count("timeout=3") == count
    found = await editor.diagnostics(uri)
    assert codes(found) == ["HUP101"] * count
    assert {editor.underlined(uri, each) for each in found} == {"requests.get"}
    editor.replace(uri, *((n * 2, n * 2, "#") for n in range(100)))
    await assert_in_step(editor, uri)


async def test_the_whole_text_at_once(editor: Editor, uri: str) -> None:
    editor.open(uri, "x = 1\n")
    editor.rewrite(uri, PROGRAM)
    await assert_in_step(editor, uri)


async def test_positions_past_an_end_mean_the_end(editor: Editor, uri: str) -> None:
    """The protocol says so of columns; editors that delete the last line use such lines as well."""
    editor.open(uri, "import requests\nrequests.get(\n")
    shown = types.Range(types.Position(1, 4000), types.Position(70, 3))
    editor.versions[uri] += 1
    document = types.VersionedTextDocumentIdentifier(uri=uri, version=editor.versions[uri])
    change = types.TextDocumentContentChangePartial(range=shown, text="'u', timeout=3)")
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
    editor.texts[uri] = "import requests\nrequests.get('u', timeout=3)"
    await assert_in_step(editor, uri)


async def test_closed_and_opened_again_with_a_lower_version(editor: Editor, uri: str) -> None:
    editor.open(uri, "x = 1\n", version=40)
    assert await editor.diagnostics(uri) == []
    editor.close(uri)
    editor.open(uri, PROGRAM, version=2)
    await assert_in_step(editor, uri)


async def test_an_address_may_be_spelled_in_several_ways(editor: Editor, uri: str) -> None:
    spaced = uri.replace("program.py", "my%20program%28%C3%A9%29.py")
    editor.open(spaced, "x = 1\n")
    other = uri.replace("program.py", "my%20program(%c3%a9).py")
    editor.texts[other], editor.versions[other] = editor.texts[spaced], 1
    editor.rewrite(other, PROGRAM)
    editor.texts[spaced], editor.versions[spaced] = PROGRAM, 2
    assert await seen(editor, spaced) == expected(PROGRAM, "my program(é).py")
    del editor.texts[other]


async def test_a_byte_order_mark_and_lone_surrogates(editor: Editor, uri: str) -> None:
    editor.open(uri, "\ufeffimport requests\nrequests.get('http://127.0.0.1', timeout=3)\n")
    await assert_in_step(editor, uri)
    # JSON can carry half a character. Nobody can show it; nothing must fail over it, and what follows keeps its place.
    raw = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "s = '\ud83d'; " + PROGRAM}]}
    editor.send(types.TEXT_DOCUMENT_DID_CHANGE, raw)
    editor.texts[uri], editor.versions[uri] = "s = '?'; " + PROGRAM, 2
    await assert_in_step(editor, uri)


async def test_each_editor_has_its_encoding(editor: Editor, uri: str) -> None:
    """So that the tests above say something about all three."""
    general = editor.capabilities.general
    wished = general.position_encodings if general else None
    assert editor.unit == (plain(wished[0]) if wished else "utf-16")
    assert position_at("é😀x", 2, editor.unit).character == WIDTH[editor.unit]("é😀")


async def test_changes_of_unknown_documents_are_ignored(editor: Editor, uri: str) -> None:
    unknown = uri.replace("program.py", "unknown.py")
    editor.texts[unknown], editor.versions[unknown] = "abc\n", 1
    editor.replace(unknown, (0, 1, "import requests\n"))
    editor.texts.pop(unknown)
    editor.open(uri, PROGRAM)
    await assert_in_step(editor, uri)
    assert [p for p in editor.client.publications if p.uri == unknown] == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([{"range": {"start": {"line": 0}}, "text": "x"}], id="half a range"),
        pytest.param([{"range": "first line", "text": "x"}], id="no range"),
        pytest.param([{"text": None}], id="no text"),
        pytest.param("everything", id="no list"),
        pytest.param(None, id="nothing"),
    ],
)
async def test_a_change_that_cannot_be_read_silences_the_document(editor: Editor, uri: str, changes: object) -> None:
    """What would be said of a text that is not the editor's would be wrong. The next whole text puts it right."""
    editor.open(uri, PROGRAM)
    assert await editor.diagnostics(uri) != []
    raw = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": changes}
    count = len(editor.client.publications)
    editor.send(types.TEXT_DOCUMENT_DID_CHANGE, raw)
    if editor.pulls:
        assert await editor.diagnostics(uri) == []
    else:
        assert await editor.published(uri, None, after=count) == []
    assert await editor.hover(uri, "requests.get") is None
    editor.versions[uri] = 2
    editor.replace(uri, (0, 0, "# still unknown\n"))
    editor.rewrite(uri, PROGRAM)
    await assert_in_step(editor, uri)


async def test_a_range_of_null_is_the_whole_text(editor: Editor, uri: str) -> None:
    """pygls refuses it, some clients send it."""
    editor.open(uri, "x = 1\n")
    raw = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"range": None, "text": PROGRAM}]}
    editor.send(types.TEXT_DOCUMENT_DID_CHANGE, raw)
    editor.texts[uri], editor.versions[uri] = PROGRAM, 2
    await assert_in_step(editor, uri)
