"""What the client tells of its documents, its folders and the files on disk. Only notes it: others work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from hangup.lsp import wire
from hangup.lsp.documents import path_of
from hangup.lsp.features.configuration import ask
from hangup.lsp.scheduler import Urgency

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

WATCHED = ("**/*.py", "**/*.pyw", "**/pyproject.toml", "**/hangup.toml")
"""The files whose change on disk may change what is found, as the protocol's patterns."""

_SUFFIXES = (".py", ".pyw", ".pyi")


def register(server: HangupServer) -> None:
    """Follow documents, folders and files."""
    _register_documents(server)
    _register_surroundings(server)


def _register_documents(server: HangupServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if document.language_id == "python" or document.uri.lower().endswith(_SUFFIXES):
            session.documents.open(document.uri, document.version, document.text)
            session.take_documents()
            server.diagnostics.edited(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: wire.DidChange) -> None:
        uri = params.text_document.uri
        known = session.documents.get(uri) is not None
        if session.documents.change(params, session.client.unit) is not None:
            session.take_documents()
            server.diagnostics.edited(uri)
        elif known:
            session.take_documents()
            server.diagnostics.closed(uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if session.documents.close(uri) is not None:
            session.take_documents()
            server.diagnostics.closed(uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(_: types.DidSaveTextDocumentParams) -> None:
        # Where nobody watches the files, saving is the moment to look whether others have changed as well.
        if not session.client.watches:
            session.outdate()
            server.scheduler.post(server.projects.mark_all_stale(), Urgency.INTERACTIVE, key="look at the disk")
            server.diagnostics.outdated()


def _register_surroundings(server: HangupServer) -> None:
    session = server.session

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        changed = [
            path
            for event in params.changes
            if (path := path_of(event.uri)) is not None
            and not (event.type is types.FileChangeType.Changed and session.documents.get(event.uri) is not None)
        ]
        if changed:
            session.outdate()
            server.scheduler.post(server.projects.mark_stale(changed), Urgency.INTERACTIVE)
            server.diagnostics.outdated()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        added = [(folder.uri, path_of(folder.uri)) for folder in params.event.added]
        session.take_folders(added, [folder.uri for folder in params.event.removed])
        server.diagnostics.outdated()
        await ask(server)


def watch_files(server: HangupServer) -> None:
    """Ask the client to watch files, if it can be asked."""
    if not server.session.client.watches:
        return
    watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    server.client_register_capability(
        types.RegistrationParams(
            [types.Registration(id="hangup watched files", method=method, register_options=options)]
        )
    )
