"""What a parameter may be given: by its annotation and default, by the calls of its function, by the way it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hangup.facts.expressions import Attribute, Call, Expression, Name, dotted
from hangup.facts.model import Parameter
from hangup.knowledge.packs import read_boundaries
from hangup.knowledge.schema import Boundary
from hangup.resolve.engine import Engine
from hangup.resolve.project import Project, Scope
from hangup.resolve.values import (
    NONE,
    UNKNOWN,
    Defined,
    Dotted,
    Instance,
    Many,
    Nothing,
    ProjectInstance,
    Unknown,
    Values,
    join,
)

_MOST_CALLS = 30
"""Calls of one function that are looked at."""
_GIVING = frozenset(
    name.rpartition(".")[2]
    for boundary in read_boundaries().boundaries
    if boundary.parameters
    for name in (*boundary.names, *boundary.methods)
)
"""The last names of what runs a function with arguments of its own."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def value_of(engine: Engine, arguments: Arguments | None, scope: Scope, parameter: Parameter) -> Values:
    """What a parameter of a function may be.

    arguments: the calls of the project, to be asked for what says nothing itself; None to leave that out.
    """
    receiver = _receiver(scope, parameter)
    if receiver is not None:
        return receiver
    if parameter.kind == "**" or scope.parent is None:
        return UNKNOWN
    found = UNKNOWN
    if parameter.annotation is not None:
        found = engine.annotated(scope.parent, parameter.annotation)
    if found == UNKNOWN and parameter.default is not None:
        default = engine.evaluate(scope.parent, parameter.default)
        found = default if default != NONE else UNKNOWN
    if parameter.kind == "*":
        return (Many(found),)
    if found == UNKNOWN and parameter.annotation is None and arguments is not None:
        found = arguments.given(scope, parameter) or arguments.fitting(scope, parameter) or UNKNOWN
    return found


def _receiver(scope: Scope, parameter: Parameter) -> Values | None:
    """`self` or `cls`."""
    owner = scope.owner
    if owner is None or scope.definition is None or parameter is not scope.unit.parameters[0]:
        return None
    if _is_static(scope):
        return None
    is_class = "classmethod" in _decorators(scope) or scope.unit.name == "__new__"
    return (Defined(owner),) if is_class else (ProjectInstance(owner),)


class Arguments:
    """The calls of a project, and what they pass.

    engine: evaluates what is passed. It must not ask for arguments in its turn without end: it is one with fewer
    steps left than the one that asks, so that what is found does not depend on who asks first.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls: dict[str, dict[Scope, list[Call]]] = {}
        self._noted: dict[Scope, set[str]] = {}
        self._looked = False
        self._classes: dict[str, list[Scope]] | None = None
        self._handed: dict[str, dict[Scope, list[tuple[Call, Expression]]]] = {}

    def given(self, scope: Scope, parameter: Parameter) -> Values:
        """What the calls of a function pass for a parameter, as far as that is known; empty if it is not."""
        if scope.unit.kind != "function":
            return ()
        parts = [self._called_back(scope, parameter)]
        for caller, call in self._calls_of(scope):
            argument = self._argument(caller, call, scope, parameter)
            if argument is not None:
                values = self._engine.values(caller, argument)
                parts.append(tuple(value for value in values if not isinstance(value, Unknown | Nothing)))
        found = join(*parts)
        libraries = {value.of.partition(".")[0] for value in found if isinstance(value, Instance)}
        # Which of several libraries it is, the call decides: that cannot be told here.
        return found if len(libraries) <= 1 else ()

    def _called_back(self, scope: Scope, parameter: Parameter) -> Values:
        """What somebody gives who was handed the function (`start_server(handle)` gives a reader and a writer)."""
        self._look()
        found = self._handed.get(scope.unit.name, {})
        for caller, call, handed in ((each, *pair) for each, pairs in found.items() for pair in pairs):
            if not any(isinstance(v, Defined) and v.scope is scope for v in self._engine.values(caller, handed)):
                continue
            for boundary in read_boundaries().boundaries:
                if boundary.parameters and self._is_given(boundary, caller, call, handed):
                    return self._type(scope, parameter, boundary.parameters)
        return ()

    def _is_given(self, boundary: Boundary, caller: Scope, call: Call, handed: Expression) -> bool:
        position = call.positional(boundary.position) if boundary.position is not None else None
        if handed is not position and (boundary.keyword is None or handed is not call.keyword(boundary.keyword)):
            return False
        if isinstance(call.function, Attribute) and call.function.name in boundary.methods:
            return True
        functions = self._engine.values(caller, call.function)
        return any(isinstance(each, Dotted) and each.name in boundary.names for each in functions)

    def _type(self, scope: Scope, parameter: Parameter, types: list[str]) -> Values:
        shift = 1 if scope.owner is not None and not _is_static(scope) else 0
        position = next(n for n, each in enumerate(scope.unit.parameters) if each is parameter) - shift
        return self._engine.typed(types[position]) if 0 <= position < len(types) else ()

    def fitting(self, scope: Scope, parameter: Parameter) -> Values:
        """The project's class that is called like the parameter and has every attribute that is asked of it.

        `task` is taken for a `Task` if there is one such class and the function uses nothing of `task` that a `Task`
        does not have.
        """
        found = self._named(parameter.name)
        if len(found) != 1:
            return ()
        used = set(_attributes_used(scope, parameter.name))
        return (ProjectInstance(found[0]),) if used and used <= self._defined(found[0]) else ()

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Find again what some scopes call, after they have changed. The classes of the project stay the same: other
        ones make another project."""
        if not self._looked:
            return
        for scope in scopes:
            for name in self._noted.pop(scope, ()):
                self._calls.get(name, {}).pop(scope, None)
                self._handed.get(name, {}).pop(scope, None)
            self._add(scope)

    def _look(self) -> None:
        if not self._looked:
            self._looked = True
            for module in self._engine.project:
                for scope in module.scopes:
                    self._add(scope)

    def _add(self, scope: Scope) -> None:
        for site in scope.unit.sites:
            call = site.expression
            if site.kind != "call" or not isinstance(call, Call) or not call.arguments:
                continue
            name = _last_name(call.function)
            noted = self._noted.setdefault(scope, set())
            noted.add(name)
            self._calls.setdefault(name, {}).setdefault(scope, []).append(call)
            for argument in call.arguments if name in _GIVING else ():
                handed = _last_name(argument.value)
                noted.add(handed)
                self._handed.setdefault(handed, {}).setdefault(scope, []).append((call, argument.value))

    def _calls_of(self, scope: Scope) -> Iterator[tuple[Scope, Call]]:
        self._look()
        owner = scope.owner
        name = owner.unit.name if owner is not None and scope.unit.name == "__init__" else scope.unit.name
        count = 0
        for caller, calls in self._calls.get(name, {}).items():
            if caller.module.is_test and not scope.module.is_test:
                continue
            for call in calls:
                yield caller, call
                count += 1
                if count == _MOST_CALLS:
                    return

    def _argument(self, caller: Scope, call: Call, scope: Scope, parameter: Parameter) -> Expression | None:
        """The expression that a call passes for a parameter, if it is a call of that function."""
        by_keyword = call.keyword(parameter.name)
        position = next(n for n, each in enumerate(scope.unit.parameters) if each is parameter)
        for function in self._engine.values(caller, call.function):
            if not isinstance(function, Defined):
                continue
            if function.scope is scope:
                bound = function.receiver is not None or "classmethod" in _decorators(scope)
                shift = 1 if bound and not _is_static(scope) else 0
            elif function.scope is scope.owner and scope.unit.name == "__init__":
                shift = 1
            else:
                continue
            if by_keyword is not None:
                return by_keyword
            return call.positional(position - shift) if position >= shift else None
        return None

    def _named(self, name: str) -> list[Scope]:
        if self._classes is None:
            self._classes = {}
            for scope in _classes_of(self._engine.project):
                self._classes.setdefault(_HUMP.sub("_", scope.unit.name).lower(), []).append(scope)
        return self._classes.get(name, [])

    def _defined(self, scope: Scope) -> set[str]:
        """The attributes that a class of the project has, as far as the project defines them."""
        found: set[str] = set()
        for each in self._engine.order(scope):
            if not isinstance(each, Scope):
                continue
            found |= {name for name in each.names if "." not in name}
            for method in each.children:
                if method.unit.kind == "function" and method.unit.parameters:
                    own = method.unit.parameters[0].name + "."
                    found |= {name[len(own) :] for name in method.names if name.startswith(own)}
        return found


def _last_name(expression: Expression) -> str:
    if isinstance(expression, Attribute):
        return expression.name
    return expression.id if isinstance(expression, Name) else ""


def _attributes_used(scope: Scope, name: str) -> Iterator[str]:
    for site in scope.unit.sites:
        expression: Expression = site.expression
        if site.kind == "call" and isinstance(expression, Call):
            expression = expression.function
        if isinstance(expression, Attribute) and isinstance(expression.value, Name) and expression.value.id == name:
            yield expression.name


def _classes_of(project: Project) -> Iterator[Scope]:
    for module in project:
        if not module.is_test:
            yield from (scope for scope in module.scopes if scope.unit.kind == "class")


def _decorators(scope: Scope) -> list[str | None]:
    return [dotted(each) for each in scope.definition.decorators] if scope.definition is not None else []


def _is_static(scope: Scope) -> bool:
    return "staticmethod" in _decorators(scope)
