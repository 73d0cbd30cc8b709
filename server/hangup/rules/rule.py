"""What a rule is, and what it is given to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hangup.facts.expressions import Attribute, Call, Expression
from hangup.flow.analysis import Flow
from hangup.flow.holes import Hole, holes
from hangup.flow.retries.found import retries
from hangup.flow.retries.tried import Retry
from hangup.resolve.project import Module, Scope
from hangup.rules.finding import Finding, Severity


@dataclass(eq=False)
class Context:
    """One module under examination: `module`, and the `flow` of the project it belongs to."""

    flow: Flow
    module: Module

    @cached_property
    def holes(self) -> list[Hole]:
        """The module's calls whose failure is not wholly handled; several rules speak of them."""
        return holes(self.flow, self.module)

    @cached_property
    def retries(self) -> list[Retry]:
        """The module's retries."""
        return retries(self.flow, self.module)

    @cached_property
    def hole_at(self) -> dict[int, Hole]:
        """The holes by the offset in the module where their call begins."""
        return {hole.scope.start + hole.site.expression.start: hole for hole in reversed(self.holes)}


@dataclass(frozen=True)
class Rule:
    """A rule: `check` looks at one module and yields findings, in any order.

    code: HUP and three digits. name: the bad pattern, in words joined by hyphens. severity: that of most findings.
    summary: one line for tables.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    check: Callable[[Context, Rule], Iterable[Finding]]

    def folder(self) -> Path:
        """Where the rule's page and cases are."""
        return Path(__file__).parent / self.name.replace("-", "_")


def pointed_at(scope: Scope, expression: Expression) -> tuple[int, int]:
    """The offsets in the module of what a person would point at: the callee of a call, on one line if it can be."""
    target = expression.function if isinstance(expression, Call) else expression
    start = target.start
    if isinstance(target, Attribute) and isinstance(target.value, Call):
        start = target.name_start
    return scope.start + start, scope.start + target.end
