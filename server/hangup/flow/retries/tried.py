"""A retry in a program: where it is, and the network calls that it repeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hangup.facts.expressions import Call
from hangup.facts.model import Site
from hangup.flow.effects import Effect, Failures
from hangup.flow.exposure import Source
from hangup.flow.retries.plan import Errors, Limit, Plan, Wait
from hangup.resolve.project import Scope


@dataclass(frozen=True)
class Tried:
    """A network call that is repeated, where it stands in the retry: `site` may run a function of the project, whose
    network call is then `source`.

    errors: those that come out of it, with the faults behind them. effect: of the network call.
    """

    scope: Scope
    site: Site
    source: Source
    effect: Effect
    errors: Failures

    @property
    def call(self) -> Call | None:
        """The network call, where it is one."""
        expression = self.source.site.expression
        return expression if isinstance(expression, Call) else None


@dataclass
class Retry:
    """Network calls that are tried again.

    kind: by a decorator, by a library's loop with a `with` in it, by a loop or a recursion by hand, by the client.
    scope: the unit it is written in. start, end: what a person would point at, in the unit.
    name: how a person calls it. retried: those errors of the calls that lead to another try, with their faults.
    missed: those that come out at once. success: whether it is over when a try succeeds; a service goes on.
    plan: what a library was told. opaque: something unknown runs between two tries, or beside the calls.
    """

    kind: Literal["decorator", "attempts", "loop", "recursion", "policy"]
    scope: Scope
    start: int
    end: int
    name: str
    tried: list[Tried]
    errors: Errors
    limit: Limit
    wait: Wait
    retried: Failures = field(default_factory=dict)
    missed: Failures = field(default_factory=dict)
    escapes: frozenset[str] = frozenset()
    success: Literal["always", "maybe", "never"] = "always"
    plan: Plan | None = None
    opaque: bool = False
