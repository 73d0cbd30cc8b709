"""How an exception class is written in a module, and what that name means on every Python that the project runs on."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Expression, Name
from hangup.facts.model import Imported
from hangup.knowledge.schema import Alias
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.rules.rule import Context

_ASSUMED = (3, 10)
"""The oldest Python of a project that does not say: the oldest that still gets corrections."""


def alias_of(context: Context, scope: Scope, expression: Expression) -> tuple[str, Alias] | None:
    """The alias that an expression is written as, by its full name (`socket.timeout`); None if it is none."""
    catalogue = context.flow.catalogue
    for name in _written(context, scope, expression):
        alias = catalogue.alias(name)
        if alias is not None:
            return name, alias
    return None


def holds(context: Context, alias: Alias) -> bool:
    """Whether an alias is the same object as its target on every Python that the project runs on."""
    if alias.since is None:
        return True
    major, minor = alias.since.split(".")[:2]
    return (context.python or _ASSUMED) >= (int(major), int(minor))


def _written(context: Context, scope: Scope, expression: Expression) -> list[str]:
    if isinstance(expression, Attribute):
        owners = context.flow.evaluator.values(scope, expression.value)
        return [f"{owner.name}.{expression.name}" for owner in owners if isinstance(owner, Dotted)]
    if not isinstance(expression, Name):
        return []
    found = reaching(scope, expression.id, expression.start)
    if found is None:
        values = context.flow.evaluator.values(scope, expression)
        is_builtin = all(isinstance(value, Dotted) and "." not in value.name for value in values)
        return [expression.id] if values and is_builtin else []
    return [f"{each.module}.{each.name}" for each in found[1] if isinstance(each, Imported) and not each.level]
