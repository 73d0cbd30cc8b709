"""HUP403: a loop that reads from a connection and never asks whether it has ended."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Site
from hangup.flow.effects import Effect
from hangup.resolve.project import Scope
from hangup.rules.end_of_stream_ignored.loops import never_ends
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule, pointed_at
from hangup.syntax.tree import node_at

_AT_THE_END = ("fin_on_accept", "fin_before_response")
_READS = frozenset({"recv", "read", "readline", "receive_some"})
_WITHOUT_END = (b"SOCK_DGRAM", b"SOCK_RAW", b"AF_PACKET", b"AF_NETLINK")


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each call that returns nothing at the end of the stream, in a loop that goes on then."""
    for scope in context.module.scopes:
        for site, effect in context.flow.effects.within(scope):
            if site.loop and site.kind == "call" and _returns_nothing(context, effect):
                yield from _at(context, rule, scope, site, effect)


def _returns_nothing(context: Context, effect: Effect) -> bool:
    """Whether all entries of a call say that it returns nothing, at once, when the peer has closed."""
    if not effect.entries or not effect.certain or effect.callees:
        return False
    for qualified, entry in effect.entries:
        told = [entry.silent.get(fault, "") for fault in _AT_THE_END]
        if qualified.rpartition("#")[2] not in _READS or not any(
            t.startswith(("returns b''", "returns noth")) for t in told
        ):
            return False
        if qualified.startswith(("socket.", "ssl.")) and any(w in context.text.source.data for w in _WITHOUT_END):
            return False
    return True


def _at(context: Context, rule: Rule, scope: Scope, site: Site, effect: Effect) -> Iterator[Finding]:
    expression = site.expression
    node = node_at(context.text.tree, scope.start + expression.start, scope.start + expression.end)
    if not never_ends(node):
        return
    start, end = pointed_at(scope, expression)
    message = (
        f"{effect.name} returns b'' at once, again and again, when the peer has closed the connection: "
        "this loop does not ask, and spins for ever"
    )
    yield Finding(rule.code, rule.name, "warning", start, end, message, anchor=scope.start + expression.start)


RULE = Rule(
    "HUP403",
    "end-of-stream-ignored",
    "warning",
    "A loop goes on reading when the connection has ended",
    check,
)
