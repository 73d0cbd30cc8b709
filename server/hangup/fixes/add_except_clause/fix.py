"""Adds a clause to the `try` that is already around an unhandled call."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from hangup.facts.model import Guard
from hangup.fixes.clauses import is_of_no_use
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.handler_body import handler_body, indented
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name
from hangup.fixes.statements import place_of
from hangup.flow.classes import grouped
from hangup.flow.holes import Hole
from hangup.syntax.edits import Edit
from hangup.syntax.tree import enclosing, node_at

_CLAUSES = ("except_clause", "except_group_clause")


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: a clause behind the last one, or as the first one of a `try` that only has a `finally`."""
    hole = context.hole
    guard = _surrounding_try(context, hole) if hole is not None else None
    if hole is None or guard is None:
        return
    if is_of_no_use(context, hole, guard):
        return
    node = enclosing(node_at(context.tree, hole.scope.start + guard.body_start), "try_statement")
    if node is None or any(handler.star for handler in guard.handlers):
        return  # `except` and `except*` do not go together
    place = place_of(context.source, context.tree, node.start_byte, node.end_byte)
    if place is None:
        return
    body_start, body_end = hole.scope.start + guard.body_start, hole.scope.start + guard.body_end
    clause, modules = clause_for(context, hole, body_start, body_end)
    error = free_name(context, hole.scope, "error", "exc", "network_error")
    body = handler_body(context, place, error, hole.effect.name or "the call")
    if body is None:
        return
    handler = indented(body.lines, place.indent + place.step)
    lines = [f"{place.indent}except {clause} as {error}:", *handler]
    end = _end_of_clauses(node)
    at = min(end, context.source.lines.end(context.source.lines.line_of(end)))
    newline = context.source.newline
    edit = Edit(at, at, newline + newline.join(lines))
    imports = add_imports(context.source, context.tree, [*modules, *body.modules])
    title = f"Add except {clause} to the try around it, {body.does}"
    tail = newline.join(handler).lstrip()
    yield Fix(title, (*imports, edit), "add-except-clause", applicability="unsafe", preferred=True, tail=tail)


def _surrounding_try(context: FixContext, hole: Hole) -> Guard | None:
    """The innermost `try` around the call in its own function; None where the errors come to it in a group, which a
    plain clause does not catch."""
    for index, guard in context.flow.guards.enclosing(hole.scope, hole.site.guard):
        if guard.kind == "try":
            arriving = context.flow.guards.follow(hole.scope, hole.site.guard, hole.errors, until=index).through
            return None if any(grouped(name) for name in arriving) else guard
    return None


def _end_of_clauses(node: Node) -> int:
    """The offset behind the last clause; behind the body where there is none."""
    clauses = [child for child in node.named_children if child.type in _CLAUSES]
    body = node.child_by_field_name("body")
    last = clauses[-1] if clauses else body
    return last.end_byte if last is not None else node.end_byte


FIX = FixMaker("add-except-clause", frozenset({"HUP101", "HUP102"}), 15, make)
