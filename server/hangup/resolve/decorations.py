"""Decorators of the project: the name of a decorated function stands for what the decorator makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.resolve.engine import Engine
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Values

_MOST_USES = 300
"""A decorator that is applied to more functions than this is taken to hand them on as they are."""


class Decorations:
    """Applies the project's own decorators; those from outside are taken to hand on the function. Good for one state
    of the project's definitions.

    Each application has a copy of the decorator for itself, in which the parameter is the function that is decorated:
    what one of the functions raises does not come out of the others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._in_progress: set[Scope] = set()
        self._given: dict[Scope, Values] = {}

    def applied(self, scope: Scope) -> Values:
        """What the name of a function or class stands for."""
        own: Values = (Defined(scope),)
        if scope.unit.kind != "function" or scope in self._in_progress or scope.copy_of is not None:
            return own
        self._in_progress.add(scope)
        try:
            for place, decorator in self._decorators(scope):
                if len(self._engine.project.copies_of(decorator)) >= _MOST_USES:
                    continue
                copy = self._engine.project.copy(decorator, (scope, place))
                self._given[copy] = own
                made = self._engine.result(copy)
                functions = tuple(value for value in made if isinstance(value, Defined))
                if functions and len(functions) == len(made):
                    own = functions
        finally:
            self._in_progress.discard(scope)
        return own

    def given_to(self, decorator: Scope) -> Values:
        """What the copy of a decorator is applied to; empty for any other scope."""
        return self._given.get(decorator, ())

    def _decorators(self, scope: Scope) -> Iterator[tuple[int, Scope]]:
        """The project's functions that decorate a function, the innermost first, each with its place."""
        if scope.definition is None or scope.parent is None:
            return
        for place, expression in reversed(list(enumerate(scope.definition.decorators))):
            for value in self._engine.evaluate(scope.parent, expression):
                if isinstance(value, Defined) and value.scope.unit.kind == "function" and value.scope is not scope:
                    if not value.scope.unit.yields and value.scope.owner is None:
                        yield place, value.scope
                    break
