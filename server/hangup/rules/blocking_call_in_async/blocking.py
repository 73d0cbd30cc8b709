"""The calls of a function that block its thread."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.facts.expressions import Attribute, Call, Constant, Expression, Name
from hangup.facts.model import Site
from hangup.flow.effects import Effect
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.rules.customised import is_customised
from hangup.rules.rule import Context

_WAITING = frozenset({"resolve", "connect", "handshake", "receive", "accept"})
_NEVER_LONG = frozenset({"sendto", "sendmsg", "close", "shutdown", "bind", "listen"})
_NON_BLOCKING = (b"setblocking(", b"settimeout(0")
_ASYNC = ("asyncio", "aio", "async_", ".trio")


class Blocking(msgspec.Struct, frozen=True):
    """A call that blocks, or (on the way to it) a call of one's own function. until: what it waits for."""

    scope: Scope
    site: Site
    name: str
    until: str = "the peer has answered"


def blocking_in(context: Context, scope: Scope) -> Iterator[Blocking]:
    """The blocking calls that stand in a function; not the reads of an answer behind the call that gave it."""
    seen: set[object] = set()
    for site, effect in context.flow.effects.within(scope):
        if not _blocks(context, scope, site, effect):
            continue
        files = {context.flow.catalogue.file_of(qualified) for qualified, _ in effect.entries}
        only_body = all(set(entry.phase) <= {"body"} for _, entry in effect.entries)
        only_reads = all(set(entry.phase) <= {"body", "receive"} for _, entry in effect.entries)
        if not (only_body and seen) and not (only_reads and files <= seen):
            seen |= files
            yield Blocking(scope, site, effect.name)
    for site in scope.unit.sites:
        if _sleeps(context, scope, site):
            yield Blocking(scope, site, "time.sleep", "it is over")


def _blocks(context: Context, scope: Scope, site: Site, effect: Effect) -> bool:
    if not effect.entries or not effect.certain or effect.callees or site.awaited or site.is_async:
        return False
    for qualified, entry in effect.entries:
        waits = not _WAITING.isdisjoint(entry.phase) or "body" in entry.phase
        if entry.awaitable or not entry.blocking or not waits or not (entry.raises or entry.silent):
            return False
        if any(part in qualified for part in _ASYNC) or qualified.rpartition("#")[2] in _NEVER_LONG:
            return False
        if qualified.startswith(("socket.", "ssl.")) and "#" in qualified and _may_be_non_blocking(context):
            return False
    return not is_customised(context, effect) and not context.flow.reach.is_handed_over(scope, site)


def _may_be_non_blocking(context: Context) -> bool:
    data = context.text.source.data
    return any(word in data for word in _NON_BLOCKING)


def _sleeps(context: Context, scope: Scope, site: Site) -> bool:
    call = site.expression
    if site.kind != "call" or not isinstance(call, Call) or site.awaited or _last_name(call.function) != "sleep":
        return False
    given = call.positional(0)
    if isinstance(given, Constant) and not given.value:
        return False
    return context.flow.evaluator.values(scope, call.function) == (Dotted("time.sleep"),)


def _last_name(function: Expression) -> str | None:
    if isinstance(function, Name):
        return "sleep" if "sleep" in function.id else function.id
    return function.name if isinstance(function, Attribute) else None
