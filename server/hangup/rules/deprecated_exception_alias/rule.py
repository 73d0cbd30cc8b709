"""HUP206: an exception class under a name that is kept for old programs only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hangup.facts.expressions import Attribute, Call, Expression, Name, Sequence
from hangup.knowledge.schema import Alias
from hangup.resolve.project import Scope
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule
from hangup.rules.written_class import alias_of, holds

_LAST_NAMES = frozenset(
    {
        "error",
        "timeout",
        "socket_error",
        "IOError",
        "EnvironmentError",
        "WindowsError",
        "TimeoutError",
        "ConnectionError",
    }
)
_TAKE_CLASSES = frozenset({"isinstance", "issubclass", "suppress"})


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each use of a former name whose present one is the same class on all Pythons of the project."""
    for scope in context.module.scopes:
        for expression in _candidates(scope):
            found = alias_of(context, scope, expression)
            if found is not None and found[1].deprecated and holds(context, found[1]):
                yield _finding(context, rule, scope, expression, *found)


def _candidates(scope: Scope) -> Iterable[Expression]:
    """The names that may be exception classes, each once: in clauses, `raise`, `isinstance`, bases and wherever an
    attribute has such a name."""
    unit = scope.unit
    found: dict[int, Expression] = {}
    for expression in _mentioned(scope):
        for each in expression.items if isinstance(expression, Sequence) else (expression,):
            if isinstance(each, Name | Attribute):
                found[each.start] = each
    for site in unit.sites:
        read = site.expression.function if isinstance(site.expression, Call) else site.expression
        if isinstance(read, Attribute) and read.name in _LAST_NAMES:
            found[read.start] = read
    return found.values()


def _mentioned(scope: Scope) -> Iterator[Expression]:
    unit = scope.unit
    for guard in unit.guards:
        for handler in guard.handlers:
            yield from handler.types
    for statement in unit.raises:
        raised = statement.expression.function if isinstance(statement.expression, Call) else statement.expression
        if raised is not None:
            yield raised
    for definition in unit.definitions:
        yield from definition.bases
    for site in unit.sites:
        call = site.expression
        if isinstance(call, Call) and call.arguments:
            called = call.function
            if (
                isinstance(called, Name | Attribute)
                and (called.id if isinstance(called, Name) else called.name) in _TAKE_CLASSES
            ):
                yield from (argument.value for argument in call.arguments)


def _finding(context: Context, rule: Rule, scope: Scope, expression: Expression, name: str, alias: Alias) -> Finding:
    target = context.flow.catalogue.canonical(name)
    start, end = scope.start + expression.start, scope.start + expression.end
    if name == "WindowsError":
        message = f"WindowsError exists on Windows only, and is {target} there: elsewhere this raises NameError"
        return Finding(rule.code, rule.name, "information", start, end, message, replacement=target)
    since = f" since Python {alias.since or '3.3'}" if "." not in target else ""
    message = f"{name} is a former name: it is the same class as {target}{since}"
    return Finding(rule.code, rule.name, "hint", start, end, message, replacement=target)


RULE = Rule(
    "HUP206",
    "deprecated-exception-alias",
    "hint",
    "An exception class under a name that is kept for old programs only",
    check,
)
