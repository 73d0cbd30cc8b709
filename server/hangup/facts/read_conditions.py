"""Reads what a handler asks of its error on the way to each `raise` in its body."""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from hangup.facts.conditions import All, Condition, Equals, IsA, IsSet, Unknown, asks, both, either, negated
from hangup.facts.expressions import Expression, Sequence
from hangup.facts.read_expressions import read
from hangup.facts.state import Reading
from hangup.syntax.tree import field

_CONDITION, _CONSEQUENCE, _ALTERNATIVE = field("condition"), field("consequence"), field("alternative")
_FUNCTION, _ARGUMENTS, _BODY, _ARGUMENT = field("function"), field("arguments"), field("body"), field("argument")
_ALWAYS = All(())
_NEVER = negated(_ALWAYS)
_LEAVES = frozenset({"return_statement", "break_statement", "continue_statement", "raise_statement"})
_SCOPES = frozenset({"function_definition", "class_definition", "decorated_definition"})
_VALUES = frozenset({"identifier", "attribute", "integer", "unary_operator", "string", "tuple", "list", "set"})
_LAST_WORDS = ("exit", "abort", "die", "fail", "fatal", "error", "quit", "usage", "skip", "kill", "terminate", "panic")
"""What functions that never return are called, at the end of their names."""


def read_asked(state: Reading, block: Node | None, name: str | None) -> None:
    """Note in `state.asked` under which conditions each `raise` of a handler's body is come to.

    name: what the handler calls its error; without a name it can ask nothing.
    """
    if block is None or name is None or not any(child.type == "if_statement" for child in block.named_children):
        return
    reader = _Reader(replace(state, sites=[], bindings=[], definitions=[]), name)
    reader.block(block, _ALWAYS)
    state.asked.update({start: when for start, when in reader.raises.items() if asks(when)})


class _Reader:
    """Walks the ways through one handler's body."""

    def __init__(self, state: Reading, name: str) -> None:
        self.raises: dict[int, Condition] = {}
        self._state = state
        self._name = name

    def block(self, block: Node | None, before: Condition) -> Condition:
        """Walk a block that is come to under a condition; gives the condition under which its end is passed."""
        for statement in block.named_children if block is not None else ():
            kind = statement.type
            if kind in _LEAVES:
                if kind == "raise_statement":
                    self.raises[statement.start_byte] = before
                return _NEVER
            if kind == "if_statement":
                before = self._if(statement, before)
            elif kind not in _SCOPES and (_leaves(statement) or self._ends_all(statement)):
                before = both(before, Unknown())
            if before == _NEVER:
                return before
        return before

    def _if(self, statement: Node, before: Condition) -> Condition:
        if not _leaves(statement) and not self._any_ends_all(statement):
            return before
        condition = self._condition(statement.child_by_field_id(_CONDITION))
        after = self.block(statement.child_by_field_id(_CONSEQUENCE), both(before, condition))
        left = both(before, negated(condition))
        for clause in statement.children_by_field_id(_ALTERNATIVE):
            if clause.type == "elif_clause":
                condition = self._condition(clause.child_by_field_id(_CONDITION))
                after = _one_of(after, self.block(clause.child_by_field_id(_CONSEQUENCE), both(left, condition)))
                left = both(left, negated(condition))
            elif clause.type == "else_clause":
                return _one_of(after, self.block(clause.child_by_field_id(_BODY), left))
        return _one_of(after, left)

    def _condition(self, node: Node | None) -> Condition:
        if node is None:
            return Unknown()
        kind = node.type
        inner = [child for child in node.named_children if child.type != "comment"]
        if kind == "parenthesized_expression" and inner:
            return self._condition(inner[0])
        if kind == "not_operator":
            return negated(self._condition(node.child_by_field_id(_ARGUMENT)))
        if kind == "boolean_operator" and len(inner) == 2:
            join = both if any(child.type == "and" for child in node.children) else either
            return join(self._condition(inner[0]), self._condition(inner[1]))
        if kind == "comparison_operator" and len(inner) == 2:
            return self._comparison(node, inner[0], inner[1])
        if kind == "call":
            return self._is_a(node)
        path = self._path(node)
        return IsSet(path) if path else Unknown()

    def _comparison(self, node: Node, left: Node, right: Node) -> Condition:
        operator = " ".join(child.type for child in node.children if not child.is_named)
        if self._path(left) is None and operator in ("==", "!="):
            left, right = right, left
        path = self._path(left)
        if not path:
            return Unknown()
        if right.type == "none":
            found: Condition = negated(IsSet(path))
        elif right.type in _VALUES:
            value = read(self._state, right)
            found = Equals(path, value.items if isinstance(value, Sequence) else (value,))
        else:
            return Unknown()
        if operator in ("==", "is", "in"):
            return found
        return negated(found) if operator in ("!=", "is not", "not in") else Unknown()

    def _is_a(self, node: Node) -> Condition:
        function, given = node.child_by_field_id(_FUNCTION), node.child_by_field_id(_ARGUMENTS)
        arguments = given.named_children if given is not None else []
        if function is None or self._state.text(function) != "isinstance" or len(arguments) != 2:
            return Unknown()
        if self._path(arguments[0]) != "":
            return Unknown()
        classes: Expression = read(self._state, arguments[1])
        return IsA(classes.items if isinstance(classes, Sequence) else (classes,))

    def _path(self, node: Node) -> str | None:
        """`errno` of `e.errno`, "" for the error itself; None if it is nothing of the error."""
        text = self._state.text(node)
        if text == self._name:
            return ""
        before, _, rest = text.partition(".")
        return rest if before == self._name and node.type in ("attribute", "subscript") else None

    def _ends_all(self, statement: Node) -> bool:
        """Whether a statement is a call that may never return, going by its name."""
        call = statement.named_children[0] if statement.named_children else None
        function = call.child_by_field_id(_FUNCTION) if call is not None and call.type == "call" else None
        if statement.type != "expression_statement" or function is None:
            return False
        owner, _, last = self._state.text(function).lower().rpartition(".")
        return last.endswith(_LAST_WORDS) and not owner.rpartition(".")[2].startswith("log")

    def _any_ends_all(self, node: Node) -> bool:
        return self._ends_all(node) or any(
            self._any_ends_all(child) for child in node.named_children if child.type not in _SCOPES
        )


def _one_of(first: Condition, second: Condition) -> Condition:
    if first == _NEVER:
        return second
    return first if second == _NEVER else either(first, second)


def _leaves(node: Node) -> bool:
    """Whether something inside of a statement leads out of its block."""
    return any(child.type in _LEAVES or (child.type not in _SCOPES and _leaves(child)) for child in node.named_children)
