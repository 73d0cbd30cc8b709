"""Clauses that do not say what they seem to: `except A or B` catches one of the two, `except "timeout"` nothing."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Alternatives, Constant, Expression
from hangup.facts.model import Handler
from hangup.flow.clauses import TryBody
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule

_DISPLAYS = {b"[": "a list", b"{": "a set"}


def miswritten(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each clause of the network that is written so that it catches less than it names."""
    for body in context.try_bodies:
        for handler in body.handlers:
            reason = _one_of_two(context, body.scope, handler) or _no_class(context, body, handler)
            if reason is not None:
                start, end = body.scope.start + handler.types_start, body.scope.start + handler.types_end
                yield Finding(rule.code, rule.name, "warning", start, end, reason)


def _one_of_two(context: Context, scope: Scope, handler: Handler) -> str | None:
    """Why `A or B`, or `A and B`, is one of the two: a class is always true."""
    written = handler.types[0] if len(handler.types) == 1 else None
    if not isinstance(written, Alternatives) or written.operator not in ("or", "and"):
        return None
    if not all(_is_class(context, scope, each) for each in written.options) or not _of_network(context, scope, written):
        return None
    texts = [_text(context, scope, each) for each in written.options]
    kept, lost = (texts[0], texts[-1]) if written.operator == "or" else (texts[-1], texts[0])
    return (
        f"`{_text(context, scope, written)}` is {kept} alone, since a class counts as true: this clause never catches "
        f"{lost}. Name both in a tuple: ({', '.join(texts)})"
    )


def _no_class(context: Context, body: TryBody, handler: Handler) -> str | None:
    """Why a clause raises TypeError as soon as an error of the network reaches it."""
    if not body.calls or not context.flow.connectivity(body.errors) or not handler.types:
        return None
    scope, first = body.scope, handler.types[0]
    opening = context.text.source.data[scope.start + handler.types_start :][:1]
    what = _DISPLAYS.get(opening)
    if isinstance(first, Constant) and isinstance(first.value, str):
        what = "a string"
    elif isinstance(first, Alternatives) and first.operator == "|":
        known = all(_is_class(context, scope, each) for each in first.options)
        what = "a union, as annotations have them," if known else None
    elif (other := next((each for each in handler.types if _is_other_class(context, scope, each)), None)) is not None:
        what = _text(context, scope, other)
    if what is None:
        return None
    return f"{what} is no exception class: when an error reaches this clause, it raises TypeError in its place"


def _is_other_class(context: Context, scope: Scope, expression: Expression) -> bool:
    """Whether it is a library's class for something else than errors: `aiohttp.ClientTimeout`."""
    values = context.flow.evaluator.values(scope, expression)
    names = [value.name for value in values if isinstance(value, Dotted)]
    catalogue = context.flow.catalogue
    return len(values) == len(names) == 1 and all(
        catalogue.class_(name) is not None and catalogue.exception(name) is None for name in names
    )


def _is_class(context: Context, scope: Scope, expression: Expression) -> bool:
    names, whole = context.flow.classes.named(context.flow.evaluator.values(scope, expression))
    return whole and len(names) == 1 and all(context.flow.classes.is_exception(name) for name in names)


def _of_network(context: Context, scope: Scope, written: Alternatives) -> bool:
    classes, catalogue = context.flow.classes, context.flow.catalogue
    names, _ = classes.named(context.flow.evaluator.values(scope, written))
    above = {base for name in names for base in classes.ancestors(name)}
    return "OSError" in above or any("." in each and catalogue.exception(each) is not None for each in above)


def _text(context: Context, scope: Scope, expression: Expression) -> str:
    return " ".join(context.text.source.slice(scope.start + expression.start, scope.start + expression.end).split())
