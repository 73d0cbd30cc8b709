"""HUP205: a network error is caught and dropped, so that nobody will ever know."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Handler
from hangup.flow.clauses import TryBody
from hangup.flow.effects import Failures
from hangup.resolve.project import Scope
from hangup.rules.finding import Finding, Severity
from hangup.rules.rule import Context, Rule
from hangup.rules.swallowed_network_error.bodies import Body, read_body
from hangup.rules.swallowed_network_error.meant import is_asked, is_cleaning_up, is_expected
from hangup.rules.wording import listed
from hangup.syntax.tree import Node, enclosing, node_at

_EVERYTHING = frozenset({"BaseException", "Exception"})
_LONGEST = 300
"""Bytes of a body that may do nothing."""


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each clause, or `finally`, that drops network errors."""
    for body in context.try_bodies:
        arriving = context.flow.connectivity(body.errors)
        if arriving:
            yield from _of_clauses(context, rule, body, arriving)
    for scope in context.module.scopes:
        for index, guard in enumerate(scope.unit.guards):
            if guard.kind == "finally":
                yield from _of_finally(context, rule, scope, index)


def _of_clauses(context: Context, rule: Rule, body: TryBody, arriving: frozenset[str]) -> Iterator[Finding]:
    left = set(arriving)
    for handler in body.handlers:
        taken = {error for error in left if context.flow.guards.catches(body.scope, handler, error)}
        left -= taken
        if not taken or handler.outcome != "handles" or handler.body_end - handler.body_start > _LONGEST:
            continue
        finding = _of_clause(context, rule, body, handler, taken)
        if finding is not None:
            yield finding


def _of_clause(context: Context, rule: Rule, body: TryBody, handler: Handler, taken: set[str]) -> Finding | None:
    names, whole = context.flow.guards.caught(body.scope, handler)
    calls = _calls(context, body, taken)
    clause = _node(context, body.scope, handler)
    if not whole or not calls or clause is None or is_cleaning_up(body.scope, clause, calls):
        return None
    done = read_body(clause)
    if done is None:
        return None
    everything = not names.isdisjoint(_EVERYTHING)
    if not everything and (not done.drops or is_expected(context, body, names, taken, clause, done)):
        return None
    return _finding(context, rule, body, handler, done, calls, everything=everything)


def _calls(context: Context, body: TryBody, taken: set[str]) -> list[str]:
    """The network calls that stand in the `try` and whose errors the clause takes, as a person would name them."""
    flow = context.flow
    inside = flow.guards.inside(body.scope, body.guard)
    found: list[str] = []
    for site, effect in flow.effects.within(body.scope):
        # What a server's answer meets is the client's leaving: there is nobody left to tell.
        by_wire = site.guard in inside and any(e.phase and ".web." not in q for q, e in effect.entries)
        if by_wire and not taken.isdisjoint(_of_peer(context, effect.failures)):
            found.append(effect.name)
    return list(dict.fromkeys(found))


def _of_peer(context: Context, failures: Failures) -> set[str]:
    """The errors that have to do with the peer; not those of this machine, as an address in use."""
    faults = context.flow.catalogue.faults
    known = {name: [faults[fault] for fault in causes if fault in faults] for name, causes in failures.items()}
    return {name for name, causes in known.items() if any(f.connectivity and f.category != "local" for f in causes)}


def _finding(
    context: Context, rule: Rule, body: TryBody, handler: Handler, done: Body, calls: list[str], *, everything: bool
) -> Finding:
    scope = body.scope
    start, end = scope.start + handler.start, scope.start + handler.start + len("except")
    if handler.types:
        start, end = scope.start + handler.types_start, scope.start + handler.types_end
    subject = calls[0] if len(calls) == 1 else f"{calls[0]} and {len(calls) - 1} more"
    severity: Severity = "information"
    if everything:
        silent = done.drops and not is_asked(body.scope, handler)
        severity = "hint" if done.has_remark else "warning" if silent else "information"
        what = f"every failure of {subject}, and any mistake in the `try`"
        message = f"this drops {what}, without a trace" if silent else f"this keeps nothing of {what}"
        advice = "catch the network's errors by their classes, and log them"
    else:
        message = f"this drops the failures of {subject} without a trace"
        advice = "log the error, or let the caller know"
    anchor = scope.start + body.calls[0][0].expression.start
    return Finding(rule.code, rule.name, severity, start, end, f"{message}: {advice}", anchor=anchor)


def _of_finally(context: Context, rule: Rule, scope: Scope, index: int) -> Iterator[Finding]:
    """A `return`, `break` or `continue` in a `finally` ends whatever error is on its way."""
    inside = context.flow.guards.inside(scope, index)
    dropped: set[str] = set()
    name = ""
    for site, effect in context.flow.effects.within(scope):
        errors = context.flow.connectivity(effect.failures)
        if site.guard in inside and errors:
            through = context.flow.guards.follow(scope, site.guard, errors, until=index).through
            dropped |= through
            name = name or (effect.name if through else "")
    guard = scope.unit.guards[index]
    statement = enclosing(node_at(context.text.tree, scope.start + guard.body_start), "try_statement")
    leaving = _leaving(statement) if statement is not None else None
    if dropped and leaving is not None:
        word = leaving.type.partition("_")[0]
        what = f"{listed(context.flow, dropped)} of {name}"
        message = f"`{word}` in a `finally` drops whatever went wrong before it: {what} ends here without a trace"
        start = leaving.start_byte
        yield Finding(rule.code, rule.name, "warning", start, start + len(word), message)


def _leaving(statement: Node) -> Node | None:
    """The statement of the `finally` that leaves it."""
    stack = [child for child in statement.named_children if child.type == "finally_clause"]
    while stack:
        node = stack.pop(0)
        if node.type in ("return_statement", "break_statement", "continue_statement"):
            return node
        if node.type not in ("function_definition", "class_definition", "lambda", "for_statement", "while_statement"):
            stack += node.named_children
    return None


def _node(context: Context, scope: Scope, handler: Handler) -> Node | None:
    at = scope.start + handler.start
    return enclosing(node_at(context.text.tree, at, at + len("except")), "except_clause", "except_group_clause")


RULE = Rule(
    "HUP205",
    "swallowed-network-error",
    "information",
    "A network error is caught and dropped without a trace",
    check,
)
