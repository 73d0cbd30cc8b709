"""Every fix of programs that are put together of all kinds of statements, in all kinds of places and lay-outs.

`EXAMPLES=5000 python -m pytest tests/properties/test_every_program.py` tries more of them.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hangup.fixes.fix import Fix
from hangup.ide.actions import actions, completed
from hangup.ide.offers import fixes_for
from hangup.ide.repair import is_preferred, repair
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace
from parsing import is_python

EXAMPLES = int(os.environ.get("EXAMPLES", "160"))
SETTINGS = Settings(dependencies=["tenacity", "stamina", "backoff"])
# `C` is the call.
STATEMENTS = [
    "C",
    "C  # why",
    "x = C",
    "x = total = C",
    "x += C.status_code",
    "x, *y = C, 1",
    "x: object = C",
    "self.x = table['k'] = C",
    "return C",
    "return C, 1",
    "yield C",
    "x = yield C",
    "assert C, 'why'",
    "del table[C]",
    "raise ValueError(C)",
    "print(f'{C!r:>10}', '''a\n  b''')",
    "x = '''one\n\ttwo\n''' + C.text",
    "x = [C for _ in range(2)]",
    "x = {k: C for k in 'ab'}",
    "x = sum(C for _ in range(2))",
    "x = C.json()['a'].get('b')",
    "x = (\n    C  # inside\n    .text\n)",
    "x = \\\n  C",
    "if C: pass",
    "if x: C",
    "if x: C; print(x)  # both",
    "if x:\n    pass\nelif C:\n    print(x)\nelse:\n    # nothing\n    pass",
    "if x: pass\nelse: C",
    "while C:\n    break",
    "while x: C",
    "for r in C:\n    print(r)\nelse:\n    print()",
    "for r in x: C",
    "for r in x:\n    if r:\n        continue\n    C\n    time.sleep(1)",
    "for r in x:\n    try:\n        C\n    except KeyError:\n        break",
    "for r in x:\n    print(r)\nelse:\n    C\n    print(x)",
    "if (y := C):\n    print(y)",
    "match C:\n    case [1, *_]:\n        pass\n    case _:\n        pass",
    "match x:\n    case 1 if C: print(1)\n    case _: C",
    "with C as r:\n    print(r)",
    "with open('f') as f, C as r: print(f, r)",
    "C; print(x)",
    "x = 1; C;",
    "f = lambda: C",
    "def inner(d=C):\n    return d",
    "@decorate(C)\ndef inner():\n    pass",
    "class Inner(make(C)):\n    pass",
    "class Inner:\n    '''doc'''\n    value = C",
    "class Inner: value = C",
    "def inner(): return C",
    "def inner():\n    'doc'\n    return C\nprint(inner)",
    "try:\n    C\nfinally:\n    pass",
    "try: C\nexcept KeyError: pass",
    "try:\n    C\nexcept (KeyError, ValueError) as e:\n    print(e.errno)",
    "try:\n    pass\nexcept KeyError:\n    C\nelse:\n    C\nfinally:\n    C\n    print(x)",
    "try:\n    pass\nexcept* KeyError:\n    C\n    print(x)",
    "if x:\n    '''a\n string'''\n    C\n    # after",
    "print(C,\n    C)",
    "x = C if x else None",
    "x = x and C",
    "async def inner():\n    x = C\n    return x",
]
PLACES = [
    "S\nprint(x)",
    "S",
    "def main(u, x, table):\n    S",
    "def main(u, x, table):\n    '''doc'''\n    S\n    print(x)\n    return x",
    "def main(u, x, table) -> int:\n    S\n    return 1",
    "def main(u, x, table):\n    if not u:\n        return []\n    S\n    return [x]",
    "async def main(u, x, table):\n    S\n    return 1",
    "async def main(u, x, table):\n    async with make() as s, s:\n        S",
    "class A:\n    def __init__(self, u, x, table):\n        self.logger = logging.getLogger('a')\n        S",
    "class A:\n    logger = None\n    x = 0\n    S\n    y = x",
    "def main(u, x, table, error, attempt, time, random, sys):\n    S\n    return x",
    "def main(u, x, table):\n    for u in table:\n        S\n        print(x)",
    "def main(u, x, table):\n    while True:\n        S\n        time.sleep(1)",
    "def outer():\n    def main(u, x, table):\n        nonlocal_x = 1\n        S\n    return main",
    "def main(u, x, table):\n    yield 1\n    S\n    yield x",
    "async def main(u, x, table):\n    yield 1\n    S\n    yield x",
    "def main(u, x, table):\n    try:\n        pass\n    finally:\n        S\n        print(x)",
    "def main(u, x, table):\n    if u: pass\n    else:\n        # first\n        S\n        # last\n\n\nmain(1, 2, {})",
]
HEADS = [
    "import logging\nimport time\n\nimport requests\nfrom urllib.request import urlopen\n",
    '"""Doc."""\n\nfrom __future__ import annotations\nimport requests, logging\nfrom urllib.request import urlopen\n',
    "#!/usr/bin/env python\n# coding: utf-8\nimport logging; import requests\nfrom urllib.request import urlopen\n",
    "import requests as requests\nfrom requests import RequestException\nfrom urllib.request import urlopen\n"
    "class ConnectionError(Exception): pass\nclass ApiError(Exception):\n    pass\n",
    "from typing import TYPE_CHECKING\nfrom time import time, sleep\nimport requests\n"
    "from urllib.request import urlopen\n"
    "if TYPE_CHECKING:\n    import http.client\nsys = OSError = 1\nlogger = logging.getLogger(__name__)\n",
    "\f\nimport requests\n\f\nfrom urllib.request import urlopen\n"
    "try:\n    import logging\nexcept ImportError:\n    pass\n",
    "import requests, tenacity\nfrom urllib.request import urlopen\n"
    "from loguru import logger\ntime = random = range = 3\n",
]
CALLS = ["requests.get(u, timeout=1)", "requests.post(u, timeout=1)", "urlopen(u, timeout=1)", "requests.get(\n  u,\n)"]


@st.composite
def programs(draw: st.DrawFn) -> Source:
    """A program in some lay-out; one that Python takes."""
    statement = draw(st.sampled_from(STATEMENTS)).replace("C", draw(st.sampled_from(CALLS)))
    place = draw(st.sampled_from(PLACES))
    for line in place.split("\n"):
        if line.strip() == "S":
            place = place.replace(line, _indented(statement, line[: len(line) - 1]))
            break
    text = draw(st.sampled_from(HEADS)) + place + draw(st.sampled_from(["\n", "", "\n\n# end"]))
    if draw(st.booleans()):
        text = text.replace("    ", "\t")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    return Source.from_text(draw(st.sampled_from(["", "", "\ufeff"])) + text)


def _indented(statement: str, indent: str) -> str:
    """The statement in a block; what is in a string stays where it is."""
    if "'''" in statement:
        lines = statement.split("\n")
        inside, found = False, []
        for line in lines:
            found.append(line if inside else indent + line)
            inside ^= line.count("'''") % 2 == 1
        return "\n".join(found)
    return textwrap.indent(statement, indent)


def compiles(source: Source) -> bool:
    """Whether Python takes a program: `return` with a value in an asynchronous generator parses, and is an error."""
    if not is_python(source):
        return False
    try:
        compile(source.data, "main.py", "exec")
    except SyntaxError:
        return b"except*" in source.data and sys.version_info < (3, 11)
    return True


def findings(workspace: Workspace) -> Counter[str]:
    return Counter(finding.code for finding in workspace.findings("main.py"))


def check(workspace: Workspace, source: Source, code: str, fix: Fix, before: Counter[str]) -> None:
    fixed = apply(source, fix.edits)
    text = fixed.data.decode()
    assert compiles(fixed), f"{fix.title}\n{text}"
    if fix.name.startswith(("wrap", "retry", "ignore", "add-except")):
        assert _holds(fixed.data, source.data), f"{fix.title} loses something\n{text}"
    for ending in (b"\r\n", b"\r"):
        if source.newline.encode() == ending:
            rest = fixed.data.replace(ending, b"")
            assert b"\n" not in rest or b"\n" in source.data.replace(ending, b""), f"{fix.title} mixes line breaks"
    workspace.update("main.py", fixed)
    after = findings(workspace)
    if fix.kind == "quickfix":
        assert after[code] < before[code], f"{fix.title} leaves its finding\n{text}"
    # What the title or the loop around already says, the rules about retries say again.
    revealed = Counter({code: n for code, n in after.items() if code.startswith("HUP3")})
    assert not after - before - revealed, f"{fix.title} brings {after - before}\n{text}"
    assert not any(fix.edits == again.edits for again in _offered(workspace, code)), fix.title
    workspace.update("main.py", source)


def _offered(workspace: Workspace, code: str) -> list[Fix]:
    found = [finding for finding in workspace.findings("main.py") if finding.code == code]
    return [fix for finding in found for fix in fixes_for(workspace, "main.py", finding)]


def _holds(text: bytes, part: bytes) -> bool:
    """Whether all but the white space and semicolons of one text is in another, in order."""
    rest = iter(text.translate(None, b" \t\r\n\f;"))
    return all(byte in rest for byte in part.translate(None, b" \t\r\n\f;"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=programs())
def test_a_fix_does_what_it_should_and_no_more(source: Source) -> None:
    if not compiles(source):
        return
    workspace = Workspace(SETTINGS)
    workspace.update("main.py", source)
    before = findings(workspace)
    for finding in workspace.findings("main.py"):
        for fix in fixes_for(workspace, "main.py", finding):
            check(workspace, source, finding.code, fix, before)


@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=programs())
def test_all_fixes_together_come_to_an_end(source: Source) -> None:
    if not compiles(source):
        return
    workspace = Workspace(SETTINGS)
    workspace.update("main.py", source)
    done = repair(workspace, "main.py", is_preferred)
    assert compiles(done.source)
    workspace.update("main.py", done.source)
    assert repair(workspace, "main.py", is_preferred).made == {}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_each_statement_is_a_program_somewhere(statement: str) -> None:
    """So that none of them is left out unnoticed; and the whole menu can be made of it."""
    for place in ("async def main(u, x, table):\n    S", "def main(u, x, table):\n    S"):
        text = HEADS[0] + place.replace("    S", _indented(statement.replace("C", CALLS[0]), "    "))
        source = Source.from_text(text)
        if compiles(source):
            break
    else:
        raise AssertionError(text)
    workspace = Workspace(SETTINGS)
    workspace.update("main.py", source)
    menu = actions(workspace, "main.py", 0, len(source.data))
    assert menu
    for action in menu:
        assert compiles(apply(source, completed(workspace, "main.py", action).fix.edits)), action.fix.title
