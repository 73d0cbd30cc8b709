"""Connects tests to real servers over standard input and output, as the editors that people use would.

Most tests share one server for each kind of editor, and each has a folder of its own in it: starting a server costs
more than most tests. `start` in starting.py is for those that need one for themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from editor import Client, Editor
from lsprotocol import types
from pytest_lsp import ClientServerConfig
from starting import SERVE, profile, start

HERE = Path(__file__).parent
PROFILES = ["vscode", "vscode-2022", "neovim", "emacs"]
"""VS Code today asks for diagnostics; the others are sent them. Each has its own position encoding and edits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What pytest-lsp finds against the protocol is an error."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning"))


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
