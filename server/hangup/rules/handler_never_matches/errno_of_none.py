"""Handlers that compare the errno of an error which has none: a library's class that is an OSError by name only."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Attribute, Name
from hangup.facts.model import Handler
from hangup.flow.clauses import TryBody
from hangup.rules.customised import is_customised
from hangup.rules.finding import Finding
from hangup.rules.handler_never_matches.looking import places_of_reset
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed
from hangup.syntax.tree import node_at


def without_errno(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each comparison of an errno that is None for all that arrives at its clause."""
    if b".errno" not in context.text.source.data:
        return
    for body in context.try_bodies:
        if body.opaque or not body.calls or any(is_customised(context, effect) for _, effect in body.calls):
            continue
        left = set(body.errors)
        for handler in body.handlers:
            taken = {error for error in left if context.flow.guards.catches(body.scope, handler, error)}
            left -= taken
            if handler.name and taken and all(_has_none(context, error) for error in taken):
                yield from _in_handler(context, rule, body, handler, taken)


def _has_none(context: Context, error: str) -> bool:
    entries = (context.flow.catalogue.exception(each) for each in context.flow.classes.ancestors(error))
    entry = next((each for each in entries if each is not None and (each.none or each.missing)), None)
    return entry is not None and "errno" in entry.none


def _in_handler(context: Context, rule: Rule, body: TryBody, handler: Handler, taken: set[str]) -> Iterator[Finding]:
    for site in body.scope.unit.sites:
        read = site.expression
        if not handler.body_start <= read.start < handler.body_end or not isinstance(read, Attribute):
            continue
        if read.name != "errno" or not isinstance(read.value, Name) or read.value.id != handler.name:
            continue
        start, end = body.scope.start + read.start, body.scope.start + read.end
        parent = node_at(context.text.tree, start, end).parent
        if parent is None or parent.type != "comparison_operator" or b"None" in (parent.text or b""):
            continue
        places = places_of_reset(context, body, handler.name, taken)
        found = f"; the ConnectionResetError is at {places[0]}" if places else ""
        reason = f"{handler.name}.errno is None for {listed(context.flow, frozenset(taken))}{found}"
        yield Finding(rule.code, rule.name, "warning", start, end, f"this test is never true: {reason}")
