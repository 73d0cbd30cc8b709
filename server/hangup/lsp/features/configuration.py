"""The editor's settings: sent at the start, told of later, and asked for where the client can be asked.

What a client answers goes before what it sent at the start; what it does not answer leaves that in force.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from hangup.lsp.editor_settings import EditorSettings, read_settings

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

logger = logging.getLogger(__name__)

_SECTION = "hangup"
_PATIENCE = 1.0
"""Seconds that nothing is reported for want of the client's settings."""


def register(server: HangupServer) -> None:
    """Take in changes of the settings."""

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if server.session.client.configuration:
            await ask(server)
            return
        settings = read_settings(params.settings)
        if settings is not None and server.session.take_settings({None: settings}):
            server.diagnostics.outdated()


def begin(server: HangupServer, options: object) -> None:
    """Use the settings of the `initialize` request until others are known."""
    session = server.session
    session.initial_settings = read_settings(options) or EditorSettings()
    session.take_settings({None: session.initial_settings})
    if session.client.configuration:
        asyncio.get_running_loop().call_later(_PATIENCE, _configured, server)
    else:
        session.configured.set()


async def ask(server: HangupServer) -> None:
    """Ask the client for its settings, for each open folder and in general, if it can be asked."""
    session = server.session
    if not session.client.configuration:
        return
    scopes: list[str | None] = [None, *(folder.uri for folder in session.snapshot.folders)]
    items = [types.ConfigurationItem(scope_uri=scope, section=_SECTION) for scope in scopes]
    session.asked += 1
    number = session.asked
    try:
        answers = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except Exception as error:
        logger.warning("the editor does not tell its settings: %s", error)
    else:
        if number == session.asked:  # else a later question is under way, and its answer counts
            found = {
                scope: read_settings(table) or session.initial_settings
                for scope, table in zip(scopes, answers, strict=False)
            }
            if session.take_settings(found) and session.configured.is_set():
                server.diagnostics.outdated()
    _configured(server)


def _configured(server: HangupServer) -> None:
    if not server.session.configured.is_set():
        server.session.configured.set()
        server.diagnostics.outdated()
