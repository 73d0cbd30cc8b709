"""Widens the clause that already stops some failures of a call so that it stops all of them."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from hangup.facts.model import Guard, Handler
from hangup.fixes.clauses import hides_a_clause, missed_in, names_a_tuple, reads_its_own, uses_what_fails
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import best_classes, write_clause
from hangup.flow.holes import Hole
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading
from hangup.syntax.tree import node_at


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the clause around the call that stops the others catches these as well."""
    hole = context.hole
    found = _clause(hole) if hole is not None else None
    if hole is None or found is None:
        return
    guard, handler = found
    if not handler.types or uses_what_fails(context, hole, guard, handler):
        return
    caught, whole = context.flow.guards.caught(hole.scope, handler)
    if not whole:
        return
    missed = missed_in(context, hole, guard)
    wanted = best_classes(context, missed, [qualified for qualified, _ in hole.effect.entries])
    if hides_a_clause(context, hole.scope, hole.scope.start + handler.types_start, wanted):
        wanted = context.flow.classes.most_general(missed)
    clause, modules = write_clause(context, hole.scope, wanted)
    start, end = hole.scope.start + handler.types_start, hole.scope.start + handler.types_end
    node = node_at(context.tree, start, end)
    named = names_a_tuple(context, hole.scope, handler)
    if named or (node.type == "tuple" and node.start_point.row != node.end_point.row):
        edit = Edit(start, end, f"(*{context.source.slice(start, end)}, {clause.strip('()')})")
        edit = edit if named else _in_lines(context, hole, handler, node, wanted, clause.strip("()"))
        title = f"Catch {edit.text} there" if named else f"Catch {clause} there as well"
    else:
        names = context.flow.classes.most_general(caught | frozenset(wanted))
        clause, modules = write_clause(context, hole.scope, names)
        edit, title = Edit(start, end, clause), f"Catch {clause} there"
    imports = add_imports(context.source, context.tree, [*modules])
    preferred = not reads_its_own(hole.scope, handler)
    yield Fix(title, (*imports, edit), "catch-missed-errors", applicability="unsafe", preferred=preferred)


def _in_lines(
    context: FixContext, hole: Hole, handler: Handler, node: Node, wanted: tuple[str, ...], text: str
) -> Edit:
    """One more class in a tuple over several lines; in place of one that it covers, unless a remark speaks of that."""
    classes, flow = context.flow.classes, context.flow
    for each in handler.types:
        names, whole = classes.named(flow.evaluator.values(hole.scope, each))
        covered = whole and all(any(classes.is_subclass(name, wide) for wide in wanted) for name in names)
        start, end = hole.scope.start + each.start, hole.scope.start + each.end
        line = context.source.lines.text(context.source.lines.line_of(end))
        if covered and b"#" not in line:
            return Edit(start, end, text)
    return _one_more_line(context, node, text)


def _one_more_line(context: FixContext, node: Node, text: str) -> Edit:
    """One more class in a tuple over several lines."""
    last = [child for child in node.named_children if child.type != "comment"][-1]
    lines = context.source.lines
    at = lines.end(lines.line_of(last.end_byte))
    return Edit(at, at, f"{context.source.newline}{leading(context.source, last.start_byte)}{text},")


def _clause(hole: Hole) -> tuple[Guard, Handler] | None:
    """The innermost clause around the call that stopped one of its failures, with its `try`."""
    stopped = [at for at in hole.passage.stopped.values() if at[1] is not None]
    if not stopped:
        return None
    guard, index = max(stopped)
    around = hole.scope.unit.guards[guard]
    return around, around.handlers[index or 0]


FIX = FixMaker("catch-missed-errors", frozenset({"HUP102"}), 10, make)
