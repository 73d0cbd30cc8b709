"""How a place in a module reports what happened: by a logger of the function, the object or the module, or by
`logging` itself."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Alternatives, Call, Expression, Name
from hangup.fixes.fix import FixContext
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted

_MAKERS = frozenset({"logging.getLogger", "structlog.get_logger", "structlog.getLogger"})
_NAMES = frozenset({"logger", "LOGGER", "_logger", "_LOGGER", "LOG", "_log"})
"""What people call a logger that they import or are given. `log` alone may as well be a logarithm."""
_ATTRIBUTES = ("logger", "log", "_logger", "_log")


def logger(context: FixContext) -> tuple[str, str] | None:
    """The expression of the nearest logger, and how its messages leave a gap for a value; None without one."""
    finders = (_of_function(context), _of_object(context), _of_module(context))
    return next((found for finder in finders for found in finder), None)


def _of_function(context: FixContext) -> Iterator[tuple[str, str]]:
    for parameter in context.scope.unit.parameters:
        if parameter.name in _NAMES:
            yield parameter.name, "%s"


def _of_object(context: FixContext) -> Iterator[tuple[str, str]]:
    """`self.logger`, where a method of the class binds it."""
    scope = context.scope
    if scope.owner is None or not scope.unit.parameters:
        return
    me = scope.unit.parameters[0].name
    targets = [f"{me}.{attribute}" for attribute in _ATTRIBUTES]
    for method in scope.owner.children:
        for binding in method.unit.bindings:
            if binding.target in targets and _is_logger(context, method, binding.value):
                yield binding.target, "%s"


def _of_module(context: FixContext) -> Iterator[tuple[str, str]]:
    """A logger that the module makes or imports, or `logging` itself."""
    module = context.module.scope
    for binding in module.unit.bindings:
        if isinstance(binding.value, Call) and _is_logger(context, module, binding.value):
            yield binding.target, "%s"
    modules: list[tuple[str, str]] = []
    for imported in module.unit.imports:
        values = context.flow.evaluator.imported(context.module, imported)
        if values == (Dotted("loguru.logger"),):
            yield imported.binding, "{}"
        elif values == (Dotted("logging"),):
            modules.append((imported.binding, "%s"))
        elif imported.name and imported.binding in _NAMES:
            yield imported.binding, "%s"
    yield from modules


def _is_logger(context: FixContext, scope: Scope, value: Expression | None) -> bool:
    """Whether a value is a call that makes a logger, or one handed on under its usual name."""
    if isinstance(value, Alternatives):
        return any(_is_logger(context, scope, option) for option in value.options)
    if isinstance(value, Name):
        return value.id in _NAMES
    if not isinstance(value, Call):
        return False
    function = context.flow.evaluator.values(scope, value.function)
    return any(isinstance(each, Dotted) and each.name in _MAKERS for each in function)
