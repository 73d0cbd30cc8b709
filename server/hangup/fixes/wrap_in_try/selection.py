"""Puts one `try` around the whole statements that a person has selected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from hangup.fixes.fix import Fix, FixContext
from hangup.fixes.statements import Place, place_of
from hangup.fixes.wrapping import wrapped
from hangup.flow.holes import Hole
from hangup.syntax.source import Source
from hangup.syntax.tree import Node, node_at


def wrap_selection(context: FixContext) -> Iterator[Fix]:
    """For the range of the context's finding: all statements in it in one `try`, if calls in them are not handled.

    Nothing where the range cuts through a statement, or holds none.
    """
    start, end = _trimmed(context.source, context.finding.start, context.finding.end)
    nodes = _statements(context, start, end)
    if len(nodes) < 2:  # a single statement is what the fix of its finding wraps
        return
    first = place_of(context.source, context.tree, nodes[0].start_byte, nodes[0].start_byte)
    if first is None or first.colon is not None or first.nodes[0].start_byte < start:
        return
    place = replace(first, nodes=nodes)
    hole = _first_hole(context, place)
    if hole is None:
        return
    for each in wrapped(_about(context, hole), hole, place):
        title = f"Wrap the selection in try/except {each.clause}, {each.does}"
        yield Fix(
            title,
            each.edits,
            "wrap-in-try",
            applicability="unsafe",
            tail=each.tail,
            kind="refactor.rewrite.hangup.wrap",
        )


def _trimmed(source: Source, start: int, end: int) -> tuple[int, int]:
    text = source.data[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _statements(context: FixContext, start: int, end: int) -> list[Node]:
    """The statements of one block that the range holds; empty where it cuts through one."""
    if start >= end:
        return []
    node: Node | None = node_at(context.tree, start, end)
    while node is not None and node.type not in ("block", "module"):
        node = node.parent
    children = node.named_children if node is not None else []
    touched = [child for child in children if child.start_byte < end and start < child.end_byte]
    whole = [child for child in touched if start <= child.start_byte and child.end_byte <= end + 1]
    if len(whole) != len(touched) or any(child.has_error or child.type == "case_clause" for child in touched):
        return []
    while whole and whole[-1].type == "comment":
        whole.pop()
    after = whole[-1].next_named_sibling if whole else None
    if after is not None and after.start_point.row == whole[-1].end_point.row:
        return [*whole, after] if after.type == "comment" else []
    return whole


def _first_hole(context: FixContext, place: Place) -> Hole | None:
    """The first unhandled call that stands in the statements themselves, not in a function that they define."""
    for hole in context.context.holes:
        at = hole.scope.start + hole.site.expression.start
        if place.start <= at < place.end and not place.start <= hole.scope.start < place.end:
            return hole
    return None


def _about(context: FixContext, hole: Hole) -> FixContext:
    """The same context for a finding at a hole."""
    anchor = hole.scope.start + hole.site.expression.start
    return replace(context, finding=msgspec.structs.replace(context.finding, anchor=anchor))
