"""What arguments stand for: the expression behind a name, and the literal behind that."""

from __future__ import annotations

from hangup.facts.expressions import Call, Constant, Expression, Name
from hangup.facts.model import Binding
from hangup.knowledge.retries import Setting
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope

_STEPS = 4


def written(scope: Scope, expression: Expression) -> tuple[Scope, Expression]:
    """The expression that a name was given, with the scope it stands in, if there is one only; else the same."""
    for _ in range(_STEPS):
        if not isinstance(expression, Name):
            break
        found = reaching(scope, expression.id, expression.start)
        if found is None or len(found[1]) != 1:
            break
        origin = found[1][0]
        if not isinstance(origin, Binding) or origin.value is None:
            break
        scope, expression = found[0], origin.value
    return scope, expression


def number(scope: Scope, expression: Expression) -> float | None:
    """The number that an expression is, if it is one."""
    _, found = written(scope, expression)
    if isinstance(found, Constant) and isinstance(found.value, int | float) and not isinstance(found.value, bool):
        return found.value
    return None


def is_off(scope: Scope, expression: Expression) -> bool:
    """Whether an expression is None, False or 0."""
    _, found = written(scope, expression)
    return isinstance(found, Constant) and (found.value is None or found.value is False or found.value == 0)


def is_on(scope: Scope, expression: Expression) -> bool:
    """Whether an expression is True, or anything that is not off."""
    _, found = written(scope, expression)
    return isinstance(found, Constant) and not is_off(scope, expression)


def argument(call: Expression, setting: Setting | None) -> Expression | None:
    """The argument of a call that a setting names."""
    if setting is None or not isinstance(call, Call):
        return None
    given = call.keyword(setting.keyword)
    if given is None and setting.position is not None:
        given = call.positional(setting.position)
    return given
