"""What is put into containers, and what comes out of them."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.facts.expressions import Attribute, Call
from hangup.resolve.engine import Engine
from hangup.resolve.names import reaching
from hangup.resolve.project import Module, Scope
from hangup.resolve.values import NONE, UNKNOWN, Items, Many, Nothing, Unknown, Value, Values, join

FILLINGS = (("[]", False), ("{}", True))
"""How the targets end under which facts note what is put into a container, and whether it has keys."""

_ELEMENT = frozenset({"get", "pop", "setdefault", "popleft", "get_nowait", "__getitem__"})
_DEFAULTING = frozenset({"get", "pop", "setdefault"})
TAKING = _ELEMENT | {"values", "items", "popitem", "copy"}
"""Methods of containers that give something of what is in them."""


class Containers:
    """Looks up what is put into containers. Good for one state of the project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._filled: dict[Module, dict[str, list[Scope]]] = {}

    def is_filled(self, module: Module, name: str) -> bool:
        """Whether anything in a module is put into something of that name."""
        filled = self._filled.get(module)
        if filled is None:
            filled = self._filled[module] = _fillings(module)
        return name in filled

    def of_name(self, scope: Scope, name: str) -> Values:
        """The container of a name as seen from a scope, by what is put into it anywhere in the module."""
        if not self.is_filled(scope.module, name):
            return ()
        found = reaching(scope, name, None)
        home = found[0] if found is not None else None
        parts: list[Values] = []
        for ending, keyed in FILLINGS:
            for each in self._filled[scope.module][name]:
                bound = reaching(each, name, None) if name + ending in each.names else None
                if home is not None and bound is not None and bound[0] is home:
                    parts.append((Many(self._engine.bound(each, each.names[name + ending]), keyed),))
        return join(*parts) if parts else ()

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget what modules with changed scopes put into containers."""
        for scope in scopes:
            self._filled.pop(scope.module, None)


def put_into(engine: Engine, methods: Iterable[Scope], name: str) -> Values:
    """The container of an attribute of `self`, by what the methods of its class put into it."""
    parts: list[Values] = []
    for method in methods:
        if method.unit.kind == "function" and method.unit.parameters:
            for ending, keyed in FILLINGS:
                origins = method.names.get(f"{method.unit.parameters[0].name}.{name}{ending}")
                if origins:
                    parts.append((Many(engine.bound(method, origins), keyed),))
    return join(*parts) if parts else ()


def taken(engine: Engine, scope: Scope, owners: Values, call: Call) -> Values:
    """What a method call on containers gives: an element, all of them, or the default."""
    function = call.function
    if not isinstance(function, Attribute):
        return ()
    parts = [_of(owner, function.name) for owner in owners if isinstance(owner, Many)]
    if function.name in _DEFAULTING and (parts or all(isinstance(owner, Unknown) for owner in owners)):
        default = call.positional(1)
        value = engine.evaluate(scope, default) if default is not None else NONE
        if value not in (NONE, UNKNOWN):
            parts.append(value)
    return join(*parts) if parts else ()


def _of(container: Many, method: str) -> Values:
    if method in _ELEMENT:
        return container.element
    if method == "values":
        return (Many(container.element),)
    if method == "items":
        return (Many((Items((UNKNOWN, container.element)),)),)
    if method == "popitem":
        return (Items((UNKNOWN, container.element)),)
    return (container,) if method == "copy" else ()


def indexed(value: Value) -> Values:
    """What `value[key]` gives where the value is a container."""
    return value.element if isinstance(value, Many) else UNKNOWN


def _fillings(module: Module) -> dict[str, list[Scope]]:
    found: dict[str, list[Scope]] = {}
    for scope in module.scopes:
        for binding in scope.unit.bindings:
            target = binding.target
            if target.endswith(("[]", "{}")) and "." not in target:
                known = found.setdefault(target[:-2], [])
                if scope not in known:
                    known.append(scope)
    return found


def filled(values: Values, contents: Values) -> Values:
    """The values of a container with what is put into it in place of what is not known."""
    if not contents:
        return values
    return join(tuple(value for value in values if not isinstance(value, Unknown | Nothing)), contents)
