"""Runs every `cases.md` beside a rule or a fix. `UPDATE_CASES=1` rewrites the `fixed` and `hover` fences, nothing
else."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import tomli

import hangup
from case_format import Case, Expected, read_cases
from hangup.fixes.fix import Fix
from hangup.ide.actions import fixes_for
from hangup.ide.hover import hover
from hangup.ide.offers import refusals_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings, parse
from hangup.workspace.workspace import Workspace
from parsing import is_python

PACKAGE = Path(hangup.__file__).parent
FILES = sorted(PACKAGE.glob("*/*/cases.md")) + sorted((Path(__file__).parent / "cases").glob("*.md"))
CASES = [case for path in FILES for case in read_cases(path)]


def workspace_of(case: Case) -> Workspace:
    table = tomli.loads(case.settings).get("tool", {}).get("hangup", {}) if case.settings else {}
    workspace = Workspace(parse(table, str(case.path)) if table else Settings())
    for path, text in case.files.items():
        workspace.update(path, Source.from_text(text))
    return workspace


def seen(workspace: Workspace, path: str) -> list[tuple[int, str, str, str]]:
    lines = workspace.document(path).source.lines
    return [(lines.line_of(f.start), f.code, f.message, f.severity) for f in workspace.findings(path)]


def matches(expected: Expected, found: tuple[int, str, str, str]) -> bool:
    line, code, message, severity = found
    right_severity = expected.severity in ("error", severity)
    return (expected.line, expected.code) == (line, code) and expected.message in message and right_severity


def test_there_are_cases_for_every_rule_and_fix() -> None:
    units = {path.parent for kind in ("rules/*/rule.py", "fixes/*/fix.py") for path in PACKAGE.glob(kind)}
    without = {unit.name for unit in units if not any(case.path.parent == unit for case in CASES)}
    assert without == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.identity)
def test_findings(case: Case) -> None:
    """The findings are those that the comments announce: no more, no fewer, in every file of the case."""
    workspace = workspace_of(case)
    for path, expected in case.expected.items():
        found = seen(workspace, path)
        missing = [each for each in expected if not any(matches(each, one) for one in found)]
        extra = [one for one in found if not any(matches(each, one) for each in expected)]
        assert (missing, extra) == ([], []), path
        assert len(found) == len(expected), f"{path}: {found}"


FIXES = [(case, *fixed) for case in CASES for fixed in case.fixed]


@pytest.mark.parametrize(("case", "path", "title", "wanted"), FIXES, ids=lambda v: getattr(v, "identity", None))
def test_fix(case: Case, path: str, title: str, wanted: str) -> None:
    """A fix gives exactly the text of its fence, which parses; its finding is gone and no other has come."""
    workspace = workspace_of(case)
    document = workspace.document(path)
    found = workspace.findings(path)
    offered: list[Fix] = [fix for finding in found for fix in fixes_for(workspace, path, finding)]
    chosen = next((fix for fix in offered if fix.title == title), None)
    assert chosen is not None, f"offered: {[fix.title for fix in offered]}"
    fixed = apply(document.source, chosen.edits)
    text = fixed.data.decode("utf-8")
    if os.environ.get("UPDATE_CASES") == "1" and text != wanted:
        rewrite(case.path, wanted, text)
        wanted = text
    assert wanted == text
    assert is_python(fixed)
    before = Counter(finding.code for finding in found)
    workspace.update(path, fixed)
    after = Counter(finding.code for finding in workspace.findings(path))
    # A retry of what must not be done twice says so in its title, and the rule about that says it again.
    announced = Counter({"HUP303": 1}) if "may send twice" in title else Counter()
    assert after - before - announced == Counter(), "the fix brings a finding"
    # A refactoring changes something near its finding, which stays.
    assert chosen.kind != "quickfix" or before - after != Counter(), "the fix leaves its finding"


REFUSED = [(case, *refused) for case in CASES for refused in case.refused]


@pytest.mark.parametrize(("case", "title", "reason"), REFUSED, ids=lambda v: getattr(v, "identity", None))
def test_refused(case: Case, title: str, reason: str) -> None:
    """Nothing of that title is offered anywhere in the file, and menus that can say why do so."""
    workspace, path = workspace_of(case), next(iter(case.files))
    found = workspace.findings(path)
    assert found, "there is nothing that could be offered"
    offered = [fix.title for finding in found for fix in fixes_for(workspace, path, finding)]
    assert not [each for each in offered if each.startswith(title)]
    reasons = [each for finding in found for each in refusals_for(workspace, path, finding)]
    assert {each.disabled for each in reasons if each.title.startswith(title)} == ({reason} if reason else set())


HOVERS = [
    (case, path, line, name, text)
    for case in CASES
    for (path, line, name), text in zip(case.hovers, case.hover_texts, strict=True)
]


@pytest.mark.parametrize(("case", "path", "line", "name", "wanted"), HOVERS, ids=lambda v: getattr(v, "identity", None))
def test_hover(case: Case, path: str, line: int, name: str, wanted: str) -> None:
    """The text over a name is exactly that of its fence."""
    workspace = workspace_of(case)
    source = workspace.document(path).source
    at = source.data.index(name.encode(), source.lines.start(line)) + len(name) - 1
    shown = hover(workspace, path, at)
    assert shown is not None, f"nothing over {name}"
    text = shown.markdown + "\n"
    if os.environ.get("UPDATE_CASES") == "1" and text != wanted:
        rewrite(case.path, wanted, text)
        wanted = text
    assert wanted == text


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace one fence's text in a cases file."""
    text = path.read_text("utf-8")
    assert text.count(f"\n{old}```") == 1, "the fence to rewrite is not unique"
    path.write_text(text.replace(f"\n{old}```", f"\n{new}```"), "utf-8")
