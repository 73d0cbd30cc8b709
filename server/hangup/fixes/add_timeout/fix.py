"""Gives a call that waits for ever a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Expression
from hangup.fixes.arguments import append_argument
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import Written, write_constant, write_function
from hangup.syntax.edits import Edit

SECONDS = 10


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `timeout=10`, or the project's own constant, as the last argument, or in place of a written `None`."""
    parameter = context.finding.replacement or "timeout"
    scope = context.scope
    limit = write_constant(context, scope, context.policy.timeout) if context.policy.timeout is not None else None
    limit = limit or Written(str(SECONDS))
    call, made = _calls(context)
    if call is None or made is None:
        return
    given = _written_none(context, call, made, parameter)
    if given is not None:
        title = f"Set {parameter}={limit.text}"
        modules: list[str | None] = []
        edits = [Edit(scope.start + given.start, scope.start + given.end, limit.text)]
    else:
        title = f"Add {parameter}={limit.text}"
        edits, modules = _added(context, call, made, f"{parameter}={limit.text}")
    imports = add_imports(context.source, context.tree, [*modules, limit.module])
    yield Fix(title, (*imports, *edits), "add-timeout", applicability="unsafe", preferred=True)


def _calls(context: FixContext) -> tuple[Call | None, Call | None]:
    """The call of the finding, and the library's call that it makes: another where a function is handed over."""
    scope = context.scope
    for site in scope.unit.sites:
        call = site.expression
        if site.kind == "call" and isinstance(call, Call) and scope.start + call.start == context.finding.anchor:
            return call, context.flow.effects.of(scope, site).handed or call
    return None, None


def _added(context: FixContext, call: Call, made: Call, argument: str) -> tuple[list[Edit], list[str | None]]:
    """The edits that give a call an argument more, and the modules to import for them.

    A function that is handed over to somebody who takes no keywords for it becomes a `functools.partial`.
    """
    scope = context.scope
    end = scope.start + made.end
    is_plain = made is not call and (made.start, made.end) == (made.function.start, made.function.end)
    if made is call or (is_plain and context.flow.effects.takers.passes_keywords(scope, call, made)):
        end = scope.start + call.end
    elif is_plain:
        partial = write_function(context, scope, "functools", "partial")
        start = scope.start + made.start
        return [Edit(start, start, f"{partial.text}("), Edit(end, end, f", {argument})")], [partial.module]
    return list(append_argument(context.source, context.tree, end, argument)), []


def _written_none(context: FixContext, call: Call, made: Call, parameter: str) -> Expression | None:
    """The `None` that the call gives for the timeout, by keyword or by position."""
    by_keyword = made.keyword(parameter)
    if by_keyword is not None:
        return by_keyword
    site = next(s for s in context.scope.unit.sites if s.expression is call)
    for _, entry in context.flow.effects.of(context.scope, site).entries:
        if entry.timeout is not None and entry.timeout.position is not None:
            return made.positional(entry.timeout.position)
    return None


FIX = FixMaker("add-timeout", frozenset({"HUP401"}), 10, make)
