"""Gives a call that waits for ever a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Expression
from hangup.fixes.arguments import append_argument
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import Written, write_constant
from hangup.syntax.edits import Edit

SECONDS = 10


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `timeout=10`, or the project's own constant, as the last argument, or in place of a written `None`."""
    parameter = context.finding.replacement or "timeout"
    scope = context.scope
    limit = write_constant(context, scope, context.policy.timeout) if context.policy.timeout is not None else None
    limit = limit or Written(str(SECONDS))
    imports = add_imports(context.source, context.tree, [limit.module])
    for site in scope.unit.sites:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or scope.start + call.start != context.finding.anchor:
            continue
        given = _written_none(context, call, parameter)
        if given is not None:
            edit = Edit(scope.start + given.start, scope.start + given.end, limit.text)
            yield Fix(
                f"Set {parameter}={limit.text}", (*imports, edit), "add-timeout", applicability="unsafe", preferred=True
            )
            return
        edits = append_argument(context.source, context.tree, scope.start + call.end, f"{parameter}={limit.text}")
        yield Fix(
            f"Add {parameter}={limit.text}", (*imports, *edits), "add-timeout", applicability="unsafe", preferred=True
        )
        return


def _written_none(context: FixContext, call: Call, parameter: str) -> Expression | None:
    """The `None` that the call gives for the timeout, by keyword or by position."""
    by_keyword = call.keyword(parameter)
    if by_keyword is not None:
        return by_keyword
    site = next(s for s in context.scope.unit.sites if s.expression is call)
    for _, entry in context.flow.effects.of(context.scope, site).entries:
        if entry.timeout is not None and entry.timeout.position is not None:
            return call.positional(entry.timeout.position)
    return None


FIX = FixMaker("add-timeout", frozenset({"HUP401"}), 10, make)
