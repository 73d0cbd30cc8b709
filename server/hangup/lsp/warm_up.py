"""What a session needs in any case, got ready while the editor is still busy with its own start.

It is the least urgent work and is done in small units, so that whatever the editor asks for goes first; what a question
needs and is not ready yet, it gets ready itself.
"""

from __future__ import annotations

from collections.abc import Callable

from hangup.fixes.registry import fix_makers
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import read_boundaries, read_builtins, read_faults
from hangup.lsp.scheduler import Work
from hangup.rules.registry import rules
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

# Its analysis loads the modules and the files of the knowledge that most programs need.
_SAMPLE = """\
import socket
import requests

def fetch(host: str) -> bytes:
    with socket.create_connection((host, 80), timeout=3) as connection:
        connection.sendall(b"hello")
    try:
        return requests.get(host, timeout=3).content
    except requests.ConnectionError as error:
        raise SystemExit(str(error)) from error

fetch("localhost")
"""


def warm_up(catalogue: Callable[[], Catalogue]) -> Work[None]:
    """Load the rules, the common part of the knowledge, and the fixes. catalogue: gives the one to be warmed."""
    for prepare in (rules, read_builtins, read_faults, read_boundaries):
        prepare()
        yield
    sample = Workspace(catalogue=catalogue())
    document = sample.update("sample.py", Source.from_text(_SAMPLE))
    _ = document.facts
    yield
    _ = sample.flow.effects.sieve.names  # reads the files of what is imported
    yield
    sample.findings("sample.py")
    yield
    fix_makers()
