"""A quick sieve: which sites can matter at all, by the names in them.

Most calls of a program are neither known to a file of the knowledge that the program imports nor its own functions;
resolving their receivers would cost most of the time and give nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from hangup.facts.expressions import Attribute, Call, Expression, Lambda, Name
from hangup.facts.model import Site
from hangup.flow.takers import AT_ONCE, last_name
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.vocabulary import Vocabulary, vocabulary
from hangup.resolve.names import reaching
from hangup.resolve.project import Project, Scope

_ALIASES = (Name, Attribute, Lambda)
EXHAUSTING = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "sum", "max", "min", "any", "all", "dict", "next"}
)
"""Builtins that iterate over what they are given."""
_IMPLIED = {
    "iterate": ("__iter__", "__next__", "__aiter__", "__anext__"),
    "enter": ("__enter__", "__exit__", "__aenter__", "__aexit__"),
}


class Sieve:
    """Good for one state of the project."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._catalogue = catalogue

    def sift(self, scope: Scope) -> list[Site]:
        """The sites of a scope that may do something that matters; those that are left out surely do not."""
        names, properties, implied = self.names, self.properties, self._implied
        found: list[Site] = []
        for site in scope.unit.sites:
            expression = site.expression
            if site.kind == "call":
                if isinstance(expression, Call) and (
                    self._may_call(scope, expression.function, names) or self._may_hand_over(expression)
                ):
                    found.append(site)
            elif site.kind == "read":
                if isinstance(expression, Attribute) and expression.name in properties:
                    found.append(site)
            elif site.kind in implied:
                found.append(site)
        return found

    def _may_call(self, scope: Scope, function: Expression, names: frozenset[str]) -> bool:
        if isinstance(function, Attribute):
            return function.name in names or self._is_open
        if isinstance(function, Name):
            if function.id in EXHAUSTING and "iterate" in self._implied:
                return True
            return function.id in names or self._is_bound(scope, function.id)
        return True

    def _may_hand_over(self, call: Call) -> bool:
        return last_name(call.function) in AT_ONCE and any(
            isinstance(argument.value, Call) or last_name(argument.value) in self.library_calls
            for argument in call.arguments
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that a call must have: of the project's functions and classes, and of listed library calls."""
        return self._given.names | self._vocabulary.calls

    @cached_property
    def _is_open(self) -> bool:
        """Whether some library that is imported has objects any method of which may be a call of the network."""
        return "__getattr__" in self._vocabulary.calls

    @property
    def library_calls(self) -> frozenset[str]:
        """The names of listed calls of the libraries that the project imports."""
        return self._vocabulary.calls

    @cached_property
    def properties(self) -> frozenset[str]:
        """The names that an attribute read must have: of the project's properties, and of listed library properties."""
        return self._given.properties | self._vocabulary.properties

    @property
    def policies(self) -> frozenset[str]:
        """The names that a call must have which tells a client to try again."""
        return self._vocabulary.policies

    @cached_property
    def _implied(self) -> frozenset[str]:
        """The kinds of sites that may run a method which they do not name."""
        kinds = {kind for kind, methods in _IMPLIED.items() if not self.names.isdisjoint(methods)}
        return frozenset({*kinds, "iterate"} if self._given.generators or self._vocabulary.generators else kinds)

    def covers(self, scopes: Iterable[Scope]) -> bool:
        """Whether it is still right when these scopes have become what they are now."""
        given = _given_by(scopes)
        return (
            given.names <= self.names
            and given.properties <= self.properties
            and given.imports <= self._given.imports
            and given.generators <= self._given.generators
        )

    @cached_property
    def _given(self) -> _Given:
        return _given_by(scope for module in self._project for scope in module.scopes)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return vocabulary(self._catalogue, self._given.imports)

    def _is_bound(self, scope: Scope, name: str) -> bool:
        return reaching(scope, name, None) is not None or bool(scope.module.scope.names.get("*"))


@dataclass(frozen=True)
class _Given:
    """What scopes give to the sieve: names that may be called, names of properties, imported dotted names;
    whether any is a generator."""

    names: frozenset[str]
    properties: frozenset[str]
    imports: frozenset[str]
    generators: bool


def _given_by(scopes: Iterable[Scope]) -> _Given:
    names: set[str] = set()
    properties: set[str] = set()
    imports: set[str] = set()
    generators = False
    for scope in scopes:
        unit = scope.unit
        generators = generators or bool(unit.yields)
        names.add(unit.name)
        if scope.definition is not None and scope.definition.decorators:
            properties.add(unit.name)
        for binding in unit.bindings:
            # A plain name in a function is called there, and found as bound there.
            if _is_alias(binding.value) and ("." in binding.target or unit.kind != "function"):
                names.add(binding.target.rpartition(".")[2])
        for imported in unit.imports:
            if not imported.level:
                imports.add(f"{imported.module}.{imported.name}" if imported.name else imported.module)
    return _Given(frozenset(names), frozenset(properties), frozenset(imports), generators)


def _is_alias(value: Expression | None) -> bool:
    """Whether a bound value may be a function under another name."""
    return isinstance(value, _ALIASES) or (isinstance(value, Call) and bool(value.arguments))
