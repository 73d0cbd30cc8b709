"""Reads of a body that stand outside of the `try` around the call which gave the answer: HUP103 speaks of them, and
HUP101 does not."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Await, Call, Enter, Expression, Name, Subscript, dotted
from hangup.facts.model import Binding, Site
from hangup.flow.effects import Effect
from hangup.flow.holes import Hole
from hangup.resolve.names import reaching
from hangup.rules.rule import Context

_READING = frozenset({"body", "receive"})


def call_behind(context: Context, hole: Hole) -> tuple[Site, Effect] | None:
    """The guarded call that gave the answer whose body is read at an unguarded place; None if it is no such place."""
    phases = [set(entry.phase) for _, entry in hole.effect.entries]
    if hole.callee is not None or hole.caught or not all(phase and phase <= _READING for phase in phases):
        return None
    if not any("body" in phase for phase in phases):
        return None
    path = _answer(hole.site.expression)
    found = reaching(hole.scope, path, hole.site.expression.start) if path is not None else None
    origins = found[1] if found is not None and found[0] is hole.scope else ()
    if len(origins) != 1 or not isinstance(origins[0], Binding) or origins[0].value is None:
        return None
    value = origins[0].value
    for site, effect in context.flow.effects.within(hole.scope):
        if value.start <= site.expression.start and site.expression.end <= value.end and effect.entries:
            return (site, effect) if _is_guarded(context, hole, site, effect) else None
    return None


def _is_guarded(context: Context, hole: Hole, site: Site, effect: Effect) -> bool:
    """Whether a clause of the same function catches some failure of the call, and does not stand around the read."""
    guards = context.flow.guards
    errors = context.flow.connectivity(effect.failures)
    handled = errors - guards.follow(hole.scope, site.guard, errors).through
    around = {index for index, _ in guards.enclosing(hole.scope, hole.site.guard)}
    clauses = [
        handler
        for index, guard in guards.enclosing(hole.scope, site.guard)
        for handler in guard.handlers
        if index not in around
    ]
    return any(guards.catches(hole.scope, handler, error) for handler in clauses for error in handled)


def _answer(expression: Expression) -> str | None:
    """The name, or path, at the bottom of `answer.content.iter_chunked(1024)`, as far as something is bound to it."""
    while True:
        if isinstance(expression, Call):
            expression = expression.function
        elif isinstance(expression, Attribute):
            if dotted(expression) is not None and isinstance(expression.value, Name) and expression.value.id == "self":
                return dotted(expression)
            expression = expression.value
        elif isinstance(expression, Await | Enter | Subscript):
            expression = expression.value
        else:
            return expression.id if isinstance(expression, Name) else None
