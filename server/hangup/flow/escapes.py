"""Which errors leave which function: the least fixed point over the calls of the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hangup.facts.expressions import Call, Expression, Name
from hangup.facts.model import NOWHERE, Binding, Handler, Raise
from hangup.flow.classes import ClassTree
from hangup.flow.declarations import declared_by
from hangup.flow.effects import Effect, Effects, Failures
from hangup.flow.guards import Guards
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.plans import Plans
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope


@dataclass
class Escapes:
    """The errors that leave a function.

    implicit: nobody on the way raised them on purpose. explicit: a handler did (`raise`, `raise MyError from e`).
    Each with the faults behind it; an error that the project's code raises by itself has none.
    """

    implicit: Failures = field(default_factory=dict)
    explicit: Failures = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """All classes that leave."""
        return set(self.implicit) | set(self.explicit)

    @property
    def all(self) -> Failures:
        """All classes that leave, with the faults behind them."""
        found = dict(self.implicit)
        for name, faults in self.explicit.items():
            found[name] = found.get(name, frozenset()) | faults
        return found


class EscapeAnalysis:
    """Computes escapes on demand. Good for one state of the project."""

    def __init__(
        self, evaluator: Evaluator, classes: ClassTree, effects: Effects, guards: Guards, plans: Plans
    ) -> None:
        self._evaluator = evaluator
        self._classes = classes
        self._effects = effects
        self._guards = guards
        self._plans = plans
        self._done: dict[Scope, Escapes] = {}
        self._current: dict[Scope, Escapes] = {}
        self._opaque: dict[Scope, bool] = {}

    def of(self, scope: Scope) -> Escapes:
        """The errors that leave a function, class body or module."""
        if scope not in self._done:
            self._solve(scope)
        return self._done[scope]

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget what leaves some functions."""
        self._opaque.clear()
        for scope in scopes:
            self._done.pop(scope, None)

    def at(self, scope: Scope, effect: Effect) -> Failures:
        """All errors that a site raises: its library calls' and those that leave what it runs."""
        errors = dict(effect.failures)
        for callee in effect.callees:
            escapes = self._known(callee)
            for part in (escapes.implicit, escapes.explicit):
                for name, faults in part.items():
                    errors[name] = errors[name] | faults if name in errors else faults
        return errors

    def is_opaque(self, scope: Scope) -> bool:
        """Whether a function runs, by itself or through others of the project, something that may raise anything."""
        if scope not in self._opaque:
            self._opaque[scope] = self._runs_unknown(scope)
        return self._opaque[scope]

    def _runs_unknown(self, scope: Scope) -> bool:
        seen = {scope}
        queue = [scope]
        for each in queue:
            if any(self._effects.is_opaque(each, site) for site in each.unit.sites):
                return True
            for callee in self._callees(each):
                if callee not in seen:
                    seen.add(callee)
                    queue.append(callee)
        return False

    def _known(self, scope: Scope) -> Escapes:
        if scope in self._done:
            return self._done[scope]
        if scope in self._current:
            return self._current[scope]
        return self.of(scope)

    def _solve(self, root: Scope) -> None:
        """Iterate over everything reachable from `root` until nothing changes; then all of it is final."""
        order, has_circle = self._reachable(root)
        self._current = {scope: Escapes() for scope in order}
        changed = True
        while changed:
            changed = False
            for scope in order:
                found = self._once(scope)
                if found != self._current[scope]:
                    self._current[scope] = found
                    changed = has_circle
        self._done.update(self._current)
        self._current = {}

    def _reachable(self, root: Scope) -> tuple[list[Scope], bool]:
        """Everything that `root` may run and that is not final, callees before callers where there is no circle.

        Also whether there is one.
        """
        order: list[Scope] = []
        finished: set[Scope] = set()
        has_circle = False
        seen = {root}
        stack: list[tuple[Scope, Iterator[Scope]]] = [(root, self._callees(root))]
        while stack:
            scope, callees = stack[-1]
            for callee in callees:
                if callee in seen:
                    has_circle = has_circle or callee not in finished
                elif callee not in self._done:
                    seen.add(callee)
                    stack.append((callee, self._callees(callee)))
                    break
            else:
                order.append(scope)
                finished.add(scope)
                stack.pop()
        return order, has_circle

    def _callees(self, scope: Scope) -> Iterator[Scope]:
        for _, effect in self._effects.within(scope):
            yield from effect.callees
        for child in scope.children:
            if child.unit.kind == "class":
                yield child

    def _once(self, scope: Scope) -> Escapes:
        found = self.of_one_try(scope)
        plans = self._plans.decorating(scope)
        if not plans:
            return found
        # What a retry gives up with was decided: the caller has to handle it.
        decided = {name: faults for name, faults in found.implicit.items() if self._plans.retry(scope, name)}
        implicit = {name: faults for name, faults in found.implicit.items() if name not in decided}
        return Escapes(self._given_up(plans, implicit), self._given_up(plans, {**decided, **found.explicit}))

    def _given_up(self, plans: list[Plan], errors: Failures) -> Failures:
        """What comes out of a function's retries in place of what each try gives."""
        return {out: faults for name, faults in errors.items() if (out := self._plans.leaving(plans, name)) is not None}

    def of_one_try(self, scope: Scope) -> Escapes:
        """The errors that leave the body of a function, before what its decorators make of them."""
        found = Escapes()
        for site, effect in self._effects.within(scope):
            errors = self.at(scope, effect)
            if errors:
                self._pass(found, scope, site.guard, errors)
        for child in scope.children:
            if child.unit.kind == "class" and child.definition is not None:
                self._pass(found, scope, child.definition.guard, self._known(child).implicit)
        for statement in scope.unit.raises:
            if statement.expression is not None and not self._is_told(scope, statement):
                self._add_raise(found, scope, statement)
        for name, faults in declared_by(self._evaluator, self._classes, scope).items():
            found.explicit[name] = found.explicit.get(name, frozenset()) | faults
        return found

    def _is_told(self, scope: Scope, statement: Raise) -> bool:
        """Whether the clause around a `raise` tells already what leaves it.

        So it is where it always raises, and where it catches anything and raises that again under its name.
        """
        if not statement.handler:
            return False
        handler = scope.unit.guards[statement.handler[0]].handlers[statement.handler[1]]
        named = isinstance(statement.expression, Name) and statement.expression.id == handler.name
        return statement.always or (named and self._guards.catches_anything(scope, handler))

    def _add_raise(self, found: Escapes, scope: Scope, statement: Raise) -> None:
        """A `raise` by itself; `raise last_error` behind a loop raises again what a clause has kept."""
        expression = statement.expression
        values = self._evaluator.values(scope, expression) if expression is not None else ()
        names = self._classes.raised(values)
        errors: Failures = dict.fromkeys(names, frozenset())
        if isinstance(expression, Name):
            for _, effect in self._effects.within(scope):
                for error, faults in self.at(scope, effect).items():
                    for name in names:
                        if self._classes.is_subclass(error, name):
                            errors[name] |= faults
        elif isinstance(expression, Call) and (behind := self._passed_on(scope, expression)):
            errors = dict.fromkeys(names, behind)
        kept = {name: faults for name, faults in errors.items() if faults}
        self._pass(found, scope, statement.guard, {name: f for name, f in errors.items() if not f})
        for name in self._guards.follow(scope, statement.guard, kept).through:
            found.explicit[name] = found.explicit.get(name, frozenset()) | kept[name]

    def _passed_on(self, scope: Scope, call: Call) -> frozenset[str]:
        """The faults behind the caught errors that are given to a new one: `raise FetchError(last_error)`."""
        clauses = {clause for argument in call.arguments for clause in _caught_in(scope, argument.value)}
        if not clauses:
            return frozenset()
        behind: set[str] = set()
        for site, effect in self._effects.within(scope):
            errors = self.at(scope, effect)
            for name, (guard, index) in self._guards.follow(scope, site.guard, errors).stopped.items():
                if index is not None and scope.unit.guards[guard].handlers[index].start in clauses:
                    behind |= errors.get(name, frozenset())
        return frozenset(behind)

    def _pass(self, found: Escapes, scope: Scope, guard: int, errors: Failures) -> None:
        if guard == NOWHERE:
            implicit = found.implicit
            for name, faults in errors.items():
                implicit[name] = implicit[name] | faults if name in implicit else faults
            return
        passage = self._guards.follow(scope, guard, errors)
        behind = frozenset(fault for faults in errors.values() for fault in faults)
        for name in passage.through:
            found.implicit[name] = found.implicit.get(name, frozenset()) | errors.get(name, behind)
        for name in passage.explicit:
            found.explicit[name] = found.explicit.get(name, frozenset()) | errors.get(name, behind)


def _caught_in(scope: Scope, expression: Expression) -> Iterator[int]:
    """Where the clauses begin whose error a name holds: by `as`, or because it was given that error."""
    if not isinstance(expression, Name):
        return
    for origin in scope.names.get(expression.id, ()):
        if isinstance(origin, Handler):
            yield origin.start
        elif isinstance(origin, Binding) and isinstance(origin.value, Name):
            yield from (each.start for each in scope.names.get(origin.value.id, ()) if isinstance(each, Handler))
