"""Reads `try` statements: which region each clause guards, and how each clause's body ends."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from hangup.facts.expressions import Expression, Sequence
from hangup.facts.model import Guard, Handler
from hangup.facts.read_conditions import read_asked
from hangup.facts.read_expressions import read
from hangup.facts.state import Reading
from hangup.syntax.tree import field

_ALIAS, _ALTERNATIVE, _BODY = field("alias"), field("alternative"), field("body")
_CONSEQUENCE, _VALUE = field("consequence"), field("value")
_CLAUSES = ("except_clause", "except_group_clause")
_LEAVES = frozenset({"return_statement", "break_statement", "continue_statement"})
_SCOPES = frozenset({"function_definition", "class_definition", "lambda", "decorated_definition"})
_LOOPS = frozenset({"for_statement", "while_statement"})


def read_try(state: Reading, node: Node, read_block: Callable[..., None]) -> None:
    """Read a `try` statement. `read_block(state, block)` reads the statements of a block."""
    outer = state.guard
    final = next((child for child in node.named_children if child.type == "finally_clause"), None)
    final_block = _block(final)
    if final_block is not None and _leaves(final_block):
        state.guards.append(Guard("finally", outer, *_region(state, node, final)))
        state.guard = len(state.guards) - 1
    around = state.guard
    body = node.child_by_field_id(_BODY)
    clauses = [child for child in node.named_children if child.type in _CLAUSES]
    handlers = tuple(_handler(state, clause) for clause in clauses)
    index = len(state.guards)
    start, end = state.span(body) if body is not None else state.span(node)
    state.guards.append(Guard("try", around, start, end, handlers))
    state.guard = index
    read_block(state, body, falls_through=True)
    state.guard = around
    for at, clause in enumerate(clauses):
        saved = state.handler, state.handler_always
        block = _block(clause)
        state.handler, state.handler_always = (index, at), block is not None and always_raises(block)
        read_asked(state, block, handlers[at].name)
        read_block(state, block)
        state.handler, state.handler_always = saved
    for child in node.named_children:
        if child.type == "else_clause":
            read_block(state, child.child_by_field_id(_BODY), falls_through=True)
    state.guard = outer
    read_block(state, final_block, falls_through=True)


def _region(state: Reading, node: Node, final: Node | None) -> tuple[int, int]:
    start, end = state.span(node)
    return start, end if final is None else final.start_byte - state.base


def _handler(state: Reading, clause: Node) -> Handler:
    values = clause.children_by_field_id(_VALUE)
    name: str | None = None
    if values and values[0].type == "as_pattern":
        alias = values[0].child_by_field_id(_ALIAS)
        name = state.text(alias) if alias is not None else None
        values = values[0].named_children[:1]
    types: list[Expression] = []
    for value in values:
        expression = read(state, value, callee=True)
        types += expression.items if isinstance(expression, Sequence) else [expression]
    start = clause.start_byte - state.base
    block = _block(clause)
    header_end = next((c.start_byte for c in clause.children if c.type == ":"), clause.end_byte) - state.base
    types_start = values[0].start_byte - state.base if values else start
    types_end = values[-1].end_byte - state.base if values else start + len("except")
    body_start, body_end = state.span(block) if block is not None else (header_end, header_end)
    return Handler(
        tuple(types),
        name,
        clause.type == "except_group_clause" or any(c.type in ("*", "except*") for c in clause.children),
        start,
        header_end,
        types_start,
        types_end,
        body_start,
        body_end,
        "reraises" if block is not None and always_raises(block) else "handles",
    )


def _block(node: Node | None) -> Node | None:
    if node is None:
        return None
    return next((child for child in node.named_children if child.type == "block"), None)


def always_raises(block: Node) -> bool:
    """Whether every way through the block ends in `raise` (calls that never return are not known here)."""
    for statement in block.named_children:
        if statement.type == "raise_statement":
            return True
        if statement.type in _LEAVES:
            return False
        if statement.type not in _SCOPES and _leaves(statement, statement.type in _LOOPS):
            return False
        if statement.type == "if_statement" and _every_branch_raises(statement):
            return True
        if statement.type == "with_statement":
            body = statement.child_by_field_id(_BODY)
            if body is not None and always_raises(body):
                return True
    return False


def _every_branch_raises(statement: Node) -> bool:
    branches = [statement.child_by_field_id(_CONSEQUENCE)]
    alternatives = statement.children_by_field_id(_ALTERNATIVE)
    if not alternatives or alternatives[-1].type != "else_clause":
        return False
    branches += [a.child_by_field_id(_CONSEQUENCE) or a.child_by_field_id(_BODY) for a in alternatives]
    return all(branch is not None and always_raises(branch) for branch in branches)


def _leaves(block: Node, in_loop: bool = False) -> bool:
    """Whether the block contains a `return`, or a `break` or `continue` out of it: in a `finally` that swallows the
    error."""
    for child in block.named_children:
        if child.type == "return_statement":
            return True
        if child.type in ("break_statement", "continue_statement") and not in_loop:
            return True
        if child.type in _SCOPES:
            continue
        if _leaves(child, in_loop or child.type in _LOOPS):
            return True
    return False
