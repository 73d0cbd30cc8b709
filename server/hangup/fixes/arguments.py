"""Adds arguments to calls, as the calls are laid out."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading
from hangup.syntax.source import Source
from hangup.syntax.tree import Tree, enclosing, node_at


def append_argument(source: Source, tree: Tree, call_end: int, text: str) -> Iterator[Edit]:
    """The edits that put an argument behind the last one of a call, given by its end; none if there is no call."""
    node = enclosing(node_at(tree, call_end - 1, call_end), "argument_list")
    if node is None:
        return
    arguments = [child for child in node.named_children if child.type != "comment"]
    closing = node.end_byte - 1
    if not arguments:
        yield Edit(closing, closing, text)
        return
    last = arguments[-1]
    comma = next((c for c in node.children if c.type == "," and c.start_byte >= last.end_byte), None)
    if node.end_point.row == last.end_point.row:
        at = comma.end_byte if comma is not None else last.end_byte
        yield Edit(at, at, f" {text}" if comma is not None else f", {text}")
        return
    if comma is None:
        yield Edit(last.end_byte, last.end_byte, ",")
    line = source.lines.line_of(last.end_byte)
    indent = leading(source, last.start_byte)
    after = "," if comma is not None else ""
    yield Edit(source.lines.end(line), source.lines.end(line), f"{source.newline}{indent}{text}{after}")
