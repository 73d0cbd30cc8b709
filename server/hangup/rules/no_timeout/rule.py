"""HUP401: a call that waits for the peer for ever, because neither it nor its library sets a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Attribute, Call, Constant, Name, dotted
from hangup.facts.model import Binding, Site
from hangup.flow.effects import Effect
from hangup.flow.timeouts import gives_timeout
from hangup.knowledge.schema import Call as Entry
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.rules.customised import is_customised
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule, pointed_at

# What limits the time of everything inside it: as a context manager, or around a call.
_LIMITS = frozenset(
    {
        "asyncio.timeout",
        "asyncio.timeout_at",
        "asyncio.wait_for",
        "async_timeout.timeout",
        "anyio.fail_after",
        "anyio.move_on_after",
        "trio.fail_after",
        "trio.move_on_after",
    }
)


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each call with a timeout parameter that is not given, where the default is none."""
    for scope in context.module.scopes:
        for site, effect in context.flow.effects.within(scope):
            entry = _endless(context, scope, effect, site)
            if entry is not None and not is_customised(context, effect) and not _is_limited(context, scope, site):
                yield _report(context, rule, scope, site, effect, entry)


def _endless(context: Context, scope: Scope, effect: Effect, site: Site) -> Entry | None:
    """The entry by which the call waits for ever, if every entry that may hold agrees."""
    call = effect.handed or site.expression
    if not isinstance(call, Call) or not effect.certain or not effect.entries:
        return None
    for _, entry in effect.entries:
        timeout = entry.timeout
        if timeout is None or timeout.parameter is None or gives_timeout(entry, call) is not False:
            return None
        if _given_none(entry, call):
            continue
        default = "none" if timeout.default == "global" and not context.flow.sets_default_timeout else timeout.default
        if default != "none":
            return None
    return effect.entries[0][1] if _is_itself(scope, call) else None


def _given_none(entry: Entry, call: Call) -> bool:
    """Whether the call says `timeout=None`, by keyword or by position."""
    if entry.timeout is None:
        return False
    by_keyword = call.keyword(entry.timeout.parameter) if entry.timeout.parameter is not None else None
    by_position = call.positional(entry.timeout.position) if entry.timeout.position is not None else None
    return any(isinstance(given, Constant) and given.value is None for given in (by_keyword, by_position))


def _is_itself(scope: Scope, call: Call) -> bool:
    """Whether the callee is the library's, under its name or another; a value made by a call may hold a timeout."""
    path = dotted(call.function)
    found = reaching(scope, path, call.function.start) if path is not None else None
    origins = found[1] if found is not None else ()
    return all(not isinstance(each, Binding) or isinstance(each.value, Attribute | Name) for each in origins)


def _is_limited(context: Context, scope: Scope, site: Site) -> bool:
    contexts = [c for _, guard in context.flow.guards.enclosing(scope, site.guard) for c in guard.contexts]
    around = [
        other.expression
        for other in scope.unit.sites
        if other.kind == "call" and other.expression.start < site.expression.start <= other.expression.end
    ]
    for each in (*contexts, *around):
        if isinstance(each, Call):
            functions = context.flow.evaluator.values(scope, each.function)
            if any(isinstance(function, Dotted) and function.name in _LIMITS for function in functions):
                return True
    return False


def _report(context: Context, rule: Rule, scope: Scope, site: Site, effect: Effect, entry: Entry) -> Finding:
    start, end = pointed_at(scope, site.expression)
    parameter = entry.timeout.parameter if entry.timeout is not None else "timeout"
    if isinstance(site.expression, Call) and _given_none(entry, site.expression):
        way = f"is told to wait for ever ({parameter}=None)"
    else:
        way = f"waits for ever without {parameter}="
    advice = f". Give it {parameter}={context.timeout.rpartition('.')[2]}" if context.timeout else ""
    return Finding(
        rule.code,
        rule.name,
        "warning",
        start,
        end,
        f"{effect.name} {way}: a peer that says nothing stops the program here{advice}",
        anchor=scope.start + site.expression.start,
        replacement=parameter,
    )


RULE = Rule("HUP401", "no-timeout", "warning", "The call waits for ever when the peer says nothing", check)
