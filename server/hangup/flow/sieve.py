"""A quick sieve: which sites can matter at all, by the names in them.

Most calls of a program are neither known to a file of the knowledge that the program imports nor its own functions;
resolving their receivers would cost most of the time and give nothing.
"""

from __future__ import annotations

from functools import cached_property

from hangup.facts.expressions import Attribute, Call, Expression, Lambda, Name
from hangup.facts.model import Site
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.vocabulary import Vocabulary, vocabulary
from hangup.resolve.names import reaching
from hangup.resolve.project import Project, Scope

_IMPLIED = {
    "iterate": ("__iter__", "__next__", "__aiter__", "__anext__"),
    "enter": ("__enter__", "__exit__", "__aenter__", "__aexit__"),
}


class Sieve:
    """Good for one state of the project."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._catalogue = catalogue

    def passes(self, scope: Scope, site: Site) -> bool:
        """Whether a site may do something that matters. False is certain, True is not."""
        expression = site.expression
        if site.kind == "call" and isinstance(expression, Call):
            function = expression.function
            if isinstance(function, Attribute):
                return function.name in self.names
            if isinstance(function, Name):
                return function.id in self.names or self._is_bound(scope, function.id)
            return True
        if site.kind == "read" and isinstance(expression, Attribute):
            return expression.name in self.properties
        return any(name in self.names for name in _IMPLIED.get(site.kind, ()))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that a call must have: of the project's functions and classes, and of listed library calls."""
        found: set[str] = set()
        for module in self._project:
            for scope in module.scopes:
                found.add(scope.unit.name)
                found.update(b.target.rpartition(".")[2] for b in scope.unit.bindings if _is_alias(b.value))
        return frozenset(found) | self._vocabulary.calls

    @cached_property
    def properties(self) -> frozenset[str]:
        """The names that an attribute read must have: of the project's properties, and of listed library properties."""
        found = {
            scope.unit.name
            for module in self._project
            for scope in module.scopes
            if scope.definition is not None and scope.definition.decorators
        }
        return frozenset(found) | self._vocabulary.properties

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        imports = {
            f"{imported.module}.{imported.name}" if imported.name else imported.module
            for module in self._project
            for scope in module.scopes
            for imported in scope.unit.imports
            if not imported.level
        }
        return vocabulary(self._catalogue, imports)

    def _is_bound(self, scope: Scope, name: str) -> bool:
        return reaching(scope, name, None) is not None or bool(scope.module.scope.names.get("*"))


def _is_alias(value: Expression | None) -> bool:
    """Whether a bound value may be a function under another name."""
    return isinstance(value, Name | Attribute | Lambda) or (isinstance(value, Call) and bool(value.arguments))
