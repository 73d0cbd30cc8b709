"""Sentences that several rules share: what is raised, along which path, and where it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hangup.flow.analysis import Flow
from hangup.flow.callers import Caller
from hangup.flow.classes import as_raised, unwrapped
from hangup.flow.reach import End
from hangup.resolve.project import Scope
from hangup.rules.finding import Related

_MOST_NAMES = 3


def listed(flow: Flow, names: Iterable[str]) -> str:
    """Exception classes as a person lists them: those that say most, without what they already cover."""
    general = flow.classes.most_general(frozenset(names))
    shown = list(dict.fromkeys(flow.classes.display(name) for name in general))
    if len(shown) > _MOST_NAMES + 1:
        return f"{', '.join(shown[:_MOST_NAMES])} and {len(shown) - _MOST_NAMES} more"
    if len(shown) > 1:
        return f"{', '.join(shown[:-1])} or {shown[-1]}"
    return shown[0] if shown else "nothing"


def place(scope: Scope) -> str:
    """A unit as a person names it."""
    if scope.unit.kind == "module":
        return f"the top level of {scope.module.name}"
    if scope.unit.kind == "lambda":
        return "a lambda"
    return f"{scope.qualified_name}()" if scope.unit.kind == "function" else f"the body of class {scope.qualified_name}"


def ending(end: End, origin: Scope) -> str:
    """How the errors get to an end, and what happens there, as a sentence."""
    callers = [caller.scope for caller in end.path if caller.boundary is None]
    here = located(origin)
    way = here[0].upper() + here[1:] + "".join([f", called {_by(caller)}" for caller in callers])
    if end.outcome is not None:
        return f"{way}: {end.outcome}."
    outermost = "it" if end.scope is origin else place(end.scope)
    return f"{way}: nothing in this workspace calls {outermost}, so whoever does has to expect this."


def instead(end: End, known: Collection[str]) -> str:
    """What a retry on the way raises in place of the `known` errors, as a sentence with a space before it."""
    names = sorted({as_raised(error) for error in end.errors if error not in known and unwrapped(error) != error})
    return f" After the last try it arrives as {' or '.join(names)}." if names else ""


def _by(scope: Scope) -> str:
    return f"at {place(scope)}" if scope.unit.kind == "module" else f"by {place(scope)}"


def path(end: End) -> tuple[Related, ...]:
    """The calls on the way, as places."""
    return tuple(_step(caller) for caller in end.path)


def _step(caller: Caller) -> Related:
    start, end = caller.scope.start + caller.start, caller.scope.start + caller.end
    text = f"handed over {located(caller.scope)}" if caller.boundary is not None else f"called {located(caller.scope)}"
    return Related(caller.scope.module.path, start, end, text)


def located(scope: Scope) -> str:
    """Where a unit's code is: in a function, at the top level."""
    return f"{'at' if scope.unit.kind == 'module' else 'in'} {place(scope)}"
