"""Moves a call that has no statement of its own into a small function above, with the `try` in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from hangup.facts.expressions import Attribute, Call, Name
from hangup.fixes.extract_and_wrap.extraction import Extraction, extraction
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.handler_body import indented, report_of
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading, unit

NAME = "extract-and-wrap"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the function reports the error and gives None, which stands for the value or counts as false."""
    hole = context.hole
    if hole is None or not isinstance(hole.site.expression, Call):
        return
    start, end = hole.scope.start + hole.site.expression.start, hole.scope.start + hole.site.expression.end
    found = extraction(context, start, end)
    if found is None:
        return
    name = free_name(context, hole.scope, f"{_last_name(hole.site.expression)}_or_none")
    clause, modules = clause_for(context, hole, found.node.start_byte, found.node.end_byte)
    error = free_name(context, hole.scope, "error", "exc", "network_error")
    body = report_of(_outside(context, found), error, hole.effect.name or "the call").then("return None")
    lines = _function(context, found, name, f"except {clause} as {error}:", body.lines)
    call = f"{'await ' if found.is_async else ''}{name}({', '.join(found.parameters)})"
    edits = (_above(context, found, lines), Edit(found.node.start_byte, found.node.end_byte, call))
    imports = add_imports(context.source, context.tree, [*modules, *body.modules])
    title = f"Move it to a function {name}, wrapped in try/except {clause}: {body.does}"
    yield Fix(title, (*imports, *edits), NAME, applicability="unsafe")


def _outside(context: FixContext, found: Extraction) -> FixContext:
    """The context of what stands before the function: `self.logger` of where the call was may not be known there."""
    at = max(0, found.anchor.start_byte - 1)
    return replace(context, finding=msgspec.structs.replace(context.finding, start=at, end=at, anchor=None))


def _last_name(call: Call) -> str:
    function = call.function
    name = function.name if isinstance(function, Attribute) else function.id if isinstance(function, Name) else "call"
    return name.lstrip("_")


def _function(context: FixContext, found: Extraction, name: str, clause: str, handler: tuple[str, ...]) -> list[str]:
    """The lines of the function, with their indentation."""
    step = unit(context.tree, context.source)
    text = context.source.slice(found.node.start_byte, found.node.end_byte)
    body = ["try:", f"{step}return {text}", clause, *indented(handler, step)]
    head = f"{'async ' if found.is_async else ''}def {name}({', '.join(found.parameters)}):"
    return indented([head, *indented(body, step)], leading(context.source, found.anchor.start_byte))


def _above(context: FixContext, found: Extraction, lines: list[str]) -> Edit:
    """The edit that puts the function above the statement and the remarks that belong to it, with the blank lines that
    are usual there."""
    source, newline = context.source, context.source.newline
    line = source.lines.line_of(found.anchor.start_byte)
    indent = leading(source, found.anchor.start_byte)
    while line > 0 and source.lines.text(line - 1).startswith(f"{indent}#".encode()):
        line -= 1
    parent = found.anchor.parent
    apart = 1 if parent is not None and parent.type == "block" else 2
    blank = 0
    while blank < line and not source.lines.text(line - 1 - blank).strip():
        blank += 1
    above = source.lines.text(line - 1 - blank).rstrip() if line > blank else b""
    opens = not above or (apart == 1 and above.endswith(b":"))
    before = newline * (0 if opens else max(0, apart - blank))
    at = source.lines.start(line) if line > 0 else source.start
    return Edit(at, at, before + newline.join(lines) + newline * (apart + 1))


FIX = FixMaker(NAME, frozenset({"HUP101"}), 21, make)
