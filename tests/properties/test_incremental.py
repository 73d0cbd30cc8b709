"""After any edits, what is reused from earlier versions equals what a fresh reading finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hangup.facts.extract import extract
from hangup.facts.model import Unit
from hangup.syntax.edits import Edit, apply
from hangup.syntax.source import Source
from hangup.syntax.tree import parse
from hangup.workspace.workspace import Workspace

PROGRAM = """\
import requests
from contextlib import contextmanager
from socket import create_connection

session = requests.Session()


class Client:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def fetch(self):
        try:
            return self.session.get(self.url, timeout=3)
        except ConnectionError as error:
            raise RuntimeError("fetch") from error


def talk(address):
    s = create_connection(address)
    with s:
        s.sendall(b"x")
        return [part for part in s.makefile()]


pool = []


def send(connection, letter):
    connection.sendall(letter)


def ask(client):
    if isinstance(client, requests.Session):
        client.get("http://127.0.0.1", timeout=3)


@contextmanager
def opened(address):
    s = create_connection(address)
    pool.append(s)
    yield s


def main():
    print(Client("http://127.0.0.1").fetch().text)
    talk(("127.0.0.1", 1))
    with opened(("127.0.0.1", 2)) as s:
        send(s, b"x")
    pool[0].sendall(b"x")
    ask(session)


main()
"""
SNIPPETS = [
    "",
    " ",
    "\n",
    "    ",
    "x",
    "(",
    ")",
    '"',
    "'''",
    ":",
    "try:\n    ",
    "except OSError:\n",
    "def f():\n",
    "# é😀\n",
]
SNIPPETS += [
    "@property\n    ",
    "@staticmethod\n    ",
    "with suppress(OSError):\n        ",
    "(OSError)",
    "global session\n",
]
SNIPPETS += [
    "from contextlib import suppress\n",
    "from main import *\n",
    "threading.Thread(target=main)\n",
    "x = requests.get\n",
]
SNIPPETS += [
    "requests.get(u)\n",
    "raise\n",
    "\t",
    "\r",
    "return ",
    "await ",
    "main()\n",
    "self.",
    "class A(Client):\n    pass\n",
]
SNIPPETS += [
    "send(session, b'')\n",
    "ask(s)\n",
    "pool.append(session)\n",
    "pool.append(Client(''))\n",
    "isinstance(s, requests.Session) and ",
    "yield session\n",
    "@contextmanager\n",
]
EDITS = st.lists(st.tuples(st.integers(0, 1300), st.integers(0, 60), st.sampled_from(SNIPPETS)), min_size=1, max_size=8)


def edited(source: Source, at: int, length: int, text: str) -> Source:
    """The source with some characters replaced; offsets are moved to the boundaries of characters."""
    characters = source.data.decode()
    start = len(characters[:at].encode())
    end = len(characters[: at + length].encode())
    return apply(source, [Edit(start, end, text)])


@settings(max_examples=150, deadline=None)
@given(EDITS)
def test_edits_give_the_facts_of_a_fresh_reading(edits: list[tuple[int, int, str]]) -> None:
    memory: dict[bytes, Unit] = {}
    source = Source.from_text(PROGRAM)
    extract(source, parse(source), memory)
    for edit in edits:
        source = edited(source, *edit)
        assert extract(source, parse(source), memory) == extract(source, parse(source))


OTHER = """\
import main
from main import Client, talk


class Better(Client):
    def fetch(self):
        return super().fetch()


def run():
    try:
        talk(("127.0.0.1", 1))
        return Better("u").fetch()
    except OSError:
        main.session.get("u", timeout=1)


run()
"""


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["main.py", "other.py"]), EDITS), min_size=1, max_size=4))
def test_edits_give_the_findings_of_a_fresh_workspace(rounds: list[tuple[str, list[tuple[int, int, str]]]]) -> None:
    """In every file, whichever was edited; and whatever the texts become, nothing fails."""
    sources = {"main.py": Source.from_text(PROGRAM), "other.py": Source.from_text(OTHER)}
    workspace = opened(sources)
    assert all(workspace.findings(path) for path in sources), "both programs have findings to lose"
    for path, edits in rounds:
        for edit in edits:
            sources[path] = edited(sources[path], *edit)
            workspace.update(path, sources[path])
        fresh = opened(sources)
        assert {p: workspace.findings(p) for p in sources} == {p: fresh.findings(p) for p in sources}


def opened(sources: dict[str, Source]) -> Workspace:
    workspace = Workspace()
    for path, source in sources.items():
        workspace.update(path, source)
    return workspace
