"""Gives a call that waits for ever a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Expression
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading
from hangup.syntax.tree import enclosing, node_at

SECONDS = 10


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `timeout=10` as the last argument, or in place of a written `None`."""
    parameter = context.finding.replacement or "timeout"
    scope = context.scope
    for site in scope.unit.sites:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or scope.start + call.start != context.finding.anchor:
            continue
        given = _written_none(context, call, parameter)
        if given is not None:
            edit = Edit(scope.start + given.start, scope.start + given.end, str(SECONDS))
            yield Fix(f"Set {parameter}={SECONDS}", (edit,), "add-timeout", preferred=True)
            return
        edits = _appended(context, scope.start + call.end, f"{parameter}={SECONDS}")
        yield Fix(f"Add {parameter}={SECONDS}", tuple(edits), "add-timeout", preferred=True)
        return


def _written_none(context: FixContext, call: Call, parameter: str) -> Expression | None:
    """The `None` that the call gives for the timeout, by keyword or by position."""
    by_keyword = call.keyword(parameter)
    if by_keyword is not None:
        return by_keyword
    site = next(s for s in context.scope.unit.sites if s.expression is call)
    for _, entry in context.flow.effects.of(context.scope, site).entries:
        if entry.timeout is not None and entry.timeout.position is not None:
            return call.positional(entry.timeout.position)
    return None


def _appended(context: FixContext, call_end: int, text: str) -> Iterator[Edit]:
    """The edits that put an argument behind the last one of a call, given by its end, as the call is laid out."""
    node = enclosing(node_at(context.tree, call_end - 1, call_end), "argument_list")
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
    lines = context.source.lines
    line = lines.line_of(last.end_byte)
    indent = leading(context.source, last.start_byte)
    after = "," if comma is not None else ""
    yield Edit(lines.end(line), lines.end(line), f"{context.source.newline}{indent}{text}{after}")


FIX = FixMaker("add-timeout", frozenset({"HUP401"}), 10, make)
