"""What a call returns."""

from __future__ import annotations

from hangup.facts.expressions import Call, Constant
from hangup.resolve.engine import Engine
from hangup.resolve.entries import applicable, is_generator
from hangup.resolve.language import GATHERING, PICKING, TRANSPARENT
from hangup.resolve.project import Scope
from hangup.resolve.values import (
    NONE,
    UNKNOWN,
    Defined,
    Dotted,
    Instance,
    Items,
    Many,
    Method,
    ProjectInstance,
    Super,
    Value,
    Values,
    join,
)

_ANY_VERB = "request"
"""What `getattr(session, method)` does, whichever method that is: the clients' `get` and `post` go through it."""


def result_of(engine: Engine, scope: Scope, function: Value, call: Call) -> Values:
    """What calling `function` in a scope with the arguments of `call` gives."""
    if isinstance(function, Dotted):
        return _external(engine, scope, function.name, call)
    if isinstance(function, Method):
        return _returned(engine, function.qualified, function.owner, call)
    if isinstance(function, Defined):
        if function.scope.unit.kind == "class":
            return (ProjectInstance(function.scope),)
        return engine.result(function.scope)
    if isinstance(function, Instance):
        return _returned(engine, f"{function.of}#__call__", function.of, call)
    return UNKNOWN


def class_around(scope: Scope) -> Scope | None:
    """The class whose method contains the scope, however deep."""
    current: Scope | None = scope
    while current is not None:
        if current.owner is not None:
            return current.owner
        current = current.parent
    return None


def _external(engine: Engine, scope: Scope, name: str, call: Call) -> Values:
    if name in TRANSPARENT:
        return _handed_on(engine, scope, name, call)
    if name in GATHERING or name in PICKING or name in ("enumerate", "zip", "getattr"):
        return _of_builtin(engine, scope, name, call)
    if name == "super":
        owner = class_around(scope)
        return (Super(owner),) if owner is not None else UNKNOWN
    found = _returned(engine, name, name, call)
    if found != UNKNOWN:
        return found
    known = engine.catalogue.class_(name) is not None or engine.catalogue.exception(name) is not None
    return (Instance(name),) if known else UNKNOWN


def _of_builtin(engine: Engine, scope: Scope, name: str, call: Call) -> Values:
    """What builtins give that take containers or objects apart."""
    first = call.positional(0)
    if first is None:
        return UNKNOWN
    if name == "getattr":
        return _got(engine, scope, engine.evaluate(scope, first), call)
    elements = [
        join(*[engine.element(value) for value in engine.evaluate(scope, argument.value)])
        for argument in call.arguments
        if argument.keyword is None and not argument.splat
    ]
    if name in PICKING:
        return elements[0]
    if name == "enumerate":
        return _in_turn(engine, scope, call, (Items((UNKNOWN, elements[0])),))
    if name == "zip":
        return _in_turn(engine, scope, call, (Items(tuple(elements)),))
    return _in_turn(engine, scope, call, elements[0]) if name == "iter" else (Many(elements[0]),)


def _in_turn(engine: Engine, scope: Scope, call: Call, element: Values) -> Values:
    """What gives its elements one by one; it runs the generators that the arguments of the call hold."""
    held = [argument.value for argument in call.arguments if not isinstance(argument.value, Call)]
    values = join(*[engine.evaluate(scope, each) for each in held])
    makers = [value.made_by for value in values if isinstance(value, Many) and value.made_by is not None]
    return tuple(Many(element, made_by=each) for each in makers) or (Many(element),)


def _got(engine: Engine, scope: Scope, owners: Values, call: Call) -> Values:
    name, default = call.positional(1), call.positional(2)
    found: list[Values] = []
    if isinstance(name, Constant) and isinstance(name.value, str):
        found += [engine.attribute(owner, name.value) for owner in owners]
    elif name is not None and not isinstance(name, Constant):
        found += [engine.attribute(owner, _ANY_VERB) for owner in owners if _has_verbs(engine, owner)]
    if default is not None:
        value = engine.evaluate(scope, default)
        found.append(value if value != NONE else ())
    return join(*found) or UNKNOWN


def _has_verbs(engine: Engine, owner: Value) -> bool:
    """Whether an object or module has a function for each HTTP method, and one that takes the method as an argument."""
    name = f"{owner.of}#" if isinstance(owner, Instance) else f"{owner.name}." if isinstance(owner, Dotted) else ""
    return bool(name) and all(engine.catalogue.calls(f"{name}{verb}") for verb in (_ANY_VERB, "get", "post"))


def _handed_on(engine: Engine, scope: Scope, name: str, call: Call) -> Values:
    if name.endswith(".cast"):
        target = call.positional(0)
        return engine.annotated(scope, target) if target is not None else UNKNOWN
    argument = call.positional(TRANSPARENT[name])
    return engine.evaluate(scope, argument) if argument is not None else UNKNOWN


def _returned(engine: Engine, name: str, owner: str, call: Call) -> Values:
    entries = applicable(engine.catalogue.calls(name), call)
    types = [owner if entry.returns == "self" else entry.returns for entry in entries if entry.returns]
    found = join(*(engine.typed(each) for each in types)) if types else UNKNOWN
    if any(is_generator(entry, name) for entry in entries):
        elements = [value.element for value in found if isinstance(value, Many)]
        return (Many(join(*elements) if elements else UNKNOWN, call=name),)
    return found
