"""Ends a loop that reads when the connection has ended."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import free_name
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading, unit
from hangup.syntax.tree import Node, ancestors, node_at

_RAISE = 'raise ConnectionError("the connection ended before all data had arrived")'


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `break` in an endless loop, ConnectionError in one that waits for a certain amount."""
    at = context.finding.end
    call = next((n for n in ancestors(node_at(context.tree, context.finding.start, at)) if n.type == "call"), None)
    loop = next((n for n in ancestors(call) if n.type == "while_statement"), None) if call is not None else None
    statement = _statement(call) if call is not None else None
    if call is None or loop is None or statement is None:
        return
    condition = loop.child_by_field_name("condition")
    body = loop.child_by_field_name("body")
    is_endless = condition is not None and condition.type in ("true", "integer")
    waits = not is_endless or any(n.type == "if_statement" for n in (body.named_children if body is not None else []))
    does, words = (_RAISE, "Raise ConnectionError") if waits else ("break", "Stop")
    source = context.source
    indent, newline = leading(source, statement.start_byte), source.newline
    step = unit(context.tree, source)
    assignment = statement.named_children[0]
    end = source.lines.end(source.lines.line_of(statement.end_byte))
    if assignment.type == "assignment":
        left = assignment.child_by_field_name("left")
        name = source.slice(left.start_byte, left.end_byte) if left is not None else "data"
        edits = [Edit(end, end, f"{newline}{indent}if not {name}:{newline}{indent}{step}{does}")]
    else:
        name = free_name(context, context.scope, "chunk", "received")
        value = _awaited(call)
        text = source.slice(value.start_byte, value.end_byte)
        before = f"{name} = {text}{newline}{indent}if not {name}:{newline}{indent}{step}{does}{newline}{indent}"
        start = statement.start_byte
        edits = [Edit(start, start, before), Edit(value.start_byte, value.end_byte, name)]
    yield Fix(
        f"{words} when the connection has ended",
        tuple(edits),
        "stop-at-end-of-stream",
        applicability="unsafe",
        preferred=True,
    )


def _statement(call: Node) -> Node | None:
    """The statement of the call, if it stands on lines of its own."""
    node = next((n for n in ancestors(call) if n.parent is not None and n.parent.type == "block"), None)
    if node is None or node.type != "expression_statement" or node.parent is None:
        return None
    block = node.parent
    before = block.prev_sibling if block.named_children[0] == node else node.prev_named_sibling
    after = node.next_named_sibling
    if before is not None and before.end_point.row == node.start_point.row:
        return None
    return (
        None if after is not None and after.type != "comment" and after.start_point.row == node.end_point.row else node
    )


def _awaited(call: Node) -> Node:
    return call.parent if call.parent is not None and call.parent.type == "await" else call


FIX = FixMaker("stop-at-end-of-stream", frozenset({"HUP403"}), 10, make)
