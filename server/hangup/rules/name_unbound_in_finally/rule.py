"""HUP208: a `finally`, or a handler, uses a name that is not bound when the network call in the `try` fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.facts.model import Binding, Guard, Site
from hangup.flow.effects import Effect
from hangup.resolve.project import Scope
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule
from hangup.syntax.tree import Node, ancestors, node_at

_ASKS_FIRST = (b"locals()", b"vars()", b"dir()", b"globals()", b"NameError", b"UnboundLocalError")
_SUPPRESSES = re.compile(rb"suppress\([^)]*\b(Exception|BaseException|NameError|UnboundLocalError)\b")
_UNITS = frozenset({"function_definition", "class_definition", "lambda"})


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each `try` and name: at its first use where it may not be bound."""
    for scope in context.module.scopes:
        calls = [(s, e) for s, e in context.flow.effects.within(scope) if context.flow.connectivity(e.failures)]
        if scope.unit.kind == "class" or not calls or not scope.unit.guards:
            continue
        for index, guard in enumerate(scope.unit.guards):
            if guard.kind == "try":
                inside = [(s, e) for s, e in calls if guard.body_start <= s.expression.start < guard.body_end]
                yield from _of_try(context, rule, scope, index, guard, inside)


def _of_try(
    context: Context, rule: Rule, scope: Scope, index: int, guard: Guard, calls: list[tuple[Site, Effect]]
) -> Iterator[Finding]:
    made = {b.target: b for b in reversed(scope.unit.bindings) if guard.body_start <= b.start < guard.body_end}
    names = {name: b for name, b in made.items() if name.isidentifier() and name not in scope.unit.outer_names}
    statement = _statement(context, scope, guard) if calls and names else None
    if statement is None:
        return
    for name, binding in names.items():
        failing = [(s, e) for s, e in calls if s.expression.start < max(binding.end, _value_end(binding))]
        if failing and not _is_bound_before(scope, name, guard.body_start):
            yield from _of_name(context, rule, scope, index, statement, name, failing)


def _of_name(
    context: Context,
    rule: Rule,
    scope: Scope,
    index: int,
    statement: Node,
    name: str,
    failing: list[tuple[Site, Effect]],
) -> Iterator[Finding]:
    final = next((child for child in statement.named_children if child.type == "finally_clause"), None)
    rescued = any(_binds(scope, name, h.body_start, h.body_end) for h in scope.unit.guards[index].handlers)
    used = first_use(scope, final, name) if final is not None and not rescued else None
    if used is None:
        for site, effect in failing:
            used = _use_in_handler(context, scope, index, statement, name, site, effect)
            if used is not None:
                failing = [(site, effect)]
                break
    if used is not None:
        error = "UnboundLocalError" if scope.unit.kind == "function" else "NameError"
        site, effect = failing[0]
        message = f"if {effect.name} fails, {name} is not bound here: {error} takes the place of the real error"
        yield Finding(
            rule.code,
            rule.name,
            "warning",
            used.start_byte,
            used.end_byte,
            message,
            anchor=scope.start + site.expression.start,
            replacement=name,
        )


def _use_in_handler(
    context: Context, scope: Scope, index: int, statement: Node, name: str, site: Site, effect: Effect
) -> Node | None:
    """The first use in a clause that the failure of the call comes to."""
    errors = context.flow.connectivity(effect.failures)
    left = set(context.flow.guards.follow(scope, site.guard, errors, until=index).through)
    clauses = [c for c in statement.named_children if c.type in ("except_clause", "except_group_clause")]
    for handler, clause in zip(scope.unit.guards[index].handlers, clauses, strict=False):
        taken = {error for error in left if context.flow.guards.catches(scope, handler, error)}
        left -= taken
        used = first_use(scope, clause, name) if taken else None
        if used is not None:
            return used
    return None


def first_use(scope: Scope, block: Node, name: str) -> Node | None:
    """The first place in a clause where a name is read before the clause has bound it; None where it asks first."""
    if any(word in (block.text or b"") for word in _ASKS_FIRST):
        return None
    wanted = name.encode()
    stack = list(reversed(block.named_children))
    while stack:
        node = stack.pop()
        if node.type == "identifier" and node.text == wanted:
            if _is_target(node) or _binds(scope, name, block.start_byte - scope.start, node.start_byte - scope.start):
                return None
            return None if _is_protected(node, block) else node
        if node.type in _UNITS or _comprehends(node, wanted):
            continue
        children = node.named_children
        if node.type == "attribute":
            children = children[:1]
        elif node.type == "keyword_argument":
            children = children[1:]
        stack += reversed(children)
    return None


_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"})


def _is_target(node: Node) -> bool:
    while node.parent is not None and node.parent.type in _PATTERNS:
        node = node.parent
    parent = node.parent
    binding = ("assignment", "for_statement", "for_in_clause")
    return parent is not None and parent.type in binding and parent.child_by_field_name("left") == node


def _comprehends(node: Node, name: bytes) -> bool:
    """Whether a comprehension has a name of its own like this."""
    clauses = [each for each in node.named_children if each.type == "for_in_clause"]
    targets = (each.child_by_field_name("left") for each in clauses)
    return any(re.search(rb"\b" + re.escape(name) + rb"\b", t.text or b"") for t in targets if t is not None)


def _is_protected(node: Node, block: Node) -> bool:
    """Whether a `try` with clauses of its own, or a `suppress` of everything, stands around a place in the block."""
    for each in ancestors(node):
        if each == block:
            return False
        if each.type == "try_statement" and any(c.type == "except_clause" for c in each.named_children):
            return True
        if each.type == "with_statement" and _SUPPRESSES.search(each.text or b""):
            return True
    return False


def _is_bound_before(scope: Scope, name: str, start: int) -> bool:
    for origin in scope.names.get(name, ()):
        if not isinstance(origin, Binding) or origin.start < start:
            return True
    return bool(scope.names.get("*"))


def _binds(scope: Scope, name: str, start: int, end: int) -> bool:
    return any(isinstance(o, Binding) and start <= o.start < end for o in scope.names.get(name, ()))


def _value_end(binding: Binding) -> int:
    return binding.value.end if binding.value is not None else 0


def _statement(context: Context, scope: Scope, guard: Guard) -> Node | None:
    at = scope.start + guard.body_start
    for node in ancestors(node_at(context.text.tree, at)):
        body = node.child_by_field_name("body") if node.type == "try_statement" else None
        if body is not None and body.start_byte == at:
            return node
    return None


RULE = Rule(
    "HUP208",
    "name-unbound-in-finally",
    "warning",
    "A finally or a handler uses a name that the failing call should have bound",
    check,
)
