"""Takes away a class of a clause that another one covers, or a whole clause that is never reached."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.clauses import clause_node, clause_of, lines_of, removal
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit
from hangup.syntax.tree import Node, enclosing, node_at


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the class goes, or the clause if that is what the finding points at."""
    found = clause_of(context)
    if found is None:
        return
    guard, index = found
    handler = guard.handlers[index]
    finding = context.finding
    if finding.severity == "warning":
        node = clause_node(context, handler)
        lines = lines_of(context.source, node) if node is not None else None
        if lines is not None:
            classes = " ".join(context.source.slice(finding.start, finding.end).split())
            yield Fix(
                f"Remove except {classes}, which is never reached",
                (removal(context.source, *lines),),
                _NAME,
                applicability="unsafe",
            )
        return
    edits = _without(context, finding.start, finding.end)
    if edits:
        name = context.source.slice(finding.start, finding.end)
        yield Fix(f"Remove {name} from the clause", edits, _NAME, preferred=True, applicability="safe")


def _without(context: FixContext, start: int, end: int) -> tuple[Edit, ...]:
    """The edits that take one item out of a tuple; of two, the other is left without parentheses."""
    node = node_at(context.tree, start, end)
    group = enclosing(node, "tuple")
    if group is None:
        return ()
    items = [child for child in group.named_children if child.type != "comment"]
    at = next((i for i, item in enumerate(items) if (item.start_byte, item.end_byte) == (start, end)), None)
    if at is None or any(child.type == "comment" for child in group.named_children):
        return ()
    if len(items) == 2:
        return (_unwrapped(context, group, items[1 - at]),)
    if at == 0:
        return (Edit(start, items[1].start_byte, ""),)
    return (Edit(items[at - 1].end_byte, end, ""),)


def _unwrapped(context: FixContext, group: Node, left: Node) -> Edit:
    before = context.source.slice(group.start_byte - 1, group.start_byte)
    gap = "" if before.isspace() else " "
    return Edit(group.start_byte, group.end_byte, gap + context.source.slice(left.start_byte, left.end_byte))


_NAME = "remove-redundant-class"
FIX = FixMaker(_NAME, frozenset({"HUP203"}), 20, make)
