"""Gives a call that waits for ever a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit

SECONDS = 10


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `timeout=10` as the last argument, or in place of a written `timeout=None`."""
    parameter = context.finding.replacement or "timeout"
    scope = context.scope
    for site in scope.unit.sites:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or scope.start + call.start != context.finding.anchor:
            continue
        given = call.keyword(parameter)
        if given is not None:
            edit = Edit(scope.start + given.start, scope.start + given.end, str(SECONDS))
            yield Fix(f"Set {parameter}={SECONDS}", (edit,), "add-timeout", preferred=True)
            return
        end = scope.start + call.end - 1
        edit = _appended(context, end, bool(call.arguments), f"{parameter}={SECONDS}")
        yield Fix(f"Add {parameter}={SECONDS}", (edit,), "add-timeout", preferred=True)
        return


def _appended(context: FixContext, end: int, has_arguments: bool, text: str) -> Edit:
    """The edit that puts an argument before the closing parenthesis at `end`, as the call is laid out."""
    data = context.source.data
    before = end
    while before > 0 and data[before - 1 : before].isspace():
        before -= 1
    if not has_arguments:
        return Edit(end, end, text)
    trailing_comma = data[before - 1 : before] == b","
    if b"\n" in data[before:end] or b"\r" in data[before:end]:
        return _on_own_line(context, before, trailing_comma, text)
    return Edit(before, before, f" {text}" if trailing_comma else f", {text}")


def _on_own_line(context: FixContext, before: int, trailing_comma: bool, text: str) -> Edit:
    lines = context.source.lines
    line = lines.text(lines.line_of(before - 1))
    indent = line[: len(line) - len(line.lstrip())].decode()
    newline = context.source.newline
    return Edit(before, before, f"{newline}{indent}{text}," if trailing_comma else f",{newline}{indent}{text}")


FIX = FixMaker("add-timeout", frozenset({"HUP401"}), 10, make)
