"""The places of a module where a network failure rises that nothing stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from hangup.facts.expressions import Attribute, Call, Expression
from hangup.facts.model import Site
from hangup.flow.analysis import Flow
from hangup.flow.classes import grouped
from hangup.flow.effects import Effect, Failures
from hangup.flow.guards import Passage
from hangup.flow.reach import End
from hangup.flow.timeouts import gives_timeout, has_object_timeout
from hangup.knowledge.schema import Call as Entry
from hangup.resolve.project import Module, Scope

_GROUPS = ("ExceptionGroup", "BaseExceptionGroup")


@dataclass
class Hole:
    """A call whose failure is not wholly handled.

    scope, site, effect: the call. errors: the network errors that rise there. passage: what the guards in its own
    function did with them. ends: where those that got past them arrive.
    callee: the project's function that raises them on purpose; None for a library's call.
    missed: the errors that arrive somewhere unhandled. caught: those that every way out handles.
    """

    scope: Scope
    site: Site
    effect: Effect
    errors: Failures
    passage: Passage
    ends: list[End]
    callee: Scope | None = None
    missed: frozenset[str] = frozenset()
    caught: frozenset[str] = frozenset()


def holes(flow: Flow, module: Module) -> list[Hole]:
    """All holes of a module, in order; calls chained in one expression (`urlopen(u).read()`) count as one."""
    found: list[Hole] = []
    for scope in module.scopes:
        for site, effect in flow.effects.within(scope):
            for errors, callee in _origins(flow, scope, effect, site):
                hole = _hole(flow, scope, site, effect, errors, callee)
                if hole is not None:
                    found.append(hole)
    kept = _merge_chains(found)
    for hole in kept:
        hole.missed = frozenset([error for end in hole.ends for error in end.errors])
        hole.caught = frozenset(hole.errors) - {grouped(error) or error for error in hole.missed}
    return kept


def expected(flow: Flow, scope: Scope, effect: Effect, site: Site) -> Failures:
    """The errors of a site's library calls that a program has to expect.

    Timeouts count only where a timeout is set: a call that waits for ever does not raise one.
    """
    errors: Failures = {}
    for qualified, entry in effect.entries:
        if not entry.phase:  # wait_for, TaskGroup: it raises what it runs raises
            continue
        timeouts = not _waits_for_ever(flow, scope, qualified, entry, site.expression)
        for name, causes in flow.catalogue.expected(entry, timeouts=timeouts).items():
            if name in _GROUPS:  # what is in the group comes out of the tasks that it was given
                continue
            errors[name] = errors[name] | causes if name in errors else causes
    return errors


def _waits_for_ever(flow: Flow, scope: Scope, qualified: str, entry: Entry, call: Expression) -> bool:
    if entry.timeout is None or gives_timeout(entry, call) is True:
        return False
    default = entry.timeout.default
    if default == "object":  # as its construction has it, where that says something
        if has_object_timeout(flow, scope, call):
            return False
        made = [made.timeout.default for made in flow.catalogue.calls(qualified.partition("#")[0]) if made.timeout]
        default = made[0] if made else "none"
    return not isinstance(default, float | int)


def _origins(flow: Flow, scope: Scope, effect: Effect, site: Site) -> Iterator[tuple[Failures, Scope | None]]:
    if effect.entries and (errors := expected(flow, scope, effect, site)):
        yield errors, None
    for callee in effect.callees:
        explicit = flow.escapes.of(callee).explicit
        if explicit and (names := flow.connectivity(explicit)):
            yield {name: explicit[name] for name in names}, callee


def _hole(flow: Flow, scope: Scope, site: Site, effect: Effect, errors: Failures, callee: Scope | None) -> Hole | None:
    passage = flow.guards.follow(scope, site.guard, errors)
    if not passage.through:
        return None
    ends = flow.reach.ends_from(scope, site, frozenset(passage.through))
    return Hole(scope, site, effect, errors, passage, ends, callee) if ends else None


def _merge_chains(found: list[Hole]) -> list[Hole]:
    """Fold a hole into the one whose call it is a method of: they fail at one place and one fix covers both."""
    kept: list[Hole] = []
    by_expression: dict[int, Hole] = {}
    for hole in found:
        inner = by_expression.get(id(_receiver(hole.site.expression)))
        if inner is None or inner.scope is not hole.scope or inner.site.guard != hole.site.guard:
            kept.append(hole)
            by_expression.setdefault(id(hole.site.expression), hole)
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
