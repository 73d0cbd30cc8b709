"""The parse tree: tree-sitter with its Python grammar, the only parser here.

It accepts any bytes: broken code gives a tree with ERROR nodes, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

from hangup.syntax.source import Source

__all__ = ["Node", "Tree", "ancestors", "enclosing", "node_at", "parse"]


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def parse(source: Source) -> Tree:
    """The tree of a source. Node offsets are offsets into `source.data`."""
    return _parser().parse(source.parseable)


def node_at(tree: Tree, start: int, end: int | None = None) -> Node:
    """The smallest named node that covers the offsets; the root if none does."""
    found = tree.root_node.named_descendant_for_byte_range(start, start if end is None else end)
    return found or tree.root_node


def ancestors(node: Node) -> Iterator[Node]:
    """The node itself, its parent, and so on up to the root."""
    current: Node | None = node
    while current is not None:
        yield current
        current = current.parent


def enclosing(node: Node, *kinds: str) -> Node | None:
    """The nearest of `ancestors(node)` whose type is one of `kinds`."""
    return next((each for each in ancestors(node) if each.type in kinds), None)
