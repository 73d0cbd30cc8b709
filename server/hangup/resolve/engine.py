"""What the parts of the evaluator ask of each other: evaluate this expression, look up this name."""

from __future__ import annotations

from typing import Protocol

from hangup.facts.expressions import Expression
from hangup.facts.model import Imported
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.project import Module, Origins, Project, Scope
from hangup.resolve.values import Value, Values


class Engine(Protocol):
    """The evaluator as its parts see it."""

    project: Project
    catalogue: Catalogue

    def evaluate(self, scope: Scope, expression: Expression) -> Values:
        """The values of an expression in a scope."""
        ...

    def name(self, scope: Scope, name: str, offset: int | None = None) -> Values:
        """The values of a name used in a scope."""
        ...

    def bound(self, scope: Scope, origins: Origins) -> Values:
        """The values that some bindings of a scope give."""
        ...

    def attribute(self, owner: Value, name: str) -> Values:
        """The values of `owner.name`."""
        ...

    def element(self, value: Value) -> Values:
        """What iterating over a value gives."""
        ...

    def result(self, scope: Scope) -> Values:
        """What a function of the project returns."""
        ...

    def typed(self, text: str) -> Values:
        """The values of a type as knowledge files write it."""
        ...

    def annotated(self, scope: Scope, annotation: Expression) -> Values:
        """The values that an annotation declares."""
        ...

    def starred(self, module: Module, name: str) -> Values | None:
        """A name that may come to a module by `from x import *`."""
        ...

    def order(self, scope: Scope) -> tuple[Scope | str, ...]:
        """A class of the project and its bases, nearest first."""
        ...

    def values(self, scope: Scope, expression: Expression) -> Values:
        """The values of an expression of a scope, remembered; for those outside of an evaluation."""
        ...

    def imported(self, module: Module, imported: Imported) -> Values:
        """What an import binds."""
        ...
