"""The network errors that a docstring declares, of a function which has nothing else to tell them."""

from __future__ import annotations

from hangup.flow.classes import ClassTree
from hangup.flow.effects import Failures
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Values, join

_WHERE_BUILTINS_RISE = "socket"
"""The library whose measurements tell when Python's own network errors rise."""
_TOO_WIDE = frozenset({"BaseException", "Exception", "OSError", "EOFError", "RuntimeError", "ValueError"})


def declared_by(evaluator: Evaluator, classes: ClassTree, scope: Scope) -> Failures:
    """The declared errors of a function that were ever measured on a network, with the faults behind them."""
    found: Failures = {}
    for text in scope.unit.declared:
        for name in classes.raised(_named(evaluator, scope, text)):
            faults = _faults(evaluator.catalogue, classes, name)
            if faults:
                found[name] = faults
    return found


def _named(evaluator: Evaluator, scope: Scope, text: str) -> Values:
    first, *rest = text.split(".")
    values = evaluator.name(scope.parent or scope, first)
    for name in rest:
        values = join(*[evaluator.attribute(value, name) for value in values])
    return values


def _faults(catalogue: Catalogue, classes: ClassTree, name: str) -> frozenset[str]:
    if name in _TOO_WIDE:
        return frozenset()
    path = catalogue.file_of(name) or catalogue.file_of(_WHERE_BUILTINS_RISE)
    measured = catalogue.measured(path) if path is not None else frozenset()
    below = [each for each in measured if classes.is_subclass(each, name)]
    return frozenset(fault for each in below if path is not None for fault in catalogue.causes(path, each))
