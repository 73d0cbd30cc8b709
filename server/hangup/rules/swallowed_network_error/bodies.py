"""What the body of a clause does, when it does next to nothing."""

from __future__ import annotations

import re

import msgspec

from hangup.syntax.tree import Node

_CONSTANTS = frozenset({"none", "true", "false", "integer", "float", "string", "ellipsis", "unary_operator"})
_EMPTY = frozenset({"list", "dictionary", "tuple"})
_MARKERS = re.compile(rb"#\s*(hangup:|type:|pragma:)")


class Body(msgspec.Struct, frozen=True):
    """drops: it does nothing at all (`pass`, `...`, `continue`); otherwise it gives constants (`return None`).

    has_remark: a comment in it, or beside its header, says something.
    """

    drops: bool
    has_remark: bool


def read_body(clause: Node) -> Body | None:
    """The body of a clause that keeps nothing of the error and tells nobody; None for any other."""
    block = next((child for child in clause.named_children if child.type == "block"), None)
    if block is None:
        return None
    statements = [child for child in block.named_children if child.type != "comment"]
    if not statements or not all(_is_constant(each) for each in statements):
        return None
    after = clause.next_named_sibling
    comments = [c for c in (*clause.named_children, *block.named_children) if c.type == "comment"]
    if after is not None and after.type == "comment" and after.start_point.row == clause.end_point.row:
        comments.append(after)
    if (behind := _comment_behind(clause)) is not None:
        comments.append(behind)
    remarks = [comment for comment in comments if not _MARKERS.match(comment.text or b"")]
    return Body(all(_does_nothing(each) for each in statements), bool(remarks))


def _comment_behind(clause: Node) -> Node | None:
    """The comment on the clause's last line, which the parser puts behind the statement that the clause ends."""
    node: Node | None = clause
    while node is not None and node.next_named_sibling is None:
        node = node.parent
    after = node.next_named_sibling if node is not None else None
    is_beside = after is not None and after.type == "comment" and after.start_point.row == clause.end_point.row
    return after if is_beside else None


def _does_nothing(statement: Node) -> bool:
    if statement.type in ("pass_statement", "continue_statement"):
        return True
    return statement.type == "expression_statement" and _is_value(statement.named_children[0])


def _is_constant(statement: Node) -> bool:
    if statement.type in ("pass_statement", "continue_statement", "break_statement"):
        return True
    if statement.type == "return_statement":
        return not statement.named_children or _is_value(statement.named_children[0])
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    inner = statement.named_children[0]
    if inner.type == "assignment":
        right = inner.child_by_field_name("right")
        return right is not None and _is_value(right)
    return _is_value(inner)


def _is_value(node: Node) -> bool:
    if node.type == "string":
        return not any(child.type == "interpolation" for child in node.named_children)
    return node.type in _CONSTANTS or (node.type in _EMPTY and not node.named_children)
