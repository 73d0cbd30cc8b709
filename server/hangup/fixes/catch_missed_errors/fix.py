"""Widens the clause that already stops some failures of a call so that it stops all of them."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Handler
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.flow.holes import Hole
from hangup.syntax.edits import Edit


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the clause around the call that stops the others catches these as well."""
    hole = context.hole
    handler = _clause(hole) if hole is not None else None
    if hole is None or handler is None or not handler.types:
        return
    caught, whole = context.flow.guards.caught(hole.scope, handler)
    if not whole:
        return
    wanted = best_classes(context, hole.missed, [qualified for qualified, _ in hole.effect.entries])
    names = context.flow.classes.most_general(caught | frozenset(wanted))
    clause, modules = write_clause(context, hole.scope, names)
    start, end = hole.scope.start + handler.types_start, hole.scope.start + handler.types_end
    imports = add_imports(context.source, context.tree, modules)
    yield Fix(f"Catch {clause} there", (*imports, Edit(start, end, clause)), "catch-missed-errors", preferred=True)


def _clause(hole: Hole) -> Handler | None:
    """The innermost clause around the call that stopped one of its failures."""
    stopped = [at for at in hole.passage.stopped.values() if at[1] is not None]
    if not stopped:
        return None
    guard, index = max(stopped)
    return hole.scope.unit.guards[guard].handlers[index or 0]


FIX = FixMaker("catch-missed-errors", frozenset({"HUP102"}), 10, make)
