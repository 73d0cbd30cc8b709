"""The clause that a finding points at, as facts and as text."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.facts.expressions import Attribute, Name
from hangup.facts.model import Binding, Guard, Handler
from hangup.fixes.fix import FixContext
from hangup.flow.classes import grouped
from hangup.flow.holes import Hole
from hangup.resolve.project import Scope
from hangup.resolve.values import Items
from hangup.rules.name_unbound_in_finally.rule import first_use
from hangup.syntax.edits import Edit
from hangup.syntax.source import Source
from hangup.syntax.tree import Node, enclosing, node_at

CLAUSES = ("except_clause", "except_group_clause")
_EVERY_ERROR_HAS = ("args", "with_traceback", "add_note", "__cause__", "__context__", "__class__", "__traceback__")


def clause_of(context: FixContext) -> tuple[Guard, int] | None:
    """The `try` and the index of its clause whose classes hold the finding."""
    scope = context.scope
    start, end = context.finding.start - scope.start, context.finding.end - scope.start
    for guard in scope.unit.guards:
        for index, handler in enumerate(guard.handlers):
            if handler.start <= start and end <= handler.end:
                return guard, index
    return None


def hides_a_clause(context: FixContext, scope: Scope, types_start: int, names: Iterable[str]) -> bool:
    """Whether a later clause is left with nothing when the one whose classes stand at an offset catches `names`."""
    flow = context.flow
    for guard in scope.unit.guards:
        starts = [scope.start + handler.types_start for handler in guard.handlers]
        if types_start not in starts:
            continue
        for handler in guard.handlers[starts.index(types_start) + 1 :]:
            caught, _ = flow.guards.caught(scope, handler)
            if caught and all(any(flow.classes.is_subclass(each, name) for name in names) for each in caught):
                return True
    return False


def is_of_no_use(context: FixContext, hole: Hole, guard: Guard) -> bool:
    """Whether a clause for what the hole misses, behind the others of a `try`, would never be reached.

    That is so where one of them takes it, cleans up and raises it again, and where it arrives in a group.
    """
    guards = context.flow.guards
    taken = any(guards.catches(hole.scope, each, error) for each in guard.handlers for error in hole.missed)
    return taken or any(grouped(error) is not None for error in hole.missed)


def missed_in(context: FixContext, hole: Hole, guard: Guard) -> frozenset[str]:
    """What gets out of a `try`: from this call, and from the others in it."""
    start, end = hole.scope.start + guard.body_start, hole.scope.start + guard.body_end
    inside = [
        each
        for each in context.context.holes
        if each.scope is hole.scope and start <= each.scope.start + each.site.expression.start < end
    ]
    return frozenset(name for each in (hole, *inside) for name in each.missed)


def uses_what_fails(context: FixContext, hole: Hole, guard: Guard, handler: Handler) -> bool:
    """Whether a clause uses a name that is bound in its `try` and nowhere before, if the call does not fail.

    With the call's failure such a clause would end in an UnboundLocalError.
    """
    scope = hole.scope
    missing = {
        binding.target
        for binding in scope.unit.bindings
        if guard.body_start <= binding.start < guard.body_end
        and max(binding.end, binding.value.end if binding.value is not None else 0) > hole.site.expression.start
        and not _is_bound_before(scope, binding.target, guard.body_start)
    }
    at = scope.start + handler.start
    clause = enclosing(node_at(context.tree, at, at + len("except")), *CLAUSES)
    return clause is not None and any(first_use(scope, clause, name) is not None for name in missing)


def _is_bound_before(scope: Scope, name: str, start: int) -> bool:
    origins = scope.names.get(name, ())
    return any(not isinstance(origin, Binding) or origin.start < start for origin in origins)


def names_a_tuple(context: FixContext, scope: Scope, handler: Handler) -> bool:
    """Whether a clause names a variable that holds a tuple of classes."""
    values = [value for each in handler.types for value in context.flow.evaluator.values(scope, each)]
    return len(handler.types) == 1 and any(isinstance(value, Items) for value in values)


def reads_its_own(scope: Scope, handler: Handler) -> bool:
    """Whether a clause reads what only its own class may have (`error.reason`)."""
    return any(
        isinstance(site.expression, Attribute)
        and isinstance(site.expression.value, Name)
        and site.expression.value.id == handler.name
        and site.expression.name not in _EVERY_ERROR_HAS
        and handler.body_start <= site.expression.start < handler.body_end
        for site in scope.unit.sites
    )


def clause_node(context: FixContext, handler: Handler) -> Node | None:
    """The node of a clause of the finding's scope."""
    at = context.scope.start + handler.start
    return enclosing(node_at(context.tree, at, at + len("except")), *CLAUSES)


def lines_of(source: Source, clause: Node) -> tuple[int, int] | None:
    """The first and last line of a clause with the remarks right above it; None if it shares a line with others."""
    lines = source.lines
    first, last = lines.line_of(clause.start_byte), lines.line_of(max(clause.start_byte, clause.end_byte - 1))
    head = source.slice(lines.start(first), clause.start_byte)
    if head.strip():
        return None
    while first > 0 and lines.text(first - 1).startswith(f"{head}#".encode()):
        first -= 1
    while last > first and not lines.text(last).strip():
        last -= 1
    return first, last


def removal(source: Source, first: int, last: int) -> Edit:
    """The edit that takes lines away, with the line break before them."""
    return Edit(source.lines.end(first - 1), source.lines.end(last), "")
