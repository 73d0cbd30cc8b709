"""Whether a loop around a read surely goes on when the read gives nothing."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.syntax.tree import Node, ancestors

_UNITS = frozenset({"function_definition", "class_definition", "lambda", "module"})
_LOOPS = frozenset({"while_statement", "for_statement"})
_LEAVING = frozenset({"break_statement", "return_statement", "raise_statement", "yield"})
# fmt: off
_HARMLESS = frozenset(
    {
        "append", "appendleft", "extend", "write", "print", "len", "decode", "sendall", "send", "hex",
        "strip", "lower", "upper", "replace", "debug", "info", "warning", "log",
    }
)
# fmt: on
"""What can be called with nothing, or on it, and goes on."""
# fmt: off
_ASKING = frozenset(
    {
        "comparison_operator", "not_operator", "boolean_operator", "conditional_expression", "subscript",
        "if_statement", "while_statement", "match_statement", "for_statement", "for_in_clause",
        "assert_statement", "return_statement", "yield", "keyword_argument",
    }
)
# fmt: on
"""What asks for a value, takes it apart or hands it on."""


def never_ends(call: Node) -> bool:
    """Whether the `while` around a call that reads goes on for ever when the call returns b''.

    What is read must only be collected, printed or passed on; whatever leaves the loop must ask for what was collected.
    """
    loop = _loop_around(call)
    taken = _taken(call)
    if loop is None or taken is None or _is_made_anew(call, loop):
        return False
    data, collected = taken
    if data is not None:
        uses = [n for n in _nodes(loop) if n.type == "identifier" and (n.text or b"").decode() == data]
        if not all(_is_harmless(use) for use in uses):
            return False
        collected |= {name for use in uses if (name := _collects_into(use)) is not None}
    condition = loop.child_by_field_name("condition")
    if condition is None or not (_is_constant(condition) or _asks_for(condition, collected)):
        return False
    return all(_asks_before(leaving, loop, collected) for leaving in _ways_out(loop))


def statement_of(call: Node) -> Node | None:
    """The statement that a call stands in."""
    return next((n for n in ancestors(call) if n.parent is not None and n.parent.type == "block"), None)


def _loop_around(call: Node) -> Node | None:
    """The innermost loop in whose body the call stands, if it is a `while` and nothing else is between them."""
    for node in ancestors(call):
        if node.type in _UNITS:
            return None
        if node.type in _LOOPS:
            body = node.child_by_field_name("body")
            inside = body is not None and body.start_byte <= call.start_byte < body.end_byte
            return node if inside and node.type == "while_statement" else None
    return None


def _is_made_anew(call: Node, loop: Node) -> bool:
    """Whether what is read from is bound in the loop: it may be another connection each time."""
    function = call.child_by_field_name("function")
    owner = function.child_by_field_name("object") if function is not None else None
    path = (owner.text or b"") if owner is not None else b""
    while owner is not None and owner.type == "attribute":
        owner = owner.child_by_field_name("object")
    root = owner.text if owner is not None and owner.type == "identifier" else None
    if root is None:
        return True
    for node in _nodes(loop):
        if node.type in ("assignment", "named_expression", "for_statement", "as_pattern"):
            target = node.child_by_field_name("left" if node.type in ("assignment", "for_statement") else "name")
            target = target or node.child_by_field_name("alias")
            names = {each.text for each in _nodes(target)} if target is not None else set()
            if path in names or (root in names and root != b"self"):
                return True
    return False


def _taken(call: Node) -> tuple[str | None, set[str]] | None:
    """The name that gets what the call returns, or (directly) what it is added to; None for anything else."""
    value = call
    while value.parent is not None and value.parent.type in ("await", "parenthesized_expression"):
        value = value.parent
    parent = value.parent
    if parent is None:
        return None
    if parent.type == "call" and value.parent is not None and _name_of(parent) == "wait_for":
        return None
    if parent.type == "assignment" and parent.child_by_field_name("right") == value:
        left = parent.child_by_field_name("left")
        is_name = left is not None and left.type == "identifier" and parent.parent is not None
        return ((left.text or b"").decode(), set()) if is_name and left is not None else None
    if parent.type == "augmented_assignment":
        left = parent.child_by_field_name("left")
        return (None, {(left.text or b"").decode()}) if left is not None else None
    if parent.type == "argument_list" and parent.parent is not None and _name_of(parent.parent) in _COLLECTING:
        function = parent.parent.child_by_field_name("function")
        owner = function.child_by_field_name("object") if function is not None else None
        return (None, {(owner.text or b"").decode()}) if owner is not None else None
    return None


_COLLECTING = frozenset({"append", "extend", "write"})


def _collects_into(use: Node) -> str | None:
    """The name of what a use adds its value to: `buffer` in `buffer += data` or `buffer.append(data)`."""
    parent = use.parent
    while parent is not None and parent.type in ("binary_operator", "parenthesized_expression"):
        parent = parent.parent
    if parent is None:
        return None
    if parent.type == "argument_list" and parent.parent is not None:
        function = parent.parent.child_by_field_name("function")
        if _name_of(parent.parent) == "len":
            return _collects_into(parent.parent)
        owner = function.child_by_field_name("object") if function is not None else None
        return (owner.text or b"").decode() if owner is not None and _name_of(parent.parent) in _COLLECTING else None
    if parent.type in ("augmented_assignment", "assignment"):
        left = parent.child_by_field_name("left")
        return (left.text or b"").decode() if left is not None and left != use else None
    return None


def _is_harmless(use: Node) -> bool:
    """Whether a use of what was read neither asks for it nor can fail with nothing."""
    node, parent = use, use.parent
    while parent is not None and parent.type not in ("block", "module"):
        if parent.type in _ASKING or parent.type in ("subscript", "if_statement", "while_statement", "match_statement"):
            return False
        if parent.type in (
            "for_statement",
            "for_in_clause",
            "assert_statement",
            "return_statement",
            "yield",
            "keyword_argument",
        ):
            return False
        if parent.type == "attribute" and parent.named_children[0] == node:
            name = parent.child_by_field_name("attribute")
            if name is None or (name.text or b"").decode() not in _HARMLESS:
                return False
        if parent.type == "argument_list" and parent.parent is not None and _name_of(parent.parent) not in _HARMLESS:
            return False
        node, parent = parent, parent.parent
    return True


def _name_of(call: Node) -> str:
    function = call.child_by_field_name("function")
    if function is not None and function.type == "attribute":
        function = function.child_by_field_name("attribute")
    return (function.text or b"").decode() if function is not None else ""


def _is_constant(condition: Node) -> bool:
    return condition.type == "true" or (condition.type == "integer" and condition.text != b"0")


def _asks_for(condition: Node, collected: set[str]) -> bool:
    """Whether a condition depends on what was collected, and not on its being empty or on anything that is called."""
    texts = {(n.text or b"").decode() for n in _nodes(condition) if n.type in ("identifier", "attribute")}
    calls = {_name_of(n) for n in _nodes(condition) if n.type == "call"}
    plain = (
        condition.type == "comparison_operator"
        or (condition.type == "not_operator" and any(child.type == "call" for child in condition.named_children))
        or condition.type == "call"
    )
    return plain and not texts.isdisjoint(collected) and calls <= {"len", "endswith", "startswith", "find", "count"}


def _ways_out(loop: Node) -> Iterator[Node]:
    """What leaves the loop, but for what stands in clauses: nothing is no error."""
    body = loop.child_by_field_name("body")
    stack = [(body, 0)] if body is not None else []
    while stack:
        node, depth = stack.pop()
        if node.type in _LEAVING and not (node.type == "break_statement" and depth):
            yield node
        if node.type in ("except_clause", "except_group_clause") or node.type in _UNITS:
            continue
        inner = depth + (node.type in _LOOPS)
        stack += [(child, inner) for child in node.named_children]


def _asks_before(leaving: Node, loop: Node, collected: set[str]) -> bool:
    """Whether a way out of the loop is taken only for what was collected so far."""
    for node in ancestors(leaving):
        if node == loop:
            return False
        if node.type in ("if_statement", "elif_clause"):
            condition = node.child_by_field_name("condition")
            return condition is not None and _asks_for(condition, collected)
        if node.type == "else_clause":
            return False
    return False


def _nodes(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += node.named_children
