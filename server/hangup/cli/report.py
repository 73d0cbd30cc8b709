"""Findings as text for people and as JSON for programs.

The JSON is a contract: README describes it, `tests/test_check_json.py` holds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hangup.fixes.fix import Fix
from hangup.rules.finding import Finding
from hangup.workspace.workspace import Workspace

VERSION = 1


@dataclass(frozen=True)
class Reported:
    """A finding of a file (`path`, relative to `root`) of a workspace, with its fixes where they are asked for."""

    workspace: Workspace
    root: Path
    path: str
    finding: Finding
    fixes: Sequence[Fix] = ()


def as_text(reported: list[Reported], files: int, *, hints: bool = False) -> str:
    """One line for each finding, those on the way below it, and a line that counts. hints: show hints as well."""
    lines: list[str] = []
    shown = [each for each in reported if hints or each.finding.severity != "hint"]
    left_out = len(reported) - len(shown)
    rest = f" {left_out} hint{'s' if left_out > 1 else ''} left out: --hints shows them." if left_out else ""
    for each in shown:
        finding = each.finding
        line, column = _place(each, each.path, finding.start)
        lines.append(
            f"{_shown(each.root / each.path)}:{line}:{column}: {finding.severity} {finding.code} {finding.message}"
        )
        for related in finding.related:
            line, column = _place(each, related.path, related.start)
            lines.append(f"    {_shown(each.root / related.path)}:{line}:{column}: {related.message}")
    looked_at = "1 file" if files == 1 else f"{files} files"
    if not shown:
        return f"Nothing found in {looked_at}.{rest}"
    counts = Counter(each.finding.severity for each in shown)
    parts = [f"{n} {severity}{'s' if n > 1 and severity != 'information' else ''}" for severity, n in counts.items()]
    return "\n".join([*lines, f"Found {', '.join(parts)} in {looked_at}.{rest}"])


def as_json(reported: list[Reported]) -> str:
    """The findings as JSON, version 1 of the contract."""
    table = {"version": VERSION, "findings": [_finding(each) for each in reported]}
    return msgspec.json.format(msgspec.json.encode(table), indent=2).decode()


def _finding(each: Reported) -> dict[str, Any]:
    finding = each.finding
    line, column = _place(each, each.path, finding.start)
    end_line, end_column = _place(each, each.path, finding.end)
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "path": _shown(each.root / each.path),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": finding.message,
        "related": [_related(each, related.path, related.start, related.message) for related in finding.related],
        "fixes": [_fix(each, fix) for fix in each.fixes],
    }


def _related(each: Reported, path: str, start: int, message: str) -> dict[str, Any]:
    line, column = _place(each, path, start)
    return {"path": _shown(each.root / path), "line": line, "column": column, "message": message}


def _fix(each: Reported, fix: Fix) -> dict[str, Any]:
    edits = []
    for edit in fix.edits:
        line, column = _place(each, each.path, edit.start)
        end_line, end_column = _place(each, each.path, edit.end)
        edits.append(
            {
                "path": _shown(each.root / each.path),
                "line": line,
                "column": column,
                "end_line": end_line,
                "end_column": end_column,
                "text": edit.text,
            }
        )
    return {
        "title": fix.title,
        "kind": fix.kind,
        "preferred": fix.preferred,
        "applicability": fix.applicability,
        "edits": edits,
    }


def _place(each: Reported, path: str, offset: int) -> tuple[int, int]:
    """One-based line and column, in code points."""
    position = each.workspace.document(path).source.lines.position(offset, "utf-32")
    return position.line + 1, position.column + 1


def _shown(path: Path) -> str:
    """The path from the working directory if it is below it, else in full; always with forward slashes."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
