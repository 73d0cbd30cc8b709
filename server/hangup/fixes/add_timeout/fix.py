"""Gives a call that waits for ever a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Expression
from hangup.fixes.arguments import append_argument
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit

SECONDS = 10


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `timeout=10` as the last argument, or in place of a written `None`."""
    parameter = context.finding.replacement or "timeout"
    scope = context.scope
    for site in scope.unit.sites:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or scope.start + call.start != context.finding.anchor:
            continue
        given = _written_none(context, call, parameter)
        if given is not None:
            edit = Edit(scope.start + given.start, scope.start + given.end, str(SECONDS))
            yield Fix(f"Set {parameter}={SECONDS}", (edit,), "add-timeout", applicability="unsafe", preferred=True)
            return
        edits = append_argument(context.source, context.tree, scope.start + call.end, f"{parameter}={SECONDS}")
        yield Fix(f"Add {parameter}={SECONDS}", tuple(edits), "add-timeout", applicability="unsafe", preferred=True)
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
