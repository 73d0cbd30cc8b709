"""Handlers that catch the right error and then look for the reset where it is not."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Expression, Name, dotted
from hangup.facts.model import Handler
from hangup.flow.clauses import TryBody
from hangup.rules.customised import is_customised
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed

_RESET = "ConnectionResetError"
_ASKED = frozenset(
    {_RESET, "ConnectionAbortedError", "BrokenPipeError", "ConnectionRefusedError", "ConnectionError", "TimeoutError"}
)
_CHAIN = ("__cause__", "__context__")


def misplaced(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each `isinstance` in a handler that can never be true for what arrives there."""
    for body in context.try_bodies:
        if body.opaque or not body.calls:
            continue
        left = set(body.errors)
        for handler in body.handlers:
            taken = {error for error in left if context.flow.guards.catches(body.scope, handler, error)}
            left -= taken
            if handler.name and not taken.isdisjoint(context.flow.connectivity(body.errors)):
                yield from _in_handler(context, rule, body, handler, taken)


def _in_handler(context: Context, rule: Rule, body: TryBody, handler: Handler, taken: set[str]) -> Iterator[Finding]:
    for site in body.scope.unit.sites:
        call = site.expression
        if not handler.body_start <= call.start < handler.body_end or not isinstance(call, Call):
            continue
        if not (isinstance(call.function, Name) and call.function.id == "isinstance"):
            continue
        looked_at, asked = call.positional(0), call.positional(1)
        path = dotted(looked_at) if looked_at is not None else None
        if path is None or asked is None or path.partition(".")[0] != handler.name or _is_bound_again(body, handler):
            continue
        names, whole = context.flow.classes.named(context.flow.evaluator.values(body.scope, asked))
        if whole and names and names <= _ASKED and not any(is_customised(context, e) for _, e in body.calls):
            reason = _reason(context, body, handler.name or "", path, names, taken)
            if reason is not None:
                yield _finding(rule, body, asked, reason, names)


def _is_bound_again(body: TryBody, handler: Handler) -> bool:
    bound = (b for b in body.scope.unit.bindings if b.target == handler.name)
    return any(handler.body_start <= b.start < handler.body_end for b in bound)


def _reason(
    context: Context, body: TryBody, name: str, path: str, names: frozenset[str], taken: set[str]
) -> str | None:
    """Why the test is never true, as a sentence; None where it may be."""
    classes = context.flow.classes
    places = places_of_reset(context, body, name, taken)
    shown = listed(context.flow, names)
    if path == name:
        related = any(classes.is_subclass(e, n) or classes.is_subclass(n, e) for e in taken for n in names)
        if related or any(e in ("OSError", "Exception", "BaseException") for e in taken):
            return None
        found = f"; the {_RESET} is at {places[0]}" if places and _RESET in names else ""
        return f"{name} is never {shown} here: what arrives is {listed(context.flow, taken)}{found}"
    in_chain = all(part in _CHAIN for part in path.split(".")[1:])
    if names == {_RESET} and places and in_chain and path not in places:
        return f"{path} is never {_RESET} here: it is at {places[0]}"
    return None


def places_of_reset(context: Context, body: TryBody, name: str, taken: set[str]) -> list[str]:
    """Where the reset is in the errors that a reset gives, the usual place first; empty if that is not known of all."""
    faults = context.flow.catalogue.faults
    found: list[str] = []
    elsewhere: list[str] = []
    for error in sorted(taken):
        if not any(f in faults and faults[f].category == "reset" for f in body.errors[error]):
            continue
        entry = context.flow.catalogue.exception(error)
        if entry is None or entry.reset is None or entry.reset == "e":
            return []
        found.append(entry.reset)
        elsewhere += entry.reset_elsewhere
    return [name + place.removeprefix("e") for place in dict.fromkeys([*found, *elsewhere])]


def _finding(rule: Rule, body: TryBody, asked: Expression, reason: str, names: frozenset[str]) -> Finding:
    start, end = body.scope.start + asked.start, body.scope.start + asked.end
    chain = next(iter(names)) if len(names) == 1 else None
    return Finding(rule.code, rule.name, "warning", start, end, f"this test is never true: {reason}", replacement=chain)
