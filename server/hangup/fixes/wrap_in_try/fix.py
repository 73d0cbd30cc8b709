"""Puts a `try` around the statement that holds an unhandled call, with the library's right classes."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.handler_body import handler_bodies, indented
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name
from hangup.fixes.statements import place_of, why_not


def make(context: FixContext) -> Iterator[Fix]:
    """The statement goes into a `try`; one fix for each thing that its handler may do, the most fitting first."""
    hole = context.hole
    if hole is None:
        return
    start, end = hole.scope.start + hole.site.expression.start, hole.scope.start + hole.site.expression.end
    place = place_of(context.source, context.tree, start, end)
    if place is None:
        reason = why_not(context.tree, start, end)
        if reason:
            yield Fix("Wrap in try/except", (), NAME, disabled=reason)
        return
    clause, modules = clause_for(context, hole, place.start, place.end)
    error = free_name(context, hole.scope, "error", "exc", "network_error")
    for body in handler_bodies(context, place, error, hole.effect.name or "the call"):
        handler = indented(body.lines, place.indent + place.step)
        lines = [
            "try:",
            place.indent + place.step + place.moved(1),
            f"{place.indent}except {clause} as {error}:",
            *handler,
        ]
        imports = add_imports(context.source, context.tree, [*modules, *body.modules])
        tail = context.source.newline.join(handler).lstrip()
        title = f"Wrap in try/except {clause}, {body.does}"
        yield Fix(title, (*imports, place.edit(lines)), NAME, preferred=True, tail=tail)


NAME = "wrap-in-try"
FIX = FixMaker(NAME, frozenset({"HUP101"}), 20, make)
