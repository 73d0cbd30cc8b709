"""Who runs a function: the calls of it in the project, and the places where it is handed over to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from hangup.facts.expressions import Attribute, Call, Expression, Lambda, Name
from hangup.facts.model import Site
from hangup.flow.effects import Effects
from hangup.knowledge.packs import read_boundaries
from hangup.knowledge.schema import Boundary
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted, ProjectInstance


@dataclass(frozen=True)
class Caller:
    """One place that runs a function.

    scope, guard, start, end: where (offsets in the unit). boundary: set when the function is handed over there,
    so that its errors do not come out at this place.
    """

    scope: Scope
    guard: int
    start: int
    end: int
    boundary: Boundary | None = None


_TAKERS = frozenset(
    name.rpartition(".")[2]
    for boundary in read_boundaries().boundaries
    for name in (*boundary.names, *boundary.methods)
)
_Index = dict[Scope, dict[tuple[Scope, int, bool], Caller]]
_SOMEBODY = Boundary(outcome="whoever calls it back has to expect it", certain=False)


class Callers:
    """The calls of a project, backwards. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, effects: Effects) -> None:
        self._evaluator = evaluator
        self._effects = effects

    def of(self, scope: Scope) -> list[Caller]:
        """The places that run a function, in the order of modules and text."""
        return sorted(self._index.get(scope, {}).values(), key=_order)

    def handed_over(self, scope: Scope, site: Site) -> Boundary | None:
        """The boundary that a call in an argument is handed to (`create_task(fetch())`), if it is."""
        self._index  # noqa: B018 - finds what is handed over
        return self._handed.get(scope, {}).get(site.expression.start)

    def renew(self, scopes: Iterable[Scope]) -> None:
        """Find again what some scopes call, after they have changed."""
        for scope in scopes:
            self._handed.pop(scope, None)
            for callee in self._called.pop(scope, ()):
                found = self._index.get(callee, {})
                for key in [key for key, caller in found.items() if caller.scope is scope]:
                    del found[key]
            self._add(self._index, scope)

    @cached_property
    def _handed(self) -> dict[Scope, dict[int, Boundary]]:
        return {}

    @cached_property
    def _called(self) -> dict[Scope, set[Scope]]:
        return {}

    @cached_property
    def _index(self) -> _Index:
        index: _Index = {}
        for module in self._evaluator.project:
            for scope in module.scopes:
                self._add(index, scope)
        return index

    def _add(self, index: _Index, scope: Scope) -> None:
        called: set[Scope] = set()

        def note(callee: Scope, caller: Caller) -> None:
            called.add(callee)
            index.setdefault(callee, {})[scope, caller.start, caller.boundary is not None] = caller

        for target, caller in self._handovers(scope):
            note(target, caller)
        handed = self._handed.get(scope, {})
        for site, effect in self._effects.within(scope):
            expression = site.expression
            boundary = handed.get(expression.start) if site.kind == "call" else None
            for callee in effect.callees:
                note(callee, Caller(scope, site.guard, expression.start, expression.end, boundary))
        for child in scope.children:
            if child.unit.kind == "class" and child.definition is not None:
                start = child.definition.start
                note(child, Caller(scope, child.definition.guard, start, start + len("class")))
        self._called[scope] = called

    def _handovers(self, scope: Scope) -> Iterator[tuple[Scope, Caller]]:
        """The functions that a scope hands over; notes the calls that it does."""
        for site in scope.unit.sites:
            call = site.expression
            if site.kind != "call" or not isinstance(call, Call):
                continue
            for argument in call.arguments:
                value = argument.value
                if isinstance(value, Call) and _last_name(call) in _TAKERS:
                    boundary = self._boundary(scope, call, value)
                    if boundary is not None:
                        self._handed.setdefault(scope, {})[value.start] = boundary
                elif isinstance(value, Name | Attribute | Lambda):
                    for target in self._functions(scope, value):
                        boundary = self._boundary(scope, call, value) or _SOMEBODY
                        yield target, Caller(scope, site.guard, value.start, value.end, boundary)

    def _functions(self, scope: Scope, expression: Expression) -> Iterator[Scope]:
        name = expression.name if isinstance(expression, Attribute) else getattr(expression, "id", None)
        if name is not None and name not in self._effects.sieve.names:
            return
        for value in self._evaluator.values(scope, expression):
            if isinstance(value, Defined) and value.scope.unit.kind in ("function", "lambda"):
                yield value.scope

    def _boundary(self, scope: Scope, call: Call, argument: Expression) -> Boundary | None:
        functions = self._evaluator.values(scope, call.function)
        names = {function.name for function in functions if isinstance(function, Dotted)}
        method = call.function.name if isinstance(call.function, Attribute) else ""
        if any(isinstance(function, Defined | ProjectInstance) for function in functions):
            method = ""  # the project's own method of that name is a call like any other
        for boundary in read_boundaries().boundaries:
            if names.isdisjoint(boundary.names) and method not in boundary.methods:
                continue
            by_keyword = call.keyword(boundary.keyword) if boundary.keyword else None
            by_position = call.positional(boundary.position) if boundary.position is not None else None
            if argument is by_keyword or argument is by_position:
                return boundary
        return None


def _last_name(call: Call) -> str:
    function = call.function
    return function.name if isinstance(function, Attribute) else getattr(function, "id", "")


def _order(caller: Caller) -> tuple[str, int, bool]:
    return caller.scope.module.path, caller.scope.start + caller.start, caller.boundary is not None
