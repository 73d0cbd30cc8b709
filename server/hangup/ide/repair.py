"""Makes many fixes of a file at once: again and again, until there is nothing more to fix."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher

import msgspec

from hangup.fixes.fix import Fix
from hangup.ide.offers import fixes_for
from hangup.rules.finding import Finding
from hangup.syntax.edits import Edit, apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

_ROUNDS = 10
"""Fixes that overlap are made one round after the other; a chain of so many has not been seen."""

Wanted = Callable[[Finding, Fix], bool]


class Repair(msgspec.Struct, frozen=True):
    """The text after the fixes, and how many were made of each rule."""

    source: Source
    made: dict[str, int]


def is_safe(finding: Finding, fix: Fix) -> bool:
    """Whether a fix may be made without being asked for: the preferred one, if it is safe."""
    return fix.preferred and fix.applicability == "safe" and fix.kind == "quickfix"


def is_preferred(finding: Finding, fix: Fix) -> bool:
    """Whether a fix is the one to take for its finding."""
    return fix.preferred and fix.kind == "quickfix"


def repair(workspace: Workspace, path: str, wanted: Wanted) -> Repair:
    """A file after all fixes that are wanted. The workspace is as before when this returns.

    A round whose fixes leave as many findings to fix as there were is taken back, and is the last.
    """
    original = workspace.document(path).source
    made: dict[str, int] = {}
    try:
        # A clause that is mended may handle what would else get one of its own.
        for phase in (lambda each, fix: not each.code.startswith("HUP1") and wanted(each, fix), wanted):
            for finding in _rounds(workspace, path, phase):
                made[finding.code] = made.get(finding.code, 0) + 1
        return Repair(workspace.document(path).source, made)
    finally:
        workspace.update(path, original)


def _rounds(workspace: Workspace, path: str, wanted: Wanted) -> list[Finding]:
    """Make fixes, round after round; the findings that are gone for it."""
    gone: list[Finding] = []
    chosen = _chosen(workspace, path, wanted)
    for _ in range(_ROUNDS):
        edits, taken = _compatible(chosen)
        if not taken:
            break
        before = workspace.document(path).source
        workspace.update(path, apply(before, edits))
        left = _chosen(workspace, path, wanted)
        if len(left) >= len(chosen):
            workspace.update(path, before)
            break
        chosen = left
        gone += taken
    return gone


def changes(before: Source, after: Source) -> tuple[Edit, ...]:
    """The edits, line by line, that make one text of the other: the lines around them keep their marks and folds."""
    old, new = before.data.splitlines(keepends=True), after.data.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Edit(starts[first], starts[last], b"".join(new[begin:end]).decode("utf-8", "replace"))
        for kind, first, last, begin, end in matcher.get_opcodes()
        if kind != "equal"
    )


def _chosen(workspace: Workspace, path: str, wanted: Wanted) -> list[tuple[Finding, Fix]]:
    """The first fix that is wanted of each finding that has one."""
    found: list[tuple[Finding, Fix]] = []
    for finding in workspace.findings(path):
        fix = next((each for each in fixes_for(workspace, path, finding) if wanted(finding, each)), None)
        if fix is not None:
            found.append((finding, fix))
    return found


def _compatible(chosen: list[tuple[Finding, Fix]]) -> tuple[list[Edit], list[Finding]]:
    """As many fixes, from the top, as do not touch each other. The same import is added once."""
    edits: list[Edit] = []
    taken: list[Finding] = []
    for finding, fix in chosen:
        fresh = [edit for edit in fix.edits if edit not in edits]
        if any(edit.start <= other.end and other.start <= edit.end for edit in fresh for other in edits):
            continue
        edits += fresh
        taken.append(finding)
    return edits, taken
