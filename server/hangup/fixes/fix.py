"""What a fix is, and what it is given to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec
from tree_sitter import Tree

from hangup.fixes.policy import Policy
from hangup.flow.analysis import Flow
from hangup.flow.holes import Hole
from hangup.resolve.project import Module, Scope
from hangup.rules.finding import Finding
from hangup.rules.rule import Context
from hangup.syntax.edits import Edit
from hangup.syntax.source import Source
from hangup.syntax.tree import ancestors, node_at

Applicability = Literal["safe", "unsafe"]
Kind = Literal["quickfix", "refactor.rewrite.hangup.retry", "refactor.rewrite.hangup.wrap", "source.fixAll.hangup"]


class Fix(msgspec.Struct, frozen=True):
    """One change that a person can choose for a finding.

    title: what happens, as an imperative. edits: in offsets of the module, not overlapping.
    preferred: the one to take without thinking; at most one for a finding. name: the fix's folder.
    applicability: "safe" when a run in which nothing fails does the same as before, and no error is kept from anybody
    who was told of it; only such fixes are made without being asked for one by one.
    tail: the end of the last edit's text that a person will want to write in their own way (a handler's body).
    kind: "quickfix" answers the finding; the others change something near it, and it stays.
    disabled: why the change cannot be made here, for menus that say so; it has no edits then.
    """

    title: str
    edits: tuple[Edit, ...]
    name: str
    applicability: Applicability
    preferred: bool = False
    tail: str = ""
    kind: Kind = "quickfix"
    disabled: str = ""


@dataclass
class FixContext:
    """One finding of one module, with all that is known of it, and what the project asks of fixes."""

    context: Context
    source: Source
    tree: Tree
    finding: Finding
    policy: Policy = field(default_factory=Policy)

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
    def typing_names(self) -> frozenset[str]:
        """The names of the module that are imported below `if TYPE_CHECKING:` and nowhere else: there are none when
        the program runs."""
        if b"TYPE_CHECKING" not in self.source.data:
            return frozenset()
        imports = self.module.scope.unit.imports
        real = {each.binding for each in imports if not self._is_for_typing(each.start)}
        return frozenset(each.binding for each in imports) - real

    def _is_for_typing(self, offset: int) -> bool:
        for node in ancestors(node_at(self.tree, offset)):
            condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
            if condition is not None and (condition.text or b"").rpartition(b".")[2] == b"TYPE_CHECKING":
                body = node.child_by_field_name("consequence")
                return body is not None and body.start_byte <= offset < body.end_byte
        return False

    @cached_property
    def imported(self) -> frozenset[str]:
        """The top-level packages that the module imports."""
        return frozenset(each.module.partition(".")[0] for each in self.module.scope.unit.imports)

    def depends_on(self, distribution: str, module: str) -> bool:
        """Whether the project uses a library: it names the distribution, or imports the module somewhere."""
        return self.policy.names(distribution) or module in self.flow.imported

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
