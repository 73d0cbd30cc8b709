"""Puts a `try` around the statement that holds an unhandled call, with the library's right classes."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.statements import place_of, why_not
from hangup.fixes.wrapping import wrapped

NAME = "wrap-in-try"


def make(context: FixContext) -> Iterator[Fix]:
    """The statement goes into a `try`; one fix for each thing that its handler may do, the most fitting first."""
    hole = context.hole
    if hole is None or (context.finding.code == "HUP102" and hole.callee is None):
        return  # what the clauses around a library's call are for is known: they can be made to catch the rest
    start, end = hole.scope.start + hole.site.expression.start, hole.scope.start + hole.site.expression.end
    place = place_of(context.source, context.tree, start, end)
    if place is None:
        reason = why_not(context.tree, start, end)
        if reason:
            yield Fix("Wrap in try/except", (), NAME, applicability="unsafe", disabled=reason)
        return
    ways = list(wrapped(context, hole, place))
    for each in ways:
        title = f"Wrap in try/except {each.clause}, {each.does}"
        yield Fix(title, each.edits, NAME, applicability="unsafe", preferred=True, tail=each.tail)
    if not ways:
        yield Fix("Wrap in try/except", (), NAME, applicability="unsafe", disabled=_CALLERS_DECIDE)


_CALLERS_DECIDE = "there is nothing to give in place of the value that this must give: handle the error in its callers"


FIX = FixMaker(NAME, frozenset({"HUP101", "HUP102", "HUP103"}), 20, make)
