"""What functions of the project return, and what their generators give."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.facts.expressions import Expression, Splat, dotted
from hangup.resolve.engine import Engine
from hangup.resolve.project import Scope
from hangup.resolve.values import NONE, Managed, Many, Unknown, Values, join


class Results:
    """Finds the results of functions. Keeps what it found, so it is good for one state of the project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Scope, Values] = {}

    def of(self, scope: Scope) -> Values:
        """What a function returns, as declared or else as its `return` and `yield` say."""
        unit = scope.unit
        if unit.annotation is not None and scope.parent is not None:
            declared = self._engine.annotated(scope.parent, unit.annotation)
            if not any(isinstance(value, Unknown) for value in declared):
                return _managed(scope, declared)
        known = self._known.get(scope)
        if known is None:
            self._known[scope] = ()  # while it is being found: a cycle adds nothing
            parts = unit.yielded if unit.yields else unit.returns
            returned = join(*[spread(self._engine, scope, each) for each in parts]) or NONE
            known = self._known[scope] = (Many(returned),) if unit.yields else returned
        return _managed(scope, known)

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget the results of functions that have changed."""
        for scope in scopes:
            self._known.pop(scope, None)


def spread(engine: Engine, scope: Scope, item: Expression) -> Values:
    """The values of an item of a display; of `*items`, those of each of them."""
    if not isinstance(item, Splat):
        return engine.evaluate(scope, item)
    return join(*(engine.element(value) for value in engine.evaluate(scope, item.value)))


def _managed(scope: Scope, values: Values) -> Values:
    """What calling a function gives: of a generator, what runs it; under `@contextmanager`, something to enter."""
    if not scope.unit.yields or scope.definition is None:
        return values
    names = {(dotted(each) or "").rpartition(".")[2] for each in scope.definition.decorators}
    if names.isdisjoint(("contextmanager", "asynccontextmanager")):
        return tuple(Many(value.element, made_by=scope) if isinstance(value, Many) else value for value in values)
    return tuple(Managed(value.element) if isinstance(value, Many) else value for value in values)
