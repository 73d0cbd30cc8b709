"""HUP203: an `except` clause, or a class in its tuple, that nothing can reach any more: another one has it already."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.facts.expressions import Expression
from hangup.facts.model import Guard, Handler
from hangup.resolve.project import Scope
from hangup.resolve.values import Items, Values
from hangup.rules.finding import Finding, Related, Severity
from hangup.rules.rule import Context, Rule
from hangup.rules.written_class import alias_of, holds


class _Member(msgspec.Struct, frozen=True):
    """A class expression of a clause. names: the classes that it may be. certain: it is all of them at once.
    old: it is written by a former name."""

    expression: Expression
    names: frozenset[str]
    certain: bool
    old: bool


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for a clause that is never reached; else one for each class in it that adds nothing."""
    for scope in context.module.scopes:
        for guard in scope.unit.guards:
            if guard.handlers:
                yield from _of_try(context, rule, scope, guard)


def _of_try(context: Context, rule: Rule, scope: Scope, guard: Guard) -> Iterator[Finding]:
    before: list[tuple[Handler, frozenset[str]]] = []
    for handler in guard.handlers:
        members = [_member(context, scope, each) for each in handler.types]
        taken = [_taken_by(context, member, before) for member in members]
        if taken and all(each is not None for each in taken):
            yield _clause(context, rule, scope, handler, members, taken[0])
        else:
            for member, by in zip(members, taken, strict=True):
                other = None if by is not None else _covered_beside(context, member, members)
                if (by is not None or other is not None) and not _has_remark(context, scope, handler, member):
                    yield _redundant(context, rule, scope, member, by, other)
        caught = frozenset(name for member in members if member.certain for name in member.names)
        before.append((handler, caught if handler.types else frozenset({"BaseException"})))


def _member(context: Context, scope: Scope, expression: Expression) -> _Member:
    alias = alias_of(context, scope, expression)
    if alias is not None and not holds(context, alias[1]):
        return _Member(expression, frozenset(), False, True)  # on an older Python it is a class of its own
    values = context.flow.evaluator.values(scope, expression)
    names, whole = context.flow.classes.named(values)
    return _Member(expression, names if whole else frozenset(), whole and _is_single(values), alias is not None)


def _is_single(values: Values) -> bool:
    """Whether the values are one class, or one tuple of classes, and not a choice of several."""
    if len(values) != 1:
        return False
    return all(_is_single(item) for item in values[0].items) if isinstance(values[0], Items) else True


def _taken_by(context: Context, member: _Member, before: list[tuple[Handler, frozenset[str]]]) -> Handler | None:
    """The first of the clauses before that catches the member, if it is of the network and they catch all of it."""
    first: Handler | None = None
    for name in member.names:
        takers = [handler for handler, caught in before if not caught.isdisjoint(context.flow.classes.ancestors(name))]
        if not takers or not _is_of_network(context, name):
            return None
        first = first or takers[0]
    return first


def _covered_beside(context: Context, member: _Member, members: list[_Member]) -> _Member | None:
    """Another class of the tuple that covers this one. Of two that are the same the present name stays, else the
    first."""
    classes = context.flow.classes
    at = members.index(member)
    for index, other in enumerate(members):
        if index == at or not other.certain or not member.names or not _all_of_network(context, member):
            continue
        below = all(not other.names.isdisjoint(classes.ancestors(name)) for name in member.names)
        above = all(not member.names.isdisjoint(classes.ancestors(name)) for name in other.names)
        if below and (not (above and member.certain) or (other.old, index) < (member.old, at)):
            return other
    return None


def _has_remark(context: Context, scope: Scope, handler: Handler, member: _Member) -> bool:
    """Whether a remark behind the class says why it is there, in a tuple over several lines."""
    lines = context.text.source.lines
    line = lines.line_of(scope.start + member.expression.end)
    return line > lines.line_of(scope.start + handler.start) and b"#" in lines.text(line)


def _all_of_network(context: Context, member: _Member) -> bool:
    return all(_is_of_network(context, name) for name in member.names)


def _is_of_network(context: Context, name: str) -> bool:
    """Whether a class, or one above it, is of the OSError family or of a known library."""
    ancestors = context.flow.classes.ancestors(name)
    return any(
        each == "OSError" or ("." in each and context.flow.catalogue.exception(each) is not None) for each in ancestors
    )


def _clause(
    context: Context, rule: Rule, scope: Scope, handler: Handler, members: list[_Member], taker: Handler | None
) -> Finding:
    written = ", ".join(_text(context, scope, member.expression) for member in members)
    what = _heading(context, scope, taker) if taker is not None else "the clause above"
    start, end = scope.start + handler.types_start, scope.start + handler.types_end
    message = (
        f"this clause is never reached: `{what}` above it already catches {written}{_why(context, members, written)}"
    )
    return _finding(rule, scope, "warning", start, end, message, taker)


def _why(context: Context, members: list[_Member], written: str) -> str:
    """What a name stands for, where it does not show."""
    names = {context.flow.classes.display(name) for member in members for name in member.names}
    last = written.rpartition(".")[2]
    return f" (which is {min(names)})" if len(names) == 1 and min(names).rpartition(".")[2] != last else ""


def _redundant(
    context: Context, rule: Rule, scope: Scope, member: _Member, by: Handler | None, other: _Member | None
) -> Finding:
    written = _text(context, scope, member.expression)
    if by is not None:
        reason = f"`{_heading(context, scope, by)}` above already catches it"
    elif other is not None and other.names == member.names:
        reason = f"it is the same class as {_text(context, scope, other.expression)}"
    else:
        beside = _text(context, scope, other.expression) if other is not None else "another"
        reason = f"{beside} beside it already covers it"
    start, end = scope.start + member.expression.start, scope.start + member.expression.end
    return _finding(rule, scope, "information", start, end, f"{written} adds nothing to this clause: {reason}", by)


def _finding(
    rule: Rule, scope: Scope, severity: Severity, start: int, end: int, message: str, taker: Handler | None
) -> Finding:
    related: tuple[Related, ...] = ()
    if taker is not None:
        place = scope.start + taker.start, scope.start + taker.end
        related = (Related(scope.module.path, *place, "it is caught here"),)
    return Finding(rule.code, rule.name, severity, start, end, message, related)


def _heading(context: Context, scope: Scope, handler: Handler) -> str:
    text = context.text.source.slice(scope.start + handler.start, scope.start + handler.end)
    return " ".join(text.split()).rpartition(" as ")[0] if handler.name else " ".join(text.split())


def _text(context: Context, scope: Scope, expression: Expression) -> str:
    return " ".join(context.text.source.slice(scope.start + expression.start, scope.start + expression.end).split())


RULE = Rule(
    "HUP203",
    "unreachable-except-clause",
    "warning",
    "An earlier clause of the same try already catches what this one names",
    check,
)
