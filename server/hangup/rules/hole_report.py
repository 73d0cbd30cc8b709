"""How the rules about unhandled failures report one."""

from __future__ import annotations

from hangup.facts.expressions import Call, dotted
from hangup.flow.holes import Hole
from hangup.rules.finding import Finding, Related, Severity
from hangup.rules.rule import Rule, pointed_at
from hangup.rules.wording import ending, instead, located, path


def subject(hole: Hole) -> str:
    """What fails, as a person calls it."""
    if hole.callee is None:
        return hole.effect.name
    call = hole.site.expression
    inner = hole.callee.parent is not None and hole.callee.parent.unit.kind == "function"
    # What a decorator puts in place of a function is known to nobody by its own name.
    written = dotted(call.function) if inner and isinstance(call, Call) else None
    return f"{written or hole.callee.qualified_name}()"


def cause(hole: Hole) -> str:
    """The library call behind a failing function of the project, for a message; empty where there is none to tell."""
    source = hole.source
    if source is None:
        declared = hole.callee is not None and hole.callee.unit.declared
        return ", as its docstring says" if declared else ""
    same = source.scope.module is hole.scope.module
    return f" from {source.name} {located(source.scope)}" + ("" if same else f" of {source.scope.module.name}")


def report(rule: Rule, hole: Hole, statement: str) -> Finding:
    """A finding about a hole: `statement` without its full stop, then where the failure ends. The end that is worst
    decides."""
    worst = max(hole.ends, key=lambda end: (end.certain, -len(end.path)))
    start, end = pointed_at(hole.scope, hole.site.expression)
    return Finding(
        rule.code,
        rule.name,
        _severity(hole, certain=worst.certain),
        start,
        end,
        f"{statement}. {ending(worst, hole.scope)}{instead(worst, hole.errors)}",
        related=(*_origin(hole), *path(worst)),
        names=tuple(sorted(hole.missed)),
        anchor=hole.scope.start + hole.site.expression.start,
    )


def _severity(hole: Hole, *, certain: bool) -> Severity:
    """A call of the project's own function is a hint, unless the handlers around it were written for its failure: the
    library call in it has a finding of its own."""
    if hole.source is not None and not hole.passage.stopped:
        return "hint"
    return "warning" if certain and hole.effect.certain else "information"


def _origin(hole: Hole) -> tuple[Related, ...]:
    source = hole.source
    if source is None:
        return ()
    start, end = pointed_at(source.scope, source.site.expression)
    return (Related(source.scope.module.path, start, end, f"{source.name} fails here"),)
