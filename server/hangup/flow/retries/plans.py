"""Reads what a retry of a library is told to do, from its call and the library's knowledge file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hangup.facts.expressions import Alternatives, Call, Constant, Element, Expression, Name
from hangup.facts.model import Binding, Guard
from hangup.flow.classes import ClassTree, wrapped
from hangup.flow.retries.plan import Errors, Limit, Plan, Wait
from hangup.flow.retries.written import argument, is_off, is_on, number, written
from hangup.knowledge.retries import Manner, Retrier, Setting, Term, Waits
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted, Method

_GROWTH: tuple[Manner, ...] = ("none", "random", "constant", "incrementing", "exponential", "unknown")


class Plans:
    """Finds the retries that libraries carry out. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, classes: ClassTree) -> None:
        self._evaluator = evaluator
        self._classes = classes
        self._decorating: dict[Scope, list[Plan]] = {}

    def forget(self) -> None:
        """Forget everything: a name that a plan is written with may stand for something else now."""
        self._decorating.clear()

    def decorating(self, scope: Scope) -> list[Plan]:
        """The retries that decorate a function, the innermost first."""
        if scope.definition is None or not scope.definition.decorators or scope.parent is None:
            return []
        known = self._decorating.get(scope)
        if known is None:
            plans = [self.read(scope.parent, each, "@") for each in reversed(scope.definition.decorators)]
            known = self._decorating[scope] = [plan for plan in plans if plan is not None]
        return known

    def around(self, scope: Scope, guard: Guard) -> Plan | None:
        """The retry of which the body of a `with` is one try: `for attempt in Retrying(): with attempt:`."""
        for context in guard.contexts:
            if not isinstance(context, Name):
                continue
            found = reaching(scope, context.id, context.start)
            for origin in found[1] if found is not None else ():
                if isinstance(origin, Binding) and isinstance(origin.value, Element) and found is not None:
                    plan = self.read(found[0], origin.value.value)
                    if plan is not None and plan.retrier.form == "attempts":
                        return plan
        return None

    def tries_again(self, scope: Scope) -> bool:
        """Whether a library tries a function, or a part of it, again. As with a loop by hand whose handler raises only
        in the end, that counts as handling: what comes out then is no news to the caller."""
        decorating = any(plan.errors.classes or not plan.errors.known for plan in self.decorating(scope))
        return decorating or any(self.around(scope, guard) for guard in scope.unit.guards)

    def retry(self, scope: Scope, error: str) -> bool:
        """Whether a decorator tries a function again after an error: what comes out then was decided."""
        return any(plan.errors.include(self._classes, error) is not False for plan in self.decorating(scope))

    def leaving(self, plans: Iterable[Plan], error: str) -> str | None:
        """What comes out of some retries, the innermost first, in place of an error that every try gives."""
        for plan in plans:
            included = plan.errors.include(self._classes, error)
            if included is not False and plan.silent:
                return None
            if included is True and plan.wraps is not None:
                error = wrapped(plan.wraps, error)
        return error

    def read(self, scope: Scope, expression: Expression, mark: str = "") -> Plan | None:
        """What an expression makes be tried again, if it is a retry of some library."""
        scope, expression = written(scope, expression)
        function = expression.function if isinstance(expression, Call) else expression
        if isinstance(function, Constant):
            return None
        names = [name for value in self._evaluator.values(scope, function) if (name := _qualified(value)) is not None]
        retrier = self._evaluator.catalogue.retrier(names[0]) if len(names) == 1 else None
        if retrier is None:
            return None
        hidden = isinstance(expression, Call) and (expression.has_splat("**") or expression.has_splat("*"))
        errors = self._errors(scope, expression, retrier)
        if errors is None:
            return None
        wraps, silent = _outcome(scope, expression, retrier, hidden=hidden)
        limit = Limit() if hidden else self._limit(scope, expression, retrier)
        wait = Wait("unknown") if hidden else self._wait(scope, expression, retrier)
        name = mark + retrier.match[0].replace("#", ".")
        return Plan(name, scope, expression, retrier, errors, limit, wait, wraps, silent)

    # On which errors.

    def _errors(self, scope: Scope, call: Expression, retrier: Retrier) -> Errors | None:
        given = argument(call, retrier.on)
        if given is not None:
            return self._those(scope, given)
        if isinstance(call, Call) and call.has_splat("**"):
            return Errors(known=False)
        if retrier.on is not None and not retrier.classes and retrier.form == "decorator":
            return None
        return Errors(frozenset(retrier.classes))

    def _those(self, scope: Scope, expression: Expression) -> Errors:
        scope, expression = written(scope, expression)
        if isinstance(expression, Alternatives) and expression.operator in ("|", "&"):
            return _joined([self._those(scope, each) for each in expression.options], expression.operator)
        term = self._term(scope, expression)
        if term is None:
            names, whole = self._classes.named(self._evaluator.values(scope, expression))
            whole = whole and all(self._classes.is_exception(name) for name in names)
            return Errors(names, known=whole)
        if term.any and isinstance(expression, Call):
            return _joined([self._those(scope, each.value) for each in expression.arguments], "|")
        given = argument(expression, term.value)
        if term.means == "result":
            return Errors()
        if term.value is None or term.means not in ("on", "except"):
            return Errors(known=False)
        if given is None:
            return Errors(frozenset(term.classes), known=term.means == "on")
        found = self._those(scope, given)
        if term.means == "except":
            return Errors(frozenset({"Exception"}), found.classes, known=found.known)
        return found

    # How often.

    def _limit(self, scope: Scope, call: Expression, retrier: Retrier) -> Limit:
        found = Limit(False)
        if retrier.limit is not None or retrier.tries is not None:
            found = _counted(scope, argument(call, retrier.limit), retrier)
        duration = argument(call, retrier.duration)
        if duration is not None and not is_off(scope, duration):
            found = Limit(True, found.tries, number(scope, duration))
        elif duration is None and retrier.seconds is not None:
            found = Limit(True, found.tries, retrier.seconds)
        stop = argument(call, retrier.stop)
        if stop is not None:
            found = self._stopped(scope, stop)
        if isinstance(call, Call) and any(
            call.keyword(name) is not None for name in retrier.silenced if "stop" in name
        ):
            found = Limit()
        return found

    def _stopped(self, scope: Scope, expression: Expression) -> Limit:
        scope, expression = written(scope, expression)
        if isinstance(expression, Alternatives) and expression.operator in ("|", "&"):
            parts = [self._stopped(scope, each) for each in expression.options]
            if expression.operator == "&":
                return Limit(True)
            tries = [part.tries for part in parts if part.tries is not None]
            return Limit(
                True, min(tries, default=None), next((p.seconds for p in parts if p.seconds is not None), None)
            )
        term = self._term(scope, expression)
        if term is None:
            last = expression.name if hasattr(expression, "name") else getattr(expression, "id", "")
            return Limit(False) if last == "stop_never" else Limit(None)
        given = argument(expression, term.value)
        value = number(scope, given) if given is not None else None
        if term.means == "tries":
            return Limit(True, int(value) if value is not None else None)
        return Limit(True, None, value) if term.means == "seconds" else Limit(term.means != "never")

    # After what wait.

    def _wait(self, scope: Scope, call: Expression, retrier: Retrier) -> Wait:
        found = _as_wait(retrier.waits)
        given = argument(call, retrier.wait)
        by_keyword = [w for name, w in retrier.waits_by.items() if isinstance(call, Call) and call.keyword(name)]
        if by_keyword:
            found = _as_wait(by_keyword[0])
        elif isinstance(call, Call) and any(call.keyword(name) for name in retrier.silenced if "wait" in name):
            found = Wait("unknown")
        elif given is not None:
            found = self._waited(scope, given, retrier.unit)
        factor = argument(call, retrier.factor)
        if factor is not None and not found.is_none and number(scope, factor) not in (1, 0):
            found = Wait("exponential", found.seconds, found.jitter)
        jitter = argument(call, retrier.jitter)
        if jitter is None:
            return found
        return Wait(found.manner, found.seconds, not is_off(scope, jitter))

    def _waited(self, scope: Scope, expression: Expression, unit: float) -> Wait:
        scope, expression = written(scope, expression)
        value = number(scope, expression)
        if value is not None:
            return Wait("constant" if value else "none", value * unit)
        if isinstance(expression, Alternatives) and expression.operator == "+":
            parts = [self._waited(scope, each, unit) for each in expression.options]
            manner = max((part.manner for part in parts), key=_GROWTH.index)
            return Wait(manner, None, any(part.jitter for part in parts))
        term = self._term(scope, expression)
        if term is None or term.means != "wait":
            return Wait("unknown")
        given = argument(expression, term.value)
        seconds = number(scope, given) if given is not None else term.waits.seconds
        return Wait(term.waits.manner, seconds, term.waits.jitter)

    def _term(self, scope: Scope, expression: Expression) -> Term | None:
        function = expression.function if isinstance(expression, Call) else expression
        if isinstance(function, Constant):
            return None
        names = [value.name for value in self._evaluator.values(scope, function) if isinstance(value, Dotted)]
        return self._evaluator.catalogue.term(names[0]) if len(names) == 1 else None


def _qualified(value: object) -> str | None:
    if isinstance(value, Dotted):
        return value.name
    return value.qualified if isinstance(value, Method) else None


def _as_wait(waits: Waits) -> Wait:
    return Wait(waits.manner, waits.seconds, waits.jitter)


def _counted(scope: Scope, given: Expression | None, retrier: Retrier) -> Limit:
    more = 1 if retrier.counts == "retries" else 0
    if given is None and retrier.form == "policy" and retrier.tries:
        return Limit(True)  # other arguments may limit it for some errors
    if given is None:
        return Limit(retrier.tries is not None, retrier.tries + more if retrier.tries is not None else None)
    _, found = written(scope, given)
    if isinstance(found, Constant) and found.value is None:
        return Limit(None if retrier.form == "policy" else False)
    if isinstance(found, Constant) and found.value is False:
        return Limit(True, 1)
    value = number(scope, given)
    if value is None:
        return Limit(None if retrier.unlimited is not None else True)
    return Limit(False) if value == retrier.unlimited else Limit(True, int(value) + more)


def _joined(parts: list[Errors], operator: str) -> Errors:
    if operator == "&":
        # What each of them takes: no more than the first that says anything.
        first = next((part for part in parts if part.known), None)
        return Errors(first.classes, first.excluded, exact=False) if first is not None else Errors(known=False)
    classes = frozenset(name for part in parts for name in part.classes)
    plain = not any(part.excluded for part in parts)
    return Errors(classes, exact=all(p.exact for p in parts), known=plain and all(p.known for p in parts))


def _outcome(scope: Scope, call: Expression, retrier: Retrier, *, hidden: bool) -> tuple[str | None, bool]:
    """The class that comes out in the end, None for the last error; and whether nothing does."""
    swallows = argument(call, retrier.swallows)
    silenced = _given(call, (name for name in retrier.silenced if name.startswith("retry_error")))
    silent = silenced or (swallows is not None and is_off(scope, swallows))
    if retrier.wraps is None or hidden or silent:
        return None, silent
    wrap = argument(call, retrier.wrap)
    if retrier.wrap is not None:
        return (retrier.wraps if wrap is not None and is_on(scope, wrap) else None), False
    reraise = argument(call, retrier.reraise)
    return (retrier.wraps if reraise is None or is_off(scope, reraise) else None), False


def _given(call: Expression, names: Iterator[str]) -> bool:
    return isinstance(call, Call) and any(call.keyword(name) is not None for name in names)


def setting_names(retrier: Retrier) -> list[Setting]:
    """All the arguments that an entry names."""
    named = (retrier.on, retrier.limit, retrier.duration, retrier.stop, retrier.wait, retrier.factor, retrier.jitter)
    return [each for each in (*named, retrier.reraise, retrier.wrap, *retrier.methods) if each is not None]
