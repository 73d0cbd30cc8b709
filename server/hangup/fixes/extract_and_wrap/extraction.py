"""Which expression around a call can become a function of its own, where that goes, and what it has to be given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hangup.fixes.fix import FixContext
from hangup.fixes.statements import bound_names_of
from hangup.syntax.tree import Node, ancestors, node_at

_COMPREHENSIONS = (
    "list_comprehension",
    "set_comprehension",
    "dictionary_comprehension",
    "generator_expression",
)
_DEFAULTS = ("default_parameter", "typed_default_parameter")
_CONDITIONS = ("elif_clause", "while_statement", "if_clause")
_TRANSPARENT = ("not_operator", "boolean_operator", "parenthesized_expression", "tuple", "list", "pair")
"""Of these the part with the call is taken: that it is None means what it should in them (`not None`)."""
_EQUALITIES = ("==", "!=", "is", "is not")
_BOUND_TO_ITS_PLACE = ("named_expression", "yield")
_BOUND_NAMES = (b"super", b"locals", b"vars", b"__class__")
_TAKING_NONE = (b"all", b"any", b"dict", b"frozenset", b"list", b"set", b"tuple")
_LOOPS = ("for_statement", "while_statement")
_UNITS = ("function_definition", "class_definition", "lambda", "module")
_BLOCKS = ("block", "module")


@dataclass(frozen=True)
class Extraction:
    """An expression that can be moved into a function.

    node: the expression. anchor: the statement above which the function goes. parameters: the names that it has to be
    given, in the order of their use. is_async: it awaits something.
    """

    node: Node
    anchor: Node
    parameters: tuple[str, ...]
    is_async: bool


def extraction(context: FixContext, start: int, end: int) -> Extraction | None:
    """The expression around the call at the offsets that has no statement of its own; None where there is none.

    Nothing over several lines: what is laid out by hand is moved by hand.
    """
    whole = _whole(node_at(context.tree, start, end))
    if whole is None:
        return None
    node = _narrowed(whole, start)
    inside = list(_nodes(node))
    anchor = _anchor(context, node)
    if anchor is None or node.start_point.row != node.end_point.row or node.has_error:
        return None
    if any(each.type in _BOUND_TO_ITS_PLACE for each in inside):
        return None
    read = [each.text or b"" for each in inside if each.type == "identifier"]
    if any(name in _BOUND_NAMES for name in read):
        return None
    given = _given(context, node, anchor)
    parameters = tuple(dict.fromkeys(name.decode() for name in read if name.decode() in given))
    return Extraction(node, anchor, parameters, any(each.type == "await" for each in inside))


def _whole(node: Node) -> Node | None:
    """The expression around a call that is a body of a lambda, an element, a default or a condition."""
    inner = node
    for each in (node, *ancestors(node)):
        parent = each.parent
        if parent is None or each.type in _BLOCKS:
            return None
        if parent.type in _COMPREHENSIONS and each == parent.child_by_field_name("body"):
            return each if _takes_none(parent) else None
        if parent.type == "lambda" and each == parent.child_by_field_name("body"):
            return each
        if parent.type in _DEFAULTS and each == parent.child_by_field_name("value"):
            return each
        if (
            parent.type in _CONDITIONS
            and each.type not in _BLOCKS
            and each != parent.child_by_field_name("consequence")
        ):
            return each if each.type not in ("else_clause", "comment") else None
        inner = each
    return inner if inner.parent is not None else None


def _takes_none(comprehension: Node) -> bool:
    """Whether None may be among the elements: they are not handed to something that adds or joins them."""
    parent = comprehension.parent
    if comprehension.type == "generator_expression" and parent is not None and parent.type == "call":
        call = parent
    elif parent is not None and parent.type == "argument_list" and parent.parent is not None:
        call = parent.parent
    else:
        return True
    function = call.child_by_field_name("function")
    return function is not None and function.text in _TAKING_NONE


def _narrowed(node: Node, start: int) -> Node:
    """The part of an expression with the call, where the rest takes None for what it is."""
    while node.type in _TRANSPARENT or (node.type == "comparison_operator" and _is_equality(node)):
        part = next((c for c in node.named_children if c.start_byte <= start < c.end_byte), None)
        if part is None:
            break
        node = part
    return node


def _is_equality(node: Node) -> bool:
    return all(child.is_named or child.type in _EQUALITIES for child in node.children)


def _anchor(context: FixContext, node: Node) -> Node | None:
    """The statement above which the function goes: on a line of its own, and not in the body of a class."""
    lines = context.source.lines
    for each in (node, *ancestors(node)):
        parent = each.parent
        if each.type == "decorator":
            return None
        if parent is None:
            return None
        if parent.type not in _BLOCKS or each.type == "case_clause":
            continue
        if parent.parent is not None and parent.parent.type == "class_definition":
            continue
        before = context.source.slice(lines.start(lines.line_of(each.start_byte)), each.start_byte)
        if not before.strip(" \t\f\ufeff"):
            return each
    return None


def _given(context: FixContext, node: Node, anchor: Node) -> set[str]:
    """The names that are bound between an expression and the statement above which its function goes."""
    names: set[str] = set()
    for each in ancestors(node):
        if each == anchor or each.start_byte < anchor.start_byte:
            break
        if each.type == "lambda":
            names |= _identifiers(each.child_by_field_name("parameters"))
        elif each.type in _COMPREHENSIONS:
            for clause in each.named_children:
                if clause.type == "for_in_clause":
                    names |= _identifiers(clause.child_by_field_name("left"))
    for each in ancestors(anchor.parent or anchor):
        if each.type in _UNITS:
            break
        if each.type in _LOOPS:  # the function is made anew in each round, and readers wonder which round's they are
            names |= bound_names_of([each])
    for scope in context.module.scopes:
        if scope.unit.kind == "class" and anchor.start_byte <= scope.start <= node.start_byte:
            names |= set(scope.names)
    return names


def _identifiers(node: Node | None) -> set[str]:
    found = [each for each in _nodes(node) if each.type == "identifier"] if node is not None else []
    return {(each.text or b"").decode() for each in found}


def _nodes(node: Node) -> Iterator[Node]:
    """The nodes of an expression in their order, without the names of attributes and of keywords."""
    yield node
    hidden = {"attribute": node.child_by_field_name("attribute"), "keyword_argument": node.child_by_field_name("name")}
    for child in node.named_children:
        if child != hidden.get(node.type):
            yield from _nodes(child)
