"""How the rules about retries tell of one: what is tried again, how often, after what wait, what comes out."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.flow.retries.plan import Limit, Wait
from hangup.flow.retries.tried import Retry, Tried
from hangup.rules.finding import Finding, Related, Severity
from hangup.rules.rule import Context, Rule, pointed_at
from hangup.rules.wording import listed, located

_AFTER_SENDING = ("reset", "closed", "timeout", "truncated")
_MOST = 2


def calls(retry: Retry) -> str:
    """The network calls that a retry repeats, as a person lists them."""
    names = list(dict.fromkeys(each.source.name for each in retry.tried))
    if len(names) > _MOST:
        return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
    return " and ".join(names) if names else "each request"


def often(limit: Limit) -> str:
    """How often, as the end of "is tried ..."."""
    parts = [f"up to {limit.tries} times"] if limit.tries is not None else []
    parts += [f"for {limit.seconds:g} s"] if limit.seconds is not None else []
    if parts:
        return " or ".join(parts)
    return "for ever" if limit.given is False else "several times" if limit.given else "again and again"


def how_often(limit: Limit) -> str:
    """The same between commas; nothing where it is not known."""
    return f", {often(limit)}," if limit.given is not None else ""


def wait(found: Wait) -> str:
    """How long is waited, as a phrase; empty where it is not known."""
    if found.is_none:
        return "at once"
    seconds = f"{found.seconds:g} s" if found.seconds is not None else None
    if found.manner == "constant":
        return f"after {seconds} each time" if seconds else "after the same wait each time"
    if found.manner in ("exponential", "incrementing"):
        return "after a wait that grows each time"
    return "after a wait by chance" if found.manner == "random" else ""


def outcome(context: Context, retry: Retry) -> str:
    """What comes out when it gives up, as a sentence with a space before it; empty where that is not known."""
    if retry.limit.given is False or retry.plan is None:
        return ""
    if retry.plan.silent:
        return " When it gives up no error comes out."
    names = retry.escapes or frozenset({retry.plan.wraps} if retry.plan.wraps else ())
    return f" When it gives up, {listed(context.flow, names)} comes out." if names else ""


def product(context: Context, retry: Retry) -> tuple[str, tuple[Related, ...]]:
    """A sentence about the other retries of the same call, and where they are; their tries multiply."""
    others: list[Retry] = []
    for each in context.retries:
        if all(each is not one and _shares(each, one) and _nested(context, each, one) for one in (retry, *others)):
            others.append(each)
    if not others:
        return "", ()
    places = tuple(
        Related(
            o.scope.module.path, o.scope.start + o.start, o.scope.start + o.end, f"{_who(o)} tries it {often(o.limit)}"
        )
        for o in others
    )
    counts = [each.limit.tries for each in (retry, *others)]
    if any(count is None for count in counts):
        return f" {_who(others[0])} {located(others[0].scope)} tries it again as well: the tries multiply.", places
    total = 1
    for count in counts:
        total *= count or 1
    written = " x ".join(str(count) for count in counts)
    return f" {_who(others[0])} {located(others[0].scope)} tries it again as well: {written} = {total} tries.", places


def _place(retry: Retry) -> Related:
    start = retry.scope.start
    text = f"{_who(retry)} tries it {often(retry.limit)}"
    return Related(retry.scope.module.path, start + retry.start, start + retry.end, text)


def _who(retry: Retry) -> str:
    return "A loop" if retry.kind == "loop" else "A recursion" if retry.kind == "recursion" else retry.name


def _shares(one: Retry, other: Retry) -> bool:
    sites = {id(each.source.site) for each in one.tried}
    return any(id(each.source.site) in sites for each in other.tried)


def _nested(context: Context, one: Retry, other: Retry) -> bool:
    """Whether one of two retries runs inside the other: two callers of the same function are no tries of tries."""
    together = {id(each.site) for each in one.tried} & {id(each.site) for each in other.tried}
    return bool(together) or _runs(context, one, other) or _runs(context, other, one)


def _runs(context: Context, outer: Retry, inner: Retry) -> bool:
    wanted = {each.scope for each in inner.tried}
    queue = [callee for each in outer.tried for callee in context.flow.effects.of(each.scope, each.site).callees]
    for scope in queue:
        if scope in wanted:
            return True
        for _, effect in context.flow.effects.within(scope):
            queue += [callee for callee in effect.callees if callee not in queue]
    return False


def after_sending(context: Context, faults: Iterable[str]) -> bool:
    """Whether some of the faults strike when the request may have been sent already."""
    known = context.flow.catalogue.faults
    return any(
        known[fault].category in _AFTER_SENDING and "connect" not in fault and "accept" not in fault
        for fault in faults
        if fault in known
    )


def makes_connections(retry: Retry) -> bool:
    """Whether each try makes a connection, or may."""
    return any("connect" in entry.phase for each in retry.tried for _, entry in each.effect.entries)


def report(
    context: Context, rule: Rule, retry: Retry, message: str, severity: Severity, at: Tried | None = None
) -> Finding:
    """A finding at the retry, or at one of the calls that it repeats."""
    start, end = retry.scope.start + retry.start, retry.scope.start + retry.end
    if at is not None:
        start, end = pointed_at(at.source.scope, at.source.site.expression)
    more, places = product(context, retry)
    related = tuple(
        Related(each.source.scope.module.path, *pointed_at(each.source.scope, each.source.site.expression), "this call")
        for each in retry.tried[:3]
        if at is None
    )
    return Finding(
        rule.code,
        rule.name,
        severity,
        start,
        end,
        message + more,
        related=(*related, *places),
        names=tuple(sorted(retry.retried)),
        anchor=retry.scope.start + (retry.plan.expression.start if retry.plan is not None else retry.start),
    )
