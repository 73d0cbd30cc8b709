"""From an error that leaves its function, up through the callers, to the places where it ends something."""

from __future__ import annotations

import msgspec

from hangup.facts.model import Site
from hangup.flow.callers import Caller, Callers
from hangup.flow.guards import Guards
from hangup.flow.registrations import registered
from hangup.flow.retries.plans import Plans
from hangup.knowledge.packs import read_boundaries
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope

_MOST_STEPS = 2000


class End(msgspec.Struct, frozen=True):
    """Where errors arrive that nobody stopped.

    scope: the outermost unit they leave. outcome: what happens there, as the end of a sentence; None when no caller of
    `scope` is known. certain: something surely ends or is lost there. errors: the classes that arrive.
    path: the calls on the way, from the innermost outwards.
    """

    scope: Scope
    outcome: str | None
    certain: bool
    errors: frozenset[str]
    path: tuple[Caller, ...]


class Reach:
    """Walks up from a function. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator, callers: Callers, guards: Guards, plans: Plans) -> None:
        self._evaluator = evaluator
        self._callers = callers
        self._guards = guards
        self._plans = plans
        self._ends: dict[tuple[Scope, frozenset[str]], list[End]] = {}

    def ends(self, scope: Scope, errors: frozenset[str]) -> list[End]:
        """All the ends that errors leaving `scope` come to, nearest first; none if every way is handled."""
        known = self._ends.get((scope, errors))
        if known is None:
            known = self._ends[scope, errors] = self._find(scope, errors)
        return list(known)

    def _find(self, scope: Scope, errors: frozenset[str]) -> list[End]:
        ends: list[End] = []
        errors = self._given_up(scope, errors)
        seen = {(scope, errors)}
        queue: list[tuple[Scope, frozenset[str], tuple[Caller, ...]]] = [(scope, errors, ())]
        for current, left, path in queue:
            if not left:
                continue
            ends += self._ends_at(current, left, path)
            for caller in self._callers.of(current):
                if caller.boundary is not None or len(queue) > _MOST_STEPS:
                    continue
                passed = frozenset(self._guards.follow(caller.scope, caller.guard, left).through)
                through = self._given_up(caller.scope, passed)
                state = (caller.scope, through)
                if through and state not in seen:
                    seen.add(state)
                    queue.append((*state, (*path, caller)))
        return ends

    def _given_up(self, scope: Scope, errors: frozenset[str]) -> frozenset[str]:
        """What leaves a function in place of errors when the retries that decorate it have given up."""
        plans = self._plans.decorating(scope)
        if not plans:
            return errors
        left = (self._plans.leaving(plans, error) for error in errors)
        return frozenset(error for error in left if error is not None)

    def ends_from(self, scope: Scope, site: Site, errors: frozenset[str]) -> list[End]:
        """The ends of errors that rise at a site and leave its function.

        A call that only makes a coroutine, and hands it over (`create_task(fetch())`), ends where it is handed over.
        """
        caller = self._callers.handed_over(scope, site)
        if caller is None or caller.boundary is None:
            return self.ends(scope, errors)
        return self._handed(scope, caller, errors, ())

    def is_handed_over(self, scope: Scope, site: Site) -> bool:
        """Whether a call only makes a coroutine that somebody else runs, so that it does not fail there."""
        caller = self._callers.handed_over(scope, site)
        return caller is not None and (caller.boundary is not None or caller.later)

    def _handed(self, scope: Scope, caller: Caller, errors: frozenset[str], path: tuple[Caller, ...]) -> list[End]:
        """The end of errors at a place where their function is handed over.

        A task or future that is kept is asked for its result somewhere; a clause in the same function that catches the
        error is taken to stand around that.
        """
        boundary = caller.boundary
        if boundary is None or boundary.effect == "handled":
            return []
        if boundary.effect == "stays" and caller.kept:
            errors = frozenset(error for error in errors if not self._guards.caught_anywhere(caller.scope, error))
        return [End(scope, boundary.outcome, boundary.certain, errors, (*path, caller))] if errors else []

    def _ends_at(self, scope: Scope, errors: frozenset[str], path: tuple[Caller, ...]) -> list[End]:
        if scope.unit.kind == "module":
            return [End(scope, "the program ends with a traceback", True, errors, path)]
        outside = self._evaluator.project.end_at(scope)
        if outside is not None or scope.unit.boundary:
            return [End(scope, outside or "a comment names it as a boundary", True, errors, path)]
        taken = self._override(scope) or registered(scope)
        if taken is not None:
            return [End(scope, *taken, errors, path)]
        callers = self._callers.of(scope)
        if not callers:
            return [End(scope, None, False, errors, path)]
        return [end for caller in callers for end in self._handed(scope, caller, errors, path)]

    def _override(self, scope: Scope) -> tuple[str, bool] | None:
        if scope.owner is None:
            return None
        for entry in read_boundaries().overrides:
            if scope.unit.name in entry.methods:
                order = self._evaluator.members.order(scope.owner)
                names = {each for each in order if isinstance(each, str)}
                if names & set(entry.bases):
                    return entry.outcome, entry.certain
        return None
