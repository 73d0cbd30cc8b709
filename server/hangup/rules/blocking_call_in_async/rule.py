"""HUP402: a call in an `async def` that blocks the event loop while it waits for the peer."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.flow.effects import Effect
from hangup.resolve.project import Scope
from hangup.rules.blocking_call_in_async.blocking import Blocking, blocking_in
from hangup.rules.finding import Finding, Related
from hangup.rules.rule import Context, Rule, pointed_at
from hangup.rules.wording import located

_STEPS = 3
"""Through how many functions of the project a blocking call is looked for."""


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each blocking call that stands in an `async def`, or in what it calls without waiting for it."""
    for scope in context.module.scopes:
        if scope.unit.kind != "function" or not scope.unit.is_async:
            continue
        for blocking in blocking_in(context, scope):
            yield _direct(rule, blocking)
        for site, effect in context.flow.effects.within(scope):
            if (
                site.kind in ("call", "read")
                and not site.awaited
                and not context.flow.reach.is_handed_over(scope, site)
            ):
                way = _through(context, effect, _STEPS)
                if way:
                    start, end = pointed_at(scope, site.expression)
                    yield _indirect(rule, scope, (start, end), way)


def _through(context: Context, effect: Effect, steps: int) -> list[Blocking]:
    """The way from a call of the project's own function to the call that blocks, which comes last; empty if there is
    none. Where it may be one of several functions, none is taken to be it."""
    if len(effect.callees) != 1 or effect.entries or not effect.certain:
        return []
    callee = effect.callees[0]
    unit = callee.unit
    if unit.kind != "function" or unit.is_async or unit.yields:
        return []
    direct = next(iter(blocking_in(context, callee)), None)
    if direct is not None:
        return [direct]
    for site, inner in context.flow.effects.within(callee) if steps > 1 else ():
        way = _through(context, inner, steps - 1) if site.kind == "call" else []
        if way:
            return [Blocking(callee, site, inner.callees[0].qualified_name), *way]
    return []


def _direct(rule: Rule, blocking: Blocking) -> Finding:
    start, end = pointed_at(blocking.scope, blocking.site.expression)
    message = f"{blocking.name} blocks the event loop: nothing else runs until {blocking.until}"
    anchor = blocking.scope.start + blocking.site.expression.start
    return Finding(rule.code, rule.name, "warning", start, end, message, anchor=anchor, replacement=blocking.name)


def _indirect(rule: Rule, scope: Scope, place: tuple[int, int], way: list[Blocking]) -> Finding:
    last = way[-1]
    message = (
        f"this blocks the event loop: {last.name} {located(last.scope)} waits, and nothing else runs until {last.until}"
    )
    related = tuple(
        Related(each.scope.module.path, *pointed_at(each.scope, each.site.expression), _said(each, each is last))
        for each in way
    )
    return Finding(rule.code, rule.name, "warning", *place, message, related)


def _said(blocking: Blocking, last: bool) -> str:
    return f"{blocking.name} blocks here" if last else f"calls {blocking.name}()"


RULE = Rule(
    "HUP402",
    "blocking-call-in-async",
    "warning",
    "A blocking call in an async def stops the event loop",
    check,
)
