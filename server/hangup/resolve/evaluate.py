"""What an expression may stand for, across the modules of a project: receivers, callables and classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from hangup.facts.expressions import (
    Alternatives,
    Attribute,
    Await,
    Call,
    Constant,
    Element,
    Enter,
    Expression,
    Item,
    Lambda,
    Name,
    Sequence,
    Splat,
    Subscript,
    Table,
    dotted,
)
from hangup.facts.model import Definition, Handler, Imported, Parameter
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.annotations import declared_by
from hangup.resolve.calls import result_of
from hangup.resolve.containers import TAKING, Containers, filled, indexed, taken
from hangup.resolve.decorations import Decorations
from hangup.resolve.imports import Imports
from hangup.resolve.members import Members
from hangup.resolve.names import narrowing, reaching
from hangup.resolve.parameters import Arguments, value_of
from hangup.resolve.project import Module, Origin, Origins, Project, Scope
from hangup.resolve.results import Results, spread
from hangup.resolve.types import values_of
from hangup.resolve.values import (
    NONE,
    UNKNOWN,
    Defined,
    Dotted,
    Instance,
    Items,
    Many,
    Nothing,
    ProjectInstance,
    Unknown,
    Value,
    Values,
    join,
)

_DEEPEST = 60
_STEPS = 2
ENTERING = {"enter_context": False, "enter_async_context": True}
"""Methods of exit stacks that enter what they are given, and whether it is asynchronous."""


class Evaluator:
    """Evaluates expressions in scopes. Keeps what it found, so it is good for one state of the project.

    steps: through how many calls it looks for what a parameter is given. Each is taken by an evaluator of its own, with
    one step less: so there are no circles, and the answer does not depend on what was asked before.
    """

    def __init__(self, project: Project, catalogue: Catalogue, steps: int = _STEPS) -> None:
        self.project = project
        self.catalogue = catalogue
        self.members = Members(self)
        self.decorations = Decorations(self)
        self.containers = Containers(self)
        self.imports = Imports(self)
        self.results = Results(self)
        self._below = Evaluator(project, catalogue, steps - 1) if steps else None
        self._arguments = Arguments(self._below) if self._below is not None else None
        self._values: dict[Scope, dict[int, tuple[Expression, Values]]] = {}
        self._bound: dict[Scope, dict[int | tuple[int, ...], Values]] = {}
        self._typed: dict[str, Values] = {}
        self._depth = 0

    def values(self, scope: Scope, expression: Expression) -> Values:
        """The values of an expression of a scope; `UNKNOWN` where nothing is known.

        For those who ask from outside, often the same: it is remembered. The parts of the evaluator use `evaluate`:
        in the middle of a circle, what they find is not final.
        """
        known = self._values.get(scope)
        if known is None:
            known = self._values[scope] = {}
        found = known.get(id(expression))
        if found is None:
            # Kept together with the expression, so that no other one can get its id.
            found = known[id(expression)] = (expression, self.evaluate(scope, expression))
        return found[1]

    def evaluate(self, scope: Scope, expression: Expression) -> Values:
        """The same, found afresh."""
        reader = self._READERS.get(type(expression))
        if reader is None or self._depth > _DEEPEST:
            return UNKNOWN
        self._depth += 1
        try:
            return reader(self, scope, expression)
        finally:
            self._depth -= 1

    def name(self, scope: Scope, name: str, offset: int | None = None) -> Values:
        """The values of a name used in a scope, at an offset of its unit. An unbound name is a builtin."""
        found = reaching(scope, name, offset)
        return self.bound(*found) if found is not None else self._unbound(scope, name)

    def bound(self, scope: Scope, origins: Origins) -> Values:
        """The values that some bindings of a scope give."""
        key = id(origins[0]) if len(origins) == 1 else tuple(map(id, origins))
        found = self._bound.get(scope)
        if found is None:
            found = self._bound[scope] = {}
        known = found.get(key)
        if known is None:
            found[key] = ()  # while it is being found: a cycle adds nothing
            known = found[key] = join(*[self._origin(scope, origin) for origin in origins])
        return known

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget what was found in scopes that have changed."""
        for scope in scopes:
            self._values.pop(scope, None)
            self._bound.pop(scope, None)
        self.members.forget(scopes)
        self.containers.forget(scopes)
        self.results.forget(scopes)
        if self._below is not None and self._arguments is not None:
            self._below.forget(scopes)
            self._arguments.forget(scopes)

    def attribute(self, owner: Value, name: str) -> Values:
        """The values of `owner.name`."""
        return self.members.of(owner, name)

    def element(self, value: Value) -> Values:
        """What iterating over a value gives."""
        return self.members.element(value)

    def typed(self, text: str) -> Values:
        """The values of a type as knowledge files write it."""
        known = self._typed.get(text)
        if known is None:
            known = self._typed[text] = values_of(text, self.catalogue)
        return known

    def annotated(self, scope: Scope, annotation: Expression) -> Values:
        """The values that an annotation declares."""
        return declared_by(self, scope, annotation)

    def result(self, scope: Scope) -> Values:
        """What a function of the project returns; for an `async def`, what awaiting it gives."""
        return self.results.of(scope)

    def imported(self, module: Module, imported: Imported) -> Values:
        """What an import binds."""
        return self.imports.bound_by(module, imported)

    def starred(self, module: Module, name: str) -> Values | None:
        """A name that may come to a module by `from x import *`; None if no star import has it."""
        return self.imports.starred(module, name)

    def _unbound(self, scope: Scope, name: str) -> Values:
        starred = self.starred(scope.module, name)
        return starred if starred is not None else (Dotted(self.catalogue.canonical(name)),)

    def _origin(self, scope: Scope, origin: Origin) -> Values:
        if isinstance(origin, Imported):
            return self.imported(scope.module, origin)
        if isinstance(origin, Definition):
            return self.decorations.applied(scope.child_of[id(origin)])
        if isinstance(origin, Parameter):
            decorated = self.decorations.given_to(scope) if self._is_first(scope, origin) else ()
            return decorated or value_of(self, self._arguments, scope, origin)
        if isinstance(origin, Handler):
            caught = [self._instances(v) for each in origin.types for v in self.evaluate(scope, each)]
            return join(*caught) if caught else UNKNOWN
        value = self.evaluate(scope, origin.value) if origin.value is not None else ()
        if origin.annotation is None:
            return value or UNKNOWN
        declared = self.annotated(scope, origin.annotation)
        vague = not value or any(isinstance(each, Unknown | Nothing) for each in value)
        return declared if vague and declared not in (UNKNOWN, NONE) else value or declared

    def _instances(self, value: Value) -> Values:
        if isinstance(value, Dotted):
            return (Instance(value.name),)
        if isinstance(value, Defined) and value.scope.unit.kind == "class":
            return (ProjectInstance(value.scope),)
        if isinstance(value, Items):
            return join(*(self._instances(each) for item in value.items for each in item))
        return UNKNOWN

    def _is_first(self, scope: Scope, parameter: Parameter) -> bool:
        return scope.owner is None and parameter is scope.unit.parameters[0]

    def order(self, scope: Scope) -> tuple[Scope | str, ...]:
        """A class of the project and its bases, nearest first: scopes, and names of classes outside."""
        return self.members.order(scope)

    # One reader for each kind of expression.

    def _name(self, scope: Scope, expression: Name) -> Values:
        if scope.unit.narrowings and (narrowed := self._narrowed(scope, expression.id, expression.start)):
            return narrowed
        found = reaching(scope, expression.id, expression.start)
        values = self.bound(*found) if found is not None else self._unbound(scope, expression.id)
        if found is None or not self.containers.is_filled(scope.module, expression.id):
            return values
        return filled(values, self.containers.of_name(scope, expression.id))

    def _narrowed(self, scope: Scope, path: str, offset: int) -> Values:
        """The objects that a name or path is known to be at an offset, by `isinstance`; empty if that says nothing."""
        classes = narrowing(scope, path, offset)
        if classes is None:
            return ()
        found = join(*[self._instances(value) for value in self.evaluate(scope, classes)])
        return () if any(isinstance(value, Unknown) for value in found) else found

    def _attribute(self, scope: Scope, expression: Attribute) -> Values:
        names = scope.names
        if scope.unit.narrowings and (path := dotted(expression)) is not None:
            narrowed = self._narrowed(scope, path, expression.start)
            if narrowed:
                return narrowed
        if names and (path := dotted(expression)) is not None and path in names:
            found = reaching(scope, path, expression.start)
            local = self.bound(*found) if found is not None else UNKNOWN
            if local and not any(isinstance(value, Unknown) for value in local):
                return local
        return join(*[self.members.of(owner, expression.name) for owner in self.evaluate(scope, expression.value)])

    def _call(self, scope: Scope, expression: Call) -> Values:
        function = expression.function
        if isinstance(function, Attribute) and function.name in ENTERING:
            context = expression.positional(0)
            return self._enter(scope, Enter(0, 0, context, ENTERING[function.name])) if context else UNKNOWN
        if isinstance(function, Attribute) and function.name in TAKING:
            contents = taken(self, scope, self.evaluate(scope, function.value), expression)
            if contents:
                return contents
        functions = self.evaluate(scope, function)
        return join(*[result_of(self, scope, each, expression) for each in functions])

    def _await(self, scope: Scope, expression: Await) -> Values:
        # A call of an `async def` is already given the value that awaiting it gives.
        return self.evaluate(scope, expression.value)

    def _constant(self, scope: Scope, expression: Constant) -> Values:
        return NONE if expression.value is None else UNKNOWN

    def _sequence(self, scope: Scope, expression: Sequence) -> Values:
        if any(isinstance(item, Splat) for item in expression.items):
            return (Many(join(*(spread(self, scope, item) for item in expression.items))),)
        return (Items(tuple(self.evaluate(scope, item) for item in expression.items)),)

    def _table(self, scope: Scope, expression: Table) -> Values:
        values = join(*[self.evaluate(scope, value) for value in expression.values])
        return (Many(values or UNKNOWN, keyed=True),)

    def _union(self, scope: Scope, expression: Alternatives) -> Values:
        parts = [self.evaluate(scope, option) for option in expression.options]
        if expression.operator == "+" and all(len(part) == 1 and isinstance(part[0], Items) for part in parts):
            return (Items(tuple(item for part in parts for v in part if isinstance(v, Items) for item in v.items)),)
        return join(*parts) if expression.operator in ("or", "and", "if", "|") else UNKNOWN

    def _lambda(self, scope: Scope, expression: Lambda) -> Values:
        return (Defined(scope.children[expression.definition]),)

    def _subscript(self, scope: Scope, expression: Subscript) -> Values:
        index = expression.index.value if isinstance(expression.index, Constant) else None
        found: list[Values] = []
        for value in self.evaluate(scope, expression.value):
            if isinstance(value, Items) and isinstance(index, int) and -len(value.items) <= index < len(value.items):
                found.append(value.items[index])
            elif isinstance(value, Dotted | Defined):
                found.append((value,))  # a generic class with its parameter
            else:
                found.append(indexed(value) if isinstance(value, Many) else self.members.element(value))
        return join(*found)

    def _item(self, scope: Scope, expression: Item) -> Values:
        found: list[Values] = []
        for value in self.evaluate(scope, expression.value):
            if isinstance(value, Items) and expression.index < len(value.items):
                found.append(value.items[expression.index])
            else:
                found.append(self.members.element(value))
        return join(*found)

    def _element(self, scope: Scope, expression: Element) -> Values:
        return join(*[self.members.element(value) for value in self.evaluate(scope, expression.value)])

    def _enter(self, scope: Scope, expression: Enter) -> Values:
        entered = self.members.entered
        return join(*[entered(value, expression.is_async) for value in self.evaluate(scope, expression.value)])

    _READERS: ClassVar[dict[type, Callable[[Any, Scope, Any], Values]]] = {
        Name: _name,
        Attribute: _attribute,
        Call: _call,
        Await: _await,
        Constant: _constant,
        Sequence: _sequence,
        Table: _table,
        Alternatives: _union,
        Lambda: _lambda,
        Subscript: _subscript,
        Item: _item,
        Element: _element,
        Enter: _enter,
    }
