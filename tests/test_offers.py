"""Which fixes are offered, and which are not: in menu order, at most one of them preferred."""

from __future__ import annotations

import pytest

from hangup.fixes.fix import Fix
from hangup.ide.actions import fixes_for
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace


def offered(text: str, code: str) -> list[Fix]:
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    (finding,) = [finding for finding in workspace.findings("main.py") if finding.code == code]
    return fixes_for(workspace, "main.py", finding)


def test_the_menu_of_an_unhandled_call() -> None:
    fixes = offered("import requests\nrequests.get('u', timeout=1)\n", "HUP101")
    names = ["wrap-in-try", "retry-with-backoff", "retry-with-backoff", "ignore-on-this-line"]
    assert [fix.name for fix in fixes] == names
    assert [fix.preferred for fix in fixes] == [True, False, False, False]


def test_in_a_try_a_clause_comes_first() -> None:
    text = "import requests\ntry:\n    requests.get('u', timeout=1)\nexcept KeyError:\n    pass\n"
    fixes = offered(text, "HUP101")
    assert [fix.name for fix in fixes][:2] == ["add-except-clause", "wrap-in-try"]
    assert [fix.preferred for fix in fixes].count(True) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # `except` and `except*` do not go together.
        ("add-except-clause", "try:\n    requests.get('u', timeout=1)\nexcept* KeyError:\n    pass\n"),
        # The body would run again.
        ("retry-with-backoff", "with requests.get('u', timeout=1) as r:\n    print(r)\n"),
        ("retry-with-backoff", "for line in requests.get('u', timeout=1):\n    print(line)\n"),
        # A lambda and a default argument have no statement of their own to wrap.
        ("wrap-in-try", "f = lambda: requests.get('u', timeout=1)\n"),
        ("wrap-in-try", "def f(page=requests.get('u', timeout=1)):\n    return page\n"),
    ],
)
def test_a_fix_that_would_be_wrong_is_not_offered(name: str, text: str) -> None:
    fixes = offered("import requests\n" + text, "HUP101")
    assert fixes
    assert name not in [fix.name for fix in fixes]


def test_reading_again_from_a_dead_connection_is_no_retry() -> None:
    text = "import socket\n\ndef f(s: socket.socket):\n    return s.recv(10)\n"
    assert "retry-with-backoff" not in [fix.name for fix in offered(text, "HUP101")]


def test_a_request_that_is_not_idempotent_says_so() -> None:
    fixes = offered("import requests\nrequests.post('u', timeout=1)\n", "HUP101")
    assert next(fix.title for fix in fixes if fix.name == "retry-with-backoff").endswith("(may send twice)")
