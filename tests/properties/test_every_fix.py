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
NARROWING = {"unwrap-real-cause", "raise-the-last-error", "retry-on-what-is-raised"}

# The read of a body that nothing handles has a rule of its own as soon as the call before it is guarded.
SAME = {"HUP103": "HUP101"}


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
        before = findings(source)
        for finding in found:
            for fix in fixes_for(workspace, "main.py", finding):
                fixed = apply(source, fix.edits)
                assert is_python(fixed), fix.title
                if newline == "\r\n":
                    assert fixed.data.count(b"\n") == fixed.data.count(b"\r\n"), fix.title
                after, code = findings(fixed), SAME.get(finding.code, finding.code)
                stays = finding.code == "HUP204" or fix.kind != "quickfix"
                assert after[code] < before[code] or stays, fix.title
                # A clause in a loop may make a retry of it, of which the rules about retries have more to say; what a
                # comment hid may be mended with the rest.
                revealed = {code: n for code, n in after.items() if code.startswith("HUP3") or code == "HUP901"}
                new = after - before - Counter(revealed)
                assert fix.name in NARROWING or not new, f"{fix.title}: {new}\n{text}"
                tried += 1
    assert tried, "the cases offer no fix"


def findings(source: Source) -> Counter[str]:
    workspace = Workspace()
    workspace.update("main.py", source)
    return Counter(SAME.get(finding.code, finding.code) for finding in workspace.findings("main.py"))
