"""Who takes a function that is handed over by name, and what becomes of its errors there."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Argument, Attribute, Call, Constant, Expression, Name
from hangup.knowledge.packs import read_boundaries
from hangup.knowledge.schema import Boundary
from hangup.resolve.entries import holds
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted, Method, Values


def _by_last_name() -> dict[str, list[Boundary]]:
    found: dict[str, list[Boundary]] = {}
    for boundary in read_boundaries().boundaries:
        for name in {name.rpartition(".")[2] for name in (*boundary.names, *boundary.methods)}:
            found.setdefault(name, []).append(boundary)
    return found


TAKERS = _by_last_name()
"""What takes functions, by the last part of its names."""

AT_ONCE = frozenset(name for name, found in TAKERS.items() if any(b.arguments is not None for b in found))
"""The last names of what calls a function with arguments that it is given beside it, before it gives a result."""


class Takers:
    """Finds the taker of an argument. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def boundary(self, scope: Scope, call: Call, argument: Expression) -> Boundary | None:
        """What becomes of the errors of a function that is an argument of a call; None if the call takes none."""
        functions = self._evaluator.values(scope, call.function)
        names = [last_name(call.function), *(f.name.rpartition(".")[2] for f in functions if isinstance(f, Dotted))]
        for boundary in (boundary for name in dict.fromkeys(names) if name for boundary in TAKERS.get(name, ())):
            if _takes(boundary, functions, call) and _is_taken(boundary, call, argument):
                return boundary
        return None

    def calls(self, scope: Scope, call: Call, *, awaited: bool) -> Iterator[Call]:
        """The calls that a taker makes while one waits for it, written as if they stood there.

        `to_thread(requests.get, url, timeout=3)` makes `requests.get(url, timeout=3)`. awaited: the taker's is.
        """
        if last_name(call.function) not in AT_ONCE:
            return
        for argument in call.arguments:
            if argument.splat or isinstance(argument.value, Constant):
                continue
            boundary = self.boundary(scope, call, argument.value)
            if boundary is None or boundary.arguments is None or not comes_out_here(boundary, awaited=awaited):
                continue
            behind = call.arguments[call.arguments.index(argument) + 1 :]
            yield from self._called(scope, argument.value, _given(boundary, behind))

    def passes_keywords(self, scope: Scope, call: Call, made: Call) -> bool:
        """Whether a keyword argument of the taker's call becomes one of the call that it makes."""
        taken = [a.value for a in call.arguments if (a.value.start, a.value.end) == (made.start, made.end)]
        boundary = self.boundary(scope, call, taken[0]) if taken else None
        return boundary is not None and boundary.arguments == "all"

    def _called(self, scope: Scope, function: Expression, given: tuple[Argument, ...]) -> Iterator[Call]:
        if not isinstance(function, Call):
            yield Call(function.start, function.end, function, given)
            return
        makers = self._evaluator.values(scope, function.function)
        if Dotted("functools.partial") in makers and function.arguments:
            first, *others = function.arguments
            yield Call(function.start, function.end, first.value, (*others, *given))


def comes_out_here(boundary: Boundary, *, awaited: bool) -> bool:
    """Whether errors come out of the taker itself. awaited: its result is awaited on the spot."""
    return boundary.effect == "in-place" or (boundary.effect == "stays" and awaited)


def last_name(expression: Expression) -> str | None:
    """The name that `name` or `value.name` ends with; None for anything else."""
    if isinstance(expression, Name):
        return expression.id
    return expression.name if isinstance(expression, Attribute) else None


def _given(boundary: Boundary, behind: tuple[Argument, ...]) -> tuple[Argument, ...]:
    if boundary.arguments == "items":
        return tuple(Argument(argument.value, splat="*") for argument in behind)
    return behind if boundary.arguments == "all" else tuple(a for a in behind if a.keyword is None and a.splat != "**")


def _takes(boundary: Boundary, functions: Values, call: Call) -> bool:
    if any(isinstance(function, Dotted) and function.name in boundary.names for function in functions):
        return True
    if not isinstance(call.function, Attribute) or call.function.name not in boundary.methods:
        return False
    if boundary.receivers:
        owners = {function.owner for function in functions if isinstance(function, Method)}
        return not owners.isdisjoint(boundary.receivers)
    # The project's own method of that name is a call like any other.
    return not any(isinstance(function, Defined) for function in functions)


def _is_taken(boundary: Boundary, call: Call, argument: Expression) -> bool:
    if boundary.when is not None and holds(boundary.when, call) is not True:
        return False
    by_keyword = call.keyword(boundary.keyword) if boundary.keyword else None
    by_position = call.positional(boundary.position) if boundary.position is not None else None
    return boundary.any_argument or argument is by_keyword or argument is by_position
