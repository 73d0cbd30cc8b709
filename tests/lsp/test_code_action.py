"""`textDocument/codeAction` and `codeAction/resolve`: what is offered, to whom, and what it makes of the text."""

from __future__ import annotations

import pytest
from editor import Editor, codes, position_at, without
from lsprotocol import types
from starting import profile, start

from hangup.ide.actions import actions as engine_actions
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROGRAMS = {
    "plain": (
        "import requests\n\n\ndef main():\n    print(requests.get('http://127.0.0.1', timeout=3).text)\n\n\nmain()\n"
    ),
    "odd": (
        "import requests\n\f\nlabel = '\u2028 😀'\n\n\n"
        "def main():\n\tprint('é😀', requests.get('http://😀', timeout=3))\n\n\nmain()\n"
    ),
    "windows": "import requests\r\n\r\nrequests.get('http://127.0.0.1', timeout=3)  # é😀\r\n",
    "tutorial": (
        "import requests\n\ntry:\n    requests.get('http://127.0.0.1', timeout=3)\n"
        "except ConnectionError as e:\n    print('😀', e)\n"
    ),
    "no timeout": (
        "import requests\n\ntry:\n    requests.get('é')\nexcept requests.RequestException as e:\n    print(e)\n"
    ),
}


def fixes(text: str) -> list[tuple[str, bool, str, str]]:
    """Title, whether preferred, the finding's code and the text afterwards of each fix that the engine has."""
    workspace, source = Workspace(), Source.from_text(text)
    workspace.update("program.py", source)
    return [
        (each.fix.title, each.fix.preferred, each.finding.code, apply(source, each.fix.edits).data.decode())
        for each in engine_actions(workspace, "program.py", 0, len(source.data))
    ]


@pytest.mark.parametrize("name", PROGRAMS)
async def test_each_action_gives_the_text_that_its_fix_means(editor: Editor, uri: str, name: str) -> None:
    """All of them, one after the other, each on the original text; and the finding is gone where it should be."""
    text = PROGRAMS[name]
    wanted = fixes(text)
    assert wanted
    for number, (title, preferred, code, after) in enumerate(wanted):
        program = uri.replace("program.py", f"p{number}/program.py")
        editor.open(program, text)
        before = codes(await editor.diagnostics(program))
        [action] = [each for each in await editor.actions(program, "requests.get") if each.title == title] or [
            each for each in await editor.actions(program, "ConnectionError") if each.title == title
        ]
        assert action.kind == types.CodeActionKind.QuickFix
        assert bool(action.is_preferred) == preferred
        assert codes(action.diagnostics or ()) == [code]
        await editor.choose(action)
        assert editor.texts[program] == after
        assert codes(await editor.diagnostics(program)).count(code) == before.count(code) - 1
        editor.close(program)


async def test_the_range_decides_and_not_the_clients_diagnostics(editor: Editor, uri: str) -> None:
    """ALE and others send an empty list, or leave out what we would need to know them by."""
    editor.open(uri, PROGRAMS["plain"])
    [diagnostic] = await editor.diagnostics(uri)
    without_any = await editor.actions(uri, "requests.get", diagnostics=[])
    assert [a.title for a in without_any] == [title for title, *_ in fixes(PROGRAMS["plain"])]
    assert await editor.actions(uri, "requests.get", diagnostics=[diagnostic]) == without_any
    foreign = types.Diagnostic(range=diagnostic.range, message="unused", source="other", code="F401")
    assert await editor.actions(uri, "requests.get", diagnostics=[foreign]) == without_any
    assert await editor.actions(uri, "def main") == []
    assert await editor.actions(uri, "def main", diagnostics=[diagnostic]) == []


async def test_a_selection_over_all(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAMS["plain"])
    whole = types.Range(types.Position(0, 0), position_at(editor.texts[uri], len(editor.texts[uri]), editor.unit))
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), whole, types.CodeActionContext([]))
    offered = await editor.client.text_document_code_action_async(params)
    assert [action.title for action in offered or ()] == [title for title, *_ in fixes(PROGRAMS["plain"])]


async def test_only_the_kinds_that_are_asked_for(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAMS["plain"])
    everything = await editor.actions(uri, "requests.get")
    assert everything
    for only in (["quickfix"], ["refactor", "quickfix"], [""]):
        assert await editor.actions(uri, "requests.get", only=only) == everything
    for only in (["refactor"], ["source.fixAll"], ["source.organizeImports"], ["quickfix.other"], []):
        assert await editor.actions(uri, "requests.get", only=only) == []


async def test_an_action_for_an_older_text_has_no_edit(editor: Editor, uri: str) -> None:
    """It would change another place. Clients that got the edit at once know its version."""
    editor.open(uri, PROGRAMS["plain"])
    action = (await editor.actions(uri, "requests.get"))[0]
    end = len(editor.texts[uri])
    editor.replace(uri, (end, end, "# new\n"))
    if editor.resolves_edits:
        resolved = await editor.client.code_action_resolve_async(action)
        assert resolved.edit is None
        assert resolved.title == action.title


async def test_an_action_that_nobody_offered_has_no_edit(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAMS["plain"])
    data = {"uri": uri, "version": 1, "code": "HUP101", "start": 0, "end": 5, "fix": "wrap-in-try", "title": "Wrap"}
    resolved = await editor.client.code_action_resolve_async(types.CodeAction("Wrap", data=data))
    assert resolved == types.CodeAction("Wrap", data=data)


async def test_files_without_findings_have_no_actions(editor: Editor, folder: object, uri: str) -> None:
    test_file = uri.replace("program.py", "test_program.py")
    editor.open(test_file, PROGRAMS["plain"])
    assert await editor.diagnostics(test_file) == []
    assert await editor.actions(test_file, "requests.get") == []


async def test_unknown_documents_have_no_actions(editor: Editor, uri: str) -> None:
    somewhere = types.Range(types.Position(0, 0), types.Position(9, 9))
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), somewhere, types.CodeActionContext([]))
    assert list(await editor.client.text_document_code_action_async(params) or ()) == []


async def test_edits_come_at_once_unless_they_can_be_asked_for() -> None:
    """Eglot before Emacs 30 has no codeAction/resolve: an action without an edit does nothing there."""
    capabilities = without(profile("vscode"), "text_document.code_action.resolve_support")
    async with start(capabilities) as editor:
        editor.open("untitled:one", PROGRAMS["plain"])
        action = (await editor.actions("untitled:one", "requests.get"))[0]
        assert action.edit is not None
        assert action.data is None
        [change] = action.edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document == types.OptionalVersionedTextDocumentIdentifier(uri="untitled:one", version=1)


async def test_clients_that_know_only_commands_are_offered_nothing() -> None:
    async with start(types.ClientCapabilities()) as editor:
        editor.open("untitled:one", PROGRAMS["plain"])
        assert codes(await editor.diagnostics("untitled:one")) == ["HUP101"]
        assert await editor.actions("untitled:one", "requests.get") == []
