"""Every fix in files that people have written: those of Python itself and of the libraries that are installed."""

from __future__ import annotations

import ast
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hangup.fixes.fix import Fix
from hangup.ide.offers import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace

SETTINGS = Settings(dependencies=["tenacity", "stamina", "backoff"])
_WORDS = (b"socket", b"urlopen", b"http.client", b"requests", b"httpx", b"urllib3", b"smtplib", b"ftplib")
_MOST_FILES, _MOST_FINDINGS, _LARGEST = 40, 3, 60_000


def files() -> list[Path]:
    """Some of the files that have to do with a network, of Python and of what is installed beside the tests."""
    roots = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    found: list[list[Path]] = []
    for root in roots:
        paths = (path for path in sorted(root.rglob("*.py")) if "tests" not in path.parts and "test" not in path.parts)
        found.append([path for path in paths if _has_to_do_with_a_network(path)])
    python, installed = found
    inside = [path for path in python if not path.is_relative_to(roots[1])]
    return [*_spread(inside), *_spread(installed)]


def _spread(paths: list[Path]) -> list[Path]:
    return paths[:: max(1, len(paths) // _MOST_FILES)]


def _has_to_do_with_a_network(path: Path) -> bool:
    if path.stat().st_size > _LARGEST:
        return False
    data = path.read_bytes()
    return b"import" in data and any(word in data for word in _WORDS)


def seen(workspace: Workspace) -> Counter[tuple[str, str]]:
    """The findings by their rule and the text of their line, which stays when the line moves."""
    lines = workspace.document("main.py").source.lines
    return Counter(
        (finding.code, lines.text(lines.line_of(finding.start)).strip().decode("utf-8", "replace"))
        for finding in workspace.findings("main.py")
    )


def changes(workspace: Workspace, source: Source) -> Iterator[tuple[str, str, Fix]]:
    """The fixes of the first findings of a file, each with the finding's rule and line."""
    for finding in workspace.findings("main.py")[:_MOST_FINDINGS]:
        line = source.lines.text(source.lines.line_of(finding.start)).strip().decode("utf-8", "replace")
        for fix in fixes_for(workspace, "main.py", finding):
            yield finding.code, line, fix


def test_fixes_of_real_files() -> None:
    """Each parses and removes its finding; what was not found fault with before is not afterwards."""
    tried = 0
    for path in files():
        source = Source.from_bytes(path.read_bytes())
        workspace = Workspace(SETTINGS)
        workspace.update("main.py", source)
        before = seen(workspace)
        places = {line for _, line in before}
        old_lines = set(source.data.decode("utf-8", "replace").replace("\r", "\n").split("\n"))
        clean = {line.strip() for line in old_lines} - places
        for code, line, fix in list(changes(workspace, source)):
            fixed = apply(source, fix.edits)
            try:
                ast.parse(fixed.data)
            except SyntaxError as error:
                pytest.fail(f"{path}: {line}: {fix.title}: {error}")
            workspace.update("main.py", fixed)
            after = seen(workspace)
            if fix.kind == "quickfix":
                assert after[code, line] < before[code, line], f"{path}: {line}: {fix.title} leaves its finding"
            assert not {place for _, place in after} & clean, f"{path}: {line}: {fix.title} brings a finding"
            workspace.update("main.py", source)
            tried += 1
    assert tried > 50, tried
