"""The network calls that a site makes, by itself or through functions of the project, with what comes out of them."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Site
from hangup.flow.analysis import Flow
from hangup.flow.effects import Effect
from hangup.flow.expectation import expected
from hangup.flow.exposure import Exposure, Source
from hangup.flow.retries.tried import Tried
from hangup.resolve.project import Scope


class Tries:
    """Finds what a retry repeats. Good for one state of the project."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._exposure = Exposure(flow)

    def at(self, scope: Scope, site: Site, effect: Effect) -> Iterator[Tried]:
        """The network calls at a site."""
        if not effect.certain or self._flow.reach.is_handed_over(scope, site):
            return
        if effect.entries and (errors := expected(self._flow, scope, effect, site)):
            yield Tried(scope, site, Source(scope, site, effect.name), effect, errors)
        for callee in effect.callees:
            if callee is scope:
                continue
            if self._flow.plans.decorating(callee):
                yield from self._decorated(scope, site, callee)
                continue
            exposed = self._exposure.of(callee)
            if exposed.source is not None and exposed.errors:
                source = exposed.source
                inner = self._flow.effects.of(source.scope, source.site)
                yield Tried(scope, site, source, inner, exposed.errors)

    def _decorated(self, scope: Scope, site: Site, callee: Scope) -> Iterator[Tried]:
        """The first network call of a function that is tried again by itself, with what comes out of that."""
        explicit = self._flow.escapes.of(callee).explicit
        errors = {name: explicit[name] for name in self._flow.connectivity(explicit)}
        inner = self.within(callee)
        if errors and inner:
            yield Tried(scope, site, inner[0].source, inner[0].effect, errors)

    def within(self, scope: Scope, guard: int | None = None) -> list[Tried]:
        """The network calls of a unit, or of one guard in it, whose errors leave that."""
        inside = self._flow.guards.inside(scope, guard) if guard is not None else None
        found: list[Tried] = []
        for site, effect in self._flow.effects.within(scope):
            if inside is not None and site.guard not in inside:
                continue
            for tried in self.at(scope, site, effect):
                until = guard if guard is not None else -1
                passage = self._flow.guards.follow(scope, site.guard, tried.errors, until=until)
                out = passage.through | passage.explicit
                left = {name: faults for name, faults in tried.errors.items() if name in out}
                if left:
                    found.append(Tried(scope, site, tried.source, tried.effect, left))
        return found
