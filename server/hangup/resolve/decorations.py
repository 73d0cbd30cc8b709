"""Decorators of the project: the name of a decorated function stands for what the decorator makes of it."""

from __future__ import annotations

from functools import cached_property

from hangup.resolve.engine import Engine
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Values


class Decorations:
    """Applies the project's own decorators; those from outside are taken to hand on the function. Good for one state
    of the project's definitions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._in_progress: set[Scope] = set()

    def applied(self, scope: Scope) -> Values:
        """What the name of a function or class stands for."""
        own: Values = (Defined(scope),)
        if scope.unit.kind != "function" or scope in self._in_progress:
            return own
        self._in_progress.add(scope)
        try:
            for decorator in reversed(self._decorators(scope)):
                made = self._engine.result(decorator)
                functions = tuple(value for value in made if isinstance(value, Defined))
                if functions and len(functions) == len(made):
                    own = functions
        finally:
            self._in_progress.discard(scope)
        return own

    def decorated_by(self, decorator: Scope) -> Values:
        """The functions that a function is the decorator of; empty if it is of none."""
        return self._decorated.get(decorator, ())

    def _decorators(self, scope: Scope) -> list[Scope]:
        """The project's functions that decorate a function, the outermost first."""
        if scope.definition is None or scope.parent is None:
            return []
        found: list[Scope] = []
        for expression in scope.definition.decorators:
            values = self._engine.evaluate(scope.parent, expression)
            found += [v.scope for v in values if isinstance(v, Defined) and v.scope.unit.kind == "function"]
        return [each for each in found if not each.unit.yields and each is not scope]

    @cached_property
    def _decorated(self) -> dict[Scope, Values]:
        found: dict[Scope, Values] = {}
        for module in self._engine.project:
            for scope in module.scopes:
                if scope.definition is not None and scope.definition.decorators and scope.unit.kind == "function":
                    for decorator in self._decorators(scope):
                        found[decorator] = (*found.get(decorator, ()), Defined(scope))
        return found
