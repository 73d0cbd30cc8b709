"""Puts a `try` around the statement that holds an unhandled call, with the library's right classes."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.handler_body import handler_body, indented
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name
from hangup.fixes.statements import place_of
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import indent_block


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the statement goes into a `try`, and its handler does what the code around it does."""
    hole = context.hole
    if hole is None:
        return
    expression = hole.site.expression
    place = place_of(
        context.source, context.tree, hole.scope.start + expression.start, hole.scope.start + expression.end
    )
    if place is None:
        return
    clause, modules = clause_for(context, hole, place.start, place.end)
    error = free_name(context, hole.scope, "error", "exc", "network_error")
    subject = hole.effect.name or "the call"
    body = handler_body(context, place, error, subject)
    if body is None:
        return
    newline = context.source.newline
    lines = [
        "try:",
        place.indent + place.step + indent_block(context.source, place.nodes, place.step),
        f"{place.indent}except {clause} as {error}:",
        *indented(body.lines, place.indent + place.step),
    ]
    edit = Edit(place.start, place.end, newline.join(lines))
    imports = add_imports(context.source, context.tree, [*modules, *body.modules])
    title = f"Wrap in try/except {clause}, {body.does}"
    yield Fix(title, (*imports, edit), "wrap-in-try", preferred=True)


FIX = FixMaker("wrap-in-try", frozenset({"HUP101", "HUP103"}), 20, make)
