"""Replaces the class of a clause that never matches by the one that is raised."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.clauses import hides_a_clause
from hangup.fixes.fix import Applicability, Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.rules.dead_clause import counterparts
from hangup.syntax.edits import Edit


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the namesake if that leaves nothing unhandled, else the library's base class."""
    finding = context.finding
    if not finding.names:
        return
    names = frozenset(finding.names)
    left = {e for e in finding.arriving if not any(context.flow.classes.is_subclass(e, name) for name in names)}
    if finding.code != "HUP202" or _gets_out(context, left):
        names = frozenset(best_classes(context, frozenset(finding.arriving), []))
        if hides_a_clause(context, context.scope, context.finding.start, names):
            names = counterparts(context.context, finding)
            if not names or hides_a_clause(context, context.scope, context.finding.start, names):
                return
    clause, modules = write_clause(context, context.scope, context.flow.classes.most_general(names))
    edit = Edit(finding.start, finding.end, clause)
    imports = add_imports(context.source, context.tree, [*modules])
    # For a namesake, the handler was written for just this error; anything wider is another decision.
    safety: Applicability = "safe" if names == frozenset(finding.names) and finding.code == "HUP202" else "unsafe"
    yield Fix(f"Catch {clause}", (*imports, edit), "replace-dead-class", preferred=True, applicability=safety)


def _gets_out(context: FixContext, errors: set[str]) -> bool:
    """Whether some of the errors that arrive at the clause's `try` get past all its clauses and those around it."""
    scope = context.scope
    at = context.finding.start - scope.start
    for index, guard in enumerate(scope.unit.guards):
        if any(handler.types_start == at for handler in guard.handlers):
            passage = context.flow.guards.follow(scope, index, errors)
            return bool(passage.through | passage.explicit)
    return bool(errors)


FIX = FixMaker("replace-dead-class", frozenset({"HUP201", "HUP202"}), 10, make)
