"""What the guards around a place stop, let through, or turn into something else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import msgspec

from hangup.facts.expressions import Alternatives, Call, Constant, Expression, Name, dotted
from hangup.facts.model import NOWHERE, Guard, Handler, Raise
from hangup.flow.classes import ClassTree, grouped, in_group
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.plans import Plans
from hangup.flow.verdicts import Verdicts
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.language import EXPECTING, STRICT_GROUPS, SUPPRESSING, TASK_GROUPS
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted, Instance, ProjectInstance

_EXITS = ("__exit__", "__aexit__")
_ANYTHING = frozenset({"BaseException", "Exception"})


class Passage(msgspec.Struct):
    """What became of the errors that rose at a place, on their way out of the unit.

    through: those that leave it as they are. explicit: those that a handler raised on purpose, as another class or
    by a bare `raise` where it caught just them; one that catches anything, and raises it again, has only cleaned up.
    stopped: those that ended at a guard,
    with the guard's index and, for a `try`, the clause.
    """

    through: set[str] = set()
    explicit: set[str] = set()
    stopped: dict[str, tuple[int, int | None]] = {}


class _Managing(NamedTuple):
    """What the context managers of a `with` do to errors: the classes they swallow, who sees them, whether they group
    them, and the retry that the body is one try of."""

    swallowed: frozenset[str]
    managers: list[Scope]
    is_group: bool
    plan: Plan | None


class Guards:
    """Follows errors through guards. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, classes: ClassTree, plans: Plans) -> None:
        self._evaluator = evaluator
        self._classes = classes
        self._plans = plans
        self._verdicts = Verdicts(evaluator, classes)
        self._entered: set[Scope] = set()
        self._with: dict[Scope, dict[int, _Managing]] = {}
        self._types: dict[Scope, dict[int, tuple[frozenset[str], bool]]] = {}
        self._followed: dict[tuple[Scope, int, int, frozenset[str]], Passage] = {}

    def follow(self, scope: Scope, guard: int, errors: Collection[str], until: int = NOWHERE) -> Passage:
        """Follow errors that rise inside `guard` outwards, to the unit's edge or to the guard `until` (which is left
        out). The passage is shared by all who ask the same: it is not to be changed."""
        if guard in (NOWHERE, until):
            retried = {error for error in errors if guard == NOWHERE and self._plans.retry(scope, error)}
            return Passage(set(errors) - retried, retried)
        key = (scope, guard, until, frozenset(errors))
        known = self._followed.get(key)
        if known is None:
            known = Passage()
            self._outwards(scope, guard, dict.fromkeys(errors, False), until, known)
            if not self._entered:  # what is found inside of a manager may depend on how one came there
                self._followed[key] = known
        return known

    def caught(self, scope: Scope, handler: Handler) -> tuple[frozenset[str], bool]:
        """The classes that a clause names, and whether all of its expression was understood. A bare one is
        BaseException."""
        in_scope = self._types.setdefault(scope, {})
        known = in_scope.get(handler.start)
        if known is None:
            if not handler.types:
                known = frozenset({"BaseException"}), True
            else:
                parts = [self._named(scope, each) for each in handler.types]
                known = frozenset(n for names, _ in parts for n in names), all(whole for _, whole in parts)
            in_scope[handler.start] = known
        return known

    def _named(self, scope: Scope, expression: Expression) -> tuple[frozenset[str], bool]:
        """The classes that an expression of a clause names. A class is true: `A or B` is A, and `A and B` is B."""
        if isinstance(expression, Alternatives) and expression.operator in ("or", "and"):
            kept = self._named(scope, expression.options[0 if expression.operator == "or" else -1])
            if kept[1]:
                return kept
        return self._classes.named(self._evaluator.values(scope, expression))

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget the clauses of scopes that have changed, and what went through anything."""
        self._followed.clear()
        for scope in scopes:
            self._types.pop(scope, None)
            self._with.pop(scope, None)

    def catches(self, scope: Scope, handler: Handler, error: str) -> bool:
        """Whether the clause catches an error; where its expression is not understood, it is taken to."""
        names, whole = self.caught(scope, handler)
        ancestors = self._classes.ancestors(error)
        if handler.star and (inner := grouped(error)) is not None:
            ancestors = (*ancestors, *self._classes.ancestors(inner))
        if not whole or not names.isdisjoint(ancestors):
            return True
        if any(self._classes.is_namesake(name, error) and not self._is_missing(name) for name in names):
            return True
        return any(self._is_former_base(name, error) for name in names)

    def _is_former_base(self, name: str, error: str) -> bool:
        """Whether a class was the base of a library's errors in versions before the measured ones: who names it has
        such a version."""
        catalogue = self._evaluator.catalogue
        entry, pack = catalogue.exception(name), catalogue.pack_of(name)
        if entry is None or pack is None or entry.until is None or entry.bases != ["Exception"]:
            return False
        return pack.library.distribution is not None and pack is catalogue.pack_of(error)

    def _is_missing(self, name: str) -> bool:
        """Whether a library lists the module's classes and this is none of them: no class at all."""
        pack = self._evaluator.catalogue.pack_of(name)
        return pack is not None and name.rpartition(".")[0] in pack.library.modules

    def suppressed(self, scope: Scope, guard: Guard) -> frozenset[str]:
        """The classes that a `with` swallows."""
        names: set[str] = set()
        for context in guard.contexts:
            if not isinstance(context, Call):
                continue
            if (dotted(context.function) or "").rpartition(".")[2] in EXPECTING:
                return frozenset({"BaseException"})
            functions = self._evaluator.values(scope, context.function)
            if any(isinstance(f, Dotted) and f.name in SUPPRESSING for f in functions):
                for argument in context.arguments:
                    found, whole = self._classes.named(self._evaluator.values(scope, argument.value))
                    names |= found if whole else {"BaseException"}
        return frozenset(names)

    def enclosing(self, scope: Scope, guard: int) -> Iterator[tuple[int, Guard]]:
        """The guards from `guard` outwards."""
        while guard != NOWHERE:
            yield guard, scope.unit.guards[guard]
            guard = scope.unit.guards[guard].parent

    def inside(self, scope: Scope, guard: int) -> set[int]:
        """The guards that stand inside `guard`, and itself."""
        found = {guard}
        for index, fact in enumerate(scope.unit.guards):  # what is further out comes first
            if fact.parent in found:
                found.add(index)
        return found

    def caught_anywhere(self, scope: Scope, error: str) -> bool:
        """Whether any clause of a scope catches and ends an error."""
        handlers = (handler for guard in scope.unit.guards for handler in guard.handlers)
        return any(handler.outcome == "handles" and self.catches(scope, handler, error) for handler in handlers)

    def _outwards(self, scope: Scope, guard: int, errors: dict[str, bool], until: int, passage: Passage) -> None:
        """errors: class to whether a handler raised it on purpose."""
        while guard not in (NOWHERE, until) and errors:
            fact = scope.unit.guards[guard]
            if fact.kind == "finally":
                passage.stopped.update(dict.fromkeys(errors, (guard, None)))
                return
            if fact.kind == "with":
                errors = self._through_managers(scope, guard, fact, errors, passage)
            else:
                errors = self._through_clauses(scope, guard, fact, errors, passage)
            guard = fact.parent
        for error, explicit in errors.items():
            retried = guard == NOWHERE and self._plans.retry(scope, error)
            (passage.explicit if explicit or retried else passage.through).add(error)

    def _through_managers(
        self, scope: Scope, guard: int, fact: Guard, errors: dict[str, bool], passage: Passage
    ) -> dict[str, bool]:
        names, managers, is_group, plan = self._managing(scope, guard, fact)
        if not (names or managers or is_group or plan):
            return errors
        after: dict[str, bool] = {}
        for error, explicit in errors.items():
            left = {error: explicit} if not any(n in self._classes.ancestors(error) for n in names) else {}
            for manager in managers:
                left = self._through_manager(manager, left)
            if plan is not None:
                left = self._given_up(plan, left)
            if is_group:
                left = {in_group(each): given for each, given in left.items()}
            if not left:
                passage.stopped[error] = (guard, None)
            after.update(left)
        return after

    def _given_up(self, plan: Plan, errors: dict[str, bool]) -> dict[str, bool]:
        """What comes out of a retry in the end: that was decided, and the caller has to handle it."""
        after: dict[str, bool] = {}
        for error, explicit in errors.items():
            out = self._plans.leaving([plan], error)
            if out is not None:
                after[out] = explicit or plan.errors.include(self._classes, error) is not False
        return after

    def _managing(self, scope: Scope, guard: int, fact: Guard) -> _Managing:
        """What the context managers of a `with` do to errors."""
        known = self._with.setdefault(scope, {})
        if guard not in known:
            group, plan = self._is_task_group(scope, fact), self._plans.around(scope, fact)
            known[guard] = _Managing(self.suppressed(scope, fact), self._managers(scope, fact), group, plan)
        return known[guard]

    def _is_task_group(self, scope: Scope, fact: Guard) -> bool:
        """Whether errors come out of the `with` inside an exception group."""
        strict = (each for each in fact.contexts if not _lets_single_out(each))
        values = (value for context in strict for value in self._evaluator.values(scope, context))
        return any(isinstance(value, Instance) and value.of in TASK_GROUPS for value in values)

    def _managers(self, scope: Scope, fact: Guard) -> list[Scope]:
        """The project's functions that see an error of the body: generators with a `yield`, and `__exit__` methods."""
        found: list[Scope] = []
        for context in reversed(fact.contexts):
            if isinstance(context, Call):
                functions = self._evaluator.values(scope, context.function)
                found += [f.scope for f in functions if isinstance(f, Defined) and f.scope.unit.yields]
            for value in self._evaluator.values(scope, context):
                if isinstance(value, ProjectInstance):
                    exits = [m for name in _EXITS for m in self._evaluator.attribute(value, name)]
                    found += [m.scope for m in exits if isinstance(m, Defined)]
        return found

    def _through_manager(self, manager: Scope, errors: dict[str, bool]) -> dict[str, bool]:
        if manager in self._entered:  # a manager that is used inside itself
            return errors
        if not manager.unit.yields:
            swallows = any(not (isinstance(r, Constant) and not r.value) for r in manager.unit.returns)
            return {} if swallows else errors
        self._entered.add(manager)
        after: dict[str, bool] = {}
        for error, explicit in errors.items():
            for guard in manager.unit.yields:
                passage = self.follow(manager, guard, {error})
                after.update(dict.fromkeys(passage.through, explicit))
                after.update(dict.fromkeys(passage.explicit, True))
        self._entered.discard(manager)
        return after

    def _through_clauses(
        self, scope: Scope, guard: int, fact: Guard, errors: dict[str, bool], passage: Passage
    ) -> dict[str, bool]:
        after: dict[str, bool] = {}
        for error, explicit in errors.items():
            at = self._first(scope, fact, error)
            if at is None:
                after[error] = after.get(error, False) or explicit
                continue
            handler = fact.handlers[at]
            raised = list(self._raised_by(scope, (guard, at), handler, error))
            if handler.outcome == "handles" and not raised:
                passage.stopped[error] = (guard, at)
                continue
            cleans_up = self.catches_anything(scope, handler)
            for name, again in raised:
                after[name] = after.get(name, False) or explicit or not (again and cleans_up)
        return after

    def clause_for(self, scope: Scope, guard: int, error: str) -> int | None:
        """The index of the clause of a `try` that catches an error; None if none does."""
        return self._first(scope, scope.unit.guards[guard], error)

    def _first(self, scope: Scope, fact: Guard, error: str) -> int | None:
        """The index of the clause that catches an error."""
        for at, handler in enumerate(fact.handlers):
            if self.catches(scope, handler, error):
                return at
        return None

    def catches_anything(self, scope: Scope, handler: Handler) -> bool:
        """Whether a clause catches whatever comes: if it raises that again, it cleans up, and decides nothing."""
        names, whole = self.caught(scope, handler)
        return whole and bool(names) and names <= _ANYTHING

    def _raised_by(
        self, scope: Scope, clause: tuple[int, int], handler: Handler, error: str
    ) -> Iterator[tuple[str, bool]]:
        """What a clause that surely raises for an error turns it into, and whether it raises the same one again. A
        `raise` of something unknown counts as handled."""
        for statement in scope.unit.raises:
            if statement.handler != clause:
                continue
            met = None if statement.when is None else self._verdicts.holds(scope, statement.when, error)
            if met is False or not (met or statement.always):
                continue
            if statement.expression is None or _names(statement, handler.name):
                yield error, True
            else:
                for name in self._classes.raised(self._evaluator.values(scope, statement.expression)):
                    if name not in ("SystemExit", "KeyboardInterrupt"):
                        yield name, False


def _lets_single_out(context: Expression) -> bool:
    """Whether a nursery is told to raise a single error as it is."""
    given = context.keyword(STRICT_GROUPS) if isinstance(context, Call) else None
    return isinstance(given, Constant) and not given.value


def _names(statement: Raise, name: str | None) -> bool:
    return isinstance(statement.expression, Name) and statement.expression.id == name
