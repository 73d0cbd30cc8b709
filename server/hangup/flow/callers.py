"""Who runs a function: the calls of it in the project, and the places where it is handed over to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from hangup.facts.expressions import Call, Constant, Expression, Lambda
from hangup.facts.model import Site
from hangup.flow.effects import Effects
from hangup.flow.takers import TAKERS, comes_out_here, last_name
from hangup.knowledge.schema import Boundary
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined


class Caller(msgspec.Struct, frozen=True):
    """One place that runs a function.

    scope, guard, start, end: where (offsets in the unit). boundary: set when the function is handed over there,
    so that its errors do not come out at this place. kept: somebody takes the task or future that it is handed to.
    later: it is handed over, and does not run before the next line is reached.
    """

    scope: Scope
    guard: int
    start: int
    end: int
    boundary: Boundary | None = None
    kept: bool = False
    later: bool = False


_Index = dict[Scope, dict[tuple[Scope, int, bool], Caller]]
_SOMEBODY = Boundary(outcome="whoever calls it back has to expect it", certain=False)


class Callers:
    """The calls of a project, backwards. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, effects: Effects) -> None:
        self._evaluator = evaluator
        self._effects = effects
        self._takers = effects.takers
        self._sorted: dict[Scope, list[Caller]] = {}

    def of(self, scope: Scope) -> list[Caller]:
        """The places that run a function, in the order of modules and text; tests only of what is in tests itself."""
        known = self._sorted.get(scope)
        if known is None:
            index = self._index
            copies = self._evaluator.project.copies_of(scope)
            found = [caller for each in (scope, *copies) for caller in index.get(each, {}).values()]
            known = sorted((c for c in found if scope.module.is_test or not c.scope.module.is_test), key=_order)
            self._sorted[scope] = known
        return known

    def handed_over(self, scope: Scope, site: Site) -> Caller | None:
        """The place where a call in an argument is handed over (`create_task(fetch())`), if it is."""
        self._index  # noqa: B018 - finds what is handed over
        return self._handed.get(scope, {}).get(site.expression.start)

    def renew(self, scopes: Iterable[Scope]) -> None:
        """Find again what some scopes call, after they have changed."""
        self._sorted.clear()
        for scope in scopes:
            self._handed.pop(scope, None)
            for callee in self._called.pop(scope, ()):
                found = self._index.get(callee, {})
                for key in [key for key, caller in found.items() if caller.scope is scope]:
                    del found[key]
            self._add(self._index, scope)

    @cached_property
    def _handed(self) -> dict[Scope, dict[int, Caller]]:
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
        seen = 0
        while seen < len(copies := self._evaluator.project.copies):  # looking into one may make others
            for copy in copies[seen:]:
                for scope in copy.walk():
                    self._add(index, scope)
            seen = len(copies)
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
            if not effect.callees:
                continue
            expression = site.expression
            here = handed.get(expression.start) if site.kind == "call" else None
            here = here or Caller(scope, site.guard, expression.start, expression.end)
            for callee in effect.callees:
                note(callee, here)
        for child in scope.children:
            if child.unit.kind == "class" and child.definition is not None:
                start = child.definition.start
                note(child, Caller(scope, child.definition.guard, start, start + len("class")))
        self._called[scope] = called

    def _handovers(self, scope: Scope) -> Iterator[tuple[Scope, Caller]]:
        """The functions that a scope hands over by name; notes the calls that it hands over."""
        names = self._effects.sieve.names
        for site in scope.unit.sites:
            call = site.expression
            if site.kind != "call" or not isinstance(call, Call):
                continue
            for argument in call.arguments:
                value = argument.value
                last = last_name(value)
                if last in names or isinstance(value, Lambda):
                    for target in self._functions(scope, value):
                        taker = self._takers.boundary(scope, call, value) or _SOMEBODY
                        yield target, _place(scope, site, value, taker)
                elif (
                    last is None
                    and not isinstance(value, Constant)
                    and last_name(call.function) in TAKERS
                    and (boundary := self._takers.boundary(scope, call, value)) is not None
                ):
                    for inner in _calls_inside(scope, site, value):
                        self._handed.setdefault(scope, {})[inner.start] = _place(scope, site, inner, boundary)

    def _functions(self, scope: Scope, expression: Expression) -> list[Scope]:
        values = self._evaluator.values(scope, expression)
        return [v.scope for v in values if isinstance(v, Defined) and v.scope.unit.kind in ("function", "lambda")]


def _place(scope: Scope, site: Site, handed: Expression, boundary: Boundary) -> Caller:
    in_place = comes_out_here(boundary, awaited=site.awaited)
    return Caller(
        scope, site.guard, handed.start, handed.end, None if in_place else boundary, not site.dropped, not site.awaited
    )


def _calls_inside(scope: Scope, taker: Site, argument: Expression) -> list[Expression]:
    """The calls in an argument: the argument itself, or those in a display or comprehension."""
    if isinstance(argument, Call):
        return [argument]
    return [
        site.expression
        for site in scope.unit.sites
        if site.kind == "call" and site is not taker and argument.start <= site.expression.start < argument.end
    ]


def _order(caller: Caller) -> tuple[str, int, bool]:
    return caller.scope.module.path, caller.scope.start + caller.start, caller.boundary is not None
