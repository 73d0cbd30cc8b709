"""The modules of a workspace, by name, and the scopes in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from hangup.facts.model import Binding, Definition, Handler, Imported, ModuleFacts, Narrowing, Parameter, Unit

Origin = Binding | Imported | Parameter | Handler | Definition
Origins = Sequence[Origin]
Inferred = Mapping[str, Mapping[tuple[str, str], Sequence[str]]]
"""Path of a module, to a unit's qualified name and a name or attribute path in it, to classes by dotted name."""


class Scope:
    """A unit where it stands: in which module, inside which other, from which offset on.

    Two scopes are equal only if they are the same object. When a module is read again and has the same units, its
    scopes stay and are given the new ones (`renew`), so that what is known of other scopes stays valid.

    index: its place among the scopes of the outer one. owner: the class that this function is a method of.
    children: the scopes defined directly in this one, in order.
    names: every name (or attribute path) bound here, with all that binds it, in order of appearance.
    copy_of: for a decorator as it is applied to one function, and what is defined in it, the scope in the module.
    """

    copy_of: Scope | None = None

    def __init__(
        self,
        module: Module,
        unit: Unit,
        start: int,
        parent: Scope | None = None,
        definition: Definition | None = None,
        index: int = 0,
    ) -> None:
        self.module = module
        self.unit = unit
        self.start = start
        self.parent = parent
        self.definition = definition
        self.index = index
        self.names: Mapping[str, Origins] = _names(unit)
        self.owner = parent if parent is not None and parent.unit.kind == "class" and unit.kind == "function" else None
        self.children: tuple[Scope, ...] = tuple(
            Scope(module, each.unit, start + each.start, self, each, at) for at, each in enumerate(unit.definitions)
        )

    def __repr__(self) -> str:
        return f"<{self.module.name}:{self.qualified_name}>"

    @cached_property
    def qualified_name(self) -> str:
        """The name with those of the scopes around it: `Client.fetch`; empty for a module."""
        names = []
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            names.append(scope.unit.name)
            scope = scope.parent
        return ".".join(reversed(names))

    @cached_property
    def identity(self) -> str:
        """A string that no other scope has, for classes that stand beside dotted library names."""
        path = []
        scope: Scope | None = self
        while scope is not None:
            path.append(str(scope.index))
            scope = scope.parent
        return f"{self.module.name}:{self.qualified_name}~{'.'.join(reversed(path))}"

    def renew(self, unit: Unit, start: int, definition: Definition | None = None) -> None:
        """Give it another version of its unit, with the same definitions in the same order."""
        if unit is not self.unit:
            self.unit = unit
            self.names = _names(unit)
            for derived in ("child_of", "narrowed"):
                self.__dict__.pop(derived, None)
        self.start = start
        self.definition = definition

    @cached_property
    def narrowed(self) -> Mapping[str, list[Narrowing]]:
        """The regions in which the class of a name or attribute path is known, by its text."""
        table: dict[str, list[Narrowing]] = {}
        for each in self.unit.narrowings:
            table.setdefault(each.target, []).append(each)
        return table

    @cached_property
    def child_of(self) -> Mapping[int, Scope]:
        """The child scope by the identity of its definition."""
        return {id(child.definition): child for child in self.children}

    def walk(self) -> list[Scope]:
        """This scope and all below it."""
        found = [self]
        for child in self.children:
            found += child.walk() if child.children else [child]
        return found


def _names(unit: Unit) -> dict[str, list[Origin]]:
    table: dict[str, list[Origin]] = {}
    for parameter in unit.parameters:
        table.setdefault(parameter.name, []).append(parameter)
    for imported in unit.imports:
        table.setdefault(imported.binding, []).append(imported)
    for binding in unit.bindings:
        table.setdefault(binding.target, []).append(binding)
    for definition in unit.definitions:
        table.setdefault(definition.unit.name, []).append(definition)
    for guard in unit.guards:
        for handler in guard.handlers:
            if handler.name:
                table.setdefault(handler.name, []).append(handler)
    return table


class Module:
    """A module of the workspace.

    name: its dotted name; path: where it is, for messages and findings; is_package: whether it is an `__init__`.
    is_test: it is run by a test runner, and no caller to be served.
    """

    def __init__(
        self, name: str, path: str, facts: ModuleFacts, *, is_package: bool = False, is_test: bool = False
    ) -> None:
        self.name = name
        self.path = path
        self.facts = facts
        self.is_package = is_package
        self.is_test = is_test
        self.scope = Scope(self, facts.unit, 0)

    def __repr__(self) -> str:
        return f"<module {self.name}>"

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes of the module, itself first."""
        return tuple(self.scope.walk())

    def absolute(self, module: str, level: int) -> str:
        """The absolute name of `from {level dots}{module} import ...` written in this module."""
        if level == 0:
            return module
        parts = self.name.split(".")
        keep = len(parts) - level + (1 if self.is_package else 0)
        return ".".join([*parts[: max(keep, 0)], *([module] if module else [])])


class Project:
    """Modules by dotted name; a module can have more than one name (a script's neighbours import it by its stem).

    ends: patterns of dotted names of functions that are run from outside the project, and what an error does there.
    inferred: what somebody else found of objects that cannot be resolved here.
    """

    def __init__(
        self,
        modules: Mapping[str, Module] | None = None,
        ends: Mapping[str, str] | None = None,
        inferred: Inferred | None = None,
    ) -> None:
        self.modules: dict[str, Module] = dict(modules or {})
        self.inferred: Inferred = inferred or {}
        self.ends = ends or {}
        self._copies: dict[tuple[Scope, Hashable], Scope] = {}
        self._copies_of: dict[Scope, list[Scope]] = {}

    def copy(self, scope: Scope, key: Hashable) -> Scope:
        """A scope with those inside it once more, apart from the module's own; the same one for the same key."""
        found = self._copies.get((scope, key))
        if found is None:
            found = Scope(scope.module, scope.unit, scope.start, scope.parent, scope.definition, scope.index)
            self._copies[scope, key] = found
            for made, original in zip(found.walk(), scope.walk(), strict=True):
                made.copy_of = original
                self._copies_of.setdefault(original, []).append(made)
        return found

    def copies_of(self, scope: Scope) -> Sequence[Scope]:
        """The copies of a scope."""
        return self._copies_of.get(scope, ())

    @property
    def copies(self) -> list[Scope]:
        """All outermost copies."""
        return list(self._copies.values())

    def end_at(self, scope: Scope) -> str | None:
        """What an error does that leaves a function which is run from outside, if it is known to be one."""
        name = f"{scope.module.name}.{scope.qualified_name}" if self.ends else ""
        return next((outcome for pattern, outcome in self.ends.items() if fnmatchcase(name, pattern)), None)

    def find(self, name: str, seen_from: Module) -> Module | None:
        """The module that `import name` in `seen_from` gives, if the project has it.

        A module beside the importing one is found as Python finds a script's neighbour, unless the importer is in a
        package.
        """
        found = self.modules.get(name)
        if found is not None:
            return found
        folder = seen_from.name.rpartition(".")[0]
        neighbour = self.modules.get(f"{folder}.{name}") if folder else None
        return None if neighbour is None or neighbour is seen_from or folder in self.modules else neighbour

    def has_package(self, name: str) -> bool:
        """Whether a module of the project stands below `name` (a namespace package has no module of its own)."""
        return name in self._packages

    @cached_property
    def _packages(self) -> frozenset[str]:
        """The names above those of modules. All modules are there before anybody asks for one."""
        found: set[str] = set()
        for name in self.modules:
            while (name := name.rpartition(".")[0]) and name not in found:
                found.add(name)
        return frozenset(found)

    def __iter__(self) -> Iterator[Module]:
        return iter(dict.fromkeys(self.modules.values()))
