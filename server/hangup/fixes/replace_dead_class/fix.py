"""Replaces the class of a clause that never matches by the one that is raised."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.syntax.edits import Edit


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the namesake if that stops everything that arrives, else the library's base class."""
    finding = context.finding
    if not finding.names:
        return
    arriving = frozenset(finding.arriving)
    names = frozenset(finding.names)
    covered = finding.code == "HUP202" and all(
        any(context.flow.classes.is_subclass(error, name) for name in names) for error in arriving
    )
    if not covered:
        names = frozenset(best_classes(context, arriving, []))
    clause, modules = write_clause(context, context.scope, context.flow.classes.most_general(names))
    edit = Edit(finding.start, finding.end, clause)
    imports = add_imports(context.source, context.tree, modules)
    yield Fix(f"Catch {clause}", (*imports, edit), "replace-dead-class", preferred=True)


FIX = FixMaker("replace-dead-class", frozenset({"HUP201", "HUP202"}), 10, make)
