"""The places of a module where a network failure rises that nothing stops."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hangup.facts.expressions import Attribute, Call, Expression
from hangup.facts.model import Site
from hangup.flow.analysis import Flow
from hangup.flow.classes import grouped, unwrapped
from hangup.flow.effects import Effect, Failures, is_kept
from hangup.flow.expectation import expected
from hangup.flow.exposure import Exposure, Source
from hangup.flow.guards import Passage
from hangup.flow.reach import End
from hangup.resolve.project import Module, Scope


@dataclass
class Hole:
    """A call whose failure is not wholly handled.

    scope, site, effect: the call. errors: the network errors that rise there. passage: what the guards in its own
    function did with them. ends: where those that got past them arrive.
    callee: the project's function that they come out of; None for a library's call. source: the library call behind it
    that they come from, where the callee does not raise them on purpose.
    missed: the errors that arrive somewhere unhandled. caught: those that every way out handles.
    """

    scope: Scope
    site: Site
    effect: Effect
    errors: Failures
    passage: Passage
    ends: list[End]
    callee: Scope | None = None
    source: Source | None = None
    missed: frozenset[str] = frozenset()
    caught: frozenset[str] = frozenset()


def holes(flow: Flow, module: Module) -> list[Hole]:
    """All holes of a module, in order; calls chained in one expression (`urlopen(u).read()`) count as one."""
    exposure = Exposure(flow)
    found = [
        hole
        for scope in module.scopes
        for site, effect in flow.effects.within(scope)
        if (hole := _at(flow, exposure, scope, site, effect)) is not None
    ]
    kept = _merge_chains(found)
    for hole in kept:
        arriving = [error for end in hole.ends for error in end.errors]
        # What a retry on the way raises in its place is, where the call stands, still the call's own error.
        hole.missed = frozenset([error if error in hole.errors else unwrapped(error) for error in arriving])
        hole.caught = frozenset(hole.errors) - {grouped(error) or error for error in hole.missed}
    return kept


def _at(flow: Flow, exposure: Exposure, scope: Scope, site: Site, effect: Effect) -> Hole | None:
    """The hole at a site: of its library call, else of the first function of the project that leaves one."""
    if effect.entries and not is_put_off(scope, effect, site) and (errors := expected(flow, scope, effect, site)):
        hole = _hole(flow, Hole(scope, site, effect, errors, Passage(), []))
        if hole is not None:
            return hole
    for callee in effect.callees:
        explicit = {} if flow.plans.tries_again(callee) else flow.escapes.of(callee).explicit
        errors = {name: explicit[name] for name in flow.connectivity(explicit)} if explicit else {}
        source = None
        if scope.unit.kind != "module":  # a script's last line has to expect nothing but what its traceback tells
            exposed = exposure.of(callee)
            source = exposed.source if exposed.errors.keys() - errors.keys() else None
            errors = {**exposed.errors, **errors}
        if errors:
            hole = _hole(flow, Hole(scope, site, effect, errors, Passage(), [], callee, source))
            if hole is not None:
                return hole
    return None


def is_put_off(scope: Scope, effect: Effect, site: Site) -> bool:
    """Whether a call only makes something to await, which is kept or let go: it fails where that is awaited."""
    awaitable = not site.awaited and all(entry.awaitable for _, entry in effect.entries)
    return awaitable and isinstance(site.expression, Call) and (site.dropped or is_kept(site.expression, scope))


def _hole(flow: Flow, hole: Hole) -> Hole | None:
    """The same with its way out; None if every way is handled, or another place than this has to handle it."""
    if hole.source is not None and flow.reach.is_handed_over(hole.scope, hole.site):
        return None
    hole.passage = flow.guards.follow(hole.scope, hole.site.guard, hole.errors)
    if not hole.passage.through:
        return None
    hole.ends = flow.reach.ends_from(hole.scope, hole.site, frozenset(hole.passage.through))
    return hole if hole.ends else None


def _merge_chains(found: list[Hole]) -> list[Hole]:
    """Fold a hole into the one whose call it is a method of, or whose result it enters and leaves (`with connect()`):
    they fail at one place and one fix covers both."""
    kept: list[Hole] = []
    by_expression: dict[int, Hole] = {}
    for hole in found:
        expression = hole.site.expression
        inner = by_expression.get(id(expression)) or by_expression.get(id(_receiver(expression)))
        if inner is None or inner.scope is not hole.scope or inner.site.guard != hole.site.guard:
            kept.append(hole)
            by_expression.setdefault(id(expression), hole)
            continue
        for name, faults in hole.errors.items():
            inner.errors[name] = inner.errors.get(name, frozenset()) | faults
        inner.ends += hole.ends
        inner.passage = msgspec.structs.replace(
            inner.passage,
            through=inner.passage.through | hole.passage.through,
            stopped=inner.passage.stopped | hole.passage.stopped,
        )
    return kept


def _receiver(expression: Expression) -> Expression | None:
    function = expression.function if isinstance(expression, Call) else expression
    return function.value if isinstance(function, Attribute) else None
