"""What a fix is, and what it is given to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
from tree_sitter import Tree

from hangup.flow.analysis import Flow
from hangup.flow.holes import Hole
from hangup.resolve.project import Module, Scope
from hangup.rules.finding import Finding
from hangup.rules.rule import Context
from hangup.syntax.edits import Edit
from hangup.syntax.source import Source


class Fix(msgspec.Struct, frozen=True):
    """One change that a person can choose for a finding.

    title: what happens, as an imperative. edits: in offsets of the module, not overlapping.
    preferred: the one to take without thinking; at most one for a finding. name: the fix's folder.
    """

    title: str
    edits: tuple[Edit, ...]
    name: str
    preferred: bool = False


@dataclass
class FixContext:
    """One finding of one module, with all that is known of it."""

    context: Context
    source: Source
    tree: Tree
    finding: Finding

    @property
    def flow(self) -> Flow:
        """The flow of the project."""
        return self.context.flow

    @property
    def module(self) -> Module:
        """The module."""
        return self.context.module

    @cached_property
    def hole(self) -> Hole | None:
        """The unhandled call behind the finding, if that is what it is about."""
        return self.context.hole_at.get(self.finding.anchor) if self.finding.anchor is not None else None

    @cached_property
    def scope(self) -> Scope:
        """The innermost unit that holds the finding."""
        at = self.finding.start if self.finding.anchor is None else self.finding.anchor
        inside = [s for s in self.module.scopes if s.start <= at < s.start + s.unit.length]
        return max(inside, key=lambda scope: (scope.start, -scope.unit.length), default=self.module.scope)


@dataclass(frozen=True)
class FixMaker:
    """A kind of fix: `make` yields the changes that it offers for a finding.

    name: what it does, as an imperative in words joined by hyphens. codes: the rules it answers; empty for all.
    order: its place in the menu, small numbers first.
    """

    name: str
    codes: frozenset[str]
    order: int
    make: Callable[[FixContext], Iterable[Fix]]

    def folder(self) -> Path:
        """Where the fix's page and cases are."""
        return Path(__file__).parent / self.name.replace("-", "_")
