"""Attributes looked up in another object: `def __getattr__(self, name): return getattr(self._client, name)`."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Call, Constant, Expression, Name, Opaque, Subscript
from hangup.resolve.engine import Engine
from hangup.resolve.project import Scope
from hangup.resolve.values import ProjectInstance, Unknown, Values, join

METHOD = "__getattr__"


def delegated(engine: Engine, method: Scope, receiver: Scope, name: str) -> Values:
    """The values of an attribute that a class does not have; empty if its `__getattr__` says nothing of it.

    method: the `__getattr__`. receiver: the class of the object whose attribute it is.
    """
    found = [
        engine.attribute(owner, asked)
        for returned in method.unit.returns
        if (lookup := _lookup(method, returned, name)) is not None
        for target, asked in [lookup]
        for owner in _owners(engine, method, receiver, target)
    ]
    return tuple(value for value in join(*found) if not isinstance(value, Unknown))


def _lookup(method: Scope, returned: Expression, name: str) -> tuple[Expression, str] | None:
    """The object that `getattr(object, name)` asks, and the attribute that it is asked for."""
    if not isinstance(returned, Call) or not isinstance(returned.function, Name) or returned.function.id != "getattr":
        return None
    target, asked = returned.positional(0), returned.positional(1)
    if target is None or asked is None or len(method.unit.parameters) < 2:
        return None
    cut = 0
    if isinstance(asked, Subscript):  # `name[4:]`: a prefix is taken off
        length = asked.index.parts[0] if isinstance(asked.index, Opaque) and len(asked.index.parts) == 1 else None
        if not isinstance(length, Constant) or not isinstance(length.value, int) or length.start != asked.index.start:
            return None
        asked, cut = asked.value, length.value
    if not isinstance(asked, Name) or asked.id != method.unit.parameters[1].name:
        return None
    return (target, name[cut:]) if 0 <= cut < len(name) else None


def _owners(engine: Engine, method: Scope, receiver: Scope, target: Expression) -> Values:
    """What is asked; of `self.client`, that of the object's own class, which may be below the one of the method."""
    own = target.value if isinstance(target, Attribute) else None
    if isinstance(target, Attribute) and isinstance(own, Name) and own.id == method.unit.parameters[0].name:
        return engine.attribute(ProjectInstance(receiver), target.name)
    return engine.evaluate(method, target)
