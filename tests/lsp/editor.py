"""An editor for tests: holds texts, edits them as the protocol has it, and keeps all that the server sends.

It counts columns and applies edits by itself, with `str` and `re`: nothing of the server's own arithmetic is used.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, Union

import attrs
from cattrs import Converter
from lsprotocol import types
from pygls.lsp.client import LanguageClient as PlainClient
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds to wait for anything. Nothing takes so long unless something is wrong."""

WIDTH: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


_numbers = itertools.count()


def _converter() -> Converter:
    """pygls' converter; lsprotocol's takes an action that has a command for a command, in which that is a string."""
    converter = default_converter()

    def read(value: dict[str, Any], _: object) -> types.Command | types.CodeAction:
        kind = types.Command if isinstance(value.get("command"), str) else types.CodeAction
        return converter.structure(value, kind)

    converter.register_structure_hook(Union[types.Command, types.CodeAction], read)  # noqa: UP007 - its key there
    return converter


class Client(LanguageClient):
    """pytest-lsp's client, which also keeps each publication, each registration and the server's log."""

    def __init__(self) -> None:
        super().__init__(converter_factory=_converter)
        self.publications: list[types.PublishDiagnosticsParams] = []
        self.registrations: list[types.Registration] = []
        self.log: list[str] = []
        self.news = asyncio.Event()
        self.violations: list[tuple[object, object]] = []
        self.protocol.structure_message = self._read_strictly
        more = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: _publish,
            types.CLIENT_REGISTER_CAPABILITY: _register,
            types.WORKSPACE_DIAGNOSTIC_REFRESH: _refresh,
        }
        register_lsp_features(self, {**DEFAULT_CLIENT_FEATURES, **more})

    def _read_strictly(self, data: dict[str, Any]) -> object:
        """Read a message; what does not survive being read and written again is not in the protocol."""
        if "jsonrpc" not in data:
            return data
        sent = copy.deepcopy(data)
        message = type(self.protocol).structure_message(self.protocol, data)
        written = self.protocol._converter.unstructure(message)
        if written != sent:
            self.violations.append((sent, written))
        return message

    async def start_io(self, cmd: str, *args: str, **kwargs: Any) -> None:
        """As in pygls; standard error goes into `log`."""
        await PlainClient.start_io(self, cmd, *args, **kwargs)
        self._stderr_forwarder = asyncio.create_task(self._keep_log())

    async def _keep_log(self) -> None:
        assert self._server is not None
        assert self._server.stderr is not None
        while line := await self._server.stderr.readline():
            self.log.append(line.decode("utf-8", "replace").rstrip())

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server's process."""
        assert self._server is not None
        return self._server

    async def until(self, condition: Callable[[], T | None], what: str) -> T:
        """Wait until something that the server sends makes a condition hold; the condition's value."""
        deadline = time.monotonic() + PATIENCE
        while not (value := condition()):
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), deadline - time.monotonic())
            except asyncio.TimeoutError:
                raise AssertionError(f"{what}: it did not come; the log says {self.log[-20:]}") from None
        return value


def _publish(client: Client, params: types.PublishDiagnosticsParams) -> None:
    client.publications.append(params)
    client.news.set()


def _register(client: Client, params: types.RegistrationParams) -> None:
    client.registrations += params.registrations
    client.news.set()


def _refresh(client: Client, _: None) -> None:
    client.diagnostic_refresh_count += 1
    client.news.set()


@lru_cache(maxsize=8)
def lines_of(text: str) -> tuple[tuple[int, str], ...]:
    """The lines of a text with their line breaks, each after its start; one more, empty, after a last line break."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    return tuple(zip(itertools.accumulate(map(len, lines), initial=0), lines, strict=False))


def position_at(text: str, index: int, unit: str) -> types.Position:
    """The position of the `index`th character."""
    line = len(re.findall(r"\r\n|\r(?!\n)|\n", text[:index]))
    start = index - len(re.split(r"\r\n|\r|\n", text[:index])[-1])
    return types.Position(line, WIDTH[unit](text[start:index]))


def index_at(text: str, position: types.Position, unit: str) -> int:
    """The character at a position, which must exist."""
    start, line = lines_of(text)[position.line]
    for length in range(len(line) + 1):
        if WIDTH[unit](line[:length]) == position.character:
            return start + length
    raise AssertionError(f"no position {position} in {line!r}")


class Editor:
    """One initialised session. Documents are named by their URI."""

    def __init__(self, client: Client, initialized: types.InitializeResult) -> None:
        assert client.capabilities is not None
        self.client = client
        self.capabilities = client.capabilities
        self.server = initialized.capabilities
        self.unit = plain(initialized.capabilities.position_encoding or "utf-16")
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    @property
    def pulls(self) -> bool:
        """Whether the server has said that it is to be asked for diagnostics."""
        return self.server.diagnostic_provider is not None

    def open(self, uri: str, text: str, version: int = 1, language: str = "python") -> None:
        """Open a document."""
        self.texts[uri], self.versions[uri] = text, version
        item = types.TextDocumentItem(uri, language, version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, uri: str, *edits: tuple[int, int, str]) -> None:
        """Replace characters from, to by a text: one notification, each edit counted in the text that the last left."""
        changes: list[types.TextDocumentContentChangeEvent] = []
        for start, end, new in edits:
            text = self.texts[uri]
            shown = types.Range(position_at(text, start, self.unit), position_at(text, end, self.unit))
            changes.append(types.TextDocumentContentChangePartial(range=shown, text=new))
            self.texts[uri] = text[:start] + new + text[end:]
        self._changed(uri, changes)

    def rewrite(self, uri: str, text: str) -> None:
        """Send the whole text."""
        self.texts[uri] = text
        self._changed(uri, [types.TextDocumentContentChangeWholeDocument(text)])

    def substitute(self, uri: str, old: str, new: str) -> None:
        """Replace the only occurrence of a text."""
        assert self.texts[uri].count(old) == 1
        start = self.texts[uri].index(old)
        self.replace(uri, (start, start + len(old), new))

    def _changed(self, uri: str, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def send(self, method: str, params: object, **more: object) -> None:
        """Send a message as it is, right or wrong."""
        self.client.protocol._send_data({"jsonrpc": "2.0", "method": method, "params": params, **more})

    async def ask(self, method: str, params: object, number: str) -> asyncio.Task[Any]:
        """Send a request under a number of one's own. It is sent when this returns; the task waits for the answer."""
        asked = asyncio.ensure_future(self.client.protocol.send_request_async(method, params, msg_id=number))
        await asyncio.sleep(0)
        return asked

    def request(self, method: str, params: object) -> asyncio.Future[Any]:
        """Send a request as it is, right or wrong; its answer."""
        protocol = self.client.protocol
        number = f"raw {next(_numbers)}"
        answer: Future[Any] = Future()
        protocol._request_futures[number] = answer
        self.send(method, params, id=number)
        return asyncio.wrap_future(answer)

    def save(self, uri: str) -> None:
        """Say that a document was saved; nothing is written."""
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        """Close a document."""
        del self.texts[uri]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """Those of the document's present version, pushed or pulled as the server wishes."""
        if self.pulls:
            report = await self.pull(uri)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        return await self.published(uri, self.versions[uri])

    async def published(self, uri: str, version: int | None, after: int = 0) -> list[types.Diagnostic]:
        """The last published for a version of a document, waiting for the first one; from the `after`th publication."""

        def received() -> list[types.PublishDiagnosticsParams]:
            return [p for p in self.client.publications[after:] if p.uri == uri and p.version == version]

        await self.client.until(received, f"diagnostics of version {version} of {uri}")
        last = received()[-1]
        self._check_diagnostics(last.diagnostics, self.texts.get(uri))
        return list(last.diagnostics)

    async def pull(self, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
        """Ask for diagnostics."""
        params = types.DocumentDiagnosticParams(
            types.TextDocumentIdentifier(uri), identifier="hangup", previous_result_id=previous
        )
        report = await asyncio.wait_for(self.client.text_document_diagnostic_async(params), PATIENCE)
        if isinstance(report, types.RelatedFullDocumentDiagnosticReport):
            self._check_diagnostics(report.items, self.texts.get(uri))
        return report

    async def hover(self, uri: str, place: str, after: int = 0) -> types.Hover | None:
        """Hover the first character of a text in a document. after: characters to the right of that."""
        index = self.texts[uri].index(place) + after
        params = types.HoverParams(types.TextDocumentIdentifier(uri), position_at(self.texts[uri], index, self.unit))
        return await asyncio.wait_for(self.client.text_document_hover_async(params), PATIENCE)

    async def actions(
        self,
        uri: str,
        place: str,
        *,
        diagnostics: Iterable[types.Diagnostic] = (),
        only: list[str] | None = None,
    ) -> list[types.CodeAction]:
        """The actions offered with the cursor on the first character of a text; they are as the protocol has them."""
        at = position_at(self.texts[uri], self.texts[uri].index(place), self.unit)
        context = types.CodeActionContext(list(diagnostics), only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(at, at), context)
        offered = await asyncio.wait_for(self.client.text_document_code_action_async(params), PATIENCE)
        assert offered is not None
        for action in offered:
            assert isinstance(action, types.CodeAction)
            assert (action.disabled is None) or (action.edit is None and action.data is None)
            changes = action.disabled is None and action.command is None
            assert (action.edit is None) == (self.resolves_edits or not changes)
            assert (action.data is None) == (action.edit is not None or not changes)
            self._check_diagnostics(action.diagnostics or (), self.texts[uri])
        return [action for action in offered if isinstance(action, types.CodeAction)]

    @property
    def resolves_edits(self) -> bool:
        """Whether the client asks for the edit of an action only when it is chosen."""
        action = self.capabilities.text_document and self.capabilities.text_document.code_action
        return bool(action and action.resolve_support and "edit" in action.resolve_support.properties)

    async def choose(self, action: types.CodeAction) -> None:
        """Apply an action, as a client with these capabilities would, and tell the server of the edits."""
        if action.edit is None:
            action = await asyncio.wait_for(self.client.code_action_resolve_async(action), PATIENCE)
        assert action.edit is not None, "the action has no edit"
        for uri, version, edits in self._document_edits(action.edit):
            assert version in (None, self.versions[uri])
            self.apply(uri, edits)

    def _document_edits(self, edit: types.WorkspaceEdit) -> list[tuple[str, int | None, list[types.TextEdit]]]:
        workspace = self.capabilities.workspace
        supported = workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
        if not supported:
            assert edit.document_changes is None
            return [(uri, None, list(edits)) for uri, edits in (edit.changes or {}).items()]
        assert edit.changes is None
        found = []
        for change in edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version is not None
            texts = [self._plain_edit(each, edit) for each in change.edits]
            found.append((change.text_document.uri, change.text_document.version, texts))
        return found

    def _plain_edit(
        self, edit: types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit, whole: types.WorkspaceEdit
    ) -> types.TextEdit:
        """The edit that comes of one that nothing is filled into; the client takes what it is made of."""
        workspace = self.capabilities.workspace
        can = workspace.workspace_edit if workspace is not None else None
        annotation = getattr(edit, "annotation_id", None)
        assert (annotation is not None) == (can is not None and can.change_annotation_support is not None)
        assert annotation is None or annotation in (whole.change_annotations or {})
        if isinstance(edit, types.SnippetTextEdit):
            assert can is not None
            assert can.snippet_edit_support
            start = edit.range.start
            assert start.character == 0, "an editor would indent the other lines of the snippet"
            filled = re.sub(r"\$\{\d+:((?:[^\\}]|\\.)*)\}", r"\1", edit.snippet.value)
            return types.TextEdit(edit.range, re.sub(r"\\([\\$}])", r"\1", filled))
        return types.TextEdit(edit.range, edit.new_text)

    def apply(self, uri: str, edits: list[types.TextEdit]) -> None:
        """Apply text edits, which all speak of the present text, from the last to the first, as VS Code does."""
        text = self.texts[uri]
        placed = [
            (index_at(text, e.range.start, self.unit), index_at(text, e.range.end, self.unit), e.new_text)
            for e in edits
        ]
        placed.sort(key=lambda edit: edit[:2], reverse=True)
        for (start, _, _), (_, end, _) in itertools.pairwise(placed):
            assert end <= start, "edits overlap"
        self.replace(uri, *placed)

    def _check_diagnostics(self, diagnostics: Iterable[types.Diagnostic], text: str | None) -> None:
        """Nothing is sent that this client does not know, and every range is one of the text."""
        document = self.capabilities.text_document or types.TextDocumentClientCapabilities()
        known = [each for each in (document.publish_diagnostics, document.diagnostic) if each is not None]
        for diagnostic in diagnostics:
            assert diagnostic.source == "hangup"
            assert diagnostic.tags is None
            for field, support in (
                ("related_information", "related_information"),
                ("code_description", "code_description_support"),
                ("data", "data_support"),
            ):
                if getattr(diagnostic, field) is not None:
                    assert any(getattr(each, support) for each in known), f"the client does not know {field}"
            if text is not None:
                start = index_at(text, diagnostic.range.start, self.unit)
                assert start < index_at(text, diagnostic.range.end, self.unit)

    def underlined(self, uri: str, diagnostic: types.Diagnostic) -> str:
        """The text under a diagnostic."""
        text = self.texts[uri]
        start, end = diagnostic.range.start, diagnostic.range.end
        return text[index_at(text, start, self.unit) : index_at(text, end, self.unit)]

    def set_folders(self, added: Iterable[Path] = (), removed: Iterable[Path] = ()) -> None:
        """Open and close folders."""
        folders = ([types.WorkspaceFolder(p.as_uri(), p.name) for p in paths] for paths in (added, removed))
        event = types.WorkspaceFoldersChangeEvent(*folders)
        self.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def configure(self, table: object) -> None:
        """Change the settings as a client does that sends them, and keep them for one that is asked."""
        self.client.set_configuration(table, section="hangup")
        self.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"hangup": table}))

    def changed_on_disk(self, path: Path, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        """Tell of a change of a watched file."""
        event = types.FileEvent(path.as_uri(), kind)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))


def plain(value: object) -> str:
    """An enumeration's value, which lsprotocol gives sometimes as such and sometimes bare."""
    return str(getattr(value, "value", value))


def codes(diagnostics: Iterable[types.Diagnostic]) -> list[str]:
    """The codes, in order."""
    return [str(diagnostic.code) for diagnostic in diagnostics]


def without(capabilities: types.ClientCapabilities, path: str, value: object = None) -> types.ClientCapabilities:
    """Capabilities with one field, named by its dotted path, set to another value."""
    head, _, rest = path.partition(".")
    inner = without(getattr(capabilities, head), rest, value) if rest else value
    return attrs.evolve(capabilities, **{head: inner})
