"""All of the flow's answers about one state of a project, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from hangup.facts.expressions import Call, dotted
from hangup.flow.callers import Callers
from hangup.flow.classes import ClassTree
from hangup.flow.effects import Effects, Failures
from hangup.flow.escapes import EscapeAnalysis
from hangup.flow.guards import Guards
from hangup.flow.reach import Reach
from hangup.flow.retries.plans import Plans
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Project, Scope


class Flow:
    """The flow of errors through a project. Everything is computed when it is first asked for, and kept."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.project = project
        self.catalogue = catalogue
        self.evaluator = Evaluator(project, catalogue)
        self.classes = ClassTree(self.evaluator)
        self.effects = Effects(self.evaluator)
        self.plans = Plans(self.evaluator, self.classes)
        self.guards = Guards(self.evaluator, self.classes, self.plans)
        self.escapes = EscapeAnalysis(self.evaluator, self.classes, self.effects, self.guards, self.plans)

    def forget(self, changed: Collection[Scope], runners: Iterable[Scope]) -> None:
        """Forget what was found in scopes that have changed, and what leaves those and the ones that run them."""
        self.evaluator.forget(changed)
        self.classes.forget()
        self.effects.forget(changed)
        self.plans.forget()
        self.guards.forget(changed)
        self.escapes.forget(runners)
        self.callers.renew(changed)
        for derived in ("reach", "sets_default_timeout", "imported"):
            self.__dict__.pop(derived, None)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The top names of all modules that the project imports at the top level of a module (`requests`)."""
        return frozenset(
            each.module.partition(".")[0]
            for module in self.project
            for each in module.scope.unit.imports
            if each.level == 0
        )

    @cached_property
    def callers(self) -> Callers:
        """Who runs what."""
        return Callers(self.evaluator, self.effects)

    @cached_property
    def reach(self) -> Reach:
        """Where errors end."""
        return Reach(self.evaluator, self.callers, self.guards, self.plans)

    @cached_property
    def sets_default_timeout(self) -> bool:
        """Whether the project calls `socket.setdefaulttimeout` anywhere."""
        return any(
            site.kind == "call"
            and isinstance(site.expression, Call)
            and (dotted(site.expression.function) or "").endswith("setdefaulttimeout")
            for module in self.project
            for scope in module.scopes
            for site in scope.unit.sites
        )

    def connectivity(self, failures: Failures) -> frozenset[str]:
        """The classes among `failures` that a program must expect of any peer."""
        faults = self.catalogue.faults
        return frozenset(
            name
            for name, causes in failures.items()
            if any(faults[fault].connectivity for fault in causes if fault in faults)
        )
