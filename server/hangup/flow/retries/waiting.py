"""What a program waits for between two tries of a loop by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hangup.facts.expressions import Attribute, Call, Constant, Element, Expression, Name, dotted, parts_of
from hangup.facts.model import Site
from hangup.flow.analysis import Flow
from hangup.flow.retries.plan import Wait
from hangup.flow.retries.written import number, written
from hangup.resolve.project import Scope

_WAITS = re.compile(
    r"sleep|wait|delay|back_?off|pause|throttle|poll|select|acquire|join|limit|retry|tick|idle|cool|yield|schedul", re.I
)
_MAY_WAIT = frozenset({"get", "input", "accept", "recv", "read", "readline", "result", "receive", "consume", "take"})
_CHANCE = re.compile(r"random|jitter|uniform|randint|randrange|gauss|variate|secrets", re.I)
_ARITHMETIC = frozenset({"min", "max", "int", "float", "pow", "round", "len", "abs"})
_STEPS = 3
UNKNOWN = Wait("unknown", None, True)


def waiting(flow: Flow, scope: Scope, sites: Iterable[Site], stepped: tuple[str, ...]) -> Wait:
    """How long the calls at some sites make the program wait. stepped: names that change from round to round."""
    found = Wait()
    for site in sites:
        call = site.expression
        if site.kind == "enter" and _WAITS.search(dotted(call.function if isinstance(call, Call) else call) or ""):
            return UNKNOWN
        if site.kind != "call" or not isinstance(call, Call):
            continue
        last = _last(call.function)
        if last == "sleep":
            found = _slept(scope, call, stepped)
            if not found.is_none:
                return found
        elif _WAITS.search(last) or last in _MAY_WAIT or _callee_waits(flow, scope, site):
            return UNKNOWN
    return found


def _slept(scope: Scope, call: Call, stepped: tuple[str, ...]) -> Wait:
    argument = call.positional(0)
    if argument is None:
        return UNKNOWN
    seconds = number(scope, argument) if dotted(argument) not in stepped else None
    if seconds is not None:
        return Wait("constant" if seconds else "none", seconds)
    texts: set[str] = set()
    plain = True
    for part in _deep(scope, argument):
        if isinstance(part, Name | Attribute):
            texts.add(dotted(part) or "")
        plain = plain and not (isinstance(part, Call) and _last(part.function) not in _ARITHMETIC)
    if any(_CHANCE.search(text) for text in texts):
        return Wait("unknown", None, True)
    if texts & set(stepped):
        return Wait("exponential", None, False) if plain else Wait("unknown", None, True)
    return Wait("unknown", None, True)


def _deep(scope: Scope, expression: Expression) -> Iterable[Expression]:
    """The parts of an expression, and those of what the names in it were given."""
    for part in parts_of(expression):
        yield part
        if isinstance(part, Name):
            _, given = written(scope, part)
            if given is not part and not isinstance(given, Constant | Element):
                yield from parts_of(given)


def _callee_waits(flow: Flow, scope: Scope, site: Site) -> bool:
    queue = [(callee, _STEPS) for callee in flow.effects.of(scope, site).callees]
    seen = {callee for callee, _ in queue}
    for callee, steps in queue:
        for each in callee.unit.sites:
            call = each.expression
            if each.kind == "call" and isinstance(call, Call) and _WAITS.search(_last(call.function)):
                return True
            if steps > 1:
                more = [c for c in flow.effects.of(callee, each).callees if c not in seen]
                seen.update(more)
                queue += [(c, steps - 1) for c in more]
    return False


def _last(function: Expression) -> str:
    if isinstance(function, Attribute):
        return function.name
    return function.id if isinstance(function, Name) else ""
