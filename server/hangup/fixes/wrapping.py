"""Writes a `try` around statements: shared by the fixes that do so."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.fixes.fix import FixContext
from hangup.fixes.handler_body import handler_bodies, indented
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name
from hangup.fixes.statements import Place
from hangup.flow.holes import Hole
from hangup.syntax.edits import Edit


class Wrapped(msgspec.Struct, frozen=True):
    """A `try` around a place: what it catches and does, in words; the edits; the handler's text at the end of the
    last."""

    clause: str
    does: str
    edits: tuple[Edit, ...]
    tail: str


def wrapped(context: FixContext, hole: Hole, place: Place) -> Iterator[Wrapped]:
    """The ways to wrap a place that holds a hole, one for each thing that the handler may do, the best first."""
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
        yield Wrapped(clause, body.does, (*imports, place.edit(lines)), tail)
