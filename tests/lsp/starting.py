"""Starts servers as editors do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from editor import PATIENCE, Client, Editor
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

HERE = Path(__file__).parent
SERVE = [sys.executable, "-m", "hangup", "serve"]


def profile(name: str) -> types.ClientCapabilities:
    """The capabilities of an editor."""
    if name == "vscode":
        table = json.loads((HERE / "clients" / "visual_studio_code.json").read_text("utf-8"))
        return get_converter().structure(table["capabilities"], types.ClientCapabilities)
    presets = {"vscode-2022": "visual-studio-code@v1.65.2", "neovim": "neovim@v0.11.0", "emacs": "emacs@v29.1"}
    return client_capabilities(presets[name])


@contextlib.asynccontextmanager
async def start(
    capabilities: types.ClientCapabilities | str,
    *,
    folders: list[Path] | None = None,
    options: object = None,
    settings: object = None,
    process_id: int | None = None,
    command: list[str] = SERVE,
    prepare: Callable[[Client], None] = lambda client: None,
    clean: bool = True,
) -> AsyncIterator[Editor]:
    """A server of one's own, ended in good order.

    settings: what the client answers when it is asked for them. prepare: changes the client before it is connected.
    clean: nothing goes wrong in the server.
    """
    client = Client()
    prepare(client)
    if settings is not None:
        client.set_configuration(settings, section="hangup")
    await client.start_io(*command)
    try:
        known = profile(capabilities) if isinstance(capabilities, str) else capabilities
        opened = [types.WorkspaceFolder(each.as_uri(), each.name) for each in folders or []]
        params = types.InitializeParams(
            capabilities=known, workspace_folders=opened, initialization_options=options, process_id=process_id
        )
        yield Editor(client, await asyncio.wait_for(client.initialize_session(params), PATIENCE))
        await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        assert client.violations == []
        assert client.messages == []
        if clean:
            assert [line for line in client.log if line.startswith(("ERROR", "Traceback"))] == []
    finally:
        if client.process.returncode is None:
            client.process.kill()
        await client.stop()
