"""All the retries of a module."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Attribute, Call, Name
from hangup.flow.analysis import Flow
from hangup.flow.effects import Failures
from hangup.flow.retries.loops import loops, recursions
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.tried import Retry, Tried
from hangup.flow.retries.tries import Tries
from hangup.flow.retries.written import argument, number, written
from hangup.resolve.project import Module, Scope
from hangup.resolve.values import Defined


def retries(flow: Flow, module: Module) -> list[Retry]:
    """The retries of a module, in the order of its units."""
    tries = Tries(flow)
    found: list[Retry] = []
    for scope in module.scopes:
        found += _decorators(flow, tries, scope)
        found += _attempts(flow, tries, scope)
        found += _applied(flow, tries, scope)
        found += loops(flow, tries, scope)
        if scope.unit.guards:
            found += recursions(flow, tries, scope)
        found += _policies(flow, scope)
    return found


def _decorators(flow: Flow, tries: Tries, scope: Scope) -> Iterator[Retry]:
    plans = flow.plans.decorating(scope)
    if not plans or scope.parent is None:
        return
    tried = tries.within(scope)
    one_try = flow.escapes.of_one_try(scope).all
    errors = {name: one_try[name] for name in flow.connectivity(one_try)}
    for plan in plans:
        expression = _decorator(scope, plan)
        yield _planned(flow, "decorator", scope, plan, tried, errors, expression, flow.escapes.is_opaque(scope))


def _decorator(scope: Scope, plan: Plan) -> tuple[Scope, int, int]:
    """Where a plan is written above its function: the plan itself may have been given a name elsewhere."""
    if scope.definition is not None and scope.parent is not None:
        for each in scope.definition.decorators:
            if each is plan.expression or len(scope.definition.decorators) == 1:
                target = each.function if isinstance(each, Call) else each
                return scope.parent, target.start, target.end
    target = plan.expression.function if isinstance(plan.expression, Call) else plan.expression
    return plan.scope, target.start, target.end


def _attempts(flow: Flow, tries: Tries, scope: Scope) -> Iterator[Retry]:
    for index, guard in enumerate(scope.unit.guards):
        if guard.kind != "with" or not any(isinstance(context, Name) for context in guard.contexts):
            continue
        plan = flow.plans.around(scope, guard)
        if plan is None:
            continue
        tried = tries.within(scope, index)
        errors = _merged(tried)
        inside = flow.guards.inside(scope, index)
        opaque = any(flow.effects.is_opaque(scope, site) for site in scope.unit.sites if site.guard in inside)
        target = plan.expression.function if isinstance(plan.expression, Call) else plan.expression
        yield _planned(flow, "attempts", scope, plan, tried, errors, (plan.scope, target.start, target.end), opaque)


def _applied(flow: Flow, tries: Tries, scope: Scope) -> Iterator[Retry]:
    """A library's loop that is called with a function of the project: `Retrying(...)(fetch, url)`."""
    if "tenacity" not in flow.imported:
        return
    for site in scope.unit.sites:
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call) or not isinstance(call.function, Call | Name):
            continue
        _, made = written(scope, call.function)
        given = call.positional(0)
        if not isinstance(made, Call) or given is None:
            continue
        plan = flow.plans.read(scope, made)
        if plan is None or plan.retrier.form != "attempts":
            continue
        for value in flow.evaluator.values(scope, given):
            if isinstance(value, Defined) and value.scope.unit.kind == "function":
                tried = tries.within(value.scope)
                target = made.function
                place = (plan.scope, target.start, target.end)
                opaque = flow.escapes.is_opaque(value.scope)
                yield _planned(flow, "attempts", value.scope, plan, tried, _merged(tried), place, opaque)


def _policies(flow: Flow, scope: Scope) -> Iterator[Retry]:
    """Clients that are told to try again by themselves: which calls they make is not looked at."""
    names = flow.effects.sieve.policies
    for site in scope.unit.sites if names else ():
        call = site.expression
        if site.kind != "call" or not isinstance(call, Call):
            continue
        function = call.function
        last = function.name if isinstance(function, Attribute) else getattr(function, "id", "")
        if last not in names:
            continue
        plan = flow.plans.read(scope, call)
        if plan is not None and plan.retrier.form == "policy" and _is_told(scope, call, plan):
            place = (scope, function.start, function.end)
            yield _planned(flow, "policy", scope, plan, [], {}, place, opaque=False)


def _is_told(scope: Scope, call: Call, plan: Plan) -> bool:
    """Whether a client is told to try again here, and not by another policy that is given to it."""
    given = argument(call, plan.retrier.limit)
    if given is not None and plan.retrier.wait is None and number(scope, given) is None:
        return False
    return bool(call.arguments) and (plan.limit.tries is None or plan.limit.tries > 1)


def _planned(
    flow: Flow,
    kind: str,
    scope: Scope,
    plan: Plan,
    tried: list[Tried],
    errors: Failures,
    place: tuple[Scope, int, int],
    opaque: bool,
) -> Retry:
    retried: Failures = {}
    missed: Failures = {}
    for name, faults in errors.items():
        included = plan.errors.include(flow.classes, name)
        if included is not None:
            (retried if included else missed)[name] = faults
    out = (flow.plans.leaving([plan], name) for name in errors)
    return Retry(
        kind,  # type: ignore[arg-type]
        place[0],
        place[1],
        place[2],
        plan.name,
        tried,
        plan.errors,
        plan.limit,
        plan.wait,
        retried,
        missed,
        frozenset(name for name in out if name is not None),
        plan=plan,
        opaque=opaque,
    )


def _merged(tried: list[Tried]) -> Failures:
    errors: Failures = {}
    for each in tried:
        for name, faults in each.errors.items():
            errors[name] = errors.get(name, frozenset()) | faults
    return errors
