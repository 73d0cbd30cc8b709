"""How the rules about unhandled failures report one."""

from __future__ import annotations

from hangup.facts.expressions import Call, dotted
from hangup.flow.holes import Hole
from hangup.rules.finding import Finding
from hangup.rules.rule import Rule, pointed_at
from hangup.rules.wording import ending, path


def subject(hole: Hole) -> str:
    """What fails, as a person calls it."""
    if hole.callee is None:
        return hole.effect.name
    call = hole.site.expression
    inner = hole.callee.parent is not None and hole.callee.parent.unit.kind == "function"
    # What a decorator puts in place of a function is known to nobody by its own name.
    written = dotted(call.function) if inner and isinstance(call, Call) else None
    return f"{written or hole.callee.qualified_name}()"


def report(rule: Rule, hole: Hole, statement: str) -> Finding:
    """A finding about a hole: `statement` without its full stop, then where the failure ends. The end that is worst
    decides."""
    worst = max(hole.ends, key=lambda end: (end.certain, -len(end.path)))
    start, end = pointed_at(hole.scope, hole.site.expression)
    return Finding(
        rule.code,
        rule.name,
        "warning" if worst.certain and hole.effect.certain else "information",
        start,
        end,
        f"{statement}. {ending(worst, hole.scope)}",
        related=path(worst),
        names=tuple(sorted(hole.missed)),
        anchor=hole.scope.start + hole.site.expression.start,
    )
