"""Every fix that is offered anywhere in the cases, not only those whose text a case states."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import hangup
from case_format import read_cases
from hangup.ide.actions import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace
from parsing import is_python

CASES = sorted(Path(hangup.__file__).parent.glob("*/*/cases.md"))
# A class that a library has stands for what was meant; it may leave other failures of the call to be found.
NARROWING = {"unwrap-real-cause"}


def programs(path: Path) -> list[str]:
    return [text for case in read_cases(path) for text in case.files.values()]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_fix_parses_removes_its_finding_and_adds_none(path: Path, newline: str) -> None:
    """And leaves the line breaks as they are."""
    tried = 0
    for text in programs(path):
        source = Source.from_text(text.replace("\n", newline))
        workspace = Workspace()
        workspace.update("main.py", source)
        found = workspace.findings("main.py")
        before = Counter(finding.code for finding in found)
        for finding in found:
            for fix in fixes_for(workspace, "main.py", finding):
                fixed = apply(source, fix.edits)
                assert is_python(fixed), fix.title
                if newline == "\r\n":
                    assert fixed.data.count(b"\n") == fixed.data.count(b"\r\n"), fix.title
                after = findings(fixed)
                stays = finding.code == "HUP204" or fix.kind != "quickfix"
                assert after[finding.code] < before[finding.code] or stays, fix.title
                # A clause in a loop may make a retry of it, of which the rules about retries have more to say.
                revealed = Counter({code: n for code, n in after.items() if code.startswith("HUP3")})
                assert fix.name in NARROWING or not after - before - revealed, f"{fix.title}: {after - before}\n{text}"
                tried += 1
    assert tried, "the cases offer no fix"


def findings(source: Source) -> Counter[str]:
    workspace = Workspace()
    workspace.update("main.py", source)
    return Counter(finding.code for finding in workspace.findings("main.py"))
