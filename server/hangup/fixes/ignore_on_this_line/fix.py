"""Hides one finding with a comment at the end of its line."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit
from hangup.syntax.tree import Node, node_at


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `# hangup: ignore[CODE]`, or the code added to the comment that is already there."""
    source, code = context.source, context.finding.code
    line = _line(context)
    if line is None:
        return
    end = source.lines.end(line)
    text = source.lines.text(line).rstrip()
    existing = text.rfind(b"# hangup: ignore[")
    if existing >= 0 and text.endswith(b"]"):
        at = source.lines.start(line) + len(text) - 1
        edit = Edit(at, at, f", {code}")
    else:
        at = source.lines.start(line) + len(text)
        edit = Edit(at, end, f"  # hangup: ignore[{code}]")
    yield Fix(f"Ignore {code} on this line", (edit,), "ignore-on-this-line", applicability="unsafe")


def _line(context: FixContext) -> int | None:
    """The line whose end can take a comment: the finding's, or the last of its statement if that one is continued."""
    source = context.source
    line = source.lines.line_of(context.finding.start)
    end = source.lines.end(line)
    if not _is_inside(context, end) and not source.lines.text(line).rstrip().endswith(b"\\"):
        return line
    node: Node | None = node_at(context.tree, context.finding.start)
    while node is not None and not node.type.endswith("_statement"):
        node = node.parent
    if node is None or any(child.type == "block" for child in node.named_children):
        return None
    return source.lines.line_of(node.end_byte)


def _is_inside(context: FixContext, offset: int) -> bool:
    """Whether an offset at the end of a line is inside a string, where a comment would become text."""
    node = node_at(context.tree, max(0, offset - 1), offset + 1)
    return node.type in ("string", "string_content") and node.start_byte < offset < node.end_byte


FIX = FixMaker("ignore-on-this-line", frozenset(), 90, make)
