"""What every retry of a statement shares: whether it may be repeated, on which errors, how long to wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hangup.facts.expressions import Call, Constant
from hangup.facts.model import Site
from hangup.fixes.fix import Fix, FixContext
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name, is_taken
from hangup.fixes.policy import number
from hangup.fixes.statements import Place, place_of, why_not
from hangup.flow.effects import Effect
from hangup.flow.holes import Hole

_JUMPS = ("break_statement", "continue_statement")
_UNSAFE = ("POST", "PATCH")
_MOST_FUNCTIONS = 20
"""So many of the project's functions are looked into for what would be sent again."""


@dataclass(frozen=True)
class Retrial:
    """A statement that can be run again.

    clause: the expression of the classes to try again on; modules: those that it needs imported.
    attempt: a free name for the variable of the loop. unsafe: how many of its calls send something that the peer may
    then carry out twice. waits: `await ` where it must not block.
    """

    hole: Hole
    place: Place
    clause: str
    modules: list[str]
    attempt: str
    unsafe: int
    waits: str

    @property
    def inner(self) -> str:
        """The indentation of what stands in the loop."""
        return self.place.indent + self.place.step

    def title(self, words: str) -> str:
        """The title of a fix, which says so if a retry may send twice."""
        return f"{words} (may send twice)" if self.unsafe else words

    def fix(self, context: FixContext, name: str, title: str, lines: list[str], modules: Iterable[str | None]) -> Fix:
        """The fix that writes these lines in place of the statement. modules: imports that they need besides."""
        imports = add_imports(context.source, context.tree, [*self.modules, *modules])
        return Fix(self.title(title), (*imports, self.place.edit(lines)), name, applicability="unsafe")


def retrial(context: FixContext) -> Retrial | None:
    """The statement of the finding's call; None where it cannot be repeated as a whole (`why_not_repeated`)."""
    hole = context.hole
    if hole is not None and context.finding.code == "HUP102" and hole.callee is None:
        return None  # what the clauses around it are for is known: they can be made to catch the rest
    place = _place(context, hole) if hole is not None else None
    if hole is None or place is None or _obstacle(context, hole, place):
        return None
    clause, modules = clause_for(context, hole, place.start, place.end)
    waits = "await " if hole.scope.unit.is_async or hole.site.awaited else ""
    attempt = free_name(context, hole.scope, "attempt", "retry_attempt")
    unsafe = sum(is_unsafe(site, effect) for site, effect in _reached(context, hole, place))
    return Retrial(hole, place, clause, modules, attempt, unsafe, waits)


def why_not_repeated(context: FixContext) -> str:
    """Why the statement of the finding's call cannot be repeated; empty where it can."""
    hole = context.hole
    if hole is None or context.finding.code == "HUP102":
        return ""
    place = _place(context, hole)
    if place is None:
        at = hole.scope.start + hole.site.expression.start
        return why_not(context.tree, at, hole.scope.start + hole.site.expression.end)
    return _obstacle(context, hole, place)


def _place(context: FixContext, hole: Hole) -> Place | None:
    at = hole.scope.start + hole.site.expression.start
    return place_of(context.source, context.tree, at, hole.scope.start + hole.site.expression.end)


def _obstacle(context: FixContext, hole: Hole, place: Place) -> str:
    """What speaks against running the statements again; empty if nothing does."""
    if not _connects_anew(context, hole, place):
        return "it goes on with a connection that the failure has ended: repeat what makes the connection as well"
    if not place.is_simple:
        return "what stands in its body would run again, with all that it has already done"
    if _jumps(place):
        return "it holds a yield, or a break or continue of the loop around it"
    if hole.scope.unit.kind == "class":
        return "the name of the loop would become an attribute of the class: make the value in a function first"
    if any(is_taken(context, hole.scope, name) for name in ("range", "min")):
        return "range or min means something else here"
    return ""


def is_unsafe(site: Site, effect: Effect) -> bool:
    """Whether a call sends what must not arrive twice, as far as its name or method says."""
    if any(entry.idempotent is False for _, entry in effect.entries):
        return True
    call = site.expression
    if not isinstance(call, Call) or not effect.entries:
        return False
    method = call.keyword("method") or call.positional(0)
    return isinstance(method, Constant) and str(method.value).upper() in _UNSAFE


def _reached(context: FixContext, hole: Hole, place: Place) -> Iterator[tuple[Site, Effect]]:
    """What runs again with the statements: their own calls, and those of the project's functions that they run."""
    effects, start, end = context.flow.effects, place.start, place.end
    found = [
        (site, effect)
        for site, effect in effects.within(hole.scope)
        if start <= hole.scope.start + site.expression.start < end
    ]
    seen: set[int] = set()
    while found:
        site, effect = found.pop()
        yield site, effect
        for callee in effect.callees:
            if id(callee) not in seen and len(seen) < _MOST_FUNCTIONS:
                seen.add(id(callee))
                found += effects.within(callee)


def span(context: FixContext) -> str:
    """The expression of the longest wait after an attempt, `min(30, 0.5 * 2`, up to the exponent."""
    return f"min({number(context.policy.cap)}, {number(context.policy.base)} * 2"


def _connects_anew(context: FixContext, hole: Hole, place: Place) -> bool:
    """Whether every attempt makes its own connection: reading again from one that was reset gives nothing."""
    if hole.effect.entries:
        return _connects(hole.effect)
    return any(_connects(effect) for _, effect in _reached(context, hole, place))


def _connects(effect: Effect) -> bool:
    return any(phase in ("connect", "resolve") for _, entry in effect.entries for phase in entry.phase)


def _jumps(place: Place) -> bool:
    """Whether a `break` or `continue` of an outer loop, or a `yield`, stands in the statements."""
    stack = list(place.nodes)
    while stack:
        node = stack.pop()
        if node.type in (*_JUMPS, "yield"):
            return True
        if node.type not in ("function_definition", "class_definition", "lambda", "for_statement", "while_statement"):
            stack.extend(node.named_children)
    return False
