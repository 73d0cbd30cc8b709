"""Connects tests to real servers over standard input and output, as the editors that people use would.

Most tests share one server for each kind of editor, and each has a folder of its own in it: starting a server costs
more than most tests. `start` is for those that need one for themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from editor import PATIENCE, Client, Editor
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import ClientServerConfig, client_capabilities

HERE = Path(__file__).parent
SERVE = [sys.executable, "-m", "hangup", "serve"]
PROFILES = ["vscode", "vscode-2022", "neovim", "emacs"]
"""VS Code today asks for diagnostics; the others are sent them. Each has its own position encoding and edits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What pytest-lsp finds against the protocol is an error."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning"))


def profile(name: str) -> types.ClientCapabilities:
    """The capabilities of an editor."""
    if name == "vscode":
        table = json.loads((HERE / "clients" / "visual_studio_code.json").read_text("utf-8"))
        return get_converter().structure(table["capabilities"], types.ClientCapabilities)
    presets = {"vscode-2022": "visual-studio-code@v1.65.2", "neovim": "neovim@v0.11.0", "emacs": "emacs@v29.1"}
    return client_capabilities(presets[name])


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=SERVE, client_factory=Client), params=PROFILES, scope="session"
)
async def shared(client: Client, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """A client of each kind, connected to a server, for the whole run."""
    initialized = await client.initialize_session(types.InitializeParams(capabilities=profile(request.param)))
    client.session = Editor(client, initialized)
    yield
    await client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="session")
async def editor(shared: Client) -> AsyncIterator[Editor]:
    """An editor of each kind, without open documents.

    Afterwards: nothing was sent that is not in the protocol, no message was shown and no error logged.
    """
    session: Editor = shared.session
    messages, logged, publications = len(shared.messages), len(shared.log), len(shared.publications)
    yield session
    for uri in list(session.texts):
        session.close(uri)
    assert shared.violations == []
    assert shared.messages[messages:] == []
    assert [line for line in shared.log[logged:] if line.startswith(("ERROR", "Traceback"))] == []
    last: dict[str, int] = {}
    for each in shared.publications[publications:]:
        assert (each.version or last.get(each.uri, 0)) >= last.get(each.uri, 0), f"an old version came last: {each}"
        last[each.uri] = 0 if each.version is None else each.version


@pytest.fixture
def folder(editor: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    """A folder that is open in the editor."""
    editor.set_folders(added=[tmp_path])
    yield tmp_path
    editor.set_folders(removed=[tmp_path])


@pytest.fixture
def uri(folder: Path) -> str:
    """A document of that folder; its file is not written."""
    return (folder / "program.py").as_uri()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_neovim() -> AsyncIterator[Editor]:
    """One server for the tests of a module that change what holds for a whole session."""
    async with start("neovim") as editor:
        yield editor


@pytest_asyncio.fixture(loop_scope="session")
async def shared_neovim(own_neovim: Editor) -> AsyncIterator[Editor]:
    """The same, without open documents, and with no settings afterwards."""
    yield own_neovim
    for uri in list(own_neovim.texts):
        own_neovim.close(uri)
    own_neovim.configure({})


_numbers = itertools.count()


@pytest.fixture
def loose_uri() -> str:
    """A document that is in no folder and on no disk."""
    return f"untitled:Untitled-{next(_numbers)}"


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
