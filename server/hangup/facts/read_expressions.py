"""Reads expressions of the parse tree, noting every call and attribute read on the way.

The order of the sites is the order of evaluation, near enough: what stands inside comes first.
"""

from __future__ import annotations

from collections.abc import Callable

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
    Table,
    dotted,
)
from hangup.facts.model import Binding, Definition, Site
from hangup.facts.read_literals import CONSTANTS, constant, number, string
from hangup.facts.state import DEEPEST, Reading
from hangup.syntax.tree import field

_WRAPPERS = frozenset({"parenthesized_expression", "type", "expression_statement"})
_FILLING = {
    "append": 0,
    "appendleft": 0,
    "add": 0,
    "put": 0,
    "put_nowait": 0,
    "insert": 1,
    "setdefault": 1,
}
"""Methods that put an argument into a container, by its position."""
_SEQUENCES = frozenset({"tuple", "list", "set", "expression_list", "pattern_list", "tuple_pattern", "list_pattern"})

_ATTRIBUTE, _OBJECT, _FUNCTION, _ARGUMENTS = field("attribute"), field("object"), field("function"), field("arguments")
_NAME, _VALUE, _BODY, _LEFT, _RIGHT = field("name"), field("value"), field("body"), field("left"), field("right")
_SUBSCRIPT, _OPERATOR, _EXPRESSION = field("subscript"), field("operator"), field("expression")


def read(state: Reading, node: Node | None, *, callee: bool = False, awaited: bool = False) -> Expression:
    """The expression at `node`. `callee`: it is about to be called; `awaited`: it stands under `await`."""
    if node is None:
        return Opaque(0, 0)
    nesting = state.nesting
    if nesting.depth > DEEPEST:
        return Opaque(*state.span(node))
    kind = node.type
    if kind == "identifier":
        start, end = node.start_byte, node.end_byte
        return Name(start - state.base, end - state.base, state.data[start:end].decode("utf-8", "replace"))
    nesting.depth += 1
    try:
        if kind == "call":
            return _call(state, node, awaited)
        if kind == "attribute":
            return _attribute(state, node, callee)
        if kind in _WRAPPERS:
            inner = node.named_children
            return read(state, inner[0], awaited=awaited) if inner else Opaque(*state.span(node))
        return _READERS.get(kind, _opaque)(state, node)
    finally:
        nesting.depth -= 1


def _opaque(state: Reading, node: Node) -> Expression:
    return Opaque(*state.span(node), tuple([read(state, child) for child in node.named_children]))


def _display(state: Reading, node: Node) -> Expression:
    items = [read(state, child) for child in node.named_children if child.type != "comment"]
    return Sequence(*state.span(node), tuple(items))


def _parts(node: Node, count: int, first: int, last: int) -> tuple[Node | None, Node | None]:
    """The children of two fields, which are the first and the last child unless there is more than `count` children:
    a comment, or an error."""
    children = node.children
    if len(children) == count:
        return children[0], children[-1]
    return node.child_by_field_id(first), node.child_by_field_id(last)


def is_comment(node: Node) -> bool:
    """Whether a node is a comment."""
    return node.is_extra and node.type == "comment"


def _call(state: Reading, node: Node, awaited: bool) -> Expression:
    function, given = _parts(node, 2, _FUNCTION, _ARGUMENTS)
    called = read(state, function, callee=True)
    arguments: list[Argument] = []
    if given is not None and given.type == "argument_list":
        arguments = [_argument(state, child) for child in given.named_children if not is_comment(child)]
    elif given is not None:
        arguments = [Argument(read(state, given))]
    call = Call(*state.span(node), called, tuple(arguments))
    _put(state, call)
    state.sites.append(Site("call", call, state.guard, awaited, state.loop))
    return call


def _put(state: Reading, call: Call) -> None:
    """Note what a container is given: `self.sockets.append(s)`."""
    function = call.function
    if not isinstance(function, Attribute) or function.name not in _FILLING:
        return
    given = call.positional(_FILLING[function.name])
    path = dotted(function.value)
    if path is not None and given is not None and not isinstance(given, Constant | Opaque):
        target = path + ("{}" if function.name == "setdefault" else "[]")
        state.bindings.append(Binding(target, given, None, call.start, call.end, state.until))


def _argument(state: Reading, node: Node) -> Argument:
    kind = node.type
    if kind == "keyword_argument":
        name, value = _parts(node, 3, _NAME, _VALUE)
        return Argument(read(state, value), state.text(name) if name else None)
    if kind in ("list_splat", "dictionary_splat"):
        splat = "*" if kind == "list_splat" else "**"
        return Argument(read(state, node.named_children[0] if node.named_children else None), None, splat)
    return Argument(read(state, node))


def _attribute(state: Reading, node: Node, callee: bool) -> Expression:
    inner, name = _parts(node, 3, _OBJECT, _ATTRIBUTE)
    value = read(state, inner)
    base = state.base
    found = Attribute(
        node.start_byte - base,
        node.end_byte - base,
        value,
        state.text(name) if name else "",
        (name or node).start_byte - base,
    )
    if not callee:
        state.sites.append(Site("read", found, state.guard, False, state.loop))
    return found


def _await(state: Reading, node: Node) -> Expression:
    inner = node.named_children[0] if node.named_children else None
    return Await(*state.span(node), read(state, inner, awaited=True))


def _subscript(state: Reading, node: Node) -> Subscript:
    value = read(state, node.child_by_field_id(_VALUE))
    indices = [read(state, child) for child in node.children_by_field_id(_SUBSCRIPT)]
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
    parts = [read(state, child) for child in node.named_children if not is_comment(child)]
    if node.type == "conditional_expression" and len(parts) == 3:
        return Alternatives(*state.span(node), (parts[0], parts[2]), "if")
    operator = node.child_by_field_id(_OPERATOR)
    return Alternatives(*state.span(node), tuple(parts), operator.type if operator else "|")


def _named(state: Reading, node: Node) -> Expression:
    value = read(state, node.child_by_field_id(_VALUE))
    bind(state, node.child_by_field_id(_NAME), value)
    return value


def _splat(state: Reading, node: Node) -> Expression:
    return Splat(*state.span(node), read(state, node.named_children[0] if node.named_children else None))


def _lambda(state: Reading, node: Node) -> Expression:
    state.definitions.append(Definition(node.start_byte - state.base, state.define(node), guard=state.guard))
    return Lambda(*state.span(node), len(state.definitions) - 1)


def _string(state: Reading, node: Node) -> Expression:
    interpolations = [child for child in node.named_children if child.type == "interpolation"]
    parts = tuple([read(state, child.child_by_field_id(_EXPRESSION)) for child in interpolations])
    return Opaque(*state.span(node), parts) if interpolations else string(state, node)


def _comprehension(state: Reading, node: Node) -> Expression:
    clauses = [child for child in node.named_children if child.type in ("for_in_clause", "if_clause")]
    for clause in clauses:
        if clause.type == "for_in_clause":
            loop_over(state, clause)
        else:
            _opaque(state, clause)
    outer, state.loop = state.loop, True
    inner = node.child_by_field_id(_BODY)
    if inner is not None and inner.type == "pair":
        _, value = _pair(state, inner)
        state.loop = outer
        return Table(*state.span(node), (value,))
    body = read(state, inner)
    state.loop = outer
    return Sequence(*state.span(node), (Splat(body.start, body.end, Sequence(body.start, body.end, (body,))),))


def _dictionary(state: Reading, node: Node) -> Expression:
    values: list[Expression] = []
    keys: list[Expression] = []
    for child in node.named_children:
        if child.type == "pair":
            key, value = _pair(state, child)
            keys.append(key)
            values.append(value)
        else:
            read(state, child)
    return Table(*state.span(node), tuple(values), tuple(keys))


def _pair(state: Reading, node: Node) -> tuple[Expression, Expression]:
    return read(state, node.child_by_field_name("key")), read(state, node.child_by_field_id(_VALUE))


def _yield(state: Reading, node: Node) -> Expression:
    state.yields.append(state.guard)
    values = [read(state, child) for child in node.named_children if not is_comment(child)]
    if any(child.type == "from" for child in node.children) and values:
        state.sites.append(Site("iterate", values[0], state.guard, False, state.loop))
        state.yielded.append(Splat(values[0].start, values[0].end, values[0]))
    else:
        state.yielded += values
    return Opaque(*state.span(node))


def loop_over(state: Reading, node: Node) -> Expression:
    """`for left in right`, of a statement or a comprehension: the iteration and what it binds. Gives `right`."""
    is_async = any(child.type == "async" for child in node.children)
    right = read(state, node.child_by_field_id(_RIGHT))
    state.sites.append(Site("iterate", right, state.guard, False, state.loop, is_async))
    bind(state, node.child_by_field_id(_LEFT), Element(right.start, right.end, right, is_async))
    return right


def bind(state: Reading, target: Node | None, value: Expression | None, annotation: Expression | None = None) -> None:
    """Note what a target gets; a tuple target takes the value apart."""
    if target is None:
        return
    start, end = state.span(target)
    kind = target.type
    if kind == "identifier":
        state.bindings.append(Binding(state.text(target), value, annotation, start, end, state.until))
    elif kind == "attribute":
        text = state.text(target)
        inner, _ = _parts(target, 3, _OBJECT, _ATTRIBUTE)
        if inner is not None and text.replace(".", "").replace("_", "a").isalnum():
            state.bindings.append(Binding(text, value, annotation, start, end, state.until))
        else:
            read(state, inner)
    elif kind in _SEQUENCES or kind == "as_pattern_target":
        parts = [child for child in target.named_children if not is_comment(child)]
        if kind == "as_pattern_target":
            bind(state, parts[0] if parts else None, value, annotation)
            return
        for index, part in enumerate(parts):
            bind(state, part, None if value is None else Item(value.start, value.end, value, index))
    elif kind == "subscript":
        container = dotted(_subscript(state, target).value)
        if container is not None and value is not None and not isinstance(value, Constant | Opaque):
            state.bindings.append(Binding(container + "{}", value, None, start, end, state.until))
    elif kind == "list_splat_pattern":
        bind(state, target.named_children[0] if target.named_children else None, None)
    elif kind == "parenthesized_expression":
        bind(state, target.named_children[0] if target.named_children else None, value, annotation)
    else:
        read(state, target)


_READERS: dict[str, Callable[[Reading, Node], Expression]] = {
    **dict.fromkeys(CONSTANTS, constant),
    **dict.fromkeys(_SEQUENCES, _display),
    "await": _await,
    "subscript": _subscript,
    "generic_type": _generic_type,
    "union_type": _choice,
    "binary_operator": _choice,
    "boolean_operator": _choice,
    "conditional_expression": _choice,
    "named_expression": _named,
    "list_splat": _splat,
    "dictionary": _dictionary,
    "lambda": _lambda,
    "string": _string,
    "concatenated_string": _string,
    "integer": number,
    "float": number,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "yield": _yield,
}
