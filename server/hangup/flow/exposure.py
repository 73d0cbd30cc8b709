"""Which network errors leave a function of the project because nobody in it handles them, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field

from hangup.facts.model import Site
from hangup.flow.analysis import Flow
from hangup.flow.classes import unwrapped
from hangup.flow.effects import Effect, Failures
from hangup.flow.expectation import expected
from hangup.resolve.project import Scope

_STEPS = 3
"""Through how many functions of the project an error is followed to its callers: what is further away is no network
call any more in the eyes of the one who makes it."""


@dataclass(frozen=True)
class Source:
    """The library call that errors come from. name: what is called, as a person would name it."""

    scope: Scope
    site: Site
    name: str


@dataclass
class Exposed:
    """The errors that leave a function, and the first library call that they come from."""

    errors: Failures = field(default_factory=dict)
    source: Source | None = None


class Exposure:
    """Follows errors from library calls to the callers of the functions that make them."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._known: dict[tuple[Scope, int], Exposed] = {}

    def of(self, scope: Scope, steps: int = _STEPS) -> Exposed:
        """What leaves a function. Errors that a handler raises on purpose are left out."""
        known = self._known.get((scope, steps))
        if known is None:
            known = self._known[scope, steps] = Exposed()  # a function that calls itself adds nothing
            for site, effect in self._flow.effects.within(scope):
                self._add(known, scope, site, effect, steps)
        return known

    def _add(self, found: Exposed, scope: Scope, site: Site, effect: Effect, steps: int) -> None:
        parts: list[Exposed] = []
        if effect.entries and (errors := expected(self._flow, scope, effect, site)):
            parts.append(Exposed(errors, Source(scope, site, effect.name)))
        if steps > 1:
            parts += [self.of(callee, steps - 1) for callee in effect.callees]
        for part in parts:
            if not part.errors or self._flow.reach.is_handed_over(scope, site):
                continue
            for name in self._flow.guards.follow(scope, site.guard, part.errors).through:
                faults = part.errors.get(name) or part.errors.get(unwrapped(name))
                out = self._flow.plans.leaving(self._flow.plans.decorating(scope), name)
                if faults is not None and out is not None:
                    found.errors[out] = found.errors.get(out, frozenset()) | faults
                    found.source = found.source or part.source
