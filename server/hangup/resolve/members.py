"""Attributes: of modules, of library objects, and of the project's own classes along their bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from hangup.facts.expressions import Call, Name, dotted
from hangup.knowledge.schema import Class
from hangup.resolve.containers import put_into
from hangup.resolve.delegation import METHOD, delegated
from hangup.resolve.engine import Engine
from hangup.resolve.project import Scope
from hangup.resolve.values import (
    UNKNOWN,
    Defined,
    Dotted,
    Instance,
    Items,
    Managed,
    Many,
    Method,
    Nothing,
    ProjectInstance,
    ProjectModule,
    Super,
    Unknown,
    Value,
    Values,
    join,
)

_MOST_BASES = 40
_MOST_OVERRIDERS = 12


class Members:
    """Looks attributes up. Keeps what it found, so it is good for one state of the project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own: dict[Scope, dict[str, Values]] = {}
        self._named: dict[Scope, list[tuple[Scope, str]]] = {}
        self._orders: dict[Scope, tuple[Scope | str, ...]] = {}
        self._searching: set[Scope] = set()
        self._looking: set[tuple[Scope, str]] = set()

    def of(self, owner: Value, name: str) -> Values:
        """The values of `owner.name`."""
        catalogue = self._engine.catalogue
        if isinstance(owner, Dotted):
            return (Dotted(catalogue.canonical(f"{owner.name}.{name}")),)
        if isinstance(owner, Instance):
            declared = catalogue.attribute(owner.of, name)
            if declared is None and not name.startswith("_") and not catalogue.calls(f"{owner.of}#{name}"):
                declared = catalogue.dynamic_attribute(owner.of)
            return self._engine.typed(declared) if declared else (Method(owner.of, name),)
        if isinstance(owner, ProjectModule):
            return self._of_module(owner.name, name)
        if isinstance(owner, ProjectInstance):
            return self._of_class(owner.of, name, owner.of)
        if isinstance(owner, Super):
            return self._of_class(owner.of, name, owner.of, skip_own=True)
        if isinstance(owner, Defined) and owner.scope.unit.kind == "class":
            return self._of_class(owner.scope, name, None)
        # What is sometimes None is not None where one of its attributes is used.
        return () if isinstance(owner, Nothing) else UNKNOWN

    def entered(self, value: Value, is_async: bool = False) -> Values:
        """What `with value as x` binds to x."""
        if isinstance(value, Instance):
            enter = next((entry.enter for entry in self._classes(value.of) if entry.enter), None)
            return self._engine.typed(enter) if enter else (value,)
        if isinstance(value, Managed):
            return value.entered
        if isinstance(value, ProjectInstance):
            found = self.of(value, "__aenter__" if is_async else "__enter__")
            results = [self._engine.result(each.scope) for each in found if isinstance(each, Defined)]
            return join(*results) if results else (value,)
        return (value,)

    def element(self, value: Value) -> Values:
        """What iterating over `value`, or indexing it, gives."""
        if isinstance(value, Many):
            return UNKNOWN if value.keyed else value.element
        if isinstance(value, Items):
            return join(*value.items)
        if isinstance(value, Instance):
            iterate = next((entry.iterate for entry in self._classes(value.of) if entry.iterate), None)
            return self._engine.typed(iterate) if iterate else UNKNOWN
        return UNKNOWN

    def order(self, scope: Scope) -> tuple[Scope | str, ...]:
        """A class of the project and its bases, nearest first: scopes, and canonical names of classes outside."""
        known = self._orders.get(scope)
        if known is None:
            self._orders[scope] = (scope,)
            known = self._orders[scope] = tuple(self._linearise(scope))
        return known

    def overriders(self, scope: Scope, name: str) -> list[Scope]:
        """The methods of a name in the classes below one; none if there are too many to tell anything."""
        found = [
            child
            for below in self._below.get(scope, ())
            for child in below.children
            if child.unit.name == name and child.unit.kind == "function"
        ]
        return found if len(found) <= _MOST_OVERRIDERS else []

    @cached_property
    def _below(self) -> dict[Scope, list[Scope]]:
        """The classes below each. An edit that changes the bases of a class makes a new state of the project."""
        found: dict[Scope, list[Scope]] = {}
        for module in self._engine.project:
            for each in module.scopes:
                if each.unit.kind == "class" and each.definition is not None and each.definition.bases:
                    for above in self.order(each)[1:]:
                        if isinstance(above, Scope):
                            found.setdefault(above, []).append(each)
        return found

    def _linearise(self, scope: Scope) -> list[Scope | str]:
        order: list[Scope | str] = []
        stack: list[Scope | str] = [scope]
        while stack and len(order) < _MOST_BASES:
            each = stack.pop(0)
            if each not in order:
                order.append(each)
                if isinstance(each, Scope):
                    stack = [*self._bases(each), *stack]
        return order

    def _bases(self, scope: Scope) -> Iterator[Scope | str]:
        if scope.definition is None or scope.parent is None:
            return
        for base in scope.definition.bases:
            for value in self._engine.evaluate(scope.parent, base):
                if isinstance(value, Defined) and value.scope.unit.kind == "class" and value.scope is not scope:
                    yield value.scope
                elif isinstance(value, Dotted):
                    yield value.name

    def _classes(self, name: str) -> Iterator[Class]:
        for each in self._engine.catalogue.ancestors(name):
            entry = self._engine.catalogue.class_(each)
            if entry is not None:
                yield entry

    def _of_module(self, module_name: str, name: str) -> Values:
        project = self._engine.project
        module = project.modules.get(module_name)
        if module is not None:
            if name in module.scope.names:
                return self._engine.name(module.scope, name)
            starred = self._engine.starred(module, name)
            if starred is not None:
                return starred
        full = f"{module_name}.{name}"
        return (ProjectModule(full),) if full in project.modules or project.has_package(full) else UNKNOWN

    def _of_class(self, scope: Scope, name: str, receiver: Scope | None, *, skip_own: bool = False) -> Values:
        for each in self.order(scope)[1 if skip_own else 0 :]:
            if isinstance(each, str):
                found = self.of(Instance(each), name) if self._known(each) else UNKNOWN
                if found != UNKNOWN:
                    return tuple(self._marked(value, scope) for value in found)
                continue
            own = self._own_attribute(each, name)
            if own:
                return tuple([_bind(value, receiver) for value in own])
        if receiver is None or skip_own:
            return UNKNOWN
        return self._looked_up(scope, name, receiver) or self._of_below(scope, name)

    def _looked_up(self, scope: Scope, name: str, receiver: Scope) -> Values:
        """What the class's `__getattr__` finds elsewhere."""
        if name.startswith("__") or (receiver, name) in self._looking:
            return ()
        for each in self.order(scope):
            if isinstance(each, Scope) and METHOD in each.names:
                self._looking.add((receiver, name))
                try:
                    methods = [child for child in each.children if child.unit.name == METHOD]
                    return join(*[delegated(self._engine, method, receiver, name) for method in methods])
                finally:
                    self._looking.discard((receiver, name))
        return ()

    def _of_below(self, scope: Scope, name: str) -> Values:
        """What a mixin uses and the classes that it is mixed into have; unknown if they disagree about its kind."""
        below = self._below.get(scope, ())
        if not below or len(below) > _MOST_OVERRIDERS or name.startswith("__") or scope in self._searching:
            return UNKNOWN
        self._searching.add(scope)
        try:
            found = [self._of_class(each, name, each) for each in below]
        finally:
            self._searching.discard(scope)
        known = [values for values in found if values != UNKNOWN]
        return join(*known) if known else UNKNOWN

    def _marked(self, value: Value, scope: Scope) -> Value:
        """Mark a library's method when the project's class overrides network calls of that library's class."""
        if not isinstance(value, Method):
            return value
        own = {child.unit.name for each in self.order(scope) if isinstance(each, Scope) for child in each.children}
        calls = self._engine.catalogue.calls
        overrides = any(name != value.name and calls(f"{value.owner}#{name}") for name in own)
        return msgspec.structs.replace(value, overridden=True) if overrides else value

    def _known(self, name: str) -> bool:
        return self._engine.catalogue.class_(name) is not None

    def _own_attribute(self, scope: Scope, name: str) -> Values:
        attributes = self._own.get(scope)
        if attributes is None:
            attributes = self._own[scope] = {}
        known = attributes.get(name)
        if known is not None:
            return known
        attributes[name] = ()  # while it is being found: a cycle adds nothing
        found: list[Values] = []
        if name in scope.names:
            found += [self._read(value) for value in self._engine.name(scope, name)]
        for method, own in self._selves(scope):
            if origins := method.names.get(f"{own}.{name}"):
                found.append(self._engine.bound(method, origins))
        found.append(put_into(self._engine, scope.children, name))
        result = join(*found)
        if len(result) > 1:  # `self.x = None` in the constructor, the real thing elsewhere
            result = tuple(value for value in result if not isinstance(value, Nothing | Unknown)) or result
        attributes[name] = result
        return result

    def _selves(self, scope: Scope) -> list[tuple[Scope, str]]:
        """The methods of a class, each with a name that its object has there: `self`, or a variable for a new one."""
        known = self._named.get(scope)
        if known is None:
            known = self._named[scope] = []
            for method in scope.children:
                if method.unit.kind == "function":
                    first = [parameter.name for parameter in method.unit.parameters[:1]]
                    makers = {*first, scope.unit.name}
                    known += [(method, name) for name in dict.fromkeys([*first, *_made_by(method, makers)])]
        return known

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget what was found of classes that have changed, or a method of which has."""
        for scope in scopes:
            for each in (scope, scope.parent):
                if each is not None:
                    self._own.pop(each, None)
                    self._named.pop(each, None)
                    self._orders.pop(each, None)

    def _read(self, value: Value) -> Values:
        """A property gives what its function returns."""
        if isinstance(value, Defined) and value.scope.definition is not None:
            names = [(dotted(decorator) or "").rpartition(".")[2] for decorator in value.scope.definition.decorators]
            if "property" in names or "cached_property" in names:
                return self._engine.result(value.scope)
        return (value,)


def _made_by(method: Scope, makers: set[str]) -> list[str]:
    """The variables of a method that hold what calling one of these names gives: `made = cls()`."""
    return [
        binding.target
        for binding in method.unit.bindings
        if isinstance(binding.value, Call)
        and isinstance(binding.value.function, Name)
        and binding.value.function.id in makers
        and "." not in binding.target
    ]


def _bind(value: Value, receiver: Scope | None) -> Value:
    if isinstance(value, Defined) and value.scope.owner is not None and value.receiver is None:
        return Defined(value.scope, receiver)
    return value
