"""Writes the symbol of an error number, which every system has a number of its own for."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import write_function
from hangup.syntax.edits import Edit
from hangup.syntax.tree import enclosing, node_at


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `errno.ECONNRESET` in place of the number, and `.errno` where it is taken out in a way that fails."""
    symbol = context.finding.replacement
    if symbol is None:
        return
    finding = context.finding
    written = write_function(context, context.scope, "errno", symbol)
    edits = [Edit(finding.start, finding.end, written.text), *_taken_right(context)]
    imports = add_imports(context.source, context.tree, [written.module])
    yield Fix(f"Compare with {written.text}", (*imports, *edits), "name-errno", applicability="unsafe", preferred=True)


def _taken_right(context: FixContext) -> Iterator[Edit]:
    """`e[0]` and `e.winerror` become `e.errno`."""
    number = node_at(context.tree, context.finding.start, context.finding.end)
    comparison = enclosing(number, "comparison_operator")
    for side in comparison.named_children if comparison is not None else []:
        value = side.child_by_field_name("value") if side.type == "subscript" else None
        if value is not None and value.type == "identifier":
            yield Edit(value.end_byte, side.end_byte, ".errno")
        name = side.child_by_field_name("attribute") if side.type == "attribute" else None
        if name is not None and name.text == b"winerror":
            yield Edit(name.start_byte, name.end_byte, "errno")


FIX = FixMaker("name-errno", frozenset({"HUP207"}), 10, make)
