"""Programs that are put together of all kinds of statements print the same after every fix, where nothing fails.

`EXAMPLES=500 python -m pytest tests/faults/test_programs_without_faults.py` runs more of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import fire
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hangup.faults import FaultServer
from hangup.ide.offers import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

EXAMPLES = int(os.environ.get("EXAMPLES", "15"))
# `T` is the text of an answer, `C` the answer.
STATEMENTS = [
    "x = T",
    "x += T",
    "x, y = T, 1",
    "x: str = T",
    "x = table['k'] = T",
    "print(T)  # why",
    "print(f'{T!r:>10}', '''a\n  b''')",
    "x = '''one\n\ttwo\n''' + T",
    "x = \\\n  T",
    "x = (\n    T  # inside\n    .upper()\n)",
    "x = [T for _ in range(2)]",
    "x = {k: T for k in 'ab' if T != k}",
    "x = list(T for _ in range(2))",
    "x = ' '.join(T for _ in range(2))",
    "if T: print('yes')",
    "if not x: C; print('asked')  # both",
    "print('a'); x = T; print(x);",
    "if x == 'never':\n    pass\nelif T:\n    print('elif')\nelse:\n    print('else')",
    "while T != x:\n    print('round'); x = '42'",
    "while not T == '42':\n    print('never')\nelse:\n    print('done')",
    "for r in T:\n    if r == '2': break\n    print(r)\nelse:\n    print('else')",
    "for r in 'abc':\n    if r == 'b':\n        continue\n    print(r, T)",
    "for r in 'ab': print(T)",
    "if (y := T):\n    print(y)",
    "match T:\n    case '42':\n        print('match')\n    case _:\n        print('other')",
    "match x:\n    case str() if T: print('guard')\n    case _: print('no')",
    "f = lambda n: T + n\nprint(f('!'))",
    "def inner(d=T):\n    return d\nprint(inner())",
    "class Inner:\n    start = '<'\n    value = start + T\nprint(Inner.value)",
    "def inner():\n    yield T\n    yield x\nprint(list(inner()))",
    "try:\n    print(T)\nexcept KeyError:\n    print('no')\nfinally:\n    print('end')",
    "try:\n    pass\nfinally:\n    x = T",
    "assert T, 'why'",
    "C",
    "global z\nz = T\nprint(z)",
]
PLACES = [
    "x, table = 'x', {}\nS\nprint(x, table)",
    "def main(x, table):\n    S\n    print(x, table)\n    return x\nprint(main('x', {}))",
    "def main(x, table):\n    S\nprint(main('x', {}))",
    "def main(x, table):\n    S\n    return T\nprint(main('x', {}))",
    "def main(x, table):\n    for u in range(2):\n        S\n        print(u, x)\nmain('x', {})",
    "def main(x, table):\n    while x:\n        S\n        print(x)\n        break\n    return table\n"
    "print(main('x', {}))",
    "class A:\n    def run(self, x, table):\n        S\n        return [x]\nprint(A().run('x', {}))",
    "def outer():\n    x, table = 'x', {}\n    def main():\n        nonlocal x\n        S\n        return x\n"
    "    return main\nprint(outer()(), outer()())",
    "def main(x, table, error, attempt, time, random, sys):\n    if x: pass\n    else:\n        S\n    return x\n"
    "print(main('', {}, 1, 2, 3, 4, 5))",
]
HEADS = {
    "requests": ("import sys\n\nimport requests\n\nurl = sys.argv[1]\n", "requests.get(url, timeout=5)", ".text"),
    "urlopen": (
        "from urllib.request import urlopen\nimport sys\nurl = sys.argv[1]\n",
        "urlopen(url, timeout=5)",
        ".read().decode()",
    ),
    "post": (
        "import requests, sys\nfrom time import time\nurl = sys.argv[1]\n",
        "requests.post(url, timeout=5)",
        ".text",
    ),
}


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program that asks the server at its first argument, once or several times."""
    head, call, text = HEADS[draw(st.sampled_from(sorted(HEADS)))]
    statement, place = draw(st.sampled_from(STATEMENTS)), draw(st.sampled_from(PLACES))
    lines = [_indented(statement, line[:-1]) if line.strip() == "S" else line for line in place.split("\n")]
    body = "\n".join(lines).replace("T", f"{call}{text}").replace("C", call)
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return f"{head}{body}\n".replace("\n", newline)


def _indented(statement: str, indent: str) -> str:
    """The statement in a block; what is in a string stays where it is."""
    inside, found = False, []
    for line in statement.split("\n"):
        found.append(line if inside else indent + line)
        inside ^= line.count("'''") % 2 == 1
    return "\n".join(found)


@pytest.fixture(scope="module")
def runner() -> Iterator[fire.Runner]:
    found = fire.Runner()
    yield found
    found.close()


def fixed(text: str) -> Iterator[tuple[str, str]]:
    """The program after each fix that handles or repeats, with the fix's title."""
    source, workspace = Source.from_text(text), Workspace(fire.SETTINGS)
    workspace.update("main.py", source)
    for finding in workspace.findings("main.py"):
        for fix in fixes_for(workspace, "main.py", finding):
            library = fire.library_of(fix.name)
            handles = finding.code.startswith("HUP1") and not fix.name.startswith("ignore")
            if handles and (library is None or find_spec(library) is not None):
                yield fix.title, apply(source, fix.edits).data.decode()


def came(runner: fire.Runner, server: FaultServer, text: str) -> tuple[object, ...]:
    """What came of a program, and how many requests it made."""
    before = len(server.requests)
    seen = runner.run(text, server.url)
    return seen["out"], seen["err"], seen["error"], len(server.requests) - before


def same_after_every_fix(runner: fire.Runner, text: str) -> int:
    """Assert that the program does the same after every fix; how many there are."""
    try:
        compile(text, "main.py", "exec")
    except SyntaxError:
        return 0  # a `nonlocal` name with an annotation
    tried = 0
    with FaultServer("rst_after_request", fail_first=0, answer=b"42") as server:
        wanted = came(runner, server, text)
        assert wanted[2] == [], text
        for title, changed in fixed(text):
            assert came(runner, server, changed) == wanted, f"{title}\n{changed}"
            tried += 1
    return tried


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=programs())
def test_the_output_is_the_same(text: str, runner: fire.Runner) -> None:
    same_after_every_fix(runner, text)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_each_statement_runs(statement: str, runner: fire.Runner) -> None:
    head, call, text = HEADS["requests"]
    body = PLACES[1].replace("    S", _indented(statement, "    "))
    assert same_after_every_fix(runner, head + body.replace("T", call + text).replace("C", call) + "\n") >= 1
