"""Whether an error meets what a handler asks of it: `isinstance(e, X)`, `e.errno == EPIPE`, `e.response is None`."""

from __future__ import annotations

from hangup.facts.conditions import All, Condition, Equals, IsA, IsSet, Not
from hangup.facts.expressions import Constant, Expression
from hangup.flow.classes import ClassTree, grouped
from hangup.knowledge.packs import read_errnos
from hangup.knowledge.schema import ExceptionClass
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted

_ERRNO = ("errno", "args[0]")


class Verdicts:
    """Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, classes: ClassTree) -> None:
        self._evaluator = evaluator
        self._classes = classes

    def holds(self, scope: Scope, condition: Condition, error: str) -> bool | None:
        """Whether an error of a class meets a condition; None when that is not certain."""
        if isinstance(condition, Not):
            met = self.holds(scope, condition.of, error)
            return None if met is None else not met
        if isinstance(condition, All):
            parts = [self.holds(scope, part, error) for part in condition.of]
            return False if False in parts else None if None in parts else True
        if "[" in error or grouped(error) is not None:
            return None
        if isinstance(condition, IsA):
            return self._is_a(scope, condition.classes, error)
        if isinstance(condition, Equals):
            return self._equals(scope, condition, error)
        if isinstance(condition, IsSet) and condition.path in self._unset(error):
            return False
        return None

    def _is_a(self, scope: Scope, classes: tuple[Expression, ...], error: str) -> bool | None:
        names: set[str] = set()
        understood = True
        for each in classes:
            found, whole = self._classes.named(self._evaluator.values(scope, each))
            names |= found
            understood = understood and whole
        ancestors = self._classes.ancestors(error)
        if not names.isdisjoint(ancestors):
            return True
        may_be = any(not self._classes.is_known(name) or self._classes.is_subclass(name, error) for name in names)
        return None if may_be or not understood or not self._classes.is_known(error) else False

    def _equals(self, scope: Scope, condition: Equals, error: str) -> bool | None:
        if condition.path not in _ERRNO:
            return None
        symbols: set[str] = set()
        for value in condition.values:
            found = self._symbols(scope, value)
            if not found:
                return None
            symbols |= found
        entry = self._entry(error)
        carried = frozenset(entry.errno) if entry is not None else frozenset()
        if not carried:
            return False if "errno" in self._unset(error) and condition.path == "errno" else None
        if carried <= symbols:
            return True
        return False if carried.isdisjoint(symbols) else None

    def _symbols(self, scope: Scope, value: Expression) -> frozenset[str]:
        """The errno symbols that an expression stands for; nothing if it is not understood."""
        if isinstance(value, Constant):
            known = read_errnos().items()
            return frozenset(name for name, entry in known if value.value in entry.value.values())
        names = {each.name for each in self._evaluator.values(scope, value) if isinstance(each, Dotted)}
        if len(names) != 1 or not (name := names.pop()).startswith("errno."):
            return frozenset()
        symbol = name.removeprefix("errno.")
        windows = (name for name, entry in read_errnos().items() if entry.windows_name == symbol)
        return frozenset({next(windows, symbol)})

    def _entry(self, error: str) -> ExceptionClass | None:
        return self._evaluator.catalogue.exception(error)

    def _unset(self, error: str) -> frozenset[str]:
        """The attributes that are None on errors of a class when it is the network that failed."""
        entries = (self._entry(each) for each in self._classes.ancestors(error))
        told = next((entry for entry in entries if entry is not None and (entry.none or entry.missing)), None)
        return frozenset(told.none) if told is not None else frozenset()
