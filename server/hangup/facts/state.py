"""What is known while one unit is being read: where we stand, and the facts gathered so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tree_sitter import Node

from hangup.facts.conditions import Condition
from hangup.facts.expressions import Expression
from hangup.facts.model import NOWHERE, Binding, Definition, Guard, Imported, Loop, Narrowing, Raise, Site, Unit

DEEPEST = 150
"""Levels of nesting that are read: Python itself takes no more than 100 levels of indentation. What is deeper is left
out, so that no text can exhaust the stack."""


@dataclass(slots=True)
class Nesting:
    """How deep in the module's tree the reading is."""

    depth: int = 0


@dataclass(slots=True)
class Reading:
    """The state of reading one unit.

    data: the module's text; base: the offset where the unit starts in it.
    define: reads a nested function, class or lambda and gives its unit.
    guard, loop, until, handler: the guard, loop, block end and handler clause around the current statement.
    asked: what handlers have asked of their errors before a `raise`, by the offset of that in the module.
    """

    data: bytes
    base: int
    define: Callable[[Node], Unit]
    until: int
    nesting: Nesting = field(default_factory=Nesting)
    guard: int = NOWHERE
    loop: bool = False
    handler: tuple[int, int] | None = None
    handler_always: bool = False
    asked: dict[int, Condition] = field(default_factory=dict)
    yields: list[int] = field(default_factory=list)
    yielded: list[Expression] = field(default_factory=list)
    imports: list[Imported] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    narrowings: list[Narrowing] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    raises: list[Raise] = field(default_factory=list)
    returns: list[Expression] = field(default_factory=list)
    outer_names: list[str] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: Node) -> tuple[int, int]:
        """The range of a node in the unit."""
        return node.start_byte - self.base, node.end_byte - self.base
