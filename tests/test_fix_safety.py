"""Every fix says whether it is safe, in its code and on its page; only safe ones are made without being chosen."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

import hangup
from case_format import read_cases
from hangup.fixes.fix import Fix
from hangup.fixes.registry import fix_makers
from hangup.ide.offers import fixes_for
from hangup.ide.repair import is_safe, repair
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace

PACKAGE = Path(hangup.__file__).parent
SETTINGS = Settings(dependencies=["tenacity", "stamina", "backoff", "aiohttp-retry"])
PAGES = sorted(maker.folder() / "doc.md" for maker in fix_makers())
PROGRAMS = [text for path in PACKAGE.glob("*/*/cases.md") for case in read_cases(path) for text in case.files.values()]


def safety(page: Path) -> str:
    """What a page says under "Fix safety"."""
    _, _, after = page.read_text("utf-8").partition("\n## Fix safety\n")
    return " ".join(after.partition("\n#")[0].split())


def said() -> dict[str, set[str]]:
    """What the fixes of the programs in the cases say about themselves, by name."""
    found: dict[str, set[str]] = {}
    for text in PROGRAMS:
        workspace = Workspace(SETTINGS)
        workspace.update("main.py", Source.from_text(text))
        for finding in workspace.findings("main.py"):
            for fix in fixes_for(workspace, "main.py", finding):
                found.setdefault(fix.name, set()).add(fix.applicability)
    return found


def test_nothing_is_said_by_default() -> None:
    field = next(each for each in msgspec.structs.fields(Fix) if each.name == "applicability")
    assert field.required
    paths = [*PACKAGE.glob("fixes/**/*.py"), *PACKAGE.glob("ide/*.py")]
    calls = [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _makes_a_fix(node)]
    assert len(calls) > 20
    assert all(any(keyword.arg == "applicability" for keyword in call.keywords) for call in calls)


def _makes_a_fix(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fix"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_page_explains_it(page: Path) -> None:
    assert safety(page).startswith(("Safe: ", "Safe where ", "Not safe: "))


def test_the_pages_say_what_the_fixes_do() -> None:
    found = said()
    assert {maker.name for maker in fix_makers()} <= found.keys() | {"remove-suppression"}
    for maker in fix_makers():
        words, each = safety(maker.folder() / "doc.md"), found.get(maker.name, {"safe"})
        assert ("safe" in each) == words.startswith("Safe"), maker.name
        assert "unsafe" not in each or "Not safe" in words, maker.name


def test_only_safe_ones_are_made_unasked() -> None:
    """In all programs of the cases: no fix that calls itself unsafe has a part in it."""
    made = 0
    for text in PROGRAMS:
        workspace, source = Workspace(SETTINGS), Source.from_text(text)
        workspace.update("main.py", source)
        findings = workspace.findings("main.py")
        offered = [(finding, fix) for finding in findings for fix in fixes_for(workspace, "main.py", finding)]
        safe = [fix for finding, fix in offered if is_safe(finding, fix)]
        assert all(fix.applicability == "safe" for fix in safe)
        done = repair(workspace, "main.py", is_safe)
        assert bool(done.made) <= bool(safe)
        assert safe or done.source.data == source.data
        made += len(done.made)
    assert made > 20
