"""Makes a clause of the `try` around an unhandled call catch its failures too: what it does is right for them."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Guard, Handler
from hangup.fixes.clauses import is_of_no_use, missed_in, names_a_tuple, reads_its_own, uses_what_fails
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.flow.classes import grouped
from hangup.flow.holes import Hole
from hangup.rules.dead_clause import dead_clauses
from hangup.syntax.edits import Edit

NAME = "widen-clause"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the last clause catches more; or, if it never matches, something else."""
    hole = context.hole
    found = _innermost(context, hole) if hole is not None else None
    if hole is None or found is None:
        return
    index, guard = found
    handler = guard.handlers[-1]
    _, whole = context.flow.guards.caught(hole.scope, handler)
    if not handler.types or not whole or handler.star:
        return
    if names_a_tuple(context, hole.scope, handler) or reads_its_own(hole.scope, handler):
        return
    if uses_what_fails(context, hole, guard, handler) or is_of_no_use(context, hole, guard):
        return
    body = context.source.slice(hole.scope.start + handler.body_start, hole.scope.start + handler.body_end)
    if body.strip() in ("pass", "..."):
        return  # what it drops in silence may be nothing; a network error is something
    dead = any(
        clause.body.scope is hole.scope and clause.body.guard == index and clause.handler == handler
        for clause in dead_clauses(context.context)
    )
    missed = missed_in(context, hole, guard)
    wanted = best_classes(context, missed, [qualified for qualified, _ in hole.effect.entries])
    clause, modules = write_clause(context, hole.scope, wanted)
    kept = [] if dead else _kept(context, hole, handler, wanted)
    clause = f"({', '.join([*kept, clause.strip('()')])})" if kept else clause
    start, end = hole.scope.start + handler.types_start, hole.scope.start + handler.types_end
    written = context.source.slice(start, end)
    if "\n" in written or "\r" in written or "#" in written:
        return
    title = f"Catch {clause} instead of {written}" if dead else f"Catch {clause} in the clause for {written}"
    imports = add_imports(context.source, context.tree, [*modules])
    yield Fix(title, (*imports, Edit(start, end, clause)), NAME, applicability="unsafe")


def _kept(context: FixContext, hole: Hole, handler: Handler, wanted: tuple[str, ...]) -> list[str]:
    """The classes of a clause as they are written, without those that are covered by what is added."""
    texts: list[str] = []
    for each in handler.types:
        names, _ = context.flow.classes.named(context.flow.evaluator.values(hole.scope, each))
        if not all(any(context.flow.classes.is_subclass(name, base) for base in wanted) for name in names):
            texts.append(context.source.slice(hole.scope.start + each.start, hole.scope.start + each.end))
    return texts


def _innermost(context: FixContext, hole: Hole) -> tuple[int, Guard] | None:
    """The innermost `try` with clauses around the call, in its own function; None where the errors come to it in a
    group."""
    for index, guard in context.flow.guards.enclosing(hole.scope, hole.site.guard):
        if guard.kind == "try" and guard.handlers:
            arriving = context.flow.guards.follow(hole.scope, hole.site.guard, hole.errors, until=index).through
            return None if any(grouped(name) for name in arriving) else (index, guard)
    return None


FIX = FixMaker(NAME, frozenset({"HUP101"}), 16, make)
