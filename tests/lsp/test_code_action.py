"""`textDocument/codeAction` and `codeAction/resolve`: what is offered, to whom, and what it makes of the text."""

from __future__ import annotations

from collections.abc import Iterable

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
        if each.finding is not None and each.fix.edits
    ]


def changes(offered: Iterable[types.CodeAction]) -> list[str]:
    """The titles of the actions that change the text."""
    return [action.title for action in offered if action.command is None]


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
        assert str(action.kind) in (types.CodeActionKind.QuickFix, "refactor.rewrite.hangup.retry")
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
    assert changes(without_any) == [title for title, *_ in fixes(PROGRAMS["plain"])]
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
    assert changes(offered or ()) == [title for title, *_ in fixes(PROGRAMS["plain"])]


async def test_only_the_kinds_that_are_asked_for(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAMS["plain"])
    everything = await editor.actions(uri, "requests.get")
    assert everything
    for only in (["quickfix"], ["refactor", "quickfix"], [""]):
        assert await editor.actions(uri, "requests.get", only=only) == everything
    assert await editor.actions(uri, "requests.get", only=["refactor"]) == []
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


SAFE = (
    "import sys\n\nimport requests\n\ntry:\n    requests.get('http://127.0.0.1')\n"
    "except requests.exceptions.ConnectionResetError:\n    print('gone', file=sys.stderr)\n"
)


async def test_all_that_is_safe_is_fixed_when_that_is_asked_for(editor: Editor, uri: str) -> None:
    """`source.fixAll` comes when an editor saves. A timeout is not safe: a slow answer was an answer before."""
    editor.open(uri, SAFE)
    assert sorted(codes(await editor.diagnostics(uri)))[-2:] == ["HUP204", "HUP401"]
    for only in (["source.fixAll"], ["source.fixAll.hangup"], ["source"]):
        [action] = await editor.actions(uri, "import sys", only=only)
        assert str(action.kind) == "source.fixAll.hangup"
        assert not action.diagnostics
    assert "source.fixAll.hangup" not in [str(a.kind) for a in await editor.actions(uri, "requests.get")]
    await editor.choose(action)
    assert "HUP204" not in codes(await editor.diagnostics(uri))
    assert "except requests.RequestException:" in editor.texts[uri]
    assert "timeout" not in editor.texts[uri]
    assert await editor.actions(uri, "import sys", only=["source.fixAll"]) == []


async def test_the_same_for_all_of_a_rule(editor: Editor, uri: str) -> None:
    editor.open(uri, "import requests\n\nfor url in ('a', 'b'):\n    requests.get(url)\n    requests.post(url)\n")
    [action] = [a for a in await editor.actions(uri, "requests.get") if a.title.startswith("Fix all HUP401")]
    await editor.choose(action)
    assert editor.texts[uri].count("timeout=10") == 2
    assert "HUP401" not in codes(await editor.diagnostics(uri))


async def test_statements_that_are_selected_go_into_one_try(editor: Editor, uri: str) -> None:
    text = (
        "import sys\n\nimport requests\n\n\ndef main(url):\n    one = requests.get(url, timeout=1)\n"
        "    print(one)\n    requests.post(url, timeout=1)  # seen\n\n\nmain('u')\n"
    )
    editor.open(uri, text)
    start, end = text.index("    one ="), text.index("\n\n\nmain")
    shown = types.Range(position_at(text, start, editor.unit), position_at(text, end, editor.unit))
    context = types.CodeActionContext([], only=["refactor.rewrite"])
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), shown, context)
    offered = list(await editor.client.text_document_code_action_async(params) or ())
    assert isinstance(offered[0], types.CodeAction)
    assert offered[0].title == "Wrap the selection in try/except requests.RequestException, print it"
    await editor.choose(offered[0])
    assert editor.texts[uri] == text.replace(
        text[start:end],
        "    try:\n        one = requests.get(url, timeout=1)\n        print(one)\n"
        "        requests.post(url, timeout=1)  # seen\n    except requests.RequestException as error:\n"
        '        print(f"requests.get failed: {error}", file=sys.stderr)',
    )
    assert codes(await editor.diagnostics(uri)) == []


async def test_what_cannot_be_done_says_why(editor: Editor, uri: str) -> None:
    """To editors that show it."""
    editor.open(uri, "import requests\n\nlook = lambda url: requests.get(url, timeout=1)\nlook('u')\n")
    refused = [each for each in await editor.actions(uri, "requests.get") if each.disabled is not None]
    action = editor.capabilities.text_document and editor.capabilities.text_document.code_action
    if action and action.disabled_support:
        assert [each.title for each in refused] == ["Wrap in try/except", "Retry with exponential backoff"]
        assert all("lambda" in each.disabled.reason for each in refused)
    else:
        assert refused == []


async def test_a_page_is_shown_by_editors_that_can(editor: Editor, uri: str) -> None:
    editor.open(uri, PROGRAMS["plain"])
    pages = [each for each in await editor.actions(uri, "requests.get") if each.command is not None]
    window = editor.capabilities.window
    if not (window and window.show_document and window.show_document.support):
        assert pages == []
        return
    [page] = pages
    assert page.title == "Show documentation for HUP101"
    before = len(editor.client.shown_documents)
    params = types.ExecuteCommandParams(page.command.command, page.command.arguments)
    await editor.client.workspace_execute_command_async(params)
    [shown] = editor.client.shown_documents[before:]
    assert shown.uri.endswith("/rules/unhandled-network-call")
    assert shown.external


async def test_a_handler_is_a_place_to_fill_in_for_editors_that_take_that() -> None:
    capabilities = without(profile("vscode"), "text_document.code_action.resolve_support")
    async with start(capabilities) as editor:
        editor.open("untitled:one", "import sys\n\nimport requests\n\n\ndef f(u):\n    requests.get(u, timeout=1)\n")
        action = (await editor.actions("untitled:one", "requests.get"))[0]
        assert action.edit is not None
        [change] = action.edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        [edit] = change.edits
        assert isinstance(edit, types.SnippetTextEdit)
        assert edit.snippet.value == (
            "    try:\n        requests.get(u, timeout=1)\n    except requests.RequestException as error:\n"
            '        ${1:print(f"requests.get failed: {error\\}", file=sys.stderr)}'
        )
        assert action.edit.change_annotations is not None
        assert edit.annotation_id in action.edit.change_annotations
