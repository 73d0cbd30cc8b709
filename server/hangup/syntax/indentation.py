"""How a module indents, and moving a block of it to another depth.

Only the leading white space of logical lines is touched: what stands inside a multi-line string is the program's data.
"""

from __future__ import annotations

import re

from hangup.syntax.source import Source
from hangup.syntax.tree import Node, Tree

_INDENT = re.compile(rb"^[ \t\x0c]*")


def unit(tree: Tree, source: Source) -> str:
    """One step of indentation as the module does it: that of its first indented block; four spaces if it has none."""
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        for child in reversed(node.named_children):
            if child.type == "block" and child.start_point.row > node.start_point.row:
                inner, outer = leading(source, child.start_byte), leading(source, node.start_byte)
                if len(inner) > len(outer) and inner.startswith(outer):
                    return inner[len(outer) :]
            stack.append(child)
    return "    "


def leading(source: Source, offset: int) -> str:
    """The white space at the start of the line that holds `offset`, without form feeds."""
    line = source.lines.text(source.lines.line_of(offset))
    if source.lines.line_of(offset) == 0:
        line = line[source.start :]
    match = _INDENT.match(line)
    return match.group().replace(b"\x0c", b"").decode() if match else ""


def indent_block(source: Source, nodes: list[Node], step: str) -> str:
    """The text of adjacent statements, each logical line moved right by `step`; the first line comes without its old
    indentation.

    Lines that begin inside a multi-line string are left as they are, and so are blank lines.
    """
    lines = source.lines
    start, end = nodes[0].start_byte, nodes[-1].end_byte
    inside = _lines_inside_strings(nodes)
    first = lines.line_of(start)
    pieces = [source.slice(start, min(end, lines.end(first)))]
    for line in range(first + 1, lines.line_of(end) + 1):
        text = source.slice(lines.start(line), min(end, lines.end(line)))
        pieces.append(text if line in inside or not text.strip() else step + text)
    return source.newline.join(pieces)


def _lines_inside_strings(nodes: list[Node]) -> set[int]:
    """The zero-based rows that begin inside a string."""
    rows: set[int] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.type == "string":
            rows.update(range(node.start_point.row + 1, node.end_point.row + 1))
        else:
            stack.extend(node.named_children)
    return rows
