"""HUP209: a handler reads something of the error that it does not have when the network fails: AttributeError."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.facts.expressions import Attribute, Call, Constant, Expression, Name, Subscript, parts_of
from hangup.facts.model import Handler, Site
from hangup.flow.clauses import TryBody
from hangup.knowledge.schema import ExceptionClass
from hangup.rules.customised import is_customised
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed

_HARMLESS = frozenset({"str", "repr", "print", "type", "format", "debug", "info", "warning", "error", "exception"})


class _Read(msgspec.Struct, frozen=True):
    """`e.response` in a handler, and what is read of that: another attribute, an item, or nothing."""

    site: Site
    expression: Attribute
    path: str
    further: bool


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each place of a handler that surely fails for one of the errors which arrive there."""
    for body in context.try_bodies:
        left = set(context.flow.connectivity(body.errors))
        for handler in body.handlers if body.calls else ():
            taken = {error for error in left if context.flow.guards.catches(body.scope, handler, error)}
            left -= taken
            whole = context.flow.guards.caught(body.scope, handler)[1]
            if handler.name and taken and whole and not any(is_customised(context, e) for _, e in body.calls):
                yield from _in_handler(context, rule, body, handler, taken)


def _in_handler(context: Context, rule: Rule, body: TryBody, handler: Handler, taken: set[str]) -> Iterator[Finding]:
    lacking = {error: found for error in taken if (found := _lacking(context, error))}
    reads = _reads(body, handler) if lacking else []
    if not reads or _looks_first(body, handler):
        return
    told: set[str] = set()
    for read in sorted(reads, key=lambda each: each.expression.start):
        missing = {error for error, entry in lacking.items() if read.path in entry.missing}
        none = {error for error, entry in lacking.items() if read.path in entry.none}
        asked = any(other.path == read.path and not other.further for other in reads)
        guilty = missing or (none if read.further and not asked else set())
        if guilty and read.path not in told and _gets_out(context, body, read):
            told.add(read.path)
            yield _finding(context, rule, body, handler, read, guilty, is_none=not missing)


def _lacking(context: Context, error: str) -> ExceptionClass | None:
    """The nearest class above an error that says what its errors have not got."""
    entries = (context.flow.catalogue.exception(each) for each in context.flow.classes.ancestors(error))
    return next((entry for entry in entries if entry is not None and (entry.none or entry.missing)), None)


def _reads(body: TryBody, handler: Handler) -> list[_Read]:
    """What is read of the error in the handler; nothing if its name is bound again there."""
    if any(
        b.target == handler.name and handler.body_start <= b.start < handler.body_end for b in body.scope.unit.bindings
    ):
        return []
    found: dict[int, _Read] = {}
    for site in body.scope.unit.sites:
        if not handler.body_start <= site.expression.start < handler.body_end:
            continue
        parts = list(parts_of(site.expression))
        owners = {id(_owner(part)) for part in parts}
        for part in parts:
            path = _path(part, handler.name or "") if isinstance(part, Attribute) else None
            if path is not None and isinstance(part, Attribute):
                further = id(part) in owners
                known = found.get(part.end)
                if known is None or further:
                    found[part.end] = _Read(site, part, path, further)
    return list(found.values())


def _owner(part: Expression) -> Expression | None:
    return part.value if isinstance(part, Attribute | Subscript) else None


def _path(expression: Expression, name: str) -> str | None:
    """`response` of `e.response`, `args[0].reason` of `e.args[0].reason`; None if it is nothing of the error."""
    if isinstance(expression, Name):
        return "" if expression.id == name else None
    if isinstance(expression, Attribute):
        before = _path(expression.value, name)
        return f"{before}.{expression.name}".lstrip(".") if before is not None else None
    if isinstance(expression, Subscript) and isinstance(expression.index, Constant):
        before = _path(expression.value, name)
        return f"{before}[{expression.index.value}]" if before else None
    return None


def _looks_first(body: TryBody, handler: Handler) -> bool:
    """Whether the handler asks what kind of error it has: `hasattr`, `isinstance`, or a function that is given it."""
    for site in body.scope.unit.sites:
        call = site.expression
        if isinstance(call, Call) and handler.body_start <= call.start < handler.body_end:
            function = call.function
            last = function.name if isinstance(function, Attribute) else getattr(function, "id", "")
            given = [argument.value for argument in call.arguments]
            if last not in _HARMLESS and any(isinstance(g, Name) and g.id == handler.name for g in given):
                return True
    return False


def _gets_out(context: Context, body: TryBody, read: _Read) -> bool:
    return bool(context.flow.guards.follow(body.scope, read.site.guard, ("AttributeError",)).through)


def _finding(
    context: Context, rule: Rule, body: TryBody, handler: Handler, read: _Read, guilty: set[str], *, is_none: bool
) -> Finding:
    what = f"{handler.name}.{read.path}"
    names = listed(context.flow, frozenset(guilty))
    if is_none:
        reason = f"{what} is None for {names}: when no answer has come, this raises AttributeError. Ask for None first"
    else:
        reason = f"{names} has no {read.path}: when that arrives, this raises AttributeError"
    start = body.scope.start + read.expression.start
    return Finding(rule.code, rule.name, "warning", start, body.scope.start + read.expression.end, reason)


RULE = Rule(
    "HUP209",
    "attribute-missing-on-error",
    "warning",
    "A handler reads something of the error that it has not got when the network fails",
    check,
)
