"""Retries by hand: a loop, or a handler that calls its own function, tries the same again."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import (
    Alternatives,
    Attribute,
    Call,
    Constant,
    Expression,
    Name,
    Opaque,
    Sequence,
    dotted,
    parts_of,
)
from hangup.facts.model import Binding, Handler, Loop, Round, Site
from hangup.flow.analysis import Flow
from hangup.flow.effects import Failures
from hangup.flow.retries.plan import Errors, Limit
from hangup.flow.retries.tried import Retry, Tried
from hangup.flow.retries.tries import Tries
from hangup.flow.retries.waiting import waiting
from hangup.flow.retries.written import number
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted

_COUNTERS = frozenset({"itertools.count", "itertools.repeat"})
_TAKERS = frozenset({"pop", "popleft", "popitem", "next", "get", "get_nowait", "readline", "choice", "anext", "send"})
_STEPS = 4


def loops(flow: Flow, tries: Tries, scope: Scope) -> Iterator[Retry]:
    """The loops of a unit that make the same network call again after an error of it."""
    for loop in scope.unit.loops:
        for each in loop.rounds:
            retry = _loop(flow, tries, scope, loop, each)
            if retry is not None:
                yield retry


def _loop(flow: Flow, tries: Tries, scope: Scope, loop: Loop, turn: Round) -> Retry | None:
    limit = _limit(flow, scope, loop, turn)
    if limit is None or limit.tries == 1 or (loop.kind == "for" and turn.success == "never"):
        return None
    tried, retried, clauses = _caught(flow, tries, scope, turn)
    if not tried or _goes_on(flow, scope, loop, tried[0].site):
        return None
    first = tried[0].site
    sites = list(_between(scope, loop, turn, clauses, first))
    word = "for" if loop.kind == "for" else "while"
    names = frozenset(name for c in clauses for name in flow.guards.caught(scope, c)[0])
    return Retry(
        "loop",
        scope,
        loop.start,
        loop.start + len(word),
        "this loop",
        tried,
        Errors(names),
        limit,
        waiting(flow, scope, sites, loop.stepped),
        retried,
        escapes=flow.connectivity(flow.escapes.of_one_try(scope).all),
        success="always" if _ends_by_condition(scope, loop) else turn.success,
        opaque=any(flow.effects.is_opaque(scope, site) for site in sites)
        or any(_looks_into(scope, turn.guard, clause) for clause in clauses),
    )


def _caught(flow: Flow, tries: Tries, scope: Scope, turn: Round) -> tuple[list[Tried], Failures, list[Handler]]:
    """The calls in the `try`, those of their errors that lead to another round, and the clauses by which they do."""
    inside = flow.guards.inside(scope, turn.guard)
    handlers = scope.unit.guards[turn.guard].handlers
    found: list[Tried] = []
    retried: Failures = {}
    clauses: dict[int, Handler] = {}
    for site, effect in flow.effects.within(scope):
        if site.guard not in inside:
            continue
        for tried in tries.at(scope, site, effect):
            passage = flow.guards.follow(scope, site.guard, tried.errors, until=turn.guard)
            for name in passage.through:
                clause = flow.guards.clause_for(scope, turn.guard, name)
                if clause in turn.clauses and clause is not None and name in tried.errors:
                    clauses[clause] = handlers[clause]
                    retried[name] = retried.get(name, frozenset()) | tried.errors[name]
                    if tried not in found:
                        found.append(tried)
    return found, retried, list(clauses.values())


def _looks_into(scope: Scope, guard: int, clause: Handler) -> bool:
    """Whether a clause raises some errors again and looks into them before: which go round is not known then."""
    handlers = scope.unit.guards[guard].handlers
    raises = any(each.handler == (guard, handlers.index(clause)) for each in scope.unit.raises)
    return raises and any(
        isinstance(part, Name) and part.id == clause.name
        for site in scope.unit.sites
        if clause.body_start <= site.expression.start < clause.body_end and _asks(site)
        for part in parts_of(site.expression)
    )


def _asks(site: Site) -> bool:
    """Whether a site reads an attribute, or is a call that tells something of its argument."""
    call = site.expression
    return site.kind == "read" or (isinstance(call, Call) and _last(call.function) in ("isinstance", "str", "getattr"))


def _between(scope: Scope, loop: Loop, turn: Round, clauses: list[Handler], first: Site) -> Iterator[Site]:
    """The sites that run between an error of the first call and the next try of it."""
    body = scope.unit.guards[turn.guard].body_start
    regions = [(loop.start, body), (turn.end, loop.end), (body, first.expression.start)]
    regions += [(clause.body_start, clause.body_end) for clause in clauses]
    for site in scope.unit.sites:
        start = site.expression.start
        # The call itself begins where its receiver does: `session().get()`.
        if site is not first and any(begin <= start < end for begin, end in regions):
            yield site


# When it ends.


def _limit(flow: Flow, scope: Scope, loop: Loop, turn: Round) -> Limit | None:
    """When a loop gives up; None if it is a loop over things, not over tries."""
    subject = loop.subject
    if loop.kind == "while":
        if isinstance(subject, Constant) and subject.value:
            return Limit(turn.gives_up)
        names = {text for part in parts_of(subject) if (text := dotted(part)) is not None}
        if names & set(loop.stepped):
            return _counted(scope, loop, names)
        return Limit(turn.gives_up) if _ends_by_success(scope, loop, turn, names) else Limit(None)
    if isinstance(subject, Sequence):
        plain = subject.items and all(isinstance(item, Constant) for item in subject.items)
        return Limit(True, len(subject.items)) if plain else None
    if not isinstance(subject, Call):
        return None
    names = {value.name for value in flow.evaluator.values(scope, subject.function) if isinstance(value, Dotted)}
    if names & _COUNTERS:
        return Limit(turn.gives_up)
    if names != {"range"}:
        return None
    given = [number(scope, argument.value) for argument in subject.arguments]
    if len(given) == 1 and given[0] is not None:
        return Limit(True, int(given[0]))
    if len(given) == 2 and given[0] is not None and given[1] is not None:
        return Limit(True, int(given[1] - given[0]))
    return Limit(True)


def _ends_by_success(scope: Scope, loop: Loop, turn: Round, names: set[str]) -> bool:
    """Whether nothing but a try that succeeds changes what the loop's condition looks at: `while not done`."""
    bound = [b for b in scope.unit.bindings if b.target in names and loop.body_start <= b.start < loop.end]
    body = scope.unit.guards[turn.guard]
    return names <= {b.target for b in bound} and all(body.body_start <= b.start < body.body_end for b in bound)


def _counted(scope: Scope, loop: Loop, names: set[str]) -> Limit:
    """The tries of `while attempt < 5` and `while retries > 0`, where the numbers are written."""
    counters = names & set(loop.counted)
    starts = [b.value for b in scope.unit.bindings if b.target in counters and b.start < loop.start]
    begun = number(scope, starts[0]) if len(starts) == 1 and starts[0] is not None else None
    sides = loop.subject.parts if isinstance(loop.subject, Opaque) else ()
    end = [number(scope, side) for side in sides if dotted(side) not in counters]
    bound = 0 if isinstance(loop.subject, Name) else end[0] if len(sides) == 2 and len(end) == 1 else None
    if begun is None or bound is None or (begun not in (0, 1) and bound not in (0, 1)):
        return Limit(True)
    # From 0 up to 5, or from 5 down to 0.
    return Limit(True, int(abs(bound - begun)) + loop.inclusive)


def _ends_by_condition(scope: Scope, loop: Loop) -> bool:
    """Whether the loop's body binds a name that its condition looks at."""
    names = {text for part in parts_of(loop.subject) if (text := dotted(part)) is not None}
    return any(b.target in names and loop.body_start <= b.start < loop.end for b in scope.unit.bindings)


# Whether it is the same that is tried again.


def _goes_on(flow: Flow, scope: Scope, loop: Loop, site: Site) -> bool:
    """Whether the call is another one in the next round: it depends on what the loop goes over, or takes from."""
    stack: list[tuple[Expression, int]] = [(site.expression, _STEPS)]
    seen: set[str] = set()
    while stack:
        expression, steps = stack.pop()
        for part in parts_of(expression):
            if isinstance(part, Call) and part is not site.expression and _last(part.function) in _TAKERS:
                return True
            text = dotted(part)
            if text is None or text in seen:
                continue
            seen.add(text)
            if text in loop.stepped:
                return True
            for binding in scope.unit.bindings:
                if binding.target != text or not loop.start <= binding.start < site.expression.start:
                    continue
                if steps == 0 or not _is_made_anew(flow, scope, binding.value):
                    return True
                if binding.value is not None:
                    stack.append((binding.value, steps - 1))
    return False


def _is_made_anew(flow: Flow, scope: Scope, value: Expression | None) -> bool:
    """Whether a name is given the same in each round: a literal, or a new object of a class."""
    if isinstance(value, Constant):
        return True
    if not isinstance(value, Call):
        return False
    functions = flow.evaluator.values(scope, value.function)
    return bool(functions) and all(
        (isinstance(f, Defined) and f.scope.unit.kind == "class")
        or (isinstance(f, Dotted) and bool(flow.catalogue.calls(f.name) or flow.catalogue.class_(f.name)))
        for f in functions
    )


def _last(function: Expression) -> str:
    if isinstance(function, Attribute):
        return function.name
    return function.id if isinstance(function, Name) else ""


# A handler that calls its own function.


def recursions(flow: Flow, tries: Tries, scope: Scope) -> Iterator[Retry]:
    """The clauses of a function that call it again."""
    if scope.unit.kind != "function":
        return
    for site, effect in flow.effects.within(scope):
        call = site.expression
        if scope not in effect.callees or not isinstance(call, Call) or scope.unit.name != _last(call.function):
            continue
        for index, guard in enumerate(scope.unit.guards):
            for at, handler in enumerate(guard.handlers):
                if handler.body_start <= call.start < handler.body_end:
                    turn = Round(index, (at,), handler.body_end, "always", False)
                    retry = _recursion(flow, tries, scope, turn, handler, site, call)
                    if retry is not None:
                        yield retry


def _recursion(
    flow: Flow, tries: Tries, scope: Scope, turn: Round, handler: Handler, site: Site, call: Call
) -> Retry | None:
    tried, retried, _ = _caught(flow, tries, scope, turn)
    limit = _depth(scope, call)
    if not tried or limit is None:
        return None
    before = [s for s in scope.unit.sites if handler.body_start <= s.expression.start < call.start]
    return Retry(
        "recursion",
        scope,
        call.function.start,
        call.function.end,
        f"{scope.unit.name}() calling itself",
        tried,
        Errors(flow.guards.caught(scope, handler)[0]),
        limit,
        waiting(flow, scope, before, ()),
        retried,
        escapes=flow.connectivity(flow.escapes.of_one_try(scope).all),
        opaque=any(flow.effects.is_opaque(scope, each) for each in before),
    )


def _depth(scope: Scope, call: Call) -> Limit | None:
    """How often a function calls itself: a flag that is given stands for one more time. None if it is given other
    things than it got."""
    names = {parameter.name for parameter in scope.unit.parameters}
    counted = False
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Constant):
            return Limit(True, 2)
        if isinstance(value, Alternatives) and value.operator in ("+", "-"):
            counted = True
        elif not isinstance(value, Name) or value.id not in names or _is_rebound(scope, value):
            return None
    return Limit(True) if counted else Limit(None)


def _is_rebound(scope: Scope, name: Name) -> bool:
    found = reaching(scope, name.id, name.start)
    return found is None or any(isinstance(origin, Binding) for origin in found[1])
