"""What is done before the editor asks for anything: it is there when it is needed, and nothing waits for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from hangup.lsp.projects import Projects
from hangup.lsp.server import HangupServer
from hangup.lsp.session import Session

FETCH = "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=3)\n"


class _Writer:
    def __init__(self, events: list[str]) -> None:
        self._events = events

    def write(self, data: bytes) -> None:
        self._events.append("answer")

    def close(self) -> None:
        pass


def test_the_rules_the_fixes_and_the_common_knowledge_are_loaded() -> None:
    """In units, between which other work can come in."""
    code = (
        "from hangup.fixes.registry import fix_makers\n"
        "from hangup.knowledge.catalogue import Catalogue\n"
        "from hangup.knowledge.packs import read_builtins, read_pack\n"
        "from hangup.lsp.warm_up import warm_up\n"
        "from hangup.rules.registry import rules\n"
        "kept = rules, fix_makers, read_builtins, read_pack\n"
        "sizes = lambda: [known.cache_info().currsize for known in kept]\n"
        "print(sizes(), len(list(warm_up(Catalogue))) >= 5, [bool(size) for size in sizes()])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[0, 0, 0, 0] True [True, True, True, True]\n"


@pytest.mark.parametrize("watches", [True, False])
def test_it_begins_when_the_answer_is_written(watches: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is read ahead only for a client that tells of files which change after that."""
    server, events = HangupServer(), list[str]()
    server.protocol.set_writer(_Writer(events))
    monkeypatch.setattr(
        server.scheduler, "post", lambda work, urgency: events.append(f"{work.__name__} {urgency.name}")
    )
    watched = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watches)
    able = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watched))
    params = types.InitializeParams(capabilities=able, root_uri=tmp_path.as_uri())

    async def test() -> None:
        server.protocol.handle_message(types.InitializeRequest(1, params))
        assert events == ["answer"]
        await asyncio.sleep(0)
        assert events == ["answer", "warm_up LATER"]
        server.protocol.handle_message(types.InitializedNotification(types.InitializedParams()))
        await asyncio.sleep(0)

    asyncio.run(test())
    assert events[2:] == (["answer", "read_ahead LATER"] if watches else [])


def test_folders_are_read_a_file_at_a_time(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"fetch{number}.py").write_text(FETCH, "utf-8")
    session = Session()
    session.take_folders([(tmp_path.as_uri(), tmp_path)])
    projects = Projects(session)
    assert sum(1 for _ in projects.read_ahead()) >= 3
    buffer = session.documents.open((tmp_path / "fetch1.py").as_uri(), 1, FETCH)
    session.take_documents()
    place = projects.glimpse(buffer.uri)
    assert place is not None
    assert place.project.loaded
    assert place.project.workspace.paths == ["fetch0.py", "fetch1.py", "fetch2.py"]
