"""Reads which loops go round again after an error: where a clause of a `try` in them leads, and what waits on the way.

Only what the tree alone can tell: whether anything in the `try` touches the network is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from hangup.facts.expressions import Expression
from hangup.facts.model import Loop, Round
from hangup.facts.state import Reading
from hangup.syntax.tree import field

_ALTERNATIVE, _BODY, _CONSEQUENCE, _LEFT = field("alternative"), field("body"), field("consequence"), field("left")
_CONDITION = field("condition")
_CLAUSES = ("except_clause", "except_group_clause")
_LOOPS = frozenset({"for_statement", "while_statement"})
_SCOPES = frozenset({"function_definition", "class_definition", "lambda", "decorated_definition"})
_JUMPS = {
    "continue_statement": "again",
    "break_statement": "out",
    "return_statement": "out",
    "raise_statement": "raise",
}
_ENDING = (b"sys.exit(", b"os._exit(", b"exit(", b"quit(", b"os.abort(")
_NEXT = frozenset({"next"})
Ways = frozenset[str]
"""How control leaves some statements: "next" (what follows them), "again", "out" (of the loop), "raise"."""


def note_loop(state: Reading, node: Node, subject: Expression, guards_before: int) -> None:
    """Note a `for` or `while` whose body has been read, if an error in it may lead to another round.

    guards_before: how many guards the unit had before the body.
    """
    if not any(guard.kind == "try" and guard.handlers for guard in state.guards[guards_before:]):
        return
    body = node.child_by_field_id(_BODY)
    if body is None:
        return
    starts = {g.body_start: at for at, g in enumerate(state.guards) if at >= guards_before and g.kind == "try"}
    rounds = tuple(each for found in _tries(body) if (each := _round(state, node, found, starts)) is not None)
    if rounds:
        left = node.child_by_field_id(_LEFT)
        target = (state.text(left),) if left is not None else ()
        kind: Literal["for", "while"] = "for" if node.type == "for_statement" else "while"
        condition = node.child_by_field_id(_CONDITION)
        inclusive = condition is not None and any(child.type in ("<=", ">=") for child in condition.children)
        steps = _steps(state, body)
        stepped, counted = (*target, *steps), tuple(name for name, by_one in steps.items() if by_one)
        start, end = state.span(node)
        state.loops.append(
            Loop(kind, subject, start, end, body.start_byte - state.base, rounds, stepped, counted, inclusive)
        )


def _tries(block: Node) -> Iterator[Node]:
    """The `try` statements of a loop's body, but not those of loops and functions inside it."""
    for child in block.named_children:
        kind = child.type
        if kind == "try_statement":
            yield child
        if kind not in _LOOPS and kind not in _SCOPES and (kind.endswith(("_statement", "_clause")) or kind == "block"):
            yield from _tries(child)


def _round(state: Reading, loop: Node, found: Node, starts: dict[int, int]) -> Round | None:
    body = found.child_by_field_id(_BODY)
    guard = starts.get(body.start_byte - state.base) if body is not None else None
    if body is None or guard is None:
        return None
    after = _rest(found, loop)
    finals = _blocks(found, "finally_clause")
    done = _then(_then(_run(body), _blocks(found, "else_clause")), finals)
    success = _through(done, after)
    again: list[int] = []
    leaving = False
    for at, clause in enumerate(child for child in found.named_children if child.type in _CLAUSES):
        block = _block(clause)
        ways = _through(_then(_run(block) if block is not None else _NEXT, finals), after)
        if "again" in ways:
            again.append(at)
        leaving = leaving or bool(ways - {"again"})
    if not again:
        return None
    last = found.named_children[-1]
    end = last.start_byte if last.type == "finally_clause" else found.end_byte
    return Round(
        guard,
        tuple(again),
        end - state.base,
        "always" if "again" not in success else "maybe" if "out" in success else "never",
        leaving or _leaves_before(found, loop),
    )


def _through(ways: Ways, after: Ways) -> Ways:
    """Ways through a statement and what comes after it, until the loop's head."""
    return (ways - _NEXT) | after if "next" in ways else ways


def _then(ways: Ways, blocks: list[Node]) -> Ways:
    for block in blocks:
        ways = _through(ways, _run(block))
    return ways


def _rest(node: Node, loop: Node) -> Ways:
    """How control gets on after a statement of a loop's body, until the round is over."""
    ways: Ways = _NEXT
    while node.id != loop.id and node.parent is not None:
        if node.parent.type in ("block", "case_block") or node.type == "case_clause":
            following = node.next_named_sibling
            while following is not None and node.parent.type == "block" and "next" in ways:
                ways = _through(ways, _statement(following))
                following = following.next_named_sibling
        node = node.parent
    return (ways - _NEXT) | {"again"} if "next" in ways else ways


def _leaves_before(node: Node, loop: Node) -> bool:
    """Whether something in a round, before the statement is reached, may leave the loop."""
    while node.id != loop.id and node.parent is not None:
        before = node.prev_named_sibling
        while before is not None and node.parent.type == "block":
            if _statement(before) - {"again", "next"}:
                return True
            before = before.prev_named_sibling
        node = node.parent
    return False


def _run(block: Node) -> Ways:
    ways: Ways = _NEXT
    for child in block.named_children:
        ways = _through(ways, _statement(child))
        if "next" not in ways:
            break
    return ways


def _statement(node: Node) -> Ways:
    kind = node.type
    if kind in _JUMPS:
        return frozenset({_JUMPS[kind]})
    if kind == "expression_statement":
        return frozenset({"raise"}) if (node.text or b"").startswith(_ENDING) else _NEXT
    if kind == "if_statement":
        branches = [b for each in [node, *node.children_by_field_id(_ALTERNATIVE)] if (b := _branch(each)) is not None]
        alternatives = node.children_by_field_id(_ALTERNATIVE)
        ways = frozenset(way for branch in branches for way in _run(branch))
        return ways if alternatives and alternatives[-1].type == "else_clause" else ways | _NEXT
    if kind == "try_statement":
        return _try(node)
    if kind in _LOOPS:
        # What leaves a loop inside goes on behind it, unless it leaves the function.
        return _NEXT | ({"out"} if _returns(node) else frozenset())
    if kind in ("with_statement", "match_statement", "case_clause"):
        block = _branch(node)
        inner = _run(block) if block is not None else _NEXT
        return inner | _NEXT if kind != "with_statement" else inner
    return _NEXT


def _try(node: Node) -> Ways:
    body = _branch(node)
    ways = _then(_run(body) if body is not None else _NEXT, _blocks(node, "else_clause"))
    for clause in _CLAUSES:
        for block in _blocks(node, clause):
            ways |= _run(block)
    return _then(ways, _blocks(node, "finally_clause"))


def _returns(node: Node) -> bool:
    return any(
        child.type == "return_statement" or (child.type not in _SCOPES and _returns(child))
        for child in node.named_children
        if child.type.endswith(("_statement", "_clause")) or child.type == "block"
    )


def _branch(node: Node) -> Node | None:
    return node.child_by_field_id(_CONSEQUENCE) or node.child_by_field_id(_BODY)


def _blocks(node: Node, kind: str) -> list[Node]:
    found = [_block(child) for child in node.named_children if child.type == kind]
    return [block for block in found if block is not None]


def _block(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type == "block"), None)


def _steps(state: Reading, node: Node) -> dict[str, bool]:
    """The names and attribute paths that augmented assignment changes (`attempt += 1`), and whether always by one."""
    found: dict[str, bool] = {}
    stack = [node]
    while stack:
        each = stack.pop()
        for child in each.named_children:
            if child.type == "augmented_assignment":
                name, _, step = state.text(child).partition("=")
                by_one = name[-1:] in "+-" and step.strip() == "1"
                name = name.rstrip("+-*/%@&|^<> \t")
                found[name] = by_one and found.get(name, True)
            elif child.type not in _SCOPES and (
                child.type.endswith(("_statement", "_clause")) or child.type == "block"
            ):
                stack.append(child)
    return found
