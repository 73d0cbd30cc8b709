"""Binds a name before the `try` whose `finally` or handlers use it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import indent_block, leading, unit
from hangup.syntax.tree import Node, ancestors, node_at


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the statement that binds it moves out of the `try`; or it is None until then, which is asked for."""
    name = context.finding.replacement
    used = node_at(context.tree, context.finding.start, context.finding.end)
    final = next((node for node in ancestors(used) if node.type in ("finally_clause", "except_clause")), None)
    statement = final.parent if final is not None else None
    if name is None or final is None or statement is None or final.type != "finally_clause":
        return
    line = context.source.lines.line_of(statement.start_byte)
    if context.source.slice(context.source.lines.start(line), statement.start_byte).strip():
        return
    first = _first_statement(statement)
    has_clauses = any(child.type == "except_clause" for child in statement.named_children)
    if first is not None and not has_clauses and _binds(first, name):
        yield _move_out(context, statement, first, name)
    else:
        yield from _ask_first(context, statement, used, name)


def _first_statement(statement: Node) -> Node | None:
    """The first statement of the `try`, if more come behind it, each on a line of its own."""
    body = statement.child_by_field_name("body")
    inside = [child for child in body.named_children if child.type != "comment"] if body is not None else []
    if len(inside) < 2 or inside[1].start_point.row == inside[0].end_point.row:
        return None
    return inside[0] if inside[0].start_point.row > statement.start_point.row else None


def _binds(node: Node, name: str) -> bool:
    inner = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
    left = inner.child_by_field_name("left") if inner is not None and inner.type == "assignment" else None
    stack = [left] if left is not None else []
    while stack:
        each = stack.pop()
        if each.type == "identifier" and (each.text or b"").decode() == name:
            return True
        if each.type in ("pattern_list", "tuple_pattern"):
            stack += each.named_children
    return False


def _move_out(context: FixContext, statement: Node, first: Node, name: str) -> Fix:
    source = context.source
    indent, inner = leading(source, statement.start_byte), leading(source, first.start_byte)
    newline = source.newline
    text = source.slice(first.start_byte, first.end_byte).replace(newline + inner, newline + indent)
    last = source.lines.line_of(first.end_byte)
    remark = source.slice(first.end_byte, source.lines.end(last))
    start = source.lines.start(source.lines.line_of(first.start_byte))
    edits = (
        Edit(statement.start_byte, statement.start_byte, f"{text}{remark}{source.newline}{indent}"),
        Edit(start, source.lines.start(last + 1), ""),
    )
    return Fix(f"Bind {name} before the try", edits, "bind-before-try", applicability="unsafe", preferred=True)


def _ask_first(context: FixContext, statement: Node, used: Node, name: str) -> Iterator[Fix]:
    """`name = None` before the `try`, and `if name is not None:` around the statement that uses it."""
    source = context.source
    using = next((node for node in ancestors(used) if node.parent is not None and node.parent.type == "block"), None)
    if using is None or using.type != "expression_statement" or using.start_point.row == _row_above(using):
        return
    start = statement.start_byte
    indent, step = leading(source, using.start_byte), unit(context.tree, source)
    body = indent_block(source, [using], step)
    edits = (
        Edit(start, start, f"{name} = None{source.newline}{leading(source, start)}"),
        Edit(using.start_byte, using.end_byte, f"if {name} is not None:{source.newline}{indent}{step}{body}"),
    )
    yield Fix(
        f"Bind {name} to None before the try, and ask for it",
        edits,
        "bind-before-try",
        applicability="safe",
        preferred=True,
    )


def _row_above(node: Node) -> int:
    block = node.parent
    before = block.prev_sibling if block is not None and block.named_children[0] == node else node.prev_named_sibling
    return int(before.end_point.row) if before is not None else -1


FIX = FixMaker("bind-before-try", frozenset({"HUP208"}), 10, make)
