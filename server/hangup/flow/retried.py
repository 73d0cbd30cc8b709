"""What a library tries again, and raises in the end: that was decided, and the caller has to handle it."""

from __future__ import annotations

from hangup.facts.expressions import Call, Element, Expression, Name
from hangup.facts.model import Binding
from hangup.flow.classes import ClassTree
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted

_ATTEMPTS = frozenset({"tenacity.Retrying", "tenacity.AsyncRetrying", "stamina.retry_context"})
"""What gives attempts to loop over: `for attempt in Retrying(...): with attempt: ...`."""
_DECORATORS: dict[str, tuple[str, int | None]] = {
    "backoff.on_exception": ("exception", 1),
    "stamina.retry": ("on", None),
    "tenacity.retry": ("", None),
}
"""Decorators that try a function again, each with the parameter that says on which classes, if there is one."""


class Retried:
    """Finds what is tried again. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, classes: ClassTree) -> None:
        self._evaluator = evaluator
        self._classes = classes

    def is_attempt(self, scope: Scope, context: Expression) -> bool:
        """Whether the context manager of a `with` is one attempt of a library's loop."""
        origins = scope.names.get(context.id, ()) if isinstance(context, Name) else ()
        loops = (o.value for o in origins if isinstance(o, Binding) and isinstance(o.value, Element))
        return any(
            isinstance(value, Dotted) and value.name in _ATTEMPTS
            for loop in loops
            if isinstance(loop.value, Call)
            for value in self._evaluator.values(scope, loop.value.function)
        )

    def is_decorated(self, scope: Scope, error: str) -> bool:
        """Whether a decorator tries the function again after an error."""
        if scope.definition is None or scope.parent is None:
            return False
        for decorator in scope.definition.decorators:
            function = decorator.function if isinstance(decorator, Call) else decorator
            for value in self._evaluator.values(scope.parent, function):
                if isinstance(value, Dotted) and value.name in _DECORATORS:
                    return self._names(scope.parent, decorator, _DECORATORS[value.name], error)
        return False

    def _names(self, scope: Scope, decorator: Expression, parameter: tuple[str, int | None], error: str) -> bool:
        keyword, position = parameter
        if not isinstance(decorator, Call) or not keyword:
            return True
        given = decorator.keyword(keyword)
        given = decorator.positional(position or 0) if given is None else given
        names, whole = self._classes.named(self._evaluator.values(scope, given)) if given else (frozenset(), False)
        return not whole or not names.isdisjoint(self._classes.ancestors(error))
