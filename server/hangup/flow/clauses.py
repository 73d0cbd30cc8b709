"""The `except` clauses of a module, and what can arrive at each."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.facts.expressions import Call, dotted
from hangup.facts.model import Handler, Site
from hangup.flow.analysis import Flow
from hangup.flow.effects import Effect, Failures
from hangup.resolve.project import Module, Scope
from hangup.resolve.values import Dotted

_PASSING_ON = frozenset({"wait_for", "shield", "gather"})


class TryBody(msgspec.Struct):
    """What happens in the body of one `try`.

    scope, guard: where it is. errors: what arrives at its clauses, with the faults behind it.
    calls: the library calls that stand directly in it, with their effects.
    opaque: something in it is unknown, or known and never measured, and may raise anything.
    """

    scope: Scope
    guard: int
    errors: Failures = {}
    calls: list[tuple[Site, Effect]] = []
    opaque: bool = False

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """The clauses, in order."""
        return self.scope.unit.guards[self.guard].handlers


def try_bodies(flow: Flow, module: Module) -> Iterator[TryBody]:
    """Every `try` of a module that has clauses."""
    for scope in module.scopes:
        for index, guard in enumerate(scope.unit.guards):
            if guard.kind == "try" and guard.handlers:
                yield _read(flow, scope, index)


def _read(flow: Flow, scope: Scope, index: int) -> TryBody:
    body = TryBody(scope, index)
    inside = flow.guards.inside(scope, index)
    for site in scope.unit.sites:
        if site.guard not in inside:
            continue
        body.opaque = body.opaque or flow.effects.is_opaque(scope, site) or _waits_for_unknown(flow, scope, site)
        effect = flow.effects.of(scope, site)
        if not (effect.entries or effect.callees):
            continue
        body.opaque = body.opaque or any(flow.escapes.is_opaque(callee) for callee in effect.callees)
        body.opaque = body.opaque or any(
            entry.phase and not (entry.raises or entry.silent) for _, entry in effect.entries
        )
        body.calls += [(site, each) for each in _network_effects(flow, effect)]
        _arrive(flow, body, site.guard, flow.escapes.at(scope, effect))
    for statement in scope.unit.raises:
        if statement.guard not in inside:
            continue
        values = flow.evaluator.values(scope, statement.expression) if statement.expression is not None else ()
        names = flow.classes.raised(values)
        body.opaque = body.opaque or not names
        _arrive(flow, body, statement.guard, dict.fromkeys(names, frozenset()))
    for child in scope.children:
        if child.unit.kind == "class" and child.definition is not None:
            body.opaque = body.opaque or child.definition.guard in inside
    return body


def _waits_for_unknown(flow: Flow, scope: Scope, site: Site) -> bool:
    """Whether a call raises what a thing raises that somebody else has started: `asyncio.wait_for(future, 3)`."""
    call = site.expression
    if not isinstance(call, Call) or (dotted(call.function) or "").rpartition(".")[2] not in _PASSING_ON:
        return False
    values = flow.evaluator.values(scope, call.function)
    if not any(isinstance(value, Dotted) and value.name.startswith("asyncio.") for value in values):
        return False
    positional = [each for each in call.arguments if each.keyword is None]
    given = positional[:1] if dotted(call.function) != "asyncio.gather" else positional
    return any(not isinstance(each.value, Call) for each in given)


def _network_effects(flow: Flow, effect: Effect) -> list[Effect]:
    """The network calls that a site makes, by itself or through the project's functions."""
    found = [effect] if effect.is_network else []
    queue = list(effect.callees)
    for scope in queue:
        for _, inner in flow.effects.within(scope):
            found += [inner] if inner.is_network else []
            queue += [callee for callee in inner.callees if callee not in queue]
    return found


def _arrive(flow: Flow, body: TryBody, guard: int, errors: Failures) -> None:
    if not errors:
        return
    passage = flow.guards.follow(body.scope, guard, errors, until=body.guard)
    behind = frozenset(fault for faults in errors.values() for fault in faults)
    for name in (*passage.through, *passage.explicit):
        body.errors[name] = body.errors.get(name, frozenset()) | errors.get(name, behind)
