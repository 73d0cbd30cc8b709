"""What stands at an offset of a file: the name there, and what it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from hangup.facts.expressions import Expression
from hangup.facts.model import Handler, Site, Unit
from hangup.facts.read_expressions import read
from hangup.facts.state import Reading
from hangup.flow.analysis import Flow
from hangup.resolve.project import Module, Scope
from hangup.resolve.values import Values
from hangup.syntax.tree import Tree, enclosing, node_at
from hangup.workspace.document import Document

_IMPORTS = ("import_statement", "import_from_statement")


@dataclass(frozen=True)
class Symbol:
    """A name in a file.

    scope: the unit it stands in. text: as it is written. start, end: the offsets of the last part of it.
    values: what it may mean. call: the site of the call that it is the callee of. handler: the clause that binds it.
    """

    scope: Scope
    text: str
    start: int
    end: int
    values: Values
    call: Site | None = None
    handler: Handler | None = None


def symbol_at(flow: Flow, module: Module, document: Document, offset: int) -> Symbol | None:
    """The name at an offset; None if there is none."""
    node = _identifier(document.tree, offset)
    if node is None:
        return None
    scope = _scope_at(module, node.start_byte)
    statement = enclosing(node, *_IMPORTS)
    if statement is not None:
        return _imported(flow, module, scope, document, node)
    whole = node.parent if _is_attribute_name(node) and node.parent is not None else node
    expression = _read(document, scope, whole)
    values = flow.evaluator.evaluate(scope, expression)  # an expression of this moment: nobody asks for it again
    text = document.source.slice(whole.start_byte, whole.end_byte)
    call = _call_of(scope, whole)
    return Symbol(scope, text, node.start_byte, node.end_byte, values, call, _handler_of(scope, node, text))


def _identifier(tree: Tree, offset: int) -> Node | None:
    for at in (offset, offset - 1):
        if at >= 0:
            node = node_at(tree, at, at + 1)
            if node.type == "identifier" and node.start_byte <= offset <= node.end_byte:
                return node
    return None


def _is_attribute_name(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node


def _scope_at(module: Module, offset: int) -> Scope:
    inside = [scope for scope in module.scopes if scope.start <= offset < scope.start + scope.unit.length]
    return max(inside, key=lambda scope: scope.start, default=module.scope)


def _read(document: Document, scope: Scope, node: Node) -> Expression:
    def define(_: Node) -> Unit:  # a lambda inside the expression: what it does is of no interest here
        return Unit("lambda", "<lambda>", 0)

    return read(Reading(document.source.data, scope.start, define, until=scope.unit.length), node)


def _imported(flow: Flow, module: Module, scope: Scope, document: Document, node: Node) -> Symbol | None:
    at = node.start_byte - scope.start
    for imported in scope.unit.imports:
        if imported.start <= at < imported.end:
            values = flow.evaluator.imported(module, imported)
            text = document.source.slice(node.start_byte, node.end_byte)
            return Symbol(scope, text, node.start_byte, node.end_byte, values)
    return None


def _call_of(scope: Scope, node: Node) -> Site | None:
    parent = node.parent
    if parent is None or parent.type != "call" or parent.child_by_field_name("function") != node:
        return None
    start, end = parent.start_byte - scope.start, parent.end_byte - scope.start
    for site in scope.unit.sites:
        if site.kind == "call" and site.expression.start == start and site.expression.end == end:
            return site
    return None


def _handler_of(scope: Scope, node: Node, text: str) -> Handler | None:
    """The clause whose `as` name this is, if it stands in its header or body."""
    at = node.start_byte - scope.start
    for guard in scope.unit.guards:
        for handler in guard.handlers:
            if handler.name == text and handler.start <= at < handler.body_end:
                return handler
    return None
