"""Moves a clause that is never reached above the one that takes everything from it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.clauses import clause_node, clause_of, lines_of, removal
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit


def make(context: FixContext) -> Iterator[Fix]:
    """One fix, where the clause is narrower than the one above it: in the other order both have their use."""
    found = clause_of(context)
    if found is None or context.finding.severity != "warning" or not context.finding.related:
        return
    guard, index = found
    handler, scope = guard.handlers[index], context.scope
    wider = next((h for h in guard.handlers if scope.start + h.start == context.finding.related[0].start), None)
    names, _ = context.flow.guards.caught(scope, handler)
    above = [context.flow.guards.caught(scope, each)[0] for each in guard.handlers[:index]]
    if wider is None or any(not names.isdisjoint(each) for each in above):
        return  # what is caught twice is of no use in either order
    here, there = clause_node(context, handler), clause_node(context, wider)
    source = context.source
    from_lines = lines_of(source, here) if here is not None else None
    to_lines = lines_of(source, there) if there is not None else None
    if from_lines is None or to_lines is None:
        return
    start = source.lines.start(from_lines[0])
    text = source.slice(start, source.lines.end(from_lines[1]))
    at = source.lines.start(to_lines[0])
    edits = (Edit(at, at, text + source.newline), removal(source, *from_lines))
    classes = source.slice(scope.start + wider.types_start, scope.start + wider.types_end)
    over = f"except {classes}" if wider.types else "the bare except"
    yield Fix(f"Move the clause above {over}", edits, "reorder-clauses", applicability="unsafe", preferred=True)


FIX = FixMaker("reorder-clauses", frozenset({"HUP203"}), 10, make)
