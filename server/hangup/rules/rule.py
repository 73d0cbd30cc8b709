"""What a rule is, and what it is given to work on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from hangup.facts.expressions import Attribute, Call, Expression
from hangup.flow.analysis import Flow
from hangup.flow.clauses import TryBody, try_bodies
from hangup.flow.holes import Hole, holes
from hangup.flow.retries.found import retries
from hangup.flow.retries.tried import Retry
from hangup.resolve.project import Module, Scope
from hangup.rules.finding import Finding, Severity
from hangup.syntax.source import Source
from hangup.syntax.tree import Tree, ancestors, node_at

_ANSWER = re.compile(rb"\b(status|status_code|response|code|headers)\b")


class Text(Protocol):
    """What a module is written as: for what its facts do not hold. The tree costs time where it is not there yet."""

    source: Source

    @property
    def tree(self) -> Tree:
        """The parse tree."""


@dataclass(eq=False)
class Context:
    """One module under examination: `module`, the `flow` of the project it belongs to, and its `text`.

    python: the oldest (major, minor) that the project says it runs on; None when it does not say.
    timeout: the name that stands for a time limit in the project, if it has one.
    """

    flow: Flow
    module: Module
    text: Text
    python: tuple[int, int] | None = None
    timeout: str | None = None

    @cached_property
    def holes(self) -> list[Hole]:
        """The module's calls whose failure is not wholly handled; several rules speak of them."""
        return holes(self.flow, self.module)

    @cached_property
    def retries(self) -> list[Retry]:
        """The module's retries. A request that is made again because of an answer to it is none."""
        found = retries(self.flow, self.module)
        return [each for each in found if each.kind != "recursion" or not self._is_about_answer(each)]

    def _is_about_answer(self, retry: Retry) -> bool:
        """Whether the place where a function calls itself is reached only with certain answers of the server."""
        node = node_at(self.text.tree, retry.scope.start + retry.start)
        for each in ancestors(node):
            condition = each.child_by_field_name("condition") if each.type == "if_statement" else None
            if condition is not None and _ANSWER.search(condition.text or b""):
                return True
            if each.type in ("except_clause", "function_definition"):
                return False
        return False

    @cached_property
    def try_bodies(self) -> list[TryBody]:
        """Every `try` of the module that has clauses, with what arrives there."""
        return list(try_bodies(self.flow, self.module))

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
