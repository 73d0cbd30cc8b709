"""Replaces the class that a retry waits for in vain by the one that is raised."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Attribute, Expression, Name, parts_of
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.fixes.plan_edits import retry_of
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.tried import Retry
from hangup.flow.retries.written import argument
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.syntax.edits import Edit

NAME = "retry-on-what-is-raised"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the namesake of the class, or where there is none the base class of the library."""
    retry = retry_of(context)
    if retry is None or retry.plan is None or not context.finding.names:
        return
    names = context.flow.classes.most_general(frozenset(context.finding.names))
    if not context.finding.arriving:
        names = best_classes(context, frozenset(names), [])
    places = list(_places(context, retry.plan, frozenset((context.finding.replacement or "").split())))
    if len(places) != 1:  # of several that are wrong, a person has to say which is to go
        return
    scope = retry.plan.scope
    text, modules = write_clause(context, scope, names)
    edits = [Edit(scope.start + places[0].start, scope.start + places[0].end, text)]
    imports = add_imports(context.source, context.tree, [*modules])
    unsafe = _may_send_twice(retry)
    title = f"Retry on {text}" + (" (may send twice)" if unsafe else "")
    yield Fix(title, (*imports, *edits), NAME, applicability="unsafe", preferred=not unsafe)


def _places(context: FixContext, plan: Plan, dead: frozenset[str]) -> Iterator[Expression]:
    """Where the classes stand in the retry's argument."""
    given = argument(plan.expression, plan.retrier.on)
    if given is None:
        return
    for part in parts_of(given):
        if isinstance(part, Name | Attribute) and _is_one_of(context, plan.scope, part, dead):
            yield part


def _is_one_of(context: FixContext, scope: Scope, part: Expression, dead: frozenset[str]) -> bool:
    values = context.flow.evaluator.values(scope, part)
    return len(values) == 1 and isinstance(values[0], Dotted) and values[0].name in dead


def _may_send_twice(retry: Retry) -> bool:
    return any(entry.idempotent is False for each in retry.tried for _, entry in each.effect.entries)


FIX = FixMaker(NAME, frozenset({"HUP304"}), 10, make)
