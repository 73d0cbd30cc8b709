"""What our own resolution cannot tell is asked of jedi: within limits, in a process that may fall over."""

from __future__ import annotations

from pathlib import Path

import pytest

from hangup.workspace.installed import inference
from hangup.workspace.store import Store
from installations import environment, findings

COMPILED = {
    "requests/__init__.py": "from .sessions import Session\n",
    "requests/sessions.py": "class Session:\n    def post(self, url, **more): ...\n",
    # The source is compiled: only its stub tells what it gives.
    "acme/__init__.pyi": "import requests\n\ndef connect() -> requests.Session: ...\n",
}
PROGRAM = """\
import acme
import requests


def send(text):
    session = acme.connect()
    session.post("http://127.0.0.1", data=text, timeout=3)


send("hello")
"""


def test_a_type_that_only_a_stub_tells_is_found(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", COMPILED)
    assert findings(tmp_path, PROGRAM, jedi=False) == []
    (found,) = findings(tmp_path, PROGRAM)
    assert (found.code, found.start) == ("HUP101", PROGRAM.index("session.post"))
    assert "requests.exceptions" in found.message


def test_an_answer_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path / "w" / ".venv", COMPILED)
    store = Store(tmp_path / "index.sqlite3")
    assert len(findings(tmp_path / "w", PROGRAM, store)) == 1
    monkeypatch.setattr(inference, "_BUDGET", 0.0)
    assert len(findings(tmp_path / "w", PROGRAM, store)) == 1
    assert findings(tmp_path / "w", PROGRAM) == []
    store.close()


@pytest.mark.parametrize("module", ["hangup.nothing", "this", "hangup.faults"])
def test_a_process_that_fails_costs_the_answer_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """One that does not start, one that says something else, one that says nothing."""
    environment(tmp_path / ".venv", COMPILED)
    monkeypatch.setattr(inference, "_WORKER", module)
    monkeypatch.setattr(inference, "_PATIENCE", 1.0)
    both = PROGRAM + '\nrequests.get("http://127.0.0.1", timeout=3)\n'
    assert [found.start for found in findings(tmp_path, both)] == [both.index("requests.get")]
