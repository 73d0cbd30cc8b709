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
from hangup.resolve.values import Defined, Dotted, ProjectInstance, Value


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
                handed: dict[int, Boundary] = {}
                for site in reversed(scope.unit.sites):  # the outer call stands after those in its arguments
                    self._handovers(index, scope, site, handed)
                for site in scope.unit.sites:
                    expression = site.expression
                    boundary = handed.get(expression.start) if site.kind == "call" else None
                    for callee in self._effects.of(scope, site).callees:
                        caller = Caller(scope, site.guard, expression.start, expression.end, boundary)
                        index.setdefault(callee, []).append(caller)
                self._handed.update({(scope, start): boundary for start, boundary in handed.items()})
                for child in scope.children:
                    if child.unit.kind == "class" and child.definition is not None:
                        start = child.definition.start
                        at = Caller(scope, child.definition.guard, start, start + len("class"))
                        index.setdefault(child, []).append(at)
        return index

    def _handovers(
        self, index: dict[Scope, list[Caller]], scope: Scope, site: Site, handed: dict[int, Boundary]
    ) -> None:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or not call.arguments:
            return
        functions: tuple[Value, ...] | None = None
        for argument in call.arguments:
            value = argument.value
            if not isinstance(value, Name | Attribute | Lambda | Call):
                continue
            if isinstance(value, Call):
                functions = self._evaluator.values(scope, call.function) if functions is None else functions
                boundary = self._boundary(functions, call, value)
                if boundary is not None:
                    handed[value.start] = boundary
                continue
            for target in self._functions(scope, value):
                functions = self._evaluator.values(scope, call.function) if functions is None else functions
                boundary = self._boundary(functions, call, value) or _SOMEBODY
                caller = Caller(scope, site.guard, value.start, value.end, boundary)
                index.setdefault(target, []).append(caller)

    def _functions(self, scope: Scope, expression: Expression) -> Iterator[Scope]:
        if isinstance(expression, Attribute) and expression.name not in self._function_names:
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

    def _boundary(self, functions: tuple[Value, ...], call: Call, argument: Expression) -> Boundary | None:
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
