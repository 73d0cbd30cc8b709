"""Who runs a function: the calls of it in the project, and the places where it is handed over to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
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
_SOMEBODY = Boundary(outcome="whoever calls it back has to expect it", certain=False)


class Callers:
    """The calls of a project, backwards. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, effects: Effects) -> None:
        self._evaluator = evaluator
        self._effects = effects

    def of(self, scope: Scope) -> list[Caller]:
        """The places that run a function, in the order of the modules."""
        return self._index.get(scope, [])

    def handed_over(self, scope: Scope, site: Site) -> Boundary | None:
        """The boundary that a call in an argument is handed to (`create_task(fetch())`), if it is."""
        return self._handed.get((scope, site.expression.start)) if self._index is not None else None

    @cached_property
    def _handed(self) -> dict[tuple[Scope, int], Boundary]:
        return {}

    @cached_property
    def _index(self) -> dict[Scope, list[Caller]]:
        index: dict[Scope, list[Caller]] = {}
        for module in self._evaluator.project:
            for scope in module.scopes:
                self._handovers(index, scope)
                for site, effect in self._effects.within(scope):
                    expression = site.expression
                    boundary = self._handed.get((scope, expression.start)) if site.kind == "call" else None
                    for callee in effect.callees:
                        caller = Caller(scope, site.guard, expression.start, expression.end, boundary)
                        index.setdefault(callee, []).append(caller)
                for child in scope.children:
                    if child.unit.kind == "class" and child.definition is not None:
                        start = child.definition.start
                        at = Caller(scope, child.definition.guard, start, start + len("class"))
                        index.setdefault(child, []).append(at)
        return index

    def _handovers(self, index: dict[Scope, list[Caller]], scope: Scope) -> None:
        for site in scope.unit.sites:
            call = site.expression
            if site.kind != "call" or not isinstance(call, Call):
                continue
            for argument in call.arguments:
                value = argument.value
                if isinstance(value, Call) and _last_name(call) in _TAKERS:
                    boundary = self._boundary(scope, call, value)
                    if boundary is not None:
                        self._handed[scope, value.start] = boundary
                elif isinstance(value, Name | Attribute | Lambda):
                    for target in self._functions(scope, value):
                        boundary = self._boundary(scope, call, value) or _SOMEBODY
                        caller = Caller(scope, site.guard, value.start, value.end, boundary)
                        index.setdefault(target, []).append(caller)

    def _functions(self, scope: Scope, expression: Expression) -> Iterator[Scope]:
        name = expression.name if isinstance(expression, Attribute) else getattr(expression, "id", None)
        if name is not None and name not in self._function_names:
            return
        for value in self._evaluator.values(scope, expression):
            if isinstance(value, Defined) and value.scope.unit.kind in ("function", "lambda"):
                yield value.scope

    @cached_property
    def _function_names(self) -> frozenset[str]:
        return frozenset(
            scope.unit.name
            for module in self._evaluator.project
            for scope in module.scopes
            if scope.unit.kind == "function"
        )

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
