"""The parse tree: tree-sitter with its Python grammar, the only parser here.

It accepts any bytes: broken code gives a tree with ERROR nodes, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Tree

from hangup.syntax.source import Source

__all__ = ["Node", "Tree", "ancestors", "enclosing", "field", "node_at", "parse"]


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(_language())


def field(name: str) -> int:
    """The number of a field of the grammar: `child_by_field_id` takes half the time of `child_by_field_name`.

    Raises KeyError when no node has such a field.
    """
    number = _language().field_id_for_name(name)
    if number is None:
        raise KeyError(name)
    return int(number)


def parse(source: Source, before: tuple[Source, Tree] | None = None) -> Tree:
    """The tree of a source. Node offsets are offsets into `source.data`.

    before: an earlier version and its tree, of which the unchanged parts are taken over. The result does not depend on
    it: broken code, where the way of recovery could differ, is always parsed afresh.
    """
    if before is not None and not before[1].root_node.has_error:
        tree = _parser().parse(source.parseable, _moved(source.parseable, before[0].parseable, before[1]))
        if not tree.root_node.has_error:
            return tree
    return _parser().parse(source.parseable)


def _moved(data: bytes, old: bytes, tree: Tree) -> Tree:
    """A copy of the tree of `old`, told which part of it has become another in `data`."""
    start = _common_start(old, data)
    tail = min(len(old), len(data)) - start
    same = _common_start(old[::-1][:tail], data[::-1][:tail])
    old_end, new_end = len(old) - same, len(data) - same
    copy = tree.copy()
    copy.edit(start, old_end, new_end, _point(old, start), _point(old, old_end), _point(data, new_end))
    return copy


def _common_start(one: bytes, other: bytes) -> int:
    """The length of the longest common beginning, by bisection: comparing slices is fast, single bytes are not."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(data: bytes, offset: int) -> Point:
    row = data.count(b"\n", 0, offset)
    point: Point = Point(row, offset - (data.rfind(b"\n", 0, offset) + 1))
    return point


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
