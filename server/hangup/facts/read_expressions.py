"""Reads expressions of the parse tree, noting every call and attribute read on the way.

The order of the sites is the order of evaluation, near enough: what stands inside comes first.
"""

from __future__ import annotations

import ast

from tree_sitter import Node

from hangup.facts.expressions import (
    Alternatives,
    Argument,
    Attribute,
    Await,
    Call,
    Constant,
    Element,
    Expression,
    Item,
    Lambda,
    Name,
    Opaque,
    Sequence,
    Splat,
    Subscript,
)
from hangup.facts.model import Binding, Definition, Site
from hangup.facts.state import DEEPEST, Reading

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "none": None}
_WRAPPERS = frozenset({"parenthesized_expression", "type", "expression_statement"})
_SEQUENCES = frozenset({"tuple", "list", "set", "expression_list", "pattern_list", "tuple_pattern", "list_pattern"})


def read(state: Reading, node: Node | None, *, callee: bool = False, awaited: bool = False) -> Expression:
    """The expression at `node`. `callee`: it is about to be called; `awaited`: it stands under `await`."""
    if node is None or state.nesting.depth > DEEPEST:
        return Opaque(0, 0) if node is None else Opaque(*state.span(node))
    state.nesting.depth += 1
    try:
        return _read(state, node, callee, awaited)
    finally:
        state.nesting.depth -= 1


def _read(state: Reading, node: Node, callee: bool, awaited: bool) -> Expression:
    kind = node.type
    start, end = state.span(node)
    if kind == "identifier":
        return Name(start, end, state.text(node))
    if kind == "call":
        return _call(state, node, awaited)
    if kind == "attribute":
        return _attribute(state, node, callee)
    if kind in _WRAPPERS:
        inner = node.named_children
        return read(state, inner[0], awaited=awaited) if inner else Opaque(start, end)
    if kind in _SEQUENCES:
        return Sequence(
            start, end, tuple(read(state, child) for child in node.named_children if child.type != "comment")
        )
    if kind in _CONSTANTS:
        return Constant(start, end, _CONSTANTS[kind])
    reader = _READERS.get(kind)
    return reader(state, node) if reader else _opaque(state, node)


def _opaque(state: Reading, node: Node) -> Expression:
    for child in node.named_children:
        read(state, child)
    return Opaque(*state.span(node))


def _call(state: Reading, node: Node, awaited: bool) -> Expression:
    start, end = state.span(node)
    function = read(state, node.child_by_field_name("function"), callee=True)
    arguments: list[Argument] = []
    given = node.child_by_field_name("arguments")
    if given is not None and given.type == "argument_list":
        arguments = [_argument(state, child) for child in given.named_children if child.type != "comment"]
    elif given is not None:
        arguments = [Argument(read(state, given))]
    call = Call(start, end, function, tuple(arguments))
    state.sites.append(Site("call", call, state.guard, awaited, state.loop))
    return call


def _argument(state: Reading, node: Node) -> Argument:
    if node.type == "keyword_argument":
        name = node.child_by_field_name("name")
        return Argument(read(state, node.child_by_field_name("value")), state.text(name) if name else None)
    if node.type in ("list_splat", "dictionary_splat"):
        splat = "*" if node.type == "list_splat" else "**"
        return Argument(read(state, node.named_children[0] if node.named_children else None), None, splat)
    return Argument(read(state, node))


def _attribute(state: Reading, node: Node, callee: bool) -> Expression:
    start, end = state.span(node)
    value = read(state, node.child_by_field_name("object"))
    name = node.child_by_field_name("attribute")
    found = Attribute(start, end, value, state.text(name) if name else "", (name or node).start_byte - state.base)
    if not callee:
        state.sites.append(Site("read", found, state.guard, False, state.loop))
    return found


def _await(state: Reading, node: Node) -> Expression:
    inner = node.named_children[0] if node.named_children else None
    return Await(*state.span(node), read(state, inner, awaited=True))


def _subscript(state: Reading, node: Node) -> Expression:
    value = read(state, node.child_by_field_name("value"))
    indices = [read(state, child) for child in node.children_by_field_name("subscript")]
    return Subscript(*state.span(node), value, indices[0] if indices else Opaque(0, 0))


def _generic_type(state: Reading, node: Node) -> Expression:
    children = node.named_children
    value = read(state, children[0]) if children else Opaque(0, 0)
    parameters = [read(state, child) for child in children[1].named_children] if len(children) > 1 else []
    index: Expression = Opaque(0, 0)
    if parameters:
        index = parameters[0] if len(parameters) == 1 else Sequence(*state.span(children[1]), tuple(parameters))
    return Subscript(*state.span(node), value, index)


def _choice(state: Reading, node: Node) -> Expression:
    """`a or b`, `a if c else b`, `a + b`, `a | b`."""
    parts = [read(state, child) for child in node.named_children if child.type != "comment"]
    if node.type == "conditional_expression" and len(parts) == 3:
        return Alternatives(*state.span(node), (parts[0], parts[2]), "if")
    operator = node.child_by_field_name("operator")
    return Alternatives(*state.span(node), tuple(parts), operator.type if operator else "|")


def _named(state: Reading, node: Node) -> Expression:
    value = read(state, node.child_by_field_name("value"))
    bind(state, node.child_by_field_name("name"), value)
    return value


def _splat(state: Reading, node: Node) -> Expression:
    return Splat(*state.span(node), read(state, node.named_children[0] if node.named_children else None))


def _lambda(state: Reading, node: Node) -> Expression:
    state.definitions.append(Definition(node.start_byte - state.base, state.define(node), guard=state.guard))
    return Lambda(*state.span(node), len(state.definitions) - 1)


def _string(state: Reading, node: Node) -> Expression:
    for child in node.named_children:
        if child.type == "interpolation":
            read(state, child.child_by_field_name("expression"))
    # A backslash would need the language's escapes; no name that matters here has one.
    if (
        node.end_byte - node.start_byte > 500
        or b"\\" in state.data[node.start_byte : node.end_byte]
        or any(c.type == "interpolation" for c in node.named_children)
    ):
        return Opaque(*state.span(node))
    try:
        value = ast.literal_eval(state.text(node))
    except (ValueError, SyntaxError):
        return Opaque(*state.span(node))
    return Constant(*state.span(node), value) if isinstance(value, str) else Opaque(*state.span(node))


def _number(state: Reading, node: Node) -> Expression:
    try:
        value = ast.literal_eval(state.text(node))
    except (ValueError, SyntaxError):
        return Opaque(*state.span(node))
    return Constant(*state.span(node), value) if isinstance(value, int | float) else Opaque(*state.span(node))


def _comprehension(state: Reading, node: Node) -> Expression:
    clauses = [child for child in node.named_children if child.type in ("for_in_clause", "if_clause")]
    for clause in clauses:
        if clause.type == "for_in_clause":
            loop_over(state, clause)
        else:
            _opaque(state, clause)
    outer, state.loop = state.loop, True
    body = read(state, node.child_by_field_name("body"))
    state.loop = outer
    return Sequence(*state.span(node), (Splat(body.start, body.end, Sequence(body.start, body.end, (body,))),))


def _yield(state: Reading, node: Node) -> Expression:
    state.yields.append(state.guard)
    if any(child.type == "from" for child in node.children) and node.named_children:
        value = read(state, node.named_children[0])
        state.sites.append(Site("iterate", value, state.guard, False, state.loop))
        return Opaque(*state.span(node))
    return _opaque(state, node)


def loop_over(state: Reading, node: Node) -> None:
    """`for left in right`, of a statement or a comprehension: the iteration and what it binds."""
    is_async = any(child.type == "async" for child in node.children)
    right = read(state, node.child_by_field_name("right"))
    state.sites.append(Site("iterate", right, state.guard, False, state.loop, is_async))
    bind(state, node.child_by_field_name("left"), Element(right.start, right.end, right, is_async))


def bind(state: Reading, target: Node | None, value: Expression | None, annotation: Expression | None = None) -> None:
    """Note what a target gets; a tuple target takes the value apart."""
    if target is None:
        return
    start, end = state.span(target)
    if target.type == "identifier":
        state.bindings.append(Binding(state.text(target), value, annotation, start, end, state.until))
    elif target.type == "attribute":
        text = state.text(target)
        if target.child_by_field_name("object") is not None and text.replace(".", "").replace("_", "a").isalnum():
            state.bindings.append(Binding(text, value, annotation, start, end, state.until))
        else:
            read(state, target.child_by_field_name("object"))
    elif target.type in _SEQUENCES or target.type == "as_pattern_target":
        parts = [child for child in target.named_children if child.type != "comment"]
        if target.type == "as_pattern_target":
            bind(state, parts[0] if parts else None, value, annotation)
            return
        for index, part in enumerate(parts):
            bind(state, part, None if value is None else Item(value.start, value.end, value, index))
    elif target.type == "list_splat_pattern":
        bind(state, target.named_children[0] if target.named_children else None, None)
    elif target.type == "parenthesized_expression":
        bind(state, target.named_children[0] if target.named_children else None, value, annotation)
    else:
        read(state, target)


_READERS = {
    "await": _await,
    "subscript": _subscript,
    "generic_type": _generic_type,
    "union_type": _choice,
    "binary_operator": _choice,
    "boolean_operator": _choice,
    "conditional_expression": _choice,
    "named_expression": _named,
    "list_splat": _splat,
    "lambda": _lambda,
    "string": _string,
    "concatenated_string": _string,
    "integer": _number,
    "float": _number,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "yield": _yield,
}
