"""Which fixes are offered, and which are not: in menu order, at most one of them preferred."""

from __future__ import annotations

import pytest

from hangup.fixes.fix import Fix
from hangup.ide.actions import actions
from hangup.ide.offers import fixes_for
from hangup.ide.repair import changes, is_preferred, is_safe, repair
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace


def offered(text: str, code: str) -> list[Fix]:
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    (finding,) = [finding for finding in workspace.findings("main.py") if finding.code == code]
    return fixes_for(workspace, "main.py", finding)


def test_the_menu_of_an_unhandled_call() -> None:
    fixes = offered("import requests\nrequests.get('u', timeout=1)\n", "HUP101")
    names = ["wrap-in-try", "retry-with-backoff", "retry-with-backoff", "ignore-on-this-line", "ignore-in-this-file"]
    assert [fix.name for fix in fixes] == names
    assert [fix.preferred for fix in fixes] == [True, False, False, False, False]


def menu(text: str, start: int, end: int) -> list[str]:
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    return [action.fix.title for action in actions(workspace, "main.py", start, end)]


def test_the_menu_of_an_editor() -> None:
    """What answers the finding, the same for the whole file, hiding, the page."""
    text = "import requests\n\nrequests.get('u')\nrequests.get('v')\n"
    at = text.index("requests.get")
    assert menu(text, at, at) == [
        "Wrap in try/except requests.RequestException, end the program with a message",
        "Retry up to 4 times with exponential backoff and jitter",
        "Retry for 60 seconds with exponential backoff and jitter",
        "Add timeout=10",
        "Fix all HUP101 in this file, as preferred",
        "Fix all HUP401 in this file, as preferred",
        "Ignore HUP101 on this line",
        "Ignore HUP401 on this line",
        "Ignore HUP101 in this file",
        "Ignore HUP401 in this file",
        "Show documentation for HUP101",
        "Show documentation for HUP401",
    ]


@pytest.mark.parametrize("text", ["one = 1\nprint(one)\n", "for a in b:\n    print(a)\nprint(b)\n"])
def test_a_selection_without_network_calls_has_no_menu(text: str) -> None:
    assert menu(text, 0, len(text)) == []


def test_a_selection_that_cuts_through_a_statement_is_not_wrapped() -> None:
    text = "import requests\n\ndef f(u):\n    a = requests.get(u, timeout=1)\n    return (a,\n        u)\n"
    start, whole = text.index("    a ="), len(text)
    assert any(title.startswith("Wrap the selection") for title in menu(text, start, whole))
    assert not any(title.startswith("Wrap the selection") for title in menu(text, start, whole - 4))
    assert not any(title.startswith("Wrap the selection") for title in menu(text, start + 6, whole))


def test_everything_at_once_until_nothing_is_left() -> None:
    """The clause that is mended handles what would else get a clause of its own; imports come once."""
    text = (
        "import requests\n\n\ndef main():\n    try:\n        print(requests.get('a').text)\n"
        "    except ConnectionError:\n        print('gone')\n    requests.get('b')\n\n\nmain()\n"
    )
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    done = repair(workspace, "main.py", is_preferred)
    assert workspace.document("main.py").source.data == text.encode()
    assert done.made == {"HUP202": 1, "HUP401": 2, "HUP101": 1}
    assert done.source.data.decode() == (
        "import sys\n\nimport requests\n\n\ndef main():\n    try:\n"
        "        print(requests.get('a', timeout=10).text)\n"
        "    except requests.RequestException:\n        print('gone')\n"
        "    try:\n        requests.get('b', timeout=10)\n"
        "    except requests.RequestException as error:\n"
        '        print(f"requests.get failed: {error}", file=sys.stderr)\n\n\nmain()\n'
    )
    assert repair(workspace, "main.py", is_safe).made == {}
    assert apply(Source.from_text(text), changes(Source.from_text(text), done.source)).data == done.source.data


def test_in_a_try_a_clause_comes_first() -> None:
    text = "import requests\ntry:\n    requests.get('u', timeout=1)\nexcept KeyError:\n    print('no')\n"
    fixes = offered(text, "HUP101")
    assert [fix.name for fix in fixes][:3] == ["add-except-clause", "widen-clause", "wrap-in-try"]
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
